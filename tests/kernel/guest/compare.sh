# SPDX-License-Identifier: MIT
# What it costs to follow the same emulated controller through /dev/leap0, and through
# uvcvideo with V4L2, in one boot. The cost of the bus and the emulator alone, measured with
# a driver that throws everything away, is taken off both. $LEAP_SECONDS each, $LEAP_ROUNDS
# times.
. "$LEAP_SCENARIOS/rig.sh"

seconds=${LEAP_SECONDS:-10}
rounds=${LEAP_ROUNDS:-3}
compare=$LEAP_PROGRAMS/compare

mkdir host
mount -t hostfs -o /proc none host
export LEAP_HOST_PROC=$PWD/host
export LEAP_HOST_PID=$(cat "$LEAP_GUEST/guest/pid")

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
# Columns: driver readers load, then pairs of name and value; medians of the rounds.
awk '
function median(key, field,  n, i, j, t, v) {
  n = count[key]
  for (i = 1; i <= n; i++) v[i] = value[key, i, field]
  for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++)
    if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
  return v[int((n + 1) / 2)]
}
{
  key = $1 " " $2 " " $3
  n = ++count[key]
  for (i = 4; i < NF; i += 2) value[key, n, $i] = $(i + 1)
}
function cost(key) {
  return (median(key, "kernel_us_per_s") + median(key, "user_us_per_s") -
    median("sink 0 idle", "kernel_us_per_s") - median("sink 0 idle", "user_us_per_s")) / 115
}
END {
  l1 = cost("leap 1 idle"); l8 = cost("leap 8 idle")
  v1 = cost("v4l2 1 idle"); v8 = cost("v4l2 8 idle")
  printf "## processor time for a frame, without bus and emulator: leap %.0f us with 1 reader, %.0f us with 8; v4l2 %.0f us, %.0f us\n", l1, l8, v1, v8
  printf "## ratio leap / v4l2: %.2f with 1 reader, %.2f with 8; leap 8 / 1: %.2f\n", l1 / v1, l8 / v8, l8 / l1
  for (load = 0; load < 2; load++) for (r = 1; r <= 8; r += 7) {
    what = load ? "hogged" : "idle"
    a = "leap " r " " what; b = "v4l2 " r " " what
    printf "## %s, %d readers: last payload to reader p50 %d us (v4l2 %d), p99 %d us (v4l2 %d), missing %d (v4l2 %d)\n", what, r,
      median(a, "late_p50_us"), median(b, "late_p50_us"), median(a, "late_p99_us"), median(b, "late_p99_us"), median(a, "missing"), median(b, "missing")
  }
}' all
