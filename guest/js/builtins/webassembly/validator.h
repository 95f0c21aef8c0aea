/* What validation stands on: the stacks of operands and of labels, and the code that is emitted.
 * https://webassembly.github.io/spec/core/appendix/algorithm.html
 *
 * Nothing is emitted for code that cannot be reached. After a mistake `reader.bad` says which, and
 * all of these do nothing that matters. */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_VALIDATOR_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_VALIDATOR_H

#include "code.h"
#include "read.h"

#define WASM_NONE 0xffffffffu

typedef enum { BLOCK, LOOP, IF, ELSE, BODY } ControlKind;

typedef struct {
  const uint8_t* at;
  uint32_t count;
} Types;

typedef struct {
  ControlKind kind;
  Types params, results;
  uint32_t height; /* of the operands below */
  bool unreachable;
  bool dead;           /* it begins in code that cannot be reached */
  uint32_t start;      /* LOOP: where its label is */
  uint32_t patches;    /* words that wait for the end, each holds the next; WASM_NONE at last */
  uint32_t else_patch; /* IF: the word that waits for the else */
} Control;

typedef struct {
  WasmModule* module;
  WasmBody* body;
  WasmReader reader;
  uint8_t* locals;
  uint8_t* types;
  uint32_t depth, room, deepest;
  Control* controls;
  uint32_t control_count, control_room;
  uint32_t last; /* where the operation that was emitted last is, if it may still be changed */
} Validator;

static inline void bad(Validator* v, const char* what) { wasm_bad(&v->reader, what); }
static inline Control* top(Validator* v) { return &v->controls[v->control_count - 1]; }
static inline Types params_of(const WasmType* type) {
  return (Types){type->params, type->param_count};
}
static inline Types results_of(const WasmType* type) {
  return (Types){type->results, type->result_count};
}
static inline Types label_types(const Control* control) {
  return control->kind == LOOP ? control->params : control->results;
}

/* Operands; WASM_ANY fits every type. */
void wasm_push(Validator* v, uint8_t type);
uint8_t wasm_pop_any(Validator* v);
void wasm_pop(Validator* v, uint8_t wanted);
void wasm_push_all(Validator* v, Types types);
void wasm_pop_all(Validator* v, Types types);

/* Labels. What follows set_unreachable in a block cannot be reached. */
void wasm_push_control(Validator* v, ControlKind kind, Types params, Types results);
Control wasm_pop_control(Validator* v);
void wasm_set_unreachable(Validator* v);
Control* wasm_read_label(Validator* v);

/* Code. */
bool wasm_is_live(Validator* v);
void wasm_emit(Validator* v, uint32_t word);
void wasm_emit_operation(Validator* v, uint32_t operation);
void wasm_emit_one(Validator* v, uint32_t operation, uint32_t word);
void wasm_emit_two(Validator* v, uint32_t operation, uint32_t first, uint32_t second);
/* An operation whose last operand is on the stack, or where that comes from. */
void wasm_emit_of_operand(Validator* v, uint32_t operation, bool takes_constant);
/* The word of a branch's target, and all that a branch which moves values needs. */
void wasm_emit_target(Validator* v, Control* control);
void wasm_emit_label(Validator* v, Control* control);
/* A branch with the label's values on the stack. */
void wasm_emit_branch(Validator* v, Control* control, uint32_t plain, uint32_t move);
/* A label is here: what is before it stays as it is. */
void wasm_place_label(Validator* v, uint32_t patches);

#endif
