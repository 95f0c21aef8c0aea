#include <fmt/format.h>

#include "abi/js/guest_host.h"

namespace wws::abi::js {
namespace {

using wasm::HostContext;
using wasm::HostResult;
using wasm::Value;

GuestHost& host_of(HostContext& context) { return *static_cast<GuestHost*>(context.user()); }

std::uint32_t u32(const Value& value) { return static_cast<std::uint32_t>(value.i32); }

// The engine is ours, but a bug in it must not reach the host's memory.
HostResult bad_address(std::string_view function) {
  return Error(ErrorKind::GuestFault,
               fmt::format("the engine passed an address outside its memory to wws.{}", function));
}

std::optional<ByteView> bytes_at(HostContext& context, const Value& at, const Value& size) {
  return context.memory().view(u32(at), u32(size));
}

HostResult respond(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  if (!message) return bad_address("respond");
  return host_of(context).answer(*message);
}

HostResult write(HostContext& context, std::span<Value> v) {
  const auto bytes = bytes_at(context, v[1], v[2]);
  if (!bytes) return bad_address("write");
  v[0].i32 = host_of(context).write(u32(v[0]), *bytes, u32(v[3]));
  return {};
}

HostResult read(HostContext& context, std::span<Value> v) {
  host_of(context).read(u32(v[0]));
  return {};
}

HostResult cancel(HostContext& context, std::span<Value> v) {
  host_of(context).cancel(u32(v[0]), u32(v[1]));
  return {};
}

HostResult fetch(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  if (!message) return bad_address("fetch");
  v[0].i32 = host_of(context).fetch(*message);
  return {};
}

HostResult timer(HostContext& context, std::span<Value> v) {
  host_of(context).timer(u32(v[0]), v[1].f64);
  return {};
}

HostResult log(HostContext& context, std::span<Value> v) {
  const auto text = bytes_at(context, v[1], v[2]);
  if (!text) return bad_address("log");
  host_of(context).log(u32(v[0]), as_text(*text));
  return {};
}

HostResult fault(HostContext& context, std::span<Value> v) {
  const auto bytes = bytes_at(context, v[1], v[2]);
  if (!bytes) return bad_address("fault");
  ByteReader reader(*bytes);
  const std::string_view message = reader.prefixed_text();
  const std::string_view stack = reader.prefixed_text();
  host_of(context).fault(u32(v[0]), message, stack);
  return {};
}

HostResult now(HostContext& context, std::span<Value> v) {
  v[0].i64 = host_of(context).now(u32(v[0]));
  return {};
}

HostResult random(HostContext& context, std::span<Value> v) {
  const auto out = context.memory().writable(u32(v[0]), u32(v[1]));
  if (!out) return bad_address("random");
  host_of(context).random(*out);
  return {};
}

HostResult kv_get(HostContext& context, std::span<Value> v) {
  const auto key = bytes_at(context, v[0], v[1]);
  if (!key) return bad_address("kv_get");
  v[0].i32 = host_of(context).kv_get(as_text(*key));
  return {};
}

HostResult kv_list(HostContext& context, std::span<Value> v) {
  v[0].i32 = host_of(context).kv_list();
  return {};
}

HostResult kv_take(HostContext& context, std::span<Value> v) {
  auto memory = context.memory();
  if (!memory.write(u32(v[0]), as_bytes(host_of(context).kv_taken())))
    return bad_address("kv_take");
  return {};
}

HostResult kv_set(HostContext& context, std::span<Value> v) {
  const auto key = bytes_at(context, v[0], v[1]);
  const auto value = bytes_at(context, v[2], v[3]);
  if (!key || !value) return bad_address("kv_set");
  host_of(context).kv_set(as_text(*key), as_text(*value));
  return {};
}

HostResult kv_delete(HostContext& context, std::span<Value> v) {
  const auto key = bytes_at(context, v[0], v[1]);
  if (!key) return bad_address("kv_delete");
  host_of(context).kv_delete(as_text(*key));
  return {};
}

HostResult cache(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  if (!message) return bad_address("cache");
  v[0].i32 = host_of(context).cache(*message);
  return {};
}

HostResult cache_put(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  const auto body = bytes_at(context, v[2], v[3]);
  if (!message || !body) return bad_address("cache_put");
  v[0].i32 = host_of(context).cache_put(*message, *body);
  return {};
}

HostResult cache_take(HostContext& context, std::span<Value> v) {
  auto memory = context.memory();
  if (!memory.write(u32(v[0]), as_bytes(host_of(context).cache_taken())))
    return bad_address("cache_take");
  return {};
}

HostResult cache_body(HostContext& context, std::span<Value> v) {
  auto memory = context.memory();
  if (!memory.write(u32(v[1]), as_bytes(host_of(context).cache_body(u32(v[0])))))
    return bad_address("cache_body");
  return {};
}

HostResult map_stack(HostContext& context, std::span<Value> v) {
  const auto text = bytes_at(context, v[0], v[1]);
  if (!text) return bad_address("map_stack");
  v[0].i32 = host_of(context).map_stack(as_text(*text));
  return {};
}

HostResult map_take(HostContext& context, std::span<Value> v) {
  auto memory = context.memory();
  if (!memory.write(u32(v[0]), as_bytes(host_of(context).map_taken())))
    return bad_address("map_take");
  return {};
}

HostResult codec(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  if (!message) return bad_address("codec");
  v[0].i32 = host_of(context).codec(*message);
  return {};
}

HostResult codec_step(HostContext& context, std::span<Value> v) {
  const auto in = bytes_at(context, v[1], v[2]);
  const auto out = context.memory().writable(u32(v[3]), u32(v[4]));
  if (!in || !out) return bad_address("codec_step");
  const auto input = v[5].i32 != 0 ? codec::Codec::Input::Last : codec::Codec::Input::More;
  v[0].i64 = host_of(context).codec_step(u32(v[0]), *in, *out, input);
  return {};
}

HostResult codec_end(HostContext& context, std::span<Value> v) {
  host_of(context).codec_end(u32(v[0]));
  return {};
}

HostResult crypto(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  if (!message) return bad_address("crypto");
  v[0].i32 = host_of(context).crypto(*message);
  return {};
}

HostResult crypto_take(HostContext& context, std::span<Value> v) {
  auto memory = context.memory();
  if (!memory.write(u32(v[0]), as_bytes(host_of(context).crypto_taken())))
    return bad_address("crypto_take");
  return {};
}

HostResult compute(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[0], v[1]);
  if (!message) return bad_address("compute");
  v[0].i32 = host_of(context).compute(*message);
  return {};
}

HostResult socket_send(HostContext& context, std::span<Value> v) {
  const auto message = bytes_at(context, v[1], v[2]);
  if (!message) return bad_address("socket_send");
  v[0].i32 = host_of(context).socket_send(u32(v[0]), *message);
  return {};
}

HostResult socket_close(HostContext& context, std::span<Value> v) {
  const auto reason = bytes_at(context, v[1], v[2]);
  if (!reason) return bad_address("socket_close");
  host_of(context).socket_close(u32(v[0]), as_text(*reason));
  return {};
}

HostResult socket_buffered(HostContext& context, std::span<Value> v) {
  v[0].i64 = host_of(context).socket_buffered();
  return {};
}

}  // namespace

