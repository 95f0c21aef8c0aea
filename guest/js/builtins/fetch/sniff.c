#include "sniff.h"

#include <stddef.h>
#include <stdint.h>

#include "internals.h"

static const char* const patterns[] = {"<!DOCTYPE HTML",
                                       "<HTML",
                                       "<HEAD",
                                       "<SCRIPT",
                                       "<IFRAME",
                                       "<H1",
                                       "<DIV",
                                       "<FONT",
                                       "<TABLE",
                                       "<A",
                                       "<STYLE",
                                       "<TITLE",
                                       "<B",
                                       "<BODY",
                                       "<BR",
                                       "<P",
                                       "<!--"};

#define PREFIX 64

/* The first units that are not white space, at most PREFIX; those beyond Latin-1 become 0xff, which
 * is in no pattern. */
static size_t prefix_of(JSContext* context, JSValueConst text, uint8_t* out) {
  size_t size, count = 0;
  const uint8_t* narrow = wws_string_latin1(context, text, &size);
  const uint16_t* wide = narrow ? NULL : JS_ToCStringLenUTF16(context, &size, text);
  if (!narrow && !wide) {
    JS_FreeValue(context, JS_GetException(context));
    return 0;
  }
  for (size_t i = 0; i < size && count < PREFIX; ++i) {
    uint16_t unit = narrow ? narrow[i] : wide[i];
    bool white = unit == '\t' || unit == '\n' || unit == '\f' || unit == '\r' || unit == ' ';
    if (count || !white) out[count++] = unit < 0xff ? (uint8_t)unit : 0xff;
  }
  if (wide) JS_FreeCStringUTF16(context, wide);
  return count;
}

static bool matches(const uint8_t* text, size_t size, const char* pattern) {
  size_t i = 0;
  for (; pattern[i]; ++i) {
    if (i >= size) return false;
    uint8_t c = text[i] >= 'a' && text[i] <= 'z' ? (uint8_t)(text[i] - 32) : text[i];
    if (c != (uint8_t)pattern[i]) return false;
  }
  if (pattern[i - 1] == '-') return true; /* a comment's beginning needs no end */
  return i < size && (text[i] == ' ' || text[i] == '>');
}

bool wws_sniff_html(JSContext* context, JSValueConst text) {
  uint8_t prefix[PREFIX];
  size_t size = prefix_of(context, text, prefix);
  if (!size || prefix[0] != '<') return false;
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; ++i) {
    if (matches(prefix, size, patterns[i])) return true;
  }
  return false;
}
