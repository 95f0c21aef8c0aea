// Asks another server and shows what it answers.

#include "wws.h"

static int show(wws_request* request, wws_response* response) {
  (void)request;
  const char* source = getenv("SOURCE");
  if (source == NULL) return 1;
  wws_pairs headers = {NULL, 0};
  wws_set(&headers, "accept", "application/json");
  wws_response answer;
  wws_set(&response->headers, "content-type", "text/plain; charset=utf-8");
  if (wws_fetch("GET", source, &headers, NULL, 0, &answer) != 0) {
    response->status = 502;
    wws_print(response, "The source does not answer: %s\n", answer.body.data);
    return 0;
  }
  const char* type = wws_get(&answer.headers, "content-type");
  wws_print(response, "The source answered %d with %s:\n", answer.status, type ? type : "no type");
  wws_write(response, answer.body.data, answer.body.size);
  return 0;
}

int main(void) { return wws_serve(show); }
