/* WebAssembly inside a worker: modules are decoded, validated and translated for an interpreter
 * that is part of the engine, so that they run in the worker's own sandbox and within its limits.
 *
 * WebAssembly 2.0 without vectors (SIMD), and of 3.0 tail calls and extended constant expressions:
 * https://webassembly.github.io/spec/core/ Anything else is refused when a module is compiled.
 *
 * There is one store, as in the specification; what is in it lives as long as the sandbox, which is
 * one request. All memory is the engine's heap, a Memory's bytes too: its ArrayBuffer shows them
 * without a copy. Functions that can fail give false and leave a text in an `error` of their
 * argument; there is nothing to clean up then but what the sandbox's end does.
 *
 *   decode.c       bytes to WasmModule
 *   validate.c     bodies of its functions to code, on validator.c
 *   instantiate.c  WasmModule to WasmInstance
 *   interpret.c    runs code
 *   values.c       between JavaScript and WebAssembly
 *   webassembly.c  what webassembly.js is made of
 */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_WASM_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_WASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

#define WASM_PAGE 65536u
#define WASM_MAX_PAGES 65536u
/* https://webassembly.github.io/spec/js-api/#limits */
#define WASM_MAX_TABLE 10000000u
#define WASM_MAX_LOCALS 50000u
/* Values that a constant expression has at once. */
#define WASM_DEEPEST_EXPRESSION 32

/* Value types, as in the binary format; WASM_ANY is what unreachable code finds on the stack. */
enum {
  WASM_ANY = 0,
  WASM_EXTERNREF = 0x6f,
  WASM_FUNCREF = 0x70,
  WASM_F64 = 0x7c,
  WASM_F32 = 0x7d,
  WASM_I64 = 0x7e,
  WASM_I32 = 0x7f,
};

typedef enum {
  WASM_KIND_FUNCTION,
  WASM_KIND_TABLE,
  WASM_KIND_MEMORY,
  WASM_KIND_GLOBAL,
  WASM_KIND_MODULE,
  WASM_KIND_INSTANCE,
} WasmKind;

/* A function's type. There is one of each in the store: equal ones are the same pointer. */
typedef struct WasmType {
  const struct WasmType* next;
  const uint8_t* params;
  const uint8_t* results;
  uint32_t param_count, result_count;
} WasmType;

const WasmType* wasm_type(const uint8_t* params, uint32_t param_count, const uint8_t* results,
                          uint32_t result_count);

typedef struct {
  uint32_t least, most; /* most: UINT32_MAX without a bound */
  bool bounded, shared;
  uint8_t type; /* of a table's items */
} WasmLimits;

typedef struct {
  uint8_t type;
  bool is_mutable;
} WasmGlobalType;

/* Bytes of the module's own copy. */
typedef struct {
  const uint8_t* at;
  size_t size;
} WasmSpan;

typedef struct {
  WasmSpan module, name;
  uint8_t kind; /* WasmKind */
  const WasmType* type;
  WasmLimits limits; /* of a table or memory */
  WasmGlobalType global;
} WasmImport;

typedef struct {
  WasmSpan name;
  uint8_t kind;
  uint32_t index;
} WasmExport;

typedef enum { WASM_ACTIVE, WASM_PASSIVE, WASM_DECLARED } WasmMode;

typedef struct {
  uint8_t mode, type;
  uint32_t table;
  WasmSpan offset; /* expression, of an active one */
  uint32_t count;
  WasmSpan* items; /* expressions */
} WasmElements;

typedef struct {
  uint8_t mode;
  WasmSpan offset;
  WasmSpan bytes;
} WasmData;

typedef struct {
  const WasmType* type;
  WasmSpan body;
  uint32_t locals; /* parameters too */
  uint32_t frame;  /* cells: locals and the deepest operand stack */
  uint32_t start;  /* in the module's code */
} WasmBody;

typedef struct {
  WasmGlobalType type;
  WasmSpan value; /* expression; none for an import */
} WasmGlobalPlan;

typedef struct WasmModule {
  WasmKind kind;
  uint8_t* bytes;
  size_t size;
  /* Imports come first in each of the index spaces. */
  uint32_t type_count, import_count, function_count, table_count, memory_count, global_count;
  uint32_t export_count, element_count, data_count, section_count;
  uint32_t imported_functions, imported_tables, imported_memories, imported_globals;
  const WasmType** types;
  WasmImport* imports;
  WasmBody* functions;
  WasmLimits* tables;
  WasmSpan* table_values; /* expressions; empty: null */
  WasmLimits* memories;
  WasmGlobalPlan* globals;
  WasmExport* exports;
  WasmElements* elements;
  WasmData* data;
  WasmSpan *section_names, *sections; /* custom ones */
  bool* declared;                     /* functions that ref.func may name */
  bool has_start, has_data_count;
  uint32_t start, announced_data;
  uint32_t* code;
  uint32_t code_size, code_room;
  char error[160]; /* why it is none */
} WasmModule;

