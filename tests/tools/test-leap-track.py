# SPDX-License-Identifier: MIT
"""leap-track as people use it.   usage: test-leap-track.py LEAP_TRACK LEAP_RECORD"""
import json
import math
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

from captures import png, png_size, read_capture, run

LEAP_TRACK, LEAP_RECORD = sys.argv[1:3]
FRAMES = 40
FRAME_KEYS = {"currentFrameRate", "gestures", "hands", "id", "interactionBox",
              "pointables", "r", "s", "t", "timestamp"}


def split(pixels):
    """One eye's rows each."""
    return pixels[0::2], pixels[1::2]


class LeapTrack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="leap-test-"))
        cls.recorded = cls.shared / "hand.y4m"
        result = run(LEAP_RECORD, "--source=simulate:1", f"--frames={FRAMES}",
                     "-o", cls.recorded)
        assert result.returncode == 0, result.stderr
        _, cls.frames, _ = read_capture(cls.recorded.read_bytes())

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leap-test-"))
        self.capture = self.folder / "hand.y4m"
        self.capture.write_bytes(self.recorded.read_bytes())
        self.calibration = self.folder / "hand.y4m.calibration"
        self.calibration.write_bytes(
            (self.shared / "hand.y4m.calibration").read_bytes())
        self.left, self.right = self.folder / "left.png", self.folder / "right.png"
        left, right = split(self.frames[-1][1])
        self.left.write_bytes(png(640, 240, left))
        self.right.write_bytes(png(640, 240, right))
        self.overlay = self.folder / "overlay.png"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def track(self, *arguments, **keywords):
        return run(LEAP_TRACK, *arguments, **keywords)

    def pair(self, *arguments):
        return self.track(f"--left={self.left}", f"--right={self.right}",
                          f"--calibration={self.calibration}", *arguments)

    def assert_refused(self, result, reason):
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, b"")
        self.assertIn(reason, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertFalse(self.overlay.exists())

    def test_every_captured_frame_becomes_a_line_of_json(self):
        result = self.track(self.capture)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(len(lines), FRAMES)
        for (time_ns, _), line, number in zip(self.frames, lines, range(FRAMES)):
            self.assertLessEqual(FRAME_KEYS, set(line))
            self.assertEqual(line["timestamp"], time_ns // 1000)
            self.assertEqual(line["id"], lines[0]["id"] + number)

    def test_the_simulated_hand_is_found(self):
        lines = self.track(self.capture).stdout.splitlines()
        last = json.loads(lines[-1])
        self.assertEqual(len(last["hands"]), 1)
        self.assertEqual(len(last["pointables"]), 5)
        self.assertEqual({finger["type"] for finger in last["pointables"]},
                         {0, 1, 2, 3, 4})
        self.assertTrue(100 < last["hands"][0]["palmPosition"][1] < 500)

    def test_the_same_capture_gives_the_same_bytes(self):
        first = self.track(self.capture).stdout
        self.assertEqual(first, self.track(self.capture).stdout)
        from_stdin = self.track("-", f"--calibration={self.calibration}",
                                data=self.capture.read_bytes())
        self.assertEqual(first, from_stdin.stdout)

    def test_without_calibration_it_warns_and_takes_nominal_values(self):
        with_calibration = self.track(self.capture).stdout
        self.calibration.unlink()
        result = self.track(self.capture)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(len(result.stdout.splitlines()), FRAMES)
        self.assertEqual(result.stderr, "leap-track: no calibration: positions are "
                         "those of a typical controller (see --calibration)\n")
        self.assertNotEqual(result.stdout, with_calibration)

    def test_a_broken_calibration_is_refused(self):
        block = bytearray(self.calibration.read_bytes())
        missing = self.folder / "missing"
        self.assert_refused(self.track(self.capture, "-c", missing),
                            "missing: No such file")
        self.assert_refused(self.track(self.capture, "-c", self.folder),
                            "Is a directory")
        block[20] ^= 1
        for broken in (bytes(block), bytes(block[:155]), bytes(block) + b"\0", b""):
            self.calibration.write_bytes(broken)
            self.assert_refused(self.track(self.capture), "hand.y4m.calibration: ")
            self.assert_refused(self.pair(), "hand.y4m.calibration: ")

    def test_a_folder_takes_a_picture_of_each_frame(self):
        folder = self.folder / "overlays"
        result = self.track(self.capture, f"--overlay={folder}")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(sorted(p.name for p in folder.iterdir()),
                         [f"{i:06}.png" for i in range(1, FRAMES + 1)])
        self.track(self.capture, f"--overlay={self.overlay}")
        self.assertEqual((folder / f"{FRAMES:06}.png").read_bytes(),
                         self.overlay.read_bytes())
        shutil.rmtree(folder)
        self.overlay.unlink()
        folder.write_text("in the way")
        self.assert_refused(self.track(self.capture, f"--overlay={folder}/x/"),
                            "Not a directory")

    def test_a_truncated_capture_yields_its_whole_frames_and_an_error(self):
        data = self.capture.read_bytes()
        self.capture.write_bytes(data[:-1000])
        result = self.track(self.capture, f"--overlay={self.overlay}")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stdout.splitlines()), FRAMES - 1)
        json.loads(result.stdout.splitlines()[-1])
        self.assertIn(f"hand.y4m: frame {FRAMES} at byte ", result.stderr)
        self.assertIn("has 306200 of 307200 bytes", result.stderr)
        self.assertFalse(self.overlay.exists())

    def test_what_is_no_capture_is_refused(self):
        header = self.capture.read_bytes().split(b"\n")[0] + b"\n"
        for data, reason in ((b"", "not a capture: it is empty"),
                             (self.left.read_bytes(), "not a capture"),
                             (header.replace(b"W1280", b"W640"), "no mode"),
                             (header.replace(b"mono", b"420"), "Cmono"),
                             (header, "a capture without frames")):
            self.capture.write_bytes(data)
            self.assert_refused(self.track(self.capture), reason)
        self.capture.unlink()
        self.assert_refused(self.track(self.capture), "hand.y4m: No such file")
        self.assert_refused(self.track("-c", self.calibration, self.folder),
                            "Is a directory")

    def test_a_pair_of_pictures_becomes_one_frame_with_the_same_hand(self):
        result = self.pair()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(len(result.stdout.splitlines()), 1)
        still = json.loads(result.stdout)
        moving = json.loads(self.track(self.capture).stdout.splitlines()[-1])
        self.assertEqual(len(still["hands"]), 1)
        self.assertEqual(len(still["pointables"]), 5)
        for one, other in zip(still["hands"][0]["palmPosition"],
                              moving["hands"][0]["palmPosition"]):
            self.assertAlmostEqual(one, other, delta=15)
        for speed in still["hands"][0]["palmVelocity"]:
            self.assertAlmostEqual(speed, 0, delta=20)
        self.assertEqual(result.stdout, self.pair().stdout)

    def test_colours_of_grey_are_grey(self):
        grey = self.pair().stdout
        for path, eye in zip((self.left, self.right), split(self.frames[-1][1])):
            rgb = bytes(value for value in eye for _ in range(3))
            path.write_bytes(png(640, 240, rgb, colour_type=2))
        self.assertEqual(self.pair().stdout, grey)

    def test_pictures_that_are_none_are_refused(self):
        good = self.right.read_bytes()
        for data, reason in (
                (b"", "right.png: not a PNG file"),
                (self.capture.read_bytes(), "right.png: not a PNG file"),
                (good[:len(good) // 2], "right.png: the PNG file is damaged"),
                (png(320, 240, bytes(320 * 240)), "right.png: 320x240 is no size"),
                (png(640, 480, bytes(640 * 480)), "right.png is 640x480")):
            self.right.write_bytes(data)
            self.assert_refused(self.pair(f"--overlay={self.overlay}"), reason)
        self.right.unlink()
        self.assert_refused(self.pair(), "right.png: No such file")

    def test_the_overlay_shows_both_eyes(self):
        for track in (self.pair, lambda option: self.track(self.capture, option)):
            result = track(f"--overlay={self.overlay}")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertEqual(png_size(self.overlay.read_bytes()), (640, 480))
            self.overlay.unlink()

    def test_an_overlay_that_cannot_be_written_is_an_error(self):
        result = self.pair("--overlay=/dev/full")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/dev/full: writing failed: No space left", result.stderr)
        self.assertTrue(os.path.exists("/dev/full"))

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            result = self.track(self.capture, stdout=full)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr,
                         "leap-track: standard output: No space left on device\n")

    def frames_of_old(self, count=40, left=False, turn=0.0):
        """Frames as the original wrote them, of a finger that goes round."""
        lines = []
        for number in range(count):
            side = -1 if left else 1
            hand = {"confidence": 1, "direction": [0, 0, -1], "id": 9,
                    "palmNormal": [0, -1, 0], "palmPosition": [0, 200, 0],
                    "type": "left" if left else "right", "palmVelocity": [7, 7, 7]}
            fingers = []
            for kind in range(5):
                x = side * (-45 + 22 * kind)
                finger = {"handId": 9, "id": 90 + kind, "tool": False,
                          "mcpPosition": [x, 200, -20], "pipPosition": [x, 199, -60],
                          "dipPosition": [x, 197, -85], "tipPosition": [x, 195, -98]}
                if kind == 1:
                    angle = turn * number
                    for key in ("dipPosition", "tipPosition"):
                        finger[key][0] += 15 * math.sin(angle)
                        finger[key][1] += 15 * math.cos(angle)
                fingers.append(finger)
            lines.append(json.dumps({"hands": [hand], "id": 500 + number,
                                     "pointables": fingers,
                                     "timestamp": 1000000 + 8700 * number}))
        return "\n".join(lines).encode() + b"\n"

    def derived(self, data, *options):
        result = self.track("--from-frames=-", *options, data=data)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return [json.loads(line) for line in result.stdout.splitlines()]

    def test_recorded_frames_are_computed_afresh(self):
        frames = self.derived(b'{"version":6}\n' + self.frames_of_old(left=True))
        self.assertEqual(len(frames), 40)
        for number, frame in enumerate(frames):
            self.assertLessEqual(FRAME_KEYS, set(frame))
            self.assertEqual(frame["timestamp"], 1000000 + 8700 * number)
            self.assertEqual(frame["gestures"], [])
            self.assertEqual([hand["id"] for hand in frame["hands"]], [1])
            self.assertEqual(frame["hands"][0]["type"], "left")
            self.assertEqual(frame["hands"][0]["palmVelocity"], [0, 0, 0])
            self.assertEqual(len(frame["pointables"]), 5)
            for finger, x in zip(frame["pointables"], (45, 23, 1, -21, -43)):
                if finger["type"] != 1:
                    self.assertAlmostEqual(finger["tipPosition"][0], x, delta=0.01)

    def test_gestures_are_told_when_asked_for(self):
        data = self.frames_of_old(count=150, turn=0.1)
        told = [gesture for frame in self.derived(data, "--gestures")
                for gesture in frame["gestures"]]
        self.assertEqual({gesture["type"] for gesture in told}, {"circle"})
        self.assertEqual(told[0]["state"], "start")
        self.assertEqual(told[0]["pointableIds"], [11])
        self.assertTrue(all(not frame["gestures"] for frame in self.derived(data)))

    def test_recorded_frames_come_from_a_file_too(self):
        path = self.folder / "frames.jsonl"
        path.write_bytes(self.frames_of_old())
        result = self.track("--from-frames", path)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout,
                         self.track("--from-frames=-", data=self.frames_of_old()).stdout)

    def test_frames_that_are_none_are_refused_by_line(self):
        good = self.frames_of_old(count=2)
        for data, reason in (
                (b"", "no frames in it"),
                (b"hello\n", ":1: not JSON"),
                (b"[1]\n", ":1: no JSON object"),
                (b'{"hands":[]}\n', ":1: a frame without a time stamp"),
                (b'{"hands":[],"timestamp":5}\n', ":1: a frame without pointables"),
                (b'{"hands":[{}],"pointables":[],"timestamp":5}\n', ":1: a hand"),
                (good.splitlines()[0][:-1], ":1: not JSON: it ends too early"),
                (good.splitlines()[0].replace(b"200, 0]", b"2e300, 0]"),
                 ":1: numbers that no hand has")):
            self.assert_refused(self.track("--from-frames=-", data=data), reason)
        result = self.track("--from-frames=-", data=good + b"{\n")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stdout.splitlines()), 2)
        self.assertIn("-:3: not JSON", result.stderr)
        self.assert_refused(self.track("--from-frames", self.folder / "missing"),
                            "missing: No such file")
        self.assert_refused(self.track("--from-frames=-", self.capture),
                            "has no pictures")

    def test_contradicting_arguments_are_refused(self):
        self.assert_refused(self.track(), "nothing to track")
        self.assert_refused(self.track("--left", self.left), "go together")
        self.assert_refused(self.track("--right", self.right), "go together")
        self.assert_refused(self.pair(self.capture), "not both")
        self.assert_refused(self.track(self.capture, self.capture), "One capture")

    def test_help_and_version(self):
        self.assertIn(b"--overlay=PNG", run(LEAP_TRACK, "--help").stdout)
        self.assertRegex(run(LEAP_TRACK, "--version").stdout, rb"^leap-track \d+\.\d+")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
