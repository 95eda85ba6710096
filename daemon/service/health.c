// SPDX-License-Identifier: MIT
/*
 * Answers from the newest frame, the devices and the counters.
 * The service's thread.
 */
#include "daemon/service/health.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/service/answer.h"

/* A controller that sends nothing is not streaming after one second: when it still is
 * after this time, it is leapd that hangs. */
#define STALL_MS 3000
#define TEXT_MAX 256

struct pulse {
	unsigned int attached;
	unsigned int streaming;
	int64_t frame_id;
	int64_t ready_ns; /* 0 unknown */
};

static struct pulse feel(const struct leap_service *service)
{
	struct pulse pulse = { 0 };
	const struct leap_devices *devices;
	const struct leap_frame *frame;
	unsigned int i;

	leap_state_read_lock();
	devices = leap_state_devices(service->state);
	for (i = 0; i < devices->count; i++) {
		pulse.attached += devices->device[i].attached;
		pulse.streaming += devices->device[i].streaming;
	}
	frame = leap_state_frame(service->state);
	if (frame) {
		pulse.frame_id = frame->id;
		pulse.ready_ns = frame->ready_ns;
	}
	leap_state_read_unlock();
	return pulse;
}

struct leap_parcel *leap_health_answer(const struct leap_service *service,
				       int64_t now_ns)
{
	struct pulse pulse = feel(service);
	int64_t age_ms = pulse.ready_ns ? (now_ns - pulse.ready_ns) / NS_PER_MS : -1;
	bool stalled = pulse.streaming && age_ms > STALL_MS &&
		       !leap_policy_paused(service->policy);
	char text[TEXT_MAX], age[24] = "null";
	int size;

	if (age_ms >= 0)
		snprintf(age, sizeof(age), "%" PRId64, age_ms);
	size = snprintf(text, sizeof(text),
			"{\"attached\":%u,\"clients\":%u,\"frameAgeMs\":%s,"
			"\"status\":\"%s\",\"streaming\":%u,\"version\":\"" LEAP_VERSION
			"\"}\n",
			pulse.attached, atomic_load(&service->clients), age,
			stalled ? "stalled" : "ok", pulse.streaming);
	return leap_answer_text(stalled ? 503 : 200, "application/json", text, size);
}

struct leap_parcel *leap_health_metrics(const struct leap_service *service)
{
	struct pulse pulse = feel(service);
	struct leap_metrics_state state = {
		.frames = pulse.frame_id,
		.dark = leap_state_dark(service->state),
		.attached = pulse.attached,
		.streaming = pulse.streaming,
	};
	char text[LEAP_METRICS_TEXT_MAX];
	size_t size = leap_metrics_text(&service->metrics, &state, text);

	return leap_answer_text(200, "text/plain; version=0.0.4; charset=utf-8", text,
				size);
}
