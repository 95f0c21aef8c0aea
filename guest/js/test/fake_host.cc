#include "fake_host.h"

#include <cstring>
#include <deque>
#include <functional>
#include <optional>

#include "abi/js/cache_calls.h"
#include "abi/js/computations.h"

namespace {

void put_u16(std::string& out, uint32_t value) {
  out += static_cast<char>(value);
  out += static_cast<char>(value >> 8);
}

void put_u32(std::string& out, uint32_t value) {
  put_u16(out, value);
  put_u16(out, value >> 16);
}

void put_str(std::string& out, const std::string& text) {
  put_u32(out, static_cast<uint32_t>(text.size()));
  out += text;
}

void put_pairs(std::string& out, const Pairs& pairs) {
  put_u32(out, static_cast<uint32_t>(pairs.size()));
  for (const auto& [name, value] : pairs) {
    put_str(out, name);
    put_str(out, value);
  }
}

class Reader {
 public:
  Reader(const void* at, size_t size) : at_(static_cast<const uint8_t*>(at)), end_(at_ + size) {}
  uint32_t number(size_t bytes) {
    uint32_t value = 0;
    if (!has(bytes)) return 0;
    for (size_t i = 0; i < bytes; ++i) value |= static_cast<uint32_t>(*at_++) << (8 * i);
    return value;
  }
  std::string str() {
    size_t size = number(4);
    if (!has(size)) return "";
    std::string text(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return text;
  }
  Pairs pairs() {
    Pairs out;
    uint32_t count = number(4);
    for (uint32_t i = 0; i < count && good_; ++i) {
      std::string name = str();
      out.push_back({name, str()});
    }
    return out;
  }
  [[nodiscard]] bool finished() const { return good_ && at_ == end_; }

 private:
  bool has(size_t size) {
    if (static_cast<size_t>(end_ - at_) < size) good_ = false;
    return good_;
  }
  const uint8_t* at_;
  const uint8_t* end_;
  bool good_ = true;
};

struct Operation {
  std::string url;
  std::string body;
  std::deque<std::string> chunks;  // of the response
  bool streaming = false;          // the request's body is still coming
  std::string echo_type;
};

class Host final : public FakeHost {
 public:
  Outcome load(uint32_t flags, const std::string& file_name, const std::string& source,
               const Pairs& variables) override {
    outcome_ = {};
    if (wws_init() != 0) {
      complain("wws_init failed");
      return outcome_;
    }
    std::string message;
    put_u32(message, flags);
    put_str(message, file_name);
    put_str(message, source);
    put_pairs(message, variables);
    if (wws_compile(place(message), static_cast<int32_t>(message.size())) != 0) return outcome_;
    int32_t state = wws_evaluate();
    outcome_.no_handler = state > 0 && (state & WWS_STATE_NO_HANDLER);
    pump(state, false);
    return outcome_;
  }

  Outcome run(const Request& request) override {
    outcome_ = {};
    request_ = request;
    body_.assign(request.chunks.begin(), request.chunks.end());
    std::string message;
    put_u32(message, request.flags);
    put_str(message, request.method);
    put_str(message, request.url);
    put_pairs(message, request.headers);
    put_pairs(message, request.params);
    if (request.flags & WWS_REQUEST_BODY_INLINE) put_str(message, request.body);
    int32_t state = wws_request(place(message), static_cast<int32_t>(message.size()));
    pump(state, true);
    outcome_.kv = store_;
    if (outcome_.responded && streaming_ && !outcome_.ended && !outcome_.aborted &&
        !request.gone_on_write && !request.gone) {
      complain("the response's body never ended");
    }
    return outcome_;
  }

  void respond(Reader in) {
    if (outcome_.responded) complain("responded twice");
    outcome_.responded = true;
    outcome_.status = static_cast<int>(in.number(2));
    uint32_t body = in.number(1);
    in.number(1);
    outcome_.status_text = in.str();
    outcome_.headers = in.pairs();
    streaming_ = body == WWS_BODY_STREAM;
    if (body == WWS_BODY_INLINE) outcome_.body = in.str();
    if (!in.finished()) complain("a malformed Response message");
  }

  int32_t write(int32_t stream, std::string bytes, int32_t flags) {
    if (stream != 0) return write_request(stream, std::move(bytes), flags);
    if (!streaming_ || outcome_.ended || outcome_.aborted || blocked_) {
      complain("a write that is out of place");
    }
    if (request_.gone_on_write && !outcome_.chunks.empty()) {
      outcome_.ended = true;
      return WWS_WRITE_GONE;
    }
    outcome_.body += bytes;
    if (!bytes.empty()) outcome_.chunks.push_back(std::move(bytes));
    outcome_.ended = flags & WWS_WRITE_END;
    outcome_.aborted = flags & WWS_WRITE_ABORT;
    if (!request_.writes_wait || flags) return WWS_WRITE_OK;
    blocked_ = true;
    later(WWS_EVENT_WRITABLE, 0, "");
    return WWS_WRITE_WAIT;
  }

