# SPDX-License-Identifier: MIT
# From a trace of the guest (clock mono; switches of the scheduler, softirqs, workers): what
# a driver and its readers spent, in microseconds. The driver's is what runs while transfers
# are given back, in softirqs or by a thread between the probes "give" and "gave", and the
# work that it leaves to workers; the readers' is all else of the processes named "compare".
# What the bus and the emulator do is neither.

function charge(cpu, now, took) {
  took = now - last[cpu]
  last[cpu] = now
  if (!(cpu in running))
    return
  if (softirq[cpu] != "")
    driver += (softirq[cpu] ~ /^vec=[06]$/) ? took : 0
  else if (working[running[cpu]])
    driver += took
  else if (reader[running[cpu]])
    readers += took
}

/^# entries-in-buffer/ {
  split($3, kept, "[/ ]")
  if (kept[1] != kept[2]) {
    print "the trace is too long for its buffer" >"/dev/stderr"
    exit failed = 1
  }
}

match($0, /\[[0-9]+\]/) {
  cpu = substr($0, RSTART, RLENGTH)
  split(substr($0, RSTART + RLENGTH), part, ": ")
  n = split(part[1], word, " ")
  charge(cpu, word[n] * 1e6)
  if (part[2] == "sched_switch") {
    match($0, / ==> next_comm=.* next_pid=[0-9]+/)
    next_one = substr($0, RSTART + 15, RLENGTH - 15)
    pid = next_one
    sub(/.* next_pid=/, "", pid)
    running[cpu] = pid
    reader[pid] = next_one ~ /^compare /
  } else if (part[2] == "softirq_entry") {
    split(part[3], word, " ")
    softirq[cpu] = word[1]
  } else if (part[2] == "softirq_exit") {
    softirq[cpu] = ""
  } else if (softirq[cpu] == "") {
    if (part[2] == "give" || part[2] == "workqueue_execute_start" && /function (uvc|leap)_/)
      working[running[cpu]] = 1
    else if (part[2] == "gave" || part[2] == "workqueue_execute_end")
      working[running[cpu]] = 0
  }
}

END {
  if (!failed)
    printf "driver_us %.0f readers_us %.0f\n", driver, readers
}
