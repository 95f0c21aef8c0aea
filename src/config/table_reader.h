// TableReader: what readers of a TOML document have in common. Private to the room.
//
// A reader derives from it and lists the keys of each table as Fields; read_x() takes a value and
// its full key ("data.kv.namespace") and notes what is wrong with it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/nearest.h"
#include "config/toml.h"
#include "config/units.h"

namespace wws::config {

template <typename Derived>
class TableReader {
 public:
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

 protected:
  struct Field {
    std::string_view name;
    void (Derived::*read)(const toml::node& node, const std::string& key);
  };

  explicit TableReader(std::string_view file) : file_(file) {}
  ~TableReader() = default;

  // In the order of the file.
  [[nodiscard]] Mistakes take_mistakes() {
    std::ranges::sort(mistakes_, {}, [](const Mistake& m) { return std::tie(m.line, m.key); });
    return std::move(mistakes_);
  }

  static int line_of(const toml::source_region& source) noexcept {
    return static_cast<int>(source.begin.line);
  }
  void mistake(const toml::node& node, const std::string& key, std::string what) {
    mistake(line_of(node.source()), key, std::move(what));
  }
  void mistake(int line, const std::string& key, std::string what) {
    mistakes_.push_back({file_, line, key, std::move(what)});
  }
  void wrong_type(const toml::node& node, const std::string& key, std::string_view wanted) {
    mistake(node, key, fmt::format("must be {}, not {}", wanted, article_and_name(node.type())));
  }

  void read_fields(const toml::table& table, const std::string& prefix,
                   std::span<const Field> fields) {
    for (auto&& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const auto field = std::ranges::find(fields, name.str(), &Field::name);
      if (field != fields.end())
        (static_cast<Derived*>(this)->*field->read)(node, key);
      else
        mistake(line_of(name.source()), key, unknown_key(name.str(), fields));
    }
  }

  void read_table(const toml::node& node, const std::string& key, std::span<const Field> fields) {
    if (const toml::table* table = node.as_table())
      read_fields(*table, key + ".", fields);
    else
      wrong_type(node, key, "a table");
  }

  // The text of a string node; otherwise a mistake and nothing.
  std::optional<std::string> text(const toml::node& node, const std::string& key) {
    const auto value = node.value_exact<std::string>();
    if (!value) wrong_type(node, key, "a string");
    return value;
  }

  template <typename Read>
  void each_text(const toml::node& node, const std::string& key, Read read) {
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong_type(node, key, "a list of strings");
    for (const toml::node& element : *list)
      if (const auto value = text(element, key)) read(element, *value);
  }

  void read_bool(const toml::node& node, const std::string& key, bool& out) {
    if (const auto value = node.value_exact<bool>())
      out = *value;
    else
      wrong_type(node, key, "true or false");
  }

  void read_duration(const toml::node& node, const std::string& key,
                     std::chrono::milliseconds& out) {
    if (const auto value = parse_duration(amount(node)))
      out = *value;
    else
      mistake(node, key,
              "must be milliseconds or a string like \"500ms\" or \"2s\", at most 24h; 0 for no "
              "limit");
  }

  bool read_size(const toml::node& node, const std::string& key, std::uint64_t& out) {
    const auto value = parse_size(amount(node));
    if (value)
      out = *value;
    else
      mistake(node, key, "must be bytes or a string like \"64MB\" or \"128MiB\"");
    return value.has_value();
  }

  // What parse_size() and parse_duration() take: a string, or a number that is not negative.
  static std::string amount(const toml::node& node) {
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    return node.value_exact<std::string>().value_or("");
  }

 private:
  static std::string unknown_key(std::string_view name, std::span<const Field> fields) {
    std::vector<std::string_view> known;
    for (const Field& field : fields) known.push_back(field.name);
    const std::string_view meant = nearest(name, known);
    if (!meant.empty()) return fmt::format("unknown key, did you mean '{}'?", meant);
    return fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
  }

  std::string file_;
  Mistakes mistakes_;
};

}  // namespace wws::config
