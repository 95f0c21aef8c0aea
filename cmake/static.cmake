# The program needs libc and nothing else of the machine that it runs on: what it is linked from is
# static. Where Debian ships a library shared only, it is built here.
set(OPENSSL_USE_STATIC_LIBS TRUE)
set(ZLIB_USE_STATIC_LIBS TRUE)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)

# Neither brotli nor zstd has a package file of CMake's in Debian.
add_library(wws_zstd INTERFACE)
find_library(WWS_zstd libzstd.a REQUIRED)
target_link_libraries(wws_zstd INTERFACE ${WWS_zstd})
add_library(wws_brotli INTERFACE)
foreach(part brotlienc brotlidec brotlicommon)
  find_library(WWS_${part} lib${part}.a REQUIRED)
  target_link_libraries(wws_brotli INTERFACE ${WWS_${part}})
endforeach()
target_link_libraries(wws_brotli INTERFACE m)

# Nor has nghttp2.
find_library(WWS_NGHTTP2 libnghttp2.a REQUIRED)
add_library(wws_nghttp2 INTERFACE)
target_link_libraries(wws_nghttp2 INTERFACE ${WWS_NGHTTP2})
target_compile_definitions(wws_nghttp2 INTERFACE NGHTTP2_STATICLIB)

add_library(wws_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/static/fmt.cc)
target_compile_options(wws_fmt PRIVATE -O2 -w)
# As Debian's own target says it.
target_compile_definitions(wws_fmt INTERFACE FMT_SHARED)
add_library(fmt::fmt ALIAS wws_fmt)

# One source includes it: its headers are enough (fmt's are its own, SPDLOG_FMT_EXTERNAL).
add_library(wws_spdlog INTERFACE)
target_link_libraries(wws_spdlog INTERFACE wws_fmt Threads::Threads)
add_library(spdlog::spdlog ALIAS wws_spdlog)

set(WWS_SIMDJSON "${WWS_CACHE}/src/pysimdjson-7.0.2")
if(NOT EXISTS "${WWS_SIMDJSON}/simdjson.cpp")
  message(FATAL_ERROR "simdjson is not in ${WWS_SIMDJSON}: run ./dev setup")
endif()
add_library(wws_simdjson STATIC ${WWS_SIMDJSON}/simdjson.cpp)
target_include_directories(wws_simdjson SYSTEM PUBLIC ${WWS_SIMDJSON})
# In the debug presets too: its own checks of itself cost more than what it does.
target_compile_options(wws_simdjson PRIVATE -O2 -w)
target_compile_definitions(wws_simdjson PUBLIC SIMDJSON_DEVELOPMENT_CHECKS=0)
add_library(simdjson::simdjson ALIAS wws_simdjson)
