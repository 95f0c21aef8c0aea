#include "http/h2/callbacks.h"

#include <array>

#include "base/bytes.h"

namespace wws::http::h2 {

// What nghttp2 calls while it is fed or asked for frames: each notes and returns. 0 goes on.
struct Callbacks {
  static Connection& self(void* user) noexcept { return *static_cast<Connection*>(user); }
  static Stream* stream_of(nghttp2_session* session, std::int32_t id) noexcept {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  // Of window updates for streams that are closed nothing is told later.
  static int frame_begins(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
    if (head->type == NGHTTP2_WINDOW_UPDATE || head->type > NGHTTP2_CONTINUATION)
      self(user).charge_cheap();
    return 0;
  }

  static int fields_begin(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Connection& connection = self(user);
    connection.head_deadline_.arm(connection.limits().header_timeout);
    const std::int32_t id = frame->hd.stream_id;
    if (connection.begin_stream(id)) return 0;
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
    return 0;
  }

  static int field(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                   std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                   std::uint8_t, void* user) {
    Stream* const stream = stream_of(session, frame->hd.stream_id);
    // Trailers come after the handler has seen the fields; they are bounded and dropped.
    if (stream == nullptr || stream->has_head()) return 0;
    stream->add_field(as_text({name, name_size}), as_text({value, value_size}));
    if (stream->fields_are_far_too_large()) self(user).terminate(NGHTTP2_ENHANCE_YOUR_CALM);
    return 0;
  }

  // Without this nghttp2 would drop such a field and go on.
  static int invalid_field(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                           const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int frame_received(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Connection& connection = self(user);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS: return headers_received(session, frame, connection);
      case NGHTTP2_DATA: return data_received(session, frame, connection);
      case NGHTTP2_RST_STREAM: connection.charge(connection.resets_); return 0;
      case NGHTTP2_SETTINGS:
      case NGHTTP2_PING: return frame_answered(frame, connection);
      case NGHTTP2_PRIORITY: connection.charge(connection.frames_); return 0;
      default: return 0;
    }
  }

  // A frame that is answered with its like, or such an answer.
  static int frame_answered(const nghttp2_frame* frame, Connection& connection) {
    const bool acknowledges = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
    if (!acknowledges) {
      connection.charge(connection.frames_);
      return 0;
    }
    connection.charge_cheap();
    if (frame->hd.type == NGHTTP2_PING && connection.leaving_) connection.go_away();
    return 0;
  }

  // RFC 9113 section 5.5: frames of types that are not known are dropped.
  static int unknown_frame(nghttp2_session*, void**, const nghttp2_frame_hd*, void*) {
    return NGHTTP2_ERR_CANCEL;
  }

  static int headers_received(nghttp2_session* session, const nghttp2_frame* frame,
                              Connection& connection) {
    Stream* const stream = stream_of(session, frame->hd.stream_id);
    const bool is_request = frame->headers.cat == NGHTTP2_HCAT_REQUEST;
    if (is_request) connection.head_deadline_ = {};
    if (stream == nullptr) return 0;
    if (is_request) stream->head_ended();
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) stream->body_ended();
    if (stream->is_ready()) connection.notes_.push_back(stream->id());
    return 0;
  }

  static int data_received(nghttp2_session* session, const nghttp2_frame* frame,
                           Connection& connection) {
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.length <= frame->data.padlen && !ends) connection.charge(connection.frames_);
    Stream* const stream = stream_of(session, frame->hd.stream_id);
    if (stream == nullptr || !ends) return 0;
    stream->body_ended();
    connection.notes_.push_back(stream->id());
    return 0;
  }

