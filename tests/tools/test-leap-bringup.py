# SPDX-License-Identifier: MIT
"""leap-bringup as people use it: every form of capture gives the same file, and a
capture without a bring-up says what is missing.

usage: test-leap-bringup.py LEAP-BRINGUP [CORPUS]

With CORPUS, the captures made here are written to that folder instead.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(sys.argv[1]).resolve()
SERIAL = "LP12345678901"


class Traffic:
    """Control transfers in order, as (device, setup, data, status)."""

    def __init__(self):
        self.transfers = []

    def request(self, device, kind, request, value, index, data, status=0):
        setup = struct.pack("<BBHHH", kind, request, value, index, len(data))
        self.transfers.append((device, setup, data, status))

    def address(self, device, address):
        self.request(device, 0x21, 0x01, 0x0800, 0x0500, struct.pack("<I", address))

    def write(self, device, address, value):
        self.address(device, address)
        self.request(device, 0x21, 0x01, 0x0700, 0x0500, struct.pack("<I", value))

    def read(self, device, address, value, status=0):
        self.address(device, address)
        self.request(device, 0xA1, 0x81, 0x0700, 0x0500, struct.pack("<I", value),
                     status)

    def serial(self, device, serial):
        for i, value in enumerate(serial.encode().ljust(14, b"\0")):
            self.read(device, i, value)

    def bring_up(self, device, serial=SERIAL):
        """In the order of the vendor's service."""
        self.request(device, 0x00, 9, 1, 0, b"")
        self.read(device, 0x62, 0x11)
        self.serial(device, serial)
        for i in range(4):
            self.write(device, 0x10 + i, 0xA0 + i)
        for i in range(4):
            self.write(device, 0x2C + i, 0xB0 + i)
        for i in range(12):
            self.read(device, 0x14 + i, 0xC0 + i)
        for i in range(8):
            self.write(device, 0x20 + i, 0xD0 + i)
        for i in range(156):
            self.read(device, 0x64 + i, i)
        self.request(device, 0x21, 0x01, 0x0200, 0x0001, bytes(26))

    def steps(self):
        lines = [f"serial {SERIAL}"]
        lines += [f"write 0x{0x10 + i:02x} 0x{0xA0 + i:02x}" for i in range(4)]
        lines += [f"write 0x{0x2C + i:02x} 0x{0xB0 + i:02x}" for i in range(4)]
        lines += [f"expect 0x{0x14 + i:02x} 0x{0xC0 + i:02x}" for i in range(12)]
        lines += [f"write 0x{0x20 + i:02x} 0x{0xD0 + i:02x}" for i in range(8)]
        return lines


def packets(traffic, order, size):
    """usbmon's binary headers, one for each begin and each end."""
    for number, (device, setup, data, status) in enumerate(traffic.transfers):
        inward = setup[0] & 0x80
        for event in b"S", b"C":
            carries = data if bool(inward) == (event == b"C") else b""
            header = struct.pack(
                order + "QcBBBHBBqiiII8s", 0xFFFF888000000000 + number % 7, event, 2,
                inward, device, 1, 0 if event == b"S" else ord("-"),
                0 if carries else ord("<"), number, 0,
                -115 if event == b"S" else status, len(data), len(carries), setup)
            yield header.ljust(size, b"\0") + carries


def pcap(traffic, order="<", link=220, magic=0xA1B2C3D4):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for packet in packets(traffic, order, 64 if link == 220 else 48):
        out += struct.pack(order + "IIII", 0, 0, len(packet), len(packet)) + packet
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    length = 12 + len(body)
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I",
                                                                         length)


