#include "api/files.c"
