/* Numbers of WebAssembly's binary format.
 * https://webassembly.github.io/spec/core/binary/values.html
 *
 * After a mistake `bad` says which, and everything read is 0. */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_READ_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_READ_H

#include <string.h>

#include "wasm.h"

typedef struct {
  const uint8_t* at;
  const uint8_t* end;
  const char* bad;
} WasmReader;

static inline void wasm_bad(WasmReader* reader, const char* what) {
  if (!reader->bad) reader->bad = what;
  reader->end = reader->at;
}

static inline size_t wasm_left(const WasmReader* reader) {
  return (size_t)(reader->end - reader->at);
}

static inline uint8_t wasm_read_byte(WasmReader* reader) {
  if (reader->at == reader->end) {
    wasm_bad(reader, "unexpected end");
    return 0;
  }
  return *reader->at++;
}

static inline uint64_t wasm_read_leb(WasmReader* reader, uint32_t bits, bool is_signed) {
  uint64_t result = 0;
  for (uint32_t shift = 0; shift < bits; shift += 7) {
    uint8_t byte = wasm_read_byte(reader);
    result |= (uint64_t)(byte & 0x7f) << shift;
    if (byte & 0x80) continue;
    if (shift + 7 > bits) {
      /* Bits beyond the number's must be its sign's, or 0. */
      uint32_t used = bits - shift;
      uint8_t rest = (uint8_t)((byte & 0x7f) >> (is_signed ? used - 1 : used));
      uint8_t full = (uint8_t)(0x7f >> (is_signed ? used - 1 : used));
      if (rest != 0 && !(is_signed && rest == full)) wasm_bad(reader, "integer too large");
    }
    if (is_signed && shift + 7 < 64 && byte & 0x40) result |= ~UINT64_C(0) << (shift + 7);
    return result;
  }
  wasm_bad(reader, "integer representation too long");
  return 0;
}

static inline uint32_t wasm_read_u32(WasmReader* reader) {
  return (uint32_t)wasm_read_leb(reader, 32, false);
}
static inline int32_t wasm_read_i32(WasmReader* reader) {
  return (int32_t)wasm_read_leb(reader, 32, true);
}
static inline int64_t wasm_read_i64(WasmReader* reader) {
  return (int64_t)wasm_read_leb(reader, 64, true);
}

/* `size` bytes as they are. */
static inline WasmSpan wasm_read_bytes(WasmReader* reader, size_t size) {
  WasmSpan span = {reader->at, size};
  if (size > wasm_left(reader)) {
    wasm_bad(reader, "length out of bounds");
    span.size = 0;
  }
  reader->at += span.size;
  return span;
}

/* How many items follow; each takes a byte at least. */
static inline uint32_t wasm_read_count(WasmReader* reader) {
  uint32_t count = wasm_read_u32(reader);
  if (count <= wasm_left(reader)) return count;
  wasm_bad(reader, "length out of bounds");
  return 0;
}

static inline bool wasm_is_reference(uint8_t type) {
  return type == WASM_FUNCREF || type == WASM_EXTERNREF;
}

static inline bool wasm_is_value(uint8_t type) {
  return (type >= WASM_F64 && type <= WASM_I32) || wasm_is_reference(type);
}

static inline uint8_t wasm_read_type(WasmReader* reader) {
  uint8_t type = wasm_read_byte(reader);
  if (type == 0x7b) {
    wasm_bad(reader, "vectors (SIMD) are not supported here: compile without them");
  } else if (!wasm_is_value(type)) {
    wasm_bad(reader, "malformed value type");
  }
  return type;
}

static inline uint8_t wasm_read_reference_type(WasmReader* reader) {
  uint8_t type = wasm_read_byte(reader);
  if (!wasm_is_reference(type)) wasm_bad(reader, "malformed reference type");
  return type;
}

#endif
