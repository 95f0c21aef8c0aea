/* Validation of function bodies, which translates as it goes.
 * https://webassembly.github.io/spec/core/valid/instructions.html */
#include <stdlib.h>

#include "numeric.h"
#include "validator.h"

/* ---- control */

static void check_br(Validator* v) {
  Control* control = wasm_read_label(v);
  Types types = label_types(control);
  wasm_pop_all(v, types);
  wasm_push_all(v, types);
  wasm_emit_branch(v, control, WASM_BR, WASM_BR_MOVE);
  wasm_set_unreachable(v);
}

static void check_br_if(Validator* v) {
  Control* control = wasm_read_label(v);
  Types types = label_types(control);
  wasm_pop(v, WASM_I32);
  wasm_pop_all(v, types);
  wasm_push_all(v, types);
  wasm_emit_branch(v, control, WASM_BR_IF, WASM_BR_IF_MOVE);
}

/* The types of a label of br_table must fit what is on the stack, which stays. */
static void check_table_label(Validator* v, Control* control, uint32_t count) {
  Types types = label_types(control);
  if (types.count != count) {
    bad(v, "type mismatch: labels of br_table differ");
    return;
  }
  uint8_t found[1000];
  for (uint32_t i = count; i-- > 0;) {
    found[i] = wasm_pop_any(v);
    if (found[i] != types.at[i] && found[i] != WASM_ANY) bad(v, "type mismatch");
  }
  for (uint32_t i = 0; i < count && !v->reader.bad; ++i) wasm_push(v, found[i]);
}

static void check_br_table(Validator* v) {
  uint32_t count = wasm_read_count(&v->reader);
  wasm_pop(v, WASM_I32);
  wasm_emit_one(v, WASM_BR_TABLE, count);
  WasmReader peek = v->reader;
  for (uint32_t i = 0; i < count; ++i) wasm_read_u32(&peek);
  uint32_t last = wasm_read_u32(&peek);
  if (last >= v->control_count) {
    bad(v, "unknown label");
    return;
  }
  uint32_t arity = label_types(&v->controls[v->control_count - 1 - last]).count;
  for (uint32_t i = 0; i <= count && !v->reader.bad; ++i) {
    Control* control = wasm_read_label(v);
    check_table_label(v, control, arity);
    wasm_emit_label(v, control);
  }
  wasm_set_unreachable(v);
}

/* https://webassembly.github.io/spec/core/binary/instructions.html#binary-blocktype */
static void read_block_type(Validator* v, Types* params, Types* results) {
  static const uint8_t kTypes[] = {WASM_I32, WASM_I64,     WASM_F32,
                                   WASM_F64, WASM_FUNCREF, WASM_EXTERNREF};
  *params = *results = (Types){NULL, 0};
  int64_t type = (int64_t)wasm_read_leb(&v->reader, 33, true);
  if (type >= 0) {
    if (type >= v->module->type_count) {
      bad(v, "unknown type");
      return;
    }
    *params = params_of(v->module->types[type]);
    *results = results_of(v->module->types[type]);
    return;
  }
  uint8_t byte = (uint8_t)(type & 0x7f);
  if (type < -64) bad(v, "malformed block type");
  if (byte == 0x40) return;
  const uint8_t* found = memchr(kTypes, byte, sizeof kTypes);
  if (!found) {
    bad(v, "malformed block type");
    return;
  }
  *results = (Types){found, 1};
}

static void check_block(Validator* v, ControlKind kind) {
  Types params, results;
  read_block_type(v, &params, &results);
  uint32_t else_patch = WASM_NONE;
  if (kind == IF) {
    wasm_pop(v, WASM_I32);
    wasm_emit_operation(v, WASM_BR_UNLESS);
    else_patch = v->module->code_size;
    bool live = wasm_is_live(v);
    wasm_emit(v, WASM_NONE);
    if (!live) else_patch = WASM_NONE;
  }
  wasm_pop_all(v, params);
  if (kind == LOOP) v->last = WASM_NONE;
  wasm_push_control(v, kind, params, results);
  top(v)->else_patch = else_patch;
  v->last = WASM_NONE;
}

static void check_else(Validator* v) {
  if (top(v)->kind != IF) {
    bad(v, "else without if");
    return;
  }
  wasm_emit_operation(v, WASM_BR);
  wasm_emit_target(v, top(v));
  Control control = wasm_pop_control(v);
  if (v->reader.bad) return;
  bool dead = control.dead;
  uint32_t patches = control.patches;
  wasm_push_control(v, ELSE, control.params, control.results);
  top(v)->dead = dead;
  top(v)->patches = patches;
  wasm_place_label(v, control.else_patch);
}

