/* JSON.parse and JSON.stringify over QuickJS's own structures: what its generic functions (which
 * ask for every property by name and make a string of every piece) spend most of a small API's time
 * with. A part of quickjs_unit.c, after quickjs.c; patch_quickjs.cmake calls it.
 *
 * https://tc39.es/ecma262/#sec-json.stringify and #sec-json.parse, in every order that a script can
 * observe. QuickJS keeps what is rare: a replacer, a reviver, and the message of text that is no
 * JSON. */

/* ---- stringify ---- */

/* Objects that are being written, the innermost first: a cycle meets one of them again. */
typedef struct json_frame {
  const JSObject* object;
  const struct json_frame* outer;
  int depth;
} json_frame;

typedef struct {
  JSContext* context;
  StringBuffer out;
  JSValue gap; /* a string; empty: all in one line */
  bool pretty;
} json_writer;

/* What an element is called, for a toJSON that asks. */
typedef struct {
  JSAtom name; /* JS_ATOM_NULL: `index` */
  int64_t index;
} json_key;

typedef enum { JSON_FAILED = -1, JSON_WRITTEN, JSON_NOTHING } json_outcome;

/* Room for so many more units; the buffer grows twofold. */
static bool json_room(json_writer* writer, size_t more) {
  StringBuffer* out = &writer->out;
  size_t size = (size_t)out->size, wanted = (size_t)out->len + more;
  if (wanted <= size) return true;
  if (wanted < 2 * size) wanted = 2 * size;
  return string_buffer_realloc(out, min_int((int)wanted, JS_STRING_LEN_MAX), 0) == 0 &&
         (size_t)out->len + more <= (size_t)out->size;
}

/* Where so many bytes may be written at once; NULL where units are wide, or there is no room. The
 * writer's length is the caller's to raise. */
static uint8_t* json_bytes(json_writer* writer, size_t more) {
  StringBuffer* out = &writer->out;
  if (out->is_wide_char || !json_room(writer, more) || out->is_wide_char) return NULL;
  return str8(out->str) + out->len;
}

static void json_ascii(json_writer* writer, const char* text, size_t size) {
  uint8_t* to = json_bytes(writer, size);
  if (!to) {
    string_buffer_write8(&writer->out, (const uint8_t*)text, (int)size);
    return;
  }
  for (size_t i = 0; i < size; ++i) to[i] = (uint8_t)text[i];
  writer->out.len += (int)size;
}

static void json_character(json_writer* writer, uint8_t character) {
  uint8_t* to = json_bytes(writer, 1);
  if (!to) {
    string_buffer_putc8(&writer->out, character);
    return;
  }
  *to = character;
  ++writer->out.len;
}

static void json_line(json_writer* writer, int depth) {
  json_character(writer, '\n');
  for (int i = 0; i < depth; ++i) string_buffer_concat_value(&writer->out, writer->gap);
}

static bool json_is_plain(uint32_t character) {
  return character >= 0x20 && character != '"' && character != '\\';
}

/* A control character, quote or backslash. */
static void json_escaped(json_writer* writer, uint32_t character) {
  static const char kShort[] = "btn_fr"; /* from U+0008 on; U+000B has none */
  static const char kHex[] = "0123456789abcdef";
  char text[6] = "\\u00";
  size_t size = 2;
  if (character >= 0x20) {
    text[1] = (char)character;
  } else if (character >= 8 && character <= 13 && character != 11) {
    text[1] = kShort[character - 8];
  } else {
    text[4] = kHex[character >> 4];
    text[5] = kHex[character & 15];
    size = 6;
  }
  json_ascii(writer, text, size);
}

/* Whether one of eight units has its byte below 0x20, or is a quote or a backslash; it may say so
 * of a byte above one that is. */
static bool json_eight_need_escapes(uint64_t units) {
  const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
  uint64_t quote = units ^ (ones * '"'), backslash = units ^ (ones * '\\');
  return (((units - ones * 0x20) & ~units) | ((quote - ones) & ~quote) |
          ((backslash - ones) & ~backslash)) &
         tops;
}

/* Copies what needs no escapes; false, and what lies at `to` is of no use, if something does. */
static bool json_copy_plain(uint8_t* to, const uint8_t* from, size_t size) {
  uint64_t units;
  if (size < 4) {
    bool plain = true;
    for (size_t i = 0; i < size; ++i) {
      to[i] = from[i];
      plain = plain && json_is_plain(from[i]);
    }
    return plain;
  }
  if (size < 8) {
    uint32_t first, last; /* they overlap */
    memcpy(&first, from, 4);
    memcpy(&last, from + size - 4, 4);
    memcpy(to, &first, 4);
    memcpy(to + size - 4, &last, 4);
    return !json_eight_need_escapes((uint64_t)last << 32 | first);
  }
  for (size_t i = 0; i + 8 < size; i += 8) {
    memcpy(&units, from + i, 8);
    if (json_eight_need_escapes(units)) return false;
    memcpy(to + i, &units, 8);
  }
  memcpy(&units, from + size - 8, 8); /* again what lies before a multiple of eight */
  memcpy(to + size - 8, &units, 8);
  return !json_eight_need_escapes(units);
}

