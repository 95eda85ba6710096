#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""leapctl and the example as people use them, and what leapd bears from its clients.

usage: test-leapctl.py LEAPD LEAPCTL EXAMPLE
LEAP_STOP_SECONDS: how long a reader is stopped (2).
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

EXAMPLE = os.path.abspath(sys.argv.pop())
LEAPCTL = os.path.abspath(sys.argv.pop())
LEAPD = os.path.abspath(sys.argv.pop())
STOP_SECONDS = float(os.environ.get("LEAP_STOP_SECONDS", "2"))
SOON = 20


class Reader:
    """A program that prints a line now and then; ends with the block."""

    def __init__(self, *command, **environment):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})

    def until(self, pattern, seconds=SOON):
        """The next line that matches."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line = self.process.stdout.readline()
            found = re.search(pattern, line)
            if found:
                return found
            if not line:
                break
        raise AssertionError("%s was not said" % pattern)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


class Native(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = os.path.join(self.folder.name, "native")
        self.start()

    def tearDown(self):
        self.stop()
        self.folder.cleanup()

    def start(self):
        self.leapd = subprocess.Popen(
            [LEAPD, "--port=0", "--native_port=0", "--source=simulate", "--foreground",
             "--native_socket=" + self.socket], stdout=subprocess.PIPE, text=True)
        text = ""
        while "end it" not in text:
            line = self.leapd.stdout.readline()
            self.assertTrue(line, text)
            text += line
        self.port = re.search(r"native  127\.0\.0\.1:(\d+)", text).group(1)

    def stop(self):
        self.leapd.send_signal(signal.SIGTERM)
        self.leapd.communicate(timeout=SOON)
        self.assertEqual(self.leapd.returncode, 0)
        self.assertFalse(os.path.exists(self.socket))

    def run_leapctl(self, *arguments, status=0, by=None):
        result = subprocess.run([LEAPCTL, *(by or ("--socket", self.socket)), *arguments],
                                capture_output=True, text=True, timeout=SOON, check=False)
        self.assertEqual(result.returncode, status, result.stderr)
        if status:
            self.assertRegex(result.stderr, r"\Aleapctl: [^\n]*\n\Z")
        return result.stdout

    def watch(self, *arguments):
        return Reader(LEAPCTL, "--socket", self.socket, "watch", *arguments)

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.leapd.pid))

    def test_status_names_version_transport_and_controller(self):
        with self.watch() as watch:
            watch.until(r"^frame")
        for by, way in ((None, "shared memory"),
                        (("--tcp", "127.0.0.1:" + self.port), "TCP")):
            text = self.run_leapctl("status", by=by)
            self.assertRegex(text, r"\Aleapd \d+\.\d+\.\d+, up for \d+ s\n")
            self.assertIn(way, text)
            self.assertRegex(text, r"LP\d{11}  peripheral")

    def test_watch_shows_hands(self):
        text = self.run_leapctl("watch", "20")
        self.assertRegex(text, r"frame \d+  \d+ a second  1 hands")
        self.assertRegex(text, r"(left|right) +\d+  palm +-?\d+\.\d +\d+\.\d +-?\d+\.\d mm")

    def test_pause_stops_tracking_until_resume(self):
        with self.watch() as watch:
            watch.until(r"^frame")
            self.run_leapctl("pause")
            watch.until("tracking is paused")
            watch.until("not streaming")
            self.assertIn("not streaming", self.run_leapctl("devices"))
            self.run_leapctl("resume")
            watch.until(": streaming")
            watch.until(r"^frame \d+ .* 1 hands")

    def test_settings_are_listed_and_changed(self):
        self.assertIn("native_socket = " + self.socket, self.run_leapctl("get"))
        self.run_leapctl("set", "interaction_box_height", "123")
        self.assertEqual(self.run_leapctl("get", "interaction_box_height"), "123\n")
        self.run_leapctl("set", "interaction_box_height", "x", status=1)
        self.run_leapctl("set", "nonsense", "1", status=1)
        self.run_leapctl("get", "nonsense", status=1)
        self.run_leapctl("set", "interaction_box_height", "1", status=1,
                         by=("--tcp", "127.0.0.1:" + self.port))

    def test_clients_are_listed(self):
        with self.watch() as watch:
            watch.until(r"^frame")
            text = self.run_leapctl("clients")
            self.assertRegex(text, r"leapctl +pid %d +shared memory frames"
                             % watch.process.pid)
            self.assertEqual(len(text.splitlines()), 2)

    def test_mistakes_are_told(self):
        self.run_leapctl("dance", status=2)
        self.run_leapctl("set", "x", status=2)
        self.run_leapctl("watch", "x", status=2)
        self.run_leapctl("--frobnicate", status=2)
        self.run_leapctl("status", by=("--tcp", "127.0.0.1:x"), status=2)
        self.run_leapctl("status", by=("--socket", "/nonexistent/x"), status=1)

    def test_the_example_prints_hands(self):
        with Reader(EXAMPLE, "100000", LEAPD_SOCKET=self.socket) as example:
            example.until("connected to leapd")
            example.until(r"^\d+ (left|right) hand at -?\d+ \d+ -?\d+ mm, grab \d\.\d\d")

    def test_a_restart_is_told_and_survived(self):
        with self.watch() as watch:
            watch.until(r"^frame")
            self.stop()
            watch.until("leapd is gone")
            self.start()
            watch.until("leapd is there again")
            watch.until(r"^frame")

    def test_a_stopped_reader_holds_up_nobody_and_goes_on_with_the_newest_frame(self):
        for by in (("--socket", self.socket), ("--tcp", "127.0.0.1:" + self.port)):
            with Reader(LEAPCTL, *by, "watch") as stopped, self.watch() as other:
                stopped.until(r"^frame")
                other.until(r"^frame")
                before = self.descriptors()
                stopped.process.send_signal(signal.SIGSTOP)
                first = int(other.until(r"^frame (\d+)").group(1))
                end = time.monotonic() + STOP_SECONDS
                longest = 0
                while time.monotonic() < end:
                    asked = time.monotonic()
                    last = int(other.until(r"^frame (\d+)").group(1))
                    longest = max(longest, time.monotonic() - asked)
                self.assertEqual(self.descriptors(), before)
                stopped.process.send_signal(signal.SIGCONT)
                while True:
                    found = stopped.until(r"^frame (\d+).*?(?:  (\d+) missed)?$")
                    if int(found.group(1)) >= last:
                        break
                print("%s: stopped for %.0f s: frames %d to %d; goes on at %s, missed %s; "
                      "the other's longest pause %.0f ms" %
                      (by[0], STOP_SECONDS, first, last, found.group(1), found.group(2),
                       longest * 1000))
                if by[0] == "--socket":
                    self.assertGreater(int(found.group(2) or 0), (last - first) // 2)

    def test_readers_that_are_killed_leave_nothing_behind(self):
        with self.watch() as other:
            other.until(r"^frame")
            before = self.descriptors()
            for _ in range(5):
                readers = [self.watch() for _ in range(4)]
                for reader in readers:
                    reader.until(r"^frame")
                for reader in readers:
                    reader.process.kill()
                    reader.process.communicate()
            end = time.monotonic() + SOON
            while self.descriptors() != before and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(self.descriptors(), before)
            other.until(r"^frame")


if __name__ == "__main__":
    unittest.main()
