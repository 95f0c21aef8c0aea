# guest/engine.wasm: one object a source, plain calls of clang (js-engine has its own target and
# sysroot, which CMake's own languages would have to be told in a second project).
find_program(WWS_WASM_CC clang-19)
find_program(WWS_WASM_CXX clang++-19)
find_program(WWS_WASM_OPT wasm-opt)
if(NOT WWS_WASM_CC OR NOT WWS_WASM_CXX OR NOT WWS_WASM_OPT)
  message(FATAL_ERROR "the engine needs clang-19, clang++-19 and wasm-opt: run ./dev setup")
endif()

# Without -nostdlibinc a header that the wasm libc lacks would be this machine's.
set(wasm_flags --target=wasm32-wasi -nostdlibinc -isystem /usr/include/wasm32-wasi -O3 -DNDEBUG
    -msimd128 -mbulk-memory -mnontrapping-fptoint -D_GNU_SOURCE -D_WASI_EMULATED_SIGNAL
    -D_WASI_EMULATED_PROCESS_CLOCKS -funsigned-char -fwrapv -Wall -Wextra -Werror
    -Wno-unused-parameter)
foreach(folder IN LISTS WWS_JS_INCLUDES)
  list(APPEND wasm_flags -I${folder})
endforeach()
# libc++'s headers wrap those of libc and must be found before them.
set(wasm_cxx_flags --target=wasm32-wasi -nostdlibinc
    -isystem /usr/lib/llvm-19/include/wasm32-wasi/c++/v1 ${wasm_flags} -std=c++20 -fno-exceptions -fno-rtti)
set(wasm_vendor_flags ${wasm_flags} -w)
set(wasm_vendor_cxx_flags ${wasm_cxx_flags} -w)

set(wasm_objects)
function(wws_wasm_object source compiler flags)
  get_filename_component(path ${source} ABSOLUTE)
  string(MAKE_C_IDENTIFIER ${source} name)
  string(REGEX REPLACE "^.*upstream_" "" name ${name})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/wasm/${name}.o)
  set(depfile ${object}.d)
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/wasm
    COMMAND ${CMAKE_C_COMPILER_LAUNCHER} ${compiler} ${${flags}} -MD -MT ${object} -MF ${depfile}
            -c ${path} -o ${object}
    DEPENDS ${path} DEPFILE ${depfile} COMMENT "wasm ${source}" VERBATIM)
  set(wasm_objects ${wasm_objects} ${object} PARENT_SCOPE)
endfunction()

foreach(source IN LISTS WWS_JS_SOURCES WWS_JS_EMBEDDED_SOURCES ITEMS engine/platform_wasm.c)
  wws_wasm_object(${source} ${WWS_WASM_CC} wasm_flags)
endforeach()
foreach(source IN LISTS WWS_QUICKJS_SOURCES)
  wws_wasm_object(${source} ${WWS_WASM_CC} wasm_vendor_flags)
endforeach()
foreach(source IN LISTS WWS_JS_CXX_SOURCES)
  wws_wasm_object(${source} ${WWS_WASM_CXX} wasm_vendor_cxx_flags)
endforeach()

set(engine ${CMAKE_BINARY_DIR}/guest/engine.wasm)
add_custom_command(OUTPUT ${engine}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/guest
  COMMAND ${WWS_WASM_CC} --target=wasm32-wasi -mexec-model=reactor -Wl,--stack-first
          -Wl,-z,stack-size=1048576 -Wl,--initial-memory=33554432 -Wl,--export=__stack_pointer
          -Wl,--strip-all -Wl,--fatal-warnings -L/usr/lib/wasm32-wasi ${wasm_objects}
          -L/usr/lib/llvm-19/lib/wasm32-wasi -lc++ -lc++abi -lwasi-emulated-signal -lwasi-emulated-process-clocks -o ${engine}.linked
  # Sees all of the module, which a compiler of one source does not: a tenth less time in the guest.
  COMMAND ${WWS_WASM_OPT} -O3 --enable-simd --enable-bulk-memory --enable-nontrapping-float-to-int
          --enable-mutable-globals --enable-sign-ext ${engine}.linked -o ${engine}
  COMMAND ${CMAKE_COMMAND} -E remove ${engine}.linked
  DEPENDS ${wasm_objects} COMMENT "guest/engine.wasm" VERBATIM)
add_custom_target(wws_js_engine ALL DEPENDS ${engine})

add_test(NAME "js: engine.wasm asks the host for nothing but abi.h"
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/test/check_module.py ${engine}
          ${CMAKE_CURRENT_SOURCE_DIR}/abi.h)
