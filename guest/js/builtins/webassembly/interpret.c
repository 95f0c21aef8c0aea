/* Runs code. https://webassembly.github.io/spec/core/exec/index.html
 *
 * Calls between functions of WebAssembly do not use the C stack: frames are a list of their own. */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "numeric.h"
#include "read.h"

enum {
  kCells = 256 * 1024,
  kFrames = 16 * 1024,
  kRuns = 500, /* of run(), each called by JavaScript that the one before called */
};

typedef struct {
  const uint32_t* pc;
  WasmCell* base;
  WasmInstance* instance;
} Frame;

/* The one stack, made when it is first used. */
static WasmCell* the_stack;
static WasmCell* the_top;
static Frame* the_frames;
static uint32_t the_depth, the_runs;

const char wasm_thrown[] = "";
const char wasm_exhausted[] = "call stack exhausted";
static const char kMemoryBounds[] = "out of bounds memory access";
static const char kTableBounds[] = "out of bounds table access";

WasmCell* wasm_arguments(const WasmType* type) {
  if (!the_stack) {
    the_stack = malloc(kCells * sizeof *the_stack);
    the_frames = malloc(kFrames * sizeof *the_frames);
    if (!the_stack || !the_frames) return NULL;
    the_top = the_stack;
  }
  uint32_t count = type->param_count > type->result_count ? type->param_count : type->result_count;
  return (size_t)(the_stack + kCells - the_top) > count ? the_top : NULL;
}

static WasmTable* table_of(WasmInstance* instance, uint32_t index) {
  return instance->tables[index];
}

/* The function that call_indirect calls; NULL with *trap. */
static WasmFunction* find_indirect(WasmInstance* instance, const uint32_t* pc, uint32_t index,
                                   const char** trap) {
  const WasmTable* table = table_of(instance, pc[1]);
  if (index >= table->limits.least) {
    *trap = "undefined element";
    return NULL;
  }
  WasmFunction* function = (WasmFunction*)(uintptr_t)table->items[index];
  if (!function) {
    *trap = "uninitialized element";
  } else if (function->type != instance->module->types[pc[0]]) {
    *trap = "indirect call type mismatch";
  } else {
    return function;
  }
  return NULL;
}

/* ---- bulk operations; `at` are their three operands */

static bool fits(uint64_t from, uint64_t count, uint64_t size) {
  return from <= size && count <= size - from;
}

static const char* copy_memory(WasmMemory* memory, const WasmCell* at) {
  uint32_t to = at[0].i32, from = at[1].i32, count = at[2].i32;
  if (!fits(to, count, memory->size) || !fits(from, count, memory->size)) return kMemoryBounds;
  memmove(memory->data + to, memory->data + from, count);
  return NULL;
}

static const char* fill_memory(WasmMemory* memory, const WasmCell* at) {
  uint32_t to = at[0].i32, count = at[2].i32;
  if (!fits(to, count, memory->size)) return kMemoryBounds;
  memset(memory->data + to, (int)(uint8_t)at[1].i32, count);
  return NULL;
}

const char* wasm_memory_init(WasmInstance* instance, uint32_t segment, uint64_t to, uint64_t from,
                             uint64_t count) {
  WasmMemory* memory = instance->memories[0];
  WasmSpan data = instance->data[segment];
  if (!fits(to, count, memory->size) || !fits(from, count, data.size)) return kMemoryBounds;
  if (count) memcpy(memory->data + to, data.at + from, count);
  return NULL;
}

const char* wasm_table_init(WasmInstance* instance, uint32_t table_index, uint32_t segment,
                            uint64_t to, uint64_t from, uint64_t count) {
  WasmTable* table = table_of(instance, table_index);
  const WasmItems* items = &instance->elements[segment];
  if (!fits(to, count, table->limits.least) || !fits(from, count, items->count)) {
    return kTableBounds;
  }
  if (count) memcpy(table->items + to, items->items + from, count * sizeof *items->items);
  return NULL;
}

static const char* copy_table(WasmTable* to, const WasmTable* from, const WasmCell* at) {
  uint32_t count = at[2].i32;
  if (!fits(at[0].i32, count, to->limits.least) || !fits(at[1].i32, count, from->limits.least)) {
    return kTableBounds;
  }
  memmove(to->items + at[0].i32, from->items + at[1].i32, count * sizeof *to->items);
  return NULL;
}