wasm::HostFunctions host_functions() {
  return {
      {"wws", "respond", "ii:", respond},
      {"wws", "write", "iiii:i", write},
      {"wws", "read", "i:", read},
      {"wws", "cancel", "ii:", cancel},
      {"wws", "fetch", "ii:i", fetch},
      {"wws", "timer", "iF:", timer},
      {"wws", "log", "iii:", log},
      {"wws", "fault", "iii:", fault},
      {"wws", "now", "i:I", now},
      {"wws", "random", "ii:", random},
      {"wws", "kv_get", "ii:i", kv_get},
      {"wws", "kv_list", ":i", kv_list},
      {"wws", "kv_take", "i:", kv_take},
      {"wws", "kv_set", "iiii:", kv_set},
      {"wws", "kv_delete", "ii:", kv_delete},
      {"wws", "cache", "ii:i", cache},
      {"wws", "cache_put", "iiii:i", cache_put},
      {"wws", "cache_take", "i:", cache_take},
      {"wws", "cache_body", "ii:", cache_body},
      {"wws", "map_stack", "ii:i", map_stack},
      {"wws", "map_take", "i:", map_take},
      {"wws", "codec", "ii:i", codec},
      {"wws", "codec_step", "iiiiii:I", codec_step},
      {"wws", "codec_end", "i:", codec_end},
      {"wws", "crypto", "ii:i", crypto},
      {"wws", "crypto_take", "i:", crypto_take},
      {"wws", "compute", "ii:i", compute},
      {"wws", "socket_send", "iii:i", socket_send},
      {"wws", "socket_close", "iii:", socket_close},
      {"wws", "socket_buffered", ":I", socket_buffered},
  };
}

}  // namespace wws::abi::js
