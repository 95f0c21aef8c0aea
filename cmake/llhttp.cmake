# llhttp: the HTTP/1 parser of Node.js, C sources of the pinned release in the cache; never committed.
set(WWS_LLHTTP "${WWS_CACHE}/src/llhttp-9.3.0.0")
if(NOT EXISTS "${WWS_LLHTTP}/llhttp.h")
  message(FATAL_ERROR "llhttp 9.3.0.0 is not in ${WWS_LLHTTP}: run ./dev setup")
endif()
if(NOT TARGET llhttp)
  add_library(llhttp STATIC ${WWS_LLHTTP}/api.c ${WWS_LLHTTP}/http.c ${WWS_LLHTTP}/llhttp.c)
  target_include_directories(llhttp SYSTEM PUBLIC ${WWS_LLHTTP})
  # A generated state machine: useless to step through, and slow enough at -O0 to hide what is ours.
  target_compile_options(llhttp PRIVATE -O2 -w)
endif()
