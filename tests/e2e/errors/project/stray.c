#include <stdio.h>

int main(void) {
  printf("hello there\n{\"data\":\"x\",\"headers\":{},\"status\":200,\"kv\":{}}");
  return 0;
}
