// The messages of guest/js/abi.h as values: writing what goes to the guest, reading what it sends.
//
// The guest may send anything: each reader returns Invalid errors for a message that does not parse
// or that HTTP cannot carry.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/message.h"

namespace wws::abi::js {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct CompileMessage {
  std::uint32_t flags = 0;
  std::string_view file_name;
  std::string_view source;
  const Pairs& variables;
};
[[nodiscard]] std::string encode(const CompileMessage& message);

struct RequestMessage {
  std::uint32_t flags = 0;
  std::string_view method;
  std::string_view url;
  const http::Headers& headers;
  const Pairs& params;
  std::string_view body;  // with WWS_REQUEST_BODY_INLINE
};
// Appends to `out`, so that a buffer can be used again.
void encode(const RequestMessage& message, std::string& out);

[[nodiscard]] std::string encode_timer(std::uint32_t id);
[[nodiscard]] std::string encode_chunk(std::uint32_t stream, std::uint32_t flags,
                                       std::string_view bytes);
[[nodiscard]] std::string encode_writable(std::uint32_t stream);
[[nodiscard]] std::string encode_failed(std::uint32_t id, std::string_view message);
[[nodiscard]] std::string encode_gone();
[[nodiscard]] std::string encode_computed(std::uint32_t id, const Result<std::string>& result);
[[nodiscard]] std::string encode_message(std::uint32_t kind, std::string_view bytes);
[[nodiscard]] std::string encode_closed(std::uint16_t code, bool clean, std::string_view failure,
                                        std::string_view reason);
struct FetchedMessage {
  std::uint32_t id;
  int status;
  bool redirected;
  std::string_view status_text;
  std::string_view url;
  const http::Headers& headers;
};
[[nodiscard]] std::string encode(const FetchedMessage& message);

// A list of header fields, as messages hold it. Errors: GuestFault, for too many.
Result<void> read_headers(ByteReader& reader, http::Headers& headers);

struct ResponseMessage {
  http::ResponseHead head;
  std::uint8_t body_kind;  // WWS_BODY_*
  std::string body;
};
[[nodiscard]] Result<ResponseMessage> decode_response(ByteView bytes);

struct FetchMessage {
  std::uint32_t flags;
  std::string method;
  std::string url;
  http::Headers headers;
  std::string body;
};
[[nodiscard]] Result<FetchMessage> decode_fetch(ByteView bytes);

}  // namespace wws::abi::js