def pcapng(traffic, order="<"):
    out = block(order, 0x0A0D0D0A,
                struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(order, 1, struct.pack(order + "HHI", 1, 0, 0))  # not USB
    out += block(order, 1, struct.pack(order + "HHI", 220, 0, 0))
    out += block(order, 6, struct.pack(order + "IIIII", 0, 0, 0, 4, 4) + b"skip")
    for packet in packets(traffic, order, 64):
        out += block(order, 6, struct.pack(order + "IIIII", 1, 0, 0, len(packet),
                                           len(packet)) + packet)
    return out


def text(traffic):
    out = ""
    for number, (device, setup, data, status) in enumerate(traffic.transfers):
        kind, request, value, index, length = struct.unpack("<BBHHH", setup)
        way = "Ci" if kind & 0x80 else "Co"
        shown = " ".join(data[i:i + 4].hex() for i in range(0, len(data), 4))
        begin = "<" if kind & 0x80 else f"= {shown}"
        end = f"= {shown}" if kind & 0x80 else ">"
        name = f"ffff8880{number % 7:08x}"
        out += (f"{name} {number} S {way}:1:{device:03}:0 s {kind:02x} {request:02x} "
                f"{value:04x} {index:04x} {length:04x} {length} {begin}\n"
                f"{name} {number} C {way}:1:{device:03}:0 {status} {length} {end}\n")
    return out.encode()


def captures():
    traffic = Traffic()
    traffic.bring_up(5)
    return {
        "pcap": pcap(traffic),
        "pcap-big-endian": pcap(traffic, ">"),
        "pcap-short-headers": pcap(traffic, link=189),
        "pcap-nanoseconds": pcap(traffic, magic=0xA1B23C4D),
        "pcapng": pcapng(traffic),
        "pcapng-big-endian": pcapng(traffic, ">"),
        "text": text(traffic),
    }


class Test(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_tool(self, capture, *options, path=None):
        (self.folder / "capture").write_bytes(capture)
        return subprocess.run([TOOL, *options, path or "capture"], cwd=self.folder,
                              input=capture, capture_output=True, timeout=60,
                              check=False)

    def fails(self, capture, words, *options):
        result = self.run_tool(capture, *options)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(words, result.stderr.decode())
        self.assertEqual(result.stderr.count(b"\n"), 1)
        self.assertEqual(list(self.folder.glob("*.bin")), [])

    def test_every_form_of_capture_gives_the_same_steps(self):
        for name, capture in captures().items():
            with self.subTest(name):
                result = self.run_tool(capture, "--list")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stdout.decode().splitlines(),
                                 Traffic().steps())

    def test_the_file_has_the_form_that_the_module_wants(self):
        result = self.run_tool(captures()["pcap"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"/lib/firmware/leap/LP12345678901.bin", result.stdout)
        data = (self.folder / f"{SERIAL}.bin").read_bytes()
        magic, version, count, serial = struct.unpack("<8sII16s", data[:32])
        self.assertEqual((magic, version, count), (b"LEAPBRUP", 1, 28))
        self.assertEqual(serial.rstrip(b"\0").decode(), SERIAL)
        self.assertEqual(data[32:36], b"\x01\x10\xa0\0")
        self.assertEqual(data[-8:-4], b"\x01\x27\xd7\0")
        words = struct.unpack(f"<{len(data) // 4}I", data)
        self.assertEqual(sum(words[:-1]) & 0xFFFFFFFF, words[-1])

    def test_a_capture_can_come_from_standard_input(self):
        result = self.run_tool(captures()["text"], "-o", "here.bin", path="-")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((self.folder / "here.bin").exists())

    def test_what_comes_after_the_start_of_the_stream_is_left_out(self):
        traffic = Traffic()
        traffic.bring_up(5)
        traffic.write(5, 0x10, 0x77)
        result = self.run_tool(text(traffic), "--list")
        self.assertEqual(result.stdout.decode().splitlines(), Traffic().steps())

    def test_failed_and_impossible_answers_are_left_out(self):
        traffic = Traffic()
        traffic.read(5, 0x14, 0x01, status=-32)
        traffic.read(5, 0x14, 0x23BE3859)
        traffic.bring_up(5)
        result = self.run_tool(text(traffic), "--list")
        self.assertEqual(result.stdout.decode().splitlines(), Traffic().steps())

    def test_one_of_several_controllers_can_be_chosen(self):
        traffic = Traffic()
        traffic.bring_up(5)
        traffic.bring_up(6, "LP99999999999")
        self.fails(pcap(traffic), "--serial")
        result = self.run_tool(pcap(traffic), "--list", "--serial", SERIAL)
        self.assertEqual(result.stdout.decode().splitlines(), Traffic().steps())
        self.fails(pcap(traffic), "LP0 is not brought up", "--serial", "LP0")

    def test_what_is_missing_is_told(self):
        traffic = Traffic()
        traffic.serial(5, SERIAL)
        self.fails(pcap(traffic), "no controller is brought up")
        traffic = Traffic()
        traffic.write(5, 0x10, 1)
        self.fails(pcap(traffic), "serial number is not read")
        self.fails(b"hello\n", "no capture of USB traffic")
        self.fails(b"", "no capture of USB traffic")

    def test_a_capture_that_was_cut_off_is_read_up_to_there(self):
        for name in "pcap", "pcapng", "text":
            capture = captures()[name]
            for size in range(len(capture) // 2, len(capture), 1009):
                result = self.run_tool(capture[:size], "--list")
                self.assertIn(result.returncode, (0, 1))

    def test_a_file_that_is_not_there_is_named(self):
        result = self.run_tool(b"", path="nothing")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"nothing", result.stderr)
        self.assertEqual(subprocess.run([TOOL], capture_output=True,
                                        check=False).returncode, 2)


if len(sys.argv) > 2:
    for name, capture in captures().items():
        pathlib.Path(sys.argv[2], name).write_bytes(capture[:4000])
else:
    unittest.main(argv=sys.argv[:1])
