# SPDX-License-Identifier: MIT
"""Captures and pictures for the tests of the tools; no state."""
import struct
import subprocess
import zlib


def run(*command, data=None, timeout=60, **options):
    """Runs a tool to its end; output and errors are bytes and text."""
    result = subprocess.run([str(word) for word in command], input=data,
                            stdout=options.pop("stdout", subprocess.PIPE),
                            stderr=subprocess.PIPE, timeout=timeout, check=False,
                            **options)
    result.stderr = result.stderr.decode()
    return result


def read_capture(data):
    """Returns the header line, a list of (Xts, pixels), and the bytes left over."""
    end = data.index(b"\n") + 1
    header = data[:end]
    words = dict((word[:1], word[1:]) for word in header.split()[1:])
    size = int(words[b"W"]) * int(words[b"H"])
    frames = []
    while True:
        line_end = data.find(b"\n", end) + 1
        if line_end == 0 or line_end + size > len(data):
            return header, frames, data[end:]
        line = data[end:line_end]
        if not line.startswith(b"FRAME Xts="):
            raise ValueError(line)
        frames.append((int(line[10:]), data[line_end:line_end + size]))
        end = line_end + size


def png(width, height, pixels, colour_type=0, depth=8):
    """A PNG file of raw samples; colour_type 0 is grey, 2 is RGB."""
    def chunk(name, body):
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    stride = len(pixels) // height
    rows = b"".join(b"\0" + pixels[row * stride:(row + 1) * stride]
                    for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def png_size(data):
    """Width and height that a PNG file says it has."""
    return struct.unpack(">II", data[16:24])
