/* What the files that decode a module share. */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_DECODER_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_DECODER_H

#include "read.h"

typedef struct {
  WasmReader reader;
  WasmModule* module;
} Decoder;

/* Where a constant expression stands, checked: it gives a value of the type, and needs no global
 * beyond those that are known and no deeper stack than WASM_DEEPEST_EXPRESSION. */
WasmSpan wasm_read_expression(Decoder* decoder, uint8_t type, uint32_t known_globals);

#endif
