# ./dev test, lint and format.

test_command() {
  local filter=${1:-}
  setup build test
  build release
  if [ "$filter" != all ]; then
    run_tests release ${filter:+-R "$filter"}
    return
  fi
  setup lint
  run_tests release
  # The browser and the compilers' bundles say nothing more under a sanitizer.
  build asan
  run_tests asan -LE 'browser'
  build tsan
  run_tests tsan -LE 'browser|e2e'
}

# run_tests PRESET [CTEST-FLAGS]: each test's output only when it fails.
run_tests() {
  local preset=$1 started=$SECONDS
  shift
  ctest --test-dir "build/$preset" --output-on-failure --progress \
    --no-tests=error -j "${JOBS:-$(nproc)}" "$@"
  say "$preset: passed in $((SECONDS - started)) s"
}

lint_command() {
  local sources=()
  setup build lint
  configure dev
  python3 tools/check_rooms.py
  say "compiling each header alone"
  python3 tools/check_headers.py build/dev "${1:-changed}"
  mapfile -t sources < <(changed_files "${1:-}" | grep -E '^src/.*\.cc$' || true)
  [ ${#sources[@]} -gt 0 ] || return 0
  say "clang-tidy on ${#sources[@]} files"
  printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" \
    clang-tidy-19 -p build/dev --quiet --warnings-as-errors='*' 2> >(grep -v 'warnings generated' >&2)
}

format_command() {
  local sources=()
  setup lint
  mapfile -t sources < <(changed_files "${1:-}" | grep -E '\.(cc|h|c|hh)$' || true)
  [ ${#sources[@]} -gt 0 ] || return 0
  clang-format-19 -i "${sources[@]}"
}
