/* SPDX-License-Identifier: MIT */
/*
 * What the service counts, and the same as Prometheus text.
 * Counted by the service's thread; read by any.
 */
#ifndef LEAP_METRICS_H
#define LEAP_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/service/handshake.h"

/** enum leap_metrics_role - why a client is given frames */
enum leap_metrics_role {
	LEAP_ROLE_FOCUSED,
	LEAP_ROLE_BACKGROUND, /* it listens without the focus; v1 to v3 always do */
	LEAP_ROLE_UNCLAIMED, /* it never asked, and nobody has the focus */
	LEAP_ROLES,
};

#define LEAP_METRICS_BUCKETS 10

/**
 * struct leap_metrics - all zero at the start
 * @latency: frames by the time from complete pixels to the kernel's taking the last
 *	byte for a client; the last bucket has no end
 * @latency_ns: the sum of those times
 */
struct leap_metrics {
	atomic_uint_fast64_t sent[LEAP_PROTOCOL_MAX + 1][LEAP_ROLES];
	atomic_uint_fast64_t skipped[LEAP_PROTOCOL_MAX + 1][LEAP_ROLES];
	atomic_uint clients[LEAP_PROTOCOL_MAX + 1];
	atomic_uint_fast64_t connections;
	atomic_uint_fast64_t refused;
	atomic_uint_fast64_t messages_in;
	atomic_uint_fast64_t messages_bad;
	atomic_uint_fast64_t latency[LEAP_METRICS_BUCKETS];
	atomic_uint_fast64_t latency_ns;
};

/** leap_metrics_sum() - over all classes of clients */
uint64_t leap_metrics_sum(const atomic_uint_fast64_t counted[][LEAP_ROLES]);

/** leap_metrics_latency() - a frame has reached a client's socket */
void leap_metrics_latency(struct leap_metrics *metrics, int64_t ns);

/** struct leap_metrics_state - what is known elsewhere */
struct leap_metrics_state {
	int64_t frames; /* published so far */
	uint64_t dark; /* frames that were exposed with the LEDs off */
	unsigned int attached; /* controllers */
	unsigned int streaming;
};

/** LEAP_METRICS_TEXT_MAX - bytes that every text fits in, terminating NUL included */
#define LEAP_METRICS_TEXT_MAX (16 * 1024)

/** leap_metrics_text() - Prometheus text format 0.0.4. Return: its size */
size_t leap_metrics_text(const struct leap_metrics *metrics,
			 const struct leap_metrics_state *state,
			 char text[LEAP_METRICS_TEXT_MAX]);

#endif /* LEAP_METRICS_H */
