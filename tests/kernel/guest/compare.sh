# SPDX-License-Identifier: MIT
# What it costs to follow the same emulated controller through /dev/leap0, and through
# uvcvideo with V4L2, in one boot, and with a driver that throws everything away.
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
  sink) set -- none none "$2" "$3" "$1" ;;
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

: >all
for round in $(seq "$rounds"); do
  start sink
  run sink 0 idle
  end sink
  start leap
  run leap 1 idle
  run leap 8 idle
  run_hogged leap 1
  run_hogged leap 8
  end leap
  start v4l2
  run v4l2 1 idle
  run v4l2 8 idle
  run_hogged v4l2 1
  run_hogged v4l2 8
  end v4l2
done
insmod "$LEAP_MODULE"

sed 's/^/## /' all
