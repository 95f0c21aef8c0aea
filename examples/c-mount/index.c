// Serves a page that it reads from a mounted folder, and counts its visits in a file of another.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Prints text as the inside of a JSON string.
static void print_json(const char* text, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < 0x20)
      printf("\\u%04x", c);
    else
      putchar(c);
  }
}

// The visits so far, this one included. Two requests at once may count as one: a file has no
// transactions, the key/value store has.
static long count_visit(void) {
  const char* path = "/notes/visits.txt";
  long visits = 0;
  FILE* file = fopen(path, "r");
  if (file != NULL) {
    if (fscanf(file, "%ld", &visits) != 1) visits = 0;
    fclose(file);
  }
  ++visits;
  file = fopen(path, "w");
  if (file == NULL) return -1;
  fprintf(file, "%ld\n", visits);
  fclose(file);
  return visits;
}

int main(void) {
  static char page[64 * 1024];
  FILE* file = fopen("/src/assets/page.html", "r");
  if (file == NULL) {
    fprintf(stderr, "page.html: %s\n", strerror(errno));
    return EXIT_FAILURE;
  }
  const size_t size = fread(page, 1, sizeof(page), file);
  fclose(file);
  fputs("{\"data\":\"", stdout);
  print_json(page, size);
  printf("<p>Visits: %ld</p>\\n", count_visit());
  fputs("\",\"headers\":{\"content-type\":\"text/html; charset=utf-8\"},", stdout);
  fputs("\"status\":200,\"kv\":{}}\n", stdout);
  return 0;
}
