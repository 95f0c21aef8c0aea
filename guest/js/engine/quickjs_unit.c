/* QuickJS itself, and our functions that need its insides (internals.h). */
#include "quickjs.h"

/* A call of what is no function fails without a name. QuickJS is built as it came, so the function
 * that throws is replaced by name; the argument's first token tells its definition and the call in
 * JS_CallInternal (whose variables are used) from the other calls. */
static JSValue wws_throw_not_a_function(JSContext* context, int argc, JSValueConst* argv);
/* patch_quickjs.cmake calls it for each function that becomes a job. */
JSValue wws_bind_async_context(JSContext* context, JSValueConst function);
/* It calls these where stacks are made and read. */
struct DynBuf;
static void wws_mark_stack(JSContext* context, struct DynBuf* stack);
static bool wws_is_marked_stack(JSValueConst stack);
static JSValue wws_map_stack(JSContext* context, JSValue stack);
/* References to what is in an image are not counted, which would write to its pages. */
enum { WWS_IMMORTAL = 1 << 30 };
static inline void wws_hold(int* count) {
  int now = *count;
  if (now < WWS_IMMORTAL) *count = now + 1;
}
/* The count after that. */
static inline int wws_let_go(int* count) {
  int now = *count;
  if (now < WWS_IMMORTAL) *count = --now;
  return now;
}
/* These of shapes_unit.h where properties are added. */
typedef struct JSShape JSShape;
static JSShape* wws_next_shape(JSRuntime* runtime, const JSShape* from, JSAtom name, int flags);
static bool wws_keeps_step(JSRuntime* runtime, const JSShape* from, JSAtom name);
static void wws_keep_step(JSRuntime* runtime, JSShape* from, JSAtom name, int flags, JSShape* to);
static int wws_define_new(JSContext* context, JSValueConst object, JSAtom name, JSValue value,
                          int flags);
static int wws_define_own(JSContext* context, JSValueConst object, JSAtom name, JSValue value);
/* And these of json_unit.h. */
static JSValue wws_json_stringify(JSContext* context, JSValueConst value, JSValueConst space);
static JSValue wws_json_parse(JSContext* context, const char* text, size_t size);
/* And these of regexp_unit.h. */
static JSValue wws_last_index(JSContext* context, JSValueConst regexp);
static int wws_set_last_index(JSContext* context, JSValueConst regexp, JSValue index);
static int wws_append_capture(JSContext* context, JSValueConst array, JSValue value);
static bool wws_has_plain_exec(JSContext* context, JSValueConst regexp);
static int wws_regexp_test(JSContext* context, JSValueConst regexp, JSValueConst text);
static JSValue wws_regexp_replace(JSContext* context, JSValueConst regexp, JSValueConst text,
                                  JSValueConst replacement);
static JSValue wws_regexp_match(JSContext* context, JSValueConst regexp, JSValueConst text);
static JSValue wws_regexp_split(JSContext* context, JSValueConst regexp, JSValueConst text,
                                JSValueConst limit);
/* And these of interpreter_unit.h. */
static inline int wws_strict_eq(JSValueConst a, JSValueConst b);
static inline int wws_equals_atom(JSRuntime* runtime, JSValueConst value, JSAtom name);
typedef struct JSObject JSObject;
typedef struct JSProperty JSProperty;
static inline JSProperty* wws_find_value(JSObject* object, JSAtom name);
#define JS_ThrowTypeErrorNotAFunction(argument) WWS_NOT_A_FUNCTION_##argument)
#define WWS_NOT_A_FUNCTION_JSContext throw_plain_not_a_function(JSContext
#define WWS_NOT_A_FUNCTION_ctx throw_plain_not_a_function(ctx
#define WWS_NOT_A_FUNCTION_caller_ctx wws_throw_not_a_function(caller_ctx, argc, argv

/* QuickJS makes values of properties at their first use, of kinds of its own. Ours take the place
 * of the last one's function in its table, where the name stands without arguments, and pass on
 * what is not theirs. */
struct JSObject;
static JSValue js_bytecode_autoinit(JSContext* context, struct JSObject* object, JSAtom name,
                                    void* opaque);
