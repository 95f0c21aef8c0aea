# What the arm64 release is cross-compiled with: `./dev package --arch arm64`, docs/arm64.md.
#
# Everything is Debian's and lies in $WWS_CACHE/arm64: the libraries of its arm64 port (sysroot), its Rust
# with the standard library of both machines (rust), a QEMU for programs of arm64 (qemu). The machine gets
# the packages of group arm64 and libllvm, nothing of another architecture.

ARM64_TARGET=aarch64-unknown-linux-gnu

setup_arm64() {
  local part key
  for part in sysroot rust qemu; do
    key=$(arm64_key "$part")
    [ "$(cat "$WWS_CACHE/arm64/$part/.key" 2>/dev/null)" = "$key" ] ||
      with_lock arm64 fetch_arm64 "$part" "$key" </dev/null
  done
  key=$(arm64_wasmtime_key)
  [ "$(readlink "$WWS_CACHE/arm64/wasmtime" 2>/dev/null)" = "../wasmtime-arm64-$key" ] ||
    with_lock wasmtime build_arm64_wasmtime "$key"
}

# What a part is made of, and how.
arm64_key() {
  (
    declare -f "fetch_arm64_$1" apt_state download unpack_packages
    if [ "$1" = sysroot ]; then arm64_libraries; fi
  ) | hash_of
}

# Those that the build needs of this machine.
arm64_libraries() {
  echo libc6-dev
  awk '$1 == "build" && $2 ~ /-dev$/ { print $2 }' "$ROOT/third_party/packages.txt"
}

# fetch_arm64 PART KEY
fetch_arm64() {
  local part=$1 work
  [ "$(cat "$WWS_CACHE/arm64/$part/.key" 2>/dev/null)" != "$2" ] || return 0
  say "fetching Debian's $part for arm64"
  mkdir -p "$WWS_CACHE/work" "$WWS_CACHE/arm64"
  work=$(mktemp -d "$WWS_CACHE/work/arm64.XXXXXX")
  trap "rm -rf '$work'" EXIT
  "fetch_arm64_$part" "$work"
  echo "$2" >"$work/tree/.key"
  rm -rf "${WWS_CACHE:?}/arm64/$part"
  mv -T "$work/tree" "$WWS_CACHE/arm64/$part"
}

# apt_state FOLDER ARCHITECTURES SUITE...: an apt with lists and a status of its own, the first
# architecture being that of the machine that it imagines. It checks all that it fetches against Debian's keys.
apt_state() {
  local folder=$1 architectures=$2 site suite place
  shift 2
  site=$(apt-get indextargets --format '$(REPO_URI)' 'ORIGIN: Debian' 'LABEL: Debian' | sort -u | head -n 1)
  [ -n "$site" ] || die "apt has no list of Debian's packages: run apt-get update, then ./dev again"
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  touch "$folder/status"
  for suite in "$@"; do
    place=${site%/}
    case $suite in *-security) place=${place%/debian}/debian-security ;; esac
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$place" "$suite"
  done >"$folder/sources.list"
  cat >"$folder/apt.conf" <<TEXT
APT::Architecture "${architectures%% *}";
APT::Architectures { $(printf '"%s"; ' $architectures)};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Dir::State "$folder";
Dir::State::status "$folder/status";
Dir::Cache "$folder/cache";
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "/dev/null";
TEXT
  APT_CONFIG=$folder/apt.conf apt-get -qq update >&2 || die "Debian's lists of $* cannot be had"
}

# download FOLDER PACKAGE...: these, without what they depend on, into FOLDER/download.
download() {
  local folder=$1
  shift
  mkdir -p "$folder/download"
  (cd "$folder/download" && APT_CONFIG=$folder/apt.conf apt-get -qq download "$@" >&2) || die "Debian has no $* (any more)"
}

unpack_packages() {
  local package place=$1
  shift
  mkdir -p "$place"
  for package in "$@"; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$place" --exclude=./usr/share/doc/'*' --exclude=./usr/share/man
  done
}

