#include "develop/error_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "abi/trace.h"
#include "develop/source_files.h"
#include "observe/log.h"

namespace wws::develop {
namespace {

// Self-contained: colours follow the reader's preference, lines of code scroll by themselves.
constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#f6f5f2;--card:#fff;--ink:#1f2328;--soft:#656d76;--line:#e3e1dc;
--red:#b3261e;--wash:#fdecea;--code:#fbfaf8;--mark:#ffe9e6}
@media (prefers-color-scheme:dark){:root{--bg:#16181c;--card:#1f2227;--ink:#e6e6e6;--soft:#9aa3ad;
--line:#32363d;--red:#ff8a80;--wash:#3a1f1e;--code:#1a1d21;--mark:#47211f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:960px;margin:0 auto;padding:clamp(16px,4vw,48px) clamp(12px,4vw,32px)}
header{border-left:4px solid var(--red);padding:2px 0 2px 16px;margin-bottom:24px}
.kind{display:inline-block;background:var(--wash);color:var(--red);border-radius:999px;padding:2px 12px;
font-size:14px;font-weight:600}
h1{font-size:clamp(19px,3.4vw,26px);line-height:1.35;margin:10px 0 6px;overflow-wrap:anywhere;white-space:pre-wrap}
.where{color:var(--soft);margin:0;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:0 0 20px;overflow:hidden}
h2{font-size:13px;font-weight:600;letter-spacing:.02em;color:var(--soft);margin:0;padding:10px 16px;
border-bottom:1px solid var(--line);overflow-wrap:anywhere}
code,pre,td{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.code{background:var(--code);overflow-x:auto;padding:10px 0}
.code table{border-collapse:collapse;min-width:100%;font-size:14px;line-height:1.6}
.code td{padding:0 16px 0 0;white-space:pre}
.code td:first-child{color:var(--soft);text-align:right;padding:0 14px 0 16px;user-select:none;width:1%}
.code tr.at{background:var(--mark)}
.code tr.at td:first-child{color:var(--red);font-weight:700;box-shadow:inset 3px 0 0 var(--red)}
.code tr.caret td{color:var(--red);font-weight:700;line-height:1;padding-bottom:6px}
ol{list-style:none;margin:0;padding:6px 0;font-size:14px}
ol li{padding:5px 16px;display:flex;gap:4px 16px;flex-wrap:wrap;justify-content:space-between}
ol li+li{border-top:1px solid var(--line)}
ol code{overflow-wrap:anywhere}
ol .place{color:var(--soft)}
pre{margin:0;padding:12px 16px;font-size:14px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
dl{margin:0;padding:10px 16px;display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;font-size:14px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:14px;text-align:center;padding:4px 0 0}
)css";

// Control characters become visible; the rest stays.
std::string plain(std::string_view text) {
  std::string out;
  while (true) {
    const auto end = std::min(text.find('\n'), text.size());
    out += observe::escape_for_log(text.substr(0, end));
    if (end == text.size()) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

// https://html.spec.whatwg.org/multipage/parsing.html: of elements' text and quoted attributes.
std::string html(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

struct Title {
  std::string kind;  // "TypeError"
  std::string text;
};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
  });
}

Title title_of(const abi::FailureReport& failure) {
  const std::string_view message = failure.message;
  switch (failure.kind) {
    case ErrorKind::TimedOut: return {"Time limit", std::string(message)};
    case ErrorKind::Exhausted: return {"Limit", std::string(message)};
    case ErrorKind::Invalid: return {"Not a working worker", std::string(message)};
    default: break;
  }
  if (message.starts_with("wasm trap: ")) return {"Trap", std::string(message.substr(11))};
  const auto colon = message.find(": ");
  if (colon != std::string_view::npos && is_name(message.substr(0, colon)))
    return {std::string(message.substr(0, colon)), std::string(message.substr(colon + 2))};
  return {"Failure", std::string(message)};
}

std::string place_of(const abi::Frame& frame) {
  if (frame.file.empty()) return "";
  if (frame.line == 0) return frame.file;
  return frame.column == 0 ? fmt::format("{}:{}", frame.file, frame.line)
                           : fmt::format("{}:{}:{}", frame.file, frame.line, frame.column);
}

// All that is told, before its form.
struct Story {
  Title title;
  std::vector<abi::Frame> frames;
  std::optional<abi::Excerpt> excerpt;
  std::string other;  // what of the stack is no frame: lists of mistakes, causes
};

std::string other_lines(std::string_view stack) {
  std::string out;
  while (!stack.empty()) {
    const auto end = std::min(stack.find('\n'), stack.size());
    const std::string_view line = stack.substr(0, end);
    const bool wasm_heading = line.find("wasm backtrace:") != std::string_view::npos;
    if (!line.empty() && !wasm_heading && abi::parse_stack(line).empty())
      out += std::string(line) + "\n";
    stack.remove_prefix(std::min(end + 1, stack.size()));
  }
  return out;
}

// Of the first frame whose source there is.
std::optional<abi::Excerpt> find_excerpt(const std::vector<abi::Frame>& frames,
                                         const abi::WorkerIdentity& worker,
                                         const std::filesystem::path& root) {
  for (const auto& frame : frames) {
    if (frame.file.empty() || frame.line == 0) continue;
    const bool own = worker.source && frame.file == worker.file;
    const auto text = own ? *worker.source : read_source(root, frame.file).value_or("");
    if (auto excerpt = abi::make_excerpt(frame.file, text, frame.line, frame.column))
      return excerpt;
  }
  return std::nullopt;
}

Story tell(const abi::FailureReport& failure, const std::filesystem::path& root) {
  Story story{.title = title_of(failure),
              .frames = abi::parse_stack(failure.stack),
              .excerpt = std::nullopt,
              .other = other_lines(failure.stack)};
  // What a compiler wrote down is the whole path.
  const std::string prefix = root.string() + "/";
  for (auto& frame : story.frames)
    if (frame.file.starts_with(prefix)) frame.file.erase(0, prefix.size());
  story.excerpt = find_excerpt(story.frames, failure.worker, root);
  return story;
}

// --- as text -------------------------------------------------------------------------------------

std::string as_text(const Story& story, const abi::FailureReport& failure,
                    const http::RequestHead& request) {
  std::string text = plain(fmt::format("{}: {}\n", story.title.kind, story.title.text));
  if (story.excerpt) {
    const abi::Excerpt& excerpt = *story.excerpt;
    text += plain(fmt::format("\n{}:{}\n{}", excerpt.file, excerpt.marked, abi::to_text(excerpt)));
  }
  if (!failure.stack.empty()) text += "\n" + plain(failure.stack) + "\n";
  if (!failure.further.empty()) text += "\nBefore that:\n" + plain(failure.further);
  text += plain(fmt::format("\nworker {}, route {}, {} {}\n", failure.worker.label,
                            failure.worker.route, request.method, request.target));
  return text;
}

// --- as a page -----------------------------------------------------------------------------------

std::string code_section(const abi::Excerpt& excerpt) {
  std::string rows;
  int number = excerpt.first;
  for (const std::string& line : excerpt.lines) {
    const bool marked = number == excerpt.marked;
    rows += fmt::format("<tr{}><td>{}</td><td>{}</td></tr>\n", marked ? " class=at" : "", number,
                        html(line));
    if (marked && excerpt.column > 0)
      rows += fmt::format("<tr class=caret><td></td><td>{:>{}}</td></tr>\n", "^", excerpt.column);
    ++number;
  }
  return fmt::format(
      "<section><h2>{}, line {}</h2><div class=code "
      "tabindex=0><table>\n{}</table></div></section>\n",
      html(excerpt.file), excerpt.marked, rows);
}

std::string frames_section(const std::vector<abi::Frame>& frames) {
  std::string rows;
  for (const auto& frame : frames) {
    const std::string place = place_of(frame);
    if (place.empty() && frame.function.empty()) continue;
    rows += fmt::format("<li><code>{}</code> <code class=place>{}</code></li>\n",
                        frame.function.empty() ? "(top level)" : html(frame.function), html(place));
  }
  return rows.empty() ? ""
                      : "<section><h2>How it came there</h2><ol>\n" + rows + "</ol></section>\n";
}

std::string text_section(std::string_view heading, std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("<section><h2>{}</h2><pre>{}</pre></section>\n", heading, html(text));
}

std::string facts_section(const abi::FailureReport& failure, const http::RequestHead& request) {
  const auto fact = [](std::string_view name, std::string_view value) {
    return value.empty() ? std::string()
                         : fmt::format("<dt>{}</dt><dd><code>{}</code></dd>\n", name, html(value));
  };
  const std::string& file = failure.worker.file;
  return fmt::format(
      "<section><h2>Request</h2><dl>\n{}{}{}{}</dl></section>\n",
      fact("Request", request.method + " " + request.target), fact("Worker", failure.worker.label),
      fact("File", file == failure.worker.label ? "" : file), fact("Route", failure.worker.route));
}

std::string as_page(const Story& story, const abi::FailureReport& failure,
                    const http::RequestHead& request) {
  std::string place = failure.worker.file;
  if (story.excerpt) place = fmt::format("{}:{}", story.excerpt->file, story.excerpt->marked);
  return fmt::format(
      "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
      "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=color-scheme content=\"light dark\">\n<title>{}: {}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n<main>\n"
      "<header><span class=kind>{}</span><h1>{}</h1><p class=where>{}</p></header>\n"
      "{}{}{}{}{}"
      "<footer>Save the file and this page reloads. In production clients see a short page "
      "instead.</footer>\n</main>\n</body>\n</html>\n",
      html(story.title.kind), html(story.title.text.substr(0, 120)), kStyle, html(story.title.kind),
      html(story.title.text), html(place), story.excerpt ? code_section(*story.excerpt) : "",
      frames_section(story.frames), text_section("More", story.other),
      text_section("Before that", failure.further), facts_section(failure, request));
}

}  // namespace

abi::FailurePage ErrorPages::page(const abi::FailureReport& failure,
                                  const http::RequestHead& request) const {
  abi::FailurePage page = abi::failure_page(failure.kind);
  const Story story = tell(failure, root_);
  const auto accept = request.headers.find("accept").value_or("");
  const bool browser = accept.find("text/html") != std::string_view::npos;
  page.head.headers.set("content-type",
                        browser ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  page.head.headers.set("x-content-type-options", "nosniff");
  page.head.headers.set("content-security-policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; "
                        "connect-src 'self'; base-uri 'none'; form-action 'none'");
  page.body = browser ? as_page(story, failure, request) : as_text(story, failure, request);
  return page;
}

void ErrorPages::notice(const abi::FailureReport& failure) {
  const auto frames = abi::parse_stack(failure.stack);
  const abi::Frame* place = abi::first_place(frames);
  reload_.problem(fmt::format("{}{} (worker {})", failure.message,
                              place == nullptr ? "" : " at " + place_of(*place),
                              failure.worker.label));
}

}  // namespace wws::develop
