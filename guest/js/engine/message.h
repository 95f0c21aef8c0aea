/* Reading and writing the messages of abi.h. A reader never goes past its end: after the first
 * overrun it is `bad`, and all further reads give zero or the empty span. */
#ifndef WWS_GUEST_JS_ENGINE_MESSAGE_H
#define WWS_GUEST_JS_ENGINE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

typedef struct {
  const uint8_t* at;
  size_t size;
} wws_span;

typedef struct {
  const uint8_t* at;
  const uint8_t* end;
  bool bad;
} wws_reader;

wws_reader wws_read_message(const void* at, size_t size);
uint16_t wws_read_u16(wws_reader* reader);
uint32_t wws_read_u32(wws_reader* reader);
wws_span wws_read_str(wws_reader* reader);
/* Passes over `count` pairs of str; the span covers them, its text unread. */
wws_span wws_skip_pairs(wws_reader* reader, uint32_t count);

#define WWS_WRITER_INLINE 1024

/* Starts in its own bytes (on the stack, so that a small message dirties no page of its own) and
 * moves to the heap when they are full. `failed` after running out of memory. */
typedef struct {
  JSContext* context;
  uint8_t* at;
  size_t size;
  size_t capacity;
  bool failed;
  uint8_t inline_bytes[WWS_WRITER_INLINE];
} wws_writer;

void wws_writer_init(wws_writer* writer, JSContext* context);
void wws_writer_free(wws_writer* writer);
/* Room for `size` more bytes; NULL when out of memory. The bytes count as written. */
uint8_t* wws_write_room(wws_writer* writer, size_t size);
void wws_write_u8(wws_writer* writer, uint8_t value);
void wws_write_u16(wws_writer* writer, uint16_t value);
void wws_write_u32(wws_writer* writer, uint32_t value);
void wws_write_bytes(wws_writer* writer, const void* at, size_t size);
void wws_write_str(wws_writer* writer, const void* at, size_t size);
/* The string as UTF-8, lone surrogates as U+FFFD. */
void wws_write_text(wws_writer* writer, JSValueConst string);

#endif
