// Runs one worker file in the engine, natively, against a host made of nothing.
//
//     wws_js_runner ASSERT_JS FILE_JS
//
// A file with lines that begin with `//>` is a worker with cases; each case runs in a fork of the
// loaded engine, as a request runs in a fresh instance. Any other file is a list of
// test("name", function) calls. Lines of a case:
//
//     //$ variable NAME=value    //$ module    //$ name file.js       (once, before the cases)
//     //$ no-handler             evaluation must say that nothing handles requests
//     //! load TEXT              loading ends in a fault whose message begins with TEXT
//     //> GET http://x.test/     begins a case
//     //> name: value            a request header
//     //> body TEXT              the body, inline; \n \r \t \\ and \xHH are escapes, and a literal
//                                body may be made of pieces with |, which stand for chunks:
//     //> stream A|B|!error      the body, streamed; `!` fails it
//     //> param NAME=value       a route parameter
//     //> wait                   each write of the response is answered with WRITE_WAIT
//     //> gone                   the client leaves when nothing else is left to do
//     //> gone-on-write          the response's second write finds the client gone
//     //> warmup                 the case is a declared warm-up request
//     //< 200 status text        the response
//     //< name: value            a response header (`name:` alone: it must be absent)
//     //< body TEXT              the whole body
//     //< chunks A|B             the pieces that were written
//     //< aborted                the body was cut
//     //! KIND TEXT              a fault of that kind whose message begins with TEXT
//     //!stack TEXT              a fault's stack contains TEXT; \n is an escape
//     //!nostack TEXT            no fault's stack contains TEXT
//     //= TEXT                   the next log line
//     //kv KEY=value             what is stored in the end
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "fake_host.h"

