# libgit2 from the pinned crate that carries its sources: HTTP and HTTPS (OpenSSL), no ssh, no other
# process, no NTLM or Kerberos. Its own copies of llhttp and zlib stay out: ours and Debian's serve.
set(WWS_LIBGIT2 "${WWS_CACHE}/src/libgit2-sys-0.18.8+1.9.7")
if(NOT EXISTS "${WWS_LIBGIT2}/include/git2.h")
  message(FATAL_ERROR "libgit2 1.9.7 is not in ${WWS_LIBGIT2}: run ./dev setup")
endif()
include(llhttp)
find_package(ZLIB REQUIRED)

if(NOT TARGET libgit2)
  set(generated ${CMAKE_BINARY_DIR}/generated/libgit2)
  file(CONFIGURE OUTPUT ${generated}/git2_features.h @ONLY CONTENT [[
#pragma once
#define GIT_ARCH_64 1
#define GIT_THREADS 1
#define GIT_USE_NSEC 1
#define GIT_USE_STAT_MTIM 1
#define GIT_USE_FUTIMENS 1
#define GIT_HTTPS 1
#define GIT_OPENSSL 1
#define GIT_HTTPPARSER_LLHTTP 1
#define GIT_COMPRESSION_ZLIB 1
#define GIT_REGEX_BUILTIN 1
#define GIT_QSORT_GNU
#define GIT_SHA1_COLLISIONDETECT 1
#define GIT_SHA256_OPENSSL 1
#define GIT_RAND_GETENTROPY 1
#define GIT_IO_POLL 1
#define GIT_IO_SELECT 1
]])
  file(GLOB sources
    ${WWS_LIBGIT2}/src/libgit2/*.c ${WWS_LIBGIT2}/src/libgit2/streams/*.c
    ${WWS_LIBGIT2}/src/libgit2/transports/*.c
    ${WWS_LIBGIT2}/src/util/*.c ${WWS_LIBGIT2}/src/util/unix/*.c ${WWS_LIBGIT2}/src/util/allocators/*.c
    ${WWS_LIBGIT2}/deps/xdiff/*.c)
  foreach(name auto_possess chartables chkdint compile compile_cgroup compile_class config context
          convert dfa_match error extuni find_bracket maketables match match_data match_next newline
          ord2utf pattern_info script_run serialize string_utils study substitute substring tables
          ucd valid_utf xclass)
    list(APPEND sources ${WWS_LIBGIT2}/deps/pcre2/pcre2_${name}.c)
  endforeach()
  foreach(name collisiondetect openssl sha1dc/sha1 sha1dc/ubc_check)
    list(APPEND sources ${WWS_LIBGIT2}/src/util/hash/${name}.c)
  endforeach()

  add_library(libgit2 STATIC ${sources})
  set_target_properties(libgit2 PROPERTIES OUTPUT_NAME git2 C_STANDARD 99 C_EXTENSIONS ON)
  target_include_directories(libgit2 SYSTEM PUBLIC ${WWS_LIBGIT2}/include)
  target_include_directories(libgit2 PRIVATE ${generated} ${WWS_LIBGIT2}/src/libgit2
    ${WWS_LIBGIT2}/src/util ${WWS_LIBGIT2}/deps/xdiff ${WWS_LIBGIT2}/deps/pcre2)
  # The settings of deps/pcre2/CMakeLists.txt.
  target_compile_definitions(libgit2 PRIVATE _GNU_SOURCE
    SHA1DC_NO_STANDARD_INCLUDES=1 SHA1DC_CUSTOM_INCLUDE_SHA1_C="common.h"
    SHA1DC_CUSTOM_INCLUDE_UBC_CHECK_C="common.h"
    PCRE2_STATIC PCRE2_EXPORT= PCRE2_EXP_DECL= PCRE2_EXP_DEFN= PCRE2_CODE_UNIT_WIDTH=8
    SUPPORT_PCRE2_8=1 SUPPORT_UNICODE=1 LINK_SIZE=2 HEAP_LIMIT=20000000 MATCH_LIMIT=10000000
    MATCH_LIMIT_DEPTH=MATCH_LIMIT MAX_VARLOOKBEHIND=255 NEWLINE_DEFAULT=2 PARENS_NEST_LIMIT=250
    MAX_NAME_SIZE=128 MAX_NAME_COUNT=10000)
  target_compile_options(libgit2 PRIVATE -O2 -w -ffile-prefix-map=${WWS_LIBGIT2}=libgit2)
  target_link_libraries(libgit2 PUBLIC llhttp ZLIB::ZLIB OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
endif()
