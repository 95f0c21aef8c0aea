#!/usr/bin/env bash
# install_test.sh BINARY LICENSES: the tarball as ./dev package makes it, and install.sh with it.
source "$(dirname "$0")/common.sh"
binary=$1 licenses=$2
installer=$ROOT/install.sh
name=wws-linux-$(uname -m).tar.gz

mkdir "$WORK/dist" "$WORK/again"
"$ROOT/tools/package/tarball.sh" "$binary" "$licenses" "$WORK/dist"
tarball=$WORK/dist/$name
tar -tzf "$tarball" | sed 's,^[^/]*/,,' | sort | grep . >"$WORK/list"
diff - "$WORK/list" <<'LIST' || fail "the tarball holds other files"
LICENSE
LICENSES-OF-OTHERS.txt
README.md
wws
wws.service
LIST
"$ROOT/tools/package/tarball.sh" "$binary" "$licenses" "$WORK/again"
cmp "$tarball" "$WORK/again/$name" || fail "the same inputs make another tarball"

# Beside you, and it serves.
mkdir "$WORK/place"
(cd "$WORK/place" && "$installer" --local "$tarball") >"$WORK/said" || fail "install.sh --local"
grep -q "^installed wws .* as $WORK/place/wws$" "$WORK/said" || fail "it says $(cat "$WORK/said")"
ldd "$WORK/place/wws" | sed 's/ (.*//; s/^[[:space:]]*//' | while read -r needed; do
  case $needed in
    linux-vdso.so.1 | */ld-linux-*.so.* | libc.so.6' => '* | libm.so.6' => '*) ;;
    *) fail "needs $needed" ;;
  esac
done
make_site "$WORK/site"
HOME=$WORK "$WORK/place/wws" --port 0 "$WORK/site" >"$WORK/log" 2>&1 &
STARTED+=($!)
address=$(wait_ready "$WORK/log")
[ "$(curl -sS "$address/")" = "first worker" ] || fail "the installed server does not answer"
# Again, while it runs.
(cd "$WORK/place" && "$installer" --local "$tarball") >/dev/null || fail "an update while it runs"
[ "$(curl -sS "$address/")" = "first worker" ] || fail "the update stopped the server"

# Into a folder for all.
mkdir "$WORK/bin"
WWS_INSTALL_FOLDER=$WORK/bin "$installer" "$tarball" >/dev/null
[ "$("$WORK/bin/wws" --version)" = "$("$binary" --version)" ] || fail "install.sh into a folder"

# By the digest that is given, in capitals too.
digest=$(sha256sum <"$tarball" | cut -d' ' -f1)
cp "$tarball" "$WORK/alone.tar.gz"
cd "$WORK/place"
"$installer" --local --sha256 "${digest^^}" "$WORK/alone.tar.gz" >/dev/null || fail "--sha256"
rm wws

# What is wrong is said, and nothing is installed.
expect_error "there is no $WORK/alone.tar.gz.sha256" "$installer" --local "$WORK/alone.tar.gz"
expect_error "cannot be had" "$installer" --local "$WORK/nowhere.tar.gz"
expect_error "only https://" "$installer" --local "http://127.0.0.1/wws.tar.gz"
expect_error "is no SHA-256" "$installer" --local --sha256 beef "$WORK/alone.tar.gz"
expect_error "--sha256 needs the digest" "$installer" --local "$WORK/alone.tar.gz" --sha256
expect_error "no option '--locale'" "$installer" --locale "$WORK/alone.tar.gz"
expect_error "give the tarball" "$installer"
printf x >>"$WORK/alone.tar.gz"
expect_error "is not what it should be" "$installer" --local --sha256 "$digest" "$WORK/alone.tar.gz"
echo "no tarball" >"$WORK/text.tar.gz"
(cd "$WORK" && sha256sum text.tar.gz >text.tar.gz.sha256)
expect_error "is no tarball of wws" "$installer" --local "$WORK/text.tar.gz"
tar -C "$WORK" -czf "$WORK/other.tar.gz" site
(cd "$WORK" && sha256sum other.tar.gz >other.tar.gz.sha256)
expect_error "there is no wws in" "$installer" --local "$WORK/other.tar.gz"
[ ! -e wws ] && [ ! -e wws.new ] || fail "something was installed all the same"

# The check of the program finds what it is for.
expect_error "link it statically" python3 "$ROOT/tools/package/check_binary.py" "$(command -v openssl)"
echo passed
