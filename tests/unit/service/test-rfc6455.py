#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""RFC 6455 as seen on the wire.   usage: test-rfc6455.py LEAPD"""
import sys
import unittest

from rawws import (BINARY, CLOSE, PING, PONG, TEXT, Client, Leapd, frame)

PROGRAM = sys.argv.pop(1)
CONTINUATION = 0
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
NOTHING = 0.3

# What a peer must not send, and the code that ends the connection for it.
VIOLATIONS = {
    "reserved bit": (frame(TEXT, b"{}", reserved=0x40), {1002}),
    "reserved opcode": (frame(3, b"{}"), {1002}),
    "reserved control opcode": (frame(11), {1002}),
    "fragmented ping": (frame(PING, b"x", last=False), {1002}),
    "ping of 126 bytes": (frame(PING, b"p" * 126), {1002}),
    "a frame without mask": (frame(TEXT, b"{}", masked=False), {1002}),
    "a close of one byte": (frame(CLOSE, b"\x03"), {1002}),
    "continuation of nothing": (frame(CONTINUATION, b"x"), {1002}),
    "text inside a fragmented text": (frame(TEXT, b"a", last=False) + frame(TEXT, b"b"),
                                      {1002}),
    "broken UTF-8": (frame(TEXT, b"\xc3\x28"), {1007}),
    "UTF-8 cut at the end": (frame(TEXT, b'"\xe2\x82'), {1007}),
    "broken UTF-8 across fragments": (frame(TEXT, b"\xe2", last=False) +
                                      frame(CONTINUATION, b"\x28\xa1"), {1007}),
    "a message too long": (frame(TEXT, b"x" * 1025), {1009}),
    "a message of 1 MiB": (frame(TEXT, b"x" * (1 << 20)), {1009}),
    "close code 999": (frame(CLOSE, b"\x03\xe7"), {1002}),
    "close code 1005": (frame(CLOSE, b"\x03\xed"), {1002}),
    "close reason that is no UTF-8": (frame(CLOSE, b"\x03\xe8\xff\xfe"), {1007}),
}

# What costs nobody the connection.
HARMLESS = {
    "unsolicited pong": frame(PONG, b"zz"),
    "empty text": frame(TEXT),
    "no JSON": frame(TEXT, b"hello {"),
    "a string": frame(TEXT, b'"{focused: true}"'),
    "binary": frame(BINARY, b'{"background":true}'),
    "deep nesting": frame(TEXT, b"[" * 2000 + b"]" * 2000),
    "NUL and escapes": frame(TEXT, b'{"a\\u0000b":"\\ud83d\\ude00"}'),
    "unknown keys": frame(TEXT, b'{"focused":"yes","background":1,"zz":[1,{}]}'),
    "one byte a fragment": b"".join(
        frame(TEXT if i == 0 else CONTINUATION, bytes([c]), last=i == 9)
        for i, c in enumerate(b'{"a":true}')),
    "300 messages at once": b"".join(frame(TEXT, b'{"focused":%s}' % (b"true", b"false")[i % 2])
                                     for i in range(300)),
}


