# SPDX-License-Identifier: MIT
# The kernel's own UVC driver is loaded first and has the device. Ours must not fight
# for it, must take it when it is given, and uvcvideo must not get it back.
. "$LEAP_SCENARIOS/rig.sh"

rmmod leap
for module in rational v4l2-dv-timings mc videodev videobuf2-common videobuf2-memops \
  videobuf2-vmalloc videobuf2-v4l2 uvc uvcvideo; do
  [ ! -f "$LEAP_MODULES/$module.ko" ] || insmod "$LEAP_MODULES/$module.ko"
done

uvc=/sys/bus/usb/drivers/uvcvideo
leap=/sys/bus/usb/drivers/leap

start_emulator --pattern checksum
# uvcvideo asks a question that this device never answers, and waits five seconds.
wait_for [ -e $uvc/1-1:1.0 ]
insmod "$LEAP_MODULE"
no_node || fail "two drivers on one device"
[ ! -e $leap/1-1:1.0 ] || fail "two drivers on one device"

echo 1-1:1.0 >$uvc/unbind
[ ! -e $uvc/1-1:1.1 ] || fail "uvcvideo keeps the streaming interface"
echo 1-1:1.0 >$leap/bind
wait_for [ -c /dev/leap0 ]
[ -e $leap/1-1:1.1 ] || fail "the streaming interface is not ours"
"$LEAP_PROGRAMS/frames" --seconds 1 /dev/leap0 >sum || fail "$(cat sum)"
expect "torn frames" 0 "$(number torn sum)"
[ "$(number whole sum)" -gt 0 ] || fail "no frames"
echo "## taken over from uvcvideo: $(cat sum)"
echo 1-1:1.0 >$uvc/bind 2>/dev/null && fail "uvcvideo took it back"
if [ -x "$LEAP_BUILD/tools/leapctl" ]; then
  expect "released" 1-1 "$("$LEAP_BUILD/tools/leapctl" release)"
  [ -e $uvc/1-1:1.0 ] && [ -e $uvc/1-1:1.1 ] || fail "uvcvideo has not got it"
  no_node || fail "the node stays"
  expect "claimed" 1-1 "$("$LEAP_BUILD/tools/leapctl" claim)"
  wait_for [ -c /dev/leap0 ]
  "$LEAP_BUILD/tools/leapctl" claim 2>/dev/null && fail "claimed what it has"
fi
unplug

# With both loaded, whichever is asked first gets it, and the other one does not.
start_emulator --pattern checksum
wait_for [ -e /sys/bus/usb/devices/1-1:1.0/driver ]
case $(readlink /sys/bus/usb/devices/1-1:1.0/driver) in
*/leap) echo "## with both loaded the device went to leap" ;;
*/uvcvideo) echo "## with both loaded the device went to uvcvideo" ;;
*) fail "neither driver took it" ;;
esac
unplug
rmmod uvcvideo
