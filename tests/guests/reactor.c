// A reactor that does all its work while it is initialised, as the Zig kit's workers do.
#include <stdio.h>

__attribute__((constructor)) static void serve(void) {
  fputs("{\"data\":\"reacted\",\"headers\":{},\"status\":200,\"kv\":{}}", stdout);
  fflush(stdout);
}
