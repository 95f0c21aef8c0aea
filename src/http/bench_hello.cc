// Answers every request with 18 bytes, on one loop: `wws_http_bench_hello 8080`, then
// `wrk -t1 -c32 -d5 http://127.0.0.1:8080/`.
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>

#include "http/listener.h"

namespace {

class Hello final : public wws::http::Handler {
 public:
  wws::Task<void> handle(wws::http::Exchange& exchange) override {
    wws::http::ResponseHead head;
    head.headers.add("X-Generated-By", "wws");
    head.headers.add("Content-Type", "text/plain");
    [[maybe_unused]] const auto sent =
        co_await exchange.respond(std::move(head), "Hello from worker\n");
  }
};

}  // namespace

int main(int count, char** arguments) {
  const int port = count > 1 ? std::atoi(arguments[1]) : 0;
  boost::asio::io_context loop(1);
  Hello hello;
  wws::observe::MemoryLog log;
  const auto listener = wws::http::make_listener(loop, {.port = static_cast<std::uint16_t>(port)},
                                                 wws::http::ReusePort::No, {}, hello, log);
  if (!listener) {
    std::fprintf(stderr, "%s\n", listener.error().to_string().c_str());
    return 1;
  }
  (*listener)->start();
  std::printf("http://127.0.0.1:%u/\n", (*listener)->port());
  std::fflush(stdout);
  loop.run();
}
