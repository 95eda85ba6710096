# SPDX-License-Identifier: MIT
# Readers at the same time see the same frames; and one who breaks the rule of
# <linux/leap.h> is punished with torn frames, so these checks could have failed.
. "$LEAP_SCENARIOS/rig.sh"

frames=$LEAP_PROGRAMS/frames
plug --pattern checksum

# leapd reads along where the guest has it: in User-Mode Linux.
leapd=
if [ -x "$LEAP_BUILD/daemon/leapd" ]; then
  "$LEAP_BUILD/daemon/leapd" --source device:/dev/leap0 --port 0 >leapd.log 2>&1 &
  leapd=$!
  trap 'kill $leapd $emulator 2>/dev/null || true' EXIT
fi

"$frames" --seconds 4 --log first /dev/leap0 >first.sum &
first=$!
"$frames" --seconds 4 --log second /dev/leap0 >second.sum &
second=$!
"$frames" --seconds 3 --hold 200 /dev/leap0 >slow.sum &
slow=$!
dd if=/dev/leap0 of=/dev/null bs=721920 count=100 2>/dev/null &
simple=$!
for reader in "$first" "$second" "$slow" "$simple"; do
  wait "$reader" || fail "a reader failed: $(cat first.sum second.sum slow.sum)"
done
echo "## two readers: $(cat first.sum)"
echo "## one that holds each frame for 200 ms: $(cat slow.sum)"

# In the span that both saw, the same frames under the same numbers.
from=$(sort -n first second | awk 'seen[$1]++ { print $1; exit }')
for log in first second; do
  awk -v from="$from" '$1 >= from' "$log" >"$log.common"
done
lines=$(cat first.common second.common | wc -l | awk '{ print int($1 / 2) - 10 }')
[ "$lines" -gt 20 ] || fail "only $lines frames in common"
head -n "$lines" first.common >first.head
head -n "$lines" second.common >second.head
cmp first.head second.head || fail "the readers saw different frames"
for log in first second slow; do
  expect "torn frames of the $log reader" 0 "$(number torn "$log.sum")"
done
[ "$(number overtaken slow.sum)" -gt 0 ] || fail "the slow reader was not overtaken"

"$frames" --seconds 2 --hold 200 --careless /dev/leap0 >careless.sum && careless=0 ||
  careless=$?
echo "## one that is careless, too: $(cat careless.sum)"
expect "status of the careless reader" 1 "$careless"
[ "$(number torn careless.sum)" -gt 0 ] || fail "the careless reader saw no torn frame"
if [ -n "$leapd" ]; then
  kill "$leapd"
  wait "$leapd" || fail "leapd ended with $?: $(cat leapd.log)"
  leapd=
  echo "## leapd read along"
fi
unplug
