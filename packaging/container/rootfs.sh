#!/bin/sh
# rootfs.sh BINARY FOLDER: the whole file system of the container image, made in the empty FOLDER.
#
# The program, the C library that it needs, certificates, and the names of one user. No shell and no
# tool of any kind. For root, on the Debian whose C library the image shall have.
set -eu
binary=$1 root=$2

mkdir -p "$root/opt" "$root/app" "$root/etc/ssl/certs" "$root/proc" "$root/tmp" "$root/var/cache/wws"
cp "$binary" "$root/opt/wws"
chmod 755 "$root/opt/wws"

# ldd prints "name => path (address)", and the loader as "path (address)".
ldd "$binary" | sed -n 's/^.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo 'wws:x:65532:65532:wws:/var/cache/wws:/nonexistent' >"$root/etc/passwd"
echo 'wws:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
chown 65532:65532 "$root/var/cache/wws"
chmod 700 "$root/var/cache/wws"
