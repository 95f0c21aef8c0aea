/* The interpreter's code: 32-bit words, an operation and what it needs. Operands are on a stack
 * whose height validation knows; a local is a cell from the frame's start.
 *
 * Operations of numbers and of memory have the number that they have in the binary format. With
 * WASM_OF_LOCAL the last operand is a local, whose index follows (for a load, the address, before
 * the offset); with WASM_OF_CONSTANT it is an i32 that follows.
 *
 * https://webassembly.github.io/spec/core/exec/instructions.html */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_CODE_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_CODE_H

#include "wasm.h"

enum {
  WASM_UNREACHABLE,
  WASM_BR,                   /* target */
  WASM_BR_IF,                /* target */
  WASM_BR_UNLESS,            /* target */
  WASM_BR_MOVE,              /* target, keep, height: `keep` values go down to the height */
  WASM_BR_IF_MOVE,           /* target, keep, height */
  WASM_BR_TABLE,             /* count, then count + 1 of target, keep, height */
  WASM_RETURN,               /* keep */
  WASM_CALL,                 /* function */
  WASM_CALL_INDIRECT,        /* type, table */
  WASM_RETURN_CALL,          /* function */
  WASM_RETURN_CALL_INDIRECT, /* type, table */
  WASM_DROP,
  WASM_SELECT,
  WASM_LOCAL_GET, /* local */
  WASM_LOCAL_SET,
  WASM_LOCAL_TEE,
  WASM_GLOBAL_GET, /* global */
  WASM_GLOBAL_SET,
  WASM_TABLE_GET, /* table */
  WASM_TABLE_SET,
  WASM_CONST32,  /* value */
  WASM_CONST64,  /* low half, high half */
  WASM_REF_FUNC, /* function */
  WASM_REF_IS_NULL,
  WASM_LOADS = 0x28,  /* .. 0x35: offset */
  WASM_STORES = 0x36, /* .. 0x3e: offset */
  WASM_MEMORY_SIZE = 0x3f,
  WASM_MEMORY_GROW = 0x40,
  WASM_NUMBERS = 0x45,         /* .. 0xc4; numeric.h */
  WASM_PREFIXED = 0xc5,        /* .. 0xd6: those that follow 0xfc */
  WASM_MEMORY_INIT = 0xc5 + 8, /* segment */
  WASM_DATA_DROP,              /* segment */
  WASM_MEMORY_COPY,
  WASM_MEMORY_FILL,
  WASM_TABLE_INIT, /* segment, table */
  WASM_ELEM_DROP,  /* segment */
  WASM_TABLE_COPY, /* to, from */
  WASM_TABLE_GROW, /* table */
  WASM_TABLE_SIZE,
  WASM_TABLE_FILL,
  WASM_OF_LOCAL = 0x100,
  WASM_OF_CONSTANT = 0x200,
};

#endif
