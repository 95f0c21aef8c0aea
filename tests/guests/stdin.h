// The whole of stdin as a string; read once.
#pragma once

#include <stdio.h>
#include <stdlib.h>

__attribute__((unused)) static char* read_stdin(size_t* size) {
  size_t capacity = 65536;
  char* text = malloc(capacity);
  *size = 0;
  for (;;) {
    size_t read = fread(text + *size, 1, capacity - *size - 1, stdin);
    *size += read;
    if (read == 0) break;
    if (capacity - *size < 2) text = realloc(text, capacity *= 2);
  }
  text[*size] = 0;
  return text;
}

// A JSON string of these bytes.
__attribute__((unused)) static void print_json_text(const char* text, size_t size) {
  putchar('"');
  for (size_t i = 0; i < size; ++i) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < 0x20)
      printf("\\u%04x", c);
    else
      putchar(c);
  }
  putchar('"');
}
