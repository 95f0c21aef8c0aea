/* What the host offers: the imports of abi.h, as C functions. In the native test runner the same
 * names are defined by the runner. */
#ifndef WWS_GUEST_JS_ENGINE_HOST_H
#define WWS_GUEST_JS_ENGINE_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "../abi.h"

#ifdef __wasm__
#define WWS_IMPORT(name) __attribute__((import_module("wws"), import_name(#name)))
#define WWS_EXPORT(name) __attribute__((export_name(#name)))
#else
#define WWS_IMPORT(name)
#define WWS_EXPORT(name)
#endif

#ifdef __cplusplus
extern "C" {
#endif

WWS_IMPORT(respond) void wws_host_respond(const void* at, size_t size);
WWS_IMPORT(write)
int32_t wws_host_write(int32_t stream, const void* at, size_t size, int32_t flags);
WWS_IMPORT(read) void wws_host_read(int32_t stream);
WWS_IMPORT(cancel) void wws_host_cancel(int32_t kind, int32_t id);
WWS_IMPORT(fetch) int32_t wws_host_fetch(const void* at, size_t size);
WWS_IMPORT(timer) void wws_host_timer(int32_t id, double milliseconds);
WWS_IMPORT(log) void wws_host_log(int32_t level, const void* at, size_t size);
WWS_IMPORT(fault) void wws_host_fault(int32_t kind, const void* at, size_t size);
WWS_IMPORT(now) int64_t wws_host_now(int32_t kind);
WWS_IMPORT(random) void wws_host_random(void* at, size_t size);
WWS_IMPORT(kv_get) int32_t wws_host_kv_get(const void* key, size_t size);
WWS_IMPORT(kv_list) int32_t wws_host_kv_list(void);
WWS_IMPORT(kv_take) void wws_host_kv_take(void* at);
WWS_IMPORT(kv_set)
void wws_host_kv_set(const void* key, size_t key_size, const void* value, size_t value_size);
WWS_IMPORT(kv_delete) void wws_host_kv_delete(const void* key, size_t size);
WWS_IMPORT(cache) int32_t wws_host_cache(const void* at, size_t size);
WWS_IMPORT(cache_put)
int32_t wws_host_cache_put(const void* at, size_t size, const void* body, size_t body_size);
WWS_IMPORT(cache_take) void wws_host_cache_take(void* at);
WWS_IMPORT(cache_body) void wws_host_cache_body(int32_t index, void* at);
WWS_IMPORT(map_stack) int32_t wws_host_map_stack(const void* at, size_t size);
WWS_IMPORT(map_take) void wws_host_map_take(void* at);
WWS_IMPORT(codec) int32_t wws_host_codec(const void* at, size_t size);
WWS_IMPORT(codec_step)
int64_t wws_host_codec_step(int32_t handle, const void* in, size_t in_size, void* out,
                            size_t out_size, int32_t last);
WWS_IMPORT(codec_end) void wws_host_codec_end(int32_t handle);
WWS_IMPORT(crypto) int32_t wws_host_crypto(const void* at, size_t size);
WWS_IMPORT(crypto_take) void wws_host_crypto_take(void* at);
WWS_IMPORT(socket_send) int32_t wws_host_socket_send(int32_t kind, const void* at, size_t size);
WWS_IMPORT(socket_close) void wws_host_socket_close(int32_t code, const void* at, size_t size);
WWS_IMPORT(socket_buffered) int64_t wws_host_socket_buffered(void);
WWS_IMPORT(compute) int32_t wws_host_compute(const void* at, size_t size);

/* From here on the C library's clocks ask the host. Before, while the base image is made, they
 * stand still: QuickJS reads them for a new context, and two builds must make the same image. */
void wws_platform_started(void);

/* The exports, for the native runner. */
void* wws_mailbox(void);
void* wws_alloc(int32_t size);
int32_t wws_init(void);
int32_t wws_compile(const void* at, int32_t size);
int32_t wws_evaluate(void);
int32_t wws_request(const void* at, int32_t size);
int32_t wws_event(const void* at, int32_t size);

#ifdef __cplusplus
}
#endif
#endif
