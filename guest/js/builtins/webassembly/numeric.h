/* The operations on numbers: UNARY(operation, operand, result, value of a), BINARY(operation,
 * operands, result, value of a and b), and with a check before, which is NULL or the trap.
 * https://webassembly.github.io/spec/core/exec/numerics.html */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_NUMERIC_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_NUMERIC_H

#include <math.h>
#include <stdint.h>

static const char kDivideByZero[] = "integer divide by zero";
static const char kOverflow[] = "integer overflow";
static const char kNotInteger[] = "invalid conversion to integer";

static inline uint32_t clz32(uint32_t a) { return a ? (uint32_t)__builtin_clz(a) : 32; }
static inline uint32_t ctz32(uint32_t a) { return a ? (uint32_t)__builtin_ctz(a) : 32; }
static inline uint64_t clz64(uint64_t a) { return a ? (uint64_t)__builtin_clzll(a) : 64; }
static inline uint64_t ctz64(uint64_t a) { return a ? (uint64_t)__builtin_ctzll(a) : 64; }
static inline uint32_t rotl32(uint32_t a, uint32_t b) {
  return a << (b & 31) | a >> ((32 - (b & 31)) & 31);
}
static inline uint64_t rotl64(uint64_t a, uint64_t b) {
  return a << (b & 63) | a >> ((64 - (b & 63)) & 63);
}
static inline double min64(double a, double b) {
  if (a != a || b != b) return a + b;
  if (a == b) return signbit(a) ? a : b;
  return a < b ? a : b;
}
static inline double max64(double a, double b) {
  if (a != a || b != b) return a + b;
  if (a == b) return signbit(a) ? b : a;
  return a > b ? a : b;
}
static inline float min32(float a, float b) {
  if (a != a || b != b) return a + b;
  if (a == b) return signbit(a) ? a : b;
  return a < b ? a : b;
}
static inline float max32(float a, float b) {
  if (a != a || b != b) return a + b;
  if (a == b) return signbit(a) ? b : a;
  return a > b ? a : b;
}
static inline const char* check_divide32(uint32_t a, uint32_t b) {
  if (!b) return kDivideByZero;
  return a == 0x80000000u && b == 0xffffffffu ? kOverflow : NULL;
}
static inline const char* check_divide64(uint64_t a, uint64_t b) {
  if (!b) return kDivideByZero;
  return a == UINT64_C(1) << 63 && b == ~UINT64_C(0) ? kOverflow : NULL;
}
#define CHECK_RANGE(below, beyond) \
  (a != a ? kNotInteger : !(a > (below)) || !(a < (beyond)) ? kOverflow : NULL)
#define CHECK_RANGE_FROM(least, beyond) \
  (a != a ? kNotInteger : !(a >= (least)) || !(a < (beyond)) ? kOverflow : NULL)
#define SATURATE(type, least, most, least_float, beyond) \
  (a != a ? 0 : a < (least_float) ? (type)(least) : a >= (beyond) ? (type)(most) : (type)a)
#define TWO31 2147483648.0
#define TWO32 4294967296.0
#define TWO63 9223372036854775808.0
#define TWO64 18446744073709551616.0

