# ./dev fuzz [SECONDS [TARGET...]]: all targets unless some are named (tests/fuzz/TARGET.cc).

# What a run finds stays in build/fuzz/found; what is worth keeping is committed to tests/fuzz/corpus.
fuzz_command() {
  local seconds=${1:-30} names=("${@:2}") name found
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "fuzz: '$seconds' is no number of seconds"
  if [ ${#names[@]} -eq 0 ]; then mapfile -t names < <(fuzz_targets); fi
  for name in "${names[@]}"; do
    fuzz_targets | grep -qxF -- "$name" ||
      die "fuzz: there is no target '$name'; there are: $(fuzz_targets | tr '\n' ' ')"
  done
  setup build fuzz
  build fuzz "${names[@]/#/fuzz_}"
  for name in "${names[@]}"; do
    found=build/fuzz/found/$name
    mkdir -p "$found"
    say "fuzzing $name for $seconds s"
    "build/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
      -artifact_prefix="$found-" "$found" "tests/fuzz/corpus/$name" 2>"$found.log" ||
      die "$name: $(tail -n 40 "$found.log")"
    tail -n 1 "$found.log" >&2
  done
}

fuzz_targets() {
  local source
  for source in tests/fuzz/*.cc; do basename "$source" .cc; done | grep -vx replay
}
