# wws_guest(NAME SOURCES... [FLAGS ...])
#
# A worker for tests, compiled from C to ${WWS_GUESTS}/NAME.wasm with clang and wasi-libc; the target
# is wws_guest_NAME. Its flags are its own: nothing of the host's build reaches it.
set(WWS_GUESTS ${CMAKE_BINARY_DIR}/guests)
find_program(WWS_GUEST_CLANG NAMES clang-19 clang-18 clang-17 clang)

function(wws_guest name)
  cmake_parse_arguments(ARG "" "" "FLAGS" ${ARGN})
  if(NOT WWS_GUEST_CLANG)
    message(FATAL_ERROR "test guests need clang, lld, wasi-libc and libclang-rt-*-dev-wasm32: run ./dev setup")
  endif()
  set(out ${WWS_GUESTS}/${name}.wasm)
  list(TRANSFORM ARG_UNPARSED_ARGUMENTS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${WWS_GUESTS}
    COMMAND ${WWS_GUEST_CLANG} --target=wasm32-wasi -nostdlibinc -isystem /usr/include/wasm32-wasi
            -O2 -Wall -Wextra -Werror ${ARG_FLAGS} -MD -MF ${out}.d -MT ${out} -o ${out} ${sources}
    DEPENDS ${sources}
    DEPFILE ${out}.d
    COMMENT "Building guest ${name}.wasm"
    VERBATIM)
  add_custom_target(wws_guest_${name} DEPENDS ${out})
endfunction()
