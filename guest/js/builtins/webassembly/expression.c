/* Constant expressions.
 * https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions */
#include "decoder.h"

typedef struct {
  uint8_t types[WASM_DEEPEST_EXPRESSION];
  uint32_t depth;
  uint32_t known_globals;
} Expression;

static void push(Decoder* decoder, Expression* expression, uint8_t type) {
  if (expression->depth == WASM_DEEPEST_EXPRESSION) {
    wasm_bad(&decoder->reader, "constant expression is too deep");
    return;
  }
  expression->types[expression->depth++] = type;
}

static void read_global_get(Decoder* decoder, Expression* expression) {
  uint32_t index = wasm_read_u32(&decoder->reader);
  if (index >= expression->known_globals) {
    wasm_bad(&decoder->reader, "unknown global");
    return;
  }
  WasmGlobalType type = decoder->module->globals[index].type;
  if (type.is_mutable) wasm_bad(&decoder->reader, "constant expression required");
  push(decoder, expression, type.type);
}

static void read_ref_func(Decoder* decoder, Expression* expression) {
  uint32_t index = wasm_read_u32(&decoder->reader);
  if (index >= decoder->module->function_count) {
    wasm_bad(&decoder->reader, "unknown function");
    return;
  }
  decoder->module->declared[index] = true;
  push(decoder, expression, WASM_FUNCREF);
}

static void read_arithmetic(Decoder* decoder, Expression* expression, uint8_t type) {
  uint32_t depth = expression->depth;
  if (depth < 2 || expression->types[depth - 1] != type || expression->types[depth - 2] != type) {
    wasm_bad(&decoder->reader, "type mismatch");
    return;
  }
  --expression->depth;
}

static bool read_instruction(Decoder* decoder, Expression* expression) {
  WasmReader* reader = &decoder->reader;
  uint8_t operation = wasm_read_byte(reader);
  switch (operation) {
    case 0x0b: return false;
    case 0x23: read_global_get(decoder, expression); break;
    case 0x41: wasm_read_i32(reader), push(decoder, expression, WASM_I32); break;
    case 0x42: wasm_read_i64(reader), push(decoder, expression, WASM_I64); break;
    case 0x43: wasm_read_bytes(reader, 4), push(decoder, expression, WASM_F32); break;
    case 0x44: wasm_read_bytes(reader, 8), push(decoder, expression, WASM_F64); break;
    case 0x6a:
    case 0x6b:
    case 0x6c: read_arithmetic(decoder, expression, WASM_I32); break;
    case 0x7c:
    case 0x7d:
    case 0x7e: read_arithmetic(decoder, expression, WASM_I64); break;
    case 0xd0: push(decoder, expression, wasm_read_reference_type(reader)); break;
    case 0xd2: read_ref_func(decoder, expression); break;
    default: wasm_bad(reader, "constant expression required");
  }
  return !reader->bad;
}

WasmSpan wasm_read_expression(Decoder* decoder, uint8_t type, uint32_t known_globals) {
  Expression expression = {.known_globals = known_globals};
  WasmSpan span = {decoder->reader.at, 0};
  while (read_instruction(decoder, &expression)) {
  }
  span.size = (size_t)(decoder->reader.at - span.at);
  if (!decoder->reader.bad && (expression.depth != 1 || expression.types[0] != type)) {
    wasm_bad(&decoder->reader, "type mismatch");
  }
  return span;
}
