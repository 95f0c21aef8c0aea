// The bundle: compiled code and the memory and globals it starts with, in one string of bytes that
// is built into the server. Loading it compiles nothing.
//
//   magic | SHA-256 of the rest | engine version | u64 memory bytes
//   | u32 globals: name, u8 kind, u64 bits | u32 pages: u32 number, 4096 bytes | u64 length, code
//
// Little-endian; texts and the code are preceded by their length. Pages that are not named are
// zero.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wasm/image.h"
#include "wasm/wasmtime/loaded_program.h"

namespace wws::wasm {

struct BundleGlobal {
  ImageGlobal global;
  std::uint64_t bits = 0;
};

// Views of the bundle's bytes.
struct Bundle {
  std::uint64_t memory_bytes = 0;
  std::vector<BundleGlobal> globals;
  struct Page {
    std::uint32_t number;
    ByteView bytes;
  };
  std::vector<Page> pages;
  ByteView code;

  Result<void> write_memory(MutableByteView memory) const;
};

[[nodiscard]] std::string write_bundle(std::string_view code, const MemoryImage& image,
                                       const std::vector<ImageGlobal>& globals);
// Errors: Invalid for what is no bundle or is damaged, Unsupported for another engine's version.
[[nodiscard]] Result<Bundle> read_bundle(ByteView bytes);

}  // namespace wws::wasm
