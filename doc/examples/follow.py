#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints number, time and mean brightness of 100 frames (mmap and numpy)."""
import fcntl
import mmap
import os
import select
import struct
import sys

import numpy

INFO, START = 0x8040E100, 0x0000E104  # LEAP_IOC_INFO, LEAP_IOC_START
HEADER = struct.Struct("8I")  # magic .. state
SLOT = struct.Struct("4I2Q2I2H")  # sequence .. height
HEAD = 32  # leap_ring_header::head
SHORT_ERROR_OVERRUN = 7

fd = os.open(sys.argv[1] if len(sys.argv) > 1 else "/dev/leap0", os.O_RDONLY)
info = bytearray(64)
fcntl.ioctl(fd, INFO, info)
ring_size = struct.unpack_from("I", info, 4)[0]
ring = mmap.mmap(fd, ring_size, mmap.MAP_SHARED, mmap.PROT_READ)
_, _, first, count, stride, offset, _, _ = HEADER.unpack_from(ring)
fcntl.ioctl(fd, START)

poll = select.poll()
poll.register(fd, select.POLLIN)
frames = last = 0
while frames < 100:
    events = poll.poll(2000)
    if not events or events[0][1] & (select.POLLHUP | select.POLLERR):
        break
    number = struct.unpack_from("I", ring, HEAD)[0]
    if number == last:
        continue  # a newer one had come since poll()
    last = number
    slot = first + number % count * stride
    (sequence, _, flags, _, _, time_ns, _, size, width,
     height) = SLOT.unpack_from(ring, slot)
    if sequence != number or flags & SHORT_ERROR_OVERRUN:
        continue
    # rows, columns, left and right eye; a view of the ring, not a copy
    stereo = numpy.frombuffer(ring, numpy.uint8, size, slot + offset).reshape(
        height, width, 2)
    brightness = stereo.mean()
    if struct.unpack_from("I", ring, slot)[0] != number:
        continue  # overwritten while it was used
    print(number, time_ns, f"{brightness:.1f}")
    frames += 1
