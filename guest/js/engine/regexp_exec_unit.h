/* Runs a program with a set of first characters (regexp_first_unit.h) only where it may match. A
 * part of libregexp.c, after lre_exec_backtrack. */

static inline bool first_has(const uint8_t* set, uint32_t c) {
  return c >= 256 || (set[c >> 3] >> (c & 7) & 1);
}

/* The next position whose character is in the set; the end when there is none. */
static const uint8_t* first_candidate(const uint8_t* set, const uint8_t* at, const uint8_t* end,
                                      int type) {
  if (type == 0) {
    while (at < end && !first_has(set, *at)) ++at;
    return at;
  }
  const uint16_t* unit = (const uint16_t*)at;
  while ((const uint8_t*)unit < end && !first_has(set, *unit)) ++unit;
  return (const uint8_t*)unit;
}

static intptr_t wws_exec(REExecContext* s, uint8_t** capture, const uint8_t* program,
                         const uint8_t* at) {
  const uint8_t* code = program + RE_HEADER_LEN;
  if (!(lre_get_flags(program) & kFirstSetFlag)) return lre_exec_backtrack(s, capture, code, at);
  const uint8_t* set = code + get_u32(program + RE_HEADER_BYTECODE_LEN) - kFirstSetSize;
  for (;;) {
    at = first_candidate(set, at, s->cbuf_end, s->cbuf_type);
    if (at >= s->cbuf_end) return 0;
    intptr_t result = lre_exec_backtrack(s, capture, code + kFirstSearchSize, at);
    if (result != 0) return result;
    if (lre_poll_timeout(s)) return LRE_RET_TIMEOUT;
    /* A failed try leaves what it set last. */
    for (int i = 0; i < s->capture_count * 2; ++i) capture[i] = NULL;
    uint32_t c;
    GET_CHAR(c, at, s->cbuf_end, s->cbuf_type);
    (void)c;
  }
}
