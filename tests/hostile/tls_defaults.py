#!/usr/bin/env python3
"""What TLS negotiates without a setting: versions, ciphers, groups, ALPN, and what it must not do.

Usage: tls_defaults.py --binary build/release/wws

A client of openssl's (s_client) offers one thing at a time, with its own security level at nothing, so that what is
refused is refused by the server.
"""

import contextlib
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile

from wire import TIMEOUT, Failed, require, run, served
from certificates import make_certificates  # noqa: E402  (wire knows where it is)

WEAK = "ALL:eNULL:@SECLEVEL=0"
GOOD_12 = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"]
GOOD_13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
# One of each kind that must not be had: no forward secrecy, CBC, no authentication, no encryption, old ciphers.
BAD_12 = ["AES128-GCM-SHA256", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AECDH-AES128-SHA",
          "ADH-AES128-GCM-SHA256", "ECDHE-ECDSA-NULL-SHA", "PSK-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256",
          "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-CAMELLIA128-SHA256", "ARIA128-GCM-SHA256"]


class Client:
    def __init__(self, address, certificate):
        self.place = f"{address[0]}:{address[1]}"
        self.certificate = certificate

    def run(self, *flags, input=""):
        command = ["openssl", "s_client", "-connect", self.place, "-servername", "a.test",
                   "-CAfile", self.certificate, *flags]
        done = subprocess.run(command, input=input.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT, check=False)
        return done.stdout.decode("latin-1")

    def negotiated(self, *flags):
        """("TLSv1.3", "TLS_AES_128_GCM_SHA256"), or None where the handshake fails."""
        match = re.search(r"^New, (\S+), Cipher is (\S+)$", self.run(*flags), re.MULTILINE)
        require(match, f"s_client {flags} says nothing of a handshake")
        return None if match[2] == "(NONE)" else (match[1], match[2])


def check_versions(client):
    require(client.negotiated() == ("TLSv1.3", "TLS_AES_256_GCM_SHA384"), f"without flags: {client.negotiated()}")
    require(client.negotiated("-tls1_2"), "TLS 1.2 is refused")
    for flag in ("-tls1_1", "-tls1"):
        require(client.negotiated(flag, "-cipher", WEAK) is None, f"{flag} is spoken")


def check_ciphers(client):
    for name in GOOD_12:
        got = client.negotiated("-tls1_2", "-cipher", name)
        require(got == ("TLSv1.2", name), f"{name}: {got}")
    for name in BAD_12:
        got = client.negotiated("-tls1_2", "-cipher", f"{name}:@SECLEVEL=0")
        require(got is None, f"{name} is spoken: {got}")
    for name in GOOD_13:
        got = client.negotiated("-tls1_3", "-ciphersuites", name)
        require(got == ("TLSv1.3", name), f"{name}: {got}")
    got = client.negotiated("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256")
    require(got is None, f"CCM is spoken: {got}")


def check_choice(client):
    """The server's order counts, but for a client without AES in hardware, which begins with ChaCha."""
    got = client.negotiated("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384")
    require(got[1] == "ECDHE-ECDSA-AES256-GCM-SHA384", f"the client's order counts: {got}")
    got = client.negotiated("-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384")
    require(got[1] == "ECDHE-ECDSA-CHACHA20-POLY1305", f"who begins with ChaCha gets {got}")


def check_groups(client):
    for group in ("X25519", "P-256", "P-384"):
        require(client.negotiated("-groups", group), f"{group} is refused")
    for group in ("P-521", "X448", "ffdhe2048"):
        require(client.negotiated("-groups", group) is None, f"{group} is taken")
        require(client.negotiated("-tls1_2", "-groups", group) is None, f"{group} is taken in TLS 1.2")


def check_absent(client):
    for version in ("-tls1_2", "-tls1_3"):
        text = client.run(version, "-comp")
        require("Compression: NONE" in text, f"{version}: compression")
    text = client.run("-tls1_2")
    require("Secure Renegotiation IS supported" in text, "RFC 5746 is not supported")
    require("Extended master secret: yes" in text, "RFC 7627 is not supported")
    require("OCSP response: no response sent" in client.run("-status"), "an OCSP response that nobody configured")
    # "R" on a line of its own makes s_client ask for a renegotiation.
    text = client.run("-tls1_2", input="R\n")
    require("RENEGOTIATING" in text and "no renegotiation" in text, f"a renegotiation: {text[-300:]!r}")
    require(client.run("-tls1_2", "-fallback_scsv").find("inappropriate fallback") > 0, "RFC 7507 is not heeded")


def check_alpn(client):
    for offer, chosen in (("h2,http/1.1", "h2"), ("http/1.1,h2", "h2"), ("http/1.1", "http/1.1"), ("x,http/1.1", "http/1.1")):
        text = client.run("-alpn", offer)
        require(f"ALPN protocol: {chosen}\n" in text, f"of {offer} {chosen} must be chosen: {text[-300:]!r}")
    require("No ALPN negotiated" in client.run(), "a protocol that was not offered")
    require("no application protocol" in client.run("-alpn", "smtp"), "a protocol that is not spoken")


def check_resumption(client, work):
    session = str(work / "session")
    for version in ("-tls1_2", "-tls1_3"):
        # Until the response has ended, because TLS 1.3 brings its tickets behind the handshake.
        text = client.run(version, "-ign_eof", "-sess_out", session, input="GET / HTTP/1.0\r\n\r\n")
        require("New, TLS" in text and "HTTP/1.1 200" in text, f"{version}: no session: {text[-300:]!r}")
        require("Reused, TLS" in client.run(version, "-sess_in", session), f"{version}: a ticket is not taken")
        kept = subprocess.run(["openssl", "sess_id", "-in", session, "-text", "-noout"], capture_output=True, check=True)
        require(b"Max Early Data: 0\n" in kept.stdout or version == "-tls1_2", "early data, which can be replayed, is taken")


def check_plain_text(server):
    """What is no TLS gets no word of HTTP, and costs the others nothing."""
    with socket.create_connection(server.address, TIMEOUT) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := plain.recv(4096):
                answer += piece
        require(b"HTTP/" not in answer, f"plain text is answered: {answer!r}")


def check_truncation(server, certificate):
    """A response ends with a close_notify, so that one cut short is told from a whole one."""
    context = ssl.create_default_context(cafile=certificate)
    context.set_alpn_protocols(["http/1.1"])
    with socket.create_connection(server.address, TIMEOUT) as raw:
        with context.wrap_socket(raw, server_hostname="a.test", suppress_ragged_eofs=False) as client:
            client.sendall(b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n")
            answer = b""
            try:
                while piece := client.recv(4096):
                    answer += piece
            except ssl.SSLEOFError as error:
                raise Failed("the connection ends without close_notify") from error
    require(answer.startswith(b"HTTP/1.1 200 "), f"{answer!r}")


def check_all(binary):
    project = {"index.js": 'export default { fetch() { return new Response("ok"); } };\n'}
    with tempfile.TemporaryDirectory(prefix="wws-tls-") as folder:
        names = make_certificates(pathlib.Path(folder), {"a": "a.test"})
        flags = ["--tls-cert", names["a.pem"], "--tls-key", names["a.key"]]
        with served(binary, project, flags) as server:
            client = Client(server.address, names["a.pem"])
            check_versions(client)
            check_ciphers(client)
            check_choice(client)
            check_groups(client)
            check_absent(client)
            check_alpn(client)
            check_resumption(client, server.work)
            check_plain_text(server)
            check_truncation(server, names["a.pem"])


if __name__ == "__main__":
    sys.exit(run(__doc__, check_all))
