/* Workers for wws in C or C++, in one header:

     #include "wws.h"

     static int hello(wws_request* request, wws_response* response) {
       wws_print(response, "You asked for %s\n", request->url.data);
       return 0;
     }
     int main(void) { return wws_serve(hello); }

     clang --target=wasm32-wasi -O2 -o hello.wasm hello.c

   wws_serve reads the request, calls the handler and writes the response. A handler that does not
   return 0 has failed: the client gets a 500, and the key/value store stays as it was.

   Memory is never given back: a worker lives for one request. When there is none left, or when the
   request cannot be read, the worker says so on stderr and exits with 1, which the server answers
   with 500. C11 or C++17; nothing but the C library. */
#ifndef WWS_H
#define WWS_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WWS_UNUSED __attribute__((unused))

/* ---- What a handler sees ---- */

/* Bytes; a NUL that does not count follows them. */
typedef struct wws_text {
  char* data;
  size_t size;
} wws_text;

typedef struct wws_pair {
  wws_text name;
  wws_text value;
} wws_pair;

typedef struct wws_pairs {
  wws_pair* items;
  size_t count;
} wws_pairs;

typedef struct wws_request {
  wws_text method;   /* "GET" */
  wws_text url;      /* "http://127.0.0.1:8080/path?q=1" */
  wws_text body;     /* any bytes */
  wws_pairs headers; /* lower-case names */
  wws_pairs params;  /* of the route: "id" of [id].wasm */
  wws_pairs kv;      /* the worker's namespace; what wws_set and wws_remove do to it is stored */
} wws_request;

typedef struct wws_response {
  int status; /* 200 */
  wws_pairs headers;
  wws_text body;
} wws_response;

typedef int (*wws_handler)(wws_request* request, wws_response* response);

/* Runs one request; what main returns. */
static int wws_serve(wws_handler handler);

/* The value of a name, or NULL. */
static const char* wws_get(const wws_pairs* pairs, const char* name);
/* Puts a value in the place of all that the name has. */
static void wws_set(wws_pairs* pairs, const char* name, const char* value);
/* One value more: two Set-Cookie fields, say. Only for headers. */
static void wws_add(wws_pairs* pairs, const char* name, const char* value);
static void wws_remove(wws_pairs* pairs, const char* name);

/* Append to the body. */
static void wws_write(wws_response* response, const void* bytes, size_t size);
__attribute__((format(printf, 2, 3))) static void wws_print(wws_response* response,
                                                            const char* format, ...);

/* Asks another server, which the worker's [features.http_requests] must allow. 0: `answer` is its
   response, with lower-case names; otherwise 1 + the wws_http_error, and answer->body says why.
   `headers` may be NULL. */
typedef enum wws_http_error {
  WWS_INVALID_REQUEST,
  WWS_INVALID_REQUEST_BODY,
  WWS_INVALID_RESPONSE_BODY,
  WWS_NOT_ALLOWED,
  WWS_INTERNAL_ERROR,
  WWS_TIMEOUT,
  WWS_REDIRECT_LOOP
} wws_http_error;
static int wws_fetch(const char* method, const char* url, const wws_pairs* headers,
                     const void* body, size_t body_size, wws_response* answer);

/* The pieces of wws_serve. wws_parse: NULL, or what is wrong with the document. */
static const char* wws_parse(const char* document, size_t size, wws_request* request);
/* The response as the server reads it, with the store as it shall be. */
static wws_text wws_document(const wws_response* response, const wws_pairs* kv);

/* ---- Memory and bytes ---- */

WWS_UNUSED static void wws_stop(const char* message) {
  fprintf(stderr, "wws.h: %s\n", message);
  exit(1);
}

WWS_UNUSED static void* wws_resize(void* old, size_t size) {
  void* place = realloc(old, size == 0 ? 1 : size);
  if (place == NULL) wws_stop("out of memory");
  return place;
}

/* The smallest power of two that holds `size` and one more, so that appending is cheap. */
WWS_UNUSED static size_t wws_room(size_t size) {
  size_t room = 64;
  while (room <= size) {
    if (room > SIZE_MAX / 2) wws_stop("out of memory");
    room *= 2;
  }
  return room;
}

