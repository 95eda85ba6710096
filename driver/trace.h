/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of the stream, in /sys/kernel/tracing/events/leap: a frame begins, it
 * ends, frames were lost, the stream is started again. No state.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM leap

#if !defined(LEAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define LEAP_TRACE_H

#include <linux/tracepoint.h>

#include "driver/device.h"

/* clang-format off */

TRACE_EVENT(leap_frame_start,
	TP_PROTO(const struct leap_device *leap),
	TP_ARGS(leap),
	TP_STRUCT__entry(
		__field(unsigned int, number)
		__field(u32, sequence)
		__field(u32, device_ms)
		__field(bool, visible)
	),
	TP_fast_assign(
		__entry->number = leap->dev.id;
		__entry->sequence = leap->stream.ring.sequence;
		__entry->device_ms = leap->stream.decoder.current_header.pts_ms;
		__entry->visible = leap->stream.decoder.visible;
	),
	TP_printk("leap%u sequence=%u device_ms=%u visible=%d", __entry->number,
		  __entry->sequence, __entry->device_ms, __entry->visible)
);

TRACE_EVENT(leap_frame_done,
	TP_PROTO(const struct leap_device *leap, const struct leap_slot *slot),
	TP_ARGS(leap, slot),
	TP_STRUCT__entry(
		__field(unsigned int, number)
		__field(u32, sequence)
		__field(u32, filled)
		__field(u32, flags)
		__field(u64, wire_ns)
	),
	TP_fast_assign(
		__entry->number = leap->dev.id;
		__entry->sequence = slot->sequence;
		__entry->filled = slot->filled;
		__entry->flags = slot->flags;
		__entry->wire_ns = slot->time_last_ns - slot->time_first_ns;
	),
	TP_printk("leap%u sequence=%u filled=%u flags=0x%x wire_ns=%llu",
		  __entry->number, __entry->sequence, __entry->filled, __entry->flags,
		  __entry->wire_ns)
);

TRACE_EVENT(leap_loss,
	TP_PROTO(const struct leap_device *leap, u32 sequence, u32 lost),
	TP_ARGS(leap, sequence, lost),
	TP_STRUCT__entry(
		__field(unsigned int, number)
		__field(u32, sequence)
		__field(u32, lost)
	),
	TP_fast_assign(
		__entry->number = leap->dev.id;
		__entry->sequence = sequence;
		__entry->lost = lost;
	),
	TP_printk("leap%u before=%u lost=%u", __entry->number, __entry->sequence,
		  __entry->lost)
);

TRACE_EVENT(leap_restart,
	TP_PROTO(const struct leap_device *leap, bool goes_on),
	TP_ARGS(leap, goes_on),
	TP_STRUCT__entry(
		__field(unsigned int, number)
		__field(bool, goes_on)
		__field(unsigned int, backoff_ms)
	),
	TP_fast_assign(
		__entry->number = leap->dev.id;
		__entry->goes_on = goes_on;
		__entry->backoff_ms = leap->stream.backoff_ms;
	),
	TP_printk("leap%u goes_on=%d backoff_ms=%u", __entry->number, __entry->goes_on,
		  __entry->backoff_ms)
);

/* clang-format on */

#endif /* LEAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH driver
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
