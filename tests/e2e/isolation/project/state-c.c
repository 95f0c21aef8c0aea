#include <stdio.h>
#include <stdlib.h>

static int runs;
static char memory[1 << 20];

int main(void) {
  int dirty = 0;
  for (unsigned i = 0; i < sizeof(memory); i++) dirty += memory[i] != 0;
  for (unsigned i = 0; i < sizeof(memory); i += 100) memory[i] = 1;
  char* block = malloc(100000);
  for (int i = 0; i < 100000; i++) block[i] = 7;
  runs++;
  printf("{\"data\":\"%d %d\",\"headers\":{},\"status\":200,\"kv\":{}}", runs, dirty);
  return 0;
}
