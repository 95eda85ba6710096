#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What libleap shows is what its header documents.   usage: test-symbols.py LIBRARY LIB"""
import re
import subprocess
import sys

library, folder = sys.argv[1:]
with open(folder + "/leap.h") as file:
    header = set(re.findall(r"^LEAP_EXPORT [^;]*?\b(leap_\w+)\(", file.read(), re.M))
with open(folder + "/libleap.map") as file:
    mapped = set(re.findall(r"^\t(leap_\w+);", file.read(), re.M))
lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                       capture_output=True).stdout.splitlines()
shown = {line.split()[-1] for line in lines if " T " in line or " D " in line}
versioned = {symbol.split("@@")[0] for symbol in shown if symbol.endswith("@@LEAP_1.0")}

assert header and header == mapped, sorted(header ^ mapped)
assert versioned == mapped, sorted(versioned ^ mapped)
assert len(shown) == len(versioned), sorted(shown)
print("%d symbols" % len(shown))