WWS_UNUSED static void wws_append(wws_text* text, const void* bytes, size_t size) {
  if (size > SIZE_MAX - 1 - text->size) wws_stop("out of memory");
  const size_t whole = text->size + size;
  if (text->data == NULL || wws_room(whole) != wws_room(text->size))
    text->data = (char*)wws_resize(text->data, wws_room(whole));
  if (size > 0) memcpy(text->data + text->size, bytes, size);
  text->size = whole;
  text->data[whole] = '\0';
}

WWS_UNUSED static void wws_append_text(wws_text* text, const char* more) {
  wws_append(text, more, strlen(more));
}

WWS_UNUSED static wws_text wws_copy(const char* bytes, size_t size) {
  wws_text copy = {NULL, 0};
  wws_append(&copy, bytes, size);
  return copy;
}

/* ---- Pairs ---- */

WWS_UNUSED static int wws_is(wws_text text, const char* other) {
  return text.size == strlen(other) && memcmp(text.data, other, text.size) == 0;
}

WWS_UNUSED static const char* wws_get(const wws_pairs* pairs, const char* name) {
  for (size_t i = 0; i < pairs->count; ++i)
    if (wws_is(pairs->items[i].name, name)) return pairs->items[i].value.data;
  return NULL;
}

WWS_UNUSED static void wws_add_pair(wws_pairs* pairs, wws_text name, wws_text value) {
  pairs->items = (wws_pair*)wws_resize(pairs->items, wws_room(pairs->count + 1) * sizeof(wws_pair));
  pairs->items[pairs->count].name = name;
  pairs->items[pairs->count].value = value;
  ++pairs->count;
}

WWS_UNUSED static void wws_add(wws_pairs* pairs, const char* name, const char* value) {
  wws_add_pair(pairs, wws_copy(name, strlen(name)), wws_copy(value, strlen(value)));
}

WWS_UNUSED static void wws_remove(wws_pairs* pairs, const char* name) {
  size_t kept = 0;
  for (size_t i = 0; i < pairs->count; ++i)
    if (!wws_is(pairs->items[i].name, name)) pairs->items[kept++] = pairs->items[i];
  pairs->count = kept;
}

WWS_UNUSED static void wws_set(wws_pairs* pairs, const char* name, const char* value) {
  wws_text copy = wws_copy(value, strlen(value)); /* it may be of the pair that goes away */
  wws_text key = wws_copy(name, strlen(name));
  wws_remove(pairs, key.data);
  wws_add_pair(pairs, key, copy);
}

/* ---- Base64 (RFC 4648) ---- */

static const char wws_base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

WWS_UNUSED static wws_text wws_base64(wws_text bytes) {
  wws_text out = wws_copy("", 0);
  for (size_t at = 0; at < bytes.size; at += 3) {
    const size_t left = bytes.size - at < 3 ? bytes.size - at : 3;
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < left ? (unsigned char)bytes.data[at + i] : 0u);
    char four[4];
    for (int i = 0; i < 4; ++i)
      four[i] = (size_t)i > left ? '=' : wws_base64_alphabet[bits >> (18 - 6 * i) & 63];
    wws_append(&out, four, 4);
  }
  return out;
}