static void json_quote_8(json_writer* writer, const uint8_t* at, size_t size) {
  const uint8_t* end = at + size;
  while (at < end) {
    const uint8_t* run = at;
    uint64_t units;
    while (end - at >= 8 && (memcpy(&units, at, 8), !json_eight_need_escapes(units))) at += 8;
    while (at < end && json_is_plain(*at)) ++at;
    if (at > run) string_buffer_write8(&writer->out, run, (int)(at - run));
    if (at < end) json_escaped(writer, *at++);
  }
}

static void json_quote_16(json_writer* writer, const uint16_t* at, size_t size) {
  StringBuffer* out = &writer->out;
  for (size_t i = 0; i < size; ++i) {
    uint32_t unit = at[i];
    bool paired = is_hi_surrogate(unit) && i + 1 < size && is_lo_surrogate(at[i + 1]);
    if (paired) {
      string_buffer_putc16(out, unit);
      string_buffer_putc16(out, at[++i]);
    } else if (is_surrogate(unit)) {
      char text[8];
      json_ascii(writer, text, (size_t)snprintf(text, sizeof text, "\\u%04x", unit));
    } else if (!json_is_plain(unit)) {
      json_escaped(writer, unit);
    } else {
      string_buffer_putc16(out, unit);
    }
  }
}

/* `before` (a comma, if it is one) and the string in quotes; `after` (a colon), if it is one. */
static void json_string(json_writer* writer, JSString* string, char before, char after) {
  size_t size = string->len;
  uint8_t* const room = string->is_wide_char ? NULL : json_bytes(writer, size + 4);
  if (room) {
    uint8_t* to = room;
    if (before) *to++ = (uint8_t)before;
    *to++ = '"';
    if (json_copy_plain(to, str8(string), size)) {
      to += size;
      *to++ = '"';
      if (after) *to++ = (uint8_t)after;
      writer->out.len += (int)(to - room);
      return;
    }
  }
  if (before) json_character(writer, (uint8_t)before);
  json_character(writer, '"');
  if (string->is_wide_char) {
    json_quote_16(writer, str16(string), size);
  } else {
    json_quote_8(writer, str8(string), size);
  }
  json_character(writer, '"');
  if (after) json_character(writer, (uint8_t)after);
}

