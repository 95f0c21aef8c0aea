#include <stdio.h>

int main(void) {
  for (;;) puts("more than it may");
}
