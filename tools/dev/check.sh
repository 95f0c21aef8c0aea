# ./dev test, lint and format.

test_command() {
  local filter=${1:-}
  setup build test kits
  build release
  if [ "$filter" != all ]; then
    if [ -n "$filter" ]; then run_tests release -R "$filter"; else run_tests release -LE slow; fi
    return
  fi
  setup lint fuzz
  run_tests release
  # The browser and the kits' own tests say nothing more under a sanitizer.
  build asan
  run_tests asan -LE 'browser|kits|slow|conformance'
  build tsan
  # The guest's code (js:) has one thread.
  # A guest's trap is a signal in which Wasmtime allocates; it comes where the guest is, not anywhere.
  TSAN_OPTIONS="suppressions=$ROOT/tools/dev/tsan.txt report_signal_unsafe=0" \
    run_tests tsan -LE 'browser|kits|conformance|resident' -E '^js: '
  build fuzz fuzz_all
  run_tests fuzz -L fuzz
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
  local files headers sources
  setup build lint
  files=$(changed_files "${1:-}") || die "lint: git cannot say which files"
  configure dev
  python3 tools/check_rooms.py
  mapfile -t headers < <(grep -E '^src/.*\.h$' <<<"$files")
  mapfile -t sources < <(grep -E '^src/.*\.cc$' <<<"$files")
  if [ ${#headers[@]} -gt 0 ]; then
    say "compiling ${#headers[@]} headers alone"
    python3 tools/check_headers.py build/dev "${headers[@]}"
  fi
  if [ ${#sources[@]} -gt 0 ]; then
    say "clang-tidy on ${#sources[@]} files"
    printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" \
      clang-tidy-19 -p build/dev --quiet --warnings-as-errors='*' 2> >(grep -v 'warnings generated' >&2)
  fi
  check_layout
}

C_SOURCES='\.(cc|h|c|hh)$'

# Of every tracked file, whatever changed: it takes a second.
check_layout() {
  local files sources
  files=$(changed_files all) || die "lint: git cannot say which files"
  mapfile -t sources < <(grep -E "$C_SOURCES" <<<"$files")
  say "layout of ${#sources[@]} files (./dev format mends it)"
  clang-format-19 --dry-run -Werror "${sources[@]}"
}

format_command() {
  local files sources
  setup lint
  files=$(changed_files "${1:-}") || die "format: git cannot say which files"
  mapfile -t sources < <(grep -E "$C_SOURCES" <<<"$files")
  [ ${#sources[@]} -gt 0 ] || return 0
  clang-format-19 -i "${sources[@]}"
}
