// SPDX-License-Identifier: MIT
// From the movements of single tips to the gestures of a frame.
// Owned by the tracking thread, as part of its struct leap_motion.
#include <errno.h>
#include <stdlib.h>

#include "daemon/motion/gestures.h"

/* A movement that lasts: what was told of it last, and since when. */
struct lasting {
	bool active;
	int64_t begin_us;
	struct leap_frame_gesture told;
};

struct tip_gestures {
	int32_t pointable_id; /* 0: this place is free */
	struct leap_tip_path path;
	struct leap_circling circling;
	struct leap_swiping swiping;
	struct leap_tap key_tap, screen_tap;
	struct lasting circle, swipe;
};

struct leap_gestures {
	struct leap_gesture_options options;
	int32_t newest_id;
	unsigned int
		lasting; /* that have started, not stopped, and are still to be told */
	struct tip_gestures tip[LEAP_POINTABLES_MAX];
};

int leap_gestures_new(const struct leap_gesture_options *options,
		      struct leap_gestures **ret_gestures)
{
	struct leap_gestures *gestures = calloc(1, sizeof(*gestures));

	if (!gestures)
		return -ENOMEM;
	gestures->options = *options;
	*ret_gestures = gestures;
	return 0;
}

void leap_gestures_configure(struct leap_gestures *gestures,
			     const struct leap_gesture_options *options)
{
	gestures->options = *options;
}

void leap_gestures_free(struct leap_gestures *gestures)
{
	free(gestures);
}

static struct tip_gestures *find(struct leap_gestures *gestures, int32_t pointable_id)
{
	for (int i = 0; i < LEAP_POINTABLES_MAX; i++)
		if (gestures->tip[i].pointable_id == pointable_id)
			return &gestures->tip[i];
	return NULL;
}

/* Before any is taken: those that are gone have left their places. */
static struct tip_gestures *find_or_start(struct leap_gestures *gestures,
					  int32_t pointable_id)
{
	struct tip_gestures *tip = find(gestures, pointable_id);

	if (tip)
		return tip;
	tip = find(gestures, 0);
	tip->pointable_id = pointable_id;
	tip->circling = (struct leap_circling){ 0 };
	tip->swiping = (struct leap_swiping){ 0 };
	tip->key_tap = tip->screen_tap = (struct leap_tap){ 0 };
	leap_tip_path_clear(&tip->path);
	return tip;
}

/* There is room for every gesture that lasts, and for a tap only while there is. */
static bool has_room(const struct leap_gestures *gestures,
		     const struct leap_frame *frame)
{
	return gestures->lasting + frame->gesture_count < LEAP_GESTURES_MAX;
}

static void tell(struct leap_gestures *gestures, struct leap_frame *frame,
		 const struct lasting *lasting)
{
	frame->gesture[frame->gesture_count++] = lasting->told;
	gestures->lasting--;
}

static void stop(struct leap_gestures *gestures, struct leap_frame *frame,
		 struct lasting *lasting)
{
	lasting->told.state = LEAP_GESTURE_STOP;
	lasting->told.duration_us = frame->timestamp_us - lasting->begin_us;
	lasting->told.progress = 1.0;
	lasting->active = false;
	tell(gestures, frame, lasting);
}

/* Takes over what @now says of the movement. */
static void step_lasting(struct leap_gestures *gestures, struct leap_frame *frame,
			 struct lasting *lasting, enum leap_movement_step step,
			 const struct leap_frame_gesture *now)
{
	if (step == LEAP_MOVEMENT_ENDS && lasting->active)
		stop(gestures, frame, lasting);
	if (step == LEAP_MOVEMENT_BEGINS && has_room(gestures, frame)) {
		lasting->active = true;
		lasting->begin_us = frame->timestamp_us;
		lasting->told = *now;
		lasting->told.id = ++gestures->newest_id;
		lasting->told.state = LEAP_GESTURE_START;
		gestures->lasting++;
		tell(gestures, frame, lasting);
	} else if (step == LEAP_MOVEMENT_GOES_ON && lasting->active) {
		int32_t id = lasting->told.id;

		lasting->told = *now;
		lasting->told.id = id;
		lasting->told.state = LEAP_GESTURE_UPDATE;
		lasting->told.duration_us = frame->timestamp_us - lasting->begin_us;
		tell(gestures, frame, lasting);
	}
}

static struct leap_frame_gesture gesture_of(
	const struct leap_frame_pointable *pointable, enum leap_gesture_type type)
{
	return (struct leap_frame_gesture){
		.type = type,
		.hand_id = pointable->hand_id > 0 ? pointable->hand_id : 0,
		.pointable_id = pointable->id,
	};
}

static void step_circle(struct leap_gestures *gestures, struct leap_frame *frame,
			const struct leap_frame_pointable *pointable,
			struct tip_gestures *tip)
{
	struct leap_frame_gesture now = gesture_of(pointable, LEAP_GESTURE_CIRCLE);
	enum leap_movement_step step =
		leap_circling_step(&tip->circling, &tip->path, &gestures->options);

	now.position = tip->circling.fit.center;
	now.direction = tip->circling.fit.normal;
	now.radius = tip->circling.fit.radius;
	now.progress = tip->circling.progress;
	step_lasting(gestures, frame, &tip->circle, step, &now);
}

