// Sleeps for MS milliseconds and tells whether the clock saw it.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(void) {
  long ms = atol(getenv("MS"));
  struct timespec before, after, wait = {ms / 1000, ms % 1000 * 1000000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  int error = nanosleep(&wait, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  long slept = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
  printf("{\"data\":\"error %d, %s\",\"headers\":{},\"status\":200,\"kv\":{}}", error,
         slept >= ms ? "slept" : "woke too early");
  return 0;
}
