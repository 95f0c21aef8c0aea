/* Objects that are made alike one after the other, as those of a list, get their shapes without a
 * search. A part of quickjs_unit.c, after quickjs.c; patch_quickjs.cmake calls it where a property
 * is added.
 *
 * QuickJS keeps no shape between the empty one and the last one of an object that was made step by
 * step, so each further object clones the empty shape and grows the clone, only to find at the last
 * step that its shape is there. Here the second object that begins a step of the first one leaves
 * its shapes, and the step from each to the next, in a table of the runtime (quickjs.c's JSRuntime,
 * wws_shape_step). What is in the table is held, so it is shared and never changed in place.
 *
 * What an object is that is made once: QuickJS's way, and one word written in the table. */

static wws_shape_step* wws_step_of(JSRuntime* runtime, const JSShape* from, JSAtom name) {
  uint32_t mixed = ((uint32_t)(uintptr_t)from >> 3) * 0x9e3779b1u ^ name * 0x85ebca6bu;
  return &runtime->wws_shape_steps[mixed >> 26];
}

/* The shape of an object of shape `from` after a property was added; NULL: not known. */
static JSShape* wws_next_shape(JSRuntime* runtime, const JSShape* from, JSAtom name, int flags) {
  const wws_shape_step* step = wws_step_of(runtime, from, name);
  if (step->to && step->from == from && step->name == name && step->flags == flags) return step->to;
  return NULL;
}

/* Whether the step is worth a shape that stays: it is seen again, or goes on from one that stayed.
 */
static bool wws_keeps_step(JSRuntime* runtime, const JSShape* from, JSAtom name) {
  enum { kLongest = 24 }; /* each step copies the names before it */
  if (from->prop_count >= kLongest) return false;
  wws_shape_step* step = wws_step_of(runtime, from, name);
  bool again = from->wws_kept || (step->seen_from == from && step->seen_name == name);
  step->seen_from = from;
  step->seen_name = name;
  return again;
}

static void wws_keep_step(JSRuntime* runtime, JSShape* from, JSAtom name, int flags, JSShape* to) {
  wws_shape_step* step = wws_step_of(runtime, from, name);
  JSShape* old_from = step->from;
  JSShape* old_to = step->to;
  step->from = js_dup_shape(from);
  step->to = js_dup_shape(to);
  step->name = name; /* a name of `to`, which holds it */
  step->flags = flags;
  to->wws_kept = true;
  js_free_shape_null(runtime, old_from);
  js_free_shape_null(runtime, old_to);
}

/* A property that an extensible ordinary object does not have yet; takes the value. Negative after
 * an exception. */
static int wws_define_new(JSContext* context, JSValueConst object, JSAtom name, JSValue value,
                          int flags) {
  JSObject* target = JS_VALUE_GET_OBJ(object);
  if (find_own_property1(target, name))
    return JS_DefinePropertyValue(context, object, name, value, flags);
  JSProperty* property = JS_IsException(value) ? NULL : add_property(context, target, name, flags);
  if (!property) {
    JS_FreeValue(context, value);
    return -1;
  }
  property->u.value = value;
  return 1;
}

/* CreateDataPropertyOrThrow; takes the value. Negative after an exception. */
static int wws_define_own(JSContext* context, JSValueConst object, JSAtom name, JSValue value) {
  JSObject* target = JS_VALUE_GET_TAG(object) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(object) : NULL;
  if (!target || target->class_id != JS_CLASS_OBJECT || !target->extensible ||
      __JS_AtomIsTaggedInt(name))
    return JS_DefinePropertyValue(context, object, name, value, JS_PROP_C_W_E | JS_PROP_THROW);
  return wws_define_new(context, object, name, value, JS_PROP_C_W_E);
}
