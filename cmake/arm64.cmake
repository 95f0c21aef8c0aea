# The toolchain of the preset arm64: Debian's cross compiler, libraries of Debian's arm64 port and a QEMU
# that runs wws_bundle (and tests), all from `./dev setup arm64`.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_STRIP aarch64-linux-gnu-strip)

set(arm64 "$ENV{WWS_CACHE}/arm64")
if(NOT EXISTS "${arm64}/sysroot")
  message(FATAL_ERROR "the libraries of arm64 are not in ${arm64}: build with ./dev package --arch arm64")
endif()
set(CMAKE_SYSROOT "${arm64}/sysroot")
# Headers tell their place to what they throw; the release tells nobody where it was built.
set(CMAKE_C_FLAGS_INIT "-ffile-prefix-map=${CMAKE_SYSROOT}=")
set(CMAKE_CXX_FLAGS_INIT "-ffile-prefix-map=${CMAKE_SYSROOT}=")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR "${arm64}/qemu/qemu-aarch64;-L;${arm64}/sysroot")
set(WWS_WASMTIME "${arm64}/wasmtime" CACHE PATH "Wasmtime for arm64")