/* 1 when it was base64. */
WWS_UNUSED static int wws_from_base64(wws_text text, wws_text* bytes) {
  *bytes = wws_copy("", 0);
  if (text.size % 4 != 0) return 0;
  for (size_t at = 0; at < text.size; at += 4) {
    uint32_t bits = 0;
    size_t padding = 0;
    for (size_t i = 0; i < 4; ++i) {
      const char c = text.data[at + i];
      const char* place = c == '\0' ? NULL : strchr(wws_base64_alphabet, c);
      if (c == '=' && at + 4 == text.size && i >= 2) ++padding;
      if ((place == NULL && c != '=') || (place != NULL && padding > 0)) return 0;
      if (c == '=' && padding == 0) return 0;
      bits = bits << 6 | (place == NULL ? 0u : (uint32_t)(place - wws_base64_alphabet));
    }
    const char three[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
    wws_append(bytes, three, 3 - padding);
  }
  return 1;
}

/* ---- UTF-8 ---- */

/* The length of the character at `at`, or 0 when it is none (RFC 3629: no surrogates, nothing
   longer than needed). */
WWS_UNUSED static size_t wws_character(const unsigned char* at, size_t left) {
  if (at[0] < 0x80) return 1;
  const size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4 || left < size) return 0;
  for (size_t i = 1; i < size; ++i)
    if ((at[i] & 0xc0) != 0x80) return 0;
  const int bad = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
                  (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
  return bad ? 0 : size;
}

WWS_UNUSED static int wws_is_utf8(wws_text text) {
  for (size_t at = 0; at < text.size;) {
    const size_t size = wws_character((const unsigned char*)text.data + at, text.size - at);
    if (size == 0) return 0;
    at += size;
  }
  return 1;
}

WWS_UNUSED static void wws_append_code_point(wws_text* text, uint32_t code) {
  char bytes[4];
  size_t size = 1;
  if (code < 0x80) {
    bytes[0] = (char)code;
  } else {
    size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3f));
    bytes[0] = (char)((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | code);
  }
  wws_append(text, bytes, size);
}

/* ---- Writing JSON (RFC 8259) ---- */

/* A JSON string; bytes that are no UTF-8 become U+FFFD. */
WWS_UNUSED static void wws_append_string(wws_text* json, wws_text text) {
  wws_append(json, "\"", 1);
  for (size_t at = 0; at < text.size;) {
    const unsigned char c = (unsigned char)text.data[at];
    const size_t size = wws_character((const unsigned char*)text.data + at, text.size - at);
    if (size == 0) {
      wws_append(json, "\xef\xbf\xbd", 3);
    } else if (c == '"' || c == '\\' || c < 0x20) {
      char escaped[8];
      const char* form = c < 0x20 ? "\\u%04x" : "\\%c";
      wws_append(json, escaped, (size_t)snprintf(escaped, sizeof escaped, form, c));
    } else {
      wws_append(json, text.data + at, size);
    }
    at += size == 0 ? 1 : size;
  }
  wws_append(json, "\"", 1);
}

/* Names that repeat have a list. */
WWS_UNUSED static void wws_append_headers(wws_text* json, const wws_pairs* headers) {
  const char* comma = "";
  wws_append(json, "{", 1);
  for (size_t i = 0; i < headers->count; ++i) {
    const wws_text name = headers->items[i].name;
    size_t first = 0;
    while (!wws_is(headers->items[first].name, name.data)) ++first;
    if (first < i) continue;
    wws_append_text(json, comma);
    wws_append_string(json, name);
    wws_append(json, ":[", 2);
    for (size_t j = i; j < headers->count; ++j) {
      if (!wws_is(headers->items[j].name, name.data)) continue;
      if (j > i) wws_append(json, ",", 1);
      wws_append_string(json, headers->items[j].value);
    }
    wws_append(json, "]", 1);
    comma = ",";
  }
  wws_append(json, "}", 1);
}

WWS_UNUSED static void wws_append_object(wws_text* json, const wws_pairs* pairs) {
  wws_append(json, "{", 1);
  for (size_t i = 0; i < pairs->count; ++i) {
    if (i > 0) wws_append(json, ",", 1);
    wws_append_string(json, pairs->items[i].name);
    wws_append(json, ":", 1);
    wws_append_string(json, pairs->items[i].value);
  }
  wws_append(json, "}", 1);
}

WWS_UNUSED static wws_text wws_document(const wws_response* response, const wws_pairs* kv) {
  const wws_text empty = {(char*)"", 0};
  const wws_text body = response->body.data == NULL ? empty : response->body;
  const int is_text = wws_is_utf8(body);
  char status[64];
  snprintf(status, sizeof status, ",\"status\":%d%s,\"kv\":", response->status,
           is_text ? "" : ",\"base64\":true");
  wws_text json = wws_copy("", 0);
  wws_append_text(&json, "{\"data\":");
  wws_append_string(&json, is_text ? body : wws_base64(body));
  wws_append_text(&json, ",\"headers\":");
  wws_append_headers(&json, &response->headers);
  wws_append_text(&json, status);
  wws_append_object(&json, kv);
  wws_append(&json, "}", 1);
  return json;
}

