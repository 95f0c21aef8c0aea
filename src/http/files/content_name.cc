#include "http/files/content_name.h"

#include <algorithm>

namespace wws::http {
namespace {

constexpr std::string_view kBundlersFolders[] = {"assets", "_astro", "immutable", "chunks"};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex_letter(char c) noexcept { return c >= 'a' && c <= 'f'; }
bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) noexcept { return is_capital(c) || (c >= 'a' && c <= 'z'); }

bool is_hexadecimal_hash(std::string_view part) noexcept {
  return part.size() >= 8 && part.size() <= 64 &&
         std::ranges::all_of(part, [](char c) { return is_digit(c) || is_hex_letter(c); }) &&
         std::ranges::any_of(part, is_digit) && std::ranges::any_of(part, is_hex_letter);
}

// Vite's and esbuild's: the 8 characters before the extension, after '-' or '.'. The hash may hold
// '-' and '_' itself, so it is counted from the end.
bool ends_with_base64url_hash(std::string_view stem) noexcept {
  if (stem.size() < 10) return false;
  const char before = stem[stem.size() - 9];
  const auto part = stem.substr(stem.size() - 8);
  if (before != '-' && before != '.') return false;
  const auto allowed = [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; };
  return std::ranges::all_of(part, allowed) &&
         (std::ranges::any_of(part, is_digit) || std::ranges::any_of(part.substr(1), is_capital));
}

bool in_bundlers_folder(std::string_view folders) noexcept {
  while (!folders.empty()) {
    const auto slash = folders.find('/');
    if (std::ranges::find(kBundlersFolders, folders.substr(0, slash)) != std::end(kBundlersFolders))
      return true;
    if (slash == std::string_view::npos) return false;
    folders.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace

bool is_named_by_content(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  const auto folders = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (name.ends_with(".map")) name.remove_suffix(4);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto stem = name.substr(0, dot);
  if (in_bundlers_folder(folders) && ends_with_base64url_hash(stem)) return true;
  for (std::size_t begin = 0; begin <= stem.size();) {
    const auto end = std::min(stem.find_first_of(".-_", begin), stem.size());
    // A name that is nothing but digits and letters may be a commit's or a user's.
    if ((begin > 0 || end < stem.size()) && is_hexadecimal_hash(stem.substr(begin, end - begin)))
      return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace wws::http