fetch_arm64_sysroot() {
  local state=$1/libraries link packages
  mapfile -t packages < <(arm64_libraries)
  apt_state "$state" arm64 bookworm bookworm-security
  APT_CONFIG=$state/apt.conf apt-get -qq install -y --download-only "${packages[@]}" >&2 ||
    die "Debian's arm64 libraries cannot be fetched"
  unpack_packages "$1/tree" "$state"/cache/archives/*.deb
  # Linkers follow links from the machine's own root.
  find "$1/tree" -type l -lname '/*' | while read -r link; do
    ln -sfnr "$1/tree$(readlink "$link")" "$link"
  done
}

# A Rust of which Debian has the standard library for arm64 too; it fits that very compiler only.
fetch_arm64_rust() {
  local state=$1/rust-state driver llvm
  apt_state "$state" "amd64 arm64" bookworm bookworm-security
  driver=$(dependency_of "$state" libstd-rust-web-dev libstd-rust-web-)
  llvm=$(dependency_of "$state" "$driver" libllvm)
  dpkg-query -W -f '${db:Status-Status}' "$llvm" 2>/dev/null | grep -qx installed || install_packages "$llvm"
  download "$state" rustc-web "$driver" libstd-rust-web-dev libstd-rust-web-dev:arm64
  unpack_packages "$1/tree" "$state"/download/*.deb
  mkdir -p "$1/tree/bin"
  cat >"$1/tree/bin/rustc" <<TEXT
#!/bin/sh
export LD_LIBRARY_PATH='$WWS_CACHE/arm64/rust/usr/lib/x86_64-linux-gnu'
exec '$WWS_CACHE/arm64/rust/usr/bin/rustc' "\$@"
TEXT
  chmod +x "$1/tree/bin/rustc"
}

# dependency_of STATE PACKAGE PREFIX: what the package depends on whose name begins so.
dependency_of() {
  local found
  found=$(APT_CONFIG=$1/apt.conf apt-cache depends "$2" | sed -n "s/^ *Depends: \($3[0-9][0-9.]*\)$/\1/p" | head -n 1)
  [ -n "$found" ] || die "Debian's $2 depends on no $3: tools/dev/arm64.sh must be adapted"
  printf '%s' "$found"
}

# Debian 12's own (7.2) notes every page of a reservation: Wasmtime reserves terabytes.
fetch_arm64_qemu() {
  local state=$1/qemu-state
  apt_state "$state" amd64 stable
  download "$state" qemu-user
  mkdir -p "$1/tree"
  dpkg-deb --fsys-tarfile "$state"/download/qemu-user_*.deb |
    tar -x -C "$1/tree" --strip-components=3 ./usr/bin/qemu-aarch64
}

# ---- Wasmtime ----

arm64_wasmtime_key() {
  (
    cat "$ROOT"/wasmtime/Cargo.{toml,lock} "$ROOT"/wasmtime/src/*.rs "$ROOT/tools/licenses/rust.py"
    declare -f compile_arm64_wasmtime wasmtime_flags
    "$WWS_CACHE/arm64/rust/bin/rustc" --version
  ) | hash_of | cut -c1-16
}

build_arm64_wasmtime() {
  local place=$WWS_CACHE/wasmtime-arm64-$1
  setup_rust
  if [ ! -d "$place" ]; then
    say "building Wasmtime for arm64 (about five minutes on two cores, once)"
    rm -rf "$place.new"
    # In a shell of its own: that Rust is nobody else's.
    (PATH=$WWS_CACHE/arm64/rust/bin:$PATH compile_arm64_wasmtime "$place.new")
    mv -T "$place.new" "$place"
  fi
  ln -sfn "../wasmtime-arm64-$1" "$WWS_CACHE/arm64/wasmtime.$$"
  mv -T "$WWS_CACHE/arm64/wasmtime.$$" "$WWS_CACHE/arm64/wasmtime"
}

compile_arm64_wasmtime() {
  local place=$1 messages work=$WWS_CACHE/work/wasmtime-arm64
  messages=$(mktemp "$WWS_CACHE/work/cargo.XXXXXX")
  cargo fetch --quiet --locked --target "$ARM64_TARGET" --manifest-path wasmtime/Cargo.toml
  RUSTC=$WWS_CACHE/arm64/rust/bin/rustc RUSTFLAGS=$(wasmtime_flags) CARGO_TARGET_DIR=$work \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc cargo build --target "$ARM64_TARGET" \
    --release --locked --manifest-path wasmtime/Cargo.toml --message-format=json-render-diagnostics >"$messages"
  mkdir -p "$place/lib"
  cp -r "$(wasmtime_headers "$messages")" "$place/include"
  cp "$work/$ARM64_TARGET/release/libwws_wasmtime.a" "$place/lib/"
  python3 tools/licenses/rust.py wasmtime/Cargo.toml "$ARM64_TARGET" "$place/licenses.json"
  rm "$messages"
}
