/* What the builtins share: classes shaped as WebIDL says, text as USVString, kinds of values.
 *
 * https://webidl.spec.whatwg.org/#js-interfaces
 */
#ifndef WWS_GUEST_JS_BUILTINS_COMMON_COMMON_H
#define WWS_GUEST_JS_BUILTINS_COMMON_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../engine/engine.h"
#include "quickjs.h"

/* Members of an interface are enumerable, the interface itself is not. */
#define WWS_MEMBER JS_PROP_C_W_E
#define WWS_METHOD(name, length, function) JS_CFUNC_DEF2(name, length, function, JS_PROP_C_W_E)
#define WWS_METHOD_MAGIC(name, length, function, magic)                       \
  {                                                                           \
    name, JS_PROP_C_W_E, JS_DEF_CFUNC, magic, {                               \
      .func = { length, JS_CFUNC_generic_magic, {.generic_magic = function} } \
    }                                                                         \
  }
#define WWS_ATTRIBUTE(name, getter, setter) \
  JS_CGETSET_DEF2(name, getter, setter, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE)
#define WWS_ATTRIBUTE_MAGIC(name, getter, setter, magic) \
  JS_CGETSET_MAGIC_DEF2(name, getter, setter, magic, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE)
#define WWS_TAG(name) JS_PROP_STRING_DEF("[Symbol.toStringTag]", name, JS_PROP_CONFIGURABLE)
#define WWS_COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

typedef struct WwsClass {
  const char* name;
  JSClassFinalizer* finalizer;
  JSClassGCMark* mark;
  JSCFunction* constructor; /* NULL: "Illegal constructor" */
  int length;
  const JSCFunctionListEntry* members;
  int member_count;
  const JSCFunctionListEntry* statics;
  int static_count;
} WwsClass;

/* Registers the class under *id (made when 0) and puts its interface object on globalThis. */
int wws_define_class(JSContext* context, JSClassID* id, const WwsClass* definition);

/* Like wws_define_class for the iterator of an interface: no constructor, inherits from
 * %IteratorPrototype%. https://webidl.spec.whatwg.org/#es-iterator-prototype-object */
int wws_define_iterator_class(JSContext* context, JSClassID* id, const WwsClass* definition);

/* A new object of the class for `new_target` (subclasses keep their prototype). */
JSValue wws_construct(JSContext* context, JSValueConst new_target, JSClassID id);

/* The opaque of `value`; NULL with TypeError "Illegal invocation" when it is not of the class. */
void* wws_unwrap(JSContext* context, JSValueConst value, JSClassID id);

/* Defines a global: writable, configurable, not enumerable. Takes `value`. */
int wws_define_global(JSContext* context, const char* name, JSValue value);

/* -1 with a TypeError when fewer than `needed` arguments came. */
int wws_require_arguments(JSContext* context, int argc, int needed, const char* function);

/* Adds functions to the internals. */
int wws_extend_internals(JSContext* context, const JSCFunctionListEntry* entries, int count);

/* Calls internals[name](...); JS_EXCEPTION when it throws. */
JSValue wws_call_internal(JSContext* context, const char* name, int argc, JSValueConst* argv);

/* Text of a JS value as USVString in UTF-8: lone surrogates are U+FFFD. */
typedef struct WwsText {
  const char* data;
  size_t size;
  const char* borrowed;
  char* owned;
} WwsText;
int wws_text_from(JSContext* context, JSValueConst value, WwsText* text);
void wws_text_free(JSContext* context, WwsText* text);

/* `value` as a JS string without lone surrogates; a new reference. */
JSValue wws_to_usv_string(JSContext* context, JSValueConst value);

/* The bytes a BufferSource shows (none when detached); -1 with a TypeError when it is none. The
 * view is only good until script runs again. */
int wws_buffer_source(JSContext* context, JSValueConst value, uint8_t** data, size_t* size);
/* The same for an [AllowShared] BufferSource. https://webidl.spec.whatwg.org/#AllowShared */
int wws_shared_buffer_source(JSContext* context, JSValueConst value, uint8_t** data, size_t* size);

/* What all scripts of ours share; before any other builtin. */
int wws_builtin_common(JSContext* context);

#endif
