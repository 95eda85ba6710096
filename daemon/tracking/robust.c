// SPDX-License-Identifier: MIT
/*
 * When to ask the controller for dark frames. Pure but for what it knows, which is the
 * caller's.
 */
#include "daemon/tracking/robust.h"

/* Levels that much of the picture reaches, or else its light is harmless. */
#define BRIGHT_LIT 60
#define BRIGHT_DARK 40
#define SHARE 10 /* one pixel in so many */

#define ENTER_NS INT64_C(1000000000)
#define STAY_NS INT64_C(30000000000)
#define VAIN_NS INT64_C(60000000000)
#define DARK_TELLING 4 /* frames */

/* Of so many bytes one is looked at; odd, so that both eyes have their turn. */
#define SPARSE 31

static bool is_bright(const struct leap_stereo_frame *frame, unsigned int level)
{
	size_t size = (size_t)frame->width * frame->height * 2;
	size_t bright = 0, looked = 0;

	for (size_t i = 0; i < size; i += SPARSE, looked++)
		bright += frame->pixels[i] >= level;
	return bright * SHARE > looked;
}

static void enter(struct leap_robust *robust, int64_t now_ns)
{
	*robust = (struct leap_robust){ .on = true,
					.since_ns = now_ns,
					.strong_ns = now_ns };
}

static void leave(struct leap_robust *robust, int64_t vain_ns)
{
	*robust = (struct leap_robust){ .vain_ns = vain_ns };
}

static void watch_lit(struct leap_robust *robust, const struct leap_stereo_frame *frame,
		      unsigned int hands)
{
	if (hands || frame->time_ns < robust->vain_ns ||
	    !is_bright(frame, BRIGHT_LIT)) {
		robust->suspicious = false;
		return;
	}
	if (!robust->suspicious)
		robust->since_ns = frame->time_ns;
	robust->suspicious = true;
	if (frame->time_ns - robust->since_ns >= ENTER_NS)
		enter(robust, frame->time_ns);
}

static void watch_dark(struct leap_robust *robust,
		       const struct leap_stereo_frame *frame)
{
	bool bright = is_bright(frame, BRIGHT_DARK);

	if (bright)
		robust->strong_ns = frame->time_ns;
	if (robust->dark < DARK_TELLING) {
		robust->dark++;
		if (robust->dark == DARK_TELLING &&
		    robust->strong_ns == robust->since_ns)
			leave(robust, frame->time_ns + VAIN_NS);
		return;
	}
	if (frame->time_ns - robust->strong_ns >= STAY_NS)
		leave(robust, 0);
}

unsigned int leap_robust_next(struct leap_robust *robust, enum leap_robust_wish wish,
			      const struct leap_stereo_frame *frame, unsigned int hands)
{
	/* A recording that starts again. */
	if (frame->time_ns < robust->since_ns)
		leave(robust, 0);
	if (wish != LEAP_ROBUST_AUTO) {
		leave(robust, 0);
		robust->on = wish == LEAP_ROBUST_ALWAYS;
	} else if (robust->on && frame->dark) {
		watch_dark(robust, frame);
	} else if (!robust->on && !frame->damaged) {
		watch_lit(robust, frame, hands);
	}
	return robust->on ? LEAP_ROBUST_INTERVAL : 0;
}
