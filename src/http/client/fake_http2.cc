#include "http/client/fake_http2.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace wws::http {
namespace {

constexpr std::size_t kPreface = 24;
constexpr std::size_t kFrameHead = 9;

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes));
  return text;
}

// RFC 7541 section 5.1, of at most 7 bits and a continuation of two.
std::string length_of(std::string_view text) {
  if (text.size() < 127) return std::string(1, static_cast<char>(text.size()));
  const auto rest = text.size() - 127;
  WWS_ASSERT(rest < 128 * 128, "a field of a test is too long");
  return {'\x7f', static_cast<char>(rest % 128 + 128), static_cast<char>(rest / 128)};
}

std::string text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::vector<nghttp2_nv> to_nghttp2(const FakeHttp2::Fields& fields) {
  std::vector<nghttp2_nv> all;
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  for (const auto& [name, value] : fields)
    all.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  return all;
}

}  // namespace

std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                     std::string_view payload) {
  std::string frame = big_endian(static_cast<std::uint32_t>(payload.size()), 3);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  frame += big_endian(stream, 4);
  frame += payload;
  return frame;
}

std::string h2_field(std::string_view name, std::string_view value) {
  std::string text(1, '\0');
  text += length_of(name);
  text += name;
  text += length_of(value);
  text += value;
  return text;
}

std::string h2_head(std::uint32_t stream, std::string_view fields, std::uint8_t flags) {
  return h2_frame(NGHTTP2_HEADERS, flags | NGHTTP2_FLAG_END_HEADERS, stream, fields);
}

std::uint32_t await_head(Peer& peer, std::string& input) {
  while (true) {
    if (input.starts_with("PRI ") && input.size() >= kPreface) input.erase(0, kPreface);
    const bool has_head = input.size() >= kFrameHead && !input.starts_with("PRI ");
    const std::size_t size =
        has_head ? kFrameHead + number(std::string_view(input).substr(0, 3)) : 0;
    if (!has_head || input.size() < size) {
      if (!peer.read_more(input)) return 0;
      continue;
    }
    const auto type = static_cast<std::uint8_t>(input[3]);
    const auto stream = number(std::string_view(input).substr(5, 4));
    input.erase(0, size);
    if (type == NGHTTP2_HEADERS) return stream;
  }
}

struct FakeHttp2::Callbacks {
  static FakeHttp2& self(void* user) { return *static_cast<FakeHttp2*>(user); }

  static int field(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                   std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                   std::uint8_t, void* user) {
    auto& request = self(user).requests_[frame->hd.stream_id];
    request.id = frame->hd.stream_id;
    request.fields[text_of(name, name_size)] = text_of(value, value_size);
    return 0;
  }
  static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    FakeHttp2& fake = self(user);
    const auto id = frame->hd.stream_id;
    if (frame->hd.type == NGHTTP2_RST_STREAM) fake.resets_[id] = frame->rst_stream.error_code;
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    fake.requests_[id].ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (std::ranges::find(fake.ready_, id) == fake.ready_.end()) fake.ready_.push_back(id);
    if (fake.bodies_[id].is_echo) nghttp2_session_resume_data(fake.session_, id);
    return 0;
  }
  static int data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    Body& body = self(user).bodies_[id];
    (body.is_echo ? body.bytes : self(user).requests_[id].body) += text_of(bytes, size);
    return 0;
  }
  static ssize_t take(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t most,
                      std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Body& body = self(user).bodies_[id];
    const auto bytes = std::min(most, body.bytes.size() - body.at);
    std::memcpy(into, body.bytes.data() + body.at, bytes);
    body.at += bytes;
    if (body.is_echo) nghttp2_session_consume(self(user).session_, id, bytes);
    const bool is_whole = !body.is_echo || self(user).requests_[id].ended;
    if (body.at == body.bytes.size() && is_whole) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (bytes == 0 && !is_whole) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(bytes);
  }
};

FakeHttp2::FakeHttp2(Peer& peer, Options options, OnRequest on_request)
    : peer_(peer), on_request_(std::move(on_request)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::field);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, options.takes_bodies ? 0 : 1);
  nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  const std::array<nghttp2_settings_entry, 2> settings{{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.window},
  }};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
}

FakeHttp2::~FakeHttp2() { nghttp2_session_del(session_); }

bool FakeHttp2::flush() {
  const std::uint8_t* bytes = nullptr;
  while (true) {
    const auto size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) return size == 0;
    if (!peer_.send(text_of(bytes, static_cast<std::size_t>(size)))) return false;
  }
}

void FakeHttp2::run() {
  std::string input;
  while (!stopped_ && flush()) {
    input.clear();
    if (!peer_.read_more(input)) return;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(input.data());
    if (nghttp2_session_mem_recv(session_, bytes, input.size()) < 0) return;
    for (const auto id : std::exchange(ready_, {})) on_request_(*this, requests_[id]);
  }
  flush();
}

void FakeHttp2::answer(std::int32_t id, std::string body, Fields fields) {
  bodies_[id].bytes = std::move(body);
  auto all = to_nghttp2(fields);
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::take;
  nghttp2_submit_response(session_, id, all.data(), all.size(), &provider);
}

void FakeHttp2::answer_with_echo(std::int32_t id) {
  if (std::exchange(bodies_[id].is_echo, true)) return;
  answer(id, std::exchange(requests_[id].body, {}));
}

void FakeHttp2::answer_head(std::int32_t id, const Fields& fields) {
  auto all = to_nghttp2(fields);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, all.data(), all.size(), nullptr);
}

void FakeHttp2::reset(std::int32_t id, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
}

void FakeHttp2::go_away(std::int32_t last, std::uint32_t code) {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last, code, nullptr, 0);
}

bool FakeHttp2::send_raw(std::string_view bytes) { return flush() && peer_.send(bytes); }

}  // namespace wws::http
