#!/usr/bin/env bash
# debian_test.sh PACKAGE.deb TARBALL: in an empty Debian (debootstrap, some minutes): the tarball with
# install.sh, then the package; each serves a first worker; the package is removed again.
source "$(dirname "$0")/common.sh"
deb=$(realpath "$1") tarball=$(realpath "$2")
[ "$(id -u)" = 0 ] || skip "only root can make a Debian"
command -v debootstrap >/dev/null || skip "no debootstrap here"

root=$WORK/root
debootstrap --variant=minbase --include=ca-certificates,curl bookworm "$root" >"$WORK/debootstrap.log" 2>&1 ||
  fail "debootstrap: $(tail -n 5 "$WORK/debootstrap.log")"
cp "$deb" "$root/tmp/wws.deb"
cp "$tarball" "$tarball.sha256" "$ROOT/install.sh" "$root/tmp/"
make_site "$root/srv/wws"

# inside COMMAND...: with a /proc of its own.
inside() {
  unshare --mount --pid --fork --kill-child sh -c \
    'root=$1; shift; mount -t proc proc "$root/proc" && exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$root" "$@"' \
    sh "$root" "$@"
}
# answers PROGRAM: serves the site and asks for it with the curl of that Debian.
answers() {
  inside sh -c '"$1" --port 8099 /srv/wws >/tmp/log 2>&1 & server=$!
    for try in $(seq 100); do grep -q "Start serving" /tmp/log && break; sleep 0.2; done
    curl -sS http://127.0.0.1:8099/; kill $server; wait $server' sh "$1"
}

inside sh -c "cd /tmp && ./install.sh /tmp/$(basename "$tarball")" >"$WORK/said" && grep "installed wws" "$WORK/said" || fail "install.sh"
[ "$(answers /usr/local/bin/wws)" = "first worker" ] || fail "from the tarball: $(cat "$root/tmp/log")"
rm "$root/usr/local/bin/wws"

inside dpkg --install /tmp/wws.deb || fail "dpkg --install"
[ "$(answers /usr/bin/wws)" = "first worker" ] || fail "from the package: $(cat "$root/tmp/log")"
inside wws --licenses >"$WORK/said" && grep -q QuickJS "$WORK/said" || fail "wws --licenses"
inside dpkg --remove wws || fail "dpkg --remove"
[ ! -e "$root/usr/bin/wws" ] && [ ! -e "$root/usr/lib/systemd/system/wws.service" ] || fail "files are left"
echo passed
