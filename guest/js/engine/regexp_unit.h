/* Regular expressions that nobody changed: what String's and RegExp's methods do with them, without
 * the result objects and property accesses in between. A part of quickjs_unit.c, after quickjs.c;
 * patch_quickjs.cmake calls it.
 *
 * https://tc39.es/ecma262/#sec-properties-of-the-regexp-prototype-object describes each method by
 * steps that a script can see: `flags`, `exec` and others are properties that may be replaced. Here
 * a method looks first whether all that it would ask is as it was made; if so, and if its arguments
 * are strings, no step of it can run a script, and only its outcome counts. Otherwise QuickJS's own
 * way is taken. */

/* A property of RegExp.prototype or RegExp, as it was made. */
typedef struct {
  JSObject* holder;
  int slot;
  JSAtom name;
  uint8_t flags;
  const void* what; /* the value, or the getter */
} wws_regexp_property;

enum { kRegexpExec, kRegexpFlags, kRegexpConstructor = 10, kRegexpSpecies, kRegexpProperties };

static wws_regexp_property wws_regexp_made[kRegexpProperties];
static JSContext* wws_regexp_context; /* whose properties these are; NULL: not known */

static const void* wws_property_content(const JSProperty* property, int flags) {
  if ((flags & JS_PROP_TMASK) == JS_PROP_GETSET) return property->u.getset.getter;
  if ((flags & JS_PROP_TMASK) != JS_PROP_NORMAL) return NULL;
  JSValue value = property->u.value;
  return JS_VALUE_GET_TAG(value) == JS_TAG_OBJECT ? JS_VALUE_GET_PTR(value) : NULL;
}

static bool wws_note_regexp_property(int index, JSObject* holder, JSAtom name) {
  JSProperty* property;
  JSShapeProperty* described = find_own_property(&property, holder, name);
  if (!described) return false;
  wws_regexp_made[index] = (wws_regexp_property){
      .holder = holder,
      .slot = (int)(property - holder->prop),
      .name = name,
      .flags = described->flags,
      .what = wws_property_content(property, described->flags)};
  return wws_regexp_made[index].what != NULL;
}

/* When all functions of builtins are made and no script ran yet. */
static void wws_note_regexps(JSContext* ctx) {
  static const char* const flags[] = {"hasIndices", "global",  "ignoreCase",  "multiline",
                                      "dotAll",     "unicode", "unicodeSets", "sticky"};
  JSObject* prototype = JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_REGEXP]);
  JSObject* constructor = JS_VALUE_GET_OBJ(ctx->regexp_ctor);
  bool all = wws_note_regexp_property(kRegexpExec, prototype, JS_ATOM_exec) &&
             wws_note_regexp_property(kRegexpFlags, prototype, JS_ATOM_flags) &&
             wws_note_regexp_property(kRegexpConstructor, prototype, JS_ATOM_constructor) &&
             wws_note_regexp_property(kRegexpSpecies, constructor, JS_ATOM_Symbol_species);
  for (int i = 0; all && i < (int)countof(flags); ++i) {
    JSAtom name = JS_NewAtom(ctx, flags[i]);
    all = wws_note_regexp_property(kRegexpFlags + 1 + i, prototype, name);
    JS_FreeAtom(ctx, name);
  }
  wws_regexp_context = all ? ctx : NULL;
}

/* What the prototype holds is compared, not its shape: that may change in place. */
static bool wws_is_as_made(const wws_regexp_property* made) {
  const JSShape* shape = made->holder->shape;
  if (made->slot >= shape->prop_count) return false;
  const JSShapeProperty* described = &get_shape_prop((JSShape*)shape)[made->slot];
  return described->atom == made->name && described->flags == made->flags &&
         wws_property_content(&made->holder->prop[made->slot], made->flags) == made->what;
}

static bool wws_are_as_made(int from, int to) {
  for (int i = from; i <= to; ++i) {
    if (!wws_is_as_made(&wws_regexp_made[i])) return false;
  }
  return true;
}

/* Whether its own properties are `lastIndex` alone, a writable integer. */
static bool wws_has_plain_last_index(const JSObject* p) {
  if (p->class_id != JS_CLASS_REGEXP || p->shape->prop_count != 1) return false;
  const JSShapeProperty* described = get_shape_prop(p->shape);
  return described->atom == JS_ATOM_lastIndex && described->flags == JS_PROP_WRITABLE &&
         JS_VALUE_GET_TAG(p->prop[0].u.value) == JS_TAG_INT &&
         JS_VALUE_GET_INT(p->prop[0].u.value) >= 0;
}

