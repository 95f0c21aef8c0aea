// Answers with its request document as the body.
#include "stdin.h"

int main(void) {
  size_t size;
  char* request = read_stdin(&size);
  fputs("{\"data\":", stdout);
  print_json_text(request, size);
  fputs(",\"headers\":{\"content_type\":\"application/json\"},\"status\":200,\"kv\":{}}", stdout);
  return 0;
}