/* NULL when memory is short. `module->error` is set when the bytes are no valid module. Takes the
 * bytes over (malloc). */
WasmModule* wasm_decode(uint8_t* bytes, size_t size);
/* Validates the bodies and translates them. */
bool wasm_validate(WasmModule* module);
bool wasm_fail(WasmModule* module, const uint8_t* at, const char* what);

/* ---- the store */

typedef struct WasmInstance WasmInstance;

typedef struct {
  WasmKind kind;
  const WasmType* type;
  WasmInstance* instance; /* NULL: of the host */
  uint32_t index;         /* in its instance's module */
  JSValue callable;       /* of the host's */
  JSValue object;         /* the Exported Function; undefined before it is wanted */
} WasmFunction;

typedef struct {
  WasmKind kind;
  WasmLimits limits; /* least: its size now */
  uint64_t* items;
  JSValue handle;
} WasmTable;

typedef struct {
  WasmKind kind;
  WasmLimits limits; /* least: its pages now */
  uint8_t* data;
  size_t size;
  JSValue buffer; /* the ArrayBuffer; undefined before it is wanted */
  JSValue handle;
} WasmMemory;

typedef struct {
  WasmKind kind;
  WasmGlobalType type;
  uint64_t value;
  JSValue handle;
} WasmGlobal;

typedef struct {
  uint32_t count; /* 0 when dropped */
  uint64_t* items;
} WasmItems;

struct WasmInstance {
  WasmKind kind;
  WasmModule* module;
  WasmFunction** functions;
  WasmTable** tables;
  WasmMemory** memories;
  WasmGlobal** globals;
  WasmItems* elements;
  WasmSpan* data;
  JSValue handle;
};

typedef union {
  WasmFunction* function;
  WasmTable* table;
  WasmMemory* memory;
  WasmGlobal* global;
} WasmExtern;

WasmFunction* wasm_new_function(const WasmType* type);
WasmTable* wasm_new_table(WasmLimits limits, uint64_t item);
WasmMemory* wasm_new_memory(WasmLimits limits);
WasmGlobal* wasm_new_global(WasmGlobalType type, uint64_t value);
/* The size before; -1 when it cannot be. */
int64_t wasm_grow_table(WasmTable* table, uint32_t by, uint64_t item);
/* A buffer that was given out is to be detached by the caller; see values.h. */
int64_t wasm_grow_memory(WasmMemory* memory, uint32_t by);

/* Why the import cannot be what is given for it, which is of its kind; NULL when it can. */
const char* wasm_match(const WasmImport* import, WasmExtern given);
/* NULL when memory is short. Its segments are not in place yet: wasm_fill. */
WasmInstance* wasm_instantiate(WasmModule* module, const WasmExtern* imports);
/* Puts the active segments in; NULL or what went wrong. */
const char* wasm_fill(WasmInstance* instance);
const char* wasm_table_init(WasmInstance* instance, uint32_t table, uint32_t segment, uint64_t to,
                            uint64_t from, uint64_t count);
const char* wasm_memory_init(WasmInstance* instance, uint32_t segment, uint64_t to, uint64_t from,
                             uint64_t count);

/* ---- running */

/* A value on the stack. */
typedef union {
  uint32_t i32;
  uint64_t i64; /* references too */
  float f32;
  double f64;
} WasmCell;

/* Room for the arguments and the results of a call, on the stack; NULL when it is full. */
WasmCell* wasm_arguments(const WasmType* type);
/* Calls with `arguments` from wasm_arguments, which hold the results then. NULL, or the trap;
 * wasm_thrown when an exception of JavaScript is pending. */
const char* wasm_invoke(JSContext* context, WasmFunction* function, WasmCell* arguments);
extern const char wasm_thrown[];
extern const char wasm_exhausted[];
/* Calls a function of the host, arguments and results at `cells`; false: an exception is pending.
 */
bool wasm_call_host(JSContext* context, WasmFunction* function, WasmCell* cells);
/* memory.grow of running code: detaches the buffer, too. */
int64_t wasm_grow_memory_of(JSContext* context, WasmMemory* memory, uint32_t by);

#endif
