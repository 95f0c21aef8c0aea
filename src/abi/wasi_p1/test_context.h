// A guest for the tests of host functions: a memory of bytes, and waits that end when told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "abi/wasi_p1/timers.h"
#include "abi/wasi_p1/wasi.h"
#include "wasm/host_function.h"

namespace wws::abi::wasi_p1::test {

class FakeContext final : public wasm::HostContext {
 public:
  explicit FakeContext(std::size_t memory_size, User* user = nullptr)
      : bytes(memory_size), user_(user) {}

  [[nodiscard]] void* user() const noexcept override { return user_; }
  [[nodiscard]] wasm::GuestMemory memory() noexcept override {
    return {bytes.data(), bytes.size()};
  }
  Result<wasm::Value> call_guest(std::string_view exported,
                                 std::span<const wasm::Value> arguments) override {
    const auto found = exports.find(exported);
    if (found == exports.end())
      return fail(ErrorKind::NotFound, "no export " + std::string(exported));
    return found->second(arguments);
  }

  std::vector<std::uint8_t> bytes;
  std::map<std::string, std::function<Result<wasm::Value>(std::span<const wasm::Value>)>,
           std::less<>>
      exports;

 private:
  User* user_;
};

class CountingWaker final : public wasm::Waker {
 public:
  void wake() noexcept override { ++woken; }
  int woken = 0;
};

// Keeps what was asked for; fire() ends the oldest wait.
class FakeTimers final : public Timers {
 public:
  struct Entry {
    std::chrono::nanoseconds after{};
    std::shared_ptr<wasm::Waker> waker;
    bool cancelled = false;
  };
  std::unique_ptr<Timer> start(std::chrono::nanoseconds after,
                               std::shared_ptr<wasm::Waker> waker) override {
    started.push_back(std::make_shared<Entry>(Entry{after, std::move(waker), false}));
    return std::make_unique<Handle>(started.back());
  }

  std::vector<std::shared_ptr<Entry>> started;

 private:
  class Handle final : public Timer {
   public:
    explicit Handle(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
    ~Handle() override { entry_->cancelled = true; }

   private:
    std::shared_ptr<Entry> entry_;
  };
};

inline wasm::Value i32(std::uint32_t value) {
  wasm::Value out;
  out.raw = value;
  return out;
}
inline wasm::Value i64(std::uint64_t value) {
  wasm::Value out;
  out.raw = value;
  return out;
}

// One request with a WasiState, and its guest.
struct Guest : User {
  explicit Guest(WasiOptions options = {}, std::size_t memory_size = 4096)
      : state(
            std::move(options), [this](std::string_view text) { lines.emplace_back(text); }, clock,
            random, timers),
        context(memory_size, this),
        functions(host_functions()) {}
  [[nodiscard]] WasiState& wasi() noexcept override { return state; }

  [[nodiscard]] const wasm::HostFunction* find(std::string_view module,
                                               std::string_view name) const {
    for (const wasm::HostFunction& one : functions)
      if (one.module == module && one.name == name) return &one;
    return nullptr;
  }
  // The errno; -1 when the run ended (see `ended`).
  int call(std::string_view name, std::vector<wasm::Value> values,
           std::string_view module = "wasi_snapshot_preview1") {
    const wasm::HostFunction* const function = find(module, name);
    if (function == nullptr) return -2;
    if (values.empty()) values.resize(1);
    ended = function->call != nullptr ? function->call(context, values) : wait(*function, values);
    return ended ? -1 : values[0].i32;
  }
  // A suspending call, completed without waiting for its waker.
  wasm::HostResult wait(const wasm::HostFunction& function, std::vector<wasm::Value>& values) {
    auto started = function.suspending(context, values, std::make_shared<CountingWaker>());
    if (!started) return started.error();
    return (*started)->complete(context, values);
  }

  void put(std::uint32_t at, std::string_view text) {
    static_cast<void>(context.memory().write(at, as_bytes(text)));
  }
  template <typename T>
  void put_number(std::uint32_t at, T value) {
    static_cast<void>(context.memory().store(at, value));
  }
  template <typename T = std::uint32_t>
  [[nodiscard]] T number(std::uint32_t at) {
    return context.memory().load<T>(at).value_or(T{});
  }
  [[nodiscard]] std::string text(std::uint32_t at, std::uint32_t size) {
    const auto view = context.memory().view(at, size);
    return view ? std::string(as_text(*view)) : std::string("(outside)");
  }

  std::vector<std::string> lines;
  io::ManualClock clock{std::chrono::nanoseconds(1'700'000'000'123'456'789)};
  io::CountingRandom random;
  FakeTimers timers;
  WasiState state;
  FakeContext context;
  wasm::HostFunctions functions;
  wasm::HostResult ended;
};

}  // namespace wws::abi::wasi_p1::test
