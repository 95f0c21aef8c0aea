// Counts in its namespace: prints the count that it found and stores one more.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  static char request[65536];
  request[fread(request, 1, sizeof(request) - 1, stdin)] = '\0';
  const char* kv = strstr(request, "\"kv\":{\"counter\":\"");
  const int count = kv == NULL ? 0 : atoi(kv + strlen("\"kv\":{\"counter\":\""));
  printf("{\"data\":\"Counter: %d\\n\",\"headers\":{},\"status\":200,\"kv\":{\"counter\":\"%d\"}}",
         count, count + 1);
  return 0;
}