/* The object, when it is a regular expression whose `exec` is the built-in one, or NULL. */
static JSObject* wws_plain_regexp(JSContext* ctx, JSValueConst value) {
  if (ctx != wws_regexp_context || JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT) return NULL;
  JSObject* p = JS_VALUE_GET_OBJ(value);
  if (!wws_has_plain_last_index(p) || p->shape->proto != wws_regexp_made[kRegexpExec].holder ||
      !wws_is_as_made(&wws_regexp_made[kRegexpExec])) {
    return NULL;
  }
  return p;
}

/* The same, and its flags are those that it was made with. */
static JSObject* wws_plain_regexp_with_flags(JSContext* ctx, JSValueConst value) {
  JSObject* p = wws_plain_regexp(ctx, value);
  return p && wws_are_as_made(kRegexpFlags, kRegexpConstructor - 1) ? p : NULL;
}

static bool wws_has_plain_exec(JSContext* ctx, JSValueConst value) {
  return wws_plain_regexp(ctx, value) != NULL;
}

static JSValue wws_last_index(JSContext* ctx, JSValueConst regexp) {
  JSObject* p = JS_VALUE_GET_TAG(regexp) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(regexp) : NULL;
  if (p && wws_has_plain_last_index(p)) return p->prop[0].u.value;
  return JS_GetProperty(ctx, regexp, JS_ATOM_lastIndex);
}

static void wws_put_last_index(JSObject* p, int index) {
  if (JS_VALUE_GET_INT(p->prop[0].u.value) != index) p->prop[0].u.value = js_int32(index);
}

static int wws_set_last_index(JSContext* ctx, JSValueConst regexp, JSValue index) {
  JSObject* p = JS_VALUE_GET_TAG(regexp) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(regexp) : NULL;
  if (p && JS_VALUE_GET_TAG(index) == JS_TAG_INT && wws_has_plain_last_index(p)) {
    wws_put_last_index(p, JS_VALUE_GET_INT(index));
    return true;
  }
  return JS_SetProperty(ctx, regexp, JS_ATOM_lastIndex, index);
}

/* The next element of a match's array, whose length is set already. */
static int wws_append_capture(JSContext* ctx, JSValueConst array, JSValue value) {
  JSObject* p = JS_VALUE_GET_OBJ(array);
  uint32_t count = p->u.array.count;
  if (count >= p->u.array.u1.size) {
    uint32_t length = (uint32_t)JS_VALUE_GET_INT(p->prop[0].u.value);
    if (expand_fast_array(ctx, p, length > count ? length : count + 1)) {
      JS_FreeValue(ctx, value);
      return -1;
    }
  }
  p->u.array.u.values[count] = value;
  p->u.array.count = count + 1;
  return 0;
}

/* ---- Matching without result objects ---- */

/* A program at work on a text; it holds both, so that what a script does cannot take them away. */
typedef struct {
  JSContext* ctx;
  JSObject* regexp;
  JSValue text;
  JSString* string;
  JSValue program;
  int flags, captures;
  uint8_t** at; /* what the last match captured */
  uint8_t* few[24];
} wws_matcher;

static int wws_throw_regexp(JSContext* ctx, int why) {
  if (why == LRE_RET_TIMEOUT) {
    JS_ThrowInterrupted(ctx);
  } else if (why == LRE_RET_MEMORY_ERROR) {
    JS_ThrowInternalError(ctx, "out of memory in regexp execution");
  } else {
    JS_ThrowInternalError(ctx, "corrupted bytecode in regexp execution");
  }
  return -1;
}

/* `text` is a string; one that is a rope becomes flat. -1 after an exception. */
static int wws_matcher_begin(wws_matcher* m, JSContext* ctx, JSObject* regexp, JSValueConst text) {
  m->ctx = ctx;
  m->regexp = regexp;
  m->text = JS_ToString(ctx, text);
  if (JS_IsException(m->text)) return -1;
  m->string = JS_VALUE_GET_STRING(m->text);
  m->program = js_dup(JS_MKPTR(JS_TAG_STRING, regexp->u.regexp.bytecode));
  const uint8_t* program = str8(regexp->u.regexp.bytecode);
  m->flags = lre_get_flags(program);
  m->captures = lre_get_capture_count(program);
  int needed = lre_get_alloc_count(program);
  m->at = m->few;
  if (needed <= (int)countof(m->few)) return 0;
  m->at = js_malloc(ctx, sizeof *m->at * needed);
  if (m->at) return 0;
  JS_FreeValue(ctx, m->text);
  JS_FreeValue(ctx, m->program);
  return -1;
}

