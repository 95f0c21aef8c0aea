#!/usr/bin/env bash
# download_test.sh: install.sh from a release's URL, by curl and by wget: a local server with a
# certificate of an authority that only this test knows. What is installed is a stand-in.
source "$(dirname "$0")/common.sh"
command -v openssl >/dev/null || skip "no openssl here to make a certificate"
name=wws-linux-$(uname -m).tar.gz

mkdir -p "$WORK/releases/2.0.0" "$WORK/releases/changed" "$WORK/place" "$WORK/${name%.tar.gz}"
printf '#!/bin/sh\necho wws 2.0.0 of the test\n' >"$WORK/${name%.tar.gz}/wws"
chmod +x "$WORK/${name%.tar.gz}/wws"
tar -C "$WORK" -czf "$WORK/releases/2.0.0/$name" "${name%.tar.gz}"
(cd "$WORK/releases/2.0.0" && sha256sum "$name" >"$name.sha256")
cp "$WORK/releases/2.0.0/$name"* "$WORK/releases/changed/"
printf x >>"$WORK/releases/changed/$name"

cd "$WORK"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=test authority" -keyout authority.key -out authority.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr 2>/dev/null
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -out server.pem \
  -extfile <(echo "subjectAltName=DNS:localhost") 2>/dev/null
python3 "$HERE/https_server.py" "$WORK/releases" server.pem server.key "$WORK/port" &
STARTED+=($!)
for _ in $(seq 300); do [ -f port ] && break; sleep 0.1; done
site=https://localhost:$(cat port)
cd "$WORK/place"
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY
export no_proxy=localhost NO_PROXY=localhost

# tools FOLDER CLIENT...: only what the installer needs, and these clients.
tools() {
  local folder=$1 tool place
  shift
  mkdir "$folder"
  for tool in sh tar gzip mktemp mkdir uname sha256sum cut head find cp chmod mv dirname id tr rm cat "$@"; do
    place=$(command -v "$tool") && ln -s "$place" "$folder/$tool"
  done
}
echo "ca_certificate = $WORK/authority.pem" >"$WORK/wgetrc"

# by CLIENT install.sh-ARGUMENT...: trusting the authority.
by() {
  local client=$1
  shift
  env PATH="$WORK/only-$client" CURL_CA_BUNDLE="$WORK/authority.pem" WGETRC="$WORK/wgetrc" \
    sh "$ROOT/install.sh" --local "$@"
}

for client in curl wget; do
  command -v "$client" >/dev/null || {
    echo "no $client here: not tested with it"
    continue
  }
  tools "$WORK/only-$client" "$client"

  by "$client" "$site/2.0.0/$name" >"$WORK/said" || fail "$client: a tarball's URL: $(cat "$WORK/said")"
  grep -q "^installed wws 2.0.0 of the test as $WORK/place/wws$" "$WORK/said" || fail "$client: it says $(cat "$WORK/said")"
  cmp -s <(tar -xzOf "$WORK/releases/2.0.0/$name" "${name%.tar.gz}/wws") wws || fail "$client: another program"
  rm wws
  by "$client" "$site/2.0.0/" >/dev/null || fail "$client: a release's folder"
  rm wws

  expect_error "is not what it should be" by "$client" "$site/changed/"
  expect_error "is not what it should be" by "$client" --sha256 "$(printf '0%.0s' $(seq 64))" "$site/2.0.0/"
  expect_error "cannot be had" by "$client" "$site/3.0.0/"
  expect_error "cannot be had" by "$client" "$site/plain/$name"
  rm "$WORK/releases/changed/$name.sha256"
  expect_error "to check it by" by "$client" "$site/changed/"
  cp "$WORK/releases/2.0.0/$name.sha256" "$WORK/releases/changed/"
  # Somebody on the way, with a certificate of an authority that this machine does not know.
  expect_error "cannot be had" env PATH="$WORK/only-$client" sh "$ROOT/install.sh" --local "$site/2.0.0/"
  [ ! -e wws ] && [ ! -e wws.new ] || fail "$client: something was installed all the same"
done
tools "$WORK/only-none"
expect_error "needs curl or wget" env PATH="$WORK/only-none" sh "$ROOT/install.sh" --local "$site/2.0.0/"
echo passed
