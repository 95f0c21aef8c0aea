/* A list of names and values, both JS strings without lone surrogates, and its form as
 * application/x-www-form-urlencoded. https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 *
 * Functions that can fail return -1 with an exception pending. */
#ifndef WWS_GUEST_JS_BUILTINS_URL_PAIRS_H
#define WWS_GUEST_JS_BUILTINS_URL_PAIRS_H

#include <stddef.h>

#include "quickjs.h"

typedef struct Pair {
  JSValue name;
  JSValue value;
} Pair;

typedef struct PairList {
  Pair* pairs;
  size_t count;
  size_t capacity;
} PairList;

/* Text in the making; whoever serialised frees `data` with js_free. */
typedef struct PairText {
  char* data;
  size_t size;
  size_t capacity;
} PairText;

/* Frees what is in the list, not its room. */
void wws_pairs_clear(JSRuntime* runtime, PairList* list);

/* Takes both values, also when it fails. */
int wws_pairs_append(JSContext* context, PairList* list, JSValue name, JSValue value);

void wws_pairs_remove(JSContext* context, PairList* list, size_t index);

/* Appends what the text says; a leading '?' is part of the first name. */
int wws_pairs_parse(JSContext* context, PairList* list, const char* text, size_t size);

/* data is NULL for an empty list. */
int wws_pairs_serialize(JSContext* context, const PairList* list, PairText* text);

/* By names in UTF-16 code units; stable. */
int wws_pairs_sort(JSContext* context, PairList* list);

#endif
