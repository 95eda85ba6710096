# SPDX-License-Identifier: MIT
# What it costs to follow the same emulated controller through /dev/leap0, and through
# uvcvideo with V4L2, in one boot, and with a driver that throws everything away.
# Beside them what waking as many readers costs with no device at all.
# $LEAP_SECONDS each, $LEAP_ROUNDS times; tests/kernel/compare makes a table of it.
. "$LEAP_SCENARIOS/rig.sh"

seconds=${LEAP_SECONDS:-10}
rounds=${LEAP_ROUNDS:-3}
compare=$LEAP_PROGRAMS/compare

rmmod leap
for module in rational v4l2-dv-timings mc videodev videobuf2-common videobuf2-memops \
  videobuf2-vmalloc videobuf2-v4l2 uvc; do
  [ ! -f "$LEAP_MODULES/$module.ko" ] || insmod "$LEAP_MODULES/$module.ko"
done

# start DRIVER: plugs a controller in for it
start() {
  case $1 in
  sink) insmod "$LEAP_SINK" ;;
  leap) insmod "$LEAP_MODULE" ;;
  v4l2) insmod "$LEAP_MODULES/uvcvideo.ko" ;;
  esac
  start_emulator --pattern checksum --stamp
  case $1 in
  leap) wait_for [ -c /dev/leap0 ] ;;
  v4l2) wait_for [ -c /dev/video0 ] ;;
  sink) wait_for [ -e /sys/bus/usb/drivers/sink/1-1:1.1 ] ;;
  esac
  sleep 0.5
}

# end DRIVER
end() {
  kill "$emulator"
  wait "$emulator" || true
  emulator=
  wait_for [ ! -e /sys/bus/usb/devices/1-1 ]
  sleep 0.2
  case $1 in
  sink) rmmod sink ;;
  leap) rmmod leap ;;
  v4l2) rmmod uvcvideo ;;
  esac
}

# run DRIVER READERS WHAT
run() {
  case $1 in
  none | sink) set -- none none "$2" "$3" "$1" ;;
  wake) set -- wake none "$2" "$3" "$1" ;;
  leap) set -- leap /dev/leap0 "$2" "$3" "$1" ;;
  v4l2) set -- v4l2 /dev/video0 "$2" "$3" "$1" ;;
  esac
  "$compare" "$1" "$2" "$3" "$seconds" >line || fail "$5 with $3 readers failed"
  echo "$5 $3 $4 $(cat line)" >>all
}

# Beside two programs that never stop.
run_hogged() {
  (while :; do :; done) &
  hog1=$!
  (while :; do :; done) &
  hog2=$!
  run "$1" "$2" hogged
  kill $hog1 $hog2
  wait $hog1 $hog2 || true
}

# follow DRIVER: all that is measured of it while one controller is plugged in
follow() {
  start "$1"
  run "$1" 1 idle
  run "$1" 8 idle
  run_hogged "$1" 1
  run_hogged "$1" 8
  end "$1"
}

follow_nobody() {
  start sink
  run sink 0 idle
  end sink
}

# Who comes first takes turns, and between them is measured what all have in common: so
# what drifts meanwhile is the same for both.
: >all
for round in $(seq "$rounds"); do
  run none 0 idle
  run wake 1 idle
  run wake 8 idle
  first=leap second=v4l2
  [ $((round % 2)) = 1 ] || first=v4l2 second=leap
  follow_nobody
  follow $first
  follow_nobody
  follow $second
  follow_nobody
done
insmod "$LEAP_MODULE"

sed 's/^/## /' all