/* clang-format off */
#define WASM_NUMERIC(UNARY, BINARY, CHECKED_UNARY, CHECKED_BINARY) \
  UNARY(0x45, I32, I32, a == 0) \
  BINARY(0x46, I32, I32, a == b) \
  BINARY(0x47, I32, I32, a != b) \
  BINARY(0x48, I32, I32, (int32_t)a < (int32_t)b) \
  BINARY(0x49, I32, I32, a < b) \
  BINARY(0x4a, I32, I32, (int32_t)a > (int32_t)b) \
  BINARY(0x4b, I32, I32, a > b) \
  BINARY(0x4c, I32, I32, (int32_t)a <= (int32_t)b) \
  BINARY(0x4d, I32, I32, a <= b) \
  BINARY(0x4e, I32, I32, (int32_t)a >= (int32_t)b) \
  BINARY(0x4f, I32, I32, a >= b) \
  UNARY(0x50, I64, I32, a == 0) \
  BINARY(0x51, I64, I32, a == b) \
  BINARY(0x52, I64, I32, a != b) \
  BINARY(0x53, I64, I32, (int64_t)a < (int64_t)b) \
  BINARY(0x54, I64, I32, a < b) \
  BINARY(0x55, I64, I32, (int64_t)a > (int64_t)b) \
  BINARY(0x56, I64, I32, a > b) \
  BINARY(0x57, I64, I32, (int64_t)a <= (int64_t)b) \
  BINARY(0x58, I64, I32, a <= b) \
  BINARY(0x59, I64, I32, (int64_t)a >= (int64_t)b) \
  BINARY(0x5a, I64, I32, a >= b) \
  BINARY(0x5b, F32, I32, a == b) \
  BINARY(0x5c, F32, I32, a != b) \
  BINARY(0x5d, F32, I32, a < b) \
  BINARY(0x5e, F32, I32, a > b) \
  BINARY(0x5f, F32, I32, a <= b) \
  BINARY(0x60, F32, I32, a >= b) \
  BINARY(0x61, F64, I32, a == b) \
  BINARY(0x62, F64, I32, a != b) \
  BINARY(0x63, F64, I32, a < b) \
  BINARY(0x64, F64, I32, a > b) \
  BINARY(0x65, F64, I32, a <= b) \
  BINARY(0x66, F64, I32, a >= b) \
  UNARY(0x67, I32, I32, clz32(a)) \
  UNARY(0x68, I32, I32, ctz32(a)) \
  UNARY(0x69, I32, I32, (uint32_t)__builtin_popcount(a)) \
  BINARY(0x6a, I32, I32, a + b) \
  BINARY(0x6b, I32, I32, a - b) \
  BINARY(0x6c, I32, I32, a * b) \
  CHECKED_BINARY(0x6d, I32, I32, check_divide32(a, b), (uint32_t)((int32_t)a / (int32_t)b)) \
  CHECKED_BINARY(0x6e, I32, I32, b ? NULL : kDivideByZero, a / b) \
  CHECKED_BINARY(0x6f, I32, I32, b ? NULL : kDivideByZero, \
                 b == 0xffffffffu ? 0 : (uint32_t)((int32_t)a % (int32_t)b)) \
  CHECKED_BINARY(0x70, I32, I32, b ? NULL : kDivideByZero, a % b) \
  BINARY(0x71, I32, I32, a & b) \
  BINARY(0x72, I32, I32, a | b) \
  BINARY(0x73, I32, I32, a ^ b) \
  BINARY(0x74, I32, I32, a << (b & 31)) \
  BINARY(0x75, I32, I32, (uint32_t)((int32_t)a >> (b & 31))) \
  BINARY(0x76, I32, I32, a >> (b & 31)) \
  BINARY(0x77, I32, I32, rotl32(a, b)) \
  BINARY(0x78, I32, I32, rotl32(a, 32 - (b & 31))) \
  UNARY(0x79, I64, I64, clz64(a)) \
  UNARY(0x7a, I64, I64, ctz64(a)) \
  UNARY(0x7b, I64, I64, (uint64_t)__builtin_popcountll(a)) \
  BINARY(0x7c, I64, I64, a + b) \
  BINARY(0x7d, I64, I64, a - b) \
  BINARY(0x7e, I64, I64, a * b) \
  CHECKED_BINARY(0x7f, I64, I64, check_divide64(a, b), (uint64_t)((int64_t)a / (int64_t)b)) \
  CHECKED_BINARY(0x80, I64, I64, b ? NULL : kDivideByZero, a / b) \
  CHECKED_BINARY(0x81, I64, I64, b ? NULL : kDivideByZero, \
                 b == ~UINT64_C(0) ? 0 : (uint64_t)((int64_t)a % (int64_t)b)) \
  CHECKED_BINARY(0x82, I64, I64, b ? NULL : kDivideByZero, a % b) \
  BINARY(0x83, I64, I64, a & b) \
  BINARY(0x84, I64, I64, a | b) \
  BINARY(0x85, I64, I64, a ^ b) \
  BINARY(0x86, I64, I64, a << (b & 63)) \
  BINARY(0x87, I64, I64, (uint64_t)((int64_t)a >> (b & 63))) \
  BINARY(0x88, I64, I64, a >> (b & 63)) \
  BINARY(0x89, I64, I64, rotl64(a, b)) \
  BINARY(0x8a, I64, I64, rotl64(a, 64 - (b & 63))) \
  UNARY(0x8b, F32, F32, fabsf(a)) \
  UNARY(0x8c, F32, F32, -a) \
  UNARY(0x8d, F32, F32, ceilf(a)) \
  UNARY(0x8e, F32, F32, floorf(a)) \
  UNARY(0x8f, F32, F32, truncf(a)) \
  UNARY(0x90, F32, F32, rintf(a)) \
  UNARY(0x91, F32, F32, sqrtf(a)) \
  BINARY(0x92, F32, F32, a + b) \
  BINARY(0x93, F32, F32, a - b) \
  BINARY(0x94, F32, F32, a * b) \
  BINARY(0x95, F32, F32, a / b) \
  BINARY(0x96, F32, F32, min32(a, b)) \
  BINARY(0x97, F32, F32, max32(a, b)) \
  BINARY(0x98, F32, F32, copysignf(a, b)) \
  UNARY(0x99, F64, F64, fabs(a)) \
  UNARY(0x9a, F64, F64, -a) \
  UNARY(0x9b, F64, F64, ceil(a)) \
  UNARY(0x9c, F64, F64, floor(a)) \
  UNARY(0x9d, F64, F64, trunc(a)) \
  UNARY(0x9e, F64, F64, rint(a)) \
  UNARY(0x9f, F64, F64, sqrt(a)) \
  BINARY(0xa0, F64, F64, a + b) \
  BINARY(0xa1, F64, F64, a - b) \
  BINARY(0xa2, F64, F64, a * b) \
  BINARY(0xa3, F64, F64, a / b) \
  BINARY(0xa4, F64, F64, min64(a, b)) \
  BINARY(0xa5, F64, F64, max64(a, b)) \
  BINARY(0xa6, F64, F64, copysign(a, b)) \
  UNARY(0xa7, I64, I32, (uint32_t)a) \
  CHECKED_UNARY(0xa8, F32, I32, CHECK_RANGE_FROM(-(float)TWO31, (float)TWO31), \
                (uint32_t)(int32_t)a) \
  CHECKED_UNARY(0xa9, F32, I32, CHECK_RANGE(-1.0f, (float)TWO32), (uint32_t)a) \
  CHECKED_UNARY(0xaa, F64, I32, CHECK_RANGE(-TWO31 - 1, TWO31), (uint32_t)(int32_t)a) \
  CHECKED_UNARY(0xab, F64, I32, CHECK_RANGE(-1.0, TWO32), (uint32_t)a) \
  UNARY(0xac, I32, I64, (uint64_t)(int64_t)(int32_t)a) \
  UNARY(0xad, I32, I64, a) \
  CHECKED_UNARY(0xae, F32, I64, CHECK_RANGE_FROM(-(float)TWO63, (float)TWO63), \
                (uint64_t)(int64_t)a) \
  CHECKED_UNARY(0xaf, F32, I64, CHECK_RANGE(-1.0f, (float)TWO64), (uint64_t)a) \
  CHECKED_UNARY(0xb0, F64, I64, CHECK_RANGE_FROM(-TWO63, TWO63), (uint64_t)(int64_t)a) \
  CHECKED_UNARY(0xb1, F64, I64, CHECK_RANGE(-1.0, TWO64), (uint64_t)a) \
  UNARY(0xb2, I32, F32, (float)(int32_t)a) \
  UNARY(0xb3, I32, F32, (float)a) \
  UNARY(0xb4, I64, F32, (float)(int64_t)a) \
  UNARY(0xb5, I64, F32, (float)a) \
  UNARY(0xb6, F64, F32, (float)a) \
  UNARY(0xb7, I32, F64, (double)(int32_t)a) \
  UNARY(0xb8, I32, F64, (double)a) \
  UNARY(0xb9, I64, F64, (double)(int64_t)a) \
  UNARY(0xba, I64, F64, (double)a) \
  UNARY(0xbb, F32, F64, (double)a) \
  UNARY(0xc0, I32, I32, (uint32_t)(int32_t)(int8_t)a) \
  UNARY(0xc1, I32, I32, (uint32_t)(int32_t)(int16_t)a) \
  UNARY(0xc2, I64, I64, (uint64_t)(int64_t)(int8_t)a) \
  UNARY(0xc3, I64, I64, (uint64_t)(int64_t)(int16_t)a) \
  UNARY(0xc4, I64, I64, (uint64_t)(int64_t)(int32_t)a) \
  UNARY(0xc5, F32, I32, \
        (uint32_t)SATURATE(int32_t, INT32_MIN, INT32_MAX, -(float)TWO31, (float)TWO31)) \
  UNARY(0xc6, F32, I32, SATURATE(uint32_t, 0, UINT32_MAX, 0.0f, (float)TWO32)) \
  UNARY(0xc7, F64, I32, (uint32_t)SATURATE(int32_t, INT32_MIN, INT32_MAX, -TWO31, TWO31)) \
  UNARY(0xc8, F64, I32, SATURATE(uint32_t, 0, UINT32_MAX, 0.0, TWO32)) \
  UNARY(0xc9, F32, I64, \
        (uint64_t)SATURATE(int64_t, INT64_MIN, INT64_MAX, -(float)TWO63, (float)TWO63)) \
  UNARY(0xca, F32, I64, SATURATE(uint64_t, 0, UINT64_MAX, 0.0f, (float)TWO64)) \
  UNARY(0xcb, F64, I64, (uint64_t)SATURATE(int64_t, INT64_MIN, INT64_MAX, -TWO63, TWO63)) \
  UNARY(0xcc, F64, I64, SATURATE(uint64_t, 0, UINT64_MAX, 0.0, TWO64))