static const char* fill_table(WasmTable* table, const WasmCell* at) {
  uint32_t to = at[0].i32, count = at[2].i32;
  if (!fits(to, count, table->limits.least)) return kTableBounds;
  for (uint32_t i = 0; i < count; ++i) table->items[to + i] = at[1].i64;
  return NULL;
}

/* What is rare, out of the loop below. `at` is the first of the operands, and where a result goes.
 */
static const char* run_bulk(WasmInstance* instance, uint32_t operation, const uint32_t* pc,
                            WasmCell* at) {
  switch (operation) {
    case WASM_MEMORY_INIT:
      return wasm_memory_init(instance, pc[0], at[0].i32, at[1].i32, at[2].i32);
    case WASM_MEMORY_COPY: return copy_memory(instance->memories[0], at);
    case WASM_MEMORY_FILL: return fill_memory(instance->memories[0], at);
    case WASM_TABLE_INIT:
      return wasm_table_init(instance, pc[1], pc[0], at[0].i32, at[1].i32, at[2].i32);
    case WASM_TABLE_COPY:
      return copy_table(table_of(instance, pc[0]), table_of(instance, pc[1]), at);
    default: return fill_table(table_of(instance, pc[0]), at);
  }
}

/* ---- the loop */

#define TRAP(text) \
  do {             \
    trap = (text); \
    goto trapped;  \
  } while (0)

#define RELOAD_MEMORY()                   \
  do {                                    \
    if (instance->module->memory_count) { \
      data = instance->memories[0]->data; \
      size = instance->memories[0]->size; \
    }                                     \
  } while (0)

#define CELL_I32 i32
#define CELL_I64 i64
#define CELL_F32 f32
#define CELL_F64 f64
#define TYPE_I32 uint32_t
#define TYPE_I64 uint64_t
#define TYPE_F32 float
#define TYPE_F64 double

#define UNARY(number, operand, result, value)      \
  case number: {                                   \
    TYPE_##operand a = sp[-1].CELL_##operand;      \
    sp[-1].CELL_##result = (TYPE_##result)(value); \
    break;                                         \
  }
#define CHECKED_UNARY(number, operand, result, check, value) \
  case number: {                                             \
    TYPE_##operand a = sp[-1].CELL_##operand;                \
    if ((trap = (check))) goto trapped;                      \
    sp[-1].CELL_##result = (TYPE_##result)(value);           \
    break;                                                   \
  }
#define BINARY(number, operand, result, value)                                \
  case number: {                                                              \
    TYPE_##operand a = sp[-2].CELL_##operand, b = sp[-1].CELL_##operand;      \
    --sp;                                                                     \
    sp[-1].CELL_##result = (TYPE_##result)(value);                            \
    break;                                                                    \
  }                                                                           \
  case number | WASM_OF_LOCAL: {                                              \
    TYPE_##operand a = sp[-1].CELL_##operand, b = base[*pc++].CELL_##operand; \
    sp[-1].CELL_##result = (TYPE_##result)(value);                            \
    break;                                                                    \
  }                                                                           \
  case number | WASM_OF_CONSTANT: {                                           \
    TYPE_##operand a = sp[-1].CELL_##operand, b = (TYPE_##operand) * pc++;    \
    sp[-1].CELL_##result = (TYPE_##result)(value);                            \
    break;                                                                    \
  }
#define CHECKED_BINARY(number, operand, result, check, value)                 \
  case number: {                                                              \
    TYPE_##operand a = sp[-2].CELL_##operand, b = sp[-1].CELL_##operand;      \
    if ((trap = (check))) goto trapped;                                       \
    --sp;                                                                     \
    sp[-1].CELL_##result = (TYPE_##result)(value);                            \
    break;                                                                    \
  }                                                                           \
  case number | WASM_OF_LOCAL: {                                              \
    TYPE_##operand a = sp[-1].CELL_##operand, b = base[*pc++].CELL_##operand; \
    if ((trap = (check))) goto trapped;                                       \
    sp[-1].CELL_##result = (TYPE_##result)(value);                            \
    break;                                                                    \
  }                                                                           \
  case number | WASM_OF_CONSTANT: {                                           \
    TYPE_##operand a = sp[-1].CELL_##operand, b = (TYPE_##operand) * pc++;    \
    if ((trap = (check))) goto trapped;                                       \
    sp[-1].CELL_##result = (TYPE_##result)(value);                            \
    break;                                                                    \
  }
