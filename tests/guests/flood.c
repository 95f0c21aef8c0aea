// Writes for ever, to stdout or, with STREAM=2, to stderr; then, had it been let, a response.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  static char block[65536];
  memset(block, 'x', sizeof(block));
  int stream = atoi(getenv("STREAM"));
  for (int i = 0; i < 10000; ++i) write(stream, block, sizeof(block));
  const char* response = "{\"data\":\"flooded\",\"headers\":{},\"status\":200,\"kv\":{}}";
  write(1, response, strlen(response));
  return 0;
}
