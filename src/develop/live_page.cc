#include "develop/live_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace wws::develop {
namespace {

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) ==
                   std::tolower(static_cast<unsigned char>(b));
          }).empty();
}

// A browser that opens a page or a frame, as it says (https://www.w3.org/TR/fetch-metadata/); where
// it does not say, who wants HTML.
bool is_shown(const http::RequestHead& request) {
  if (request.method != "GET" && request.method != "POST") return false;
  const auto accept = request.headers.find("accept").value_or("");
  if (!contains_ignoring_case(accept, "text/html")) return false;
  const auto destination = request.headers.find("sec-fetch-dest");
  return !destination || *destination == "document" || *destination == "iframe" ||
         *destination == "frame";
}

}  // namespace

LivePage::LivePage(http::Exchange& inner, std::string version) : inner_(inner) {
  const auto& request = inner.request();
  if (!is_shown(request)) return;
  script_ = fmt::format("<script src=\"/_wws/dev.js?v={}\"></script>\n", version);
  // Nor can one that is compressed be added to.
  for (const char* condition : {"if-none-match", "if-modified-since", "accept-encoding"}) {
    if (!request.headers.contains(condition)) continue;
    if (!unconditional_) unconditional_ = request;
    unconditional_->headers.remove(condition);
  }
}

bool LivePage::becomes_live(http::ResponseHead& head) const {
  if (script_.empty() || head.status == 206 || !http::status_has_body(head.status)) return false;
  const auto type = head.headers.find("content-type").value_or("");
  if (!contains_ignoring_case(type.substr(0, type.find(';')), "text/html")) return false;
  if (head.headers.contains("content-encoding")) return false;
  head.headers.remove("etag");
  head.headers.remove("last-modified");
  head.headers.set("cache-control", "no-store");
  return true;
}

// Behind the end of the document an HTML parser runs a script as it does before
// (https://html.spec.whatwg.org/multipage/parsing.html#the-after-after-body-insertion-mode).
Task<Result<void>> LivePage::respond(http::ResponseHead head, std::string body) {
  if (becomes_live(head)) body += script_;
  auto sent = co_await inner_.respond(std::move(head), std::move(body));
  co_return sent;
}

Task<Result<void>> LivePage::start(http::ResponseHead head, std::optional<std::uint64_t> length) {
  live_ = becomes_live(head);
  if (live_ && length) *length += script_.size();
  auto started = co_await inner_.start(std::move(head), length);
  co_return started;
}

Task<Result<void>> LivePage::finish() {
  if (live_) {
    auto written = co_await inner_.write(script_);
    if (!written) co_return written;
  }
  auto finished = co_await inner_.finish();
  co_return finished;
}

}  // namespace wws::develop