#define LOAD(number, type, stored, wide)                 \
  case number: {                                         \
    uint64_t at = (uint64_t)sp[-1].i32 + *pc++;          \
    if (at + sizeof(stored) > size) TRAP(kMemoryBounds); \
    stored value;                                        \
    memcpy(&value, data + at, sizeof value);             \
    sp[-1].CELL_##type = (TYPE_##type)(wide)value;       \
    break;                                               \
  }                                                      \
  case number | WASM_OF_LOCAL: {                         \
    uint64_t at = (uint64_t)base[pc[0]].i32 + pc[1];     \
    pc += 2;                                             \
    if (at + sizeof(stored) > size) TRAP(kMemoryBounds); \
    stored value;                                        \
    memcpy(&value, data + at, sizeof value);             \
    (sp++)->CELL_##type = (TYPE_##type)(wide)value;      \
    break;                                               \
  }
#define STORE(number, type, stored)                      \
  case number: {                                         \
    uint64_t at = (uint64_t)sp[-2].i32 + *pc++;          \
    if (at + sizeof(stored) > size) TRAP(kMemoryBounds); \
    stored value = (stored)sp[-1].CELL_##type;           \
    memcpy(data + at, &value, sizeof value);             \
    sp -= 2;                                             \
    break;                                               \
  }

static WasmCell* keep(WasmCell* to, const WasmCell* sp, uint32_t count) {
  memmove(to, sp - count, count * sizeof *to);
  return to + count;
}

