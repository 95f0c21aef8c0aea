// Calls http.send-http-request, rightly and in every wrong way; the variable MODE says which.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stdin.h"

__attribute__((import_module("http"), import_name("send-http-request"))) void send_http_request(
    int32_t has_body, const void* body, size_t body_size, const void* headers, size_t header_count,
    int32_t method, const void* params, size_t param_count, const void* uri, size_t uri_size,
    void* area);

#ifndef WITHOUT_REALLOC
__attribute__((export_name("canonical_abi_realloc"))) void* canonical_abi_realloc(void* old,
                                                                                  size_t old_size,
                                                                                  size_t align,
                                                                                  size_t size) {
  const char* mode = getenv("MODE");
  (void)old_size;
  if (strcmp(mode, "realloc-null") == 0) return NULL;
  if (strcmp(mode, "realloc-outside") == 0) return (void*)0xfffffff0;
  if (strcmp(mode, "realloc-trap") == 0) __builtin_trap();
  if (strcmp(mode, "realloc-endless") == 0)
    for (volatile int spin = 0;; ++spin) {
    }
  void* result = realloc(old, size);
  if ((uintptr_t)result % align != 0) __builtin_trap();
  if (strcmp(mode, "realloc-odd") == 0 && align > 1) return (char*)result + 1;
  return result;
}
#endif

struct text {
  const char* at;
  size_t size;
};

// Calls with one of each method, without a body, header or parameter; how many were answered.
static int call_each_method(const char* uri) {
  int answered = 0;
  for (int32_t method = 0; method < 7; ++method) {
    uint8_t area[28] __attribute__((aligned(4)));
    memset(area, 0xee, sizeof(area));
    send_http_request(0, (const void*)0xfffffff0, 0xffffffff, NULL, 0, method,
                      (const void*)0xfffffff0, 0xffffffff, uri, strlen(uri), area);
    answered += area[0] == 0 && area[4] == 1;
  }
  return answered;
}

int main(void) {
  const char* mode = getenv("MODE");
  struct text headers[2] = {{"accept", 6}, {"text/plain", 10}};
  const char* uri = "http://upstream.test/path?q=1";
  const char* body = "sent";
  uint8_t area[28] __attribute__((aligned(4)));
  memset(area, 0xee, sizeof(area));

  size_t uri_size = strlen(uri), body_size = strlen(body), count = 1;
  const void* list = headers;
  void* result = area;
  int32_t method = 1, has_body = 1;
  if (strcmp(mode, "each-method") == 0) {
    printf("{\"data\":\"%d answered\",\"headers\":{},\"status\":200,\"kv\":{}}",
           call_each_method(uri));
    return 0;
  }
  if (strcmp(mode, "bad-uri") == 0) uri = (const char*)0xfffffff0;
  if (strcmp(mode, "huge-uri") == 0) uri_size = 0xffffffff;
  if (strcmp(mode, "huge-body") == 0) body_size = 0x7fffffff;
  if (strcmp(mode, "bad-headers") == 0) list = (const void*)0xfffffff0;
  if (strcmp(mode, "many-headers") == 0) count = 0xffffffff;
  if (strcmp(mode, "bad-header") == 0) headers[1].at = (const char*)0xfffffff0;
  if (strcmp(mode, "bad-area") == 0) result = (void*)0xfffffff0;
  if (strcmp(mode, "odd-area") == 0) result = area + 1;
  if (strcmp(mode, "bad-method") == 0) method = 7;
  if (strcmp(mode, "bad-option") == 0) has_body = 2;
  if (strcmp(mode, "huge-header") == 0) headers[0].size = 0x7fffffff;
  if (strcmp(mode, "area-at-end") == 0)
    result = (void*)(__builtin_wasm_memory_size(0) * 65536 - sizeof(area) + 4);
  if (strcmp(mode, "wrapping-headers") == 0) list = (const void*)0xfffffff8, count = 100;
  // The area lies over the list of headers: that is read before the area is written.
  if (strcmp(mode, "area-over-headers") == 0) list = memcpy(area, headers, 16);
  send_http_request(has_body, body, body_size, list, count, method, NULL, 0, uri, uri_size, result);

  const uint32_t* words = (const uint32_t*)area;
  if (area[0] == 1) {
    fputs("{\"data\":", stdout);
    print_json_text((const char*)(uintptr_t)words[2], words[3]);
    printf(",\"headers\":{\"x-error\":%d},\"status\":502,\"kv\":{}}", area[4]);
    return 0;
  }
  const struct text* received = (const struct text*)(uintptr_t)words[4];
  fputs("{\"data\":", stdout);
  print_json_text((const char*)(uintptr_t)words[2], words[3]);
  fputs(",\"headers\":{\"x-first\":", stdout);
  print_json_text(received[1].at, words[5] > 0 ? received[1].size : 0);
  printf(",\"x-count\":%u},\"status\":%u,\"kv\":{}}", (unsigned)words[5],
         (unsigned)(words[6] & 0xffff));
  return 0;
}
