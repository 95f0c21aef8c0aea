# wws_flags: warnings and sanitizers of every target of ours.
option(WWS_ASAN "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(WWS_TSAN "ThreadSanitizer" OFF)
option(WWS_FUZZ "libFuzzer programs under tests/fuzz (Clang only)" OFF)

add_library(wws_flags INTERFACE)
# No path of the machine that builds is in the binary; __FILE__ reads src/...
target_compile_options(wws_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
target_compile_options(wws_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Wno-missing-field-initializers>)
# GCC 12 sees ghosts inside its own library under -O2 and in coroutine frames.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(wws_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized
    -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-dangling-pointer -Wno-mismatched-new-delete>)
endif()
# Clang finds GCC's own library using what it deprecates.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(wws_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)
endif()
target_compile_definitions(wws_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE SPDLOG_FMT_EXTERNAL)
if(WWS_ASAN)
  # Not vptr: it looks whether memory can be read by writing it to a pipe, so that each object seems to be
  # none where no descriptor is left for one, which tests bring about.
  target_compile_options(wws_flags INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  target_link_options(wws_flags INTERFACE -fsanitize=address,undefined)
endif()
if(WWS_TSAN)
  target_compile_options(wws_flags INTERFACE -fsanitize=thread)
  # GCC's ThreadSanitizer knows no fences; what Asio orders by them is ordered by its mutexes, too.
  target_compile_definitions(wws_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  target_link_options(wws_flags INTERFACE -fsanitize=thread)
endif()
if(WWS_FUZZ)
  target_compile_options(wws_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
