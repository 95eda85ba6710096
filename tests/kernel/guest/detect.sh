# SPDX-License-Identifier: MIT
# A bug made on purpose: the kernel has to report it, see the table of scenarios.
insmod "$LEAP_BUGS" bug="$1"
if [ "$1" = leak ]; then
  sh -eu "$LEAP_SCENARIOS/kmemleak.sh" || true
fi
rmmod bugs
