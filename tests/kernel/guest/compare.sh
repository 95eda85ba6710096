# SPDX-License-Identifier: MIT
# What it costs to follow the same emulated controller through /dev/leap0, and through
# uvcvideo with V4L2, in one boot, and with a driver that throws everything away.
# Beside them what waking as many readers costs with no device at all.
# $LEAP_SECONDS each, $LEAP_ROUNDS times; tests/kernel/compare makes a table of it.
. "$LEAP_SCENARIOS/rig.sh"

seconds=${LEAP_SECONDS:-10}
rounds=${LEAP_ROUNDS:-3}
compare=$LEAP_PROGRAMS/compare

# Who runs when, for spent.awk; compare says from when to when.
tracing=/sys/kernel/tracing
mount -t tracefs tracefs $tracing 2>/dev/null || true
echo 0 >$tracing/tracing_on
echo mono >$tracing/trace_clock
echo 32768 >$tracing/buffer_size_kb
for event in sched/sched_switch irq/softirq_entry irq/softirq_exit \
  workqueue/workqueue_execute_start workqueue/workqueue_execute_end; do
  echo 1 >$tracing/events/$event/enable
done
# Where transfers are given back by a thread, who ends them is not told by softirqs.
if [ -e $tracing/kprobe_events ]; then
  echo 'p:give usb_hcd_giveback_urb' >$tracing/kprobe_events
  echo 'r:gave usb_hcd_giveback_urb' >>$tracing/kprobe_events
  echo 1 >$tracing/events/kprobes/enable
fi

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
  leap) device=/dev/leap0 ;;
  v4l2) device=/dev/video0 ;;
  *) device=none ;;
  esac
  echo >$tracing/trace
  "$compare" "$1" $device "$2" "$seconds" >line || fail "$1 with $2 readers failed"
  awk -f "$LEAP_SCENARIOS/spent.awk" $tracing/trace >spent || fail "no account of $1"
  echo "$1 $2 $3 $(cat line) $(cat spent)" >>all
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
