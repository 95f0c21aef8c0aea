#include "utf8.h"

#include <string.h>

enum { kWord = sizeof(uint64_t) };

/* Four words a turn: the compiler makes two SIMD loads and one test of them. */
size_t wws_ascii_prefix(const uint8_t* data, size_t size) {
  size_t at = 0;
  for (; size - at >= 4 * kWord; at += 4 * kWord) {
    uint64_t words[4];
    memcpy(words, data + at, sizeof(words));
    if ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) {
      break;
    }
  }
  while (at < size && data[at] < 0x80) {
    at++;
  }
  return at;
}

/* Length of the sequence a lead byte begins and the bounds of its second byte; 0: no lead. */
static size_t sequence_of(uint8_t lead, uint8_t* lower, uint8_t* upper) {
  *lower = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  *upper = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/* Length of the longest well-formed beginning of a sequence at `data` (which starts with a byte
 * beyond ASCII), at least 1; *needed is the length of the whole sequence, 0 for no sequence. */
static size_t sequence_prefix(const uint8_t* data, size_t size, size_t* needed) {
  uint8_t lower, upper;
  *needed = sequence_of(data[0], &lower, &upper);
  if (!*needed || size < 2 || data[1] < lower || data[1] > upper) {
    return 1;
  }
  size_t length = 2;
  while (length < *needed && length < size && (data[length] & 0xC0) == 0x80) {
    length++;
  }
  return length;
}

size_t wws_utf8_valid_prefix(const uint8_t* data, size_t size) {
  size_t at = 0;
  while ((at += wws_ascii_prefix(data + at, size - at)) < size) {
    do {
      size_t needed;
      size_t length = sequence_prefix(data + at, size - at, &needed);
      if (length != needed) {
        return at;
      }
      at += length;
    } while (at < size && data[at] >= 0x80);
  }
  return at;
}

size_t wws_utf8_open_tail(const uint8_t* data, size_t size) {
  for (size_t back = 1; back <= 3 && back <= size; back++) {
    const uint8_t* lead = data + size - back;
    if (*lead < 0x80) {
      return 0;
    }
    if (*lead >= 0xC0) {
      size_t needed;
      size_t length = sequence_prefix(lead, back, &needed);
      return length == back && needed > back ? back : 0;
    }
  }
  return 0;
}

static size_t put(uint16_t* units, size_t used, const uint8_t* data, size_t length) {
  uint32_t code;
  switch (length) {
    case 2: code = (uint32_t)(data[0] & 0x1F) << 6 | (data[1] & 0x3F); break;
    case 3:
      code = (uint32_t)(data[0] & 0x0F) << 12 | (uint32_t)(data[1] & 0x3F) << 6 | (data[2] & 0x3F);
      break;
    default:
      code = (uint32_t)(data[0] & 0x07) << 18 | (uint32_t)(data[1] & 0x3F) << 12 |
             (uint32_t)(data[2] & 0x3F) << 6 | (data[3] & 0x3F);
  }
  if (code < 0x10000) {
    units[used++] = (uint16_t)code;
  } else {
    units[used++] = (uint16_t)(0xD7C0 + (code >> 10));
    units[used++] = (uint16_t)(0xDC00 | (code & 0x3FF));
  }
  return used;
}

/* Runs of ASCII between other characters are short: no search for their end, one byte at a time. */
static size_t decode_all(uint16_t* units, const uint8_t* data, size_t size) {
  size_t used = 0;
  for (size_t at = 0; at < size;) {
    if (data[at] < 0x80) {
      units[used++] = data[at++];
      continue;
    }
    if (data[at] >= 0xC2 && data[at] <= 0xDF && at + 1 < size && (data[at + 1] & 0xC0) == 0x80) {
      units[used++] = (uint16_t)((data[at] & 0x1F) << 6 | (data[at + 1] & 0x3F));
      at += 2;
      continue;
    }
    size_t needed;
    size_t length = sequence_prefix(data + at, size - at, &needed);
    if (length == needed) {
      used = put(units, used, data + at, length);
    } else {
      units[used++] = 0xFFFD;
    }
    at += length;
  }
  return used;
}

JSValue wws_utf8_to_string(JSContext* context, const uint8_t* data, size_t size) {
  if (size == 0) {
    return JS_NewStringLen(context, "", 0);
  }
  if (wws_ascii_prefix(data, size) == size) {
    return JS_NewStringLen(context, (const char*)data, size);
  }
  if (size > SIZE_MAX / sizeof(uint16_t)) {
    return JS_ThrowRangeError(context, "The text is too long");
  }
  uint16_t* units = js_malloc(context, size * sizeof(uint16_t));
  if (!units) {
    return JS_EXCEPTION;
  }
  JSValue string = JS_NewStringUTF16(context, units, decode_all(units, data, size));
  js_free(context, units);
  return string;
}
