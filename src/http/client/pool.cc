#include "http/client/pool.h"

namespace wws::http {
namespace {

constexpr std::size_t kMaxIdle = 1024;  // of all hosts together

}  // namespace

Pool::Pool(const boost::asio::any_io_executor& executor, const ClientLimits& limits)
    : timer_(executor), limits_(limits) {}

std::shared_ptr<Connection> Pool::take(const Origin& key, const AddressFilter& filter) {
  sweep();
  const auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  auto& waiting = found->second;
  std::shared_ptr<Connection> taken;
  for (auto i = waiting.size(); i-- > 0 && !taken;) {  // the youngest is the least likely stale
    const auto connection = waiting[i].connection;
    if (connection->is_quiet() && filter && !filter(connection->address())) continue;
    if (connection->is_quiet()) taken = connection;
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
    --count_;
  }
  if (waiting.empty()) idle_.erase(found);
  return taken;
}

void Pool::give(const Origin& key, std::shared_ptr<Connection> connection) {
  if (limits_.max_idle_per_host == 0 || count_ >= kMaxIdle) return;
  auto& waiting = idle_[key];
  if (waiting.size() >= limits_.max_idle_per_host) return;
  waiting.push_back({std::move(connection), std::chrono::steady_clock::now()});
  ++count_;
  arm();
}

void Pool::sweep() {
  const auto oldest = std::chrono::steady_clock::now() - limits_.max_idle_time;
  for (auto it = idle_.begin(); it != idle_.end();) {
    count_ -= std::erase_if(it->second, [&](const Idle& idle) { return idle.since <= oldest; });
    it = it->second.empty() ? idle_.erase(it) : std::next(it);
  }
}

void Pool::arm() {
  if (armed_ || idle_.empty()) return;
  armed_ = true;
  timer_.expires_after(limits_.max_idle_time);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& code) {
    const auto self = weak.lock();
    if (code || !self) return;
    self->armed_ = false;
    self->sweep();
    self->arm();
  });
}

}  // namespace wws::http
