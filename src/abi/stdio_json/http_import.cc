#include "abi/stdio_json/http_import.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "abi/stdio_json/session.h"
#include "base/assert.h"

namespace wws::abi::stdio_json {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",    "POST",    "PUT", "PATCH",
                                                      "DELETE", "OPTIONS", "HEAD"};
constexpr std::uint32_t kPairBytes = 16;  // name and value, each a pointer and a length
constexpr std::uint32_t kAreaBytes = 28;
constexpr std::uint32_t kAlignment = 4;  // of lists and of the area

// The eleven arguments.
enum Argument : std::size_t {
  kHasBody,
  kBody,
  kBodySize,
  kHeaders,
  kHeaderCount,
  kMethod,
  kParams,
  kParamCount,
  kUri,
  kUriSize,
  kArea
};

std::unexpected<Error> broken(std::string what) {
  return fail(ErrorKind::GuestFault, "http.send-http-request: " + std::move(what));
}

// Copies a request out of the guest's memory; sizes are counted before anything is copied.
class RequestReader {
 public:
  RequestReader(wasm::GuestMemory memory, std::span<const wasm::Value> arguments)
      : memory_(memory), arguments_(arguments) {}

  // Errors: GuestFault ends the run; Exhausted is to be told to the guest.
  Result<OutboundRequest> read() {
    if (at(kMethod) >= kMethods.size())
      return broken(fmt::format("there is no method {}", at(kMethod)));
    if (at(kHasBody) > 1) return broken(fmt::format("the body's option is {}", at(kHasBody)));
    if (at(kHeaderCount) > kMaxOutboundHeaders)
      return fail(ErrorKind::Exhausted, fmt::format("{} headers are too many, {} are allowed",
                                                    at(kHeaderCount), kMaxOutboundHeaders));
    OutboundRequest request;
    request.method = kMethods[at(kMethod)];
    WWS_TRY(request.uri, text(at(kUri), at(kUriSize), "the URI"));
    WWS_TRY(request.headers, headers());
    if (at(kHasBody) == 1) {
      WWS_TRY(request.body, text(at(kBody), at(kBodySize), "the body"));
    }
    return request;
  }

 private:
  std::uint32_t at(Argument which) const {
    return static_cast<std::uint32_t>(arguments_[which].i32);
  }
  Result<std::string> text(std::uint32_t place, std::uint32_t size, std::string_view what) {
    const auto bytes = memory_.view(place, size);
    if (!bytes)
      return broken(fmt::format("{} ({} bytes at {}) is outside the memory", what, size, place));
    if (size > kMaxOutboundBytes - copied_)
      return fail(ErrorKind::Exhausted,
                  fmt::format("the request is larger than {} bytes", kMaxOutboundBytes));
    copied_ += size;
    return std::string(as_text(*bytes));
  }
  Result<Pairs> headers() {
    const std::uint32_t list = at(kHeaders), count = at(kHeaderCount);
    if (!memory_.contains(list, std::uint64_t{count} * kPairBytes))
      return broken(fmt::format("the list of {} headers at {} is outside the memory", count, list));
    Pairs pairs;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t entry = list + i * kPairBytes;
      WWS_TRY(std::string name, text(number(entry), number(entry + 4), "a header's name"));
      WWS_TRY(std::string value, text(number(entry + 8), number(entry + 12), "a header's value"));
      pairs.emplace_back(std::move(name), std::move(value));
    }
    return pairs;
  }
  std::uint32_t number(std::uint32_t place) const {
    return memory_.load<std::uint32_t>(place).value_or(0);
  }

  wasm::GuestMemory memory_;
  std::span<const wasm::Value> arguments_;
  std::uint32_t copied_ = 0;
};

// Puts a result into the guest's memory, in room that the guest's own allocator gives. The memory
// may move with each allocation, so it is taken anew for each access.
class ResultWriter {
 public:
  ResultWriter(wasm::HostContext& context, std::uint32_t area) : context_(context), area_(area) {}

  Result<void> write(const OutboundResult& result) {
    return result ? write_response(*result) : write_error(result.error());
  }

 private:
  Result<void> write_response(const OutboundResponse& response) {
    WWS_TRY(const std::uint32_t body, copy(response.body));
    WWS_TRY(const std::uint32_t headers, copy_headers(response.headers));
    put(0, std::uint8_t{0});
    put(4, std::uint8_t{1});  // a body, always
    put(8, body);
    put(12, size_of(response.body));
    put(16, headers);
    put(20, static_cast<std::uint32_t>(response.headers.size()));
    put(24, response.status);
    return flush();
  }
  Result<void> write_error(const OutboundError& error) {
    WWS_TRY(const std::uint32_t message, copy(error.message));
    put(0, std::uint8_t{1});
    put(4, static_cast<std::uint8_t>(error.kind));
    put(8, message);
    put(12, size_of(error.message));
    return flush();
  }

  static std::uint32_t size_of(const std::string& text) {
    return static_cast<std::uint32_t>(text.size());
  }
  Result<std::uint32_t> copy(std::string_view bytes) {
    WWS_TRY(const std::uint32_t place, allocate(1, bytes.size()));
    if (!context_.memory().write(place, as_bytes(bytes))) return outside(place);
    return place;
  }
  Result<std::uint32_t> copy_headers(const Pairs& headers) {
    WWS_TRY(const std::uint32_t list, allocate(kAlignment, headers.size() * kPairBytes));
    std::uint32_t entry = list;
    for (const auto& [name, value] : headers) {
      WWS_TRY(const std::uint32_t name_at, copy(name));
      WWS_TRY(const std::uint32_t value_at, copy(value));
      const std::array<std::uint32_t, 4> pair = {name_at, size_of(name), value_at, size_of(value)};
      if (!context_.memory().store(entry, pair)) return outside(entry);
      entry += kPairBytes;
    }
    return list;
  }