static void wws_matcher_end(wws_matcher* m) {
  if (m->at != m->few) js_free(m->ctx, m->at);
  JS_FreeValue(m->ctx, m->text);
  JS_FreeValue(m->ctx, m->program);
}

/* 1: matched, 0: not, -1 after an exception. */
static int wws_match_at(wws_matcher* m, int64_t index) {
  if (index > m->string->len) return 0;
  int result = lre_exec(m->at, str8(JS_VALUE_GET_STRING(m->program)), str8(m->string), (int)index,
                        m->string->len, m->string->is_wide_char, m->ctx);
  return result < 0 ? wws_throw_regexp(m->ctx, result) : result;
}

/* Where a capture begins (2 * n) or ends (2 * n + 1); -1 when it took no part. */
static int wws_capture(const wws_matcher* m, int index) {
  if (!m->at[index & ~1] || !m->at[index | 1]) return -1;
  return (int)((m->at[index] - str8(m->string)) >> m->string->is_wide_char);
}

static bool wws_is_global(const wws_matcher* m) { return m->flags & LRE_FLAG_GLOBAL; }
static bool wws_is_unicode(const wws_matcher* m) {
  return m->flags & (LRE_FLAG_UNICODE | LRE_FLAG_UNICODE_SETS);
}

/* RegExpBuiltinExec for one match, `lastIndex` included. */
static int wws_match_once(wws_matcher* m) {
  bool moves = m->flags & (LRE_FLAG_GLOBAL | LRE_FLAG_STICKY);
  int result = wws_match_at(m, moves ? JS_VALUE_GET_INT(m->regexp->prop[0].u.value) : 0);
  if (result >= 0 && moves) wws_put_last_index(m->regexp, result ? wws_capture(m, 1) : 0);
  return result;
}

/* Calls `found` for each match of a global expression, from the text's begin. -1 after an exception. */
static int wws_match_all(wws_matcher* m, int (*found)(wws_matcher* m, void* to), void* to) {
  int64_t index = 0;
  int result;
  while ((result = wws_match_at(m, index)) > 0) {
    if (found(m, to) < 0) return -1;
    index = wws_capture(m, 1);
    if (index == wws_capture(m, 0)) index = string_advance_index(m->string, index, wws_is_unicode(m));
  }
  wws_put_last_index(m->regexp, result < 0 ? (int)index : 0);
  return result;
}

/* 1, 0, or -1 after an exception; -2: QuickJS's own way is to be taken. */
static int wws_regexp_test(JSContext* ctx, JSValueConst regexp, JSValueConst text) {
  JSObject* p = JS_IsString(text) ? wws_plain_regexp(ctx, regexp) : NULL;
  if (!p) return -2;
  wws_matcher matcher;
  if (wws_matcher_begin(&matcher, ctx, p, text) < 0) return -1;
  int result = wws_match_once(&matcher);
  wws_matcher_end(&matcher);
  return result;
}

/* ---- replace ---- */

typedef struct {
  int* at; /* begin and end of each capture of each match */
  int count, size;
} wws_spans;

static int wws_keep_spans(wws_matcher* m, void* to) {
  wws_spans* spans = to;
  int more = 2 * m->captures;
  if (spans->count > INT32_MAX / 8 - more) return JS_ThrowOutOfMemory(m->ctx), -1;
  if (spans->count + more > spans->size) {
    int size = max_int(spans->count + more, spans->size * 2);
    int* grown = js_realloc(m->ctx, spans->at, sizeof *grown * size);
    if (!grown) return -1;
    spans->at = grown;
    spans->size = size;
  }
  for (int i = 0; i < more; ++i) spans->at[spans->count + i] = wws_capture(m, i);
  spans->count += more;
  return 0;
}

/* Appends what a replacement with `$` stands for; GetSubstitution without named captures.
 * https://tc39.es/ecma262/#sec-getsubstitution */