static size_t json_digits(uint64_t number, char* end) {
  char* at = end;
  do {
    *--at = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  return (size_t)(end - at);
}

static void json_integer(json_writer* writer, int64_t number) {
  char text[24];
  size_t size =
      json_digits(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, text + sizeof text);
  if (number < 0) text[sizeof text - ++size] = '-';
  json_ascii(writer, text + sizeof text - size, size);
}

/* A number of few decimals: its shortest digits are those of number * 10^places as soon as that is
 * an integer that gives the number back (a double holds each decimal of 15 digits). */
static bool json_short_decimal(json_writer* writer, double number) {
  double size = fabs(number), scale = 1;
  if (!(size >= 0.001 && size < 1e11)) return false;
  for (int places = 1; places <= 4; ++places) {
    scale *= 10;
    uint64_t scaled = (uint64_t)(size * scale + 0.5);
    if ((double)scaled / scale != size) continue;
    char text[32];
    char* end = text + sizeof text;
    size_t digits = json_digits(scaled, end);
    while (digits <= (size_t)places) end[-(int)++digits] = '0';
    memmove(end - digits - 1, end - digits, digits - (size_t)places);
    end[-places - 1] = '.';
    ++digits;
    if (number < 0) end[-(int)++digits] = '-';
    json_ascii(writer, end - digits, digits);
    return true;
  }
  return false;
}

static bool json_double(json_writer* writer, double number) {
  if (!isfinite(number)) {
    json_ascii(writer, "null", 4);
    return true;
  }
  if (fabs(number) < 1e15 && number == (double)(int64_t)number) {
    json_integer(writer, (int64_t)number); /* -0 is "0" */
    return true;
  }
  if (json_short_decimal(writer, number)) return true;
  JSValue text = JS_ToString(writer->context, js_float64(number));
  if (JS_IsException(text)) return false;
  return string_buffer_concat_value_free(&writer->out, text) == 0;
}

/* Whether reading `toJSON` of an object would find nothing and run nothing. */
static bool json_lacks_to_json(const JSObject* object) {
  for (const JSObject* at = object; at; at = at->shape->proto) {
    if (at->is_exotic && at->class_id != JS_CLASS_ARRAY) return false;
    if (find_own_property1((JSObject*)at, JS_ATOM_toJSON)) return false;
  }
  return true;
}

static JSValue json_key_string(JSContext* context, json_key key) {
  if (key.name != JS_ATOM_NULL) return JS_AtomToString(context, key.name);
  return JS_ToStringFree(context, js_int64(key.index));
}

/* SerializeJSONProperty, step 2. Takes the value. */
static JSValue json_own_form(JSContext* context, JSValue value, json_key key) {
  if (JS_IsObject(value) ? json_lacks_to_json(JS_VALUE_GET_OBJ(value)) : !JS_IsBigInt(value))
    return value;
  JSValue method = JS_GetProperty(context, value, JS_ATOM_toJSON);
  if (JS_IsException(method)) {
    JS_FreeValue(context, value);
    return JS_EXCEPTION;
  }
  if (!JS_IsFunction(context, method)) {
    JS_FreeValue(context, method);
    return value;
  }
  JSValue name = json_key_string(context, key);
  JSValue form = JS_EXCEPTION;
  if (!JS_IsException(name)) form = JS_Call(context, method, value, 1, vc(&name));
  JS_FreeValue(context, name);
  JS_FreeValue(context, method);
  JS_FreeValue(context, value);
  return form;
}

/* SerializeJSONProperty, step 4: what wraps a primitive. Takes the value; others are as they are.
 */
static JSValue json_unwrapped(JSContext* context, JSValue value) {
  JSObject* object = JS_VALUE_GET_OBJ(value);
  JSValue inner = JS_UNDEFINED;
  switch (object->class_id) {
    case JS_CLASS_NUMBER: return JS_ToNumberFree(context, value);
    case JS_CLASS_STRING: return JS_ToStringFree(context, value);
    case JS_CLASS_BOOLEAN:
    case JS_CLASS_BIG_INT: inner = js_dup(object->u.object_data); break;
    default: return value;
  }
  JS_FreeValue(context, value);
  return inner;
}

static json_outcome json_object(json_writer* writer, JSObject* object, const json_frame* outer);

/* SerializeJSONProperty after its step 2. Takes the value. JSON_NOTHING is `undefined`, and nothing
 * was written. */
static json_outcome json_value(json_writer* writer, JSValue value, const json_frame* outer);

/* What stands before an element: a comma, a new line, the name. */
static void json_lead(json_writer* writer, json_key key, const json_frame* frame, bool first) {
  bool named = key.name != JS_ATOM_NULL, number = named && __JS_AtomIsTaggedInt(key.name);
  bool at_once = named && !number && !writer->pretty;
  if (!first && !at_once) json_character(writer, ',');
  if (writer->pretty) json_line(writer, frame->depth);
  if (!named) return;
  if (number) {
    json_character(writer, '"');
    json_integer(writer, __JS_AtomToUInt32(key.name));
    json_ascii(writer, "\":", 2);
  } else {
    json_string(writer, writer->context->rt->atom_array[key.name], at_once && !first ? ',' : 0,
                ':');
  }
  if (writer->pretty) json_character(writer, ' ');
}

/* A member with what leads to it, taken back if it turns out to be nothing. Takes the value. */
static json_outcome json_member(json_writer* writer, JSValue value, json_key key,
                                const json_frame* frame, bool first) {
  JSContext* context = writer->context;
  int tag = JS_VALUE_GET_NORM_TAG(value);
  if (tag == JS_TAG_UNDEFINED || tag == JS_TAG_SYMBOL) {
    JS_FreeValue(context, value);
    return JSON_NOTHING;
  }
  if (tag == JS_TAG_OBJECT || tag == JS_TAG_BIG_INT || tag == JS_TAG_SHORT_BIG_INT) {
    value = json_own_form(context, value, key);
    if (JS_IsException(value)) return JSON_FAILED;
  }
  int before = writer->out.len;
  json_lead(writer, key, frame, first);
  json_outcome outcome = json_value(writer, value, frame);
  if (outcome == JSON_NOTHING) writer->out.len = before;
  return outcome;
}

static json_outcome json_value(json_writer* writer, JSValue value, const json_frame* outer) {
  JSContext* context = writer->context;
  if (JS_IsObject(value) && !JS_IsFunction(context, value)) {
    JSObject* object = JS_VALUE_GET_OBJ(value);
    if (object->class_id == JS_CLASS_RAWJSON) {
      JSValue raw = JS_GetProperty(context, value, JS_ATOM_rawJSON);
      JS_FreeValue(context, value);
      if (JS_IsException(raw)) return JSON_FAILED;
      return string_buffer_concat_value_free(&writer->out, raw) ? JSON_FAILED : JSON_WRITTEN;
    }
    value = json_unwrapped(context, value);
    if (JS_IsObject(value)) {
      json_outcome outcome = json_object(writer, object, outer);
      JS_FreeValue(context, value);
      return outcome;
    }
  }
  json_outcome outcome = JSON_WRITTEN;
  switch (JS_VALUE_GET_NORM_TAG(value)) {
    case JS_TAG_STRING_ROPE: value = JS_ToStringFree(context, value); /* fallthrough */
    case JS_TAG_STRING:
      if (JS_IsException(value)) return JSON_FAILED;
      json_string(writer, JS_VALUE_GET_STRING(value), 0, 0);
      break;
    case JS_TAG_INT: json_integer(writer, JS_VALUE_GET_INT(value)); break;
    case JS_TAG_FLOAT64:
      if (!json_double(writer, JS_VALUE_GET_FLOAT64(value))) outcome = JSON_FAILED;
      break;
    case JS_TAG_BOOL:
      if (JS_VALUE_GET_BOOL(value)) {
        json_ascii(writer, "true", 4);
      } else {
        json_ascii(writer, "false", 5);
      }
      break;
    case JS_TAG_NULL: json_ascii(writer, "null", 4); break;
    case JS_TAG_EXCEPTION: return JSON_FAILED;
    case JS_TAG_SHORT_BIG_INT:
    case JS_TAG_BIG_INT:
      JS_ThrowTypeError(context, "BigInt are forbidden in JSON.stringify");
      outcome = JSON_FAILED;
      break;
    default: outcome = JSON_NOTHING;
  }
  JS_FreeValue(context, value);
  return writer->out.error_status ? JSON_FAILED : outcome;
}

/* SerializeJSONArray. */
static json_outcome json_array(json_writer* writer, JSObject* array, const json_frame* frame) {
  JSContext* context = writer->context;
  JSValueConst value = JS_MKPTR(JS_TAG_OBJECT, array);
  int64_t length;
  if (js_get_length64(context, &length, value)) return JSON_FAILED;
  json_character(writer, '[');
  for (int64_t i = 0; i < length; ++i) {
    bool fast = array->class_id == JS_CLASS_ARRAY && array->fast_array && i < array->u.array.count;
    JSValue element =
        fast ? js_dup(array->u.array.u.values[i]) : JS_GetPropertyInt64(context, value, i);
    if (JS_IsException(element)) return JSON_FAILED;
    json_key key = {JS_ATOM_NULL, i};
    json_outcome outcome = json_member(writer, element, key, frame, i == 0);
    if (outcome == JSON_NOTHING) {
      json_lead(writer, key, frame, i == 0);
      json_ascii(writer, "null", 4);
    }
    if (outcome == JSON_FAILED) return JSON_FAILED;
  }
  if (length > 0 && writer->pretty) json_line(writer, frame->depth - 1);
  json_character(writer, ']');
  return JSON_WRITTEN;
}

/* Whether the shape's enumerable names are in the order in which they are to be written: no array
 * indices, which come first. */
static bool json_names_in_order(JSContext* context, JSShape* shape) {
  JSShapeProperty* property = get_shape_prop(shape);
  for (int i = 0; i < shape->prop_count; ++i, ++property) {
    if (property->atom == JS_ATOM_NULL) continue;
    if (__JS_AtomIsTaggedInt(property->atom)) return false;
    JSString* name = context->rt->atom_array[property->atom];
    if (name->len > 0 && !name->is_wide_char && is_digit(str8(name)[0])) return false;
  }
  return true;
}

/* Members by the shape, which stays as it is while it is held; the object may change. */
static json_outcome json_members_of_shape(json_writer* writer, JSObject* object, JSShape* shape,
                                          const json_frame* frame, bool* any) {
  JSContext* context = writer->context;
  for (int i = 0; i < shape->prop_count; ++i) {
    JSShapeProperty* property = &get_shape_prop(shape)[i];
    JSAtom name = property->atom;
    if (name == JS_ATOM_NULL || !(property->flags & JS_PROP_ENUMERABLE)) continue;
    if (JS_AtomGetKind(context, name) != JS_ATOM_KIND_STRING) continue;
    bool data = object->shape == shape && (property->flags & JS_PROP_TMASK) == JS_PROP_NORMAL;
    JSValue value = data ? js_dup(object->prop[i].u.value)
                         : JS_GetProperty(context, JS_MKPTR(JS_TAG_OBJECT, object), name);
    if (JS_IsException(value)) return JSON_FAILED;
    json_outcome outcome = json_member(writer, value, (json_key){name, 0}, frame, !*any);
    if (outcome == JSON_FAILED) return JSON_FAILED;
    if (outcome == JSON_WRITTEN) *any = true;
  }
  return JSON_WRITTEN;
}

static json_outcome json_members_by_name(json_writer* writer, JSObject* object,
                                         const json_frame* frame, bool* any) {
  JSContext* context = writer->context;
  JSValueConst value = JS_MKPTR(JS_TAG_OBJECT, object);
  JSPropertyEnum* names;
  uint32_t count;
  if (JS_GetOwnPropertyNames(context, &names, &count, value, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY))
    return JSON_FAILED;
  json_outcome outcome = JSON_WRITTEN;
  for (uint32_t i = 0; i < count && outcome != JSON_FAILED; ++i) {
    JSValue member = JS_GetProperty(context, value, names[i].atom);
    outcome = JSON_FAILED;
    if (JS_IsException(member)) break;
    outcome = json_member(writer, member, (json_key){names[i].atom, 0}, frame, !*any);
    if (outcome == JSON_WRITTEN) *any = true;
  }
  JS_FreePropertyEnum(context, names, count);
  return outcome == JSON_FAILED ? JSON_FAILED : JSON_WRITTEN;
}

/* SerializeJSONObject. */
static json_outcome json_members(json_writer* writer, JSObject* object, const json_frame* frame) {
  bool any = false;
  json_outcome outcome;
  json_character(writer, '{');
  JSShape* shape = object->shape;
  if (shape->is_hashed && !object->is_exotic && json_names_in_order(writer->context, shape)) {
    js_dup_shape(shape);
    outcome = json_members_of_shape(writer, object, shape, frame, &any);
    js_free_shape(writer->context->rt, shape);
  } else {
    outcome = json_members_by_name(writer, object, frame, &any);
  }
  if (outcome == JSON_FAILED) return JSON_FAILED;
  if (any && writer->pretty) json_line(writer, frame->depth - 1);
  json_character(writer, '}');
  return JSON_WRITTEN;
}

static json_outcome json_object(json_writer* writer, JSObject* object, const json_frame* outer) {
  JSContext* context = writer->context;
  if (js_check_stack_overflow(context->rt, 0)) {
    JS_ThrowStackOverflow(context);
    return JSON_FAILED;
  }
  for (const json_frame* at = outer; at; at = at->outer) {
    if (at->object != object) continue;
    JS_ThrowTypeError(context, "circular reference");
    return JSON_FAILED;
  }
  json_frame frame = {object, outer, outer ? outer->depth + 1 : 1};
  int is_array = js_is_array(context, JS_MKPTR(JS_TAG_OBJECT, object));
  if (is_array < 0) return JSON_FAILED;
  return is_array ? json_array(writer, object, &frame) : json_members(writer, object, &frame);
}

/* JSON.stringify, steps 5 to 8. */
static JSValue json_gap(JSContext* context, JSValueConst space) {
  JSValue value = js_dup(space);
  if (JS_IsObject(value)) {
    JSClassID class_id = JS_VALUE_GET_OBJ(value)->class_id;
    if (class_id == JS_CLASS_NUMBER || class_id == JS_CLASS_STRING)
      value = json_unwrapped(context, value);
  }
  if (JS_IsException(value)) return JS_EXCEPTION;
  JSValue gap = js_empty_string(context->rt);
  if (JS_IsNumber(value)) {
    int count = 0;
    JS_ToInt32Clamp(context, &count, value, 0, 10, 0);
    gap = JS_NewStringLen(context, "          ", (size_t)count);
  } else if (JS_IsString(value)) {
    value = JS_ToStringFree(context, value);
    if (JS_IsException(value)) return JS_EXCEPTION;
    JSString* text = JS_VALUE_GET_STRING(value);
    gap = js_sub_string(context, text, 0, min_int(text->len, 10));
  }
  JS_FreeValue(context, value);
  return gap;
}

/* JSON.stringify without a replacer. */
static JSValue wws_json_stringify(JSContext* context, JSValueConst value, JSValueConst space) {
  json_writer writer = {.context = context, .gap = json_gap(context, space)};
  if (JS_IsException(writer.gap)) return JS_EXCEPTION;
  writer.pretty = JS_VALUE_GET_STRING(writer.gap)->len > 0;
  json_outcome outcome = JSON_FAILED;
  if (string_buffer_init(context, &writer.out, 480) == 0) {
    json_key key = {JS_ATOM_empty_string, 0};
    JSValue form = json_own_form(context, js_dup(value), key);
    if (!JS_IsException(form)) outcome = json_value(&writer, form, NULL);
  }
  JS_FreeValue(context, writer.gap);
  if (outcome == JSON_WRITTEN) return string_buffer_end(&writer.out);
  string_buffer_free(&writer.out);
  return outcome == JSON_NOTHING ? JS_UNDEFINED : JS_EXCEPTION;
}

/* ---- parse ---- */

/* One member that was read; of an array's element the name is nothing. */
typedef struct {
  JSValue value;
  JSAtom name;
  bool owned; /* the name is ours to free */
} json_part;

enum { kShapesKept = 8, kFirstParts = 32 };

/* Objects of one depth mostly look alike: the last one's shape says which name comes next, and
 * which shape the next object has. */
typedef struct {
  JSContext* context;
  const uint8_t* at;
  const uint8_t* end; /* a zero byte */
  json_part* parts;   /* a stack */
  size_t count, room;
  JSShape* shapes[kShapesKept]; /* held; their names are ASCII and written without escapes */
  int depth;
  json_part first_parts[kFirstParts];
} json_reader;

/* JS_UNINITIALIZED: the text is no JSON. */
static JSValue json_read(json_reader* reader);

static void json_blanks(json_reader* reader) {
  while (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t')
    ++reader->at;
}

static bool json_push(json_reader* reader, json_part part) {
  if (reader->count == reader->room) {
    size_t room = reader->room * 2;
    bool first = reader->parts == reader->first_parts;
    json_part* parts =
        js_realloc(reader->context, first ? NULL : reader->parts, room * sizeof *parts);
    if (!parts) return false;
    if (first) memcpy(parts, reader->first_parts, sizeof reader->first_parts);
    reader->parts = parts;
    reader->room = room;
  }
  reader->parts[reader->count++] = part;
  return true;
}

static void json_drop_name(JSContext* context, const json_part* part) {
  if (part->owned) JS_FreeAtom(context, part->name);
}

/* Takes the parts from `first` on from the stack. */
static void json_drop(json_reader* reader, size_t first) {
  while (reader->count > first) {
    const json_part* part = &reader->parts[--reader->count];
    JS_FreeValue(reader->context, part->value);
    json_drop_name(reader->context, part);
  }
}

/* The end of the characters that stand for themselves, one byte each. */
static const uint8_t* json_ascii_run(const uint8_t* at, const uint8_t* end) {
  const uint64_t tops = 0x8080808080808080u;
  uint64_t units;
  while (end - at >= 8 &&
         (memcpy(&units, at, 8), !(units & tops) && !json_eight_need_escapes(units)))
    at += 8;
  while (*at < 0x80 && json_is_plain(*at)) ++at;
  return at;
}

/* Four digits of \u; UINT32_MAX if they are none. */
static uint32_t json_unit(const uint8_t* at) {
  uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = from_hex(at[i]);
    if (digit < 0) return UINT32_MAX;
    unit = unit << 4 | (uint32_t)digit;
  }
  return unit;
}

/* The escape behind a backslash; UINT32_MAX if it is none. */
static uint32_t json_unescaped(json_reader* reader) {
  uint32_t unit;
  switch (*reader->at++) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u':
      unit = json_unit(reader->at);
      if (unit != UINT32_MAX) reader->at += 4;
      return unit;
    default: return UINT32_MAX;
  }
}

