// SilentHost: the host of requests that ask for nothing but their answer. Time stands still and
// chance always says the same, so that a request runs the same instructions each time.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "abi/js/guest_host.h"
#include "guest/js/abi.h"

namespace wws::bench {

class SilentHost final : public abi::js::GuestHost {
 public:
  wasm::HostResult answer(ByteView) override {
    ++answers_;
    return {};
  }
  [[nodiscard]] int answers() const noexcept { return answers_; }

  std::int32_t write(std::uint32_t, ByteView, std::uint32_t) override { return WWS_WRITE_GONE; }
  void read(std::uint32_t) override {}
  void cancel(std::uint32_t, std::uint32_t) override {}
  std::int32_t fetch(ByteView) override { return 1; }
  void timer(std::uint32_t, double) override {}
  void log(std::uint32_t, std::string_view) override {}
  void fault(std::uint32_t, std::string_view message, std::string_view) override {
    std::fprintf(stderr, "the script failed: %.*s\n", static_cast<int>(message.size()),
                 message.data());
    std::exit(1);
  }
  std::int64_t now(std::uint32_t) override { return 1; }
  void random(MutableByteView out) override { std::ranges::fill(out, std::uint8_t{1}); }
  std::int32_t kv_get(std::string_view) override { return -1; }
  std::int32_t kv_list() override { return -1; }
  std::string_view kv_taken() override { return {}; }
  void kv_set(std::string_view, std::string_view) override {}
  void kv_delete(std::string_view) override {}
  std::int32_t cache(ByteView) override { return -1; }
  std::int32_t cache_put(ByteView, ByteView) override { return -1; }
  std::string_view cache_taken() override { return {}; }
  std::string_view cache_body(std::uint32_t) override { return {}; }
  std::int32_t map_stack(std::string_view) override { return -1; }
  std::string_view map_taken() override { return {}; }
  std::int32_t codec(ByteView) override { return -1; }
  std::int64_t codec_step(std::uint32_t, ByteView, MutableByteView, codec::Codec::Input) override {
    return -1;
  }
  void codec_end(std::uint32_t) override {}
  std::int32_t crypto(ByteView) override { return -1; }
  std::string_view crypto_taken() override { return {}; }
  std::int32_t compute(ByteView) override { return 1; }
  std::int32_t socket_send(std::uint32_t, ByteView) override { return -1; }
  void socket_close(std::uint32_t, std::string_view) override {}
  std::int64_t socket_buffered() override { return 0; }

 private:
  int answers_ = 0;
};

}  // namespace wws::bench
