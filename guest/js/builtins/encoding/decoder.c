#include "decoder.h"

#include <string.h>

#include "../common/common.h"
#include "../lazy/lazy.h"
#include "utf8.h"

typedef enum Encoding { UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1252, LEGACY } Encoding;

static const char* const kNames[] = {
    [UTF_8] = "utf-8",
    [UTF_16LE] = "utf-16le",
    [UTF_16BE] = "utf-16be",
    [WINDOWS_1252] = "windows-1252",
};

/* https://encoding.spec.whatwg.org/#names-and-labels */
static const struct {
  const char* label;
  Encoding encoding;
} kLabels[] = {
    {"utf-8", UTF_8},
    {"utf8", UTF_8},
    {"unicode-1-1-utf-8", UTF_8},
    {"unicode11utf8", UTF_8},
    {"unicode20utf8", UTF_8},
    {"x-unicode20utf8", UTF_8},
    {"csunicode", UTF_16LE},
    {"iso-10646-ucs-2", UTF_16LE},
    {"ucs-2", UTF_16LE},
    {"unicode", UTF_16LE},
    {"unicodefeff", UTF_16LE},
    {"utf-16", UTF_16LE},
    {"utf-16le", UTF_16LE},
    {"unicodefffe", UTF_16BE},
    {"utf-16be", UTF_16BE},
    {"ansi_x3.4-1968", WINDOWS_1252},
    {"ascii", WINDOWS_1252},
    {"cp1252", WINDOWS_1252},
    {"cp819", WINDOWS_1252},
    {"csisolatin1", WINDOWS_1252},
    {"ibm819", WINDOWS_1252},
    {"iso-8859-1", WINDOWS_1252},
    {"iso-ir-100", WINDOWS_1252},
    {"iso8859-1", WINDOWS_1252},
    {"iso88591", WINDOWS_1252},
    {"iso_8859-1", WINDOWS_1252},
    {"iso_8859-1:1987", WINDOWS_1252},
    {"l1", WINDOWS_1252},
    {"latin1", WINDOWS_1252},
    {"us-ascii", WINDOWS_1252},
    {"windows-1252", WINDOWS_1252},
    {"x-cp1252", WINDOWS_1252},
};

/* https://encoding.spec.whatwg.org/index-windows-1252.txt, bytes 80 to 9F */
static const uint16_t kWindows1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

typedef struct Decoder {
  Encoding encoding;
  bool fatal;
  bool ignore_bom;
  bool in_stream; /* the last call left the stream open */
  bool bom_seen;
  uint8_t open_size; /* bytes of an unfinished sequence */
  uint8_t open[4];
  JSValue legacy; /* the decoder of an encoding that is not done here; undefined else */
} Decoder;

static JSClassID decoder_class;

static void finalize_decoder(JSRuntime* runtime, JSValueConst value) {
  Decoder* decoder = JS_GetOpaque(value, decoder_class);
  if (decoder) {
    JS_FreeValueRT(runtime, decoder->legacy);
  }
  js_free_rt(runtime, decoder);
}

static void mark_decoder(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* mark) {
  Decoder* decoder = JS_GetOpaque(value, decoder_class);
  if (decoder) {
    JS_MarkValue(runtime, decoder->legacy, mark);
  }
}

