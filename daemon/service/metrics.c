// SPDX-License-Identifier: MIT
/*
 * A table of counters as text.
 * Counted by the service's thread; read by any.
 */
#include "daemon/service/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const int64_t bucket_end_ns[LEAP_METRICS_BUCKETS] = {
	500000,	  1000000,  2000000,   5000000,	  10000000,
	20000000, 50000000, 100000000, 500000000, INT64_MAX,
};

static const char *const role_names[LEAP_ROLES] = {
	[LEAP_ROLE_FOCUSED] = "focused",
	[LEAP_ROLE_BACKGROUND] = "background",
	[LEAP_ROLE_UNCLAIMED] = "unclaimed",
};

void leap_metrics_latency(struct leap_metrics *metrics, int64_t ns)
{
	unsigned int bucket = 0;

	while (ns > bucket_end_ns[bucket])
		bucket++;
	atomic_fetch_add(&metrics->latency[bucket], 1);
	atomic_fetch_add(&metrics->latency_ns, ns > 0 ? ns : 0);
}

uint64_t leap_metrics_sum(const atomic_uint_fast64_t counted[][LEAP_ROLES])
{
	uint64_t sum = 0;
	int version, role;

	for (version = 0; version <= LEAP_PROTOCOL_MAX; version++)
		for (role = 0; role < LEAP_ROLES; role++)
			sum += atomic_load(&counted[version][role]);
	return sum;
}

struct text {
	char *at;
	char *end;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text,
						      const char *format, ...)
{
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text->at, text->end - text->at, format, arguments);
	va_end(arguments);
	if (size > 0)
		text->at += size < text->end - text->at ? size
							: text->end - text->at - 1;
}

static void put_head(struct text *text, const char *name, const char *type,
		     const char *help)
{
	put(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_number(struct text *text, const char *name, const char *type,
		       const char *help, uint64_t value)
{
	put_head(text, name, type, help);
	put(text, "%s %" PRIu64 "\n", name, value);
}

/* Only what has ever counted: most of the classes are empty in most lives. */
static void put_frames(struct text *text, const char *name, const char *help,
		       const atomic_uint_fast64_t counted[][LEAP_ROLES])
{
	int version, role;
	uint64_t count;

	put_head(text, name, "counter", help);
	for (version = 1; version <= LEAP_PROTOCOL_MAX; version++)
		for (role = 0; role < LEAP_ROLES; role++) {
			count = atomic_load(&counted[version][role]);
			if (count)
				put(text,
				    "%s{protocol=\"%d\",role=\"%s\"} %" PRIu64 "\n",
				    name, version, role_names[role], count);
		}
}

static void put_clients(struct text *text, const struct leap_metrics *metrics)
{
	int version;

	put_head(text, "leapd_clients", "gauge", "Connected WebSocket clients.");
	for (version = 1; version <= LEAP_PROTOCOL_MAX; version++)
		put(text, "leapd_clients{protocol=\"%d\"} %u\n", version,
		    atomic_load(&metrics->clients[version]));
}

static void put_latency(struct text *text, const struct leap_metrics *metrics)
{
	static const char name[] = "leapd_frame_latency_seconds";
	uint64_t count = 0;
	int bucket;

	put_head(text, name, "histogram",
		 "From complete pixels to the last byte given to a client's socket.");
	for (bucket = 0; bucket < LEAP_METRICS_BUCKETS; bucket++) {
		count += atomic_load(&metrics->latency[bucket]);
		if (bucket < LEAP_METRICS_BUCKETS - 1)
			put(text, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
			    (double)bucket_end_ns[bucket] / 1e9, count);
	}
	put(text,
	    "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.9g\n%s_count %" PRIu64 "\n",
	    name, count, name, (double)atomic_load(&metrics->latency_ns) / 1e9, name,
	    count);
}

size_t leap_metrics_text(const struct leap_metrics *metrics,
			 const struct leap_metrics_state *state,
			 char text[LEAP_METRICS_TEXT_MAX])
{
	struct text to = { text, text + LEAP_METRICS_TEXT_MAX };

	put_number(&to, "leapd_frames_total", "counter", "Frames published.",
		   state->frames);
	put_number(&to, "leapd_frames_dark_total", "counter",
		   "Frames with the LEDs off, which measure the light of the room.",
		   state->dark);
	put_number(&to, "leapd_controllers_attached", "gauge",
		   "Controllers plugged in.", state->attached);
	put_number(&to, "leapd_controllers_streaming", "gauge",
		   "Controllers that contribute frames.", state->streaming);
	put_frames(&to, "leapd_frames_sent_total", "Frames given to clients.",
		   metrics->sent);
	put_frames(&to, "leapd_frames_skipped_total",
		   "Frames replaced by a newer one before a client could take them.",
		   metrics->skipped);
	put_clients(&to, metrics);
	put_number(&to, "leapd_connections_total", "counter",
		   "WebSocket clients so far.", atomic_load(&metrics->connections));
	put_number(&to, "leapd_refused_total", "counter", "Requests that were refused.",
		   atomic_load(&metrics->refused));
	put_number(&to, "leapd_messages_total", "counter", "Messages from clients.",
		   atomic_load(&metrics->messages_in));
	put_number(&to, "leapd_messages_invalid_total", "counter",
		   "Of these, those that were no JSON.",
		   atomic_load(&metrics->messages_bad));
	put_latency(&to, metrics);
	return to.at - text;
}
