#include "http/client/h2_callbacks.h"

#include <array>
#include <vector>

#include "http/client/request_head.h"

namespace wws::http {
namespace {

// What an upstream may send of one body before a guest has read it, and of all between two
// round trips.
constexpr std::int32_t kStreamWindow = 256 * 1024;
constexpr std::int32_t kConnectionWindow = 8 * 1024 * 1024;
// Of our own requests, where nghttp2's own bound is 64 KiB.
constexpr std::size_t kMostRequestHead = 1024 * 1024;

// nghttp2 copies both.
nghttp2_nv field(const Header& header) noexcept {
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(header.name), bytes(header.value), header.name.size(), header.value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

// What nghttp2 calls while it is fed or asked for frames: each notes and returns. 0 goes on.
struct H2Callbacks {
  static H2Session& self(void* user) noexcept { return *static_cast<H2Session*>(user); }

  // Of a push nghttp2 makes a mistake only once the upstream has acknowledged that it may not.
  static int frame_begins(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
    if (head->type == NGHTTP2_PUSH_PROMISE) self(user).break_off(NGHTTP2_PROTOCOL_ERROR);
    return 0;
  }

  static int fields_begin(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (H2Stream* const stream = self(user).find(frame->hd.stream_id)) stream->fields_begin();
    return 0;
  }

  static int field(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                   std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                   std::uint8_t, void* user) {
    const std::int32_t id = frame->hd.stream_id;
    H2Stream* const stream = self(user).find(id);
    if (stream == nullptr || stream->has_failed()) return 0;
    auto added = stream->field(as_text({name, name_size}), as_text({value, value_size}));
    if (!added) self(user).fail_stream(id, *stream, std::move(added).error());
    return 0;
  }

  // Without this nghttp2 would drop such a field and go on.
  static int invalid_field(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                           const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    H2Session& session = self(user);
    H2Stream* const stream = session.find(frame->hd.stream_id);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS: fields_ended(session, frame->hd.stream_id, stream, ends); break;
      case NGHTTP2_DATA:
        if (frame->hd.length <= frame->data.padlen && !ends) session.charge();
        if (stream != nullptr && ends) stream->ended();
        break;
      case NGHTTP2_RST_STREAM:
        if (stream == nullptr) session.charge();
        // That it is closed comes next, with no word of who did it.
        if (stream != nullptr) stream->reset_by_upstream();
        break;
      case NGHTTP2_GOAWAY:
        session.upstream_leaves(frame->goaway.last_stream_id, frame->goaway.error_code);
        break;
      case NGHTTP2_SETTINGS:
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) session.charge();
        break;
      case NGHTTP2_PRIORITY: session.charge(); break;
      default: break;
    }
    return 0;
  }

  static void fields_ended(H2Session& session, std::int32_t id, H2Stream* stream, bool ends) {
    if (stream == nullptr || stream->has_failed()) return;
    auto taken = stream->fields_ended();
    if (!taken) return session.fail_stream(id, *stream, std::move(taken).error());
    if (ends) stream->ended();
  }

  static int data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                  const std::uint8_t* bytes, std::size_t size, void* user) {
    nghttp2_session_consume_connection(session, size);
    H2Stream* const stream = self(user).find(id);
    if (stream != nullptr && !stream->has_failed()) stream->body_arrived(as_text({bytes, size}));
    return 0;
  }

  // A frame that nghttp2 answers with a reset.
  static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
    self(user).charge();
    return 0;
  }

  static int frame_leaves(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    H2Stream* const stream = self(user).find(frame->hd.stream_id);
    if (frame->hd.type == NGHTTP2_HEADERS && stream != nullptr) stream->leaves();
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR)
      self(user).broken_rule_ = frame->goaway.error_code;
    return 0;
  }

  static int frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS || error != NGHTTP2_ERR_FRAME_SIZE_ERROR) return 0;
    if (H2Stream* const stream = self(user).find(frame->hd.stream_id))
      stream->failed(Error(ErrorKind::Invalid, "the request's header fields are too large"));
    return 0;
  }

  static int stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    self(user).stream_closed(id, code);
    return 0;
  }

  static ssize_t take_body(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t most,
                           std::uint32_t* flags, nghttp2_data_source*, void* user) {
    H2Stream* const stream = self(user).find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const auto piece = stream->take({into, most});
    if (piece.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (piece.bytes == 0 && !piece.end) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(piece.bytes);
  }

  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* all = nullptr;
    if (nghttp2_session_callbacks_new(&all) != 0) return nullptr;
    nghttp2_session_callbacks_set_on_begin_frame_callback(all, frame_begins);
    nghttp2_session_callbacks_set_on_begin_headers_callback(all, fields_begin);
    nghttp2_session_callbacks_set_on_header_callback(all, field);
    nghttp2_session_callbacks_set_on_invalid_header_callback(all, invalid_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(all, frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, data);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(all, invalid_frame);
    nghttp2_session_callbacks_set_before_frame_send_callback(all, frame_leaves);
    nghttp2_session_callbacks_set_on_frame_send_callback(all, frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(all, frame_not_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(all, stream_closed);
    return all;
  }
};

nghttp2_session* make_client_session(H2Session& session) {
  nghttp2_session_callbacks* const callbacks = H2Callbacks::make();
  nghttp2_option* option = nullptr;
  nghttp2_session* made = nullptr;
  if (callbacks != nullptr && nghttp2_option_new(&option) == 0) {
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_max_send_header_block_length(option, kMostRequestHead);
    // Blanks around a value, which servers do send; they are taken away.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
    nghttp2_session_client_new2(&made, callbacks, &session, option);
  }
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  return made;
}

bool submit_client_settings(nghttp2_session* session, const ClientLimits& limits) {
  const std::array<nghttp2_settings_entry, 3> settings{{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(kStreamWindow)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.max_head_bytes},
  }};
  return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) ==
             0 &&
         nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) ==
             0;
}

std::int32_t submit_request(nghttp2_session* session, const ClientRequest& request) {
  const Headers headers = http2_fields(request);
  std::vector<nghttp2_nv> fields;
  fields.reserve(headers.size());
  for (const Header& header : headers) fields.push_back(field(header));
  nghttp2_data_provider body{};
  body.read_callback = H2Callbacks::take_body;
  return nghttp2_submit_request(session, nullptr, fields.data(), fields.size(),
                                has_body(request) ? &body : nullptr, nullptr);
}

}  // namespace wws::http