static void check_end(Validator* v) {
  Control control = wasm_pop_control(v);
  if (v->reader.bad) return;
  if (control.kind == IF) {
    bool same =
        control.params.count == control.results.count &&
        !memcmp(control.params.at ? control.params.at : (const uint8_t*)"",
                control.results.at ? control.results.at : (const uint8_t*)"", control.params.count);
    if (!same) bad(v, "type mismatch: an if without else changes the stack");
    wasm_place_label(v, control.else_patch);
  }
  wasm_place_label(v, control.patches);
  wasm_push_all(v, control.results);
}

static void emit_return(Validator* v) {
  wasm_emit_one(v, WASM_RETURN, v->body->type->result_count);
}

static void check_return(Validator* v) {
  wasm_pop_all(v, results_of(v->body->type));
  emit_return(v);
  wasm_set_unreachable(v);
}

/* ---- calls */

static void check_call_of(Validator* v, const WasmType* type, bool is_tail) {
  wasm_pop_all(v, params_of(type));
  if (!is_tail) {
    wasm_push_all(v, results_of(type));
    return;
  }
  const WasmType* own = v->body->type;
  if (type->result_count != own->result_count ||
      memcmp(type->results, own->results, own->result_count) != 0) {
    bad(v, "type mismatch: a tail call's results are not the function's");
  }
  wasm_set_unreachable(v);
}

static void check_call(Validator* v, bool is_tail) {
  uint32_t index = wasm_read_u32(&v->reader);
  if (index >= v->module->function_count) {
    bad(v, "unknown function");
    return;
  }
  wasm_emit_one(v, is_tail ? WASM_RETURN_CALL : WASM_CALL, index);
  v->last = WASM_NONE;
  check_call_of(v, v->module->functions[index].type, is_tail);
}

static void check_call_indirect(Validator* v, bool is_tail) {
  uint32_t type = wasm_read_u32(&v->reader), table = wasm_read_u32(&v->reader);
  if (type >= v->module->type_count) {
    bad(v, "unknown type");
  } else if (table >= v->module->table_count) {
    bad(v, "unknown table");
  } else if (v->module->tables[table].type != WASM_FUNCREF) {
    bad(v, "type mismatch");
  } else {
    wasm_pop(v, WASM_I32);
    wasm_emit_two(v, is_tail ? WASM_RETURN_CALL_INDIRECT : WASM_CALL_INDIRECT, type, table);
    v->last = WASM_NONE;
    check_call_of(v, v->module->types[type], is_tail);
  }
}

/* ---- variables */

static uint8_t read_local(Validator* v, uint32_t* index) {
  *index = wasm_read_u32(&v->reader);
  if (*index < v->body->locals) return v->locals[*index];
  bad(v, "unknown local");
  return WASM_ANY;
}

static void check_local(Validator* v, uint8_t operation) {
  uint32_t index;
  uint8_t type = read_local(v, &index);
  if (v->reader.bad) return;
  if (operation != 0x20) {
    wasm_pop(v, type);
    if (operation == 0x22) wasm_push(v, type);
    wasm_emit_one(v, operation == 0x21 ? WASM_LOCAL_SET : WASM_LOCAL_TEE, index);
    v->last = WASM_NONE;
    return;
  }
  wasm_push(v, type);
  wasm_emit_one(v, WASM_LOCAL_GET, index);
}

static void check_global(Validator* v, bool is_set) {
  uint32_t index = wasm_read_u32(&v->reader);
  if (index >= v->module->global_count) {
    bad(v, "unknown global");
    return;
  }
  WasmGlobalType type = v->module->globals[index].type;
  if (is_set) {
    if (!type.is_mutable) bad(v, "global is immutable");
    wasm_pop(v, type.type);
  } else {
    wasm_push(v, type.type);
  }
  wasm_emit_one(v, is_set ? WASM_GLOBAL_SET : WASM_GLOBAL_GET, index);
}

/* ---- memory */

static void need_memory(Validator* v) {
  if (!v->module->memory_count) bad(v, "unknown memory");
}

static uint32_t read_offset(Validator* v, uint32_t bytes) {
  uint32_t align = wasm_read_u32(&v->reader);
  need_memory(v);
  if (align >= 32 || 1u << align > bytes) bad(v, "alignment must not be larger than natural");
  return wasm_read_u32(&v->reader);
}

static void check_load(Validator* v, uint8_t operation, uint8_t type, uint32_t bytes) {
  uint32_t offset = read_offset(v, bytes);
  wasm_pop(v, WASM_I32);
  wasm_push(v, type);
  wasm_emit_of_operand(v, operation, false);
  wasm_emit(v, offset);
}

