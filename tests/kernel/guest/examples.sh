# SPDX-License-Identifier: MIT
# The two examples of doc/uapi.md read a controller as they say.
. "$LEAP_SCENARIOS/rig.sh"

cc -I"$LEAP_ROOT/uapi" -o follow "$LEAP_ROOT/doc/examples/follow.c"
plug --pattern checksum
./follow /dev/leap0 >c.out
/usr/bin/python3 "$LEAP_ROOT/doc/examples/follow.py" /dev/leap0 >python.out
unplug
for out in c.out python.out; do
  expect "lines of $out" 100 "$(wc -l <$out)"
  sort -nu -k 1,1 $out | cmp - $out || fail "$out is out of order"
  # bytes that are spread evenly, as those of the pattern are
  awk '$NF < 110 || $NF > 145 { exit 1 }' $out || fail "$(head -n 3 $out)"
done
