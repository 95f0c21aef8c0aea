#!/bin/sh
# Installs wws from a release: checks its SHA-256, then puts one file in place.
#
#   ./install.sh wws-linux-x86_64.tar.gz              into /usr/local/bin
#   ./install.sh --local https://host/wws-linux-x86_64.tar.gz     beside you, as ./wws
set -eu

usage() {
  cat <<'TEXT'
usage: install.sh [--local] [--sha256 DIGEST] TARBALL

  TARBALL          a file, or an https:// URL, of a release: wws-linux-x86_64.tar.gz. A URL that ends
                   in '/' is the folder of a release, from which the one for this machine is taken
  --local          puts ./wws into the current folder instead of /usr/local/bin/wws
  --sha256 DIGEST  what the tarball must have; without it, what TARBALL.sha256 beside it says
TEXT
}

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The word in the names of releases.
machine() {
  [ "$(uname -s)" = Linux ] || fail "wws runs on Linux only, and this is $(uname -s)"
  case $(uname -m) in
    x86_64 | amd64) echo x86_64 ;;
    aarch64 | arm64) echo aarch64 ;;
    *) fail "there is no wws for $(uname -m): x86_64 and aarch64 only" ;;
  esac
}

# fetch SOURCE FILE: copies or downloads; only over TLS, also after a redirect.
fetch() {
  case $1 in
    https://*)
      if have curl; then
        curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' \
          --tlsv1.2 --output "$2" "$1" || return 1
      elif have wget; then
        wget --quiet --https-only --output-document="$2" "$1" || return 1
      else
        fail "downloading needs curl or wget: install one, or give a file"
      fi
      ;;
    *://*) fail "'$1': only https:// is downloaded, so that nobody on the way can change it" ;;
    *) [ -f "$1" ] && cp "$1" "$2" ;;
  esac
}

digest_of() {
  if have sha256sum; then
    sha256sum <"$1"
  elif have shasum; then
    shasum -a 256 <"$1"
  else
    fail "checking needs sha256sum or shasum: install one"
  fi | cut -d' ' -f1
}

# The digest that the tarball must have, in lower case.
wanted_digest() {
  if [ -n "$digest" ]; then
    wanted=$digest
  else
    fetch "$tarball.sha256" "$work/sha256" ||
      fail "there is no $tarball.sha256 to check it by: give --sha256 DIGEST"
    wanted=$(cut -d' ' -f1 <"$work/sha256" | head -n 1)
  fi
  wanted=$(printf '%s' "$wanted" | tr 'A-F' 'a-f')
  case $wanted in
    *[!0-9a-f]* | '') fail "'$wanted' is no SHA-256: it has 64 hexadecimal digits" ;;
  esac
  [ ${#wanted} -eq 64 ] || fail "'$wanted' is no SHA-256: it has 64 hexadecimal digits"
  printf '%s' "$wanted"
}

# As the user where that is enough, else with sudo.
put() {
  folder=$(dirname "$2")
  run=
  if [ ! -d "$folder" ] || [ ! -w "$folder" ]; then
    [ "$(id -u)" != 0 ] || [ -d "$folder" ] || mkdir -p "$folder" || fail "$folder cannot be made"
    if [ "$(id -u)" != 0 ]; then
      have sudo || fail "$folder cannot be written: run this as root, or with --local"
      run=sudo
    fi
  fi
  # Beside its place and moved in: a wws that runs keeps its own file.
  $run cp "$1" "$2.new" && $run chmod 755 "$2.new" && $run mv -f "$2.new" "$2" ||
    fail "$2 cannot be written"
}

main() {
  tarball= digest= place=${WWS_INSTALL_FOLDER:-/usr/local/bin}/wws
  while [ $# -gt 0 ]; do
    case $1 in
      --local) place=$PWD/wws ;;
      --sha256)
        [ $# -gt 1 ] || fail "--sha256 needs the digest after it"
        digest=$2
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*) fail "no option '$1'; see --help" ;;
      *)
        [ -z "$tarball" ] || fail "one tarball at a time: '$tarball' or '$1'"
        tarball=$1
        ;;
    esac
    shift
  done
  [ -n "$tarball" ] || {
    usage >&2
    fail "give the tarball: a file or a URL"
  }
  for tool in tar gzip mktemp; do have $tool || fail "$tool is needed: install it"; done
  machine=$(machine)
  case $tarball in https://*/) tarball=${tarball}wws-linux-$machine.tar.gz ;; esac

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  fetch "$tarball" "$work/tarball" || fail "$tarball cannot be had: check the name"
  wanted=$(wanted_digest)
  got=$(digest_of "$work/tarball")
  [ "$got" = "$wanted" ] ||
    fail "$tarball is not what it should be, and nothing was installed:
  its SHA-256 is  $got
  it should be    $wanted"
  mkdir "$work/tree"
  tar -xzf "$work/tarball" -C "$work/tree" || fail "$tarball is no tarball of wws"
  binary=$(find "$work/tree" -type f -name wws | head -n 1)
  [ -n "$binary" ] || fail "there is no wws in $tarball"
  version=$("$binary" --version 2>&1) ||
    fail "the wws in $tarball does not run here ($machine): $version
  it needs glibc 2.36 or newer (Debian 12, Ubuntu 22.10, Fedora 37)"
  put "$binary" "$place"
  echo "installed $version as $place"
  case ":$PATH:" in
    *":$(dirname "$place"):"*) ;;
    *) echo "start it as $place: its folder is not in PATH" ;;
  esac
}

main "$@"
