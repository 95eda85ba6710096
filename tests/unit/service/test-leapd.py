#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""leapd as users meet it: options, errors, ends, ports.   usage: test-leapd.py LEAPD"""
import glob
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import unittest

from rawws import PING, PONG, TEXT, Client, Leapd, frame

PROGRAM = sys.argv.pop(1)
ROW = bytes(1280 * 240)


def run(*options):
    return subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=30,
                          check=False)


def write_file(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def capture(frames):
    head = b"YUV4MPEG2 W1280 H240 F115:1 Ip A1:1 Cmono\n"
    return head + b"".join(b"FRAME Xts=%d\n" % (i * 8695600) + ROW for i in range(frames))


def listening_addresses(pid):
    """Local addresses of the process's listening TCP sockets, as /proc writes them."""
    inodes = set()
    for link in glob.glob("/proc/%d/fd/*" % pid):
        found = re.match(r"socket:\[(\d+)\]", os.readlink(link))
        if found:
            inodes.add(found.group(1))
    addresses = []
    for table in ("tcp", "tcp6"):
        with open("/proc/%d/net/%s" % (pid, table)) as lines:
            for fields in (line.split() for line in lines):
                if fields[3] == "0A" and fields[9] in inodes:
                    addresses.append(fields[1].split(":")[0])
    return addresses


class Options(unittest.TestCase):
    def refused(self, *options, status=1, says=""):
        result = run("--port=0", *options)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"\Aleapd: [^\n]*\n\Z")
        self.assertIn(says, result.stderr)

    def test_help_names_every_option(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        for option in ("--source", "--wait", "--config", "--port", "--foreground", "--run",
                       "--ws_port", "--background_app_mode", "--interaction_box_height"):
            self.assertIn(option, result.stdout)

    def test_version_is_that_of_the_tree(self):
        result = run("--version")
        self.assertRegex(result.stdout, r"\Aleapd \d+\.\d+\.\d+\n\Z")

    def test_a_wrong_option_is_named(self):
        self.refused("--frobnicate=1", status=2, says="--frobnicate")
        self.refused("frobnicate", status=2, says="frobnicate")
        self.refused("--wait=1", status=2, says="--wait")
        self.refused("--source", status=2, says="--source")
        self.refused("--port=65536", status=2, says="--ws_port")

    def test_a_source_that_does_not_do_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            text = write_file(folder, "text.y4m", b"hello\n")
            cut = write_file(folder, "cut.y4m", capture(1)[:-100000])
            self.refused("--source=device:/nonexistent/leap0", says="/nonexistent/leap0")
            self.refused("--source=device:/dev/null", says="/dev/null")
            self.refused("--source=replay:/nonexistent.y4m", says="/nonexistent.y4m")
            self.refused("--source=replay:" + text, says=text)
            self.refused("--source=replay:" + cut, says=cut)
            self.refused("--source=simulate:x", says="simulate:x")
            self.refused("--source=telepathy", says="telepathy")

    def test_a_configuration_that_does_not_do_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = write_file(folder, "a.json", b'{"configuration":{"ws_port":}}')
            wrong = write_file(folder, "b.json", b'{"configuration":{"ws_port":"x"}}')
            self.refused("--config=/nonexistent.json", says="/nonexistent.json")
            self.refused("--config", folder, says=folder)
            self.refused("--config=" + broken, says=broken + ":1:")
            self.refused("--config=" + wrong, says="ws_port")

    def test_a_trace_that_cannot_be_written_is_named(self):
        self.refused("--source=simulate", "--trace=/nonexistent/x", says="/nonexistent/x")

    def test_a_port_in_use_is_named(self):
        with Leapd(PROGRAM, "--source=simulate") as leapd:
            result = run("--source=simulate", "--port=%d" % leapd.port)
            self.assertEqual(result.returncode, 1)
            self.assertIn("port %d" % leapd.port, result.stderr)

    def test_a_native_port_in_use_is_told_and_done_without(self):
        taken = socket.create_server(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "native")
            with Leapd(PROGRAM, "--native_enabled=true", "--native_port=%d" % port,
                       "--native_socket=" + path, "--source=simulate") as leapd:
                self.assertTrue(stat.S_ISSOCK(os.stat(path).st_mode))
                status, error = leapd.end()
                self.assertEqual(status, 0)
                self.assertIn("native_port %d" % port, error)
        taken.close()

    def test_a_native_socket_in_use_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "native")
            native = ("--native_enabled=true", "--native_port=0",
                      "--native_socket=" + path)
            with Leapd(PROGRAM, "--source=simulate", *native):
                self.refused("--source=simulate", *native, says=path)
            # what a leapd that was killed has left is no hindrance
            with Leapd(PROGRAM, "--source=simulate", *native) as leapd:
                leapd.process.kill()
                leapd.process.wait()
                self.assertTrue(os.path.exists(path))
            with Leapd(PROGRAM, "--source=simulate", *native) as leapd:
                self.assertEqual(leapd.end(), (0, ""))
            self.assertFalse(os.path.exists(path))

    def test_the_command_line_is_stronger_than_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            config = write_file(folder, "c.json", b'{"configuration":{"source":"telepathy",'
                                b'"ws_port":1,"images_mode":2,"ws_prot":7}}')
            with Leapd(PROGRAM, "--config", config, "--source", "simulate") as leapd:
                self.assertNotEqual(leapd.port, 1)
                status, error = leapd.end()
                self.assertEqual(status, 0)
                self.assertIn("ws_prot", error)
                self.assertNotIn("images_mode", error)


