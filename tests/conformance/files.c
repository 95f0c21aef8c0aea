// Every function of WASI preview 1 that deals with descriptors and files, called rightly and
// wrongly, without a C library between; with -DUNSTABLE the predecessor's. Descriptor 3 is an empty
// folder "/" (with links out of it), 4 the read-only folder "/fixed". Leaves what it opens open.
//
// The first expectation that does not hold ends the program with its line.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef UNSTABLE
#define MODULE "wasi_unstable"
enum { LINKS_BYTES = 4, LINKS_AT = 20, SIZE_AT = 24, CUR = 0, END = 1, SET = 2 };
#else
#define MODULE "wasi_snapshot_preview1"
enum { LINKS_BYTES = 8, LINKS_AT = 24, SIZE_AT = 32, SET = 0, CUR = 1, END = 2 };
#endif
enum { MODIFIED_AT = SIZE_AT + 16 };

#define IMPORT(name) __attribute__((import_module(MODULE), import_name(#name))) int32_t wasi_##name
typedef uint32_t u32;
typedef uint64_t u64;

IMPORT(fd_advise)(u32, u64, u64, u32);
IMPORT(fd_allocate)(u32, u64, u64);
IMPORT(fd_close)(u32);
IMPORT(fd_datasync)(u32);
IMPORT(fd_fdstat_get)(u32, u32);
IMPORT(fd_fdstat_set_flags)(u32, u32);
IMPORT(fd_fdstat_set_rights)(u32, u64, u64);
IMPORT(fd_filestat_get)(u32, u32);
IMPORT(fd_filestat_set_size)(u32, u64);
IMPORT(fd_filestat_set_times)(u32, u64, u64, u32);
IMPORT(fd_pread)(u32, u32, u32, u64, u32);
IMPORT(fd_prestat_get)(u32, u32);
IMPORT(fd_prestat_dir_name)(u32, u32, u32);
IMPORT(fd_pwrite)(u32, u32, u32, u64, u32);
IMPORT(fd_read)(u32, u32, u32, u32);
IMPORT(fd_readdir)(u32, u32, u32, u64, u32);
IMPORT(fd_renumber)(u32, u32);
IMPORT(fd_seek)(u32, u64, u32, u32);
IMPORT(fd_sync)(u32);
IMPORT(fd_tell)(u32, u32);
IMPORT(fd_write)(u32, u32, u32, u32);
IMPORT(path_create_directory)(u32, u32, u32);
IMPORT(path_filestat_get)(u32, u32, u32, u32, u32);
IMPORT(path_filestat_set_times)(u32, u32, u32, u32, u64, u64, u32);
IMPORT(path_link)(u32, u32, u32, u32, u32, u32, u32);
IMPORT(path_open)(u32, u32, u32, u32, u32, u64, u64, u32, u32);
IMPORT(path_readlink)(u32, u32, u32, u32, u32, u32);
IMPORT(path_remove_directory)(u32, u32, u32);
IMPORT(path_rename)(u32, u32, u32, u32, u32, u32);
IMPORT(path_symlink)(u32, u32, u32, u32, u32);
IMPORT(path_unlink_file)(u32, u32, u32);
IMPORT(poll_oneoff)(u32, u32, u32, u32);
IMPORT(sock_recv)(u32, u32, u32, u32, u32, u32);
IMPORT(sock_send)(u32, u32, u32, u32, u32);
IMPORT(sock_shutdown)(u32, u32);

enum {
  OK = 0,
  BADF = 8,
  EXIST = 20,
  FAULT = 21,
  ILSEQ = 25,
  INVAL = 28,
  ISDIR = 31,
  LOOP = 32,
  MFILE = 33,
  NAMETOOLONG = 37,
  NOENT = 44,
  NOTDIR = 54,
  NOTEMPTY = 55,
  NOTSOCK = 57,
  NOTSUP = 58,
  PERM = 63,
  ROFS = 69,
  SPIPE = 70,
  NOTCAPABLE = 76
};
enum { CREATE = 1, FOLDER = 2, EXCLUSIVE = 4, TRUNCATE = 8 };
enum { APPEND = 1, DSYNC = 2, NONBLOCK = 4 };
enum { ROOT = 3, FIXED = 4 };
#define READ (1ull << 1)
#define SEEK (1ull << 2)
#define WRITE (1ull << 6)
#define READDIR (1ull << 14)
#define POLL (1ull << 27)
#define ALL (~0ull)
// Outside of any memory that the test has.
#define NOWHERE 0xfffffff0u