  void read(int32_t stream) {
    std::deque<std::string>* chunks = &body_;
    if (stream != 0) {
      auto found = operations_.find(stream);
      if (found == operations_.end()) return complain("a read of an unknown stream");
      chunks = &found->second.chunks;
    }
    std::string rest;
    if (chunks->empty()) {
      put_u32(rest, WWS_CHUNK_END);
      put_str(rest, "");
    } else {
      std::string chunk = chunks->front();
      chunks->pop_front();
      bool error = chunk.starts_with("!");
      put_u32(rest, error ? WWS_CHUNK_ERROR : 0);
      put_str(rest, error ? chunk.substr(1) : chunk);
    }
    later(WWS_EVENT_CHUNK, stream, rest);
  }

  void cancel(int32_t kind, int32_t id) {
    outcome_.cancelled.push_back(std::to_string(kind) + " " + std::to_string(id));
    if (kind == WWS_CANCEL_TIMER) {
      std::erase_if(timers_, [id](const auto& timer) { return timer.second == id; });
    } else {
      std::erase_if(events_, [&](const Event& event) {
        bool read = event.kind == WWS_EVENT_CHUNK;
        return event.id == id && (kind == WWS_CANCEL_FETCH || read);
      });
    }
  }

  int32_t fetch(Reader in) {
    uint32_t flags = in.number(4);
    std::string method = in.str();
    Operation operation;
    operation.url = in.str();
    Pairs headers = in.pairs();
    operation.body = in.str();
    operation.streaming = flags & WWS_FETCH_BODY_STREAM;
    if (!in.finished()) complain("a malformed Fetch message");
    if (request_.flags & WWS_REQUEST_WARMUP) {
      int32_t refused = next_id_++;
      std::string rest;
      put_str(rest, "fetch is refused while a worker is warmed up");
      later(WWS_EVENT_FAILED, refused, rest);
      return refused;
    }
    int32_t id = next_id_++;
    operation.echo_type = describe(method, operation.url, headers, flags);
    Operation& kept = operations_[id] = std::move(operation);
    if (!kept.streaming) answer(id, kept);
    return id;
  }

  void timer(int32_t id, double milliseconds) {
    timers_.emplace(now_ + (milliseconds > 0 ? milliseconds : 0), id);
  }

  void log(int32_t level, std::string text) {
    static const char* const names[] = {"trace", "debug", "info", "warn", "error"};
    outcome_.logs.push_back(std::string(names[level]) + " " + text);
  }

  void fault(int32_t kind, Reader in) {
    Fault fault{kind, in.str(), ""};
    fault.stack = in.str();
    if (!in.finished()) complain("a malformed Fault message");
    outcome_.faults.push_back(std::move(fault));
  }

  int64_t now(int32_t kind) const {
    int64_t realtime = 1'700'000'000'000;
    double milliseconds = now_ + (kind == WWS_CLOCK_REALTIME ? static_cast<double>(realtime) : 0);
    return static_cast<int64_t>(milliseconds) * 1'000'000;
  }

  void random(uint8_t* at, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      random_ = random_ * 1664525 + 1013904223;
      at[i] = static_cast<uint8_t>(random_ >> 24);
    }
  }

  std::map<std::string, std::string>& store() { return store_; }
  std::string taken;

  wws::abi::js::Computations& computations() { return computations_; }
  wws::abi::js::CacheCalls& caches() { return caches_; }
  int32_t compute(std::string_view message) {
    const auto computation = wws::abi::js::decode_computation(wws::as_bytes(message));
    const auto result = computation ? wws::abi::js::run(*computation)
                                    : wws::Result<std::string>(wws::fail(computation.error()));
    std::string rest;
    put_u32(rest, result ? 0 : 1);
    put_str(rest, result ? *result : result.error().message());
    later(WWS_EVENT_COMPUTED, next_id_, rest);
    return next_id_++;
  }
  void complain(const std::string& what) { outcome_.complaint += what + "\n"; }

 private:
  struct Event {
    uint32_t kind;
    int32_t id;
    std::string rest;
  };

  static const void* place(const std::string& message) {
    void* at = message.size() <= WWS_MAILBOX_SIZE ? wws_mailbox()
                                                  : wws_alloc(static_cast<int32_t>(message.size()));
    std::memcpy(at, message.data(), message.size());
    return at;
  }

  void later(uint32_t kind, int32_t id, std::string rest) {
    events_.push_back({kind, id, std::move(rest)});
  }

