// What reading a request's head costs, and writing a response's.
#include <benchmark/benchmark.h>

#include "http/h1/parser.h"
#include "http/h1/serializer.h"

namespace wws::http::h1 {
namespace {

constexpr std::string_view kShort = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
constexpr std::string_view kBrowser =
    "GET /items?page=3&sort=price HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.8,de;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "Referer: https://www.example.com/items?page=2\r\n"
    "Cache-Control: max-age=0\r\n\r\n";

void parse(benchmark::State& state, std::string_view request) {
  RequestParser parser({});
  std::string body;
  for (auto _ : state) {
    const auto step = parser.parse(request, body);
    if (step.event != ParserEvent::Complete) state.SkipWithError("the request was not read");
    parser.next();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}

void write(benchmark::State& state) {
  ResponseHead head;
  head.headers.add("Content-Type", "text/html; charset=utf-8");
  head.headers.add("Cache-Control", "no-store");
  head.headers.add("X-Request-Id", "0123456789abcdef");
  std::string out;
  for (auto _ : state) {
    out.clear();
    if (!check_response_head(head)) state.SkipWithError("the head cannot be written");
    append_response_head(out, head, Framing::Length, 1000, Persistence::Implied,
                         "Sun, 06 Nov 1994 08:49:37 GMT");
    benchmark::DoNotOptimize(out.data());
  }
}

BENCHMARK(write);
BENCHMARK_CAPTURE(parse, short, kShort);
BENCHMARK_CAPTURE(parse, browser, kBrowser);

}  // namespace
}  // namespace wws::http::h1