static void check_store(Validator* v, uint8_t operation, uint8_t type, uint32_t bytes) {
  uint32_t offset = read_offset(v, bytes);
  wasm_pop(v, type);
  wasm_pop(v, WASM_I32);
  wasm_emit_one(v, operation, offset);
}

static void check_memory_size(Validator* v, uint8_t operation) {
  if (wasm_read_byte(&v->reader) != 0) bad(v, "zero byte expected");
  need_memory(v);
  if (operation == WASM_MEMORY_GROW) wasm_pop(v, WASM_I32);
  wasm_push(v, WASM_I32);
  wasm_emit_operation(v, operation);
}

/* ---- references and tables */

static uint8_t read_table(Validator* v, uint32_t* index) {
  *index = wasm_read_u32(&v->reader);
  if (*index < v->module->table_count) return v->module->tables[*index].type;
  bad(v, "unknown table");
  return WASM_ANY;
}

static void check_table_access(Validator* v, bool is_set) {
  uint32_t index;
  uint8_t type = read_table(v, &index);
  if (is_set) wasm_pop(v, type);
  wasm_pop(v, WASM_I32);
  if (!is_set) wasm_push(v, type);
  wasm_emit_one(v, is_set ? WASM_TABLE_SET : WASM_TABLE_GET, index);
}

static void check_ref_func(Validator* v) {
  uint32_t index = wasm_read_u32(&v->reader);
  if (index >= v->module->function_count) {
    bad(v, "unknown function");
    return;
  }
  if (!v->module->declared[index]) bad(v, "undeclared function reference");
  wasm_push(v, WASM_FUNCREF);
  wasm_emit_one(v, WASM_REF_FUNC, index);
}

static void check_ref_is_null(Validator* v) {
  uint8_t type = wasm_pop_any(v);
  if (type != WASM_ANY && !wasm_is_reference(type)) bad(v, "type mismatch");
  wasm_push(v, WASM_I32);
  wasm_emit_operation(v, WASM_REF_IS_NULL);
}

static void emit_constant(Validator* v, uint8_t type, uint64_t value) {
  wasm_push(v, type);
  if (type == WASM_I32 || type == WASM_F32) {
    wasm_emit_one(v, WASM_CONST32, (uint32_t)value);
    if (type == WASM_F32) v->last = WASM_NONE;
  } else {
    wasm_emit_two(v, WASM_CONST64, (uint32_t)value, (uint32_t)(value >> 32));
  }
}

static uint64_t read_raw(Validator* v, size_t size) {
  uint64_t value = 0;
  WasmSpan bytes = wasm_read_bytes(&v->reader, size);
  if (bytes.size) memcpy(&value, bytes.at, bytes.size);
  return value;
}

static void check_select(Validator* v, bool is_typed) {
  uint8_t type = WASM_ANY;
  if (is_typed) {
    if (wasm_read_u32(&v->reader) != 1) bad(v, "select has one type");
    type = wasm_read_type(&v->reader);
  }
  wasm_pop(v, WASM_I32);
  if (is_typed) {
    wasm_pop(v, type);
    wasm_pop(v, type);
  } else {
    uint8_t first = wasm_pop_any(v), second = wasm_pop_any(v);
    if (wasm_is_reference(first) || wasm_is_reference(second) ||
        (first != second && first != WASM_ANY && second != WASM_ANY)) {
      bad(v, "type mismatch");
    }
    type = first == WASM_ANY ? second : first;
  }
  wasm_push(v, type);
  wasm_emit_operation(v, WASM_SELECT);
}

/* ---- what follows 0xfc */

static uint32_t read_data(Validator* v) {
  uint32_t index = wasm_read_u32(&v->reader);
  if (!v->module->has_data_count) bad(v, "data count section required");
  if (index >= v->module->announced_data) bad(v, "unknown data segment");
  return index;
}

static uint8_t read_segment(Validator* v, uint32_t* index) {
  *index = wasm_read_u32(&v->reader);
  if (*index < v->module->element_count) return v->module->elements[*index].type;
  bad(v, "unknown elements segment");
  return WASM_ANY;
}

static void pop_three(Validator* v) {
  for (int i = 0; i < 3; ++i) wasm_pop(v, WASM_I32);
}

