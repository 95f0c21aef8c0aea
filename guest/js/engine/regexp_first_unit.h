/* With which characters a match of a regular expression may begin. A part of libregexp.c
 * (patch_quickjs.cmake), before the compiler.
 *
 * As it comes, libregexp tries its program at each position of a text, one after the other. Here a
 * program that is compiled gets a set of bits behind it, one for each of the first 256 characters;
 * positions with another one are passed over (wws_exec). The set may hold too much, and never too
 * little; a program that may match nothing at all, or that is too long to be looked through, has
 * none. Wider characters are always tried. */

enum {
  kFirstSetFlag = 1 << 15, /* of the program's flags */
  kFirstSetSize = 32,
  /* `split` over the next two instructions, `any`, `goto` back: tries each position */
  kFirstSearchSize = 5 + 1 + 5,
  kFirstMostSteps = 200,
};

typedef struct {
  const uint8_t* code;
  int size;
  bool unicode;
  int steps;
  uint8_t set[kFirstSetSize];
} FirstSet;

static void first_add(FirstSet* first, uint32_t low, uint32_t high) {
  for (uint32_t c = low; c <= high && c < 256; ++c) first->set[c >> 3] |= 1 << (c & 7);
}

/* All whose canonical form lies between. */
static void first_add_folded(FirstSet* first, uint32_t low, uint32_t high) {
  for (uint32_t c = 0; c < 256; ++c) {
    uint32_t folded = lre_canonicalize(c, first->unicode);
    if (folded >= low && folded <= high) first_add(first, c, c);
  }
}

static void first_add_ranges(FirstSet* first, int opcode, const uint8_t* at) {
  bool wide = opcode == REOP_range32 || opcode == REOP_range32_i;
  bool folded = opcode == REOP_range_i || opcode == REOP_range32_i;
  int count = get_u16(at);
  at += 2;
  for (int i = 0; i < count; ++i) {
    uint32_t low = wide ? get_u32(at + i * 8) : get_u16(at + i * 4);
    uint32_t high = wide ? get_u32(at + i * 8 + 4) : get_u16(at + i * 4 + 2);
    if (folded) {
      first_add_folded(first, low, high);
    } else {
      first_add(first, low, high);
    }
  }
}

static void first_add_spaces(FirstSet* first, bool space) {
  for (uint32_t c = 0; c < 256; ++c) {
    if (!!lre_is_space(c) == space) first_add(first, c, c);
  }
}

/* Adds what the instructions from `at` may begin with; false: no set can be told. */
static bool first_of(FirstSet* first, int at) {
  for (;;) {
    if (at < 0 || at >= first->size || ++first->steps > kFirstMostSteps) return false;
    const uint8_t* code = first->code + at;
    int opcode = code[0];
    switch (opcode) {
    case REOP_char:
      first_add(first, get_u16(code + 1), get_u16(code + 1));
      return true;
    case REOP_char32:
      first_add(first, get_u32(code + 1), get_u32(code + 1));
      return true;
    case REOP_char_i:
      first_add_folded(first, get_u16(code + 1), get_u16(code + 1));
      return true;
    case REOP_char32_i:
      first_add_folded(first, get_u32(code + 1), get_u32(code + 1));
      return true;
    case REOP_range:
    case REOP_range_i:
    case REOP_range32:
    case REOP_range32_i:
      first_add_ranges(first, opcode, code + 1);
      return true;
    case REOP_space:
    case REOP_not_space:
      first_add_spaces(first, opcode == REOP_space);
      return true;
    case REOP_dot:
      for (uint32_t c = 0; c < 256; ++c) {
        if (!is_line_terminator(c)) first_add(first, c, c);
      }
      return true;
    case REOP_split_goto_first:
    case REOP_split_next_first:
      if (!first_of(first, at + 5 + (int)get_u32(code + 1))) return false;
      at += 5;
      break;
    case REOP_goto:
      at += 5 + (int)get_u32(code + 1);
      break;
    /* What is looked at is left out: the set is larger for it. */
    case REOP_lookahead:
    case REOP_negative_lookahead:
      at += 5 + (int)get_u32(code + 1);
      break;
    case REOP_line_start:
    case REOP_line_start_m:
    case REOP_line_end:
    case REOP_line_end_m:
    case REOP_word_boundary:
    case REOP_word_boundary_i:
    case REOP_not_word_boundary:
    case REOP_not_word_boundary_i:
    case REOP_save_start:
    case REOP_save_end:
    case REOP_save_reset:
    case REOP_set_i32:
    case REOP_set_char_pos:
    case REOP_check_advance:
      at += reopcode_info[opcode].size;
      break;
    default: /* the end, a loop whose body may be empty, a reference back */
      return false;
    }
  }
}

/* Behind the program, of which it becomes a part that is never run. */
static void first_append(REParseState* s) {
  DynBuf* code = &s->byte_code;
  FirstSet first = {.code = code->buf + RE_HEADER_LEN,
                    .size = (int)(code->size - RE_HEADER_LEN),
                    .unicode = s->is_unicode};
  if (s->re_flags & LRE_FLAG_STICKY) return;
  if (!first_of(&first, kFirstSearchSize)) return;
  int missing = 0;
  for (int i = 0; i < kFirstSetSize; ++i) missing |= (uint8_t)~first.set[i];
  if (!missing || dbuf_put(code, first.set, kFirstSetSize)) return;
  put_u16(code->buf + RE_HEADER_FLAGS, lre_get_flags(code->buf) | kFirstSetFlag);
}
