#include "http/h1/parser.h"

#include <algorithm>
#include <string>

#include "http/authority.h"

namespace wws::http::h1 {
namespace {

// Chunk extensions and trailers are bytes nobody reads: a body may bring this many of them for each
// byte of content, on top of what a head may have.
constexpr std::uint64_t kFramingPerByte = 16;
constexpr std::uint64_t kFramingBase = 16 * 1024;

constexpr std::string_view kNotOneBlank = "the parts of the request line stand one blank apart";
constexpr std::string_view kOtherVersion = "only HTTP/1.0 and HTTP/1.1 are served";

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view without_trailing_space(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

}  // namespace

struct RequestParser::Callbacks {
  static RequestParser& self(llhttp_t* machine) noexcept {
    return *static_cast<RequestParser*>(machine->data);
  }
  template <std::string RequestParser::* Member>
  static int append(llhttp_t* machine, const char* at, std::size_t size) {
    (self(machine).*Member).append(at, size);
    return HPE_OK;
  }
  template <int (RequestParser::*Member)()>
  static int call(llhttp_t* machine) {
    return (self(machine).*Member)();
  }
  static int method(llhttp_t* machine, const char* at, std::size_t size) {
    self(machine).head_.method.append(at, size);
    self(machine).note_end(at + size);
    return HPE_OK;
  }
  static int method_complete(llhttp_t* machine) {
    RequestParser& parser = self(machine);
    if (machine->method == HTTP_CONNECT || machine->method == HTTP_TRACE)
      return parser.refuse(501, "this method is not served");
    return HPE_OK;
  }
  static int url(llhttp_t* machine, const char* at, std::size_t size) {
    RequestParser& parser = self(machine);
    if (parser.head_.target.empty() && !parser.follows_one_blank(at))
      return parser.refuse(400, kNotOneBlank);
    parser.head_.target.append(at, size);
    parser.note_end(at + size);
    return HPE_OK;
  }
  static int protocol(llhttp_t* machine, const char* at, std::size_t size) {
    RequestParser& parser = self(machine);
    if (parser.protocol_.empty() && !parser.follows_one_blank(at))
      return parser.refuse(400, kNotOneBlank);
    parser.protocol_.append(at, size);
    return HPE_OK;
  }
  static int protocol_complete(llhttp_t* machine) {
    RequestParser& parser = self(machine);
    if (parser.protocol_ != "HTTP") return parser.refuse(400, "the protocol is not HTTP");
    return HPE_OK;
  }
  static int version_complete(llhttp_t* machine) {
    if (machine->http_major != 1) return self(machine).refuse(505, kOtherVersion);
    return HPE_OK;
  }
  static int headers_complete(llhttp_t* machine) {
    // An upgrade we do not offer is a request like any other (RFC 9110 section 7.8).
    machine->upgrade = 0;
    return self(machine).head_complete();
  }
  static int body(llhttp_t* machine, const char* at, std::size_t size) {
    RequestParser& parser = self(machine);
    parser.body_->append(at, size);
    parser.body_bytes_ += size;
    return HPE_OK;
  }
  static int message_complete(llhttp_t* machine) {
    self(machine).complete_ = true;
    return HPE_PAUSED;
  }

