# For the tests of what users install. Sourced.
set -euo pipefail
HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
ROOT=$(realpath "$HERE/../..")
WORK=$(mktemp -d)
STARTED=()
cleanup() {
  local process
  for process in "${STARTED[@]}"; do kill -KILL "$process" 2>/dev/null && wait "$process" 2>/dev/null || true; done
  rm -rf --one-file-system "$WORK"
}
trap cleanup EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}

# expect_error TEXT COMMAND...: it fails, and says TEXT.
expect_error() {
  local text=$1 said
  shift
  if said=$("$@" 2>&1); then fail "should have failed: $*: $said"; fi
  grep -qF -- "$text" <<<"$said" || fail "said '$said', not '$text': $*"
}

# wait_ready LOG: the address that the server in LOG says it serves at.
wait_ready() {
  local address tries
  for tries in $(seq 600); do
    address=$(sed -n 's/^🚀 Start serving requests at //p' "$1")
    if [ -n "$address" ]; then
      echo "$address"
      return
    fi
    kill -0 "${STARTED[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  fail "the server did not start: $(cat "$1")"
}

make_site() {
  mkdir -p "$1"
  echo 'export default { fetch: () => new Response("first worker\n") };' >"$1/index.js"
}
