# Words that the other files of ./dev share. Sourced, never run.

say() { printf '\033[1m[dev]\033[0m %s\n' "$*" >&2; }
die() {
  printf '[dev] %s\n' "$*" >&2
  exit 1
}

# sha256 of standard input.
hash_of() { sha256sum | cut -d' ' -f1; }

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

# Files that differ from the branch's start, and new ones; with `all`, every tracked one. Fails when
# git does: `files=$(changed_files) || die ...`, not `< <(changed_files)`, which would not notice.
changed_files() {
  local base changed others
  if [ "${1:-}" = all ]; then
    git ls-files
    return
  fi
  base=$(git merge-base HEAD main 2>/dev/null) || base=$(git rev-parse HEAD) || return
  changed=$(git diff --name-only --diff-filter=d "$base") || return
  others=$(git ls-files --others --exclude-standard) || return
  printf '%s\n' "$changed" "$others" | sort -u
}