/* A string with escapes or characters beyond ASCII; `run` is its beginning, `at` the first of
 * them. */
static JSValue json_read_mixed(json_reader* reader, const uint8_t* run) {
  StringBuffer out;
  if (string_buffer_init(reader->context, &out, (int)(reader->at - run) + 24)) return JS_EXCEPTION;
  for (;;) {
    string_buffer_write8(&out, run, (int)(reader->at - run));
    uint32_t character = *reader->at++;
    if (character == '"') return string_buffer_end(&out);
    if (character == '\\') {
      character = json_unescaped(reader);
    } else if (character >= 0x80) {
      const uint8_t* next;
      character = utf8_decode(reader->at - 1, &next);
      if (next == reader->at) character = UINT32_MAX;
      reader->at = next;
    } else {
      character = UINT32_MAX;
    }
    if (character == UINT32_MAX) break;
    if (string_buffer_putc(&out, character)) break;
    run = reader->at;
    reader->at = json_ascii_run(run, reader->end);
  }
  bool failed = out.error_status;
  string_buffer_free(&out);
  return failed ? JS_EXCEPTION : JS_UNINITIALIZED;
}

static JSValue json_read_string(json_reader* reader) {
  const uint8_t* run = ++reader->at;
  reader->at = json_ascii_run(run, reader->end);
  if (*reader->at != '"') return json_read_mixed(reader, run);
  ++reader->at;
  return js_new_string8_len(reader->context, (const char*)run, (int)(reader->at - 1 - run));
}

