#include <stdio.h>

static int count;

int main(void) {
  printf("{\"data\":\"c %d\",\"headers\":{},\"status\":200,\"kv\":{}}", ++count);
  return 0;
}
