// Hello as a program on stdin and stdout.

#include <stdio.h>

int main(void) {
  static char request[16384];
  const size_t size = fread(request, 1, sizeof(request), stdin);
  if (size == 0) return 1;
  fputs(
      "{\"data\":\"Hello from "
      "worker\\n\",\"headers\":{\"x-generated-by\":\"bench\",\"content-type\":\"text/plain\"},"
      "\"status\":200,\"kv\":{}}",
      stdout);
  return 0;
}