static JSValue json_read_number(json_reader* reader) {
  static const double kPowers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const uint8_t* begin = reader->at;
  const uint8_t* at = begin + (*begin == '-');
  const uint8_t* digits = at;
  uint64_t number = 0;
  while (is_digit(*at)) number = number * 10 + (*at++ - '0');
  int count = (int)(at - digits), places = 0;
  if (count == 0 || (count > 1 && *digits == '0')) return JS_UNINITIALIZED;
  if (*at == '.') {
    const uint8_t* point = at++;
    while (is_digit(*at)) number = number * 10 + (*at++ - '0');
    places = (int)(at - point - 1);
    if (places == 0) return JS_UNINITIALIZED;
  }
  bool exact = count + places <= 15;
  if (*at == 'e' || *at == 'E') {
    exact = false;
    ++at;
    at += *at == '+' || *at == '-';
    if (!is_digit(*at)) return JS_UNINITIALIZED;
    while (is_digit(*at)) ++at;
  }
  reader->at = at;
  if (!exact) return js_float64(strtod((const char*)begin, NULL));
  /* An integer below 2^53 by a power of ten below 10^22 is rounded once. */
  if (places == 0 && !(number == 0 && *begin == '-'))
    return js_int64(*begin == '-' ? -(int64_t)number : (int64_t)number);
  double value = (double)number / kPowers[places];
  return js_float64(*begin == '-' ? -value : value);
}