/* ---- Reading JSON ---- */

typedef struct wws_reader {
  const char* at;
  const char* end;
  const char* error; /* the first thing that is wrong */
} wws_reader;

WWS_UNUSED static void wws_fail(wws_reader* reader, const char* error) {
  if (reader->error == NULL) reader->error = error;
  reader->at = reader->end;
}

/* The next character that is no white space, without taking it; '\0' at the end. */
WWS_UNUSED static char wws_peek(wws_reader* reader) {
  while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL && *reader->at != '\0')
    ++reader->at;
  return reader->at < reader->end ? *reader->at : '\0';
}

WWS_UNUSED static int wws_take(wws_reader* reader, char wanted) {
  if (wws_peek(reader) != wanted || reader->at == reader->end) return 0;
  ++reader->at;
  return 1;
}

WWS_UNUSED static void wws_expect(wws_reader* reader, char wanted, const char* error) {
  if (!wws_take(reader, wanted)) wws_fail(reader, error);
}

WWS_UNUSED static uint32_t wws_read_hex(wws_reader* reader) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char c = reader->at < reader->end ? *reader->at++ : '\0';
    const char* digit = c == '\0' ? NULL : strchr(digits, c);
    if (digit == NULL) {
      wws_fail(reader, "an escape is wrong");
      return 0;
    }
    value = value << 4 | (uint32_t)((digit - digits) % 16);
  }
  return value;
}

/* What follows "\u": a code point, of two escapes if it is a surrogate pair. */
WWS_UNUSED static uint32_t wws_read_code_point(wws_reader* reader) {
  const uint32_t first = wws_read_hex(reader);
  if (first < 0xd800 || first > 0xdfff) return first;
  if (first > 0xdbff || reader->end - reader->at < 6 || memcmp(reader->at, "\\u", 2) != 0)
    return 0xfffd;
  const char* before = reader->at;
  reader->at += 2;
  const uint32_t second = wws_read_hex(reader);
  if (second >= 0xdc00 && second <= 0xdfff)
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  if (reader->error == NULL) reader->at = before;
  return 0xfffd;
}

WWS_UNUSED static void wws_read_escape(wws_reader* reader, wws_text* text) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char c = reader->at < reader->end ? *reader->at++ : '\0';
  const char* known = c == '\0' ? NULL : strchr(from, c);
  if (c == 'u')
    wws_append_code_point(text, wws_read_code_point(reader));
  else if (known != NULL)
    wws_append(text, to + (known - from), 1);
  else
    wws_fail(reader, "an escape is wrong");
}

WWS_UNUSED static wws_text wws_read_string(wws_reader* reader) {
  wws_text text = wws_copy("", 0);
  wws_expect(reader, '"', "a string is missing");
  while (reader->error == NULL) {
    const char* start = reader->at;
    while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\\') ++reader->at;
    wws_append(&text, start, (size_t)(reader->at - start));
    if (reader->at == reader->end) wws_fail(reader, "a string does not end");
    if (reader->error != NULL || *reader->at++ == '"') break;
    wws_read_escape(reader, &text);
  }
  return text;
}

WWS_UNUSED static void wws_read_pairs(wws_reader* reader, wws_pairs* pairs) {
  wws_expect(reader, '{', "an object is missing");
  if (reader->error != NULL || wws_take(reader, '}')) return;
  do {
    const wws_text name = wws_read_string(reader);
    wws_expect(reader, ':', "a ':' is missing");
    wws_add_pair(pairs, name, wws_read_string(reader));
  } while (wws_take(reader, ','));
  wws_expect(reader, '}', "an object does not end");
}

