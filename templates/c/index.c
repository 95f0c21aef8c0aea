// Answers "/": a program that reads one request and writes one response. wws.h does the reading and
// writing.

#include "wws.h"

static int answer(wws_request* request, wws_response* response) {
  wws_set(&response->headers, "content-type", "text/plain; charset=utf-8");
  wws_print(response, "Hello from C!\n");
  wws_print(response, "You asked: %s %s\n", request->method.data, request->url.data);
  return 0;
}

int main(void) { return wws_serve(answer); }
