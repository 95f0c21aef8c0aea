# ./dev build and ./dev run.

# configure PRESET: runs CMake when the preset was never configured, or differently.
configure() {
  local key stamp=build/$1/.configured
  key=$(configuration "$1" | hash_of)
  if [ -f "build/$1/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$WWS_CACHE $key" ]; then return 0; fi
  say "configuring $1"
  cmake --preset "$1" -DWWS_CACHE="$WWS_CACHE" >&2
  echo "$WWS_CACHE $key" >"$stamp"
}

# What CMake would not see to have changed.
configuration() {
  cat CMakePresets.json third_party/pins.txt
  if [ "$1" = arm64 ]; then cat cmake/arm64.cmake "$WWS_CACHE"/arm64/*/.key <(readlink "$WWS_CACHE/arm64/wasmtime"); fi
  readlink "$WWS_CACHE/wasmtime" || true
}

# build PRESET [TARGET...]
build() {
  local preset=$1 targets=() target
  shift
  for target in "$@"; do targets+=(--target "$target"); done
  configure "$preset"
  # Ninja shows its own progress; "no work to do" is no news.
  cmake --build --preset "$preset" "${targets[@]}" -- ${JOBS:+-j "$JOBS"} |
    { grep --line-buffered -v -e '^ninja: no work to do' -e '^ninja: Entering directory' || true; } >&2
}

build_command() {
  setup build
  if [ "${1:-}" = arm64 ]; then setup arm64; fi
  build "${1:-release}"
  say "built build/${1:-release}/wws"
}

run_command() {
  local path=. folder
  if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    path=$1
    shift
  fi
  setup build
  folder=$(cd "$CALLER" && realpath -e -- "$path" 2>/dev/null) || folder=$path
  if [ -f "$folder/Makefile" ]; then make_workers "$folder"; fi
  build release wws
  cd "$CALLER"
  exec "$ROOT/build/release/wws" "$path" "$@"
}

# The folder of a pinned source, by its name.
pinned_source() {
  local registry name version rest
  while read -r registry name version rest; do
    if [ "${name##*/}" = "$1" ]; then source_folder "$name" "$version"; fi
  done <"$ROOT/third_party/pins.txt"
}
