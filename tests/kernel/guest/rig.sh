# SPDX-License-Identifier: MIT
# What scenarios written in shell share: an emulated controller, and how to fail.

control=$TMPDIR/control
emulator=
trap '[ -z "$emulator" ] || kill "$emulator"' EXIT

fail() {
  echo "$*"
  exit 1
}

# expect WHAT EXPECTED FOUND
expect() {
  [ "$2" = "$3" ] || fail "$1: $3, not $2"
}

wait_for() {
  attempt=0
  until "$@"; do
    attempt=$((attempt + 1))
    [ "$attempt" -lt 500 ] || fail "in vain: $*"
    sleep 0.02
  done
}

no_node() {
  [ -z "$(ls /dev | grep '^leap[0-9]')" ]
}

# Starts the emulator with these options, without waiting for anything.
start_emulator() {
  rm -f "$control"
  mkfifo "$control"
  "$LEAP_SIM" --usbip attach --control "$control" "$@" &
  emulator=$!
}

plug() {
  start_emulator "$@"
  wait_for [ -c /dev/leap0 ]
}

say() {
  echo "$1" >"$control"
}

unplug() {
  kill "$emulator"
  wait "$emulator" || true
  emulator=
  wait_for no_node
}

# number WORD FILE: the number before WORD in what the program frames printed.
number() {
  sed -n "s/.* \([0-9]*\) $1.*/\1/p" "$2"
}

# sustains RATE FILE: whether that many frames a second were reached.
sustains() {
  awk -v rate="$1" '{ exit !($1 >= rate) }' "$2"
}
