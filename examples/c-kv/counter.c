// A counter in the key/value store; POST sets it.

#include "wws.h"

static int count(wws_request* request, wws_response* response) {
  const char* stored = wws_get(&request->kv, "counter");
  const long counter = stored == NULL ? 0 : strtol(stored, NULL, 10);
  if (strcmp(request->method.data, "POST") == 0) {
    wws_set(&request->kv, "counter", request->body.data);
    char* end;
    strtol(request->body.data, &end, 10);
    if (*end != '\0' || end == request->body.data) return 1;  // a failure: nothing is stored
    wws_print(response, "Stored\n");
    return 0;
  }
  char next[32];
  snprintf(next, sizeof next, "%ld", counter + 1);
  wws_set(&request->kv, "counter", next);
  wws_set(&response->headers, "content-type", "text/plain; charset=utf-8");
  wws_print(response, "Counter: %ld\n", counter);
  return 0;
}

int main(void) { return wws_serve(count); }
