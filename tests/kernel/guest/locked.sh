# SPDX-License-Identifier: MIT
# A controller with locked firmware is told by its silence, and unlocked with the file
# of registers that belongs to it and to no other.
. "$LEAP_SCENARIOS/rig.sh"

serial=LP00000000001
node=leap0
mkdir -p firmware/leap
echo -n "$PWD/firmware" >/sys/module/firmware_class/parameters/path

holds() {
  [ "$(cat "/sys/class/leap/$node/$1")" = "$2" ]
}

# Asks for the stream without waiting for a frame.
watch_stream() {
  dd if=/dev/$node of=/dev/null bs=721920 2>/dev/null &
  reader=$!
}

end_stream() {
  kill "$reader"
  wait "$reader" || true
}

streams() {
  "$LEAP_PROGRAMS/frames" --seconds 1 /dev/$node >sum || fail "$(cat sum)"
  expect "torn frames" 0 "$(number torn sum)"
  [ "$(number whole sum)" -gt 0 ] || fail "no frames"
}

plug --pattern checksum --locked
expect "before anybody streams" unknown "$(cat /sys/class/leap/$node/locked)"
watch_stream
wait_for holds locked yes
wait_for holds state locked
expect "bring-up without a file" none "$(cat /sys/class/leap/$node/bringup)"
end_stream
expect "lines in the log" 1 "$(dmesg | grep -c 'firmware locked')"

# Put there while it is plugged in, the file is found the next time.
"$LEAP_PROGRAMS/unlock" LP00000000002 "firmware/leap/$serial.bin"
watch_stream
wait_for holds bringup invalid
end_stream
unplug

"$LEAP_PROGRAMS/unlock" $serial "firmware/leap/$serial.bin"
if [ -e /sys/kernel/debug/usb/usbmon/1u ]; then
  cat /sys/kernel/debug/usb/usbmon/1u >capture &
  monitor=$!
fi
plug --pattern checksum --locked
streams
expect "after bring-up" done "$(cat /sys/class/leap/$node/bringup)"
wait_for holds locked no
[ -z "${monitor:-}" ] || kill "$monitor"

# What leap-bringup finds in the traffic of the module is the file it was given.
if [ -n "${monitor:-}" ] && [ -x "$LEAP_BUILD/tools/leap-bringup" ]; then
  grep ' C[io]:1:' capture | awk '!/ 0200 0001 /' >control-only
  "$LEAP_BUILD/tools/leap-bringup" --output again.bin control-only
  cmp again.bin "firmware/leap/$serial.bin" || fail "leap-bringup finds something else"
  echo "## leap-bringup finds the file again in the traffic it made"
fi
unplug

# Another controller's answers, under this one's name.
"$LEAP_PROGRAMS/unlock" $serial right.bin
cp right.bin firmware/leap/LP00000000003.bin
start_emulator --pattern checksum --locked --serial LP00000000003
node=leap1
wait_for [ -c /dev/leap1 ]
watch_stream
wait_for holds bringup invalid
end_stream
unplug
node=leap0

# Damaged ones, of every length.
for size in 1 100; do
  head -c $size right.bin >"firmware/leap/$serial.bin"
  plug --pattern checksum --locked
  watch_stream
  wait_for holds locked yes
  expect "a file of $size bytes" invalid "$(cat /sys/class/leap/$node/bringup)"
  end_stream
  unplug
done

# A controller that is not locked never asks for the file.
cp right.bin "firmware/leap/$serial.bin"
plug --pattern checksum
streams
expect "of an open controller" none "$(cat /sys/class/leap/$node/bringup)"
unplug