namespace {

std::string read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", path);
    std::exit(2);
  }
  return out.str();
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'x':
        out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default: out += text[i];
    }
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find(by, at), text.size());
    out.push_back(unescape(text.substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

struct ExpectedFault {
  int kind;
  std::string message;
};

struct Case {
  int line = 0;
  Request request;
  std::optional<std::string> status;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;
  std::optional<std::vector<std::string>> chunks;
  bool aborted = false;
  std::vector<ExpectedFault> faults;
  std::vector<std::string> stacks;
  std::vector<std::string> no_stacks;
  std::vector<std::string> logs;
  Pairs kv;
  bool warmup = false;
};

struct Script {
  std::string file_name = "worker.js";
  std::string source;
  uint32_t flags = WWS_COMPILE_AUTO;
  Pairs variables;
  bool no_handler = false;
  std::optional<std::string> load_fault;
  std::vector<Case> cases;
};

std::pair<std::string, std::string> cut(const std::string& text, char by) {
  size_t at = text.find(by);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string trim(const std::string& text) {
  size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin);
}

std::pair<std::string, std::string> header_line(const std::string& text) {
  auto [name, value] = cut(text, ':');
  return {name, unescape(trim(value))};
}

[[noreturn]] void bad_line(int line, const std::string& text) {
  std::fprintf(stderr, "line %d: what is \"%s\"?\n", line, text.c_str());
  std::exit(2);
}

void request_line(Case& c, const std::string& word, const std::string& rest,
                  const std::string& text) {
  Request& request = c.request;
  if (word == "body") {
    request.body = unescape(rest);
    request.flags |= WWS_REQUEST_BODY_INLINE;
  } else if (word == "stream") {
    request.chunks = split(rest, '|');
    request.flags |= WWS_REQUEST_BODY_STREAM;
  } else if (word == "param") {
    request.params.push_back(cut(rest, '='));
  } else if (word == "wait") {
    request.writes_wait = true;
  } else if (word == "gone") {
    request.gone = true;
  } else if (word == "gone-on-write") {
    request.gone_on_write = true;
  } else if (word == "warmup") {
    request.flags |= WWS_REQUEST_WARMUP;
    c.warmup = true;
  } else {
    request.headers.push_back(header_line(text));
  }
}

void response_line(Case& c, const std::string& word, const std::string& rest,
                   const std::string& text) {
  if (word == "body") {
    c.body = unescape(rest);
  } else if (word == "chunks") {
    c.chunks = split(rest, '|');
  } else if (word == "aborted") {
    c.aborted = true;
  } else if (std::isdigit(static_cast<unsigned char>(word[0]))) {
    c.status = text;
  } else {
    c.headers.push_back(header_line(text));
  }
}

bool begins_case(const std::string& word) {
  return !word.empty() && word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
}

void directive(Script& script, int line, const std::string& mark, const std::string& text) {
  auto [word, rest] = cut(text, ' ');
  if (mark == "//$" && word == "variable") {
    auto [name, value] = cut(rest, '=');
    script.variables.push_back({name, unescape(value)});
  } else if (mark == "//$" && word == "module") {
    script.flags |= WWS_COMPILE_MODULE;
  } else if (mark == "//$" && word == "no-handler") {
    script.no_handler = true;
  } else if (mark == "//$" && word == "name") {
    script.file_name = rest;
  } else if (mark == "//!" && word == "load") {
    script.load_fault = rest;
  } else if (mark == "//>" && begins_case(word)) {
    script.cases.emplace_back();
    script.cases.back().line = line;
    script.cases.back().request.method = word;
    script.cases.back().request.url = rest;
  } else if (script.cases.empty()) {
    bad_line(line, text);
  } else if (mark == "//>") {
    request_line(script.cases.back(), word, rest, text);
  } else if (mark == "//<") {
    response_line(script.cases.back(), word, rest, text);
  } else if (mark == "//!") {
    script.cases.back().faults.push_back({std::stoi(word), unescape(rest)});
  } else if (mark == "//!stack") {
    script.cases.back().stacks.push_back(unescape(text));
  } else if (mark == "//!nostack") {
    script.cases.back().no_stacks.push_back(text);
  } else if (mark == "//=") {
    script.cases.back().logs.push_back(unescape(text));
  } else if (mark == "//kv") {
    script.cases.back().kv.push_back(cut(text, '='));
  } else {
    bad_line(line, text);
  }
}

Script parse(const std::string& source) {
  Script script;
  script.source = source;
  std::istringstream in(source);
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    for (const char* mark : {"//$", "//>", "//<", "//!stack", "//!nostack", "//!", "//=", "//kv"}) {
      if (text.starts_with(std::string(mark) + " ") || text == mark) {
        directive(script, line, mark, trim(text.substr(std::strlen(mark))));
        break;
      }
    }
  }
  return script;
}

bool begins_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

class Verdict final {
 public:
  explicit Verdict(int line) : line_(line) {}
  void equal(const char* what, const std::string& actual, const std::string& expected) {
    if (actual == expected) return;
    std::printf("case of line %d: %s is \"%s\", wanted \"%s\"\n", line_, what, actual.c_str(),
                expected.c_str());
    good_ = false;
  }
  void that(bool condition, const std::string& what) {
    if (condition) return;
    std::printf("case of line %d: %s\n", line_, what.c_str());
    good_ = false;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  int line_;
  bool good_ = true;
};

void check_response(Verdict& verdict, const Case& c, const Outcome& outcome) {
  verdict.equal("status",
                outcome.responded
                    ? std::to_string(outcome.status) + (outcome.status_text.empty() ? "" : " ") +
                          outcome.status_text
                    : "none",
                c.status.value_or("none"));
  for (const auto& [name, value] : c.headers) {
    verdict.equal(name.c_str(), outcome.header(name), value);
  }
  if (c.body) verdict.equal("body", outcome.body, *c.body);
  if (c.chunks) {
    std::string actual, expected;
    for (const std::string& chunk : outcome.chunks) actual += chunk + "|";
    for (const std::string& chunk : *c.chunks) expected += chunk + "|";
    verdict.equal("chunks", actual, expected);
  }
  verdict.that(outcome.aborted == c.aborted, c.aborted ? "was not aborted" : "was aborted");
}

void check_rest(Verdict& verdict, const Case& c, const Outcome& outcome) {
  for (size_t i = 0; i < std::max(c.faults.size(), outcome.faults.size()); ++i) {
    std::string actual = "none", expected = "none";
    if (i < c.faults.size()) {
      expected = std::to_string(c.faults[i].kind) + " " + c.faults[i].message;
    }
    if (i < outcome.faults.size()) {
      actual = std::to_string(outcome.faults[i].kind) + " " + outcome.faults[i].message;
      if (i < c.faults.size() && begins_with(actual, expected)) actual = expected;
    }
    verdict.equal("fault", actual, expected);
  }
  const auto has_stack = [&outcome](const std::string& text) {
    bool found = false;
    for (const Fault& fault : outcome.faults) found |= fault.stack.find(text) != std::string::npos;
    return found;
  };
  for (const std::string& text : c.no_stacks) {
    verdict.that(!has_stack(text), "a stack has \"" + text + "\"");
  }
  for (const std::string& text : c.stacks) {
    verdict.that(has_stack(text),
                 "no stack has \"" + text + "\"" +
                     (outcome.faults.empty() ? "" : ":\n" + outcome.faults[0].stack));
  }
  if (!c.logs.empty()) {
    std::string actual, expected;
    for (const std::string& line : outcome.logs) actual += line + "\n";
    for (const std::string& line : c.logs) expected += line + "\n";
    verdict.equal("log", actual, expected);
  }
  for (const auto& [key, value] : c.kv) {
    auto found = outcome.kv.find(key);
    verdict.equal(("kv " + key).c_str(), found == outcome.kv.end() ? "none" : found->second, value);
  }
}

bool run_case(const Case& c) {
  Outcome outcome = fake_host().run(c.request);
  Verdict verdict(c.line);
  verdict.that(outcome.complaint.empty(), outcome.complaint);
  check_response(verdict, c, outcome);
  check_rest(verdict, c, outcome);
  return verdict.good();
}

/* A child's memory is its own, as an instance's is. */
bool run_in_fork(const Case& c) {
  std::fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    bool good = run_case(c);
    std::fflush(stdout);
    _exit(good ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return false;
  if (WIFSIGNALED(status)) std::printf("case of line %d: signal %d\n", c.line, WTERMSIG(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run_tests() {
  Request request;
  request.method = "GET";
  request.url = "http://tests.test/";
  Outcome outcome = fake_host().run(request);
  for (const std::string& line : outcome.logs) std::printf("%s\n", line.c_str());
  for (const Fault& fault : outcome.faults) {
    std::printf("fault %d: %s\n%s\n", fault.kind, fault.message.c_str(), fault.stack.c_str());
  }
  std::printf("%s\n%s", outcome.body.c_str(), outcome.complaint.c_str());
  bool good = outcome.complaint.empty() && outcome.status == 200 && outcome.faults.empty() &&
              begins_with(outcome.body, "ok ") && outcome.body.find("FAILED ") == std::string::npos;
  return good ? 0 : 1;
}

int run(Script script, const char* assert_path) {
  bool tests = script.cases.empty() && !script.load_fault;
  if (tests) script.source = one_line(read_file(assert_path)) + script.source;
  Outcome loaded =
      fake_host().load(script.flags, script.file_name, script.source, script.variables);
  if (script.load_fault) {
    std::string message = loaded.faults.empty() ? "no fault" : loaded.faults[0].message;
    if (begins_with(message, *script.load_fault)) return 0;
    std::printf("load: \"%s\", wanted \"%s\"\n", message.c_str(), script.load_fault->c_str());
    return 1;
  }
  for (const Fault& fault : loaded.faults) {
    std::printf("load: %s\n%s\n", fault.message.c_str(), fault.stack.c_str());
  }
  if (!loaded.faults.empty() || !loaded.complaint.empty()) return 1;
  if (loaded.no_handler != script.no_handler) {
    std::printf("evaluation says that there is %s handler\n", loaded.no_handler ? "no" : "a");
    return 1;
  }
  if (tests) return run_tests();
  bool good = true;
  for (const Case& c : script.cases) {
    /* A warm-up leaves its mark for the cases after it. */
    good &= c.warmup ? run_case(c) : run_in_fork(c);
  }
  return good ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: wws_js_runner ASSERT_JS FILE_JS\n");
    return 2;
  }
  return run(parse(read_file(arguments[2])), arguments[1]);
}
