# SPDX-License-Identifier: MIT
# How fast it goes in real time: reported, since that depends on the machine. What does
# not depend on it: nothing is torn, flagged or restarted, and what the device had to
# leave out, because nobody fetched it in time, is counted as lost.
. "$LEAP_SCENARIOS/rig.sh"

for rate in nominal max; do
  case $rate in
  nominal) plug --pattern checksum ;;
  max) plug --pattern checksum --rate max ;;
  esac
  "$LEAP_PROGRAMS/frames" --seconds 3 /dev/leap0 >sum || fail "$(cat sum)"
  unplug
  echo "## $rate: $(cat sum)"
  [ "$(number whole sum)" -gt 0 ] || fail "no frames"
  for flaw in torn flagged short errors restarts; do
    expect "$flaw at the rate $rate" 0 "$(number $flaw sum)"
  done
done
