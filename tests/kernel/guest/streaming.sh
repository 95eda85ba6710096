# SPDX-License-Identifier: MIT
# At the device's own rate every frame arrives, whole, once and in order.
. "$LEAP_SCENARIOS/rig.sh"

plug --pattern checksum
"$LEAP_PROGRAMS/frames" --seconds 10 /dev/leap0 >sum || fail "$(cat sum)"
unplug
echo "## $(cat sum)"
[ "$(number whole sum)" -gt 1140 ] || fail "too few frames"
for flaw in flagged overtaken torn missing lost short errors restarts; do
  expect "$flaw" 0 "$(number $flaw sum)"
done
