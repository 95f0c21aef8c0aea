# The same sources for this machine, under the sanitizers, with a fake host: builtins are tested in
# milliseconds. Every builtins/<standard>/test/*.js and engine/test/*.js is a test.
add_library(wws_js_native STATIC test/fake_host.cc ${WWS_JS_SOURCES}
  ${WWS_JS_EMBEDDED_SOURCES} ${WWS_QUICKJS_SOURCES} ${WWS_JS_CXX_SOURCES})
target_include_directories(wws_js_native PRIVATE ${WWS_JS_INCLUDES})
set_target_properties(wws_js_native PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
# Frames are larger under the sanitizers than in WebAssembly.
target_compile_definitions(wws_js_native PRIVATE _GNU_SOURCE WWS_STACK_SIZE=2097152)
target_compile_options(wws_js_native PRIVATE -O1 -g1 -funsigned-char -fwrapv
  -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
  $<$<BOOL:${WWS_FUZZ}>:-fsanitize=fuzzer-no-link>
  $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Werror -Wno-unused-parameter>)
target_link_options(wws_js_native INTERFACE -fsanitize=address,undefined)
target_link_libraries(wws_js_native PUBLIC m wws_abi_js)

add_executable(wws_js_runner test/runner.cc)
target_include_directories(wws_js_runner PRIVATE ${WWS_JS_INCLUDES})
target_compile_options(wws_js_runner PRIVATE -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
  -fno-omit-frame-pointer)
target_link_libraries(wws_js_runner PRIVATE wws_js_native)
set_source_files_properties(${WWS_QUICKJS_SOURCES} engine/quickjs_unit.c PROPERTIES
  COMPILE_OPTIONS "-w;-fno-sanitize=undefined")
# GCC can inline what ada forces to be inline only with full optimisation.
set_source_files_properties(${WWS_JS_CXX_SOURCES} PROPERTIES
  COMPILE_OPTIONS "-w;-O2;-fno-sanitize=undefined")
set_source_files_properties(test/runner.cc test/fake_host.cc PROPERTIES
  COMPILE_OPTIONS "-Wall;-Wextra;-Wpedantic;-Werror;-Wshadow")

file(GLOB js_tests CONFIGURE_DEPENDS engine/test/*.js builtins/*/test/*.js)
foreach(path IN LISTS js_tests)
  file(RELATIVE_PATH name ${CMAKE_CURRENT_SOURCE_DIR} ${path})
  string(REGEX REPLACE "^builtins/|/test|\\.js$" "" name ${name})
  add_test(NAME "js: ${name}"
    COMMAND wws_js_runner ${CMAKE_CURRENT_SOURCE_DIR}/test/assert.js ${path})
  set_tests_properties("js: ${name}" PROPERTIES TIMEOUT 60
    ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0")
endforeach()
