#!/usr/bin/env bash
# unit_test.sh: the systemd unit is one that systemd takes, and stays tight.
source "$(dirname "$0")/common.sh"
command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
# Of the program's place systemd knows only what is installed.
sed 's,/usr/bin/wws,/bin/true,' "$ROOT/packaging/systemd/wws.service" >"$WORK/wws.service"
said=$(systemd-analyze verify "$WORK/wws.service" 2>&1) || fail "$said"
[ -z "$said" ] || fail "$said"
systemd-analyze security --offline=true --threshold=20 "$WORK/wws.service" >"$WORK/report" ||
  fail "exposed more than 2.0: $(tail -n 1 "$WORK/report")"
tail -n 1 "$WORK/report"
echo passed
