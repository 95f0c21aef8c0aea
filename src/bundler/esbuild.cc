#include "bundler/esbuild.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"

namespace wws::bundler {
namespace {

using Json = nlohmann::json;

// https://github.com/evanw/esbuild/blob/main/cmd/esbuild/stdio_protocol.go
enum class Type : std::uint8_t { Null, Bool, Int, Text, Bytes, List, Map };

// An answer is three levels of objects and arrays deep.
constexpr int kMaxDepth = 12;

void write_value(ByteWriter& out, const Json& value) {
  const auto type = [&out](Type which) { out.number(static_cast<std::uint8_t>(which)); };
  switch (value.type()) {
    case Json::value_t::boolean:
      type(Type::Bool);
      return out.number(static_cast<std::uint8_t>(value.get<bool>()));
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      type(Type::Int);
      return out.number(value.get<std::uint32_t>());
    case Json::value_t::string:
      type(Type::Text);
      return out.prefixed_text(value.get_ref<const std::string&>());
    case Json::value_t::array:
      type(Type::List);
      out.number(static_cast<std::uint32_t>(value.size()));
      for (const Json& item : value) write_value(out, item);
      return;
    case Json::value_t::object:
      type(Type::Map);
      out.number(static_cast<std::uint32_t>(value.size()));
      for (const auto& [key, item] : value.items()) {
        out.prefixed_text(key);
        write_value(out, item);
      }
      return;
    default: type(Type::Null);
  }
}

// Null for what does not fit; the reader then says so.
Json read_value(ByteReader& in, int depth) {
  if (depth > kMaxDepth) {
    (void)in.bytes(in.remaining() + 1);  // fails the reader
    return nullptr;
  }
  switch (static_cast<Type>(in.number<std::uint8_t>())) {
    case Type::Bool: return in.number<std::uint8_t>() != 0;
    case Type::Int: return in.number<std::int32_t>();
    case Type::Text:
    case Type::Bytes: return std::string(in.prefixed_text());
    case Type::List: {
      Json list = Json::array();
      for (auto left = in.number<std::uint32_t>(); left > 0 && in.ok(); --left)
        list.push_back(read_value(in, depth + 1));
      return list;
    }
    case Type::Map: {
      Json map = Json::object();
      for (auto left = in.number<std::uint32_t>(); left > 0 && in.ok(); --left) {
        std::string key(in.prefixed_text());
        map[std::move(key)] = read_value(in, depth + 1);
      }
      return map;
    }
    case Type::Null: return nullptr;
  }
  (void)in.bytes(in.remaining() + 1);
  return nullptr;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint32_t number_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return 0;
  const auto number = found->get<std::int64_t>();
  return number < 0 ? 0 : static_cast<std::uint32_t>(number);
}

// esbuild counts bytes; stacks count UTF-16 units.
std::uint32_t units_before(std::string_view line, std::size_t bytes) {
  std::uint32_t units = 0;
  for (const char c : line.substr(0, bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

Message message_of(const Json& said) {
  Message message;
  message.text = text_at(said, "text");
  const auto place = said.is_object() ? said.find("location") : said.end();
  if (place == said.end() || !place->is_object()) return message;
  message.file = text_at(*place, "file");
  message.line = text_at(*place, "lineText");
  message.at.line = number_at(*place, "line");
  message.at.column = units_before(message.line, number_at(*place, "column")) + 1;
  return message;
}

std::vector<Message> messages_at(const Json& answer, const char* key) {
  std::vector<Message> messages;
  const auto found = answer.find(key);
  if (found != answer.end() && found->is_array())
    for (const Json& said : *found) messages.push_back(message_of(said));
  return messages;
}

Error no_answer(std::string_view why) {
  return Error(ErrorKind::Internal, fmt::format("the bundler gave no answer: {}", why));
}

}  // namespace

std::string build_request(const std::vector<std::string>& flags, std::string_view entry) {
  const Json request = {{"command", "build"},
                        {"key", 0},
                        {"entries", Json::array({Json::array({"", std::string(entry)})})},
                        {"flags", flags},
                        {"write", false},
                        {"context", false},
                        {"absWorkingDir", "/"},
                        {"nodePaths", Json::array()}};
  std::string packet;
  ByteWriter writer(packet);
  writer.number(std::uint32_t{0});  // request number 0
  write_value(writer, request);
  std::string sent;
  ByteWriter(sent).prefixed_text(packet);
  return sent;
}

Result<Built> read_answer(std::string_view output) {
  ByteReader in(as_bytes(output));
  const std::string_view version = in.prefixed_text();
  if (!in.ok() || version != kEsbuildVersion) return fail(no_answer("it is another version"));
  ByteReader packet(as_bytes(in.prefixed_text()));
  const auto number = packet.number<std::uint32_t>();
  const Json answer = read_value(packet, 0);
  if (!in.ok() || !packet.ok() || number != 1 || !answer.is_object())
    return fail(no_answer("its answer is cut short"));
  if (answer.contains("error")) return fail(no_answer(text_at(answer, "error")));
  Built built;
  built.errors = messages_at(answer, "errors");
  built.warnings = messages_at(answer, "warnings");
  built.metafile = text_at(answer, "metafile");
  const auto files = answer.find("outputFiles");
  if (files != answer.end() && files->is_array())
    for (const Json& file : *files)
      (text_at(file, "path").ends_with(".map") ? built.map : built.code) =
          text_at(file, "contents");
  if (built.errors.empty() && (built.code.empty() || built.map.empty()))
    return fail(no_answer("there is no script in it"));
  return built;
}

}  // namespace wws::bundler
