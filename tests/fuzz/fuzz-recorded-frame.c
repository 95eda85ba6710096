// SPDX-License-Identifier: MIT
// Recorded frames as leap-track --from-frames takes them, lines of any bytes, and what
// is derived from them.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/motion/motion.h"
#include "daemon/service/frame_json.h"
#include "tools/recorded_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_frame(const struct leap_frame *frame)
{
	static const struct leap_frame_json_options options = { 6, true };
	static char text[LEAP_FRAME_JSON_MAX];

	check(frame->hand_count <= LEAP_HANDS_MAX);
	check(frame->pointable_count <= LEAP_POINTABLES_MAX);
	check(frame->gesture_count <= LEAP_GESTURES_MAX);
	for (unsigned int i = 0; i < frame->hand_count; i++) {
		check(isfinite(vec3_length(frame->hand[i].palm_velocity)));
		check(isfinite(frame->hand[i].sphere_radius));
		check(fabs(vec3_length(frame->hand[i].direction) - 1.0) < 1e-6);
	}
	check(leap_frame_json_write(frame, &options, text, sizeof(text)) > 0);
}

static void derive(struct leap_motion *motion, const char *line, size_t size)
{
	char error[RECORDED_FRAME_ERROR_MAX] = "";
	struct leap_hands hands;
	struct leap_frame frame;
	int r = recorded_frame_parse(line, size, &hands, error);

	check(r >= 0 || (error[0] && !strchr(error, '\n')));
	if (r <= 0)
		return;
	if (!leap_motion_update(motion, &hands, &frame))
		check_frame(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_motion_options options;
	struct leap_motion *motion;
	const char *line = (const char *)data;

	leap_motion_options_default(&options);
	if (leap_motion_new(&options, &motion))
		return 0;
	while (size) {
		const char *end = memchr(line, '\n', size);
		size_t length = end ? (size_t)(end - line) : size;

		derive(motion, line, length);
		length += !!end;
		line += length;
		size -= length;
	}
	leap_motion_free(motion);
	return 0;
}
