# SPDX-License-Identifier: MIT
"""leap-record as people use it.   usage: test-leap-record.py LEAP_RECORD"""
import os
import pathlib
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from captures import read_capture, run

LEAP_RECORD = sys.argv[1]
FRAME = 1280 * 240


class LeapRecord(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leap-test-"))
        self.file = self.folder / "hand.y4m"
        self.calibration = self.folder / "hand.y4m.calibration"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def simulate(self, *options, **keywords):
        return run(LEAP_RECORD, "--source=simulate:5", *options, **keywords)

    def assert_refused(self, result, reason):
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(reason, result.stderr)
        self.assertEqual(result.stderr.splitlines()[0][:13], "leap-record: ")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_frames_of_the_simulator_become_a_capture(self):
        result = self.simulate("--frames=6", f"--output={self.file}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("6 frames written", result.stderr)
        self.assertEqual(result.stdout, b"")
        header, frames, rest = read_capture(self.file.read_bytes())
        self.assertEqual(header, b"YUV4MPEG2 W1280 H240 F2500000:21739 Ip A1:1 Cmono\n")
        self.assertEqual(len(frames), 6)
        self.assertEqual(rest, b"")
        for (before, _), (after, _) in zip(frames, frames[1:]):
            self.assertEqual((after - before) % 8695600, 0)
            self.assertGreater(after, before)
        self.assertGreater(max(frames[0][1]), 100)

    def test_the_calibration_is_put_beside_it(self):
        self.simulate("-n1", "-o", self.file)
        block = self.calibration.read_bytes()
        self.assertEqual(len(block), 156)
        self.assertEqual(block[:2], b"CA")

    def test_standard_output_is_the_default(self):
        result = self.simulate("-n3")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(read_capture(result.stdout)[1]), 3)

    def test_seconds_limit_a_recording(self):
        result = self.simulate("--seconds=0.3", "--output=-")
        self.assertEqual(result.returncode, 0, result.stderr)
        times = [time_ns for time_ns, _ in read_capture(result.stdout)[1]]
        self.assertLessEqual(times[-1] - times[0], 300e6)

    @unittest.skipUnless(shutil.which("ffprobe"), "ffprobe is not installed")
    def test_ffmpeg_reads_every_frame(self):
        self.simulate("-n5", "-o", self.file)
        result = run("ffprobe", "-v", "error", "-count_frames", "-of", "csv=p=0",
                     "-show_entries", "stream=width,height,pix_fmt,nb_read_frames",
                     self.file)
        self.assertEqual(result.stdout.split(), [b"1280,240,gray,5"])
        self.assertEqual(result.stderr, "")

    def test_a_replay_is_recorded_pixel_for_pixel(self):
        self.simulate("-n4", "-o", self.file)
        copy = self.folder / "copy.y4m"
        run(LEAP_RECORD, f"--source=replay:{self.file}", "-n8", "-o", copy)
        original = [pixels for _, pixels in read_capture(self.file.read_bytes())[1]]
        copied = [pixels for _, pixels in read_capture(copy.read_bytes())[1]]
        self.assertEqual(len(copied), 8)
        for pixels in copied:
            self.assertIn(pixels, original)
        self.assertEqual((self.folder / "copy.y4m.calibration").read_bytes(),
                         self.calibration.read_bytes())

    def test_a_calibration_of_an_earlier_recording_is_removed(self):
        self.simulate("-n4", "-o", self.file)
        self.calibration.unlink()
        copy = self.folder / "copy.y4m"
        stale = self.folder / "copy.y4m.calibration"
        stale.write_bytes(b"CA")
        result = run(LEAP_RECORD, f"--source=replay:{self.file}", "-n1", "-o", copy)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("has no calibration", result.stderr)
        self.assertFalse(stale.exists())

    def test_an_interrupted_recording_ends_with_a_whole_frame(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with subprocess.Popen([LEAP_RECORD, "--source=simulate", "--output",
                                   self.file], stderr=subprocess.PIPE) as process:
                deadline = time.monotonic() + 30
                while time.monotonic() < deadline:
                    if self.file.exists() and self.file.stat().st_size > 5 * FRAME:
                        break
                    time.sleep(0.01)
                process.send_signal(number)
                _, errors = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 0)
            _, frames, rest = read_capture(self.file.read_bytes())
            self.assertGreaterEqual(len(frames), 5)
            self.assertEqual(rest, b"")
            self.assertIn(f"{len(frames)} frames written".encode(), errors)
            self.file.unlink()

    def test_a_disk_that_fills_up_leaves_whole_frames_and_an_error(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (3 * FRAME + 5000,) * 2)

        result = self.simulate("-n50", "-o", self.file, preexec_fn=limit)
        self.assertEqual(result.returncode, 1)
        self.assertIn("hand.y4m: writing failed: File too large", result.stderr)
        self.assertIn("3 frames written", result.stderr)
        _, frames, rest = read_capture(self.file.read_bytes())
        self.assertEqual((len(frames), rest), (3, b""))

    def test_a_full_disk_leaves_nothing_behind(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000,) * 2)

        self.assert_refused(self.simulate("-n50", "-o", self.file, preexec_fn=limit),
                            "writing failed: File too large")
        self.assert_refused(self.simulate("-n50", "--output=/dev/full"),
                            "/dev/full: writing failed: No space left")
        self.assertTrue(os.path.exists("/dev/full"))

    def test_a_reader_that_goes_away_is_an_error(self):
        reader, writer = os.pipe()
        os.close(reader)
        result = self.simulate("-n50", stdout=writer)
        os.close(writer)
        self.assert_refused(result, "standard output: writing failed: Broken pipe")

    def test_pictures_do_not_go_to_a_terminal(self):
        master, terminal = pty.openpty()
        result = self.simulate("-n1", stdout=terminal)
        os.close(terminal)
        os.close(master)
        self.assert_refused(result, "use --output=FILE")

    def test_bad_arguments_create_nothing(self):
        output = f"--output={self.file}"
        for arguments, reason in (
                (["--source=camera"], "source 'camera' is not known"),
                (["--source=device:/dev/leap99"], "no controller there"),
                (["--source=replay:/nowhere.y4m"], "/nowhere.y4m: No such file"),
                (["--source=simulate", "--frames=0"], "not a number of frames"),
                (["--source=simulate", "--frames=-3"], "not a number of frames"),
                (["--source=simulate", "--frames=1x"], "not a number of frames"),
                (["--source=simulate", "--seconds=0"], "not a number of seconds"),
                (["--source=simulate", "--seconds=nan"], "not a number of seconds"),
                (["--source=simulate", "surplus"], "what is 'surplus'")):
            with self.subTest(arguments):
                self.assert_refused(run(LEAP_RECORD, output, *arguments), reason)
        self.assert_refused(self.simulate("-n1", "-o", self.folder / "no" / "hand"),
                            "No such file or directory")

    @unittest.skipIf(os.path.exists("/dev/leap0"), "there is a controller")
    def test_a_simulated_recording_is_not_taken_for_a_real_one(self):
        result = run(LEAP_RECORD, "-n1", "-o", self.file)
        self.assertEqual(result.returncode, 0)
        self.assertIn("this is the simulated one", result.stderr)

    def test_help_and_version(self):
        self.assertIn(b"--seconds=S", run(LEAP_RECORD, "--help").stdout)
        self.assertRegex(run(LEAP_RECORD, "--version").stdout,
                         rb"^leap-record \d+\.\d+")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
