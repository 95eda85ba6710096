# SPDX-License-Identifier: MIT
# Looks for memory that nobody points to any more. An object has to be five seconds
# old, and one that was missed once may only be on some stack, hence several scans.
report=/sys/kernel/debug/kmemleak
for scan in 1 2 3; do
  sleep 6
  echo scan >"$report"
done
cat "$report"
[ ! -s "$report" ] || [ -z "$(cat "$report")" ]
