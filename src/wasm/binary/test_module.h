// Modules put together by hand for the tests of this room.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace wws::wasm::binary::test {

// Bytes as text: bytes({0x41, 0x00}).
inline std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}
inline std::string leb(std::uint32_t value) {
  std::string out;
  do {
    const std::uint32_t low = value & 0x7f;
    value >>= 7;
    out.push_back(static_cast<char>(value != 0 ? low | 0x80 : low));
  } while (value != 0);
  return out;
}
// A length and the bytes: names, bodies, sections' contents.
inline std::string sized(std::string_view content) {
  return leb(static_cast<std::uint32_t>(content.size())) + std::string(content);
}
inline std::string section(int id, std::string_view content) {
  return static_cast<char>(id) + sized(content);
}
// A vector: its count, then its items.
inline std::string list(std::initializer_list<std::string> items) {
  std::string out = leb(static_cast<std::uint32_t>(items.size()));
  for (const std::string& item : items) out += item;
  return out;
}

// The sections of a small module that is provable; a test puts a bad one in place of one of them.
struct Parts {
  std::string types =
      section(1, list({bytes({0x60, 0, 0}), bytes({0x60, 2, 0x7f, 0x7f, 1, 0x7f})}));
  std::string imports = section(2, list({sized("env") + sized("f") + bytes({0, 0})}));
  std::string functions = section(3, list({bytes({0})}));
  std::string tables = section(4, list({bytes({0x70, 0, 2})}));
  std::string memories = section(5, list({bytes({1, 1, 4})}));
  std::string tags;
  // Two that can change: an i32 of 65536 and an i64 of -1; between them a constant one.
  std::string globals =
      section(6, list({bytes({0x7f, 1, 0x41, 0x80, 0x80, 0x04, 0x0b}),
                       bytes({0x7f, 0, 0x41, 0x05, 0x0b}), bytes({0x7e, 1, 0x42, 0x7f, 0x0b})}));
  std::string exports =
      section(7, list({sized("_start") + bytes({0, 1}), sized("memory") + bytes({2, 0})}));
  std::string start;
  std::string elements = section(9, list({bytes({0, 0x41, 0, 0x0b, 1, 1})}));
  std::string data_count;
  std::string code = section(10, list({sized(bytes({0, 0x0b}))}));
  std::string data = section(11, list({bytes({0, 0x41, 8, 0x0b}) + sized("hello")}));
  std::string tail;

  [[nodiscard]] std::string build() const {
    return bytes({0, 'a', 's', 'm', 1, 0, 0, 0}) + types + imports + functions + tables + memories +
           tags + globals + exports + start + elements + data_count + code + data + tail;
  }
  // The one function's code: no locals, these instructions, end.
  Parts& set_code(std::string_view instructions) {
    code = section(10, list({sized(bytes({0}) + std::string(instructions) + bytes({0x0b}))}));
    return *this;
  }
};

}  // namespace wws::wasm::binary::test
