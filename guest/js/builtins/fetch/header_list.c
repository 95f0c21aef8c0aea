/* Header lists: https://fetch.spec.whatwg.org/#concept-header-list */
#include "header_list.h"

#include <stdlib.h>
#include <string.h>

wws_span wws_span_of(const char* text) { return (wws_span){(const uint8_t*)text, strlen(text)}; }

wws_headers* wws_headers_new(JSContext* context) {
  wws_headers* headers = js_mallocz(context, sizeof *headers);
  if (headers) headers->references = 1;
  return headers;
}

wws_headers* wws_headers_dup(wws_headers* headers) {
  ++headers->references;
  return headers;
}

void wws_headers_free(JSRuntime* runtime, wws_headers* headers) {
  if (!headers || --headers->references) return;
  js_free_rt(runtime, headers->bytes);
  js_free_rt(runtime, headers->entries);
  js_free_rt(runtime, headers);
}

wws_headers* wws_headers_copy(JSContext* context, const wws_headers* from) {
  wws_headers* to = wws_headers_new(context);
  for (uint32_t i = 0; to && i < from->count; ++i) {
    const wws_header* entry = &from->entries[i];
    wws_span name = {from->bytes + entry->name_at, entry->name_size};
    wws_span value = {from->bytes + entry->value_at, entry->value_size};
    if (wws_headers_append(context, to, name, value) < 0) {
      wws_headers_free(JS_GetRuntime(context), to);
      return NULL;
    }
  }
  if (to) to->type_touched = from->type_touched;
  return to;
}

uint8_t* wws_headers_room(JSContext* context, wws_headers* headers, size_t size) {
  if (size > (1u << 30) || headers->size + size > (1u << 30)) {
    JS_ThrowRangeError(context, "headers are too large");
    return NULL;
  }
  uint32_t wanted = headers->size + (uint32_t)size;
  if (wanted > headers->capacity) {
    uint32_t capacity = headers->capacity * 2 > wanted ? headers->capacity * 2 : wanted + 64;
    uint8_t* bytes = js_realloc(context, headers->bytes, capacity);
    if (!bytes) return NULL;
    headers->bytes = bytes;
    headers->capacity = capacity;
  }
  uint8_t* at = headers->bytes + headers->size;
  headers->size = wanted;
  return at;
}

uint8_t wws_lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

int wws_headers_append(JSContext* context, wws_headers* headers, wws_span name, wws_span value) {
  if (headers->count == headers->room) {
    uint32_t more = headers->room ? headers->room * 2 : 4;
    wws_header* entries = js_realloc(context, headers->entries, more * sizeof *entries);
    if (!entries) return -1;
    headers->entries = entries;
    headers->room = more;
  }
  uint8_t* at = wws_headers_room(context, headers, name.size + value.size);
  if (!at) return -1;
  for (size_t i = 0; i < name.size; ++i) at[i] = wws_lower(name.at[i]);
  if (value.size) memcpy(at + name.size, value.at, value.size);
  uint32_t offset = (uint32_t)(at - headers->bytes);
  headers->entries[headers->count++] =
      (wws_header){offset, (uint32_t)name.size, offset + (uint32_t)name.size, (uint32_t)value.size};
  ++headers->version;
  return 0;
}

wws_span wws_header_name(const wws_headers* headers, uint32_t i) {
  const wws_header* entry = &headers->entries[i];
  return (wws_span){headers->bytes + entry->name_at, entry->name_size};
}

wws_span wws_header_value(const wws_headers* headers, uint32_t i) {
  const wws_header* entry = &headers->entries[i];
  return (wws_span){headers->bytes + entry->value_at, entry->value_size};
}

bool wws_header_is(const wws_headers* headers, uint32_t i, wws_span name) {
  wws_span own = wws_header_name(headers, i);
  if (own.size != name.size) return false;
  for (size_t k = 0; k < name.size; ++k) {
    if (own.at[k] != wws_lower(name.at[k])) return false;
  }
  return true;
}

bool wws_headers_has(const wws_headers* headers, const char* name) {
  for (uint32_t i = 0; headers && i < headers->count; ++i) {
    if (wws_header_is(headers, i, wws_span_of(name))) return true;
  }
  return false;
}

void wws_headers_write(wws_writer* writer, const wws_headers* headers) {
  wws_write_u32(writer, headers ? headers->count : 0);
  for (uint32_t i = 0; headers && i < headers->count; ++i) {
    wws_span name = wws_header_name(headers, i), value = wws_header_value(headers, i);
    wws_write_str(writer, name.at, name.size);
    wws_write_str(writer, value.at, value.size);
  }
}

