#include "message.h"

#include <string.h>

#include "internals.h"

wws_reader wws_read_message(const void* at, size_t size) {
  return (wws_reader){.at = at, .end = (const uint8_t*)at + size, .bad = false};
}

static const uint8_t* take(wws_reader* reader, size_t size) {
  if (reader->bad || (size_t)(reader->end - reader->at) < size) {
    reader->bad = true;
    return NULL;
  }
  const uint8_t* at = reader->at;
  reader->at += size;
  return at;
}

uint16_t wws_read_u16(wws_reader* reader) {
  const uint8_t* at = take(reader, 2);
  return at ? (uint16_t)(at[0] | at[1] << 8) : 0;
}

uint32_t wws_read_u32(wws_reader* reader) {
  const uint8_t* at = take(reader, 4);
  return at ? (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24
            : 0;
}

wws_span wws_read_str(wws_reader* reader) {
  uint32_t size = wws_read_u32(reader);
  const uint8_t* at = take(reader, size);
  return at ? (wws_span){at, size} : (wws_span){(const uint8_t*)"", 0};
}

wws_span wws_skip_pairs(wws_reader* reader, uint32_t count) {
  const uint8_t* begin = reader->at;
  for (uint32_t i = 0; i < count && !reader->bad; ++i) {
    wws_read_str(reader);
    wws_read_str(reader);
  }
  return reader->bad ? (wws_span){(const uint8_t*)"", 0}
                     : (wws_span){begin, (size_t)(reader->at - begin)};
}

void wws_writer_init(wws_writer* writer, JSContext* context) {
  writer->context = context;
  writer->at = writer->inline_bytes;
  writer->size = 0;
  writer->capacity = WWS_WRITER_INLINE;
  writer->failed = false;
}

void wws_writer_free(wws_writer* writer) {
  if (writer->at != writer->inline_bytes) js_free(writer->context, writer->at);
}

static bool grow(wws_writer* writer, size_t wanted) {
  size_t capacity = writer->capacity * 2;
  if (capacity < wanted) capacity = wanted;
  bool moved = writer->at != writer->inline_bytes;
  uint8_t* at = js_realloc(writer->context, moved ? writer->at : NULL, capacity);
  if (!at) {
    writer->failed = true;
    return false;
  }
  if (!moved) memcpy(at, writer->inline_bytes, writer->size);
  writer->at = at;
  writer->capacity = capacity;
  return true;
}

uint8_t* wws_write_room(wws_writer* writer, size_t size) {
  if (writer->failed) return NULL;
  if (size > INT32_MAX - writer->size) {
    JS_ThrowRangeError(writer->context, "message of %zu bytes is too large", size);
    writer->failed = true;
    return NULL;
  }
  if (writer->size + size > writer->capacity && !grow(writer, writer->size + size)) return NULL;
  uint8_t* at = writer->at + writer->size;
  writer->size += size;
  return at;
}

void wws_write_u8(wws_writer* writer, uint8_t value) { wws_write_bytes(writer, &value, 1); }

void wws_write_u16(wws_writer* writer, uint16_t value) {
  uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
  wws_write_bytes(writer, bytes, 2);
}

void wws_write_u32(wws_writer* writer, uint32_t value) {
  uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                      (uint8_t)(value >> 24)};
  wws_write_bytes(writer, bytes, 4);
}

void wws_write_bytes(wws_writer* writer, const void* at, size_t size) {
  uint8_t* room = wws_write_room(writer, size);
  if (room && size) memcpy(room, at, size);
}

void wws_write_str(wws_writer* writer, const void* at, size_t size) {
  if (size > INT32_MAX) {
    writer->failed = true;
    return;
  }
  wws_write_u32(writer, (uint32_t)size);
  wws_write_bytes(writer, at, size);
}

void wws_write_text(wws_writer* writer, JSValueConst string) {
  size_t size = wws_string_utf8_size(writer->context, string);
  if (size == SIZE_MAX) {
    writer->failed = true;
    return;
  }
  wws_write_u32(writer, (uint32_t)size);
  uint8_t* room = wws_write_room(writer, size);
  if (room) wws_string_utf8_copy(writer->context, string, room);
}
