// Forgets that stdout is the response.
#include <stdio.h>

int main(void) {
  puts("starting up");
  fputs("{\"data\":\"\",\"headers\":{},\"status\":200,\"kv\":{}}", stdout);
  return 0;
}
