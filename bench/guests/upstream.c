// A server that answers every request after 20 ms: `upstream PORT`. One thread, HTTP/1.1,
// keep-alive; a request is what ends with an empty line. What is due is a queue, because every
// delay is the same.
#define _GNU_SOURCE  // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kDelayNs = 20 * 1000 * 1000, kMaxDescriptors = 65536, kQueue = 1 << 16 };

static const char kAnswer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nready\n";

struct Due {
  uint64_t at;
  int descriptor;
  uint32_t generation;  // of the descriptor: a connection that closed is not answered
};

static struct Due queue[kQueue];
static uint64_t first, last;
static uint32_t generations[kMaxDescriptors];
static uint32_t matched[kMaxDescriptors];  // bytes of "\r\n\r\n" seen so far

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void die(const char* what) {
  perror(what);
  exit(1);
}

static void schedule(int descriptor) {
  if (last - first == kQueue) die("upstream: too many requests");
  queue[last++ % kQueue] = (struct Due){now() + kDelayNs, descriptor, generations[descriptor]};
}

static void take(int descriptor) {
  char bytes[16384];
  const ssize_t size = recv(descriptor, bytes, sizeof(bytes), 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    ++generations[descriptor];
    close(descriptor);
    return;
  }
  for (ssize_t i = 0; i < size; ++i) {
    const bool fits = bytes[i] == "\r\n\r\n"[matched[descriptor]];
    matched[descriptor] = fits ? matched[descriptor] + 1 : bytes[i] == '\r';
    if (matched[descriptor] < 4) continue;
    matched[descriptor] = 0;
    schedule(descriptor);
  }
}

static void admit(int poll, int listener) {
  for (;;) {
    const int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    if (descriptor >= kMaxDescriptors) die("upstream: too many connections");
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    matched[descriptor] = 0;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) != 0) die("epoll_ctl");
  }
}

// Answers what is due; milliseconds until the next, -1 for none.
static int answer_due(void) {
  const uint64_t time = now();
  for (; first != last; ++first) {
    const struct Due* due = &queue[first % kQueue];
    if (due->at > time) return (int)((due->at - time) / 1000000u) + 1;
    if (due->generation == generations[due->descriptor])
      (void)!send(due->descriptor, kAnswer, sizeof(kAnswer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  return -1;
}

int main(int count, char** arguments) {
  const struct rlimit files = {kMaxDescriptors, kMaxDescriptors};
  (void)setrlimit(RLIMIT_NOFILE, &files);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)(count > 1 ? atoi(arguments[1]) : 0)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr*)&address, sizeof(address)) != 0) die("bind");
  if (listen(listener, 4096) != 0) die("listen");
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) != 0) die("epoll_ctl");
  for (;;) {
    struct epoll_event events[512];
    const int ready = epoll_wait(poll, events, 512, answer_due());
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.fd == listener)
        admit(poll, listener);
      else
        take(events[i].data.fd);
    }
  }
}