class Rfc6455(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.leapd = Leapd(PROGRAM, "--source=device:/nonexistent/leap0", "--wait")
        cls.leapd.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.leapd.__exit__()

    def open(self, **options):
        client = Client(self.leapd.port, **options)
        self.addCleanup(client.end)
        return client

    def opened(self):
        client = self.open()
        self.assertEqual(client.status, 101)
        self.assertEqual(client.next_json()["version"], 6)
        return client

    def test_the_handshake_is_answered_as_asked(self):
        client = self.open()
        self.assertEqual(client.status, 101)
        self.assertIn(ACCEPT, client.head)
        self.assertNotIn("sec-websocket-extensions", client.head.lower())
        self.assertNotIn("sec-websocket-protocol", client.head.lower())

    def test_tokens_of_the_handshake_have_no_case(self):
        client = self.open(headers={"Connection": "keep-alive, Upgrade",
                                    "Upgrade": "WebSocket"})
        self.assertEqual(client.status, 101)

    def test_what_is_no_upgrade_is_not_upgraded(self):
        self.assertEqual(self.open(method="POST").status, 405)
        self.assertEqual(self.open(headers={"Sec-WebSocket-Version": "8"}).status, 426)
        self.assertEqual(self.open(headers={"Sec-WebSocket-Key": None}).status, 400)
        self.assertEqual(self.open(headers={"Sec-WebSocket-Key": "c2hvcnQ="}).status, 400)
        self.assertEqual(self.open(path="/", headers={"Upgrade": None}).status, 200)
        self.assertEqual(self.open(headers={"Upgrade": "h2c"}).status, 426)
        self.assertEqual(self.open(path="/v6.html").status, 404)

    def test_a_subprotocol_that_nobody_knows_is_not_echoed(self):
        client = self.open(headers={"Sec-WebSocket-Protocol": "no-such-thing"})
        self.assertEqual(client.status, 101)
        self.assertNotIn("sec-websocket-protocol", client.head.lower())

    def test_any_origin_may_connect(self):
        for origin in ("null", "https://example.org", "*"):
            self.assertEqual(self.open(headers={"Origin": origin}).status, 101)

    def test_a_rebound_host_may_not(self):
        for host in ("evil.example", "127.0.0.1.evil.example:%d" % self.leapd.port, "", None):
            self.assertEqual(self.open(headers={"Host": host}).status, 403)
            self.assertEqual(self.open(path="/metrics", headers={"Host": host,
                                                                 "Upgrade": None}).status, 403)

    def test_a_header_too_long_is_told_so(self):
        self.assertEqual(self.open(headers={"X-Long": "a" * 16000}).status, 431)
        self.opened()

    def test_a_ping_is_answered_with_its_payload(self):
        for payload in (b"", b"p" * 125):
            client = self.opened()
            client.send(frame(PING, payload))
            self.assertEqual(client.next(), (PONG, payload))

    def test_a_ping_comes_through_between_fragments(self):
        client = self.opened()
        client.send(frame(TEXT, b'{"focu', last=False) + frame(PING, b"x") +
                    frame(CONTINUATION, b'sed":true}'))
        self.assertEqual(client.next(), (PONG, b"x"))

    def test_a_frame_may_come_byte_by_byte(self):
        client = self.opened()
        for byte in frame(PING, b"slowly"):
            client.send(bytes([byte]))
        self.assertEqual(client.next(), (PONG, b"slowly"))

    def test_a_close_is_answered_and_the_last_word(self):
        client = self.opened()
        client.send(frame(CLOSE, b"\x03\xe8"))
        self.assertEqual(client.close_code(), 1000)
        self.assertIsNone(client.next(NOTHING))

    def test_violations_end_the_connection(self):
        for name, (sent, codes) in VIOLATIONS.items():
            with self.subTest(name):
                client = self.opened()
                client.send(sent)
                self.assertIn(client.close_code(), codes)

    def test_what_is_harmless_does_not(self):
        for name, sent in HARMLESS.items():
            with self.subTest(name):
                client = self.opened()
                client.send(sent)
                client.send(frame(PING, b"still here"))
                self.assertEqual(client.next(), (PONG, b"still here"))

    def test_sixty_four_connect_at_once(self):
        clients = [self.open() for _ in range(64)]
        self.assertEqual([client.status for client in clients], [101] * 64)

    def test_there_is_an_end_to_clients(self):
        clients = [self.open() for _ in range(300)]
        accepted = sum(client.status == 101 for client in clients)
        self.assertEqual(accepted, 256)
        clients[0].end()
        clients[1].end()
        for _ in range(100):
            if self.open().status == 101:
                break
        else:
            self.fail("no place is free again")


if __name__ == "__main__":
    unittest.main()
