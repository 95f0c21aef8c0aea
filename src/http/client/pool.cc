#include "http/client/pool.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "http/blanks.h"

namespace wws::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxIdle = 2048;  // of all hosts together
// Of the time that an upstream says it keeps a connection, for the way there.
constexpr seconds kMargin{1};

// How long a connection may wait. Keep-Alive is of nobody's standard and everybody's use
// (RFC 2068 section 19.7.1.1); what is not understood says nothing.
milliseconds idle_time(const Headers& headers, milliseconds most) {
  constexpr std::string_view kTimeout = "timeout=";
  std::string_view rest = headers.find("Keep-Alive").value_or("");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto parameter = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!equals_ignoring_case(parameter.substr(0, kTimeout.size()), kTimeout)) continue;
    std::uint32_t value = 0;
    const auto digits = parameter.substr(kTimeout.size());
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (parsed.ec == std::errc()) return std::min<milliseconds>(most, seconds(value) - kMargin);
  }
  return most;
}

}  // namespace

Pool::Pool(const boost::asio::any_io_executor& executor, const ClientLimits& limits)
    : timer_(executor), limits_(limits) {}

std::shared_ptr<Connection> Pool::take(const Origin& key, const AddressFilter& filter) {
  const auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  const auto now = std::chrono::steady_clock::now();
  auto& waiting = found->second;
  std::shared_ptr<Connection> taken;
  for (auto i = waiting.size(); i-- > 0 && !taken;) {  // the youngest is the least likely stale
    const auto connection = waiting[i].connection;
    if (filter && !filter(connection->address())) continue;
    if (waiting[i].until > now && connection->is_quiet()) taken = connection;
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
    --count_;
  }
  if (waiting.empty()) idle_.erase(found);
  return taken;
}

void Pool::give(const Origin& key, std::shared_ptr<Connection> connection, const Headers& headers) {
  if (limits_.max_idle_per_host == 0 || count_ >= kMaxIdle) return;
  const auto time = idle_time(headers, limits_.max_idle_time);
  if (time.count() <= 0) return;
  auto& waiting = idle_[key];
  if (waiting.size() >= limits_.max_idle_per_host) return;
  waiting.push_back({std::move(connection), std::chrono::steady_clock::now() + time});
  ++count_;
  arm();
}

void Pool::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (auto it = idle_.begin(); it != idle_.end();) {
    count_ -= std::erase_if(it->second, [&](const Idle& idle) { return idle.until <= now; });
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