/* Reinterpretations change a type, not a bit. X(operation, operand, result) */
#define WASM_REINTERPRET(X) X(0xbc, F32, I32) X(0xbd, F64, I64) X(0xbe, I32, F32) X(0xbf, I64, F64)

/* X(operation, type, what is in memory, bytes) */
#define WASM_LOAD_OPERATIONS(X) \
  X(0x28, I32, uint32_t, uint32_t) \
  X(0x29, I64, uint64_t, uint64_t) \
  X(0x2a, F32, float, float) X(0x2b, F64, double, double) X(0x2c, I32, int8_t, uint32_t) \
      X(0x2d, I32, uint8_t, uint32_t) X(0x2e, I32, int16_t, uint32_t) \
          X(0x2f, I32, uint16_t, uint32_t) X(0x30, I64, int8_t, uint64_t) \
              X(0x31, I64, uint8_t, uint64_t) X(0x32, I64, int16_t, uint64_t) \
                  X(0x33, I64, uint16_t, uint64_t) X(0x34, I64, int32_t, uint64_t) \
                      X(0x35, I64, uint32_t, uint64_t)
#define WASM_STORE_OPERATIONS(X) \
  X(0x36, I32, uint32_t) \
  X(0x37, I64, uint64_t) \
  X(0x38, F32, float) X(0x39, F64, double) X(0x3a, I32, uint8_t) X(0x3b, I32, uint16_t) \
      X(0x3c, I64, uint8_t) X(0x3d, I64, uint16_t) X(0x3e, I64, uint32_t)
/* clang-format on */

#endif