  // For nothing the guest is not asked: its malloc(0) may be a null pointer, and it frees no
  // length of 0.
  Result<std::uint32_t> allocate(std::uint32_t alignment, std::uint64_t size) {
    if (size == 0) return alignment;
    if (size > std::numeric_limits<std::uint32_t>::max())
      return broken(fmt::format("a response of {} bytes does not fit a worker's memory", size));
    Result<wasm::Value> place = call_allocator(alignment, static_cast<std::uint32_t>(size));
    if (!place) return fail(std::move(place).error());
    const auto at = static_cast<std::uint32_t>(place->i32);
    if (at == 0) return broken(fmt::format("the worker's allocator has no {} bytes", size));
    if (at % alignment != 0 || !context_.memory().contains(at, size)) return outside(at);
    return at;
  }
  Result<wasm::Value> call_allocator(std::uint32_t alignment, std::uint32_t size) {
    std::array<wasm::Value, 4> arguments{};
    arguments[2].raw = alignment;
    arguments[3].raw = size;
    Result<wasm::Value> place = context_.call_guest("canonical_abi_realloc", arguments);
    if (place || place.error().kind() != ErrorKind::NotFound) return place;
    // The name that later versions of wit-bindgen give to the same function.
    place = context_.call_guest("cabi_realloc", arguments);
    if (place || place.error().kind() != ErrorKind::NotFound) return place;
    return broken(
        "the worker does not export canonical_abi_realloc, which takes the response; link the "
        "bindings that wit-bindgen 0.2 makes");
  }
  static std::unexpected<Error> outside(std::uint32_t place) {
    return broken(
        fmt::format("the worker's allocator returned {}, which is outside the memory or "
                    "not aligned",
                    place));
  }

  template <typename T>
  void put(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof(T));
  }
  Result<void> flush() {
    if (!context_.memory().write(area_, bytes_)) return broken("the return area is gone");
    return {};
  }

  wasm::HostContext& context_;
  std::uint32_t area_;
  std::array<std::uint8_t, kAreaBytes> bytes_{};
};

class HttpOperation final : public wasm::Operation {
 public:
  explicit HttpOperation(std::uint32_t area) : area_(area) {}

  void send(OutboundHttp& outbound, OutboundRequest request, std::shared_ptr<wasm::Waker> waker) {
    // `this` outlives the call: the call is a member, and destroying it ends the callbacks.
    call_ =
        outbound.start(std::move(request), [this, waker = std::move(waker)](OutboundResult result) {
          result_ = std::move(result);
          waker->wake();
        });
  }
  void answer(OutboundError error, wasi_p1::Timers& timers, std::shared_ptr<wasm::Waker> waker) {
    result_ = std::unexpected(std::move(error));
    timer_ = timers.start(std::chrono::nanoseconds(0), std::move(waker));
  }

  wasm::HostResult complete(wasm::HostContext& context, std::span<wasm::Value>) override {
    WWS_ASSERT(result_.has_value(), "an operation completes after it was woken");
    Result<void> written = ResultWriter(context, area_).write(*result_);
    if (!written) return std::move(written).error();
    return std::nullopt;
  }

 private:
  std::uint32_t area_;
  std::optional<OutboundResult> result_;
  std::unique_ptr<wasi_p1::Timer> timer_;
  std::unique_ptr<OutboundCall> call_;
};

Result<std::unique_ptr<wasm::Operation>> send_http_request(wasm::HostContext& context,
                                                           std::span<const wasm::Value> arguments,
                                                           std::shared_ptr<wasm::Waker> waker) {
  auto* const user = static_cast<wasi_p1::User*>(context.user());
  if (user == nullptr)
    return fail(ErrorKind::Internal, "http.send-http-request was called outside a request");
  Session& session = static_cast<Session&>(*user);
  const wasm::GuestMemory memory = context.memory();
  const auto area = static_cast<std::uint32_t>(arguments[kArea].i32);
  if (area % kAlignment != 0 || !memory.contains(area, kAreaBytes))
    return broken(fmt::format("the return area at {} is outside the memory or not aligned", area));

  auto operation = std::make_unique<HttpOperation>(area);
  Result<OutboundRequest> request = RequestReader(memory, arguments).read();
  if (!request && request.error().kind() != ErrorKind::Exhausted)
    return fail(std::move(request).error());
  if (!request) {
    operation->answer({OutboundErrorKind::InvalidRequest, request.error().message()},
                      session.wasi().timers(), std::move(waker));
  } else if (session.outbound() == nullptr) {
    operation->answer(
        {OutboundErrorKind::NotAllowed,
         "HTTP requests are not allowed for this worker. Please, update the worker configuration."},
        session.wasi().timers(), std::move(waker));
  } else {
    operation->send(*session.outbound(), std::move(*request), std::move(waker));
  }
  return operation;
}

}  // namespace

wasm::HostFunction http_import() {
  return {"http", "send-http-request", "iiiiiiiiiii:", nullptr, send_http_request};
}

}  // namespace wws::abi::stdio_json
