# SPDX-License-Identifier: MIT
"""doc/uapi.md shows the examples that are tested, and what they assume is so.

usage: uapi-examples.py SOURCE-ROOT COMPILER
"""
import pathlib
import re
import subprocess
import sys
import tempfile

root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
page = (root / "doc/uapi.md").read_text()
blocks = dict(re.findall(r"```(c|python)\n(.*?)```", page, re.DOTALL))
for language, name in ("c", "follow.c"), ("python", "follow.py"):
    assert blocks[language] == (root / "doc/examples" / name).read_text(), name

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([compiler, "-Wall", "-Wextra", "-Werror", f"-I{root}/uapi", "-o",
                    f"{folder}/follow", root / "doc/examples/follow.c"], check=True)
    # the numbers that the Python example has instead of the header
    probe = pathlib.Path(folder, "probe.c")
    probe.write_text("""
#include <linux/leap.h>
#include <stddef.h>
#include <stdio.h>
int main(void)
{
    printf("%#x %#x %zu %zu %zu %zu %zu\\n", (unsigned)LEAP_IOC_INFO,
           (unsigned)LEAP_IOC_START, sizeof(struct leap_info),
           offsetof(struct leap_info, ring_size),
           offsetof(struct leap_ring_header, head),
           offsetof(struct leap_slot, size), offsetof(struct leap_slot, height));
    return LEAP_FRAME_SHORT | LEAP_FRAME_ERROR | LEAP_FRAME_OVERRUN;
}
""")
    subprocess.run([compiler, f"-I{root}/uapi", "-o", f"{folder}/probe", probe],
                   check=True)
    told = subprocess.run([f"{folder}/probe"], stdout=subprocess.PIPE, check=False)
    assert told.returncode == 7, told.returncode
    assert told.stdout.split() == b"0x8040e100 0xe104 64 4 32 36 42".split(), told.stdout
