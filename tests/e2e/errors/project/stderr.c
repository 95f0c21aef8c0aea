#include <stdio.h>

int main(void) {
  fprintf(stderr, "a line for the log\n");
  printf("{\"data\":\"fine\",\"headers\":{},\"status\":200,\"kv\":{}}");
  return 0;
}
