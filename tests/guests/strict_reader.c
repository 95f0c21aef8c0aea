// Reads its request document byte for byte, as a parser that knows nothing but this one form would:
// the keys in their order, no space anywhere, nothing behind the end. Answers "strict", or where
// and why the document is not.
#include <string.h>

#include "stdin.h"

static const char *at, *end, *start;
static const char* fault;

static int fail(const char* what) {
  if (fault == NULL) fault = what;
  return 0;
}

static int take(const char* literal) {
  const size_t size = strlen(literal);
  if ((size_t)(end - at) < size || memcmp(at, literal, size) != 0) return fail(literal);
  at += size;
  return 1;
}

static int is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// RFC 8259 section 7: only what must be escaped is, the short way where there is one.
static int take_escape(void) {
  if (end - at < 2) return fail("an escape is cut");
  if (strchr("\"\\bfnrt", at[1])) return at += 2, 1;
  if (at[1] != 'u' || end - at < 6 || memcmp(at + 2, "00", 2) != 0) return fail("an odd escape");
  if (!is_hex(at[4]) || !is_hex(at[5]) || at[4] > '1') return fail("an escape without need");
  return at += 6, 1;
}

// RFC 3629 section 4.
static int take_utf8(void) {
  const unsigned char* c = (const unsigned char*)at;
  const int size = c[0] < 0x80   ? 1
                   : c[0] < 0xc2 ? 0
                   : c[0] < 0xe0 ? 2
                   : c[0] < 0xf0 ? 3
                   : c[0] < 0xf5 ? 4
                                 : 0;
  if (size == 0 || end - at < size) return fail("not UTF-8");
  for (int i = 1; i < size; ++i)
    if ((c[i] & 0xc0) != 0x80) return fail("not UTF-8");
  if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
      (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
    return fail("not UTF-8");
  return at += size, 1;
}

static int take_string(void) {
  if (!take("\"")) return 0;
  while (at < end && *at != '"') {
    if ((unsigned char)*at < 0x20) return fail("a bare control character");
    if (!(*at == '\\' ? take_escape() : take_utf8())) return 0;
  }
  return take("\"");
}

enum keys { ANY, LOWER_CASE };

// An object of strings, no key twice.
static int take_object(enum keys keys) {
  const char* seen[64];
  size_t sizes[64];
  int count = 0;
  if (!take("{")) return 0;
  while (at < end && *at != '}') {
    if (count == 64) return fail("too many members for this reader");
    if (count > 0 && !take(",")) return 0;
    const char* key = at;
    if (!take_string()) return 0;
    const size_t size = (size_t)(at - key);
    for (size_t i = 0; keys == LOWER_CASE && i < size; ++i)
      if (key[i] >= 'A' && key[i] <= 'Z') return fail("a header's name is not in lower case");
    for (int i = 0; i < count; ++i)
      if (sizes[i] == size && memcmp(seen[i], key, size) == 0) return fail("a key is there twice");
    seen[count] = key;
    sizes[count++] = size;
    if (!take(":") || !take_string()) return 0;
  }
  return take("}");
}

static int take_document(void) {
  if (!take("{\"url\":") || !take_string()) return 0;
  if (!take(",\"method\":") || !take_string()) return 0;
  if (!take(",\"headers\":") || !take_object(LOWER_CASE)) return 0;
  if (!take(",\"body\":") || !take_string()) return 0;
  if (!take(",\"kv\":") || !take_object(ANY)) return 0;
  if (!take(",\"params\":") || !take_object(ANY)) return 0;
  // Only where the body is base64, because it is no text.
  if (at < end && *at == ',' && !take(",\"base64\":true")) return 0;
  if (!take("}")) return 0;
  return at == end ? 1 : fail("something is behind the end");
}

int main(void) {
  size_t size;
  at = start = read_stdin(&size);
  end = at + size;
  fputs("{\"data\":", stdout);
  if (take_document()) {
    print_json_text("strict", 6);
  } else {
    char text[256];
    const int used = snprintf(text, sizeof(text), "at byte %ld: %s", (long)(at - start), fault);
    print_json_text(text, (size_t)used);
  }
  fputs(",\"headers\":{},\"status\":200,\"kv\":{}}", stdout);
  return 0;
}
