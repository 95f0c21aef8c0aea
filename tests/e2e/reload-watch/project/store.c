/* Writes into the folder that it was given: no reason to reload. */
#include <stdio.h>

int main(void) {
  FILE* file = fopen("/data/note.js", "w");
  if (!file) return 1;
  fputs("written", file);
  fclose(file);
  printf("{\"data\":\"stored\",\"headers\":{},\"status\":200,\"kv\":{}}");
  return 0;
}
