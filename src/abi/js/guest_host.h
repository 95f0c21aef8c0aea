// GuestHost: what the engine module's imports act on. One object a lease, found through
// HostContext::user(); messages have been checked to lie inside the guest's memory and are copied
// by whoever keeps them. Called on the guest's stack: never block, never suspend, never throw.
//
// The contract of each call is in guest/js/abi.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "codec/codec.h"
#include "wasm/host_function.h"

namespace wws::abi::js {

class GuestHost {
 public:
  GuestHost() = default;
  GuestHost(const GuestHost&) = delete;
  GuestHost& operator=(const GuestHost&) = delete;
  virtual ~GuestHost() = default;

  virtual wasm::HostResult answer(ByteView message) = 0;
  virtual std::int32_t write(std::uint32_t stream, ByteView bytes, std::uint32_t flags) = 0;
  virtual void read(std::uint32_t stream) = 0;
  virtual void cancel(std::uint32_t kind, std::uint32_t id) = 0;
  virtual std::int32_t fetch(ByteView message) = 0;
  virtual void timer(std::uint32_t id, double milliseconds) = 0;
  virtual void log(std::uint32_t level, std::string_view text) = 0;
  virtual void fault(std::uint32_t kind, std::string_view message, std::string_view stack) = 0;
  virtual std::int64_t now(std::uint32_t kind) = 0;
  virtual void random(MutableByteView out) = 0;
  // Length of the value, kept until kv_taken(); -1 when there is none.
  virtual std::int32_t kv_get(std::string_view key) = 0;
  virtual std::int32_t kv_list() = 0;
  virtual std::string_view kv_taken() = 0;
  virtual void kv_set(std::string_view key, std::string_view value) = 0;
  virtual void kv_delete(std::string_view key) = 0;
  // Caches: abi/js/cache_calls.h.
  virtual std::int32_t cache(ByteView message) = 0;
  virtual std::int32_t cache_put(ByteView message, ByteView body) = 0;
  virtual std::string_view cache_taken() = 0;
  virtual std::string_view cache_body(std::uint32_t index) = 0;
  virtual std::int32_t map_stack(std::string_view text) = 0;
  virtual std::string_view map_taken() = 0;
  // Codecs and crypto: abi/js/computations.h.
  virtual std::int32_t codec(ByteView message) = 0;
  virtual std::int64_t codec_step(std::uint32_t handle, ByteView in, MutableByteView out,
                                  codec::Codec::Input input) = 0;
  virtual void codec_end(std::uint32_t handle) = 0;
  virtual std::int32_t crypto(ByteView message) = 0;
  virtual std::string_view crypto_taken() = 0;
  virtual std::int32_t compute(ByteView message) = 0;
  virtual std::int32_t socket_send(std::uint32_t kind, ByteView bytes) = 0;
  virtual void socket_close(std::uint32_t code, std::string_view reason) = 0;
  virtual std::int64_t socket_buffered() = 0;
};

// The import table of module "wws".
[[nodiscard]] wasm::HostFunctions host_functions();

}  // namespace wws::abi::js
