#include "develop/live_reload.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/post.hpp>

#include "observe/log.h"

namespace wws::develop {
namespace {

constexpr std::string_view kEvents = "/_wws/dev";
constexpr std::string_view kScript = "/_wws/dev.js";
// Keeps what stands between from thinking that the stream is dead.
constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::size_t kMostProblem = 2000;

// The page's own version is in the script's address: what changed while the page was on its way is
// noticed as soon as the stream begins. Texts only go where they cannot be markup.
constexpr std::string_view kScriptText = R"js((() => {
  if (window.__wws_dev) return;
  window.__wws_dev = true;
  const own = new URL(document.currentScript.src).searchParams.get("v");
  const events = new EventSource("/_wws/dev");
  events.addEventListener("version", (event) => {
    if (event.data !== own) {
      events.close();
      location.reload();
    }
  });
  events.addEventListener("problem", (event) => {
    let bar = document.getElementById("__wws_dev_problem");
    if (!bar) {
      bar = document.createElement("div");
      bar.id = "__wws_dev_problem";
      bar.setAttribute("role", "alert");
      bar.style.cssText =
        "all:initial;position:fixed;z-index:2147483647;left:0;right:0;bottom:0;max-height:40vh;overflow:auto;" +
        "box-sizing:border-box;padding:12px 16px;background:#8c1d18;color:#fff;cursor:pointer;" +
        "font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere";
      bar.title = "Click to close. The terminal has the stack.";
      bar.addEventListener("click", () => bar.remove());
      document.documentElement.append(bar);
    }
    bar.textContent = event.data;
  });
})();
)js";

}  // namespace

struct LiveReload::Listener {
  explicit Listener(boost::asio::any_io_executor executor)
      : loop(std::move(executor)), wake(loop) {}
  boost::asio::any_io_executor loop;
  io::Notifier wake;
  bool gone = false;
};

// A listener is in the list as long as its stream is there, however that ends.
class LiveReload::Registered final {
 public:
  Registered(LiveReload& owner, std::shared_ptr<Listener> listener) : owner_(owner) {
    const std::lock_guard lock(owner_.mutex_);
    place_ = owner_.listeners_.insert(owner_.listeners_.end(), std::move(listener));
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  ~Registered() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.listeners_.erase(place_);
  }

 private:
  LiveReload& owner_;
  std::list<std::shared_ptr<Listener>>::iterator place_;
};

bool LiveReload::is_for_us(const http::RequestHead& request) {
  return request.path() == kEvents || request.path() == kScript;
}

Task<void> LiveReload::answer(http::Exchange& exchange, boost::asio::any_io_executor loop) {
  const auto& request = exchange.request();
  http::ResponseHead head;
  head.headers.add("cache-control", "no-store");
  head.headers.add("x-content-type-options", "nosniff");
  if (request.method != "GET") {
    head.status = 405;
    head.headers.add("allow", "GET");
    co_await exchange.respond(std::move(head), "");
  } else if (request.path() == kScript) {
    head.headers.add("content-type", "text/javascript; charset=utf-8");
    co_await exchange.respond(std::move(head), std::string(kScriptText));
  } else {
    head.headers.add("content-type", "text/event-stream; charset=utf-8");
    auto started = co_await exchange.start(std::move(head), std::nullopt);
    if (started) {
      co_await stream(exchange, std::move(loop));
    }
  }
}

Task<void> LiveReload::stream(http::Exchange& exchange, boost::asio::any_io_executor loop) {
  const auto self = std::make_shared<Listener>(std::move(loop));
  const Registered registered(*this, self);
  exchange.on_gone([self] {
    self->gone = true;
    self->wake.notify();
  });
  News told = news();
  std::string text = fmt::format("event: version\ndata: {}\n\n", version_of(told));
  while (!self->gone) {
    if (!text.empty()) {
      auto written = co_await exchange.write(text);
      if (!written) break;
    }
    const News now = news();
    if (now.closed) {
      co_await exchange.finish();
      break;
    }
    text.clear();
    if (now.changes != told.changes)
      text += fmt::format("event: version\ndata: {}\n\n", version_of(now));
    if (now.problems != told.problems)
      text += fmt::format("event: problem\ndata: {}\n\n", now.problem);
    told = now;
    if (!text.empty()) continue;
    const bool woken =
        co_await self->wake.wait_until(std::chrono::steady_clock::now() + kHeartbeat);
    if (!woken) text = ":\n\n";
  }
  exchange.on_gone({});
}

LiveReload::News LiveReload::news() const {
  const std::lock_guard lock(mutex_);
  return news_;
}

std::string LiveReload::version_of(const News& news) const {
  return fmt::format("{:x}.{}", start_, news.changes);
}

std::string LiveReload::version() const { return version_of(news()); }

template <typename Change>
void LiveReload::tell(Change change) {
  const std::lock_guard lock(mutex_);
  change(news_);
  for (const auto& listener : listeners_)
    boost::asio::post(listener->loop, [listener] { listener->wake.notify(); });
}

void LiveReload::changed() {
  tell([](News& news) { ++news.changes; });
}

void LiveReload::problem(std::string_view text) {
  std::string line = observe::escape_for_log(text.substr(0, kMostProblem));
  tell([&line](News& news) {
    ++news.problems;
    news.problem = std::move(line);
  });
}

void LiveReload::close() {
  tell([](News& news) { news.closed = true; });
}

}  // namespace wws::develop
