# SPDX-License-Identifier: MIT
# A whole life of the module, with faults, pulled plugs and failing starts, leaves no
# memory behind.
. "$LEAP_SCENARIOS/rig.sh"

echo clear >/sys/kernel/debug/kmemleak
for program in unplug cycles; do
  "$LEAP_PROGRAMS/$program" || fail "$program failed"
done
plug --pattern checksum
for fault in "stall 3" "eproto 40" "short 3" "lose 30" "garbage-control 5"; do
  "$LEAP_PROGRAMS/frames" --seconds 0.5 /dev/leap0 >sum &
  reader=$!
  sleep 0.2
  say "$fault"
  wait "$reader" || fail "$(cat sum)"
done
unplug
rmmod leap
sh -eu "$LEAP_SCENARIOS/kmemleak.sh"
