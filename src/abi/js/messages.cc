#include "abi/js/messages.h"

#include <fmt/format.h>

#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

// More header fields than this in one message is a broken or hostile guest.
constexpr std::uint32_t kMaxHeaders = 4096;

void write_pairs(ByteWriter& writer, const Pairs& pairs) {
  writer.number(static_cast<std::uint32_t>(pairs.size()));
  for (const auto& [name, value] : pairs) {
    writer.prefixed_text(name);
    writer.prefixed_text(value);
  }
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void write_headers(ByteWriter& writer, std::string& out, const http::Headers& headers) {
  writer.number(static_cast<std::uint32_t>(headers.size()));
  for (const auto& header : headers) {
    writer.number(static_cast<std::uint32_t>(header.name.size()));
    for (const char c : header.name) out.push_back(to_lower(c));
    writer.prefixed_text(header.value);
  }
}

std::string event(std::uint32_t kind, std::uint32_t id) {
  std::string out;
  ByteWriter writer(out);
  writer.number(kind);
  writer.number(id);
  return out;
}

}  // namespace

Result<void> read_headers(ByteReader& reader, http::Headers& headers) {
  const auto count = reader.number<std::uint32_t>();
  if (count > kMaxHeaders)
    return fail(ErrorKind::GuestFault, fmt::format("{} header fields are too many", count));
  headers.reserve(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const auto name = reader.prefixed_text();
    const auto value = reader.prefixed_text();
    headers.add(std::string(name), std::string(value));
  }
  return {};
}

std::string encode(const CompileMessage& message) {
  std::string out;
  ByteWriter writer(out);
  writer.number(message.flags);
  writer.prefixed_text(message.file_name);
  writer.prefixed_text(message.source);
  write_pairs(writer, message.variables);
  return out;
}

void encode(const RequestMessage& message, std::string& out) {
  ByteWriter writer(out);
  writer.number(message.flags);
  writer.prefixed_text(message.method);
  writer.prefixed_text(message.url);
  write_headers(writer, out, message.headers);
  write_pairs(writer, message.params);
  if (message.flags & WWS_REQUEST_BODY_INLINE) writer.prefixed_text(message.body);
}

std::string encode_timer(std::uint32_t id) { return event(WWS_EVENT_TIMER, id); }

std::string encode_chunk(std::uint32_t stream, std::uint32_t flags, std::string_view bytes) {
  std::string out = event(WWS_EVENT_CHUNK, stream);
  ByteWriter writer(out);
  writer.number(flags);
  writer.prefixed_text(bytes);
  return out;
}

std::string encode_writable(std::uint32_t stream) { return event(WWS_EVENT_WRITABLE, stream); }

std::string encode_failed(std::uint32_t id, std::string_view message) {
  std::string out = event(WWS_EVENT_FAILED, id);
  ByteWriter(out).prefixed_text(message);
  return out;
}

std::string encode_gone() { return event(WWS_EVENT_GONE, 0); }

std::string encode_computed(std::uint32_t id, const Result<std::string>& result) {
  std::string message = event(WWS_EVENT_COMPUTED, id);
  ByteWriter writer(message);
  writer.number(std::uint32_t{result ? 0u : 1u});
  writer.prefixed_text(result ? *result : result.error().message());
  return message;
}

std::string encode_message(std::uint32_t kind, std::string_view bytes) {
  std::string message = event(WWS_EVENT_MESSAGE, 0);
  message.reserve(message.size() + 8 + bytes.size());
  ByteWriter writer(message);
  writer.number(kind);
  writer.prefixed_text(bytes);
  return message;
}

std::string encode_closed(std::uint16_t code, bool clean, std::string_view failure,
                          std::string_view reason) {
  std::string message = event(WWS_EVENT_CLOSED, 0);
  ByteWriter writer(message);
  writer.number(std::uint32_t{code});
  writer.number(std::uint32_t{clean ? 1u : 0u});
  writer.prefixed_text(failure);
  writer.prefixed_text(reason);
  return message;
}

std::string encode(const FetchedMessage& message) {
  std::string out = event(WWS_EVENT_FETCHED, message.id);
  ByteWriter writer(out);
  writer.number(static_cast<std::uint16_t>(message.status));
  writer.number(static_cast<std::uint16_t>(message.redirected ? 1 : 0));
  writer.prefixed_text(message.status_text);
  writer.prefixed_text(message.url);
  write_headers(writer, out, message.headers);
  return out;
}

Result<ResponseMessage> decode_response(ByteView bytes) {
  ByteReader reader(bytes);
  ResponseMessage message;
  message.head.status = reader.number<std::uint16_t>();
  message.body_kind = reader.number<std::uint8_t>();
  (void)reader.number<std::uint8_t>();
  message.head.reason = reader.prefixed_text();
  WWS_CHECK(read_headers(reader, message.head.headers));
  if (message.body_kind == WWS_BODY_INLINE) message.body = reader.prefixed_text();
  if (!reader.ok()) return fail(ErrorKind::GuestFault, "the engine sent a malformed response");
  const bool is_socket = message.body_kind == WWS_BODY_SOCKET;
  if (message.body_kind > WWS_BODY_SOCKET || is_socket != (message.head.status == 101))
    return fail(ErrorKind::GuestFault, "the engine sent an unknown kind of body");
  if (is_socket) return message;
  if (message.head.status < 200 || message.head.status > 599)
    return fail(ErrorKind::GuestFault,
                fmt::format("status {} cannot be sent: use 200 to 599", message.head.status));
  return message;
}

Result<FetchMessage> decode_fetch(ByteView bytes) {
  ByteReader reader(bytes);
  FetchMessage message;
  message.flags = reader.number<std::uint32_t>();
  message.method = reader.prefixed_text();
  message.url = reader.prefixed_text();
  WWS_CHECK(read_headers(reader, message.headers));
  if (message.flags & WWS_FETCH_BODY_INLINE) message.body = reader.prefixed_text();
  if (!reader.ok()) return fail(ErrorKind::GuestFault, "the engine sent a malformed fetch");
  return message;
}

}  // namespace wws::abi::js
