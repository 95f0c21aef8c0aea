# Words that the other files of ./dev share. Sourced, never run.

say() { printf '\033[1m[dev]\033[0m %s\n' "$*" >&2; }
die() {
  printf '[dev] %s\n' "$*" >&2
  exit 1
}

# sha256 of standard input.
hash_of() { sha256sum | cut -d' ' -f1; }

# Whether what KEY stands for was done for NAME before; mark_done NAME KEY says so.
is_done() { [ -f "$WWS_CACHE/stamps/$1" ] && [ "$(<"$WWS_CACHE/stamps/$1")" = "$2" ]; }
mark_done() {
  mkdir -p "$WWS_CACHE/stamps"
  printf '%s\n' "$2" >"$WWS_CACHE/stamps/$1.$$"
  mv "$WWS_CACHE/stamps/$1.$$" "$WWS_CACHE/stamps/$1"
}

# with_lock NAME COMMAND...: one at a time on this machine, for what goes into the cache.
with_lock() {
  local name=$1
  shift
  mkdir -p "$WWS_CACHE/locks"
  (
    flock -n 9 || {
      say "waiting for another ./dev ($name)"
      flock 9
    }
    "$@"
  ) 9>"$WWS_CACHE/locks/$name"
}

# Files that differ from the branch's start, and new ones; with `all`, every tracked one.
changed_files() {
  local base
  if [ "${1:-}" = all ]; then
    git ls-files
    return
  fi
  base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
  {
    git diff --name-only --diff-filter=d "$base"
    git ls-files --others --exclude-standard
  } | sort -u
}
