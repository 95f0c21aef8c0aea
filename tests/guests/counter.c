// Counts in the key-value store: the number under "counter", one more.
#include <string.h>

#include "stdin.h"

int main(void) {
  size_t size;
  char* request = read_stdin(&size);
  const char* key = "\"kv\":{\"counter\":\"";
  const char* found = strstr(request, key);
  int count = found ? atoi(found + strlen(key)) + 1 : 1;
  printf("{\"data\":\"%d\",\"headers\":{},\"status\":200,\"kv\":{\"counter\":\"%d\"}}", count,
         count);
  return 0;
}
