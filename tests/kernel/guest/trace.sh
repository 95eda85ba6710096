# SPDX-License-Identifier: MIT
# Trace events tell what the stream does, and debugfs counts the same.
. "$LEAP_SCENARIOS/rig.sh"

tracing=/sys/kernel/tracing
mount -t tracefs tracefs $tracing 2>/dev/null || true
[ -d $tracing/events/leap ] || fail "no trace events"
statistics=/sys/kernel/debug/leap/leap0/statistics
value() {
  awk -v name="$1" '$1 == name { print $2 }' $statistics
}

plug --pattern checksum
echo 1 >$tracing/events/leap/enable
"$LEAP_PROGRAMS/frames" --seconds 1 /dev/leap0 >sum || fail "$(cat sum)"
for trouble in "lose 40" "stall 1"; do
  "$LEAP_PROGRAMS/frames" --seconds 1 /dev/leap0 >sum &
  reader=$!
  sleep 0.4
  say "$trouble"
  wait "$reader" || fail "$(cat sum)"
done
echo 0 >$tracing/events/leap/enable
cp $tracing/trace trace
cp $statistics counts
unplug
[ ! -e $statistics ] || fail "the statistics outlive the device"

events() {
  grep -c "$1" trace || true
}
for event in leap_frame_start leap_frame_done leap_loss leap_restart; do
  [ "$(events $event)" -gt 0 ] || fail "no event $event"
done
expect "events of frames" "$(awk '$1 == "frames" { print $2 }' counts)" \
  "$(events leap_frame_done)"
expect "restarts" "$(awk '$1 == "restarts" { print $2 }' counts)" \
  "$(events leap_restart)"
[ "$(awk '$1 == "stalls" { print $2 }' counts)" -gt 0 ] || fail "no stall was counted"
[ "$(awk '$1 == "payloads" { print $2 }' counts)" -gt 1000 ] || fail "$(cat counts)"
echo "## $(grep -m 1 leap_frame_done trace | sed 's/.*leap_frame_done: /leap_frame_done: /')"