static void wws_substitute(StringBuffer* b, JSString* text, JSString* replacement, const int* span,
                           int captures) {
  int i = 0;
  for (;;) {
    int j = string_indexof_char(replacement, '$', i);
    if (j < 0 || j + 1 >= replacement->len) break;
    string_buffer_concat(b, replacement, i, j);
    int begin = j++;
    int c = string_get(replacement, j++);
    int group = -1;
    if (c >= '0' && c <= '9') {
      group = c - '0';
      int next = j < replacement->len ? string_get(replacement, j) : 0;
      int two = group * 10 + next - '0';
      if (next >= '0' && next <= '9' && two >= 1 && two < captures) {
        group = two;
        ++j;
      }
    }
    if (c == '$') {
      string_buffer_putc8(b, '$');
    } else if (c == '&') {
      string_buffer_concat(b, text, span[0], span[1]);
    } else if (c == '`') {
      string_buffer_concat(b, text, 0, span[0]);
    } else if (c == '\'') {
      string_buffer_concat(b, text, span[1], text->len);
    } else if (group >= 1 && group < captures) {
      if (span[2 * group] >= 0)
        string_buffer_concat(b, text, span[2 * group], span[2 * group + 1]);
    } else {
      string_buffer_concat(b, replacement, begin, j);
    }
    i = j;
  }
  string_buffer_concat(b, replacement, i, replacement->len);
}

/* Appends what the script's function makes of a match. */
static int wws_call_replacer(JSContext* ctx, StringBuffer* b, JSValueConst function,
                             JSValueConst text, const int* span, int captures) {
  JSValue few[12];
  JSValue* arguments = few;
  if (captures + 2 > (int)countof(few)) {
    arguments = js_malloc(ctx, sizeof *arguments * (captures + 2));
    if (!arguments) return -1;
  }
  int count = 0;
  bool made = true;
  for (; made && count < captures; ++count) {
    arguments[count] = span[2 * count] < 0 ? JS_UNDEFINED
                                           : js_sub_string(ctx, JS_VALUE_GET_STRING(text),
                                                           span[2 * count], span[2 * count + 1]);
    made = !JS_IsException(arguments[count]);
  }
  JSValue result = JS_EXCEPTION;
  if (made) {
    arguments[count++] = js_int32(span[0]);
    arguments[count++] = js_dup(text);
    result = JS_ToStringFree(ctx, JS_Call(ctx, function, JS_UNDEFINED, count, vc(arguments)));
  }
  while (count > 0) JS_FreeValue(ctx, arguments[--count]);
  if (arguments != few) js_free(ctx, arguments);
  if (JS_IsException(result)) return -1;
  return string_buffer_concat_value_free(b, result) ? -1 : 0;
}

static JSValue wws_replaced(JSContext* ctx, JSValueConst text, JSValueConst replacement,
                            const wws_spans* spans, int captures) {
  JSString* string = JS_VALUE_GET_STRING(text);
  bool calls = !JS_IsString(replacement);
  JSString* by = calls ? NULL : JS_VALUE_GET_STRING(replacement);
  bool plain = by && string_indexof_char(by, '$', 0) < 0;
  StringBuffer buffer, *b = &buffer;
  if (string_buffer_init2(ctx, b, string->len, 0)) return JS_EXCEPTION;
  int end = 0;
  for (int i = 0; i < spans->count; i += 2 * captures) {
    const int* span = spans->at + i;
    string_buffer_concat(b, string, end, span[0]);
    end = span[1];
    if (plain) {
      string_buffer_concat(b, by, 0, by->len);
    } else if (by) {
      wws_substitute(b, string, by, span, captures);
    } else if (wws_call_replacer(ctx, b, replacement, text, span, captures) < 0) {
      string_buffer_free(b);
      return JS_EXCEPTION;
    }
  }
  string_buffer_concat(b, string, end, string->len);
  return string_buffer_end(b);
}

/* RegExp.prototype[Symbol.replace]; JS_UNINITIALIZED: QuickJS's own way is to be taken. */
static JSValue wws_regexp_replace(JSContext* ctx, JSValueConst regexp, JSValueConst text,
                                  JSValueConst replacement) {
  if (!JS_IsString(text) || !(JS_IsString(replacement) || JS_IsFunction(ctx, replacement))) {
    return JS_UNINITIALIZED;
  }
  JSObject* p = wws_plain_regexp_with_flags(ctx, regexp);
  if (!p || lre_get_flags(str8(p->u.regexp.bytecode)) & LRE_FLAG_NAMED_GROUPS) {
    return JS_UNINITIALIZED;
  }
  wws_matcher matcher;
  if (wws_matcher_begin(&matcher, ctx, p, text) < 0) return JS_EXCEPTION;
  wws_spans spans = {NULL, 0, 0};
  int found;
  if (wws_is_global(&matcher)) {
    found = wws_match_all(&matcher, wws_keep_spans, &spans);
  } else {
    found = wws_match_once(&matcher);
    if (found > 0) found = wws_keep_spans(&matcher, &spans);
  }
  JSValue result = JS_EXCEPTION;
  if (found >= 0 && spans.count == 0) {
    result = js_dup(matcher.text);
  } else if (found >= 0) {
    JSValue by = JS_IsString(replacement) ? JS_ToString(ctx, replacement) : js_dup(replacement);
    if (!JS_IsException(by)) {
      result = wws_replaced(ctx, matcher.text, by, &spans, matcher.captures);
    }
    JS_FreeValue(ctx, by);
  }
  js_free(ctx, spans.at);
  wws_matcher_end(&matcher);
  return result;
}