#define js_bytecode_autoinit(a, b, c, d) quickjs_bytecode_autoinit(a, b, c, d)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include "quickjs.c"
#pragma GCC diagnostic pop

#include "../builtins/lazy/lazy.h"
#include "host.h"
#include "internals.h"
#include "interpreter_unit.h"
#include "json_unit.h"
#include "regexp_unit.h"
#include "shapes_unit.h"

/* QuickJS counts its own from 0. */
#define WWS_FIRST_LAZY 4096

static JSValue(js_bytecode_autoinit)(JSContext* context, struct JSObject* object, JSAtom name,
                                     void* opaque) {
  uintptr_t number = (uintptr_t)opaque;
  if (number < WWS_FIRST_LAZY) return quickjs_bytecode_autoinit(context, object, name, opaque);
  return wws_lazy_global(context, name, (int)(number - WWS_FIRST_LAZY));
}

int wws_define_lazy(JSContext* context, JSValueConst object, const char* name, int script) {
  JSAtom atom = JS_NewAtom(context, name);
  if (atom == JS_ATOM_NULL) return -1;
  void* opaque = (void*)(uintptr_t)(WWS_FIRST_LAZY + script);
  int result = JS_DefineAutoInitProperty(context, object, atom, JS_AUTOINIT_ID_BYTECODE, opaque,
                                         JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
  JS_FreeAtom(context, atom);
  return result;
}

/* ---- stacks in the files that somebody wrote. An error keeps its text as it was made, behind a
 * mark; the host puts the positions in when it is read. */

enum { kStackMark = 1, kLongestStack = 65536 };

static bool stacks_are_mapped;

void wws_map_stacks(void) { stacks_are_mapped = true; }

static void wws_mark_stack(JSContext* context, DynBuf* stack) {
  if (stacks_are_mapped) dbuf_putc(stack, kStackMark);
}

static bool wws_is_marked_stack(JSValueConst stack) {
  if (!stacks_are_mapped || !JS_IsString(stack)) return false;
  JSString* text = JS_VALUE_GET_STRING(stack);
  return text->len > 0 && string_get(text, 0) == kStackMark;
}

/* Takes the text, with its mark or without; what cannot be mapped is as it was. */
static JSValue wws_map_stack(JSContext* context, JSValue stack) {
  if (!stacks_are_mapped || !JS_IsString(stack)) return stack;
  size_t size = 0;
  const char* text = JS_ToCStringLen(context, &size, stack);
  if (!text) {
    JS_FreeValue(context, JS_GetException(context));
    return stack;
  }
  size_t mark = size && text[0] == kStackMark;
  size_t length = size - mark > kLongestStack ? kLongestStack : size - mark;
  int32_t room = wws_host_map_stack(text + mark, length);
  JS_FreeCString(context, text);
  char* mapped = js_malloc(context, (size_t)room + 1);
  if (!mapped) {
    JS_FreeValue(context, JS_GetException(context));
    return stack;
  }
  wws_host_map_take(mapped);
  JSValue value = JS_NewStringLen(context, mapped, (size_t)room);
  js_free(context, mapped);
  if (JS_IsException(value)) {
    JS_FreeValue(context, JS_GetException(context));
    return stack;
  }
  JS_FreeValue(context, stack);
  return value;
}

static bool is_jump(const JSOpCode* code) {
  switch (code->fmt) {
    case OP_FMT_label8:
    case OP_FMT_label16:
    case OP_FMT_label:
    case OP_FMT_label_u16:
    case OP_FMT_atom_label_u8:
    case OP_FMT_atom_label_u16: return true;
    default: return false;
  }
}

/* Values the instruction takes from the stack. */
static int pops(const uint8_t* at, const JSOpCode* code) {
  int fixed = code->n_pop;
  if (code->fmt == OP_FMT_npop || code->fmt == OP_FMT_npop_u16) return fixed + get_u16(at + 1);
  return code->fmt == OP_FMT_npopx ? fixed + *at - OP_call0 : fixed;
}

/* The instruction whose result is the value with `above` others above it before `end`; NULL where
 * that hangs on a jump. Instructions are found from the front only, so each step back is a walk;
 * a call has few arguments. */
static const uint8_t* maker_of(const JSFunctionBytecode* b, const uint8_t* end, int above) {
  for (int steps = 0; steps < 64 && end > b->byte_code_buf; ++steps) {
    const uint8_t* at = b->byte_code_buf;
    while (at + short_opcode_info(*at).size < end) at += short_opcode_info(*at).size;
    const JSOpCode* code = &short_opcode_info(*at);
    if (is_jump(code)) return NULL;
    if ((int)code->n_push > above) return at;
    above += pops(at, code) - code->n_push;
    end = at;
  }
  return NULL;
}

/* The method's name when the running function is at a call of one with these arguments. */
static JSAtom name_of_call(JSContext* context, int argc, JSValueConst* argv) {
  const JSStackFrame* frame = context->rt->current_stack_frame;
  if (!frame || !frame->cur_pc || !JS_IsObject(frame->cur_func)) return JS_ATOM_NULL;
  const JSObject* function = JS_VALUE_GET_OBJ(frame->cur_func);
  if (!js_class_has_bytecode(function->class_id)) return JS_ATOM_NULL;
  const JSFunctionBytecode* b = function->u.func.function_bytecode;
  const JSValue* stack = frame->var_buf + b->var_count;
  if ((JSValue*)argv < stack + 2 || (JSValue*)argv > stack + b->stack_size) return JS_ATOM_NULL;
  const uint8_t* call = frame->cur_pc - 3;
  if (call < b->byte_code_buf || (int)get_u16(call + 1) != argc) return JS_ATOM_NULL;
  if (*call != OP_call_method && *call != OP_tail_call_method) return JS_ATOM_NULL;
  const uint8_t* maker = maker_of(b, call, argc);
  return maker && *maker == OP_get_field2 ? get_u32(maker + 1) : JS_ATOM_NULL;
}

static JSValue wws_throw_not_a_function(JSContext* context, int argc, JSValueConst* argv) {
  JSAtom name = name_of_call(context, argc, argv);
  if (name == JS_ATOM_NULL) return throw_plain_not_a_function(context);
  return JS_ThrowTypeErrorAtom(context, "%s is not a function", name);
}

static size_t count_high(const uint8_t* at, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; ++i) count += at[i] >> 7;
  return count;
}

