// SPDX-License-Identifier: MIT
/*
 * Keeps hands well exposed. Pure; belongs to the thread that tracks.
 */
#include "daemon/tracking/exposure.h"

/* Grey levels of the brighter part of a hand: wanted, and left alone between. */
#define WANTED 130.0
#define TOO_DIM 95.0
#define TOO_BRIGHT 175.0

#define STEP_MOST 1.5

#define ROOM_BRIGHT 110.0 /* of its own, without the LEDs' light */

/* A setting takes a frame or two; then its effect is looked at. */
#define PAUSE_NS INT64_C(26000000)
/* When the pictures do not say what they were taken with. */
#define PAUSE_BLIND_NS INT64_C(80000000)
#define FORGET_NS INT64_C(2000000000)

#define SAMPLES_MAX (LEAP_HANDS_MAX * LEAP_EYES * LEAP_FINGERS * LEAP_JOINTS)

void leap_exposure_init(struct leap_exposure *exposure)
{
	*exposure = (struct leap_exposure){
		.exposure_us = LEAP_EXPOSURE_MOST,
		.gain = LEAP_GAIN_MOST,
		.waited_ns = INT64_MIN,
		.seen_ns = INT64_MIN,
	};
}

static int add_joints(const struct leap_camera *camera,
		      const struct leap_stereo_frame *frame,
		      const struct leap_tracked_hand *hand, int count[256])
{
	struct leap_sensor_mode mode = { frame->width, frame->height };
	const struct vec3 *joint = &hand->joint[0][0];
	int samples = 0;

	for (int i = 0; i < LEAP_FINGERS * LEAP_JOINTS; i++) {
		for (int eye = 0; eye < LEAP_EYES; eye++) {
			double at[2];

			if (!leap_camera_project(camera, eye, mode, joint[i], at) ||
			    !(at[0] >= 0 && at[0] < frame->width && at[1] >= 0 &&
			      at[1] < frame->height))
				continue;
			count[leap_stereo_pixel(frame, eye, (uint32_t)at[0],
						(uint32_t)at[1])]++;
			samples++;
		}
	}
	return samples;
}

/* What a quarter of all joints exceed; negative without a joint in view. */
static double hand_level(const struct leap_camera *camera,
			 const struct leap_stereo_frame *frame,
			 const struct leap_hands *hands)
{
	int count[256] = { 0 }, samples = 0, above = 0, level = 255;

	for (unsigned int i = 0; i < hands->count; i++)
		samples += add_joints(camera, frame, &hands->hand[i], count);
	if (samples < 8)
		return -1;
	while (level > 0 && (above + count[level]) * 4 < samples)
		above += count[level--];
	return level;
}

static double limit(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

/* Exposure first: it makes no noise. */
static void change(struct leap_exposure *exposure, double factor)
{
	double light = (double)exposure->exposure_us * exposure->gain * factor;
	double us =
		limit(light / LEAP_GAIN_LEAST, LEAP_EXPOSURE_LEAST, LEAP_EXPOSURE_MOST);

	exposure->exposure_us = (unsigned int)(us + 0.5);
	exposure->gain =
		(unsigned int)(limit(light / us, LEAP_GAIN_LEAST, LEAP_GAIN_MOST) +
			       0.5);
}

static bool in_force(const struct leap_exposure *exposure,
		     const struct leap_stereo_frame *frame)
{
	int64_t passed;

	if (frame->time_ns < exposure->waited_ns || exposure->waited_ns == INT64_MIN)
		return true;
	passed = frame->time_ns - exposure->waited_ns;
	if (passed < PAUSE_NS)
		return false;
	if (!frame->exposure_us)
		return passed >= PAUSE_BLIND_NS;
	return (frame->exposure_us == exposure->exposure_us &&
		frame->gain == exposure->gain) ||
	       passed >= 4 * PAUSE_BLIND_NS;
}

/* What the hands want, as far as the room allows it. */
static double limit_by_room(double room, double factor)
{
	if (room > ROOM_BRIGHT)
		return fmin(factor, fmax(ROOM_BRIGHT / room, 1 / STEP_MOST));
	return room * factor > ROOM_BRIGHT ? fmin(factor, 1) : factor;
}

static double wanted_factor(struct leap_exposure *exposure,
			    const struct leap_camera *camera,
			    const struct leap_stereo_frame *frame,
			    const struct leap_hands *hands)
{
	double level = hands->count ? hand_level(camera, frame, hands) : -1;

	if (level >= 0) {
		exposure->seen_ns = frame->time_ns;
		if (level >= TOO_DIM && level <= TOO_BRIGHT)
			return 1;
		return limit(WANTED / fmax(level, 1), 1 / STEP_MOST, STEP_MOST);
	}
	if (exposure->seen_ns == INT64_MIN ||
	    frame->time_ns - exposure->seen_ns > FORGET_NS)
		return STEP_MOST;
	return 1;
}

bool leap_exposure_next(struct leap_exposure *exposure,
			const struct leap_camera *camera,
			const struct leap_stereo_frame *frame,
			const struct leap_hands *hands)
{
	unsigned int us = exposure->exposure_us, gain = exposure->gain;
	double factor = limit_by_room(exposure->room,
				      wanted_factor(exposure, camera, frame, hands));

	if (factor == 1 || frame->damaged || !in_force(exposure, frame))
		return false;
	change(exposure, factor);
	if (exposure->exposure_us == us && exposure->gain == gain)
		return false;
	exposure->waited_ns = frame->time_ns;
	return true;
}
