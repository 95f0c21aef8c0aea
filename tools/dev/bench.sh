# ./dev bench [ROUNDS]

bench_command() {
  setup build test bench
  build release wws
  WORKERD=$(pinned_source workerd-linux-64)/bin/workerd python3 bench/run.py \
    --binary build/release/wws --rounds "${1:-3}" --json build/bench.json
}