/* The one long function: an interpreter's loop keeps its registers in local variables. */
static const char* run(JSContext* context, WasmFunction* function, WasmCell* arguments) {
  const uint32_t bottom = the_depth;
  const char* trap = NULL;
  WasmInstance* instance = NULL;
  WasmCell *base = arguments, *sp = arguments;
  const uint32_t *code = NULL, *pc = NULL;
  uint8_t* data = NULL;
  uint64_t size = 0;

enter: { /* `function`, of WebAssembly, with its arguments at `base` */
  instance = function->instance;
  const WasmBody* body = &instance->module->functions[function->index];
  if ((size_t)(the_stack + kCells - base) < body->frame) TRAP(wasm_exhausted);
  uint32_t params = function->type->param_count;
  memset(base + params, 0, (body->locals - params) * sizeof *base);
  sp = base + body->locals;
  code = instance->module->code;
  pc = code + body->start;
  RELOAD_MEMORY();
}

  for (;;) {
    uint32_t operation = *pc++;
    switch (operation) {
      case WASM_UNREACHABLE: TRAP("unreachable");
      case WASM_BR: pc = code + *pc; break;
      case WASM_BR_IF: pc = (--sp)->i32 ? code + *pc : pc + 1; break;
      case WASM_BR_UNLESS: pc = (--sp)->i32 ? pc + 1 : code + *pc; break;
      case WASM_BR_IF_MOVE:
        if (!(--sp)->i32) {
          pc += 3;
          break;
        }
        /* fall through */
      case WASM_BR_MOVE:
        sp = keep(base + pc[2], sp, pc[1]);
        pc = code + pc[0];
        break;
      case WASM_BR_TABLE: {
        uint32_t index = (--sp)->i32, count = *pc++;
        pc += 3 * (index < count ? index : count);
        sp = keep(base + pc[2], sp, pc[1]);
        pc = code + pc[0];
        break;
      }
      case WASM_RETURN: sp = keep(base, sp, *pc); goto returned;
      case WASM_CALL: function = instance->functions[*pc++]; goto call;
      case WASM_CALL_INDIRECT:
        function = find_indirect(instance, pc, (--sp)->i32, &trap);
        if (!function) goto trapped;
        pc += 2;
        goto call;
      case WASM_RETURN_CALL: function = instance->functions[*pc]; goto tail_call;
      case WASM_RETURN_CALL_INDIRECT:
        function = find_indirect(instance, pc, (--sp)->i32, &trap);
        if (!function) goto trapped;
        goto tail_call;
      case WASM_DROP: --sp; break;
      case WASM_SELECT:
        sp -= 2;
        if (!sp[1].i32) sp[-1] = sp[0];
        break;
      case WASM_LOCAL_GET: *sp++ = base[*pc++]; break;
      case WASM_LOCAL_SET: base[*pc++] = *--sp; break;
      case WASM_LOCAL_TEE: base[*pc++] = sp[-1]; break;
      case WASM_GLOBAL_GET: (sp++)->i64 = instance->globals[*pc++]->value; break;
      case WASM_GLOBAL_SET: instance->globals[*pc++]->value = (--sp)->i64; break;
      case WASM_TABLE_GET: {
        const WasmTable* table = table_of(instance, *pc++);
        if (sp[-1].i32 >= table->limits.least) TRAP(kTableBounds);
        sp[-1].i64 = table->items[sp[-1].i32];
        break;
      }
      case WASM_TABLE_SET: {
        WasmTable* table = table_of(instance, *pc++);
        sp -= 2;
        if (sp[0].i32 >= table->limits.least) TRAP(kTableBounds);
        table->items[sp[0].i32] = sp[1].i64;
        break;
      }
      case WASM_CONST32: (sp++)->i64 = *pc++; break;
      case WASM_CONST64:
        (sp++)->i64 = pc[0] | (uint64_t)pc[1] << 32;
        pc += 2;
        break;
      case WASM_REF_FUNC: (sp++)->i64 = (uintptr_t)instance->functions[*pc++]; break;
      case WASM_REF_IS_NULL: sp[-1].i64 = sp[-1].i64 == 0; break;
      case WASM_MEMORY_SIZE: (sp++)->i64 = size / WASM_PAGE; break;
      case WASM_MEMORY_GROW:
        sp[-1].i64 = (uint32_t)wasm_grow_memory_of(context, instance->memories[0], sp[-1].i32);
        RELOAD_MEMORY();
        break;
      case WASM_DATA_DROP: instance->data[*pc++].size = 0; break;
      case WASM_ELEM_DROP: instance->elements[*pc++].count = 0; break;
      case WASM_TABLE_SIZE: (sp++)->i64 = table_of(instance, *pc++)->limits.least; break;
      case WASM_TABLE_GROW:
        --sp;
        sp[-1].i64 = (uint32_t)wasm_grow_table(table_of(instance, *pc++), sp[0].i32, sp[-1].i64);
        break;
      case WASM_MEMORY_INIT:
      case WASM_MEMORY_COPY:
      case WASM_MEMORY_FILL:
      case WASM_TABLE_INIT:
      case WASM_TABLE_COPY:
      case WASM_TABLE_FILL:
        sp -= 3;
        if ((trap = run_bulk(instance, operation, pc, sp))) goto trapped;
        if (operation == WASM_MEMORY_INIT || operation == WASM_TABLE_FILL) {
          pc += 1;
        } else if (operation == WASM_TABLE_INIT || operation == WASM_TABLE_COPY) {
          pc += 2;
        }
        break;
        WASM_NUMERIC(UNARY, BINARY, CHECKED_UNARY, CHECKED_BINARY)
        WASM_LOAD_OPERATIONS(LOAD)
        WASM_STORE_OPERATIONS(STORE)
      default: TRAP("not an operation of the interpreter");
    }
    continue;

  call:
    if (function->instance) {
      if (the_depth == kFrames) TRAP(wasm_exhausted);
      the_frames[the_depth++] = (Frame){pc, base, instance};
      base = sp - function->type->param_count;
      goto enter;
    }
    the_top = sp;
    sp -= function->type->param_count;
    if (!wasm_call_host(context, function, sp)) TRAP(wasm_thrown);
    sp += function->type->result_count;
    RELOAD_MEMORY();
    continue;

  tail_call:
    sp = keep(base, sp, function->type->param_count);
    if (function->instance) goto enter;
    the_top = sp;
    if (!wasm_call_host(context, function, base)) TRAP(wasm_thrown);
    sp = base + function->type->result_count;

  returned:
    if (the_depth == bottom) return NULL;
    --the_depth;
    pc = the_frames[the_depth].pc;
    base = the_frames[the_depth].base;
    instance = the_frames[the_depth].instance;
    code = instance->module->code;
    RELOAD_MEMORY();
  }

trapped:
  the_depth = bottom;
  return trap;
}

const char* wasm_invoke(JSContext* context, WasmFunction* function, WasmCell* arguments) {
  if (the_runs == kRuns) return wasm_exhausted;
  WasmCell* top = the_top;
  ++the_runs;
  const char* trap = NULL;
  if (function->instance) {
    trap = run(context, function, arguments);
  } else {
    const WasmType* type = function->type;
    the_top = arguments +
              (type->param_count > type->result_count ? type->param_count : type->result_count);
    if (!wasm_call_host(context, function, arguments)) trap = wasm_thrown;
  }
  --the_runs;
  the_top = top;
  return trap;
}
