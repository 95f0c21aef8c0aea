# cmake -DNAME= -DINPUT= -DOUTPUT= -P embed_one.cmake
file(READ ${INPUT} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include <stddef.h>
extern const char wws_js_${NAME}[];
extern const size_t wws_js_${NAME}_size;
const size_t wws_js_${NAME}_size = ${size};
const char wws_js_${NAME}[] = {${bytes}0};
")