static uint32_t next_scalar(const uint16_t* units, size_t size, size_t* position) {
  uint32_t unit = units[(*position)++];
  if (!is_surrogate(unit)) return unit;
  if (is_hi_surrogate(unit) && *position < size && is_lo_surrogate(units[*position])) {
    return from_surrogate(unit, units[(*position)++]);
  }
  return 0xfffd;
}

size_t wws_string_utf8_size(JSContext* context, JSValueConst string) {
  if (JS_VALUE_GET_TAG(string) != JS_TAG_STRING) {
    JS_ThrowTypeError(context, "not a flat string");
    return SIZE_MAX;
  }
  JSString* p = JS_VALUE_GET_STRING(string);
  if (!p->is_wide_char) return p->len + count_high(str8(p), p->len);
  const uint16_t* units = str16(p);
  size_t size = 0;
  for (size_t i = 0; i < p->len;) {
    uint32_t scalar = next_scalar(units, p->len, &i);
    size += scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
  }
  return size;
}

static void latin1_to_utf8(const uint8_t* from, size_t size, uint8_t* to) {
  for (size_t i = 0; i < size; ++i) {
    if (from[i] < 0x80) {
      *to++ = from[i];
    } else {
      *to++ = (uint8_t)(0xc0 | from[i] >> 6);
      *to++ = (uint8_t)(0x80 | (from[i] & 0x3f));
    }
  }
}

void wws_string_utf8_copy(JSContext* context, JSValueConst string, uint8_t* to) {
  JSString* p = JS_VALUE_GET_STRING(string);
  if (!p->is_wide_char) {
    const uint8_t* from = str8(p);
    if (count_high(from, p->len)) {
      latin1_to_utf8(from, p->len, to);
    } else if (p->len) {
      memcpy(to, from, p->len);
    }
    return;
  }
  const uint16_t* units = str16(p);
  for (size_t i = 0; i < p->len;) to += utf8_encode(to, next_scalar(units, p->len, &i));
}

