/* Two functions that the trap names. */
__attribute__((noinline)) static void deep_inside(int number) {
  if (number) __builtin_trap();
}

__attribute__((noinline)) static void outer_function(int number) { deep_inside(number + 1); }

int main(int count, char** arguments) {
  (void)arguments;
  outer_function(count);
  return 0;
}