  static int data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                  const std::uint8_t* bytes, std::size_t size, void* user) {
    Connection& connection = self(user);
    connection.unread_ += size;
    if (Stream* const stream = stream_of(session, id))
      stream->body_arrived(as_text({bytes, size}));
    else
      connection.give_window_back(id, size);
    connection.hurry();
    return 0;
  }

  // A frame that nghttp2 answers with a reset costs as much as one that asks for it.
  static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int why, void* user) {
    Connection& connection = self(user);
    if (why == NGHTTP2_ERR_REFUSED_STREAM) connection.group_.hit(observe::EdgeLimit::Streams);
    connection.charge(connection.resets_);
    ++connection.charged_resets_;
    return 0;
  }

  static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Connection& connection = self(user);
    switch (frame->hd.type) {
      case NGHTTP2_GOAWAY:
        if (frame->goaway.error_code != NGHTTP2_NO_ERROR) connection.failed_ = true;
        return 0;
      case NGHTTP2_RST_STREAM: reset_sent(frame->rst_stream.error_code, connection); return 0;
      case NGHTTP2_DATA: connection.earn(frame->hd.length); [[fallthrough]];
      case NGHTTP2_HEADERS:
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
        if (Stream* const stream = stream_of(session, frame->hd.stream_id)) stream->answer_left();
        return 0;
      default: return 0;
    }
  }

  // Not every frame that makes nghttp2 reset its stream is told of as invalid: a body of another
  // length than announced is not, nor is a stream that we refuse. A client that has its streams
  // reset this way gets as much done for nothing as one that resets them itself (CVE-2025-8671).
  static void reset_sent(std::uint32_t code, Connection& connection) {
    if (code == NGHTTP2_NO_ERROR || code == NGHTTP2_CANCEL) return;
    if (connection.charged_resets_ > 0)
      --connection.charged_resets_;
    else if (code != NGHTTP2_INTERNAL_ERROR)  // a handler's, else
      connection.charge(connection.resets_);
  }

  static int stream_closed(nghttp2_session* session, std::int32_t id, std::uint32_t, void* user) {
    Stream* const stream = stream_of(session, id);
    if (stream == nullptr) return 0;
    Connection& connection = self(user);
    if (!stream->has_head()) connection.head_deadline_ = {};
    stream->closed();
    connection.notes_.push_back(id);
    connection.tell_gone_ = true;
    return 0;
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
    nghttp2_session_callbacks_set_unpack_extension_callback(all, unknown_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(all, frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(all, stream_closed);
    return all;
  }
};

std::uint32_t most_streams(const ConnectionLimits& limits) noexcept {
  return limits.max_streams == 0 ? ConnectionLimits{}.max_streams : limits.max_streams;
}

nghttp2_session* make_session(Connection& connection) {
  nghttp2_session_callbacks* const callbacks = Callbacks::make();
  nghttp2_option* option = nullptr;
  nghttp2_session* session = nullptr;
  if (callbacks != nullptr && nghttp2_option_new(&option) == 0) {
    // The window is given back when a handler has read, not when bytes arrive.
    nghttp2_option_set_no_auto_window_update(option, 1);
    // It tells of no others.
    for (unsigned type = NGHTTP2_CONTINUATION + 1; type <= UINT8_MAX; ++type)
      nghttp2_option_set_user_recv_extension_type(option, static_cast<std::uint8_t>(type));
    nghttp2_session_server_new2(&session, callbacks, &connection, option);
  }
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  return session;
}

namespace {

constexpr std::uint32_t kAnyNumber = UINT32_MAX;

bool submit_settings(nghttp2_session* session, const ConnectionLimits& limits,
                     std::uint32_t streams) {
  const std::uint32_t head =
      limits.max_head_bytes == 0 ? std::uint32_t{UINT32_MAX} : limits.max_head_bytes;
  const std::array<nghttp2_settings_entry, 3> settings{{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(kStreamWindow)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, head},
  }};
  return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0;
}

}  // namespace

// One stream too many is refused (RFC 9113 section 5.1.2 makes it a stream's error). nghttp2 does
// that while the client need not know the bound; when it has acknowledged it, nghttp2 ends the
// connection. So the acknowledgement is made to count for other settings, which bound nothing and
// which the client never sees: nghttp2 goes on to wait for the one of those that it does see.
bool submit_settings(nghttp2_session* session, const ConnectionLimits& limits) {
  if (!submit_settings(session, limits, kAnyNumber)) return false;
  const std::uint8_t* unsent = nullptr;
  return nghttp2_session_mem_send(session, &unsent) > 0 &&
         submit_settings(session, limits, most_streams(limits)) &&
         nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) ==
             0;
}

}  // namespace wws::http::h2