static void check_bulk_memory(Validator* v, uint32_t operation) {
  bool has_segment = operation == WASM_MEMORY_INIT || operation == WASM_DATA_DROP;
  uint32_t segment = has_segment ? read_data(v) : 0;
  uint32_t memories = operation == WASM_DATA_DROP ? 0 : operation == WASM_MEMORY_COPY ? 2 : 1;
  for (uint32_t i = 0; i < memories; ++i) {
    if (wasm_read_byte(&v->reader) != 0) bad(v, "zero byte expected");
    need_memory(v);
  }
  if (operation != WASM_DATA_DROP) pop_three(v);
  wasm_emit_operation(v, operation);
  if (has_segment) wasm_emit(v, segment);
}

static void check_table_init(Validator* v) {
  uint32_t segment, table;
  uint8_t type = read_segment(v, &segment);
  if (read_table(v, &table) != type) bad(v, "type mismatch");
  pop_three(v);
  wasm_emit_two(v, WASM_TABLE_INIT, segment, table);
}

static void check_table_copy(Validator* v) {
  uint32_t to, from;
  uint8_t type = read_table(v, &to);
  if (read_table(v, &from) != type) bad(v, "type mismatch");
  pop_three(v);
  wasm_emit_two(v, WASM_TABLE_COPY, to, from);
}

static void check_table_size(Validator* v, uint32_t operation) {
  uint32_t table;
  uint8_t type = read_table(v, &table);
  if (operation != WASM_TABLE_SIZE) wasm_pop(v, WASM_I32);
  if (operation != WASM_TABLE_SIZE) wasm_pop(v, type);
  if (operation == WASM_TABLE_FILL) {
    wasm_pop(v, WASM_I32);
  } else {
    wasm_push(v, WASM_I32);
  }
  wasm_emit_one(v, operation, table);
}

static void check_number(Validator* v, uint32_t operation);

static void check_prefixed(Validator* v) {
  uint32_t operation = wasm_read_u32(&v->reader);
  if (operation > 17) {
    bad(v, "illegal opcode");
    return;
  }
  operation += WASM_PREFIXED;
  uint32_t segment;
  switch (operation) {
    case WASM_MEMORY_INIT:
    case WASM_DATA_DROP:
    case WASM_MEMORY_COPY:
    case WASM_MEMORY_FILL: check_bulk_memory(v, operation); break;
    case WASM_TABLE_INIT: check_table_init(v); break;
    case WASM_ELEM_DROP:
      read_segment(v, &segment);
      wasm_emit_one(v, WASM_ELEM_DROP, segment);
      break;
    case WASM_TABLE_COPY: check_table_copy(v); break;
    case WASM_TABLE_GROW:
    case WASM_TABLE_SIZE:
    case WASM_TABLE_FILL: check_table_size(v, operation); break;
    default: check_number(v, operation);
  }
}

/* ---- numbers */

static void check_unary(Validator* v, uint32_t operation, uint8_t operand, uint8_t result) {
  wasm_pop(v, operand);
  wasm_push(v, result);
  wasm_emit_operation(v, operation);
}

static void check_binary(Validator* v, uint32_t operation, uint8_t operand, uint8_t result) {
  wasm_pop(v, operand);
  wasm_pop(v, operand);
  wasm_push(v, result);
  wasm_emit_of_operand(v, operation, operand == WASM_I32);
}