static void step_swipe(struct leap_gestures *gestures, struct leap_frame *frame,
		       const struct leap_frame_pointable *pointable,
		       struct tip_gestures *tip)
{
	struct leap_frame_gesture now = gesture_of(pointable, LEAP_GESTURE_SWIPE);
	enum leap_movement_step step =
		leap_swiping_step(&tip->swiping, &tip->path, &gestures->options);

	now.position = pointable->tip_position;
	now.start_position = tip->swiping.start;
	now.direction = tip->swiping.direction;
	now.speed = tip->swiping.speed;
	step_lasting(gestures, frame, &tip->swipe, step, &now);
}

static void tell_tap(struct leap_gestures *gestures, struct leap_frame *frame,
		     const struct leap_frame_pointable *pointable,
		     enum leap_gesture_type type, const struct leap_tap *tap)
{
	struct leap_frame_gesture now = gesture_of(pointable, type);

	if (!has_room(gestures, frame))
		return;
	now.id = ++gestures->newest_id;
	now.state = LEAP_GESTURE_STOP;
	now.duration_us = tap->duration_us;
	now.position = tap->position;
	now.direction = tap->direction;
	now.progress = 1.0;
	frame->gesture[frame->gesture_count++] = now;
}

static const struct leap_frame_hand *hand_of(
	const struct leap_frame *frame, const struct leap_frame_pointable *pointable)
{
	for (unsigned int i = 0; i < frame->hand_count; i++)
		if (frame->hand[i].id == pointable->hand_id)
			return &frame->hand[i];
	return NULL;
}

/* The mean of the other fingers; the thumb goes its own ways. */
static void see_beside(const struct leap_frame *frame,
		       const struct leap_frame_pointable *pointable,
		       struct leap_tip_state *state)
{
	struct vec3 position = { 0 }, velocity = { 0 };
	double others = 0.0;

	for (unsigned int i = 0; i < frame->pointable_count; i++) {
		const struct leap_frame_pointable *other = &frame->pointable[i];

		if (other == pointable || other->hand_id != pointable->hand_id ||
		    other->tool || other->type == LEAP_THUMB)
			continue;
		position = vec3_add(position, other->tip_position);
		velocity = vec3_add(velocity, other->tip_velocity);
		others += 1.0;
	}
	if (others > 0.0) {
		position = vec3_scale(position, 1.0 / others);
		velocity = vec3_scale(velocity, 1.0 / others);
	}
	state->beside_position = vec3_sub(pointable->tip_position, position);
	state->beside_velocity = vec3_sub(pointable->tip_velocity, velocity);
}

static struct leap_tip_state state_of(const struct leap_frame *frame,
				      const struct leap_frame_pointable *pointable)
{
	const struct leap_frame_hand *hand = hand_of(frame, pointable);
	struct leap_tip_state state = {
		.time_us = frame->timestamp_us,
		.position = pointable->tip_position,
		.velocity = pointable->tip_velocity,
		.inward = hand ? hand->palm_normal : vec3(0, -1, 0),
		.touch_zone = pointable->touch_zone,
		.extended = pointable->extended,
		.thumb = !pointable->tool && pointable->type == LEAP_THUMB,
	};

	see_beside(frame, pointable, &state);
	return state;
}

static void step_tip(struct leap_gestures *gestures, struct leap_frame *frame,
		     const struct leap_frame_pointable *pointable)
{
	struct tip_gestures *tip = find_or_start(gestures, pointable->id);
	struct leap_tip_state state = state_of(frame, pointable);

	leap_tip_path_add(&tip->path, &state);
	step_circle(gestures, frame, pointable, tip);
	step_swipe(gestures, frame, pointable, tip);
	if (leap_key_tap_step(&tip->key_tap, &tip->path, &gestures->options))
		tell_tap(gestures, frame, pointable, LEAP_GESTURE_KEY_TAP,
			 &tip->key_tap);
	if (leap_screen_tap_step(&tip->screen_tap, &tip->path, &gestures->options))
		tell_tap(gestures, frame, pointable, LEAP_GESTURE_SCREEN_TAP,
			 &tip->screen_tap);
}

static bool is_in(const struct leap_frame *frame, int32_t pointable_id)
{
	for (unsigned int i = 0; i < frame->pointable_count; i++)
		if (frame->pointable[i].id == pointable_id)
			return true;
	return false;
}

static void leave(struct leap_gestures *gestures, struct leap_frame *frame,
		  struct tip_gestures *tip)
{
	if (tip->circle.active)
		stop(gestures, frame, &tip->circle);
	if (tip->swipe.active)
		stop(gestures, frame, &tip->swipe);
	tip->pointable_id = 0;
}

void leap_gestures_update(struct leap_gestures *gestures, struct leap_frame *frame)
{
	frame->gesture_count = 0;
	gestures->lasting = 0;
	for (int i = 0; i < LEAP_POINTABLES_MAX; i++)
		gestures->lasting +=
			gestures->tip[i].circle.active + gestures->tip[i].swipe.active;
	for (int i = 0; i < LEAP_POINTABLES_MAX; i++)
		if (gestures->tip[i].pointable_id &&
		    !is_in(frame, gestures->tip[i].pointable_id))
			leave(gestures, frame, &gestures->tip[i]);
	for (unsigned int i = 0; i < frame->pointable_count; i++)
		step_tip(gestures, frame, &frame->pointable[i]);
}
