#include "abi/js/fetch_operation.h"

#include <fmt/format.h>

#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

// A streamed upload above this holds back the guest; far above it, the upload fails.
constexpr std::size_t kUploadHighWater = 64 * 1024;
constexpr std::size_t kUploadMost = 16u << 20;

bindings::Redirect redirect_mode(std::uint32_t flags) {
  if (flags & WWS_FETCH_REDIRECT_ERROR) return bindings::Redirect::Error;
  if (flags & WWS_FETCH_REDIRECT_MANUAL) return bindings::Redirect::Manual;
  return bindings::Redirect::Follow;
}

// "[Not allowed] The host ...", as the original's users know it.
std::string failure_text(const bindings::FetchError& error) {
  return fmt::format("[{}] {}", bindings::to_string(error.kind), error.error.message());
}

}  // namespace

// The request body as the client reads it, fed by the guest's writes. It is the client's, who lets
// it go when no more of it is wanted.
class FetchOperation::Upload final : public http::BodySource {
 public:
  explicit Upload(FetchOperation& owner) : owner_(&owner), ready_(owner.services_.loop) {}
  // A guest that waits to write learns so that nobody reads.
  ~Upload() override {
    if (guest_waits_) push_writable();
  }

  // The operation is gone.
  void leave() {
    owner_ = nullptr;
    if (!ended_) failed_ = true;
    ended_ = true;
    ready_.notify();
  }

  Task<Result<std::string>> read() override {
    while (bytes_.empty() && !ended_) {
      co_await ready_.wait();
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none)
        co_return fail(ErrorKind::Gone, "the request was cancelled");
    }
    if (failed_) co_return fail(ErrorKind::GuestFault, "the request body failed");
    std::string chunk = std::exchange(bytes_, {});
    if (std::exchange(guest_waits_, false)) push_writable();
    co_return chunk;
  }
  std::optional<std::uint64_t> length() const noexcept override { return std::nullopt; }

  std::int32_t write(ByteView bytes, std::uint32_t flags) {
    if (bytes_.size() + bytes.size() > kUploadMost) {
      ended_ = failed_ = true;
      ready_.notify();
      return WWS_WRITE_GONE;
    }
    bytes_.append(as_text(bytes));
    if (flags & (WWS_WRITE_END | WWS_WRITE_ABORT)) ended_ = true;
    if (flags & WWS_WRITE_ABORT) failed_ = true;
    ready_.notify();
    if (ended_ || bytes_.size() < kUploadHighWater) return WWS_WRITE_OK;
    guest_waits_ = true;
    return WWS_WRITE_WAIT;
  }

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

 private:
  void push_writable() {
    if (owner_ != nullptr) owner_->push(encode_writable(owner_->id_));
  }

  FetchOperation* owner_;
  io::Notifier ready_;
  std::string bytes_;
  bool ended_ = false;
  bool failed_ = false;
  bool guest_waits_ = false;
};

FetchOperation::FetchOperation(LoopServices& services, bindings::FetchPolicy policy,
                               std::uint32_t id, FetchMessage message, PushEvent push)
    : services_(services),
      policy_(std::move(policy)),
      id_(id),
      message_(std::move(message)),
      push_(std::move(push)),
      tasks_(services.loop) {}

FetchOperation::~FetchOperation() {
  if (const auto upload = upload_.lock()) upload->leave();
}

void FetchOperation::start() {
  std::shared_ptr<Upload> upload;
  if (message_.flags & WWS_FETCH_BODY_STREAM) upload = std::make_shared<Upload>(*this);
  upload_ = upload;
  inline_bytes_ = message_.body.size();
  connecting_ = true;
  tasks_.spawn(connect(std::move(upload)));
}

Task<void> FetchOperation::connect(std::shared_ptr<Upload> upload) {
  bindings::FetchRequest request;
  request.method = std::move(message_.method);
  request.url = std::move(message_.url);
  request.headers = std::move(message_.headers);
  request.body = std::move(message_.body);
  request.body_source = std::move(upload);
  request.redirect = redirect_mode(message_.flags);
  auto response = co_await services_.fetcher.fetch(std::move(request), policy_);
  connecting_ = false;
  if (!response) inline_bytes_ = 0;
  if (cancelled_) co_return;
  if (!response) {
    push(encode_failed(id_, failure_text(response.error())));
    co_return;
  }
  response_ = std::make_unique<bindings::FetchResponse>(std::move(*response));
  const auto& head = response_->head;
  push(encode(FetchedMessage{id_, head.status, response_->redirected, head.reason, response_->url,
                             head.headers}));
}

std::int32_t FetchOperation::write(ByteView bytes, std::uint32_t flags) {
  const auto upload = upload_.lock();
  if (!upload || cancelled_) return WWS_WRITE_GONE;
  return upload->write(bytes, flags);
}

void FetchOperation::read() {
  if (reading_ || cancelled_) return;
  reading_ = true;
  tasks_.spawn(read_chunk());
}

Task<void> FetchOperation::read_chunk() {
  if (!response_ || !response_->body) {
    reading_ = false;
    push(encode_chunk(id_, WWS_CHUNK_END, {}));
    co_return;
  }
  auto chunk = co_await response_->body->read();
  reading_ = false;
  // At its end a body gives its connection back; one that nobody wants closes it.
  if (cancelled_ || !chunk || chunk->empty()) response_.reset();
  if (!chunk) {
    push(encode_chunk(id_, WWS_CHUNK_ERROR, chunk.error().message()));
    co_return;
  }
  push(encode_chunk(id_, chunk->empty() ? WWS_CHUNK_END : 0u, *chunk));
}

void FetchOperation::cancel() {
  cancelled_ = true;
  if (tasks_.running() == 0) response_.reset();
  tasks_.cancel();
}

std::size_t FetchOperation::held_bytes() const noexcept {
  const auto upload = upload_.lock();
  return (connecting_ || response_ ? inline_bytes_ : 0) + (upload ? upload->size() : 0);
}

Task<void> FetchOperation::join() {
  co_await tasks_.join();
  response_.reset();
  if (const auto upload = upload_.lock()) upload->leave();
}

void FetchOperation::push(std::string message) {
  if (!cancelled_) push_(std::move(message));
}

}  // namespace wws::abi::js
