#!/usr/bin/env python3
"""https_server.py FOLDER CERTIFICATE KEY PORT_FILE: serves a folder over TLS on 127.0.0.1.

/plain/NAME redirects to http://, as a host that was taken over might.
"""

import http.server
import os
import ssl
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/plain/"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1" + self.path.removeprefix("/plain"))
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


def main():
    folder, certificate, key, port_file = sys.argv[1:]
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *arguments: Handler(*arguments, directory=folder))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with open(port_file + ".new", "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    os.rename(port_file + ".new", port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
