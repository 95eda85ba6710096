# SPDX-License-Identifier: MIT
# A whole life of the module, with faults, resets, pulled plugs and starts that fail,
# leaves no memory behind.
. "$LEAP_SCENARIOS/rig.sh"

echo clear >/sys/kernel/debug/kmemleak
for program in controls faults reset cycles; do
  "$LEAP_PROGRAMS/$program" || fail "$program failed"
done
rmmod leap
sh -eu "$LEAP_SCENARIOS/kmemleak.sh"