class Life(unittest.TestCase):
    def test_it_says_nothing_without_a_terminal(self):
        process = subprocess.Popen([PROGRAM, "--port=0", "--native_enabled=false",
                                    "--source=simulate"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            process.communicate(timeout=1)
            self.fail("it ended")
        except subprocess.TimeoutExpired:
            process.terminate()
        self.assertEqual(process.communicate(), (b"", b""))
        self.assertEqual(process.returncode, 0)

    def test_signals_end_it_well_and_clients_are_told(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with Leapd(PROGRAM, "--source=simulate") as leapd:
                client = Client(leapd.port)
                self.assertEqual(client.next_json()["version"], 6)
                self.assertEqual(leapd.end(number), (0, ""))
                self.assertEqual(client.close_code(), 1001)
                client.end()

    def test_only_loopback_is_bound(self):
        with Leapd(PROGRAM, "--source=simulate") as leapd:
            addresses = listening_addresses(leapd.process.pid)
            self.assertIn("0100007F", addresses)
            self.assertLessEqual(set(addresses),
                                 {"0100007F", "00000000000000000000000001000000"})

    def test_the_port_can_be_closed_altogether(self):
        process = subprocess.Popen([PROGRAM, "--websockets_enabled=false",
                                    "--native_enabled=false", "--foreground",
                                    "--source=simulate"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.assertIn("leapd", process.stdout.readline())
        self.assertEqual(listening_addresses(process.pid), [])
        process.terminate()
        _, error = process.communicate(timeout=20)
        self.assertIn("websockets_enabled", error)
        self.assertEqual(process.returncode, 0)

    def test_without_a_controller_it_can_wait(self):
        with Leapd(PROGRAM, "--source=device:/nonexistent/leap0", "--wait") as leapd:
            client = Client(leapd.port)
            self.assertEqual(client.next_json()["version"], 6)
            self.assertIsNone(client.next_json(0.5))
            client.end()
            self.assertEqual(leapd.end(), (0, ""))


def make_certificate(folder):
    """As leapd(8) says, with both parts in files of their own."""
    key, certificate = (os.path.join(folder, name) for name in ("leapd.key", "leapd.crt"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "825",
                    "-subj", "/CN=leapd on this machine",
                    "-addext", "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost",
                    "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return key, certificate


class Secure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.key, cls.certificate = make_certificate(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def options(self, *more):
        return ("--source=simulate", "--wss_port=0", "--wss_certificate=" + self.certificate,
                "--wss_key=" + self.key, *more)

    def test_a_client_that_trusts_the_certificate_gets_frames(self):
        trust = ssl.create_default_context(cafile=self.certificate)
        with Leapd(PROGRAM, *self.options()) as leapd:
            client = Client(leapd.tls_port(), tls=trust)
            self.assertEqual(client.status, 101)
            self.assertEqual(client.next_json()["version"], 6)
            client.say('{"focused":true}')
            ids = [client.next_frame()["id"] for _ in range(200)]
            self.assertEqual(ids, sorted(set(ids)))
            self.assertEqual(leapd.end(), (0, ""))
            self.assertEqual(client.close_code(), 1001)
            client.end()

    def test_what_is_no_tls_and_who_does_not_trust_harm_nobody(self):
        with Leapd(PROGRAM, *self.options()) as leapd:
            port = leapd.tls_port()
            self.assertIsNone(Client(port).status)
            with self.assertRaises(ssl.SSLError):
                Client(port, tls=ssl.create_default_context())
            page = Client(leapd.port, path="/", headers={"Upgrade": None})
            self.assertEqual(page.status, 200)
            self.assertIn(b"wss://127.0.0.1:%d/" % port, page.rest())

    def test_many_pieces_in_one_record_are_all_read(self):
        trust = ssl.create_default_context(cafile=self.certificate)
        with Leapd(PROGRAM, *self.options()) as leapd:
            client = Client(leapd.tls_port(), tls=trust)
            client.send(b"".join(frame(TEXT, b'{"focused":%s}' % (b"true", b"false")[i % 2])
                                 for i in range(500)) + frame(PING, b"end"))
            while True:
                message = client.next()
                if message[0] != TEXT:
                    break
            self.assertEqual(message, (PONG, b"end"))
            client.end()

    def test_a_certificate_that_does_not_do_is_named(self):
        for options, says in (
                (["--wss_certificate=/nonexistent.crt"], "/nonexistent.crt"),
                (["--wss_certificate=" + self.certificate], self.certificate),
                (["--wss_certificate=" + self.certificate, "--wss_key=" + self.certificate],
                 "wss_key")):
            result = run("--port=0", "--wss_port=0", "--source=simulate", *options)
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, r"\Aleapd: [^\n]*\n\Z")
            self.assertIn(says, result.stderr)


class Remote(unittest.TestCase):
    def test_other_machines_are_served_when_that_is_configured_with_a_warning(self):
        with Leapd(PROGRAM, "--source=simulate", "--websockets_allow_remote=true") as leapd:
            addresses = set(listening_addresses(leapd.process.pid))
            self.assertIn("00000000", addresses)
            self.assertLessEqual(addresses, {"00000000", "0" * 32})
            for host, status in (("192.0.2.1:%d" % leapd.port, 101), ("evil.example", 403)):
                client = Client(leapd.port, headers={"Host": host})
                self.assertEqual(client.status, status)
                client.end()
            self.assertIn("websockets_allow_remote", leapd.end()[1])


class Frames(unittest.TestCase):
    def check_order(self, leapd):
        client = Client(leapd.port)
        self.assertEqual(client.next_json()["version"], 6)
        event = client.next_json()
        if "event" in event:
            self.assertTrue(event["event"]["state"]["attached"])
        client.say('{"focused":true}')
        frames = [client.next_frame() for _ in range(20)]
        ids = [frame["id"] for frame in frames]
        self.assertEqual(ids, sorted(set(ids)))
        times = [frame["timestamp"] for frame in frames]
        self.assertEqual(times, sorted(set(times)))
        client.end()
        return frames

    def test_the_simulator_shows_hands_with_five_fingers(self):
        with Leapd(PROGRAM, "--source=simulate") as leapd:
            client = Client(leapd.port)
            client.say('{"focused":true}')
            for _ in range(2000):
                frame = client.next_frame()
                if frame["hands"]:
                    break
            self.assertTrue(frame["hands"])
            for hand in frame["hands"]:
                fingers = [finger for finger in frame["pointables"]
                           if finger["handId"] == hand["id"]]
                self.assertEqual(sorted(finger["type"] for finger in fingers),
                                 [0, 1, 2, 3, 4])
            client.end()
            self.check_order(leapd)

    def test_a_capture_is_played_again_and_again(self):
        with tempfile.TemporaryDirectory() as folder:
            path = write_file(folder, "dark.y4m", capture(5))
            with Leapd(PROGRAM, "--source=replay:" + path) as leapd:
                self.assertEqual(sum(len(f["hands"]) for f in self.check_order(leapd)), 0)

    def test_both_addresses_serve(self):
        with Leapd(PROGRAM, "--source=simulate") as leapd:
            try:
                client = Client(leapd.port, address="::1")
            except OSError as error:
                if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"):
                    raise
                self.skipTest("no IPv6 here: %s" % error)
            self.assertEqual(client.next_json()["version"], 6)
            client.end()


if __name__ == "__main__":
    unittest.main()
