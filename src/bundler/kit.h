// The kit: what the server carries of the bundler, made when it is built (tools/build_bundler.py):
// esbuild as a bundle of src/wasm, and the modules that stand in for Node's. Private to the room.
//
//   magic "wwskit1\n" | SHA-256 of the rest | u32 count
//   | { str name, u64 size, u64 packed size, the file, brotli }
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace wws::bundler {

struct PackedFile {
  std::uint64_t size = 0;
  ByteView bytes;
};

struct Kit {
  std::string_view id;  // tells kits apart: bundles made by different ones may differ
  std::map<std::string_view, PackedFile> files;
};
inline constexpr std::string_view kEsbuildFile = "esbuild.bundle";

// Views of the kit's bytes. Errors: Internal for what is no kit.
[[nodiscard]] Result<Kit> read_kit(ByteView bytes);
// Errors: Internal when it is damaged.
[[nodiscard]] Result<std::string> unpack(const PackedFile& file);

}  // namespace wws::bundler
