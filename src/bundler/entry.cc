#include "bundler/entry.h"

#include "bundler/fingerprint.h"

namespace wws::bundler {
namespace {

void write_list(ByteWriter& out, const std::vector<std::string>& list) {
  out.number(static_cast<std::uint32_t>(list.size()));
  for (const std::string& text : list) out.prefixed_text(text);
}

std::vector<std::string> read_list(ByteReader& in) {
  std::vector<std::string> list;
  for (auto left = in.number<std::uint32_t>(); left > 0 && in.ok(); --left)
    list.emplace_back(in.prefixed_text());
  return list;
}

std::string_view text_of(const wasm::Digest& digest) noexcept { return as_text(digest); }

}  // namespace

std::string write_entry(const Bundle& bundle, std::string_view map,
                        const std::filesystem::path& root) {
  std::string entry;
  ByteWriter out(entry);
  write_list(out, bundle.inputs);
  out.text(text_of(fingerprint(root, bundle.inputs)));
  write_list(out, bundle.missing);
  out.prefixed_text(bundle.code);
  out.prefixed_text(map);
  return entry;
}

std::optional<Bundle> read_entry(std::string_view entry, const std::filesystem::path& root) {
  ByteReader in(as_bytes(entry));
  Bundle bundle;
  bundle.inputs = read_list(in);
  const std::string_view kept = in.text(std::tuple_size_v<wasm::Digest>);
  if (!in.ok() || kept != text_of(fingerprint(root, bundle.inputs))) return std::nullopt;
  bundle.missing = read_list(in);
  bundle.code = in.prefixed_text();
  auto map = sourcemap::SourceMap::parse(in.prefixed_text());
  if (!in.ok() || in.remaining() != 0 || !map) return std::nullopt;
  bundle.map = std::make_shared<const sourcemap::SourceMap>(std::move(*map));
  return bundle;
}

}  // namespace wws::bundler
