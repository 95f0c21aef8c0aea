// Shows a variable of its configuration, envs.toml.

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  const char* message = getenv("MESSAGE");
  printf("{\"data\":\"The environment variable value is: %s\\n\",", message ? message : "(none)");
  printf(
      "\"headers\":{\"content-type\":\"text/plain; charset=utf-8\"},\"status\":200,\"kv\":{}}\n");
  return 0;
}
