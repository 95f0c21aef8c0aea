#!/usr/bin/env bash
# tarball.sh BINARY LICENSES FOLDER: makes FOLDER/wws-linux-<arch>.tar.gz and its .sha256 beside it.
# The same inputs give the same bytes. Refuses a program that needs more than libc.
set -euo pipefail
binary=$1 licenses=$2 folder=$(realpath "$3")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$(realpath "$here/../..")

arch=$(readelf -h "$binary" | sed -n 's/^ *Machine: *//p')
case $arch in
  *X86-64*) arch=x86_64 strip=strip ;;
  AArch64) arch=aarch64 strip=aarch64-linux-gnu-strip ;;
  *)
    echo "tarball.sh: $binary is for '$arch', which has no release" >&2
    exit 1
    ;;
esac
[ "$arch" != "$(uname -m)" ] || strip=strip
name=wws-linux-$arch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/$name"
"$strip" -o "$work/$name/wws" "$binary"
chmod 755 "$work/$name/wws"
python3 "$here/check_binary.py" "$work/$name/wws"
install -m 644 "$root/README.md" "$root/LICENSE" "$work/$name/"
install -m 644 "$licenses" "$work/$name/LICENSES-OF-OTHERS.txt"
install -m 644 "$root/packaging/systemd/wws.service" "$work/$name/"

time=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-$time}" \
  -cf - "$name" | gzip -9n >"$work/$name.tar.gz"
(cd "$work" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
mv "$work/$name.tar.gz" "$work/$name.tar.gz.sha256" "$folder/"
echo "$folder/$name.tar.gz: $(du -h "$folder/$name.tar.gz" | cut -f1)" >&2