/* Steps over a value of a field that is not known here. */
WWS_UNUSED static void wws_skip(wws_reader* reader, int depth) {
  const char start = wws_peek(reader);
  if (start == '"') {
    wws_read_string(reader);
    return;
  }
  if (start != '{' && start != '[') {
    const char* before = reader->at;
    while (reader->at < reader->end && strchr(",]} \t\r\n", *reader->at) == NULL) ++reader->at;
    if (reader->at == before) wws_fail(reader, "a value is missing");
    return;
  }
  if (depth == 0) {
    wws_fail(reader, "values are nested too deeply");
    return;
  }
  ++reader->at;
  const char end = start == '{' ? '}' : ']';
  if (wws_take(reader, end)) return;
  do {
    wws_skip(reader, depth - 1);
    if (start == '{') {
      wws_expect(reader, ':', "a ':' is missing");
      wws_skip(reader, depth - 1);
    }
  } while (reader->error == NULL && wws_take(reader, ','));
  wws_expect(reader, end, "a value does not end");
}

WWS_UNUSED static void wws_read_field(wws_reader* reader, wws_text name, wws_request* request,
                                      int* base64) {
  if (wws_is(name, "url")) {
    request->url = wws_read_string(reader);
  } else if (wws_is(name, "method")) {
    request->method = wws_read_string(reader);
  } else if (wws_is(name, "body")) {
    request->body = wws_read_string(reader);
  } else if (wws_is(name, "headers")) {
    wws_read_pairs(reader, &request->headers);
  } else if (wws_is(name, "params")) {
    wws_read_pairs(reader, &request->params);
  } else if (wws_is(name, "kv")) {
    wws_read_pairs(reader, &request->kv);
  } else {
    if (wws_is(name, "base64")) *base64 = wws_peek(reader) == 't';
    wws_skip(reader, 32);
  }
}

WWS_UNUSED static const char* wws_parse(const char* document, size_t size, wws_request* request) {
  wws_reader reader = {document, document + size, NULL};
  int base64 = 0;
  memset(request, 0, sizeof *request);
  wws_expect(&reader, '{', "it is no object");
  if (reader.error == NULL && !wws_take(&reader, '}')) {
    do {
      const wws_text name = wws_read_string(&reader);
      wws_expect(&reader, ':', "a ':' is missing");
      wws_read_field(&reader, name, request, &base64);
    } while (reader.error == NULL && wws_take(&reader, ','));
    wws_expect(&reader, '}', "the object does not end");
  }
  if (reader.error != NULL) return reader.error;
  if (wws_peek(&reader) != '\0' || reader.at != reader.end) return "something follows the object";
  if (request->url.data == NULL) return "`url` is missing";
  if (request->method.data == NULL) return "`method` is missing";
  if (request->body.data == NULL) return "`body` is missing";
  const wws_text body = request->body;
  if (base64 && !wws_from_base64(body, &request->body)) return "`body` is no base64";
  return NULL;
}

/* ---- Serving ---- */

WWS_UNUSED static void wws_write(wws_response* response, const void* bytes, size_t size) {
  wws_append(&response->body, bytes, size);
}

WWS_UNUSED static void wws_print(wws_response* response, const char* format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (size < 0) wws_stop("wws_print: the format is wrong");
  char* text = (char*)wws_resize(NULL, (size_t)size + 1);
  vsnprintf(text, (size_t)size + 1, format, again);
  va_end(again);
  wws_append(&response->body, text, (size_t)size);
  free(text);
}

WWS_UNUSED static wws_pairs wws_copy_pairs(const wws_pairs* pairs) {
  wws_pairs copy = {NULL, 0};
  for (size_t i = 0; i < pairs->count; ++i)
    wws_add_pair(&copy, pairs->items[i].name, pairs->items[i].value);
  return copy;
}

WWS_UNUSED static wws_text wws_read_all(FILE* file) {
  static char piece[16384];
  wws_text all = wws_copy("", 0);
  for (size_t size; (size = fread(piece, 1, sizeof piece, file)) > 0;)
    wws_append(&all, piece, size);
  return all;
}

