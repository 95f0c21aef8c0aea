#include "http/websocket/message_reader.h"

#include <algorithm>
#include <utility>

namespace wws::http::websocket {

MessageReader::MessageReader(std::uint64_t max_message_bytes,
                             const std::optional<DeflateParameters>& deflate)
    : most_(max_message_bytes) {
  if (deflate) inflater_.emplace(*deflate);
}

MessageReader::Event MessageReader::fail(std::uint16_t code, const char* why) noexcept {
  code_ = code;
  failure_ = why;
  return Event::Failed;
}

MessageReader::Step MessageReader::read(std::string_view bytes) {
  std::size_t consumed = 0;
  while (failure_ == nullptr) {
    if (!in_frame_) {
      // A head that came whole is read where it lies.
      const std::size_t held = head_bytes_.size();
      const auto more = bytes.substr(consumed, kMostHeadBytes - held);
      if (held > 0) head_bytes_.append(more);
      const auto read = read_client_head(held > 0 ? std::string_view(head_bytes_) : more,
                                         inflater_ ? Compressed::Agreed : Compressed::Never);
      if (!read) {
        if (held == 0) head_bytes_.assign(more);
        return {Event::NeedMore, consumed + more.size()};
      }
      head_bytes_.clear();
      if (read->failure != nullptr) {
        fail(kProtocolError, read->failure);
        break;
      }
      consumed += read->size - held;
      frame_ = read->head;
      taken_ = 0;
      in_frame_ = true;
      if (begin_frame() == Event::Failed) break;
    }
    const auto piece =
        bytes.substr(consumed, static_cast<std::size_t>(std::min<std::uint64_t>(
                                   frame_.length - taken_, bytes.size() - consumed)));
    consumed += piece.size();
    if (!piece.empty() && add(piece) == Event::Failed) break;
    if (taken_ < frame_.length) return {Event::NeedMore, consumed};
    in_frame_ = false;
    const Event event = end_frame();
    if (event != Event::NeedMore) return {event, consumed};
    if (consumed == bytes.size()) return {Event::NeedMore, consumed};
  }
  return {Event::Failed, consumed};
}

MessageReader::Event MessageReader::begin_frame() {
  if (is_control(frame_.opcode)) {
    control_.clear();
    return Event::NeedMore;
  }
  const bool continues = frame_.opcode == Opcode::Continuation;
  if (continues && !in_message_)
    return fail(kProtocolError, "a frame continues a message that did not begin");
  if (!continues && in_message_)
    return fail(kProtocolError, "a message begins before the last one ended");
  if (!continues) {
    in_message_ = true;
    kind_ = frame_.opcode;
    compressed_ = frame_.compressed;
    message_.clear();
    utf8_.reset();
    checked_ = 0;
  }
  // Compressed ones are counted as they grow.
  if (!compressed_ && most_ != 0 && frame_.length > most_ - message_.size())
    return fail(kTooBig, "the message is too large");
  return Event::NeedMore;
}

MessageReader::Event MessageReader::add(std::string_view bytes) {
  std::string& to = is_control(frame_.opcode) ? control_ : compressed_ ? piece_ : message_;
  if (&to == &piece_) piece_.clear();
  const std::size_t at = to.size();
  to.append(bytes);
  apply_mask(to.data() + at, bytes.size(), frame_.mask, taken_);
  taken_ += bytes.size();
  if (is_control(frame_.opcode)) return Event::NeedMore;
  if (compressed_ && add_compressed() == Event::Failed) return Event::Failed;
  if (kind_ == Opcode::Text && !utf8_.add(std::string_view(message_).substr(checked_)))
    return fail(kInvalidData, "a text is not UTF-8");
  checked_ = message_.size();
  return Event::NeedMore;
}

MessageReader::Event MessageReader::add_compressed() {
  const auto added = inflater_->add(piece_, most_, message_);
  if (added) return Event::NeedMore;
  if (added.error().kind() == ErrorKind::Exhausted)
    return fail(kTooBig, "the message is too large");
  return fail(kInvalidData, "a message's compressed data are not valid");
}

MessageReader::Event MessageReader::end_frame() {
  switch (frame_.opcode) {
    case Opcode::Ping: payload_ = std::move(control_); return Event::Ping;
    case Opcode::Pong: payload_ = std::move(control_); return Event::Pong;
    case Opcode::Close: return end_close();
    default: return frame_.final ? end_message() : Event::NeedMore;
  }
}

MessageReader::Event MessageReader::end_message() {
  in_message_ = false;
  if (compressed_) {
    const auto ended = inflater_->end(most_, message_);
    if (!ended && ended.error().kind() == ErrorKind::Exhausted)
      return fail(kTooBig, "the message is too large");
    if (!ended) return fail(kInvalidData, "a message's compressed data are not valid");
  }
  if (kind_ == Opcode::Text) {
    const bool valid = utf8_.add(std::string_view(message_).substr(checked_));
    if (!valid || !utf8_.is_complete()) return fail(kInvalidData, "a text is not UTF-8");
  }
  payload_ = std::exchange(message_, {});
  return kind_ == Opcode::Text ? Event::Text : Event::Binary;
}

// RFC 6455 section 5.5.1.
MessageReader::Event MessageReader::end_close() {
  code_ = kNoStatus;
  payload_.clear();
  if (control_.empty()) return Event::Close;
  if (control_.size() == 1) return fail(kProtocolError, "a close frame has half a code");
  const auto high = static_cast<std::uint8_t>(control_[0]);
  const auto low = static_cast<std::uint8_t>(control_[1]);
  const auto code = static_cast<std::uint16_t>(high << 8 | low);
  if (!is_sendable_code(code)) return fail(kProtocolError, "a close frame has an invalid code");
  payload_ = control_.substr(2);
  Utf8Check check;
  if (!check.add(payload_) || !check.is_complete())
    return fail(kInvalidData, "a close frame's reason is not UTF-8");
  code_ = code;
  return Event::Close;
}

}  // namespace wws::http::websocket
