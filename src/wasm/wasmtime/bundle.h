// The bundle: compiled code and the memory and globals it starts with, in one string of bytes that
// is built into the server. Loading it compiles nothing.
//
//   magic | engine version | u64 memory bytes
//   | u32 globals: name, u8 kind, u64 bits | u32 pages: u32 number, 4096 bytes | u64 length, code
//
// Little-endian; texts and the code are preceded by their length. Pages that are not named are
// zero. The bytes are trusted as the server's own code is, whose file they are a part of: what is
// missing is found, what was changed is not. (A digest of the engine was a tenth of the start.)
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
// Errors: Invalid for what is no bundle or lacks a part, Unsupported for another engine's version.
[[nodiscard]] Result<Bundle> read_bundle(ByteView bytes);

}  // namespace wws::wasm