static bool json_word(json_reader* reader, const char* word, size_t size) {
  if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0)
    return false;
  reader->at += size;
  return true;
}

/* The name of the member number `index` of an object. JS_UNDEFINED when it was read; `plain`
 * becomes false when it cannot be looked for as it is. */
static JSValue json_read_name(json_reader* reader, const JSShape* alike, int index, json_part* part,
                              bool* plain) {
  JSContext* context = reader->context;
  if (*reader->at != '"') return JS_UNINITIALIZED;
  part->owned = false;
  if (alike && index < alike->prop_count) {
    part->name = get_shape_prop((JSShape*)alike)[index].atom;
    JSString* name = context->rt->atom_array[part->name];
    size_t size = name->len;
    const uint8_t* at = reader->at + 1;
    if ((size_t)(reader->end - at) > size && at[size] == '"' && memcmp(at, str8(name), size) == 0) {
      reader->at = at + size + 1;
      return JS_UNDEFINED;
    }
  }
  const uint8_t* run = ++reader->at;
  reader->at = json_ascii_run(run, reader->end);
  if (*reader->at == '"') {
    part->name = JS_NewAtomLen(context, (const char*)run, (size_t)(reader->at++ - run));
    if (__JS_AtomIsTaggedInt(part->name)) *plain = false;
  } else {
    *plain = false;
    JSValue text = json_read_mixed(reader, run);
    if (!JS_IsString(text)) return text;
    part->name = JS_ValueToAtom(context, text);
    JS_FreeValue(context, text);
  }
  part->owned = true;
  return part->name == JS_ATOM_NULL ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSShape** json_shape_of_depth(json_reader* reader) {
  return reader->depth < kShapesKept ? &reader->shapes[reader->depth] : NULL;
}

static bool json_has_names(JSShape* shape, const json_part* parts, size_t count) {
  if (!shape || (size_t)shape->prop_count != count) return false;
  const JSShapeProperty* property = get_shape_prop(shape);
  for (size_t i = 0; i < count; ++i) {
    if (property[i].atom != parts[i].name) return false;
  }
  return true;
}

/* An object of the parts from `first` on, which leave the stack. `plain`: their names may be looked
 * for in what follows as they are. */
static JSValue json_make_object(json_reader* reader, size_t first, bool plain) {
  JSContext* context = reader->context;
  json_part* parts = reader->parts + first;
  size_t count = reader->count - first;
  JSShape** kept = json_shape_of_depth(reader);
  if (kept && json_has_names(*kept, parts, count)) {
    JSValue object = JS_NewObjectFromShape(context, js_dup_shape(*kept), JS_CLASS_OBJECT, NULL);
    if (JS_IsException(object)) {
      json_drop(reader, first);
      return object;
    }
    JSProperty* properties = JS_VALUE_GET_OBJ(object)->prop;
    for (size_t i = 0; i < count; ++i) {
      properties[i].u.value = parts[i].value;
      json_drop_name(context, &parts[i]);
    }
    reader->count = first;
    return object;
  }
  JSValue object = JS_NewObject(context);
  for (size_t i = 0; i < count && !JS_IsException(object); ++i) {
    JSValue value = parts[i].value;
    parts[i].value = JS_UNDEFINED;
    if (wws_define_own(context, object, parts[i].name, value) >= 0) continue;
    JS_FreeValue(context, object);
    object = JS_EXCEPTION;
  }
  if (!JS_IsException(object) && kept && plain && count > 0) {
    JSShape* shape = JS_VALUE_GET_OBJ(object)->shape;
    bool alike = shape->is_hashed && json_has_names(shape, parts, count);
    js_free_shape_null(context->rt, *kept);
    *kept = alike ? js_dup_shape(shape) : NULL;
  }
  json_drop(reader, first);
  return object;
}

/* Between two elements: true after a comma, false after the end; neither is no JSON. */
static JSValue json_read_comma(json_reader* reader, uint8_t end) {
  json_blanks(reader);
  uint8_t character = *reader->at++;
  if (character == ',') return JS_TRUE;
  return character == end ? JS_FALSE : JS_UNINITIALIZED;
}

static JSValue json_read_object(json_reader* reader) {
  size_t first = reader->count;
  JSShape** kept = json_shape_of_depth(reader);
  bool plain = true;
  JSValue more = JS_TRUE;
  ++reader->at;
  json_blanks(reader);
  if (*reader->at == '}') {
    ++reader->at;
    more = JS_FALSE;
  }
  for (int i = 0; JS_VALUE_GET_TAG(more) == JS_TAG_BOOL && JS_VALUE_GET_BOOL(more); ++i) {
    json_part part = {JS_UNDEFINED, JS_ATOM_NULL, false};
    json_blanks(reader);
    more = json_read_name(reader, kept ? *kept : NULL, i, &part, &plain);
    if (!JS_IsUndefined(more)) break;
    json_blanks(reader);
    part.value = *reader->at == ':' ? (++reader->at, json_read(reader)) : JS_UNINITIALIZED;
    more = part.value;
    bool read = !JS_IsException(more) && !JS_IsUninitialized(more);
    if (read && json_push(reader, part)) {
      more = json_read_comma(reader, '}');
      continue;
    }
    if (read) {
      JS_FreeValue(reader->context, part.value);
      more = JS_EXCEPTION;
    }
    json_drop_name(reader->context, &part);
  }
  if (JS_VALUE_GET_TAG(more) == JS_TAG_BOOL) return json_make_object(reader, first, plain);
  json_drop(reader, first);
  return more;
}

static JSValue json_make_array(json_reader* reader, size_t first) {
  JSContext* context = reader->context;
  uint32_t count = (uint32_t)(reader->count - first);
  JSValue value = JS_NewArray(context);
  JSObject* array = JS_IsException(value) ? NULL : JS_VALUE_GET_OBJ(value);
  if (!array || (count > 0 && expand_fast_array(context, array, count))) {
    JS_FreeValue(context, value);
    json_drop(reader, first);
    return JS_EXCEPTION;
  }
  for (uint32_t i = 0; i < count; ++i) array->u.array.u.values[i] = reader->parts[first + i].value;
  array->u.array.count = count;
  array->prop[0].u.value = js_int32((int32_t)count);
  reader->count = first;
  return value;
}

static JSValue json_read_array(json_reader* reader) {
  size_t first = reader->count;
  JSValue more = JS_TRUE;
  ++reader->at;
  json_blanks(reader);
  if (*reader->at == ']') {
    ++reader->at;
    more = JS_FALSE;
  }
  while (JS_VALUE_GET_TAG(more) == JS_TAG_BOOL && JS_VALUE_GET_BOOL(more)) {
    json_part part = {json_read(reader), JS_ATOM_NULL, false};
    more = part.value;
    if (JS_IsException(more) || JS_IsUninitialized(more)) break;
    if (json_push(reader, part)) {
      more = json_read_comma(reader, ']');
    } else {
      JS_FreeValue(reader->context, part.value);
      more = JS_EXCEPTION;
    }
  }
  if (JS_VALUE_GET_TAG(more) == JS_TAG_BOOL) return json_make_array(reader, first);
  json_drop(reader, first);
  return more;
}

static JSValue json_read(json_reader* reader) {
  json_blanks(reader);
  switch (*reader->at) {
    case '"': return json_read_string(reader);
    case 't': return json_word(reader, "true", 4) ? JS_TRUE : JS_UNINITIALIZED;
    case 'f': return json_word(reader, "false", 5) ? JS_FALSE : JS_UNINITIALIZED;
    case 'n': return json_word(reader, "null", 4) ? JS_NULL : JS_UNINITIALIZED;
    case '{':
    case '[': break;
    default: return json_read_number(reader);
  }
  if (js_check_stack_overflow(reader->context->rt, 0)) {
    JS_ThrowStackOverflow(reader->context);
    return JS_EXCEPTION;
  }
  ++reader->depth;
  JSValue value = *reader->at == '{' ? json_read_object(reader) : json_read_array(reader);
  --reader->depth;
  return value;
}

/* JSON.parse without a reviver, of UTF-8 with a zero byte behind it (lone surrogates as three bytes
 * each). JS_UNINITIALIZED: the text is no JSON, and nothing was thrown. */
static JSValue wws_json_parse(JSContext* context, const char* text, size_t size) {
  json_reader reader = {.context = context,
                        .at = (const uint8_t*)text,
                        .end = (const uint8_t*)text + size,
                        .room = kFirstParts};
  reader.parts = reader.first_parts;
  JSValue value = json_read(&reader);
  if (!JS_IsException(value) && !JS_IsUninitialized(value)) {
    json_blanks(&reader);
    if (reader.at != reader.end) {
      JS_FreeValue(context, value);
      value = JS_UNINITIALIZED;
    }
  }
  if (reader.parts != reader.first_parts) js_free(context, reader.parts);
  for (int i = 0; i < kShapesKept; ++i) js_free_shape_null(context->rt, reader.shapes[i]);
  return value;
}
