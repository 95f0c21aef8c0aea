#include <stdio.h>

int main(void) {
  fprintf(stderr, "from c\n");
  printf("{\"data\":\"hello c\",\"headers\":{},\"status\":200,\"kv\":{}}");
  return 0;
}
