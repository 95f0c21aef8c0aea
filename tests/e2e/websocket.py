"""A WebSocket client that says exactly what a case says, and lies where it is told to (RFC 6455, RFC 7692)."""

import base64
import hashlib
import os
import socket
import struct
import zlib

from checks import Failed, check_headers, check_text, shorten

TIMEOUT = 60
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OPCODES = {"continuation": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
NAMES = {number: name for name, number in OPCODES.items()}


def masked(payload, mask=b"\x37\xfa\x21\x3d"):
    return mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))


def frame_of(first, payload, mask=True):
    length = len(payload)
    bit = 0x80 if mask else 0
    if length < 126:
        head = bytes([first, bit | length])
    elif length < 65536:
        head = bytes([first, bit | 126]) + struct.pack(">H", length)
    else:
        head = bytes([first, bit | 127]) + struct.pack(">Q", length)
    return head + (masked(payload) if mask else payload)


class WebSocket:
    """`request`: path, headers, deflate (true: offer permessage-deflate), address."""

    def __init__(self, address, request):
        self.socket = socket.create_connection(address, TIMEOUT)
        self.bytes = b""
        self.status, self.headers = 0, []
        self.deflated = None
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {"Host": "%s:%d" % address, "Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
        if request.get("deflate"):
            fields["Sec-WebSocket-Extensions"] = "permessage-deflate; client_max_window_bits"
        fields.update(request.get("headers", {}))
        lines = [f"GET {request.get('path', '/')} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        self.read_head()
        if self.status == 101:
            wanted = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
            check_headers({"sec-websocket-accept": wanted, "upgrade": "websocket", "connection": "Upgrade"}, self.headers)
            if any(name == "sec-websocket-extensions" for name, _ in self.headers):
                self.deflated = zlib.decompressobj(-15)

    def read_head(self):
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                raise Failed(f"the connection ended in the head: {self.bytes!r}")
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]

    def more(self):
        try:
            some = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.bytes += some
        return bool(some)

    def take(self, count):
        while len(self.bytes) < count:
            if not self.more():
                return None
        some, self.bytes = self.bytes[:count], self.bytes[count:]
        return some

    def receive(self):
        """(name of the opcode, payload), or None at the end of the connection. Messages are whole."""
        head = self.take(2)
        if head is None:
            return None
        if head[1] & 0x80:
            raise Failed("a frame of the server has a mask")
        length = head[1] & 0x7F
        if length > 125:
            length = int.from_bytes(self.take(2 if length == 126 else 8), "big")
        payload = self.take(length)
        if payload is None:
            raise Failed("the connection ended in a frame")
        if head[0] & 0x40:
            payload = self.deflated.decompress(payload + b"\x00\x00\xff\xff")
        if not head[0] & 0x80:
            raise Failed("the server sends fragments, which it has no reason to")
        return NAMES[head[0] & 0x0F], payload

    def expect(self, name):
        got = self.receive()
        if got is None or got[0] != name:
            raise Failed(f"expected a frame of {name}, got {shorten(repr(got))}")
        return got[1]

    # ---- what a case says, one item at a time

    def run(self, item):
        kinds = [kind for kind in ITEMS if kind in item]
        if len(kinds) != 1:
            raise Failed(f"{item!r} is none of {sorted(ITEMS)}")
        ITEMS[kinds[0]](self, item[kinds[0]], item)

    def send(self, text, item):
        for _ in range(item.get("times", 1)):
            self.socket.sendall(frame_of(0x81, text.encode()))

    def send_deflated(self, text, item):
        packer = zlib.compressobj(wbits=-12)
        packed = packer.compress(text.encode() * item.get("times", 1)) + packer.flush(zlib.Z_SYNC_FLUSH)
        self.socket.sendall(frame_of(0xC1, packed[:-4]))

    def send_frame(self, fields, _):
        first = fields.get("bits", 0x80) | OPCODES[fields["opcode"]]
        payload = bytes.fromhex(fields["hex"]) if "hex" in fields else fields.get("text", "").encode()
        self.socket.sendall(frame_of(first, payload * fields.get("times", 1), fields.get("mask", True)))

    def send_raw(self, digits, _):
        self.socket.sendall(bytes.fromhex(digits))

    def expect_text(self, expected, item):
        for _ in range(item.get("times", 1)):
            check_text("message", expected, self.expect("text").decode())

    def expect_binary(self, digits, _):
        got = self.expect("binary").hex()
        if got != digits:
            raise Failed(f"message: expected {digits}, got {shorten(got)}")

    def expect_control(self, fields, _):
        check_text("payload", fields.get("text", ""), self.expect(fields["opcode"]).decode())

    def close(self, fields, _):
        payload = b"" if fields.get("code") is None else struct.pack(">H", fields["code"]) + fields.get("reason", "").encode()
        self.socket.sendall(frame_of(0x88, payload))

    def expect_close(self, fields, _):
        """The server's close frame; with "ends" the end of the connection behind it."""
        payload = self.expect("close")
        code = int.from_bytes(payload[:2], "big") if payload else None
        if code != fields.get("code"):
            raise Failed(f"closed with {code}, not {fields.get('code')}: {payload[2:]!r}")
        if "reason" in fields:
            check_text("reason", fields["reason"], payload[2:].decode())
        if fields.get("ends", True):
            self.ended(True, None)

    def ended(self, _, item):
        got = self.receive()
        if got is not None:
            raise Failed(f"expected the end of the connection, got {shorten(repr(got))}")

    def leave(self, _, item):
        self.socket.close()

    def abandon(self):
        self.socket.close()


ITEMS = {"send": WebSocket.send, "send_deflated": WebSocket.send_deflated, "send_frame": WebSocket.send_frame,
         "send_raw": WebSocket.send_raw, "text": WebSocket.expect_text, "binary": WebSocket.expect_binary,
         "control": WebSocket.expect_control, "close": WebSocket.close, "closed": WebSocket.expect_close,
         "ended": WebSocket.ended, "leave": WebSocket.leave}
