// Bytes of a WebSocket's client: whatever the pieces that they come in, they say the same, and no
// message is larger than its bound. The first byte chooses compression and the piece's size.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "http/websocket/message_reader.h"

namespace {

using namespace wws::http::websocket;

constexpr std::uint64_t kMost = 4096;

void check(const MessageReader::Event event, MessageReader& reader) {
  const std::string& payload = reader.payload();
  switch (event) {
    case MessageReader::Event::Text: {
      Utf8Check utf8;
      WWS_ASSERT(utf8.add(payload) && utf8.is_complete(), "a text is not UTF-8");
      [[fallthrough]];
    }
    case MessageReader::Event::Binary:
      WWS_ASSERT(payload.size() <= kMost, "a message is over its bound");
      return;
    case MessageReader::Event::Ping:
    case MessageReader::Event::Pong:
    case MessageReader::Event::Close:
      WWS_ASSERT(payload.size() <= kMostControlBytes, "a control frame is too long");
      return;
    case MessageReader::Event::Failed:
      WWS_ASSERT(is_sendable_code(reader.code()) && reader.failure() != nullptr,
                 "a failure that cannot be told");
      return;
    case MessageReader::Event::NeedMore: return;
  }
}

// What the bytes say, as text that can be compared.
std::string said(std::string_view bytes, std::size_t piece,
                 const std::optional<DeflateParameters>& deflate) {
  MessageReader reader(kMost, deflate);
  std::string all;
  while (true) {
    const std::string_view some = bytes.substr(0, piece);
    const auto step = reader.read(some);
    WWS_ASSERT(step.consumed <= some.size(), "more was taken than there is");
    bytes.remove_prefix(step.consumed);
    check(step.event, reader);
    if (step.event == MessageReader::Event::NeedMore) {
      if (bytes.empty()) return all;
      continue;
    }
    all += std::to_string(static_cast<int>(step.event)) + ":";
    // Compressed data may be too long and invalid: what shows first depends on how many are read.
    const bool either = step.event == MessageReader::Event::Failed && deflate &&
                        (reader.code() == kTooBig || reader.code() == kInvalidData);
    all += (either ? "data" : std::to_string(reader.code())) + ":";
    if (step.event == MessageReader::Event::Failed) return all;
    all += reader.payload() + "\n";
    if (step.event == MessageReader::Event::Close) return all;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::optional<DeflateParameters> deflate;
  if ((data[0] & 1) != 0) {
    deflate.emplace();
    deflate->client_keeps_context = (data[0] & 2) != 0;
  }
  const std::size_t piece = 1 + (data[0] >> 2);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  WWS_ASSERT(said(bytes, bytes.size(), deflate) == said(bytes, piece, deflate),
             "the pieces change what is said");
  return 0;
}