const uint8_t* wws_string_latin1(JSContext* context, JSValueConst string, size_t* size) {
  if (JS_VALUE_GET_TAG(string) != JS_TAG_STRING) return NULL;
  JSString* p = JS_VALUE_GET_STRING(string);
  if (p->is_wide_char) {
    *size = 0;
    return NULL;
  }
  *size = p->len;
  return str8(p);
}

JSValue wws_new_latin1(JSContext* context, const uint8_t* at, size_t size) {
  if (size > JS_STRING_LEN_MAX) return JS_ThrowRangeError(context, "invalid string length");
  return js_new_string8_len(context, (const char*)at, (int)size);
}

/* One step of the UTF-8 decoder (Encoding standard, section 8.1.1): a scalar value, or U+FFFD for a
 * maximal ill-formed subpart; *position passes over it. */
static uint32_t decode_step(const uint8_t* at, size_t size, size_t* position) {
  uint8_t lead = at[(*position)++];
  if (lead < 0x80) return lead;
  uint8_t lower = 0x80, upper = 0xbf;
  int needed;
  uint32_t scalar;
  if (lead >= 0xc2 && lead <= 0xdf) {
    needed = 1;
    scalar = lead & 0x1f;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    if (lead == 0xe0) lower = 0xa0;
    if (lead == 0xed) upper = 0x9f;
    needed = 2;
    scalar = lead & 0xf;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    if (lead == 0xf0) lower = 0x90;
    if (lead == 0xf4) upper = 0x8f;
    needed = 3;
    scalar = lead & 0x7;
  } else {
    return 0xfffd;
  }
  for (; needed; --needed) {
    if (*position >= size || at[*position] < lower || at[*position] > upper) return 0xfffd;
    scalar = scalar << 6 | (at[(*position)++] & 0x3f);
    lower = 0x80;
    upper = 0xbf;
  }
  return scalar;
}

JSValue wws_utf8_decode(JSContext* context, const uint8_t* at, size_t size) {
  if (size >= 3 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf) at += 3, size -= 3;
  if (!count_high(at, size)) return wws_new_latin1(context, at, size);
  size_t units = 0;
  bool wide = false;
  for (size_t i = 0; i < size;) {
    uint32_t scalar = decode_step(at, size, &i);
    units += scalar > 0xffff ? 2 : 1;
    wide |= scalar > 0xff;
  }
  if (units > JS_STRING_LEN_MAX) return JS_ThrowRangeError(context, "invalid string length");
  JSString* p = js_alloc_string(context, (int)units, wide);
  if (!p) return JS_EXCEPTION;
  size_t to = 0;
  for (size_t i = 0; i < size;) {
    uint32_t scalar = decode_step(at, size, &i);
    if (!wide) {
      str8(p)[to++] = (uint8_t)scalar;
    } else if (scalar > 0xffff) {
      str16(p)[to++] = get_hi_surrogate(scalar);
      str16(p)[to++] = get_lo_surrogate(scalar);
    } else {
      str16(p)[to++] = (uint16_t)scalar;
    }
  }
  if (!wide) str8(p)[units] = 0;
  return JS_MKPTR(JS_TAG_STRING, p);
}

static JSValue the_async_context;

JSValue wws_async_context(JSContext* context) { return JS_DupValue(context, the_async_context); }

JSValue wws_enter_async_context(JSContext* context, JSValueConst entered) {
  JSValue before = the_async_context;
  the_async_context = JS_DupValue(context, entered);
  return before;
}

void wws_leave_async_context(JSContext* context) {
  if (JS_IsUndefined(the_async_context)) return; /* what is written must be restored */
  JS_FreeValue(context, wws_enter_async_context(context, JS_UNDEFINED));
}

static JSValue call_in_context(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv, int magic, JSValueConst* data) {
  (void)magic;
  JSValue before = wws_enter_async_context(context, data[1]);
  JSValue result = JS_Call(context, data[0], this_value, argc, argv);
  JS_FreeValue(context, wws_enter_async_context(context, before));
  JS_FreeValue(context, before);
  return result;
}