static void check_number(Validator* v, uint32_t operation) {
#define UNARY(number, operand, result, value) \
  case number: check_unary(v, operation, WASM_##operand, WASM_##result); break;
#define BINARY(number, operand, result, value) \
  case number: check_binary(v, operation, WASM_##operand, WASM_##result); break;
#define CHECKED_UNARY(number, operand, result, check, value) UNARY(number, operand, result, value)
#define CHECKED_BINARY(number, operand, result, check, value) BINARY(number, operand, result, value)
#define REINTERPRET(number, operand, result) \
  case number:                               \
    wasm_pop(v, WASM_##operand);             \
    wasm_push(v, WASM_##result);             \
    break;
#define LOAD(number, type, stored, wide) \
  case number: check_load(v, number, WASM_##type, sizeof(stored)); break;
#define STORE(number, type, stored) \
  case number: check_store(v, number, WASM_##type, sizeof(stored)); break;
  switch (operation) {
    WASM_NUMERIC(UNARY, BINARY, CHECKED_UNARY, CHECKED_BINARY)
    WASM_REINTERPRET(REINTERPRET)
    WASM_LOAD_OPERATIONS(LOAD)
    WASM_STORE_OPERATIONS(STORE)
    case 0xfd: bad(v, "vectors (SIMD) are not supported here: compile without them"); break;
    case 0xfe: bad(v, "threads (atomic operations) are not supported here"); break;
    default: bad(v, "illegal opcode");
  }
#undef UNARY
#undef BINARY
#undef CHECKED_UNARY
#undef CHECKED_BINARY
#undef REINTERPRET
#undef LOAD
#undef STORE
}

/* ---- bodies */

static void check_instruction(Validator* v) {
  uint8_t operation = wasm_read_byte(&v->reader);
  switch (operation) {
    case 0x00: wasm_emit_operation(v, WASM_UNREACHABLE), wasm_set_unreachable(v); break;
    case 0x01: break;
    case 0x02: check_block(v, BLOCK); break;
    case 0x03: check_block(v, LOOP); break;
    case 0x04: check_block(v, IF); break;
    case 0x05: check_else(v); break;
    case 0x0b: check_end(v); break;
    case 0x0c: check_br(v); break;
    case 0x0d: check_br_if(v); break;
    case 0x0e: check_br_table(v); break;
    case 0x0f: check_return(v); break;
    case 0x10: check_call(v, false); break;
    case 0x11: check_call_indirect(v, false); break;
    case 0x12: check_call(v, true); break;
    case 0x13: check_call_indirect(v, true); break;
    case 0x1a: wasm_pop_any(v), wasm_emit_operation(v, WASM_DROP); break;
    case 0x1b: check_select(v, false); break;
    case 0x1c: check_select(v, true); break;
    case 0x20:
    case 0x21:
    case 0x22: check_local(v, operation); break;
    case 0x23: check_global(v, false); break;
    case 0x24: check_global(v, true); break;
    case 0x25: check_table_access(v, false); break;
    case 0x26: check_table_access(v, true); break;
    case WASM_MEMORY_SIZE:
    case WASM_MEMORY_GROW: check_memory_size(v, operation); break;
    case 0x41: emit_constant(v, WASM_I32, (uint32_t)wasm_read_i32(&v->reader)); break;
    case 0x42: emit_constant(v, WASM_I64, (uint64_t)wasm_read_i64(&v->reader)); break;
    case 0x43: emit_constant(v, WASM_F32, read_raw(v, 4)); break;
    case 0x44: emit_constant(v, WASM_F64, read_raw(v, 8)); break;
    case 0xd0: emit_constant(v, wasm_read_reference_type(&v->reader), 0); break;
    case 0xd1: check_ref_is_null(v); break;
    case 0xd2: check_ref_func(v); break;
    case 0xfc: check_prefixed(v); break;
    default:
      /* The numbers that stand for prefixed operations are not opcodes. */
      check_number(v, operation >= WASM_PREFIXED && operation < 0xfd ? WASM_NONE : operation);
  }
}

static void read_locals(Validator* v) {
  const WasmType* type = v->body->type;
  uint32_t groups = wasm_read_count(&v->reader), count = type->param_count;
  memcpy(v->locals, type->params, count);
  for (uint32_t i = 0; i < groups && !v->reader.bad; ++i) {
    uint32_t more = wasm_read_u32(&v->reader);
    uint8_t of = wasm_read_type(&v->reader);
    if (more > WASM_MAX_LOCALS - count) {
      bad(v, "too many locals");
      return;
    }
    memset(v->locals + count, of, more);
    count += more;
  }
  v->body->locals = count;
}

static void check_body(Validator* v) {
  v->depth = v->deepest = v->control_count = 0;
  v->last = WASM_NONE;
  v->body->start = v->module->code_size;
  read_locals(v);
  if (v->reader.bad) return;
  wasm_push_control(v, BODY, (Types){NULL, 0}, results_of(v->body->type));
  while (v->control_count && !v->reader.bad) {
    check_instruction(v);
  }
  if (v->reader.bad) return;
  if (wasm_left(&v->reader)) bad(v, "operators remain after the end of the function");
  /* The body's own label is here. */
  Types none = {NULL, 0};
  v->control_count = 0;
  wasm_push_control(v, BODY, none, none);
  emit_return(v);
  v->body->frame = v->body->locals + v->deepest + 1;
}

bool wasm_validate(WasmModule* module) {
  Validator v = {.module = module, .locals = malloc(WASM_MAX_LOCALS + 1)};
  if (!v.locals) return wasm_fail(module, module->bytes, "not enough memory");
  for (uint32_t i = module->imported_functions; i < module->function_count && !v.reader.bad; ++i) {
    v.body = &module->functions[i];
    WasmSpan body = v.body->body;
    v.reader = (WasmReader){body.at, body.at + body.size, NULL};
    check_body(&v);
  }
  free(v.locals);
  free(v.types);
  free(v.controls);
  return v.reader.bad ? wasm_fail(module, v.reader.at, v.reader.bad) : true;
}