void wws_headers_write_with_type(wws_writer* writer, const wws_headers* headers, wws_span type) {
  wws_span name = wws_span_of("content-type");
  uint32_t others = 0;
  for (uint32_t i = 0; headers && i < headers->count; ++i)
    others += !wws_header_is(headers, i, name);
  wws_write_u32(writer, others + 1);
  wws_write_str(writer, name.at, name.size);
  wws_write_str(writer, type.at, type.size);
  for (uint32_t i = 0; headers && i < headers->count; ++i) {
    if (wws_header_is(headers, i, name)) continue;
    wws_span own = wws_header_name(headers, i), value = wws_header_value(headers, i);
    wws_write_str(writer, own.at, own.size);
    wws_write_str(writer, value.at, value.size);
  }
}

/* Removes all of a name, from the `first`th entry on. */
void wws_headers_remove(wws_headers* headers, wws_span name, uint32_t first) {
  uint32_t kept = first;
  for (uint32_t i = first; i < headers->count; ++i) {
    if (!wws_header_is(headers, i, name)) headers->entries[kept++] = headers->entries[i];
  }
  headers->count = kept;
  ++headers->version;
}

/* All values of a name, combined. */
JSValue wws_headers_combine(JSContext* context, const wws_headers* headers, wws_span name) {
  uint32_t first = headers->count, found = 0;
  size_t size = 0;
  for (uint32_t i = 0; i < headers->count; ++i) {
    if (!wws_header_is(headers, i, name)) continue;
    if (!found++) first = i;
    size += wws_header_value(headers, i).size + 2;
  }
  if (!found) return JS_NULL;
  if (found == 1) {
    wws_span value = wws_header_value(headers, first);
    return wws_new_latin1(context, value.at, value.size);
  }
  uint8_t* joined = js_malloc(context, size);
  if (!joined) return JS_EXCEPTION;
  size_t at = 0;
  for (uint32_t i = first; i < headers->count; ++i) {
    if (!wws_header_is(headers, i, name)) continue;
    wws_span value = wws_header_value(headers, i);
    if (i != first) {
      joined[at++] = ',';
      joined[at++] = ' ';
    }
    if (value.size) memcpy(joined + at, value.at, value.size);
    at += value.size;
  }
  JSValue text = wws_new_latin1(context, joined, at);
  js_free(context, joined);
  return text;
}

/* ---- https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine */

typedef struct {
  const uint8_t* name;
  uint32_t size;
  uint32_t entry;
} sorted;

static int compare(const void* a, const void* b) {
  const sorted *x = a, *y = b;
  uint32_t size = x->size < y->size ? x->size : y->size;
  int order = memcmp(x->name, y->name, size);
  if (order) return order;
  if (x->size != y->size) return x->size < y->size ? -1 : 1;
  return x->entry < y->entry ? -1 : 1;
}

static bool same_name(const sorted* a, const sorted* b) {
  return a->size == b->size && memcmp(a->name, b->name, a->size) == 0;
}

/* The first entries of each name (of each value, for set-cookie), in order. NULL after an
 * exception. */
uint32_t* wws_headers_sort(JSContext* context, const wws_headers* headers, uint32_t* count) {
  sorted* all = js_malloc(context, (headers->count + 1) * sizeof *all);
  uint32_t* order = js_malloc(context, (headers->count + 1) * sizeof *order);
  *count = 0;
  if (!all || !order) {
    js_free(context, all);
    js_free(context, order);
    return NULL;
  }
  for (uint32_t i = 0; i < headers->count; ++i) {
    wws_span name = wws_header_name(headers, i);
    all[i] = (sorted){name.at, (uint32_t)name.size, i};
  }
  if (headers->count) qsort(all, headers->count, sizeof *all, compare);
  for (uint32_t i = 0; i < headers->count; ++i) {
    bool cookie = all[i].size == 10 && memcmp(all[i].name, "set-cookie", 10) == 0;
    if (i && !cookie && same_name(&all[i - 1], &all[i])) continue;
    order[(*count)++] = all[i].entry;
  }
  js_free(context, all);
  return order;
}

JSValue wws_headers_sorted_value(JSContext* context, const wws_headers* headers, uint32_t entry) {
  wws_span name = wws_header_name(headers, entry);
  if (name.size == 10 && memcmp(name.at, "set-cookie", 10) == 0) {
    wws_span value = wws_header_value(headers, entry);
    return wws_new_latin1(context, value.at, value.size);
  }
  return wws_headers_combine(context, headers, name);
}
