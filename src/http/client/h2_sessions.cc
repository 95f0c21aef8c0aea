#include "http/client/h2_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wws::http {
namespace {

// What is remembered of more origins than these is forgotten where nothing is under way.
constexpr std::size_t kMostOrigins = 1024;

bool is_over(const std::weak_ptr<H2Session>& session) {
  const auto live = session.lock();
  return !live || live->is_over();
}

}  // namespace

H2Sessions::~H2Sessions() {
  for (const auto& [origin, known] : origins_) retire(known);
}

H2Sessions::Known& H2Sessions::known(const Origin& origin) {
  const auto found = origins_.find(origin);
  if (found != origins_.end()) return found->second;
  if (origins_.size() >= kMostOrigins) make_room();
  return origins_[origin];
}

// First what is not connected, then one that is.
void H2Sessions::make_room() {
  for (auto at = origins_.begin(); at != origins_.end();) {
    std::erase_if(at->second.sessions, is_over);
    const bool idle = at->second.sessions.empty() && !at->second.is_awaited();
    at = idle ? origins_.erase(at) : std::next(at);
  }
  if (origins_.size() < kMostOrigins) return;
  const auto one =
      std::ranges::find_if(origins_, [](const auto& entry) { return !entry.second.is_awaited(); });
  if (one == origins_.end()) return;
  retire(one->second);
  origins_.erase(one);
}

void H2Sessions::retire(const Known& known) {
  for (const auto& session : known.sessions)
    if (const auto live = session.lock()) live->retire();
}

std::shared_ptr<H2Session> H2Sessions::find(const Origin& origin, const AddressFilter& filter,
                                            const H2Session* avoided) {
  const auto found = origins_.find(origin);
  if (found == origins_.end() || found->second.requires_http1) return nullptr;
  auto& sessions = found->second.sessions;
  std::erase_if(sessions, is_over);
  for (const auto& weak : sessions) {
    auto session = weak.lock();
    if (session.get() == avoided || !session->has_room() || session->is_unsettled()) continue;
    if (!filter || filter(session->address())) return session;
  }
  return nullptr;
}

void H2Sessions::add(const Origin& origin, const std::shared_ptr<H2Session>& session) {
  known(origin).sessions.push_back(session);
}

H2Sessions::Dial::Dial(std::shared_ptr<H2Sessions> sessions, Origin origin)
    : sessions_(std::move(sessions)), origin_(std::move(origin)) {
  ++sessions_->known(origin_).dials;
}

H2Sessions::Dial::~Dial() {
  Known& known = sessions_->known(origin_);
  --known.dials;
  for (io::Notifier* const one : known.waiting) one->notify();
}

bool H2Sessions::is_dialed(const Origin& origin) const {
  const auto found = origins_.find(origin);
  return found != origins_.end() && found->second.dials > 0 && !found->second.speaks_http1;
}

Task<Result<void>> H2Sessions::wait(std::shared_ptr<H2Sessions> self, Origin origin,
                                    TimePoint until) {
  io::Notifier notifier(self->executor_);
  struct Place {
    std::list<io::Notifier*>& list;
    std::list<io::Notifier*>::iterator at;
    ~Place() { list.erase(at); }
  };
  auto& waiting = self->known(origin).waiting;
  const Place place{waiting, waiting.insert(waiting.end(), &notifier)};
  const bool notified = co_await notifier.wait_until(until);
  if (notified) co_return Result<void>{};
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none)
    co_return fail(ErrorKind::Gone, fmt::format("connecting to '{}': cancelled", origin.host));
  co_return fail(ErrorKind::TimedOut,
                 fmt::format("connecting to '{}': no answer in time", origin.host));
}

void H2Sessions::note_protocol(const Origin& origin, const Connection& connection) {
  known(origin).speaks_http1 = !connection.speaks_http2();
}

void H2Sessions::require_http1(const Origin& origin) {
  Known& origins = known(origin);
  origins.requires_http1 = origins.speaks_http1 = true;
}

Offer H2Sessions::offer(const Origin& origin) const {
  const auto found = origins_.find(origin);
  return found != origins_.end() && found->second.requires_http1 ? Offer::Http1
                                                                 : Offer::Http2AndHttp1;
}

}  // namespace wws::http