/* ---- match and split ---- */

static int wws_push_part(JSContext* ctx, JSValueConst array, JSString* string, int from, int to) {
  JSValue part = from < 0 ? JS_UNDEFINED : js_sub_string(ctx, string, from, to);
  if (JS_IsException(part)) return -1;
  return add_fast_array_element(ctx, JS_VALUE_GET_OBJ(array), part, JS_PROP_THROW) < 0 ? -1 : 0;
}

static int wws_push_match(wws_matcher* m, void* to) {
  return wws_push_part(m->ctx, *(JSValue*)to, m->string, wws_capture(m, 0), wws_capture(m, 1));
}

/* RegExp.prototype[Symbol.match] of a global expression. */
static JSValue wws_regexp_match(JSContext* ctx, JSValueConst regexp, JSValueConst text) {
  JSObject* p = JS_IsString(text) ? wws_plain_regexp_with_flags(ctx, regexp) : NULL;
  if (!p || !(lre_get_flags(str8(p->u.regexp.bytecode)) & LRE_FLAG_GLOBAL)) return JS_UNINITIALIZED;
  wws_matcher matcher;
  if (wws_matcher_begin(&matcher, ctx, p, text) < 0) return JS_EXCEPTION;
  JSValue array = JS_NewArray(ctx);
  int found = JS_IsException(array) ? -1 : wws_match_all(&matcher, wws_push_match, &array);
  wws_matcher_end(&matcher);
  if (found == 0 && JS_VALUE_GET_OBJ(array)->u.array.count > 0) return array;
  JS_FreeValue(ctx, array);
  return found < 0 ? JS_EXCEPTION : JS_NULL;
}

/* Steps 17 and on of Symbol.split. Instead of trying the expression at each position it is searched
 * for: the first position where it matches is the same. */
static int wws_split(wws_matcher* m, JSValueConst array) {
  int size = m->string->len;
  int begin = 0;
  int64_t index = 0;
  while (index < size) {
    int result = wws_match_at(m, index);
    if (result < 0) return -1;
    int at = result ? wws_capture(m, 0) : size;
    if (at >= size) break;
    int end = wws_capture(m, 1);
    if (end == begin) {
      index = string_advance_index(m->string, at, wws_is_unicode(m));
      continue;
    }
    if (wws_push_part(m->ctx, array, m->string, begin, at) < 0) return -1;
    for (int i = 1; i < m->captures; ++i) {
      int from = wws_capture(m, 2 * i);
      if (wws_push_part(m->ctx, array, m->string, from, from < 0 ? 0 : wws_capture(m, 2 * i + 1)) < 0)
        return -1;
    }
    index = begin = end;
  }
  return wws_push_part(m->ctx, array, m->string, begin, size);
}

/* RegExp.prototype[Symbol.split] without a limit. */
static JSValue wws_regexp_split(JSContext* ctx, JSValueConst regexp, JSValueConst text,
                                JSValueConst limit) {
  JSObject* p = JS_IsString(text) && JS_IsUndefined(limit)
                    ? wws_plain_regexp_with_flags(ctx, regexp)
                    : NULL;
  if (!p || !wws_are_as_made(kRegexpConstructor, kRegexpSpecies)) return JS_UNINITIALIZED;
  int flags = lre_get_flags(str8(p->u.regexp.bytecode));
  if (flags & (LRE_FLAG_STICKY | LRE_FLAG_UNICODE | LRE_FLAG_UNICODE_SETS)) return JS_UNINITIALIZED;
  wws_matcher matcher;
  if (wws_matcher_begin(&matcher, ctx, p, text) < 0) return JS_EXCEPTION;
  JSValue array = JS_UNINITIALIZED; /* an empty text */
  if (matcher.string->len > 0) {
    array = JS_NewArray(ctx);
    if (!JS_IsException(array) && wws_split(&matcher, array) < 0) {
      JS_FreeValue(ctx, array);
      array = JS_EXCEPTION;
    }
  }
  wws_matcher_end(&matcher);
  return array;
}