  static std::string describe(const std::string& method, const std::string& url,
                              const Pairs& headers, uint32_t flags) {
    std::string text = method + " " + url;
    for (const auto& [name, value] : headers) text += "|" + name + ": " + value;
    if (flags & WWS_FETCH_REDIRECT_ERROR) text += "|redirect error";
    if (flags & WWS_FETCH_REDIRECT_MANUAL) text += "|redirect manual";
    return text;
  }

  int32_t write_request(int32_t stream, std::string bytes, int32_t flags) {
    auto found_operation = operations_.find(stream);
    if (found_operation == operations_.end() || !found_operation->second.streaming) {
      complain("a write to an unknown stream");
      return WWS_WRITE_GONE;
    }
    Operation& operation = found_operation->second;
    operation.body += bytes;
    if (flags & WWS_WRITE_END) {
      operation.streaming = false;
      answer(stream, operation);
      return WWS_WRITE_OK;
    }
    if (flags & WWS_WRITE_ABORT) {
      operation.streaming = false;
      return WWS_WRITE_OK;
    }
    later(WWS_EVENT_WRITABLE, stream, "");
    return WWS_WRITE_WAIT;
  }

  void answer(int32_t id, Operation& operation) {
    const std::string& url = operation.url;
    auto at = [&url](const char* host) { return url.starts_with(std::string("http://") + host); };
    std::string tail = url.substr(url.rfind('/') + 1);
    int status = 200;
    bool redirected = at("redirect.test");
    Pairs headers;
    if (at("slow.test")) return;
    if (at("fail.test")) {
      std::string rest;
      put_str(rest, "cannot connect to fail.test: refused");
      return later(WWS_EVENT_FAILED, id, rest);
    }
    if (at("echo.test")) {
      headers = {{"content-type", "text/plain"}, {"x-request", operation.echo_type}};
      if (!operation.body.empty()) operation.chunks = {operation.body};
    } else if (at("chunks.test")) {
      for (int i = 0; i < std::stoi(tail); ++i)
        operation.chunks.push_back("piece" + std::to_string(i));
    } else if (at("broken.test")) {
      operation.chunks = {"some", "!the connection broke"};
    } else if (at("status.test")) {
      status = std::stoi(tail);
    }
    std::string rest;
    put_u16(rest, static_cast<uint32_t>(status));
    put_u16(rest, redirected ? 1 : 0);
    put_str(rest, status == 200 ? "OK" : "");
    put_str(rest, redirected ? "http://status.test/200" : url);
    put_pairs(rest, headers);
    later(WWS_EVENT_FETCHED, id, rest);
  }

  std::optional<Event> next_event() {
    if (!events_.empty()) {
      Event event = events_.front();
      events_.pop_front();
      return event;
    }
    if (!timers_.empty()) {
      auto [at, id] = *timers_.begin();
      timers_.erase(timers_.begin());
      clock_.advance(std::chrono::nanoseconds(static_cast<int64_t>((at - now_) * 1e6)));
      now_ = at;
      return Event{WWS_EVENT_TIMER, id, ""};
    }
    if (request_.gone) {
      request_.gone = false;
      return Event{WWS_EVENT_GONE, 0, ""};
    }
    return std::nullopt;
  }

  void pump(int32_t state, bool request) {
    for (int turns = 0; state > 0 && (state & WWS_STATE_WAITING); ++turns) {
      bool done = request && (state & WWS_STATE_RESPONDED) && !(state & WWS_STATE_EXTENDED);
      if (done) break;
      std::optional<Event> event = next_event();
      if (!event || turns > 100000) {
        complain(event ? "never comes to an end" : "waits for an event that nobody sends");
        return;
      }
      std::string message;
      put_u32(message, event->kind);
      put_u32(message, static_cast<uint32_t>(event->id));
      message += event->rest;
      if (event->kind == WWS_EVENT_WRITABLE && event->id == 0) blocked_ = false;
      state = wws_event(place(message), static_cast<int32_t>(message.size()));
    }
    if (request && !(state & WWS_STATE_RESPONDED)) complain("ended without being RESPONDED");
  }

