# JavaScript sources as C strings.
set(embedded_header ${CMAKE_CURRENT_BINARY_DIR}/embedded.h)
set(header "/* Made by embed.cmake. */\n#include <stddef.h>\n")
set(WWS_JS_EMBEDDED_SOURCES)
foreach(pair IN LISTS WWS_JS_EMBEDDED)
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 path)
  get_filename_component(path ${path} ABSOLUTE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DINPUT=${path} -DOUTPUT=${output}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/embed_one.cmake
    DEPENDS ${path} embed_one.cmake VERBATIM)
  list(APPEND WWS_JS_EMBEDDED_SOURCES ${output})
  string(APPEND header "extern const char wws_js_${name}[];\nextern const size_t wws_js_${name}_size;\n")
endforeach()
file(CONFIGURE OUTPUT ${embedded_header} CONTENT "${header}" @ONLY)
