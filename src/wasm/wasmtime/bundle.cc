#include "wasm/wasmtime/bundle.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace wws::wasm {
namespace {

constexpr std::string_view kMagic = "wwsbndl2";

struct WholePage {
  std::uint32_t number;
  std::array<std::uint8_t, kHostPage> bytes;
};

std::vector<WholePage> pages_of(const MemoryImage& image) {
  std::vector<WholePage> pages;
  for (std::uint32_t number = 0; number < image.base()->page_count(); ++number) {
    const PageRecipe recipe = image.recipe(number);
    if (recipe.base == nullptr && recipe.changed == 0) continue;
    recipe.write(pages.emplace_back(WholePage{.number = number, .bytes = {}}).bytes.data());
    if (is_zero_page(pages.back().bytes.data())) pages.pop_back();
  }
  return pages;
}

Result<Bundle> read_body(ByteView body) {
  const auto damaged = [] {
    return fail(ErrorKind::Invalid, "the bundle is damaged: build it again");
  };
  ByteReader reader(body);
  const std::string_view version = reader.prefixed_text();
  if (!reader.ok()) return damaged();
  if (version != kEngineVersion)
    return fail(
        ErrorKind::Unsupported,
        fmt::format("the bundle was made for Wasmtime {}, this is {}", version, kEngineVersion));
  Bundle bundle;
  bundle.memory_bytes = reader.number<std::uint64_t>();
  if (bundle.memory_bytes > std::uint64_t{1} << 32 || bundle.memory_bytes % binary::kPageBytes != 0)
    return damaged();
  for (auto left = reader.number<std::uint32_t>(); left > 0 && reader.ok(); --left) {
    BundleGlobal global;
    global.global.export_name = reader.prefixed_text();
    global.global.kind = reader.number<std::uint8_t>();
    global.bits = reader.number<std::uint64_t>();
    if (global.global.kind > WASMTIME_F64) return damaged();
    bundle.globals.push_back(std::move(global));
  }
  for (auto left = reader.number<std::uint32_t>(); left > 0 && reader.ok(); --left) {
    const auto number = reader.number<std::uint32_t>();
    if (number >= bundle.memory_bytes / kHostPage) return damaged();
    bundle.pages.push_back({number, reader.bytes(kHostPage)});
  }
  bundle.code = reader.bytes(reader.number<std::uint64_t>());
  if (!reader.ok() || reader.remaining() != 0) return damaged();
  return bundle;
}

}  // namespace

Result<void> Bundle::write_memory(MutableByteView memory) const {
  for (const Page& page : pages)
    std::memcpy(memory.data() + std::size_t{page.number} * kHostPage, page.bytes.data(), kHostPage);
  return {};
}

std::string write_bundle(std::string_view code, const MemoryImage& image,
                         const std::vector<ImageGlobal>& globals) {
  std::string bundle;
  ByteWriter writer(bundle);
  writer.text(kMagic);
  writer.prefixed_text(kEngineVersion);
  writer.number<std::uint64_t>(image.base()->size());
  writer.number(static_cast<std::uint32_t>(globals.size()));
  for (std::size_t i = 0; i < globals.size(); ++i) {
    writer.prefixed_text(globals[i].export_name);
    writer.number<std::uint8_t>(globals[i].kind);
    writer.number<std::uint64_t>(image.globals()[i]);
  }
  const auto pages = pages_of(image);
  writer.number(static_cast<std::uint32_t>(pages.size()));
  for (const WholePage& page : pages) {
    writer.number(page.number);
    writer.text(as_text(page.bytes));
  }
  writer.number<std::uint64_t>(code.size());
  writer.text(code);
  return bundle;
}

Result<Bundle> read_bundle(ByteView bytes) {
  ByteReader reader(bytes);
  const std::string_view magic = reader.text(kMagic.size());
  if (!reader.ok() || magic != kMagic)
    return fail(ErrorKind::Invalid, "these bytes are no bundle of wws");
  return read_body(reader.bytes(reader.remaining()));
}

}  // namespace wws::wasm
