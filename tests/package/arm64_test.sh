#!/usr/bin/env bash
# arm64_test.sh TARBALL FOLDER [PACKAGE.deb]: the arm64 release, its program run by the QEMU of
# FOLDER/qemu with the C library of FOLDER/sysroot (`./dev setup arm64`): a worker in JavaScript and one of
# WASI answer. QEMU has no PAGEMAP_SCAN, so that every request gets a new instance: what a kernel that is
# too old gets on any machine.
source "$(dirname "$0")/common.sh"
tarball=$(realpath "$1") folder=$(realpath "$2") deb=${3:-}

(cd "$(dirname "$tarball")" && sha256sum --check --quiet "$(basename "$tarball").sha256") || fail "the tarball's SHA-256"
tar -xzf "$tarball" -C "$WORK" --strip-components=1
for name in wws wws.service README.md LICENSE LICENSES-OF-OTHERS.txt; do
  [ -s "$WORK/$name" ] || fail "there is no $name in the tarball"
done
readelf -h "$WORK/wws" | grep -q 'Machine: *AArch64$' || fail "the program is not for arm64"
python3 "$ROOT/tools/package/check_binary.py" "$WORK/wws" || fail "the program needs more than libc"

site=$WORK/site
mkdir -p "$site"
cat >"$site/index.js" <<'JS'
let before = 0;
export default {
  async fetch(request) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(await request.text()));
    return Response.json({ before: before++, digest: [...new Uint8Array(digest)].slice(0, 4) });
  },
};
JS
cat >"$WORK/hello.c" <<'C'
#include <stdio.h>

static int before;

int main(void) {
  printf("{\"data\":\"wasm %d\\n\",\"headers\":{},\"status\":200,\"kv\":{}}", before++);
  return 0;
}
C
clang-19 --target=wasm32-wasi -nostdlibinc -isystem /usr/include/wasm32-wasi -O2 -o "$site/hello.wasm" "$WORK/hello.c"

wws=("$folder/qemu/qemu-aarch64" -L "$folder/sysroot" "$WORK/wws")
"${wws[@]}" --version | grep -q '^wws ' || fail "wws --version"
"${wws[@]}" --licenses >"$WORK/licenses" && grep -q QuickJS "$WORK/licenses" || fail "wws --licenses"
HOME=$WORK "${wws[@]}" --port 0 --threads 2 "$site" >"$WORK/log" 2>&1 &
STARTED+=($!)
address=$(wait_ready "$WORK/log")
grep -q "sandboxes are not kept" "$WORK/log" || fail "it does not say that nothing is kept: $(cat "$WORK/log")"

# expect_answer TEXT CURL-ARGUMENT...: thrice, since no request may see another.
expect_answer() {
  local text=$1 round got
  shift
  for round in 1 2 3; do
    got=$(curl -sS --max-time 60 "$@") || fail "no answer: $(cat "$WORK/log")"
    [ "$got" = "$text" ] || fail "answer $round is '$got', not '$text': $(cat "$WORK/log")"
  done
}
expect_answer '{"before":0,"digest":[9,202,126,78]}' --data 'hello, world' "$address/"
expect_answer 'wasm 0' "$address/hello"

kill -TERM "${STARTED[-1]}"
wait "${STARTED[-1]}" || fail "SIGTERM: exit code $?: $(cat "$WORK/log")"

if [ -n "$deb" ]; then
  [ "$(dpkg-deb --field "$deb" Architecture)" = arm64 ] || fail "$deb is not for arm64"
  dpkg-deb --fsys-tarfile "$deb" | tar -xO ./usr/bin/wws >"$WORK/packed"
  cmp "$WORK/packed" "$WORK/wws" || fail "$deb holds another program than the tarball"
fi
echo passed
