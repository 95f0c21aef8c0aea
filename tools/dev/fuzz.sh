# ./dev fuzz [SECONDS]

# What a run finds stays in build/fuzz/found; what is worth keeping is committed to tests/fuzz/corpus.
fuzz_command() {
  local seconds=${1:-30} source name found
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "fuzz: '$seconds' is no number of seconds"
  setup build fuzz
  build fuzz fuzz_all
  for source in tests/fuzz/*.cc; do
    name=$(basename "$source" .cc)
    [ "$name" != replay ] || continue
    found=build/fuzz/found/$name
    mkdir -p "$found"
    say "fuzzing $name for $seconds s"
    "build/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
      -artifact_prefix="$found-" "$found" "tests/fuzz/corpus/$name" 2>"$found.log" ||
      die "$name: $(tail -n 40 "$found.log")"
    tail -n 1 "$found.log" >&2
  done
}