  wws::abi::js::Computations computations_;  // the server's own: they ask nothing of a server
  wws::io::ManualClock clock_;
  wws::observe::MemoryLog log_;
  wws::bindings::CacheStore store_of_caches_{clock_, {.entry_bytes = 100'000}};
  wws::abi::js::CacheCalls caches_{store_of_caches_, "test", log_, "test"};
  Outcome outcome_;
  Request request_;
  std::deque<std::string> body_;
  std::deque<Event> events_;
  std::multimap<double, int32_t> timers_;
  std::map<int32_t, Operation> operations_;
  std::map<std::string, std::string> store_;
  double now_ = 0;
  uint32_t random_ = 1;
  int32_t next_id_ = 1;
  bool streaming_ = false;
  bool blocked_ = false;
};

Host& host() {
  static Host the_host;
  return the_host;
}

wws::ByteView view(const void* at, size_t size) { return {static_cast<const uint8_t*>(at), size}; }

std::string bytes(const void* at, size_t size) { return {static_cast<const char*>(at), size}; }

}  // namespace

FakeHost& fake_host() { return host(); }

std::string Outcome::header(const std::string& name) const {
  std::string all;
  for (const auto& [key, value] : headers) {
    if (key == name) all += (all.empty() ? "" : "|") + value;
  }
  return all;
}

extern "C" {

void wws_host_respond(const void* at, size_t size) { host().respond(Reader(at, size)); }

int32_t wws_host_write(int32_t stream, const void* at, size_t size, int32_t flags) {
  return host().write(stream, bytes(at, size), flags);
}

void wws_host_read(int32_t stream) { host().read(stream); }
void wws_host_cancel(int32_t kind, int32_t id) { host().cancel(kind, id); }
int32_t wws_host_fetch(const void* at, size_t size) { return host().fetch(Reader(at, size)); }
void wws_host_timer(int32_t id, double milliseconds) { host().timer(id, milliseconds); }

void wws_host_log(int32_t level, const void* at, size_t size) {
  host().log(level, bytes(at, size));
}
void wws_host_fault(int32_t kind, const void* at, size_t size) {
  host().fault(kind, Reader(at, size));
}

int64_t wws_host_now(int32_t kind) { return host().now(kind); }
void wws_host_random(void* at, size_t size) { host().random(static_cast<uint8_t*>(at), size); }

int32_t wws_host_kv_get(const void* key, size_t size) {
  auto& store = host().store();
  auto found = store.find(bytes(key, size));
  if (found == store.end()) return -1;
  host().taken = found->second;
  return static_cast<int32_t>(host().taken.size());
}

int32_t wws_host_kv_list(void) {
  Pairs all(host().store().begin(), host().store().end());
  host().taken.clear();
  put_pairs(host().taken, all);
  return static_cast<int32_t>(host().taken.size());
}

void wws_host_kv_take(void* at) { std::memcpy(at, host().taken.data(), host().taken.size()); }

void wws_host_kv_set(const void* key, size_t key_size, const void* value, size_t value_size) {
  host().store()[bytes(key, key_size)] = bytes(value, value_size);
}

void wws_host_kv_delete(const void* key, size_t size) { host().store().erase(bytes(key, size)); }

int32_t wws_host_cache(const void* at, size_t size) { return host().caches().call(view(at, size)); }

int32_t wws_host_cache_put(const void* at, size_t size, const void* body, size_t body_size) {
  return host().caches().put(view(at, size), view(body, body_size));
}

void wws_host_cache_take(void* at) {
  const std::string_view taken = host().caches().taken();
  std::memcpy(at, taken.data(), taken.size());
}

void wws_host_cache_body(int32_t index, void* at) {
  const std::string_view body = host().caches().body(static_cast<uint32_t>(index));
  std::memcpy(at, body.data(), body.size());
}

int32_t wws_host_map_stack(const void* at, size_t size) {
  host().taken = bytes(at, size);
  return static_cast<int32_t>(size);
}

void wws_host_map_take(void* at) { std::memcpy(at, host().taken.data(), host().taken.size()); }

int32_t wws_host_codec(const void* at, size_t size) {
  return host().computations().codec(view(at, size));
}

int64_t wws_host_codec_step(int32_t handle, const void* in, size_t in_size, void* out,
                            size_t out_size, int32_t last) {
  using Input = wws::codec::Codec::Input;
  return host().computations().codec_step(static_cast<uint32_t>(handle), view(in, in_size),
                                          {static_cast<uint8_t*>(out), out_size},
                                          last ? Input::Last : Input::More);
}

void wws_host_codec_end(int32_t handle) {
  host().computations().codec_end(static_cast<uint32_t>(handle));
}

int32_t wws_host_crypto(const void* at, size_t size) {
  return host().computations().crypto(view(at, size));
}

void wws_host_crypto_take(void* at) {
  const std::string_view taken = host().computations().taken();
  std::memcpy(at, taken.data(), taken.size());
}

int32_t wws_host_compute(const void* at, size_t size) { return host().compute(bytes(at, size)); }

// A client that is never there: tests of the builtin hold both ends of a pair.
int32_t wws_host_socket_send(int32_t, const void*, size_t) {
  host().complain("a message to a client that there is not");
  return WWS_WRITE_GONE;
}
void wws_host_socket_close(int32_t, const void*, size_t) {
  host().complain("a close frame to a client that there is not");
}
int64_t wws_host_socket_buffered(void) { return 0; }
}
