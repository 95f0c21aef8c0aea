// Files as a program sees them that knows only its C library: stdio, POSIX calls, folders, links.
// "/" is an empty folder, "/fixed" a read-only one.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOLDS(what)                                                                      \
  do {                                                                                   \
    if (!(what)) {                                                                       \
      fprintf(stderr, "line %d: %s does not hold (errno %d)\n", __LINE__, #what, errno); \
      exit(1);                                                                           \
    }                                                                                    \
  } while (0)
#define FAILS(code, call) (errno = 0, (call) == -1 && errno == (code))

static void write_and_read(void) {
  FILE* file = fopen("/notes.txt", "w+");
  HOLDS(file != NULL);
  HOLDS(fprintf(file, "line %d\n", 1) > 0);
  HOLDS(fseek(file, 0, SEEK_SET) == 0);
  char line[32];
  HOLDS(fgets(line, sizeof(line), file) && strcmp(line, "line 1\n") == 0);
  HOLDS(fclose(file) == 0);
  file = fopen("/notes.txt", "a");
  HOLDS(file && fputs("line 2\n", file) >= 0 && fclose(file) == 0);
  struct stat status;
  HOLDS(stat("/notes.txt", &status) == 0 && status.st_size == 14 && S_ISREG(status.st_mode));
  int number = open("notes.txt", O_RDWR);
  HOLDS(number >= 0 && pwrite(number, "LINE", 4, 7) == 4 && pread(number, line, 6, 7) == 6);
  HOLDS(memcmp(line, "LINE 2", 6) == 0);
  HOLDS(ftruncate(number, 5) == 0 && fsync(number) == 0 && fdatasync(number) == 0);
  HOLDS(posix_fallocate(number, 0, 100) == 0 && fstat(number, &status) == 0);
  HOLDS(status.st_size == 100 && close(number) == 0);
  // Larger than what one call moves.
  const size_t size = 9u << 20;
  char* large = malloc(size);
  memset(large, 'x', size);
  file = fopen("/large", "w");
  HOLDS(file && fwrite(large, 1, size, file) == size && fclose(file) == 0);
  file = fopen("/large", "r");
  HOLDS(file && fread(large, 1, size, file) == size && large[size - 1] == 'x');
  HOLDS(fclose(file) == 0 && unlink("/large") == 0);
}

static void folders_and_links(void) {
  HOLDS(mkdir("/folder", 0777) == 0 && FAILS(EEXIST, mkdir("/folder", 0777)));
  char name[64];
  for (int i = 0; i < 200; ++i) {
    snprintf(name, sizeof(name), "/folder/entry number %d", i);
    HOLDS(close(open(name, O_CREAT | O_EXCL | O_WRONLY, 0666)) == 0);
  }
  DIR* folder = opendir("/folder");
  HOLDS(folder != NULL);
  int count = 0;
  for (struct dirent* entry; (entry = readdir(folder));) ++count;
  HOLDS(count == 202);
  rewinddir(folder);
  for (count = 0; readdir(folder);) ++count;
  HOLDS(count == 202 && closedir(folder) == 0);
  HOLDS(FAILS(ENOTEMPTY, rmdir("/folder")));
  for (int i = 0; i < 200; ++i) {
    snprintf(name, sizeof(name), "/folder/entry number %d", i);
    HOLDS(unlink(name) == 0);
  }
  HOLDS(rename("/folder", "/other") == 0 && rmdir("/other") == 0);
  HOLDS(symlink("notes.txt", "/link") == 0 && readlink("/link", name, sizeof(name)) == 9);
  struct stat status;
  HOLDS(lstat("/link", &status) == 0 && S_ISLNK(status.st_mode));
  HOLDS(stat("/link", &status) == 0 && status.st_size == 100);
  HOLDS(link("/notes.txt", "/second") == 0 && stat("/second", &status) == 0);
  HOLDS(status.st_nlink == 2);
  const struct timespec times[2] = {{1000, 1}, {2000, 2}};
  HOLDS(utimensat(AT_FDCWD, "/second", times, 0) == 0 && stat("/notes.txt", &status) == 0);
  HOLDS(status.st_mtim.tv_sec == 2000 && status.st_mtim.tv_nsec == 2);
}

static void refusals(void) {
  char line[32];
  HOLDS(FAILS(EROFS, open("/fixed/text", O_WRONLY)) && FAILS(EROFS, unlink("/fixed/text")));
  HOLDS(FAILS(EROFS, mkdir("/fixed/new", 0777)));
  int number = open("/fixed/text", O_RDONLY);
  HOLDS(number >= 0 && read(number, line, 32) == 11 && close(number) == 0);
  // Of two folders, "/fixed" is the nearer.
  HOLDS(FAILS(ENOENT, open("/missing", O_RDONLY)) && FAILS(ENOENT, open("/fixed/no", O_RDONLY)));
  HOLDS(FAILS(ENOTCAPABLE, open("/to_passwd", O_RDONLY)));
  HOLDS(FAILS(ENOTCAPABLE, open("/../etc/passwd", O_RDONLY)));
  HOLDS(FAILS(ENOTCAPABLE, open("/to_etc/passwd", O_RDONLY)));
  HOLDS(FAILS(ENOTCAPABLE, open("/to_above/x", O_CREAT | O_WRONLY, 0666)));
  HOLDS(FAILS(EISDIR, open("/", O_WRONLY)));
}

int main(void) {
  write_and_read();
  folders_and_links();
  refusals();
  return 0;
}