JSValue wws_bind_async_context(JSContext* context, JSValueConst function) {
  if (JS_IsUndefined(the_async_context) || !JS_IsFunction(context, function)) {
    return JS_DupValue(context, function);
  }
  JSValueConst data[] = {function, the_async_context};
  JSValue bound = JS_NewCFunctionData(context, call_in_context, 0, 0, 2, data);
  if (!JS_IsException(bound)) return bound;
  JS_FreeValue(context, JS_GetException(context));
  return JS_DupValue(context, function);
}

/* The state is zero when a request begins: instances of one image share no sequence. */
static JSValue math_random(JSContext* ctx, JSValueConst this_val, int argc, JSValueConst* argv) {
  if (!ctx->random_state) {
    wws_host_random(&ctx->random_state, sizeof ctx->random_state);
    if (!ctx->random_state) ctx->random_state = 1;
  }
  return js_math_random(ctx, this_val, argc, argv);
}

void wws_random_unseed(JSContext* context) {
  if (context->random_state) context->random_state = 0; /* what is written must be restored */
}

int wws_internals_init(JSContext* context) {
  the_async_context = JS_UNDEFINED;
  JSValue math = JS_GetPropertyStr(context, context->global_obj, "Math");
  JSValue random = JS_NewCFunction(context, math_random, "random", 0);
  int result = JS_DefinePropertyValueStr(context, math, "random", random,
                                         JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
  JS_FreeValue(context, math);
  if (result < 0) return -1;
  wws_random_unseed(context);
  return 0;
}

JSModuleDef* wws_module_of(JSValueConst compiled) {
  if (JS_VALUE_GET_TAG(compiled) != JS_TAG_MODULE) return NULL;
  return JS_VALUE_GET_PTR(compiled);
}

bool wws_is_error(JSValueConst value) {
  return JS_IsError(value) || JS_GetClassID(value) == JS_CLASS_DOM_EXCEPTION;
}

bool wws_is_buffer(JSValueConst value) {
  return JS_IsArrayBuffer(value) || JS_GetTypedArrayType(value) >= 0 || JS_IsDataView(value);
}

static uint8_t* view_bytes(JSValueConst value, size_t* size) {
  JSTypedArray* view = JS_VALUE_GET_OBJ(value)->u.typed_array;
  JSArrayBuffer* buffer = view->buffer->u.array_buffer;
  size_t whole = (size_t)buffer->byte_length;
  if (buffer->detached || view->offset > whole) return NULL;
  size_t rest = whole - view->offset;
  if (!view->track_rab && view->length > rest) return NULL;
  *size = view->track_rab ? rest : view->length;
  return buffer->data + view->offset;
}

uint8_t* wws_buffer_bytes(JSContext* context, JSValueConst value, size_t* size) {
  *size = 0;
  if (JS_IsArrayBuffer(value)) {
    JSArrayBuffer* buffer = JS_VALUE_GET_OBJ(value)->u.array_buffer;
    if (buffer->detached) return NULL;
    *size = (size_t)buffer->byte_length;
    return buffer->data;
  }
  return wws_is_buffer(value) ? view_bytes(value, size) : NULL;
}

bool wws_is_pinned_buffer(JSValueConst value) {
  return JS_IsArrayBuffer(value) &&
         JS_VALUE_GET_OBJ(value)->u.array_buffer->realloc_func == wws_pinned_buffer;
}

static int make_functions_of(JSContext* context, JSObject* object) {
  for (int i = 0; i < object->shape->prop_count; ++i) {
    JSShapeProperty* described = &get_shape_prop(object->shape)[i];
    if ((described->flags & JS_PROP_TMASK) != JS_PROP_AUTOINIT) continue;
    JSProperty* property = &object->prop[i];
    if (js_autoinit_get_id(property) != JS_AUTOINIT_ID_PROP) continue;
    if (JS_AutoInitProperty(context, object, described->atom, property, described) < 0) return -1;
  }
  return 0;
}

int wws_make_functions(JSContext* context) {
  struct list_head* el;
  /* What is made meanwhile comes in at the end of the list. */
  list_for_each(el, &context->rt->gc_obj_list) {
    JSGCObjectHeader* header = list_entry(el, JSGCObjectHeader, link);
    if (JS_GC_TYPE(header) == JS_GC_OBJ_TYPE_JS_OBJECT &&
        make_functions_of(context, (JSObject*)header) < 0) {
      return -1;
    }
  }
  wws_note_regexps(context);
  return 0;
}

/* Blocks of a size class in the nursery: what a usual request needs of it. */
static int nursery_blocks(int size) {
  return size <= 64 ? 16 : size <= 128 ? 8 : size <= 256 ? 3 : 2;
}

static size_t nursery_size(int index) {
  int size = arena_block_sizes[index];
  return sizeof(JSArena) + (size_t)nursery_blocks(size) * size;
}

static void make_arena(JSRuntime* rt, int index, uint8_t* at) {
  int size = arena_block_sizes[index];
  JSArena* arena = (JSArena*)at;
  arena->block_size_idx = index;
  arena->n_blocks = nursery_blocks(size);
  arena->n_used_blocks = 1; /* for ever, so that the arena is never given back */
  arena->n_made_blocks = 1;
  arena->first_free_block = JS_ARENA_FREE_NIL;
  JSMallocBlockHeader* block = arena_get_block(arena, 0, size);
  block->u.block_idx = 0;
  block->block_size_idx = index;
  list_add(&arena->link, &rt->arena_state.arena_list[index]);
  list_add(&arena->free_link, &rt->arena_state.free_arena_list[index]);
}

/* Holes that larger blocks and arenas would go to are taken, so that these lie together behind all
 * that is there. What is in a hole is of no use, and is not written. Only where memory is one piece
 * that malloc cuts from the front. */
static void take_holes(JSRuntime* rt) {
#ifdef __wasm__
  enum { kLargest = 1 << 20, kSmallest = 512 };
  void* opaque = rt->malloc_state.opaque;
  uint8_t* end = rt->mf.js_malloc(opaque, kLargest);
  rt->mf.js_free(opaque, end);
  for (size_t size = kLargest / 2; end && size >= kSmallest; size /= 2) {
    uint8_t* hole;
    while ((hole = rt->mf.js_malloc(opaque, size)) && hole < end) continue;
    rt->mf.js_free(opaque, hole);
  }
#endif
}

static void make_immortal(int* count) {
  if (*count < WWS_IMMORTAL) *count = WWS_IMMORTAL;
}

/* Blocks without a count have room for one, too, which nobody reads. */
static void make_blocks_immortal(JSRuntime* rt) {
  for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; ++i) {
    struct list_head* el;
    list_for_each(el, &rt->arena_state.arena_list[i]) {
      JSArena* arena = list_entry(el, JSArena, link);
      for (unsigned block = 0; block < arena->n_made_blocks; ++block) {
        JSMallocBlockHeader* header = arena_get_block(arena, block, arena_block_sizes[i]);
        make_immortal(&header->ref_count);
      }
    }
  }
}

/* All that is there now stays: also large blocks, of which there are lists only. */
static void make_all_immortal(JSRuntime* rt) {
  make_blocks_immortal(rt);
  struct list_head* el;
  list_for_each(el, &rt->gc_obj_list) {
    make_immortal(&JS_REF_COUNT(list_entry(el, JSGCObjectHeader, link)));
  }
  for (int i = 0; i < rt->atom_size; ++i) {
    if (!atom_is_free(rt->atom_array[i])) make_immortal(&JS_REF_COUNT(rt->atom_array[i]));
  }
}

void wws_allocator_settle(JSRuntime* rt) {
  make_all_immortal(rt);
  take_holes(rt);
  size_t total = 0;
  for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; ++i) total += nursery_size(i);
  uint8_t* at = rt->mf.js_malloc(rt->malloc_state.opaque, total + 4096);
  if (!at) return;
  at += -(uintptr_t)at & 4095;
  for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; ++i) {
    struct list_head *el, *next;
    /* The holes of older arenas are spread over many pages: nothing new goes there. */
    list_for_each_safe(el, next, &rt->arena_state.free_arena_list[i]) {
      list_del(el);
      init_list_head(el);
    }
    make_arena(rt, i, at);
    at += nursery_size(i);
  }
}