/* The decoder that the "legacy" script has for a label; an exception when there is none. */
static JSValue make_legacy(JSContext* context, JSValueConst label, bool fatal, bool ignore_bom) {
  JSValue make = wws_lazy_value(context, "legacy", "makeDecoder");
  if (JS_IsException(make)) {
    return make;
  }
  JSValueConst arguments[] = {label, JS_NewBool(context, fatal), JS_NewBool(context, ignore_bom)};
  JSValue decoder = JS_Call(context, make, JS_UNDEFINED, 3, arguments);
  JS_FreeValue(context, make);
  return decoder;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* https://encoding.spec.whatwg.org/#concept-encoding-get; -1: unknown. */
static int find_encoding(const char* label, size_t size) {
  while (size && is_space(label[0])) label++, size--;
  while (size && is_space(label[size - 1])) size--;
  for (int i = 0; i < WWS_COUNT(kLabels); i++) {
    const char* known = kLabels[i].label;
    size_t at = 0;
    while (at < size && known[at] && lower(label[at]) == known[at]) at++;
    if (at == size && !known[at]) {
      return (int)kLabels[i].encoding;
    }
  }
  return -1;
}

static int read_flag(JSContext* context, JSValueConst options, const char* name, bool* flag) {
  if (!JS_IsObject(options)) {
    return 0;
  }
  JSValue value = JS_GetPropertyStr(context, options, name);
  if (JS_IsException(value)) {
    return -1;
  }
  int result = JS_ToBool(context, value);
  JS_FreeValue(context, value);
  if (result < 0) {
    return -1;
  }
  *flag = result != 0;
  return 0;
}

static int check_options(JSContext* context, JSValueConst options) {
  if (JS_IsObject(options) || JS_IsUndefined(options) || JS_IsNull(options)) {
    return 0;
  }
  JS_ThrowTypeError(context, "TextDecoder: the options must be an object");
  return -1;
}

static JSValue construct_decoder(JSContext* context, JSValueConst new_target, int argc,
                                 JSValueConst* argv) {
  int encoding = UTF_8;
  if (argc > 0 && !JS_IsUndefined(argv[0])) {
    WwsText label;
    if (wws_text_from(context, argv[0], &label)) {
      return JS_EXCEPTION;
    }
    encoding = find_encoding(label.data, label.size);
    wws_text_free(context, &label);
  }
  JSValueConst options = argc > 1 ? argv[1] : JS_UNDEFINED;
  bool fatal = false;
  bool ignore_bom = false;
  if (check_options(context, options) || read_flag(context, options, "fatal", &fatal) ||
      read_flag(context, options, "ignoreBOM", &ignore_bom)) {
    return JS_EXCEPTION;
  }
  JSValue legacy = JS_UNDEFINED;
  if (encoding < 0) {
    legacy = make_legacy(context, argv[0], fatal, ignore_bom);
    encoding = LEGACY;
  }
  if (JS_IsException(legacy)) {
    return JS_EXCEPTION;
  }
  JSValue object = wws_construct(context, new_target, decoder_class);
  Decoder* decoder = JS_IsException(object) ? NULL : js_mallocz(context, sizeof(*decoder));
  if (!decoder) {
    JS_FreeValue(context, legacy);
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  decoder->encoding = (Encoding)encoding;
  decoder->legacy = legacy;
  decoder->fatal = fatal;
  decoder->ignore_bom = ignore_bom;
  JS_SetOpaque(object, decoder);
  return object;
}

static JSValue throw_malformed(JSContext* context, const Decoder* decoder) {
  return JS_ThrowTypeError(context, "The encoded data was not valid for encoding %s",
                           kNames[decoder->encoding]);
}

/* Bytes at the end that belong to a sequence the next chunk may complete. */
static size_t open_tail(const Decoder* decoder, const uint8_t* data, size_t size) {
  if (decoder->encoding == UTF_8) {
    return wws_utf8_open_tail(data, size);
  }
  if (decoder->encoding == WINDOWS_1252) {
    return 0;
  }
  size_t odd = size & 1;
  size_t high = decoder->encoding == UTF_16LE ? 1 : 0;
  bool lone_lead = size - odd >= 2 && (data[size - odd - 2 + high] & 0xFC) == 0xD8;
  return odd + (lone_lead ? 2 : 0);
}

static JSValue decode_utf8(JSContext* context, Decoder* decoder, const uint8_t* data, size_t size) {
  if (decoder->fatal && wws_utf8_valid_prefix(data, size) != size) {
    return throw_malformed(context, decoder);
  }
  if (!decoder->bom_seen && !decoder->ignore_bom && size >= 3 && !memcmp(data, "\xEF\xBB\xBF", 3)) {
    data += 3;
    size -= 3;
  }
  return wws_utf8_to_string(context, data, size);
}

static JSValue units_to_string(JSContext* context, uint16_t* units, size_t count) {
  JSValue string = JS_NewStringUTF16(context, units, count);
  js_free(context, units);
  return string;
}

static JSValue decode_utf16(JSContext* context, Decoder* decoder, const uint8_t* data,
                            size_t size) {
  uint16_t* units = js_malloc(context, size + 2);
  if (!units) {
    return JS_EXCEPTION;
  }
  size_t high = decoder->encoding == UTF_16LE ? 1 : 0;
  size_t count = size / 2;
  bool malformed = false;
  for (size_t i = 0; i < count; i++) {
    units[i] = (uint16_t)(data[2 * i + high] << 8 | data[2 * i + 1 - high]);
  }
  for (size_t i = 0; i < count; i++) {
    if ((units[i] & 0xFC00) == 0xD800 && i + 1 < count && (units[i + 1] & 0xFC00) == 0xDC00) {
      i++;
    } else if ((units[i] & 0xF800) == 0xD800) {
      units[i] = 0xFFFD;
      malformed = true;
    }
  }
  /* A half unit after a lead surrogate is part of that one error: the lead became U+FFFD above. */
  if (size & 1) {
    bool merged = count > 0 && (data[2 * (count - 1) + high] & 0xFC) == 0xD8;
    malformed = true;
    if (!merged) {
      units[count++] = 0xFFFD;
    }
  }
  if (malformed && decoder->fatal) {
    js_free(context, units);
    return throw_malformed(context, decoder);
  }
  size_t skip = !decoder->bom_seen && !decoder->ignore_bom && count && units[0] == 0xFEFF;
  if (skip) {
    memmove(units, units + 1, --count * sizeof(uint16_t));
  }
  return units_to_string(context, units, count);
}

static JSValue decode_windows_1252(JSContext* context, const uint8_t* data, size_t size) {
  if (wws_ascii_prefix(data, size) == size) {
    return JS_NewStringLen(context, size ? (const char*)data : "", size);
  }
  if (size > SIZE_MAX / sizeof(uint16_t)) {
    return JS_ThrowRangeError(context, "The text is too long");
  }
  uint16_t* units = js_malloc(context, size * sizeof(uint16_t));
  if (!units) {
    return JS_EXCEPTION;
  }
  for (size_t i = 0; i < size; i++) {
    units[i] = (data[i] & 0xE0) == 0x80 ? kWindows1252[data[i] - 0x80] : data[i];
  }
  return units_to_string(context, units, size);
}

static JSValue decode_bytes(JSContext* context, Decoder* decoder, const uint8_t* data,
                            size_t size) {
  switch (decoder->encoding) {
    case UTF_8: return decode_utf8(context, decoder, data, size);
    case WINDOWS_1252: return decode_windows_1252(context, data, size);
    default: return decode_utf16(context, decoder, data, size);
  }
}

/* One chunk of a stream: what the last one left open comes first, what this one leaves open stays.
 */
static JSValue decode_chunk(JSContext* context, Decoder* decoder, const uint8_t* data, size_t size,
                            bool stream) {
  uint8_t* joined = NULL;
  if (decoder->open_size) {
    joined = js_malloc(context, decoder->open_size + size);
    if (!joined) {
      return JS_EXCEPTION;
    }
    memcpy(joined, decoder->open, decoder->open_size);
    if (size) {
      memcpy(joined + decoder->open_size, data, size);
    }
    data = joined;
    size += decoder->open_size;
    decoder->open_size = 0;
  }
  size_t tail = stream ? open_tail(decoder, data, size) : 0;
  if (tail) {
    memcpy(decoder->open, data + size - tail, tail);
    decoder->open_size = (uint8_t)tail;
  }
  JSValue string = decode_bytes(context, decoder, data, size - tail);
  if (size > tail) {
    decoder->bom_seen = true;
  }
  js_free(context, joined);
  return string;
}

static JSValue decode_legacy(JSContext* context, const Decoder* decoder, const uint8_t* data,
                             size_t size, bool stream) {
  JSValue bytes = JS_NewUint8ArrayCopy(context, data, size);
  JSValue decode = JS_GetPropertyStr(context, decoder->legacy, "decode");
  JSValueConst arguments[] = {bytes, JS_NewBool(context, stream)};
  JSValue string = JS_IsException(bytes) ? JS_EXCEPTION
                                         : JS_Call(context, decode, decoder->legacy, 2, arguments);
  JS_FreeValue(context, decode);
  JS_FreeValue(context, bytes);
  return string;
}

static JSValue decoder_decode(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  Decoder* decoder = wws_unwrap(context, this_value, decoder_class);
  JSValueConst options = argc > 1 ? argv[1] : JS_UNDEFINED;
  bool stream = false;
  if (!decoder || check_options(context, options) ||
      read_flag(context, options, "stream", &stream)) {
    return JS_EXCEPTION;
  }
  static uint8_t nothing;
  uint8_t* data = &nothing;
  size_t size = 0;
  if (argc > 0 && !JS_IsUndefined(argv[0]) &&
      wws_shared_buffer_source(context, argv[0], &data, &size)) {
    return JS_EXCEPTION;
  }
  if (!size) {
    data = &nothing;
  }
  if (decoder->encoding == LEGACY) {
    return decode_legacy(context, decoder, data, size, stream);
  }
  if (!decoder->in_stream) {
    decoder->bom_seen = false;
    decoder->open_size = 0;
  }
  decoder->in_stream = stream;
  JSValue string = decode_chunk(context, decoder, data, size, stream);
  if (JS_IsException(string)) {
    decoder->in_stream = false;
  }
  return string;
}

static JSValue decoder_encoding(JSContext* context, JSValueConst this_value) {
  Decoder* decoder = wws_unwrap(context, this_value, decoder_class);
  if (!decoder) {
    return JS_EXCEPTION;
  }
  return decoder->encoding == LEGACY ? JS_GetPropertyStr(context, decoder->legacy, "encoding")
                                     : JS_NewString(context, kNames[decoder->encoding]);
}

static JSValue decoder_fatal(JSContext* context, JSValueConst this_value) {
  Decoder* decoder = wws_unwrap(context, this_value, decoder_class);
  return decoder ? JS_NewBool(context, decoder->fatal) : JS_EXCEPTION;
}

static JSValue decoder_ignore_bom(JSContext* context, JSValueConst this_value) {
  Decoder* decoder = wws_unwrap(context, this_value, decoder_class);
  return decoder ? JS_NewBool(context, decoder->ignore_bom) : JS_EXCEPTION;
}

static const JSCFunctionListEntry decoder_members[] = {
    WWS_ATTRIBUTE("encoding", decoder_encoding, NULL),
    WWS_ATTRIBUTE("fatal", decoder_fatal, NULL),
    WWS_ATTRIBUTE("ignoreBOM", decoder_ignore_bom, NULL),
    WWS_METHOD("decode", 0, decoder_decode),
    WWS_TAG("TextDecoder"),
};

int wws_install_decoder(JSContext* context) {
  const WwsClass decoder = {.name = "TextDecoder",
                            .finalizer = finalize_decoder,
                            .mark = mark_decoder,
                            .constructor = construct_decoder,
                            .members = decoder_members,
                            .member_count = WWS_COUNT(decoder_members)};
  return wws_define_class(context, &decoder_class, &decoder);
}