WWS_UNUSED static int wws_serve(wws_handler handler) {
  const wws_text document = wws_read_all(stdin);
  wws_request request;
  const char* error = wws_parse(document.data, document.size, &request);
  if (error != NULL) {
    fprintf(stderr, "wws.h: the request cannot be read: %s\n", error);
    return 1;
  }
  const wws_pairs stored = wws_copy_pairs(&request.kv);
  wws_response response = {200, {NULL, 0}, {NULL, 0}};
  const int failed = handler(&request, &response);
  if (failed != 0) {
    const wws_response failure = {500, {NULL, 0}, {NULL, 0}};
    fprintf(stderr, "wws.h: the handler failed with %d\n", failed);
    response = failure;
    wws_set(&response.headers, "content-type", "text/plain; charset=utf-8");
    wws_print(&response, "There was an error running the handler");
  }
  const wws_text json = wws_document(&response, failed != 0 ? &stored : &request.kv);
  if (fwrite(json.data, 1, json.size, stdout) != json.size || fflush(stdout) != 0) return 1;
  return 0;
}

/* ---- Outbound HTTP ----
   The import `http`.`send-http-request` in the canonical ABI of wit-bindgen 0.2: strings and lists
   are (pointer, size), and the server allocates what it hands over with canonical_abi_realloc. */

WWS_UNUSED static int wws_refuse(wws_response* answer, wws_http_error error, const char* why) {
  answer->body = wws_copy(why, strlen(why));
  return 1 + (int)error;
}

#ifdef __wasm__
__attribute__((import_module("http"), import_name("send-http-request"))) void wws_send_http_request(
    int32_t has_body, const void* body, size_t body_size, const wws_pair* headers,
    size_t header_count, int32_t method, const wws_pair* params, size_t param_count,
    const char* url, size_t url_size, void* area);

#ifdef __cplusplus
extern "C"
#endif
    __attribute__((export_name("canonical_abi_realloc"), weak)) void*
    canonical_abi_realloc(void* old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  if (size == 0) return (void*)align;
  return wws_resize(old_size == 0 ? NULL : old, size);
}

/* A copy of what the server hands over, which is not terminated. */
WWS_UNUSED static wws_text wws_terminated(wws_text text) { return wws_copy(text.data, text.size); }

WWS_UNUSED static wws_text wws_lower_case(wws_text name) {
  wws_text copy = wws_terminated(name);
  for (size_t i = 0; i < copy.size; ++i)
    if (copy.data[i] >= 'A' && copy.data[i] <= 'Z') copy.data[i] = (char)(copy.data[i] | 0x20);
  return copy;
}

WWS_UNUSED static int wws_send(int32_t method, const char* url, const wws_pairs* headers,
                               const void* body, size_t body_size, wws_response* answer) {
  static const wws_pairs none = {NULL, 0};
  struct {
    uint32_t failed, has_body_or_error;
    wws_text body_or_message;
    wws_pairs headers;
    uint32_t status;
  } area;
  _Static_assert(sizeof area == 28, "the interface's return area");
  memset(&area, 0, sizeof area);
  if (headers == NULL) headers = &none;
  wws_send_http_request(body_size > 0, body, body_size, headers->items, headers->count, method,
                        NULL, 0, url, strlen(url), &area);
  answer->body = wws_terminated(area.body_or_message);
  if ((area.failed & 0xff) != 0) return 1 + (int)(area.has_body_or_error & 0xff);
  answer->status = (int)(area.status & 0xffff);
  for (size_t i = 0; i < area.headers.count; ++i)
    wws_add_pair(&answer->headers, wws_lower_case(area.headers.items[i].name),
                 wws_terminated(area.headers.items[i].value));
  return 0;
}
#else
WWS_UNUSED static int wws_send(int32_t method, const char* url, const wws_pairs* headers,
                               const void* body, size_t body_size, wws_response* answer) {
  (void)method, (void)url, (void)headers, (void)body, (void)body_size;
  return wws_refuse(answer, WWS_INTERNAL_ERROR,
                    "outbound HTTP is there in a WebAssembly worker only");
}
#endif

WWS_UNUSED static int wws_fetch(const char* method, const char* url, const wws_pairs* headers,
                                const void* body, size_t body_size, wws_response* answer) {
  static const char* const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"};
  memset(answer, 0, sizeof *answer);
  for (int32_t number = 0; number < 7; ++number)
    if (strcmp(methods[number], method) == 0)
      return wws_send(number, url, headers, body, body_size, answer);
  return wws_refuse(answer, WWS_INVALID_REQUEST,
                    "a method is one of GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD");
}

#endif /* WWS_H */
