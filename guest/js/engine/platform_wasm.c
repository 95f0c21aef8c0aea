/* What the C library would ask WASI for. The engine imports nothing but the functions of abi.h:
 * clocks and random numbers come from there, standard output goes nowhere, files do not exist. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "host.h"

#define NANOSECONDS 1000000000

static int started;

void wws_platform_started(void) { started = 1; }

static int64_t now_of(int32_t kind) { return started ? wws_host_now(kind) : NANOSECONDS; }

int clock_gettime(clockid_t clock, struct timespec* time) {
  int64_t now = now_of(clock == CLOCK_REALTIME ? WWS_CLOCK_REALTIME : WWS_CLOCK_MONOTONIC);
  time->tv_sec = now / NANOSECONDS;
  time->tv_nsec = (long)(now % NANOSECONDS);
  return 0;
}

int gettimeofday(struct timeval* restrict time, void* restrict zone) {
  (void)zone;
  int64_t now = now_of(WWS_CLOCK_REALTIME);
  time->tv_sec = now / NANOSECONDS;
  time->tv_usec = (suseconds_t)(now % NANOSECONDS / 1000);
  return 0;
}

time_t time(time_t* result) {
  time_t now = wws_host_now(WWS_CLOCK_REALTIME) / NANOSECONDS;
  if (result) *result = now;
  return now;
}

int getentropy(void* at, size_t size) {
  wws_host_random(at, size);
  return 0;
}

_Noreturn void abort(void) { __builtin_trap(); }
_Noreturn void _Exit(int code) {
  (void)code;
  __builtin_trap();
}

/* The functions below stand for imports of wasi_snapshot_preview1, under the names that the C
 * library gives to their declarations. */
#define WASI_BAD_DESCRIPTOR 8

int32_t __imported_wasi_snapshot_preview1_fd_close(int32_t fd) {
  (void)fd;
  return WASI_BAD_DESCRIPTOR;
}

int32_t __imported_wasi_snapshot_preview1_fd_fdstat_get(int32_t fd, int32_t result) {
  (void)fd, (void)result;
  return WASI_BAD_DESCRIPTOR;
}

int32_t __imported_wasi_snapshot_preview1_fd_seek(int32_t fd, int64_t offset, int32_t whence,
                                                  int32_t result) {
  (void)fd, (void)offset, (void)whence, (void)result;
  return WASI_BAD_DESCRIPTOR;
}

/* Takes everything, so that no writer loops. */
int32_t __imported_wasi_snapshot_preview1_fd_write(int32_t fd, int32_t parts, int32_t count,
                                                   int32_t result) {
  (void)fd;
  const uint32_t* part = (const uint32_t*)parts;
  uint32_t size = 0;
  for (int32_t i = 0; i < count; ++i) size += part[2 * i + 1];
  *(uint32_t*)result = size;
  return 0;
}