#define P(pointer) ((u32)(uintptr_t)(pointer))
#define S(text) P(text), (u32)strlen(text)
#define IS(wanted, call) is(__LINE__, #call, (wanted), (call))
#define HOLDS(what)                         \
  do {                                      \
    if (!(what)) is(__LINE__, #what, 1, 0); \
  } while (0)

static void is(int line, const char* what, long long wanted, long long got) {
  if (wanted == got) return;
  fprintf(stderr, "line %d: %s is %lld, not %lld\n", line, what, got, wanted);
  exit(1);
}

static u32 out[2], list[4];
static char text[4096];
static unsigned char stat_bytes[64];

static u64 number(const unsigned char* at, int bytes) {
  u64 value = 0;
  memcpy(&value, at, (size_t)bytes);
  return value;
}
static u32 vector(const void* at, u32 size) {
  list[0] = P(at);
  list[1] = size;
  return P(list);
}
static int32_t open_at(u32 folder, const char* path, u32 how, u64 rights, u32 flags) {
  return wasi_path_open(folder, 0, S(path), how, rights, ALL, flags, P(out));
}
// The descriptor.
static u32 opened(u32 folder, const char* path, u32 how, u64 rights) {
  is(__LINE__, path, OK, open_at(folder, path, how, rights, 0));
  return out[0];
}
static int32_t write_text(u32 file, const char* what) {
  return wasi_fd_write(file, vector(what, (u32)strlen(what)), 1, P(out));
}
static int32_t read_text(u32 file) {
  memset(text, 0, sizeof(text));
  return wasi_fd_read(file, vector(text, sizeof(text) - 1), 1, P(out));
}

static void preopened_folders(void) {
  IS(OK, wasi_fd_prestat_get(ROOT, P(out)));
  HOLDS(out[0] == 0 && out[1] == 1);
  IS(OK, wasi_fd_prestat_dir_name(ROOT, P(text), 1));
  HOLDS(text[0] == '/');
  IS(OK, wasi_fd_prestat_get(FIXED, P(out)));
  HOLDS(out[1] == 6);
  IS(NAMETOOLONG, wasi_fd_prestat_dir_name(FIXED, P(text), 5));
  IS(OK, wasi_fd_prestat_dir_name(FIXED, P(text), 6));
  HOLDS(memcmp(text, "/fixed", 6) == 0);
  IS(BADF, wasi_fd_prestat_get(5, P(out)));
  IS(BADF, wasi_fd_prestat_get(1, P(out)));
  IS(BADF, wasi_fd_prestat_dir_name(1, P(text), 10));
  IS(FAULT, wasi_fd_prestat_get(ROOT, NOWHERE));
  IS(FAULT, wasi_fd_prestat_dir_name(FIXED, NOWHERE + 12, 6));
  IS(OK, wasi_fd_fdstat_get(ROOT, P(stat_bytes)));
  HOLDS(stat_bytes[0] == 3);
}

static void reading_and_writing(void) {
  u32 file = opened(ROOT, "file", CREATE, ALL);
  HOLDS(file == 5);
  IS(OK, wasi_fd_fdstat_get(file, P(stat_bytes)));
  HOLDS(stat_bytes[0] == 4 && (number(stat_bytes + 8, 8) & READ) && !number(stat_bytes + 16, 8));
  IS(OK, write_text(file, "0123456789"));
  IS(10, out[0]);
  IS(OK, wasi_fd_tell(file, P(out)));
  IS(10, out[0]);
  IS(OK, wasi_fd_seek(file, (u64)-4, END, P(out)));
  IS(6, out[0]);
  IS(OK, wasi_fd_seek(file, (u64)-2, CUR, P(out)));
  IS(4, out[0]);
  IS(OK, read_text(file));
  HOLDS(out[0] == 6 && strcmp(text, "456789") == 0);
  IS(OK, read_text(file));
  IS(0, out[0]);
  IS(OK, wasi_fd_seek(file, 3, SET, P(out)));
  // Several ranges, one of them empty.
  list[0] = P("ab"), list[1] = 2, list[2] = 0, list[3] = 0;
  IS(OK, wasi_fd_write(file, P(list), 2, P(out)));
  IS(2, out[0]);
  IS(OK, wasi_fd_pwrite(file, vector("xy", 2), 1, 8, P(out)));
  IS(OK, wasi_fd_tell(file, P(out)));
  IS(5, out[0]);
  memset(text, 0, sizeof(text));
  IS(OK, wasi_fd_pread(file, vector(text, 100), 1, 2, P(out)));
  HOLDS(out[0] == 8 && strcmp(text, "2ab567xy") == 0);
  IS(INVAL, wasi_fd_pread(file, vector(text, 100), 1, ALL, P(out)));
  IS(INVAL, wasi_fd_pwrite(file, vector(text, 100), 1, 1ull << 63, P(out)));
  IS(INVAL, wasi_fd_seek(file, (u64)-1, SET, P(out)));
  IS(INVAL, wasi_fd_seek(file, 0, 3, P(out)));
  IS(OK, wasi_fd_filestat_set_size(file, 4));
  IS(OK, wasi_fd_filestat_get(file, P(stat_bytes)));
  HOLDS(stat_bytes[16] == 4 && number(stat_bytes + SIZE_AT, 8) == 4);
  HOLDS(number(stat_bytes + LINKS_AT, LINKS_BYTES) == 1);
  IS(INVAL, wasi_fd_filestat_set_size(file, 1ull << 63));
  IS(OK, wasi_fd_allocate(file, 100, 28));
  IS(OK, wasi_fd_filestat_get(file, P(stat_bytes)));
  HOLDS(number(stat_bytes + SIZE_AT, 8) == 128);
  IS(INVAL, wasi_fd_allocate(file, 0, 0));
  IS(INVAL, wasi_fd_allocate(file, 1ull << 63, 1));
  IS(OK, wasi_fd_sync(file));
  IS(OK, wasi_fd_datasync(file));
  IS(OK, wasi_fd_sync(ROOT));
  IS(OK, wasi_fd_advise(file, 0, 10, 5));
  IS(INVAL, wasi_fd_advise(file, 0, 10, 6));
  IS(INVAL, wasi_fd_advise(file, 1ull << 62, 1ull << 62, 0));
  // Appending, on and off.
  IS(OK, wasi_fd_fdstat_set_flags(file, APPEND));
  IS(OK, wasi_fd_seek(file, 0, SET, P(out)));
  IS(OK, write_text(file, "end"));
  IS(OK, wasi_fd_tell(file, P(out)));
  IS(131, out[0]);
  IS(OK, wasi_fd_fdstat_set_flags(file, 0));
  IS(NOTSUP, wasi_fd_fdstat_set_flags(file, DSYNC));
  IS(INVAL, wasi_fd_fdstat_set_flags(file, 32));
  // More than one call moves.
  char* large = calloc(1, 5 << 20);
  IS(OK, wasi_fd_write(file, vector(large, 5 << 20), 1, P(out)));
  IS(4 << 20, out[0]);
  free(large);
  IS(OK, wasi_fd_close(file));
  IS(BADF, wasi_fd_close(file));
  // Truncated, exclusive, missing.
  file = opened(ROOT, "file", TRUNCATE, READ | WRITE);
  IS(OK, read_text(file));
  IS(0, out[0]);
  IS(OK, wasi_fd_close(file));
  IS(EXIST, open_at(ROOT, "file", CREATE | EXCLUSIVE, READ, 0));
  IS(NOTDIR, open_at(ROOT, "file", FOLDER, READ, 0));
  IS(NOENT, open_at(ROOT, "missing", 0, READ, 0));
  IS(INVAL, open_at(ROOT, "new", CREATE | FOLDER, READ, 0));
  IS(NOTSUP, open_at(ROOT, "new", CREATE, READ, DSYNC));
  IS(INVAL, open_at(ROOT, "new", 16, READ, 0));
  IS(INVAL, open_at(ROOT, "new", CREATE, READ, 32));
}

static void rights(void) {
  u32 file = opened(ROOT, "rights", CREATE, READ | SEEK);
  IS(NOTCAPABLE, write_text(file, "x"));
  IS(NOTCAPABLE, wasi_fd_pwrite(file, vector("x", 1), 1, 0, P(out)));
  IS(NOTCAPABLE, wasi_fd_filestat_set_size(file, 0));
  IS(NOTCAPABLE, wasi_fd_allocate(file, 0, 1));
  IS(NOTCAPABLE, wasi_fd_sync(file));
  IS(NOTCAPABLE, wasi_fd_datasync(file));
  IS(NOTCAPABLE, wasi_fd_advise(file, 0, 0, 0));
  IS(NOTCAPABLE, wasi_fd_filestat_get(file, P(stat_bytes)));
  IS(NOTCAPABLE, wasi_fd_filestat_set_times(file, 0, 0, 0));
  IS(NOTCAPABLE, wasi_fd_fdstat_set_rights(file, WRITE, 0));
  IS(OK, wasi_fd_fdstat_set_rights(file, READ, 0));
  IS(NOTCAPABLE, wasi_fd_seek(file, 0, SET, P(out)));
  IS(NOTCAPABLE, wasi_fd_pread(file, vector(text, 1), 1, 0, P(out)));
  IS(NOTCAPABLE, wasi_fd_tell(file, P(out)));
  IS(OK, wasi_fd_fdstat_set_rights(file, 0, 0));
  IS(NOTCAPABLE, read_text(file));
  IS(OK, wasi_fd_close(file));
  // What is opened through a folder has no more rights than that folder passes on.
  IS(OK, wasi_path_open(ROOT, 0, S("."), FOLDER, ALL & ~(WRITE | 1ull << 8 | 1ull << 22),
                        READ | READDIR, 0, P(out)));
  u32 folder = out[0];
  IS(NOTCAPABLE, wasi_path_open(folder, 0, S("file"), 0, READ | WRITE, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_open(folder, 0, S("file"), 0, READ, WRITE, 0, P(out)));
  IS(OK, wasi_path_open(folder, 0, S("file"), 0, READ, READ, 0, P(out)));
  IS(OK, wasi_fd_close(out[0]));
  IS(OK, wasi_fd_fdstat_set_rights(folder, 0, 0));
  IS(NOTCAPABLE, wasi_path_open(folder, 0, S("file"), 0, 0, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_create_directory(folder, S("x")));
  IS(NOTCAPABLE, wasi_path_filestat_get(folder, 0, S("file"), P(stat_bytes)));
  IS(NOTCAPABLE, wasi_path_filestat_set_times(folder, 0, S("file"), 0, 0, 0));
  IS(NOTCAPABLE, wasi_path_link(folder, 0, S("file"), ROOT, S("x")));
  IS(NOTCAPABLE, wasi_path_link(ROOT, 0, S("file"), folder, S("x")));
  IS(NOTCAPABLE, wasi_path_readlink(folder, S("to_etc"), P(text), 10, P(out)));
  IS(NOTCAPABLE, wasi_path_remove_directory(folder, S("x")));
  IS(NOTCAPABLE, wasi_path_rename(folder, S("file"), ROOT, S("x")));
  IS(NOTCAPABLE, wasi_path_rename(ROOT, S("file"), folder, S("x")));
  IS(NOTCAPABLE, wasi_path_symlink(S("x"), folder, S("y")));
  IS(NOTCAPABLE, wasi_path_unlink_file(folder, S("file")));
  IS(NOTCAPABLE, wasi_fd_readdir(folder, P(text), 100, 0, P(out)));
  IS(OK, wasi_fd_close(folder));
}

// How many names a folder has, read in buffers of this size.
static u32 count_entries(u32 folder, u32 size) {
  u32 count = 0;
  u64 cookie = 0;
  for (;;) {
    IS(OK, wasi_fd_readdir(folder, P(text), size, cookie, P(out)));
    u32 used = out[0], at = 0;
    while (at + 24 <= used) {
      u32 name = (u32)number((unsigned char*)text + at + 16, 4);
      if (at + 24 + name > used) break;
      cookie = number((unsigned char*)text + at, 8);
      at += 24 + name;
      ++count;
    }
    if (used < size) return count;
    HOLDS(at > 0);
  }
}

static void folders(void) {
  IS(OK, wasi_path_create_directory(ROOT, S("folder")));
  IS(EXIST, wasi_path_create_directory(ROOT, S("folder")));
  IS(OK, wasi_path_create_directory(ROOT, S("folder/below/")));
  IS(NOTEMPTY, wasi_path_remove_directory(ROOT, S("folder")));
  u32 folder = opened(ROOT, "folder", FOLDER, READ | READDIR | (0x7fffe00 & ~(1 << 22)));
  IS(OK, wasi_fd_fdstat_get(folder, P(stat_bytes)));
  HOLDS(stat_bytes[0] == 3 && (number(stat_bytes + 8, 8) & READ) == 0);
  IS(ISDIR, open_at(ROOT, "folder", 0, WRITE, 0));
  IS(ISDIR, read_text(folder));
  IS(ISDIR, write_text(folder, "x"));
  IS(ISDIR, wasi_fd_pread(folder, vector(text, 1), 1, 0, P(out)));
  IS(ISDIR, wasi_fd_pwrite(folder, vector(text, 1), 1, 0, P(out)));
  IS(ISDIR, wasi_fd_seek(folder, 0, CUR, P(out)));
  IS(ISDIR, wasi_fd_tell(folder, P(out)));
  IS(ISDIR, wasi_fd_allocate(folder, 0, 1));
  IS(ISDIR, wasi_fd_filestat_set_size(folder, 0));
  IS(ISDIR, wasi_fd_advise(folder, 0, 0, 0));
  for (int i = 0; i < 100; ++i) {
    char name[32];
    snprintf(name, sizeof(name), "a file number %d", i);
    u32 file = opened(folder, name, CREATE, 0);
    IS(OK, wasi_fd_close(file));
  }
  IS(103, count_entries(folder, 64));
  IS(103, count_entries(folder, 500));
  IS(103, count_entries(folder, sizeof(text)));
  IS(OK, wasi_fd_readdir(folder, P(text), 0, 0, P(out)));
  IS(0, out[0]);
  char* large = malloc(300 << 10);
  IS(INVAL, wasi_fd_readdir(folder, P(large), 300 << 10, 0, P(out)));
  free(large);
  IS(FAULT, wasi_fd_readdir(folder, NOWHERE, 100, 0, P(out)));
  IS(FAULT, wasi_fd_readdir(folder, P(text), 100, 0, NOWHERE + 14));
  // Any cookie is harmless.
  int32_t answer = wasi_fd_readdir(folder, P(text), 100, 0x7fffffffffffffff, P(out));
  HOLDS(answer == OK || answer == INVAL);
  answer = wasi_fd_readdir(folder, P(text), 100, ALL, P(out));
  HOLDS(answer == OK || answer == INVAL);
  IS(NOTDIR, wasi_fd_readdir(1, P(text), 100, 0, P(out)));
  IS(OK, wasi_path_rename(folder, S("below"), ROOT, S("moved/")));
  IS(OK, wasi_path_remove_directory(ROOT, S("moved")));
  IS(ISDIR, wasi_path_unlink_file(ROOT, S("folder")));
  IS(NOTDIR, wasi_path_remove_directory(ROOT, S("file")));
  IS(NOTDIR, wasi_path_unlink_file(ROOT, S("file/")));
  IS(NOENT, wasi_path_unlink_file(ROOT, S("missing")));
  IS(OK, wasi_fd_close(folder));
}

static void names_and_links(void) {
  u32 file = opened(ROOT, "first", CREATE, ALL);
  IS(OK, write_text(file, "content"));
  IS(OK, wasi_fd_close(file));
  IS(OK, wasi_path_link(ROOT, 0, S("first"), ROOT, S("second")));
  IS(OK, wasi_path_filestat_get(ROOT, 0, S("second"), P(stat_bytes)));
  HOLDS(number(stat_bytes + LINKS_AT, LINKS_BYTES) == 2);
  IS(EXIST, wasi_path_link(ROOT, 0, S("first"), ROOT, S("second")));
  IS(INVAL, wasi_path_link(ROOT, 1, S("first"), ROOT, S("third")));
  IS(PERM, wasi_path_link(ROOT, 0, S("folder"), ROOT, S("third")));
  IS(PERM, wasi_path_link(ROOT, 0, S("folder/"), ROOT, S("third")));
  IS(PERM, wasi_path_link(ROOT, 0, S("folder/.."), ROOT, S("third")));
  IS(NOTDIR, wasi_path_link(ROOT, 0, S("first/"), ROOT, S("third")));
  IS(OK, wasi_path_rename(ROOT, S("second"), ROOT, S("third")));
  IS(NOENT, wasi_path_rename(ROOT, S("second"), ROOT, S("third")));
  IS(OK, wasi_path_symlink(S("folder/../first"), ROOT, S("link")));
  IS(EXIST, wasi_path_symlink(S("x"), ROOT, S("link")));
  IS(NOENT, wasi_path_symlink(S(""), ROOT, S("other")));
  memset(text, 0, 40);
  IS(OK, wasi_path_readlink(ROOT, S("link"), P(text), 40, P(out)));
  HOLDS(out[0] == 15 && strcmp(text, "folder/../first") == 0);
  memset(text, 0, 40);
  IS(OK, wasi_path_readlink(ROOT, S("link"), P(text), 3, P(out)));
  HOLDS(out[0] == 3 && strcmp(text, "fol") == 0);
  IS(INVAL, wasi_path_readlink(ROOT, S("first"), P(text), 40, P(out)));
  IS(LOOP, open_at(ROOT, "link", 0, READ, 0));
  IS(OK, wasi_path_open(ROOT, 1, S("link"), 0, READ, 0, 0, P(out)));
  file = out[0];
  IS(OK, read_text(file));
  HOLDS(strcmp(text, "content") == 0);
  IS(OK, wasi_fd_close(file));
  IS(INVAL, wasi_path_open(ROOT, 2, S("link"), 0, READ, 0, 0, P(out)));
  IS(OK, wasi_path_filestat_get(ROOT, 0, S("link"), P(stat_bytes)));
  HOLDS(stat_bytes[16] == 7);
  IS(OK, wasi_path_filestat_get(ROOT, 1, S("link"), P(stat_bytes)));
  HOLDS(stat_bytes[16] == 4 && number(stat_bytes + SIZE_AT, 8) == 7);
  IS(OK, wasi_path_symlink(S("loop"), ROOT, S("loop")));
  IS(LOOP, wasi_path_filestat_get(ROOT, 1, S("loop"), P(stat_bytes)));
  IS(OK, wasi_path_unlink_file(ROOT, S("loop")));
}

static void times(void) {
  const u64 when = 1234567890123456789ull;
  IS(OK, wasi_path_filestat_set_times(ROOT, 0, S("first"), 0, when, 4));
  IS(OK, wasi_path_filestat_get(ROOT, 0, S("first"), P(stat_bytes)));
  HOLDS(number(stat_bytes + MODIFIED_AT, 8) == when);
  HOLDS(number(stat_bytes + MODIFIED_AT - 8, 8) != when);
  IS(OK, wasi_path_filestat_set_times(ROOT, 0, S("link"), 5, 6, 5));
  IS(OK, wasi_path_filestat_get(ROOT, 0, S("link"), P(stat_bytes)));
  HOLDS(number(stat_bytes + MODIFIED_AT, 8) == 6 && number(stat_bytes + MODIFIED_AT - 8, 8) == 5);
  IS(OK, wasi_path_filestat_get(ROOT, 0, S("first"), P(stat_bytes)));
  HOLDS(number(stat_bytes + MODIFIED_AT, 8) == when);
  u32 file = opened(ROOT, "first", 0, ALL);
  IS(OK, wasi_fd_filestat_set_times(file, 0, 0, 8));
  IS(OK, wasi_fd_filestat_get(file, P(stat_bytes)));
  HOLDS(number(stat_bytes + MODIFIED_AT, 8) > when);
  IS(INVAL, wasi_fd_filestat_set_times(file, 0, 0, 3));
  IS(INVAL, wasi_fd_filestat_set_times(file, 0, 0, 12));
  IS(INVAL, wasi_fd_filestat_set_times(file, 0, 0, 16));
  IS(INVAL, wasi_fd_filestat_set_times(file, ALL, 0, 1));
  IS(INVAL, wasi_path_filestat_set_times(ROOT, 0, S("first"), 0, 0, 3));
  IS(INVAL, wasi_path_filestat_set_times(ROOT, 2, S("first"), 0, 0, 1));
  IS(OK, wasi_fd_filestat_set_times(ROOT, 0, 0, 0));
  IS(OK, wasi_fd_close(file));
}

// Each path leads out; by any function.
static void escapes(void) {
  const char* paths[] = {"..",
                         "../x",
                         "/etc/passwd",
                         "/",
                         "folder/../../x",
                         "to_etc/passwd",
                         "to_above/x",
                         "to_above/..",
                         "./../x",
                         "to_above/../../etc/passwd"};
  for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); ++i) {
    const char* path = paths[i];
    char below[64];
    snprintf(below, sizeof(below), "%s/x", path);
    is(__LINE__, path, NOTCAPABLE, wasi_path_open(ROOT, 1, S(path), 0, READ, 0, 0, P(out)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_open(ROOT, 1, S(below), CREATE, READ, 0, 0, P(out)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_filestat_get(ROOT, 1, S(path), P(stat_bytes)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_filestat_set_times(ROOT, 1, S(path), 0, 0, 10));
    is(__LINE__, path, NOTCAPABLE, wasi_path_create_directory(ROOT, S(below)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_remove_directory(ROOT, S(below)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_unlink_file(ROOT, S(below)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_readlink(ROOT, S(below), P(text), 10, P(out)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_link(ROOT, 0, S(below), ROOT, S("stolen")));
    is(__LINE__, path, NOTCAPABLE, wasi_path_link(ROOT, 0, S("first"), ROOT, S(below)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_rename(ROOT, S(below), ROOT, S("stolen")));
    is(__LINE__, path, NOTCAPABLE, wasi_path_rename(ROOT, S("first"), ROOT, S(below)));
    is(__LINE__, path, NOTCAPABLE, wasi_path_symlink(S("x"), ROOT, S(below)));
  }
  // A last ".." that the kernel would take for the folder above.
  HOLDS(wasi_path_remove_directory(ROOT, S("..")) != OK);
  HOLDS(wasi_path_unlink_file(ROOT, S("..")) != OK);
  HOLDS(wasi_path_rename(ROOT, S(".."), ROOT, S("stolen")) != OK);
  HOLDS(wasi_path_link(ROOT, 0, S(".."), ROOT, S("stolen")) != OK);
  HOLDS(wasi_path_create_directory(ROOT, S("..")) != OK);
  // Links out of the folder are seen, and not followed.
  IS(OK, wasi_path_filestat_get(ROOT, 0, S("to_passwd"), P(stat_bytes)));
  HOLDS(stat_bytes[16] == 7);
  IS(NOTCAPABLE, wasi_path_filestat_get(ROOT, 1, S("to_passwd"), P(stat_bytes)));
  IS(NOTCAPABLE, wasi_path_open(ROOT, 1, S("to_passwd"), 0, READ, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_open(ROOT, 1, S("to_far_above"), 0, READ, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_open(ROOT, 1, S("to_passwd"), CREATE | TRUNCATE, WRITE, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_open(ROOT, 0, S("to_etc/"), 0, READ, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_link(ROOT, 0, S("to_etc/"), ROOT, S("stolen")));
  IS(NOTCAPABLE, wasi_path_link(ROOT, 0, S("to_passwd/"), ROOT, S("stolen")));
  IS(NOTCAPABLE, wasi_path_readlink(ROOT, S("to_etc/"), P(text), 10, P(out)));
  IS(NOTCAPABLE, wasi_path_filestat_get(ROOT, 0, S("to_passwd/"), P(stat_bytes)));
  IS(NOTDIR, wasi_path_remove_directory(ROOT, S("to_etc")));
  IS(NOTDIR, wasi_path_remove_directory(ROOT, S("to_etc/")));
  HOLDS(wasi_path_rename(ROOT, S("first"), ROOT, S("to_etc/")) != OK);
  IS(NOTCAPABLE, wasi_path_symlink(S("/etc"), ROOT, S("absolute")));
  // A link that is made here and leads out does so only by name.
  IS(OK, wasi_path_symlink(S("../../.."), ROOT, S("up")));
  IS(NOTCAPABLE, wasi_path_open(ROOT, 1, S("up/etc/passwd"), 0, READ, 0, 0, P(out)));
  IS(NOTCAPABLE, wasi_path_open(ROOT, 1, S("up"), FOLDER, READ, 0, 0, P(out)));
  IS(OK, wasi_path_unlink_file(ROOT, S("up")));
  // From a folder below, its own parent is outside.
  u32 folder = opened(ROOT, "folder", FOLDER, READDIR | 1 << 13);
  IS(NOTCAPABLE, open_at(folder, "../first", 0, READ, 0));
  IS(OK, wasi_fd_close(folder));
}

static void a_read_only_folder(void) {
  u32 file = opened(FIXED, "text", 0, READ | SEEK);
  IS(OK, read_text(file));
  HOLDS(strcmp(text, "fixed text\n") == 0);
  IS(NOTCAPABLE, write_text(file, "x"));
  IS(OK, wasi_fd_close(file));
  file = opened(FIXED, "text", CREATE, READ | 1 << 23);
  IS(ROFS, wasi_fd_filestat_set_times(file, 0, 0, 8));
  IS(OK, wasi_fd_close(file));
  IS(ROFS, open_at(FIXED, "text", 0, READ | WRITE, 0));
  IS(ROFS, open_at(FIXED, "text", 0, WRITE, 0));
  IS(ROFS, open_at(FIXED, "text", 0, READ | 1 << 8, 0));
  // Programs of Go ask for the right to set sizes with whatever they read; it is not given.
  file = opened(FIXED, "text", 0, READ | 1 << 22);
  IS(NOTCAPABLE, wasi_fd_filestat_set_size(file, 0));
  IS(OK, wasi_fd_close(file));
  IS(ROFS, open_at(FIXED, "text", TRUNCATE, READ, 0));
  IS(ROFS, open_at(FIXED, "text", CREATE | EXCLUSIVE, READ, 0));
  IS(ROFS, open_at(FIXED, "new", CREATE, READ, 0));
  IS(ROFS, wasi_path_create_directory(FIXED, S("new")));
  IS(ROFS, wasi_path_remove_directory(FIXED, S("below")));
  IS(ROFS, wasi_path_unlink_file(FIXED, S("text")));
  IS(ROFS, wasi_path_rename(FIXED, S("text"), FIXED, S("new")));
  IS(ROFS, wasi_path_rename(FIXED, S("text"), ROOT, S("new")));
  IS(ROFS, wasi_path_rename(ROOT, S("first"), FIXED, S("text")));
  IS(ROFS, wasi_path_link(FIXED, 0, S("text"), ROOT, S("new")));
  IS(ROFS, wasi_path_link(ROOT, 0, S("first"), FIXED, S("new")));
  IS(ROFS, wasi_path_symlink(S("x"), FIXED, S("new")));
  IS(ROFS, wasi_path_filestat_set_times(FIXED, 0, S("text"), 0, 0, 8));
  IS(ROFS, wasi_fd_filestat_set_times(FIXED, 0, 0, 8));
  // A folder below, and what is opened through it, is as fixed.
  u32 below = opened(FIXED, "below", FOLDER, READDIR | 1 << 13 | 1 << 9 | 1 << 10);
  IS(ROFS, wasi_path_create_directory(below, S("new")));
  IS(ROFS, open_at(below, "text", 0, WRITE, 0));
  IS(NOENT, open_at(below, "missing", 0, READ, 0));
  IS(4, count_entries(FIXED, 1000));
  IS(OK, wasi_fd_close(below));
}

static void bad_pointers(void) {
  u32 file = opened(ROOT, "first", 0, ALL);
  const u32 sizes[] = {2, 100, 0x7fffffff, 0xffffffff};
  for (int i = 0; i < 4; ++i) {
    const u32 size = sizes[i];
    const u32 bad = NOWHERE + 15;
    IS(FAULT, wasi_path_open(ROOT, 0, bad, size, 0, READ, 0, 0, P(out)));
    IS(FAULT, wasi_path_filestat_get(ROOT, 0, bad, size, P(stat_bytes)));
    IS(FAULT, wasi_path_create_directory(ROOT, bad, size));
    IS(FAULT, wasi_path_remove_directory(ROOT, bad, size));
    IS(FAULT, wasi_path_unlink_file(ROOT, bad, size));
    IS(FAULT, wasi_path_symlink(bad, size, ROOT, S("x")));
    IS(FAULT, wasi_path_symlink(S("x"), ROOT, bad, size));
    IS(FAULT, wasi_path_link(ROOT, 0, bad, size, ROOT, S("x")));
    IS(FAULT, wasi_path_link(ROOT, 0, S("first"), ROOT, bad, size));
    IS(FAULT, wasi_path_rename(ROOT, bad, size, ROOT, S("x")));
    IS(FAULT, wasi_path_rename(ROOT, S("first"), ROOT, bad, size));
    IS(FAULT, wasi_path_readlink(ROOT, bad, size, P(text), 10, P(out)));
    IS(FAULT, wasi_path_readlink(ROOT, S("link"), bad, size, P(out)));
    IS(FAULT, wasi_path_filestat_set_times(ROOT, 0, bad, size, 0, 0, 0));
    IS(FAULT, wasi_fd_read(file, vector((void*)bad, size), 1, P(out)));
    IS(FAULT, wasi_fd_write(file, vector((void*)bad, size), 1, P(out)));
    IS(FAULT, wasi_fd_pread(file, vector((void*)bad, size), 1, 0, P(out)));
    IS(FAULT, wasi_fd_pwrite(file, vector((void*)bad, size), 1, 0, P(out)));
  }
  IS(NAMETOOLONG, wasi_path_open(ROOT, 0, 1024, 5000, 0, READ, 0, 0, P(out)));
  IS(INVAL, wasi_fd_read(file, P(list), 0xffffffff, P(out)));
  IS(INVAL, wasi_fd_pread(file, P(list), 1025, 0, P(out)));
  IS(FAULT, wasi_fd_read(file, NOWHERE, 2, P(out)));
  IS(FAULT, wasi_fd_read(file, vector(text, 1), 1, NOWHERE + 13));
  IS(FAULT, wasi_fd_pwrite(file, vector(text, 1), 1, 0, NOWHERE + 13));
  IS(FAULT, wasi_fd_tell(file, NOWHERE + 9));
  IS(FAULT, wasi_fd_seek(file, 0, SET, NOWHERE + 9));
  IS(FAULT, wasi_fd_filestat_get(file, NOWHERE));
  IS(FAULT, wasi_path_filestat_get(ROOT, 0, S("first"), NOWHERE));
  IS(FAULT, wasi_fd_fdstat_get(file, NOWHERE));
  IS(FAULT, wasi_path_readlink(ROOT, S("link"), P(text), 10, NOWHERE + 13));
  IS(FAULT, wasi_path_open(ROOT, 0, S("never"), CREATE, READ, 0, 0, NOWHERE + 13));
  IS(NOENT, wasi_path_filestat_get(ROOT, 0, S("never"), P(stat_bytes)));
  // NUL ends a name nowhere; nothing is no name; long names are too long.
  IS(ILSEQ, wasi_path_open(ROOT, 0, P("first\0x"), 7, CREATE, READ, 0, 0, P(out)));
  IS(ILSEQ, wasi_path_symlink(P("a\0b"), 3, ROOT, S("x")));
  IS(NOENT, wasi_path_open(ROOT, 0, S(""), 0, READ, 0, 0, P(out)));
  IS(NOENT, wasi_path_create_directory(ROOT, S("")));
  memset(text, 'a', 300);
  IS(NAMETOOLONG, wasi_path_create_directory(ROOT, P(text), 300));
  IS(OK, wasi_fd_close(file));
}

// Every function that takes one says so of a descriptor that is not open, and of a stream.
static void wrong_descriptors(void) {
  const u32 numbers[] = {5, 1000, 0x7fffffff, 0xffffffff};
  for (int i = 0; i < 4; ++i) {
    const u32 fd = numbers[i];
    IS(BADF, wasi_fd_advise(fd, 0, 0, 0));
    IS(BADF, wasi_fd_allocate(fd, 0, 1));
    IS(BADF, wasi_fd_close(fd));
    IS(BADF, wasi_fd_datasync(fd));
    IS(BADF, wasi_fd_fdstat_get(fd, P(stat_bytes)));
    IS(BADF, wasi_fd_fdstat_set_flags(fd, 0));
    IS(BADF, wasi_fd_fdstat_set_rights(fd, 0, 0));
    IS(BADF, wasi_fd_filestat_get(fd, P(stat_bytes)));
    IS(BADF, wasi_fd_filestat_set_size(fd, 0));
    IS(BADF, wasi_fd_filestat_set_times(fd, 0, 0, 0));
    IS(BADF, wasi_fd_pread(fd, vector(text, 1), 1, 0, P(out)));
    IS(BADF, wasi_fd_prestat_get(fd, P(out)));
    IS(BADF, wasi_fd_prestat_dir_name(fd, P(text), 10));
    IS(BADF, wasi_fd_pwrite(fd, vector(text, 1), 1, 0, P(out)));
    IS(BADF, wasi_fd_read(fd, vector(text, 1), 1, P(out)));
    IS(BADF, wasi_fd_readdir(fd, P(text), 10, 0, P(out)));
    IS(BADF, wasi_fd_renumber(fd, ROOT));
    IS(BADF, wasi_fd_renumber(ROOT, fd));
    IS(BADF, wasi_fd_seek(fd, 0, SET, P(out)));
    IS(BADF, wasi_fd_sync(fd));
    IS(BADF, wasi_fd_tell(fd, P(out)));
    IS(BADF, wasi_fd_write(fd, vector(text, 1), 1, P(out)));
    IS(BADF, wasi_path_create_directory(fd, S("x")));
    IS(BADF, wasi_path_filestat_get(fd, 0, S("x"), P(stat_bytes)));
    IS(BADF, wasi_path_filestat_set_times(fd, 0, S("x"), 0, 0, 0));
    IS(BADF, wasi_path_link(fd, 0, S("x"), ROOT, S("y")));
    IS(BADF, wasi_path_link(ROOT, 0, S("first"), fd, S("y")));
    IS(BADF, wasi_path_open(fd, 0, S("x"), 0, 0, 0, 0, P(out)));
    IS(BADF, wasi_path_readlink(fd, S("x"), P(text), 10, P(out)));
    IS(BADF, wasi_path_remove_directory(fd, S("x")));
    IS(BADF, wasi_path_rename(fd, S("x"), ROOT, S("y")));
    IS(BADF, wasi_path_rename(ROOT, S("first"), fd, S("y")));
    IS(BADF, wasi_path_symlink(S("x"), fd, S("y")));
    IS(BADF, wasi_path_unlink_file(fd, S("x")));
    IS(BADF, wasi_sock_recv(fd, 0, 0, 0, P(out), P(out)));
    IS(BADF, wasi_sock_send(fd, 0, 0, 0, P(out)));
    IS(BADF, wasi_sock_shutdown(fd, 1));
  }
  u32 file = opened(ROOT, "first", 0, ALL);
  IS(NOTDIR, open_at(file, "x", 0, READ, 0));
  IS(NOTDIR, open_at(1, "x", 0, READ, 0));
  IS(NOTDIR, wasi_fd_readdir(file, P(text), 10, 0, P(out)));
  IS(NOTSOCK, wasi_sock_recv(file, 0, 0, 0, P(out), P(out)));
  IS(NOTSOCK, wasi_sock_send(ROOT, 0, 0, 0, P(out)));
  IS(NOTSOCK, wasi_sock_shutdown(1, 1));
  IS(SPIPE, wasi_fd_seek(1, 0, SET, P(out)));
  IS(SPIPE, wasi_fd_pread(0, vector(text, 1), 1, 0, P(out)));
  IS(OK, wasi_fd_close(file));
}

static void polling(void) {
  u32 file = opened(ROOT, "first", 0, READ | WRITE | POLL);
  unsigned char wishes[4][56] = {{0}}, events[4][32];
#ifdef UNSTABLE
  const u32 size = 56;
#else
  const u32 size = 48;
#endif
  const u32 files[] = {file, file, ROOT, 77};
  unsigned char packed[4 * 56];
  for (u32 i = 0; i < 4; ++i) {
    wishes[i][0] = (unsigned char)(i + 1);
    wishes[i][8] = i == 1 ? 2 : 1;
    memcpy(wishes[i] + 16, &files[i], 4);
    memcpy(packed + i * size, wishes[i], size);
  }
  IS(OK, wasi_poll_oneoff(P(packed), P(events), 4, P(out)));
  IS(4, out[0]);
  HOLDS(events[0][0] == 1 && number(events[0] + 8, 2) == OK && number(events[0] + 16, 8) == 7);
  HOLDS(events[1][10] == 2 && number(events[1] + 8, 2) == OK);
  IS(ISDIR, number(events[2] + 8, 2));
  IS(BADF, number(events[3] + 8, 2));
  IS(OK, wasi_fd_fdstat_set_rights(file, READ, 0));
  IS(OK, wasi_poll_oneoff(P(packed), P(events), 1, P(out)));
  IS(NOTCAPABLE, number(events[0] + 8, 2));
  IS(OK, wasi_fd_close(file));
}

static void numbers_of_descriptors(void) {
  u32 first = opened(ROOT, "first", 0, ALL), second = opened(ROOT, "file", 0, ALL);
  HOLDS(first == 5 && second == 6);
  IS(OK, wasi_fd_renumber(first, second));
  IS(BADF, wasi_fd_close(first));
  IS(OK, read_text(second));
  HOLDS(strcmp(text, "content") == 0);
  IS(BADF, wasi_fd_renumber(second, first));
  IS(OK, wasi_fd_renumber(second, second));
  IS(OK, wasi_fd_close(second));
  // A preopened folder goes with its name.
  u32 folder = opened(ROOT, ".", FOLDER, READDIR | 1 << 13);
  IS(BADF, wasi_fd_prestat_get(folder, P(out)));
  IS(OK, wasi_fd_renumber(FIXED, folder));
  IS(OK, wasi_fd_prestat_get(folder, P(out)));
  IS(6, out[1]);
  IS(BADF, wasi_fd_prestat_get(FIXED, P(out)));
  IS(ROFS, wasi_path_create_directory(folder, S("x")));
  // As many as are allowed, and no more; the host's are all closed when the program is gone.
  int32_t answer = OK;
  u32 count = 0;
  while ((answer = open_at(ROOT, "first", 0, READ, 0)) == OK && count < 1000) ++count;
  IS(MFILE, answer);
  IS(64, count);
  IS(OK, wasi_fd_close(20));
  IS(OK, open_at(ROOT, "first", 0, READ, 0));
  IS(20, out[0]);
}

int main(void) {
  preopened_folders();
  reading_and_writing();
  rights();
  folders();
  names_and_links();
  times();
  escapes();
  a_read_only_folder();
  bad_pointers();
  wrong_descriptors();
  polling();
  numbers_of_descriptors();
  return 0;
}
