#include "validator.h"

#include <stdlib.h>

enum { kMostCode = 64 * 1024 * 1024, kMostOperands = 1000000 };

/* `list` with room for one more. */
static void* with_room(Validator* v, void* list, uint32_t count, uint32_t* room, size_t size) {
  if (count < *room) return list;
  uint32_t wanted = *room ? *room * 2 : 64;
  void* grown = wanted <= kMostCode ? realloc(list, (size_t)wanted * size) : NULL;
  if (!grown) {
    bad(v, "not enough memory");
    return NULL;
  }
  *room = wanted;
  return grown;
}

/* ---- operands */

void wasm_push(Validator* v, uint8_t type) {
  uint8_t* types = with_room(v, v->types, v->depth, &v->room, 1);
  if (!types) return;
  v->types = types;
  types[v->depth++] = type;
  if (v->depth > v->deepest) v->deepest = v->depth;
  if (v->depth > kMostOperands) bad(v, "too many operands");
}

uint8_t wasm_pop_any(Validator* v) {
  const Control* control = top(v);
  if (v->depth > control->height) return v->types[--v->depth];
  if (!control->unreachable) bad(v, "type mismatch: an operand is missing");
  return WASM_ANY;
}

void wasm_pop(Validator* v, uint8_t wanted) {
  uint8_t type = wasm_pop_any(v);
  if (type != wanted && type != WASM_ANY && wanted != WASM_ANY) bad(v, "type mismatch");
}

void wasm_push_all(Validator* v, Types types) {
  for (uint32_t i = 0; i < types.count && !v->reader.bad; ++i) wasm_push(v, types.at[i]);
}

void wasm_pop_all(Validator* v, Types types) {
  for (uint32_t i = types.count; i-- > 0 && !v->reader.bad;) wasm_pop(v, types.at[i]);
}

/* ---- code */

bool wasm_is_live(Validator* v) { return !top(v)->unreachable && !top(v)->dead; }

void wasm_emit(Validator* v, uint32_t word) {
  WasmModule* module = v->module;
  if (!wasm_is_live(v)) return;
  uint32_t* code =
      with_room(v, module->code, module->code_size, &module->code_room, sizeof *module->code);
  if (!code) return;
  module->code = code;
  code[module->code_size++] = word;
}

void wasm_emit_operation(Validator* v, uint32_t operation) {
  v->last = wasm_is_live(v) ? v->module->code_size : WASM_NONE;
  wasm_emit(v, operation);
}

void wasm_emit_one(Validator* v, uint32_t operation, uint32_t word) {
  wasm_emit_operation(v, operation);
  wasm_emit(v, word);
}

void wasm_emit_two(Validator* v, uint32_t operation, uint32_t first, uint32_t second) {
  wasm_emit_one(v, operation, first);
  wasm_emit(v, second);
}

/* The operation emitted last, if the one that comes now may be made one with it. */
static uint32_t last_operation(Validator* v) {
  return wasm_is_live(v) && v->last != WASM_NONE ? v->module->code[v->last] : WASM_NONE;
}

void wasm_place_label(Validator* v, uint32_t patches) {
  uint32_t* code = v->module->code;
  while (patches != WASM_NONE) {
    uint32_t next = code[patches];
    code[patches] = v->module->code_size;
    patches = next;
  }
  v->last = WASM_NONE;
}

void wasm_emit_of_operand(Validator* v, uint32_t operation, bool takes_constant) {
  uint32_t last = last_operation(v);
  if (last == WASM_LOCAL_GET) {
    v->module->code[v->last] = operation | WASM_OF_LOCAL;
  } else if (last == WASM_CONST32 && takes_constant) {
    v->module->code[v->last] = operation | WASM_OF_CONSTANT;
  } else {
    wasm_emit_operation(v, operation);
  }
  v->last = WASM_NONE;
}

/* ---- control */

void wasm_push_control(Validator* v, ControlKind kind, Types params, Types results) {
  bool dead = v->control_count && !wasm_is_live(v);
  Control* controls =
      with_room(v, v->controls, v->control_count, &v->control_room, sizeof *v->controls);
  if (!controls) return;
  v->controls = controls;
  controls[v->control_count++] = (Control){.kind = kind,
                                           .params = params,
                                           .results = results,
                                           .height = v->depth,
                                           .dead = dead,
                                           .start = v->module->code_size,
                                           .patches = WASM_NONE,
                                           .else_patch = WASM_NONE};
  wasm_push_all(v, params);
}

Control wasm_pop_control(Validator* v) {
  Control control = *top(v);
  wasm_pop_all(v, control.results);
  if (v->depth != control.height) bad(v, "type mismatch: values remain on the stack");
  --v->control_count;
  return control;
}

void wasm_set_unreachable(Validator* v) {
  Control* control = top(v);
  v->depth = control->height;
  control->unreachable = true;
  v->last = WASM_NONE;
}

Control* wasm_read_label(Validator* v) {
  uint32_t depth = wasm_read_u32(&v->reader);
  if (depth < v->control_count) return &v->controls[v->control_count - 1 - depth];
  bad(v, "unknown label");
  return top(v);
}

void wasm_emit_target(Validator* v, Control* control) {
  uint32_t at = v->module->code_size;
  bool live = wasm_is_live(v);
  wasm_emit(v, control->kind == LOOP ? control->start : control->patches);
  if (control->kind != LOOP && live && !v->reader.bad) control->patches = at;
}

void wasm_emit_label(Validator* v, Control* control) {
  wasm_emit_target(v, control);
  wasm_emit(v, label_types(control).count);
  wasm_emit(v, v->body->locals + control->height);
}

void wasm_emit_branch(Validator* v, Control* control, uint32_t plain, uint32_t move) {
  if (v->depth == control->height + label_types(control).count) {
    wasm_emit_operation(v, plain);
    wasm_emit_target(v, control);
  } else {
    wasm_emit_operation(v, move);
    wasm_emit_label(v, control);
  }
  v->last = WASM_NONE;
}
