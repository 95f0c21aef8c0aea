// Does to a file what the query says: ?read=/data/text, ?write=..., ?remove=..., ?list=...
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_json(const char* text) {
  for (; *text; ++text) {
    if (*text == '\n')
      fputs("\\n", stdout);
    else if (*text == '"' || *text == '\\')
      printf("\\%c", *text);
    else
      putchar(*text);
  }
}

static void print_fault(void) { print_json(strerror(errno)); }

static void read_file(const char* path) {
  char text[256];
  FILE* file = fopen(path, "r");
  if (file == NULL) return print_fault();
  const size_t size = fread(text, 1, sizeof(text) - 1, file);
  text[size] = '\0';
  fclose(file);
  print_json(text);
}

static void write_file(const char* path) {
  FILE* file = fopen(path, "w");
  if (file == NULL || fputs("written\n", file) < 0 || fclose(file) != 0) return print_fault();
  print_json("done");
}

static void list_folder(const char* path) {
  int count = 0;
  DIR* folder = opendir(path);
  if (folder == NULL) return print_fault();
  for (struct dirent* entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') ++count;
  closedir(folder);
  printf("%d", count);
}

int main(void) {
  static char request[65536];
  const size_t size = fread(request, 1, sizeof(request) - 1, stdin);
  request[size] = '\0';
  char* wish = strchr(request, '?');
  char* end = wish ? strchr(wish, '"') : NULL;
  char* path = wish ? strchr(wish, '=') : NULL;
  fputs("{\"data\":\"", stdout);
  if (path != NULL && end != NULL) {
    *end = '\0';
    ++path;
    if (strncmp(wish, "?read", 5) == 0) read_file(path);
    if (strncmp(wish, "?write", 6) == 0) write_file(path);
    if (strncmp(wish, "?list", 5) == 0) list_folder(path);
    if (strncmp(wish, "?remove", 7) == 0) unlink(path) == 0 ? print_json("done") : print_fault();
  }
  fputs("\",\"headers\":{\"content-type\":\"text/plain\"},\"status\":200,\"kv\":{}}", stdout);
  return 0;
}
