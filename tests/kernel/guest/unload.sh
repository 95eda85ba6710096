# SPDX-License-Identifier: MIT
# The module stays while somebody uses it, and goes when nobody does: while a device is
# plugged in, and while the bus takes the device away from the driver.
. "$LEAP_SCENARIOS/rig.sh"

frames=$LEAP_PROGRAMS/frames
plug --pattern checksum

"$frames" --seconds 2 /dev/leap0 >sum &
reader=$!
sleep 0.5
rmmod leap 2>/dev/null && fail "the module went away under a reader"
wait "$reader" || fail "the reader failed: $(cat sum)"

for attempt in 1 2 3; do
  rmmod leap
  no_node || fail "the node stays"
  insmod "$LEAP_MODULE"
  wait_for [ -c /dev/leap0 ]
  "$frames" --seconds 0.2 /dev/leap0 >sum || fail "no stream after loading again"
done

# Unbinding is what unloading would be if it were allowed: under a streaming reader.
driver=/sys/bus/usb/drivers/leap
for attempt in 1 2; do
  for interface in 0 1; do
    "$frames" --seconds 5 /dev/leap0 >sum &
    reader=$!
    sleep 0.3
    echo "1-1:1.$interface" >$driver/unbind
    wait "$reader" || fail "the reader failed: $(cat sum)"
    wait_for no_node
    [ ! -e $driver/1-1:1.0 ] || fail "interface 0 is still bound"
    [ ! -e $driver/1-1:1.1 ] || fail "interface 1 is still bound"
    echo 1-1:1.0 >$driver/bind
    wait_for [ -c /dev/leap0 ]
  done
done
"$frames" --seconds 0.2 /dev/leap0 >sum
expect "torn frames" 0 "$(number torn sum)"
rmmod leap
insmod "$LEAP_MODULE"
unplug
