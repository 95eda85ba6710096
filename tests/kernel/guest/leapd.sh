# SPDX-License-Identifier: MIT
# From the bus to a web application: controller, module, ring, leapd, WebSocket. The
# client also sees the plug being pulled and put back while frames come.
. "$LEAP_SCENARIOS/rig.sh"

plug --pattern hand
"$LEAP_BUILD/daemon/leapd" --source device:/dev/leap0 --port 0 --foreground >out 2>error &
leapd=$!
trap 'kill $leapd $emulator 2>/dev/null || true' EXIT
port() {
  sed -nE 's#.*ws://127\.0\.0\.1:([0-9]+)/.*#\1#p' out
}
has_port() {
  [ -n "$(port)" ] || ! kill -0 "$leapd"
}
wait_for has_port
[ -n "$(port)" ] || fail "leapd does not start: $(cat error)"

mkfifo steps
python3 "$LEAP_SCENARIOS/leapd-client.py" "$(port)" >steps &
client=$!
exec 3<steps
while read -r step rest <&3; do
  case $step in
  unplug)
    "$LEAP_PROGRAMS/frames" --passive --seconds 5 /dev/leap0 >sum || true
    say unplug
    ;;
  plug) say plug ;;
  '##') echo "## $rest" ;;
  *) echo "$step $rest" ;;
  esac
done
wait "$client" || fail "the client failed: $(cat error)"
echo "## the ring meanwhile: $(sed 's/:.*driver counts/:/' sum)"
for flaw in lost short errors restarts; do
  expect "$flaw in the ring" 0 "$(number $flaw sum)"
done

kill "$leapd"
wait "$leapd" || fail "leapd ended with $?: $(cat error)"
leapd=
unplug
