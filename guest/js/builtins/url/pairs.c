#include "pairs.h"

#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "../encoding/utf8.h"

void wws_pairs_clear(JSRuntime* runtime, PairList* list) {
  for (size_t i = 0; i < list->count; i++) {
    JS_FreeValueRT(runtime, list->pairs[i].name);
    JS_FreeValueRT(runtime, list->pairs[i].value);
  }
  list->count = 0;
}

int wws_pairs_append(JSContext* context, PairList* list, JSValue name, JSValue value) {
  if (JS_IsException(name) || JS_IsException(value)) {
    goto fail;
  }
  if (list->count == list->capacity) {
    size_t capacity = list->capacity ? list->capacity * 2 : 4;
    Pair* pairs = js_realloc(context, list->pairs, capacity * sizeof(Pair));
    if (!pairs) {
      goto fail;
    }
    list->pairs = pairs;
    list->capacity = capacity;
  }
  list->pairs[list->count++] = (Pair){name, value};
  return 0;
fail:
  JS_FreeValue(context, name);
  JS_FreeValue(context, value);
  return -1;
}

void wws_pairs_remove(JSContext* context, PairList* list, size_t index) {
  JS_FreeValue(context, list->pairs[index].name);
  JS_FreeValue(context, list->pairs[index].value);
  list->count--;
  memmove(list->pairs + index, list->pairs + index + 1, (list->count - index) * sizeof(Pair));
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* https://url.spec.whatwg.org/#concept-urlencoded-parser, one name or value. */
static JSValue decode_component(JSContext* context, const uint8_t* data, size_t size) {
  if (!memchr(data, '%', size) && !memchr(data, '+', size)) {
    return wws_utf8_to_string(context, data, size);
  }
  uint8_t* buffer = js_malloc(context, size);
  if (!buffer) {
    return JS_EXCEPTION;
  }
  size_t used = 0;
  for (size_t i = 0; i < size; i++) {
    int high = -1, low = -1;
    if (data[i] == '%' && size - i > 2) {
      high = hex_digit(data[i + 1]);
      low = hex_digit(data[i + 2]);
    }
    if (high >= 0 && low >= 0) {
      buffer[used++] = (uint8_t)(high << 4 | low);
      i += 2;
    } else {
      buffer[used++] = data[i] == '+' ? ' ' : data[i];
    }
  }
  JSValue string = wws_utf8_to_string(context, buffer, used);
  js_free(context, buffer);
  return string;
}

int wws_pairs_parse(JSContext* context, PairList* list, const char* text, size_t size) {
  const uint8_t* at = (const uint8_t*)text;
  const uint8_t* end = at + size;
  while (at < end) {
    const uint8_t* stop = memchr(at, '&', (size_t)(end - at));
    stop = stop ? stop : end;
    if (stop > at) {
      const uint8_t* equals = memchr(at, '=', (size_t)(stop - at));
      const uint8_t* name_end = equals ? equals : stop;
      const uint8_t* value = equals ? equals + 1 : stop;
      if (wws_pairs_append(context, list, decode_component(context, at, (size_t)(name_end - at)),
                           decode_component(context, value, (size_t)(stop - value)))) {
        return -1;
      }
    }
    at = stop + 1;
  }
  return 0;
}

/* https://url.spec.whatwg.org/#concept-urlencoded-serializer */
static int encode_component(JSContext* context, PairText* bytes, JSValueConst value) {
  WwsText text;
  if (wws_text_from(context, value, &text)) {
    return -1;
  }
  if (text.size > (SIZE_MAX / 4 - bytes->size) / 3) {
    wws_text_free(context, &text);
    JS_ThrowRangeError(context, "URLSearchParams: the text would be too long");
    return -1;
  }
  size_t needed = bytes->size + text.size * 3 + 1;
  if (needed > bytes->capacity) {
    size_t capacity = needed * 2;
    char* data = js_realloc(context, bytes->data, capacity);
    if (!data) {
      wws_text_free(context, &text);
      return -1;
    }
    bytes->data = data;
    bytes->capacity = capacity;
  }
  static const char kHex[] = "0123456789ABCDEF";
  char* out = bytes->data + bytes->size;
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = (uint8_t)text.data[i];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' ||
        c == '-' || c == '.' || c == '_') {
      *out++ = (char)c;
    } else if (c == ' ') {
      *out++ = '+';
    } else {
      *out++ = '%';
      *out++ = kHex[c >> 4];
      *out++ = kHex[c & 15];
    }
  }
  bytes->size = (size_t)(out - bytes->data);
  wws_text_free(context, &text);
  return 0;
}

/* `encode_component` leaves room for the one separator that follows. */
int wws_pairs_serialize(JSContext* context, const PairList* list, PairText* bytes) {
  memset(bytes, 0, sizeof(*bytes));
  for (size_t i = 0; i < list->count; i++) {
    if (i) {
      bytes->data[bytes->size++] = '&';
    }
    if (encode_component(context, bytes, list->pairs[i].name)) {
      goto fail;
    }
    bytes->data[bytes->size++] = '=';
    if (encode_component(context, bytes, list->pairs[i].value)) {
      goto fail;
    }
  }
  return 0;
fail:
  js_free(context, bytes->data);
  return -1;
}

typedef struct SortKey {
  WwsText name;
  Pair pair;
  size_t place;
} SortKey;

/* By UTF-16 code units. UTF-8 orders the same but for code points beyond the BMP (lead byte F0 and
 * up), whose surrogates come before U+E000..U+FFFF (lead bytes EE and EF). */
static int compare_keys(const void* left_pointer, const void* right_pointer) {
  const SortKey* left = left_pointer;
  const SortKey* right = right_pointer;
  size_t shared = left->name.size < right->name.size ? left->name.size : right->name.size;
  for (size_t i = 0; i < shared; i++) {
    uint8_t a = (uint8_t)left->name.data[i];
    uint8_t b = (uint8_t)right->name.data[i];
    if (a != b) {
      bool beyond_a = a >= 0xF0;
      bool beyond_b = b >= 0xF0;
      if (beyond_a != beyond_b && a >= 0xEE && b >= 0xEE) {
        return beyond_a ? -1 : 1;
      }
      return a < b ? -1 : 1;
    }
  }
  if (left->name.size != right->name.size) {
    return left->name.size < right->name.size ? -1 : 1;
  }
  return left->place < right->place ? -1 : 1; /* keeps the order of equals */
}

int wws_pairs_sort(JSContext* context, PairList* list) {
  if (list->count == 0) {
    return 0;
  }
  SortKey* keys = js_mallocz(context, list->count * sizeof(SortKey));
  if (!keys) {
    return -1;
  }
  size_t ready = 0;
  while (ready < list->count &&
         !wws_text_from(context, list->pairs[ready].name, &keys[ready].name)) {
    keys[ready].pair = list->pairs[ready];
    keys[ready].place = ready;
    ready++;
  }
  bool complete = ready == list->count;
  if (complete) {
    qsort(keys, ready, sizeof(SortKey), compare_keys);
  }
  for (size_t i = 0; i < ready; i++) {
    if (complete) {
      list->pairs[i] = keys[i].pair;
    }
    wws_text_free(context, &keys[i].name);
  }
  js_free(context, keys);
  return complete ? 0 : -1;
}