  static llhttp_settings_t make() noexcept {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_method = method;
    settings.on_method_complete = method_complete;
    settings.on_url = url;
    settings.on_protocol = protocol;
    settings.on_protocol_complete = protocol_complete;
    settings.on_version_complete = version_complete;
    settings.on_header_field = append<&RequestParser::name_>;
    settings.on_header_value = append<&RequestParser::value_>;
    settings.on_header_value_complete = call<&RequestParser::header_complete>;
    settings.on_headers_complete = headers_complete;
    settings.on_body = body;
    settings.on_message_complete = message_complete;
    return settings;
  }
  static const llhttp_settings_t kSettings;
};

const llhttp_settings_t RequestParser::Callbacks::kSettings = make();

RequestParser::RequestParser(const ParserLimits& limits) noexcept : limits_(limits) {
  llhttp_init(&machine_, HTTP_REQUEST, &Callbacks::kSettings);
  machine_.data = this;
}

void RequestParser::next() noexcept {
  llhttp_reset(&machine_);
  head_.method.clear();
  head_.target.clear();
  head_.authority.clear();
  head_.version_minor = 1;
  head_.headers.clear();
  head_.request_id.clear();
  protocol_.clear();
  name_.clear();
  value_.clear();
  head_bytes_ = line_part_ = body_bytes_ = framing_bytes_ = length_ = 0;
  header_count_ = 0;
  hosts_ = 0;
  chunked_ = keep_alive_ = expects_continue_ = has_head_ = complete_ = false;
}

std::optional<std::uint64_t> RequestParser::content_length() const noexcept {
  if (chunked_) return std::nullopt;
  return length_;
}

RequestParser::Step RequestParser::parse(std::string_view bytes, std::string& body) {
  if (refused_) return {ParserEvent::Refused, 0};
  if (complete_) return {ParserEvent::Complete, 0};
  const bool was_in_head = !has_head_;
  const std::uint64_t room =
      limits_.max_head_bytes == 0 ? bytes.size() : limits_.max_head_bytes - head_bytes_;
  const std::string_view fed = was_in_head ? bytes.substr(0, room) : bytes;

  body_ = &body;
  bytes_ = fed.data();
  const std::uint64_t body_before = body_bytes_;
  const llhttp_errno_t error = llhttp_execute(&machine_, fed.data(), fed.size());
  body_ = nullptr;
  bytes_ = nullptr;

  const std::size_t consumed =
      error == HPE_OK ? fed.size()
                      : static_cast<std::size_t>(llhttp_get_error_pos(&machine_) - fed.data());
  if (error != HPE_OK && error != HPE_PAUSED) {
    explain(error, fed.substr(std::min(consumed, fed.size())));
    return refused(consumed);
  }
  if (was_in_head)
    head_bytes_ += consumed;
  else
    framing_bytes_ += consumed - (body_bytes_ - body_before);
  if (!framing_is_cheap()) {
    refuse(400, "too many chunk extensions or trailers");
    return refused(consumed);
  }
  if (error == HPE_PAUSED) {
    llhttp_resume(&machine_);
    return {complete_ ? ParserEvent::Complete : ParserEvent::Head, consumed};
  }
  if (!has_head_ && limits_.max_head_bytes != 0 && head_bytes_ >= limits_.max_head_bytes) {
    refuse(431, "the request line and header fields are too large");
    return refused(consumed);
  }
  return {ParserEvent::NeedMore, consumed};
}

RequestParser::Step RequestParser::refused(std::size_t consumed) noexcept {
  refused_ = true;
  return {ParserEvent::Refused, consumed};
}

int RequestParser::refuse(int status, std::string_view text) noexcept {
  refusal_ = {status, text};
  return HPE_USER;
}

// llhttp takes any number of blanks, and so would not see where a target with a blank in it ends
// (RFC 9112 section 3).
bool RequestParser::follows_one_blank(const char* at) const noexcept {
  return head_bytes_ + static_cast<std::uint64_t>(at - bytes_) == line_part_ + 1;
}

void RequestParser::note_end(const char* at) noexcept {
  line_part_ = head_bytes_ + static_cast<std::uint64_t>(at - bytes_);
}

bool RequestParser::framing_is_cheap() const noexcept {
  return framing_bytes_ <= kFramingBase + kFramingPerByte * body_bytes_;
}

// `rest` begins with the byte that llhttp did not like.
void RequestParser::explain(llhttp_errno_t error, std::string_view rest) noexcept {
  if (!refusal_.text.empty()) return;  // a check of ours has said why
  switch (error) {
    case HPE_INVALID_METHOD:
      if (is_token(rest.substr(0, 1)))
        refuse(501, "this method is not known");
      else
        refuse(400, "the request line is malformed");
      return;
    case HPE_INVALID_VERSION:
      // Another version than ours was read whole, or it is garbage.
      if (machine_.http_major > 1 || (machine_.http_major == 1 && machine_.http_minor > 1))
        refuse(505, kOtherVersion);
      else
        refuse(400, "the version of the protocol is malformed");
      return;
    case HPE_PAUSED_H2_UPGRADE: refuse(505, kOtherVersion); return;
    case HPE_INVALID_URL: refuse(400, "the request target is malformed"); return;
    case HPE_INVALID_HEADER_TOKEN: refuse(400, "a header field is malformed"); return;
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_CONTENT_LENGTH:
      refuse(400, "Content-Length is malformed, doubled or contradicted");
      return;
    case HPE_INVALID_TRANSFER_ENCODING:
      refuse(400, "Transfer-Encoding is malformed or contradicted");
      return;
    case HPE_INVALID_CHUNK_SIZE: refuse(400, "a chunk of the body is malformed"); return;
    default: refuse(400, "the request is malformed"); return;
  }
}

int RequestParser::header_complete() {
  const std::string_view value = without_trailing_space(value_);
  // Trailers come after the handler has seen the headers; they are bounded and dropped.
  const int verdict = has_head_ ? HPE_OK : note_field(name_, value);
  if (!has_head_ && verdict == HPE_OK) head_.headers.add(name_, std::string(value));
  name_.clear();
  value_.clear();
  return verdict;
}

int RequestParser::note_field(std::string_view name, std::string_view value) {
  if (limits_.max_headers != 0 && ++header_count_ > limits_.max_headers)
    return refuse(431, "there are too many header fields");
  if (!is_field_value(value)) return refuse(400, "a header field is malformed");
  switch (name.size()) {
    case 4:
      if (!equals_ignoring_case(name, "host")) return HPE_OK;
      if (++hosts_ > 1) return refuse(400, "there is more than one Host");
      if (!is_authority(value)) return refuse(400, "Host is malformed");
      head_.authority = value;
      return HPE_OK;
    case 6:
      if (equals_ignoring_case(name, "expect"))
        expects_continue_ = equals_ignoring_case(value, "100-continue");
      return HPE_OK;
    case 14:
      if (equals_ignoring_case(name, "content-length") &&
          (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)))
        return refuse(400, "Content-Length is malformed, doubled or contradicted");
      return HPE_OK;
    case 17:
      if (!equals_ignoring_case(name, "transfer-encoding")) return HPE_OK;
      if (chunked_) return refuse(400, "Transfer-Encoding is malformed or contradicted");
      if (!equals_ignoring_case(value, "chunked"))
        return refuse(501, "only the transfer coding chunked is known");
      chunked_ = true;
      return HPE_OK;
    default: return HPE_OK;
  }
}

// RFC 9112 sections 3.2 and 6.1.
int RequestParser::head_complete() {
  head_.version_minor = machine_.http_minor;
  // A request line without a version is HTTP/0.9's and never reaches version_complete().
  if (machine_.http_major != 1) return refuse(505, kOtherVersion);
  const bool one_one = machine_.http_minor >= 1;
  if (one_one && hosts_ == 0) return refuse(400, "there is no Host");
  if (chunked_ && (machine_.flags & F_CONTENT_LENGTH) != 0)
    return refuse(400, "Transfer-Encoding is malformed or contradicted");
  if (chunked_ && !one_one) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  if (const int verdict = check_target(); verdict != HPE_OK) return verdict;

  const bool close = (machine_.flags & F_CONNECTION_CLOSE) != 0;
  keep_alive_ = !close && (one_one || (machine_.flags & F_CONNECTION_KEEP_ALIVE) != 0);
  length_ = (machine_.flags & F_CONTENT_LENGTH) != 0 ? machine_.content_length : 0;
  expects_continue_ = expects_continue_ && one_one;
  has_head_ = true;
  // Without a body llhttp goes on to the end of the message at once, which saves a second call.
  return chunked_ || length_ > 0 ? HPE_PAUSED : HPE_OK;
}

int RequestParser::check_target() {
  const std::string_view target = head_.target;
  const bool legal = std::all_of(target.begin(), target.end(),
                                 [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!legal || target.empty()) return refuse(400, "the request target is malformed");
  if (target.front() == '/') return HPE_OK;
  if (target == "*" && machine_.method == HTTP_OPTIONS) return HPE_OK;
  if (starts_with_ignoring_case(target, "http://")) return check_absolute_target(7);
  if (starts_with_ignoring_case(target, "https://")) return check_absolute_target(8);
  return refuse(400, "the request target is malformed");
}

// The authority of an absolute target replaces Host (RFC 9112 section 3.2.2).
int RequestParser::check_absolute_target(std::size_t scheme_length) {
  const std::string_view rest = std::string_view(head_.target).substr(scheme_length);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.empty() || !is_authority(authority))
    return refuse(400, "the request target is malformed");
  name_authority(head_, std::string(authority));
  std::string origin(rest.substr(end));
  if (!origin.starts_with('/')) origin.insert(0, 1, '/');
  head_.target = std::move(origin);
  return HPE_OK;
}

}  // namespace wws::http::h1
