// The other side of abi.h, made of nothing: time stands still until everybody waits, and the
// network is a handful of names under .test:
//
//     echo.test      answers with the request's body, and x-method, x-url, x-headers
//     chunks.test/N  N pieces "piece0" ...
//     broken.test    one piece, then an error
//     fail.test      cannot be reached
//     slow.test      never answers
//     status.test/N  status N, no body
//     redirect.test  says that it was redirected
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../engine/host.h"

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  uint32_t flags = 0;
  std::string method;
  std::string url;
  Pairs headers;
  Pairs params;
  std::string body;
  std::vector<std::string> chunks;
  bool writes_wait = false;
  bool gone = false;
  bool gone_on_write = false;
};

struct Fault {
  int kind;
  std::string message;
  std::string stack;
};

struct Outcome {
  bool responded = false;
  int status = 0;
  std::string status_text;
  Pairs headers;
  std::string body;
  std::vector<std::string> chunks;
  bool ended = false;
  bool aborted = false;
  std::vector<Fault> faults;
  std::vector<std::string> logs;
  std::map<std::string, std::string> kv;
  std::vector<std::string> cancelled;
  bool no_handler = false;  // of loading
  std::string complaint;    // what the guest did against the contract

  // All values of the name, joined by "|".
  [[nodiscard]] std::string header(const std::string& name) const;
};

class FakeHost {
 public:
  virtual ~FakeHost() = default;
  virtual Outcome load(uint32_t flags, const std::string& file_name, const std::string& source,
                       const Pairs& variables) = 0;
  virtual Outcome run(const Request& request) = 0;
};

// The guest's imports have no object to come from: one host in a process.
FakeHost& fake_host();
