# SPDX-License-Identifier: MIT
"""leapd as a process, and a WebSocket client on a plain socket, for tests."""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
SOON = 20


def wait_for_line(stream, pattern):
    seen = ""
    while True:
        line = stream.readline()
        seen += line
        if not line:
            raise AssertionError("leapd ended before it said %s: %s" % (pattern, seen))
        found = re.search(pattern, line)
        if found:
            return found


class Leapd:
    """A leapd on a free port; ends with the block."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "--port=0", "--native_enabled=false", "--foreground", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = None

    def __enter__(self):
        self.port = int(wait_for_line(self.process.stdout,
                                      r"ws://127\.0\.0\.1:(\d+)/").group(1))
        return self

    def tls_port(self):
        """Of wss, which is greeted with when there is a certificate."""
        return int(wait_for_line(self.process.stdout,
                                 r"wss://127\.0\.0\.1:(\d+)/").group(1))

    def end(self, number=signal.SIGTERM):
        """Return its exit status and what it said on standard error."""
        self.process.send_signal(number)
        _, error = self.process.communicate(timeout=SOON)
        return self.process.returncode, error

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def frame(opcode, payload=b"", last=True, masked=True, reserved=0, length=None):
    """The bytes of one frame; length is what it claims."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if last else 0) | reserved | opcode])
    bit = 0x80 if masked else 0
    if length < 126:
        head += bytes([bit | length])
    elif length < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(payload))


class Client:
    """One connection; status is HTTP's, messages are (opcode, payload)."""

    def __init__(self, port, path="/v6.json", method="GET", headers=None,
                 address="127.0.0.1", tls=None):
        self.socket = socket.create_connection((address, port), timeout=SOON)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=address)
        self.buffer = b""
        self.status = None
        self.closed = False
        lines = {"Host": "127.0.0.1:%d" % port, "Upgrade": "websocket",
                 "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        lines.update(headers or {})
        self.send("{} {} HTTP/1.1\r\n{}\r\n".format(method, path, "".join(
            "%s: %s\r\n" % line for line in lines.items() if line[1] is not None)).encode())
        self.head = self._read_head()

    def _read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self._more(SOON):
                return ""
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        return head.decode("latin-1")

    def _more(self, seconds):
        self.socket.settimeout(max(seconds, 0.001))
        try:
            data = self.socket.recv(65536)
        except socket.timeout:
            return False
        except OSError:
            data = b""
        self.closed = self.closed or not data
        self.buffer += data
        return bool(data)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True

    def say(self, text):
        self.send(frame(TEXT, text.encode()))

    def _take(self):
        if len(self.buffer) < 2:
            return None
        start, length = 2, self.buffer[1] & 127
        if length == 126:
            start, length = 4, int.from_bytes(self.buffer[2:4], "big")
        elif length == 127:
            start, length = 10, int.from_bytes(self.buffer[2:10], "big")
        if len(self.buffer) < start + length:
            return None
        message = (self.buffer[0] & 15, self.buffer[start:start + length])
        self.buffer = self.buffer[start + length:]
        return message

    def next(self, seconds=SOON):
        """The next message, or None when none comes or the server hung up."""
        until = time.monotonic() + seconds
        while True:
            message = self._take()
            if message or self.closed:
                return message
            if time.monotonic() > until or not self._more(until - time.monotonic()):
                if not self.closed:
                    return None

    def rest(self):
        """All bytes to the end of the connection."""
        while self._more(SOON):
            pass
        return self.buffer

    def next_json(self, seconds=SOON):
        while True:
            message = self.next(seconds)
            if message is None or message[0] == TEXT:
                return message and json.loads(message[1])

    def next_frame(self, seconds=SOON):
        """The next tracking frame, whatever events come before it."""
        while True:
            message = self.next_json(seconds)
            if message is None or "hands" in message:
                return message

    def close_code(self, seconds=SOON):
        """1000..4999; 0 for a close without code or by TCP; None: it is still open."""
        while True:
            message = self.next(seconds)
            if message is None:
                return 0 if self.closed else None
            if message[0] == CLOSE:
                return int.from_bytes(message[1][:2], "big")

    def end(self):
        self.socket.close()
