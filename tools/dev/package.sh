# ./dev package [--deb] [--check]: what users install, in dist/.

package_command() {
  local deb= check=
  while [ $# -gt 0 ]; do
    case $1 in
      --deb) deb=1 ;;
      --check) deb=1 check=1 ;;
      *) die "package: no option '$1'; there are --deb and --check" ;;
    esac
    shift
  done
  setup build
  build release wws
  mkdir -p dist
  tools/package/tarball.sh build/release/wws build/release/licenses.txt dist
  if [ -n "$deb" ]; then package_deb; fi
  if [ -n "$check" ]; then
    setup package
    tests/package/debian_test.sh "$(ls -t dist/wws_*.deb | head -n 1)" "dist/wws-linux-$(uname -m).tar.gz"
  fi
}

package_deb() {
  # CPack leaves its work beside what it makes.
  cpack --config build/release/CPackConfig.cmake -G DEB -B build/release/deb >&2
  mv build/release/deb/*.deb dist/
  say "dist/$(basename "$(ls -t dist/*.deb | head -n 1)")"
}
