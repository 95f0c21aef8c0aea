/* Comparisons of the interpreter, and reads of members, that need no function's help. A part of quickjs_unit.c, after
 * quickjs.c; patch_quickjs.cmake calls it in JS_CallInternal. */

/* Whether both are one string; -1: their characters tell. Strings of the table of atoms, as names
 * and literals are, are equal only when they are the same. */
static inline int wws_same_string(const JSString* a, const JSString* b) {
  if (a == b) return 1;
  if (a->atom_type == JS_ATOM_TYPE_STRING && b->atom_type == JS_ATOM_TYPE_STRING) return 0;
  return a->len == b->len ? -1 : 0;
}

/* IsStrictlyEqual; -1: js_strict_eq tells. Numbers of two kinds, and ropes, are left to it. */
static inline int wws_strict_eq(JSValueConst a, JSValueConst b) {
  int tag = JS_VALUE_GET_NORM_TAG(a);
  if (tag != JS_VALUE_GET_NORM_TAG(b)) {
    if (tag == JS_TAG_OBJECT || tag == JS_TAG_NULL || tag == JS_TAG_UNDEFINED) return 0;
    return -1;
  }
  switch (tag) {
  case JS_TAG_INT:
  case JS_TAG_BOOL:
    return JS_VALUE_GET_INT(a) == JS_VALUE_GET_INT(b);
  case JS_TAG_NULL:
  case JS_TAG_UNDEFINED:
    return 1;
  case JS_TAG_OBJECT:
    return JS_VALUE_GET_PTR(a) == JS_VALUE_GET_PTR(b);
  case JS_TAG_STRING:
    return wws_same_string(JS_VALUE_GET_STRING(a), JS_VALUE_GET_STRING(b));
  default:
    return -1;
  }
}

/* Whether the value is strictly equal to the string that the atom is; -1: not told. */
static inline int wws_equals_atom(JSRuntime* rt, JSValueConst value, JSAtom name) {
  if (__JS_AtomIsTaggedInt(name)) return -1;
  JSAtomStruct* atom = rt->atom_array[name];
  if (atom->atom_type != JS_ATOM_TYPE_STRING) return -1;
  int tag = JS_VALUE_GET_NORM_TAG(value);
  if (tag == JS_TAG_STRING_ROPE) return -1;
  if (tag != JS_TAG_STRING) return 0;
  int same = wws_same_string(JS_VALUE_GET_STRING(value), atom);
  return same >= 0 ? same : js_string_eq(JS_VALUE_GET_STRING(value), atom);
}

/* The property of that name, of the object or a prototype, whose value is there to be read; NULL
 * where there is none, or more is to be done. */
static inline JSProperty* wws_find_value(JSObject* object, JSAtom name) {
  for (; object && !object->is_exotic; object = object->shape->proto) {
    JSProperty* property;
    JSShapeProperty* described = find_own_property(&property, object, name);
    if (described) return described->flags & JS_PROP_TMASK ? NULL : property;
  }
  return NULL;
}
