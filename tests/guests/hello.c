// The smallest worker: it reads nothing and greets.
#include <stdio.h>

int main(void) {
  fputs(
      "{\"data\":\"hello\",\"headers\":{\"content-type\":\"text/"
      "plain\"},\"status\":200,\"kv\":{}}\n",
      stdout);
  fputs("served one\n", stderr);
  return 0;
}
