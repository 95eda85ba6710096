# SPDX-License-Identifier: MIT
# At the device's own rate no frame is lost, torn or flagged; then as fast as it goes.
. "$LEAP_SCENARIOS/rig.sh"

plug --pattern checksum
"$LEAP_PROGRAMS/frames" --seconds 4 /dev/leap0 >nominal
unplug
echo "## nominal rate: $(cat nominal)"

plug --pattern checksum --rate max
"$LEAP_PROGRAMS/frames" --seconds 3 /dev/leap0 >fastest
unplug
echo "## unthrottled: $(cat fastest)"

expect "torn frames" 0 "$(number torn nominal)"
expect "torn frames unthrottled" 0 "$(number torn fastest)"
expect "flagged frames unthrottled" 0 "$(number flagged fastest)"
[ "$(number whole nominal)" -gt 0 ] || fail "no frames"

# Where the emulator and the guest are fast enough for 115 frames a second, nothing may
# be missing. On a slower guest the device itself leaves frames out and numbers them.
expect "flagged frames" 0 "$(number flagged nominal)"
expect "errors" 0 "$(number errors nominal)"
expect "restarts" 0 "$(number restarts nominal)"
if sustains 115 fastest; then
  expect "missing frames" 0 "$(number missing nominal)"
  expect "lost frames" 0 "$(number lost nominal)"
else
  echo "## this guest does not sustain 115 frames/s: missing frames are not counted"
fi
