#!/usr/bin/env bash
# container_test.sh BINARY: the image's file system, made as the Dockerfile makes it, entered as its user.
source "$(dirname "$0")/common.sh"
[ "$(id -u)" = 0 ] || skip "only root can enter a file system"
unshare --mount true 2>/dev/null || skip "no mount namespaces here"

root=$WORK/rootfs
strip -o "$WORK/wws" "$1"
"$ROOT/packaging/container/rootfs.sh" "$WORK/wws" "$root"
[ ! -e "$root/bin/sh" ] || fail "there is a shell in the image"
make_site "$root/app"
# As a container does: a /proc of its own, the user of the Dockerfile, the folder read-only.
unshare --mount --pid --fork --kill-child sh -c '
  mount -t proc proc "$1/proc" && mount --bind "$1/app" "$1/app" && mount -o remount,ro,bind "$1/app" &&
    exec env -i PATH="$PATH" XDG_CACHE_HOME=/var/cache chroot --userspec=65532:65532 "$1" /opt/wws /app --host 127.0.0.1 --port 0
' sh "$root" >"$WORK/log" 2>&1 &
STARTED+=($!)
address=$(wait_ready "$WORK/log")
[ "$(curl -sS "$address/")" = "first worker" ] || fail "no answer: $(cat "$WORK/log")"
if grep -qE "sandboxes are (not|no longer) kept" "$WORK/log"; then fail "sandboxes are not kept: $(cat "$WORK/log")"; fi
echo passed
