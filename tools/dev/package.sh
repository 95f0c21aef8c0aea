# ./dev package [--arch arm64] [--deb] [--check]: what users install, in dist/.

package_command() {
  local deb= check= preset=release
  while [ $# -gt 0 ]; do
    case $1 in
      --deb) deb=1 ;;
      --check) deb=1 check=1 ;;
      --arch)
        shift
        preset=$(preset_of_architecture "${1:-}") || exit 1
        ;;
      *) die "package: no option '$1'; there are --arch, --deb and --check" ;;
    esac
    shift
  done
  setup build
  if [ "$preset" = arm64 ]; then setup arm64; fi
  build "$preset" wws
  mkdir -p dist
  tools/package/tarball.sh "build/$preset/wws" "build/$preset/licenses.txt" dist
  if [ -n "$deb" ]; then package_deb "$preset"; fi
  if [ -n "$check" ]; then "check_$preset"; fi
}

# The preset whose binary is for that architecture: this machine's own, or arm64 by cross-compiling.
preset_of_architecture() {
  case $1 in
    "$(uname -m)" | "$(dpkg --print-architecture)") echo release ;;
    arm64 | aarch64) echo arm64 ;;
    *) die "package: no release for '$1'; there are amd64 and arm64" ;;
  esac
}

package_deb() {
  # CPack leaves its work beside what it makes.
  cpack --config "build/$1/CPackConfig.cmake" -G DEB -B "build/$1/deb" >&2
  mv "build/$1"/deb/*.deb dist/
  say "dist/$(basename "$(newest_deb)")"
}

newest_deb() { ls -t dist/wws_*.deb | head -n 1; }

check_release() {
  setup package
  tests/package/debian_test.sh "$(newest_deb)" "dist/wws-linux-$(uname -m).tar.gz"
}

check_arm64() {
  tests/package/arm64_test.sh dist/wws-linux-aarch64.tar.gz "$WWS_CACHE/arm64" "$(newest_deb)"
}
