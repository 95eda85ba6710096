// SPDX-License-Identifier: MIT
/*
 * What a tracker made of every true hand in every frame. A log belongs to one thread.
 */
#include "tests/bench/track_record.h"

#include <math.h>
#include <stdlib.h>

void track_values_add(struct track_values *values, double value)
{
	if (values->count == values->room) {
		values->room = values->room ? 2 * values->room : 1024;
		values->value =
			realloc(values->value, values->room * sizeof(*values->value));
		if (!values->value)
			abort();
	}
	values->value[values->count++] = (float)value;
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

double track_values_share(struct track_values *values, double share)
{
	if (values->count == 0)
		return NAN;
	qsort(values->value, values->count, sizeof(*values->value), by_value);
	return values->value[(size_t)(share * (double)(values->count - 1) + 0.5)];
}

void track_values_free(struct track_values *values)
{
	free(values->value);
	*values = (struct track_values){ 0 };
}

static struct track_record *add_record(struct track_log *log)
{
	if (log->count == log->room) {
		log->room = log->room ? 2 * log->room : 4096;
		log->record = realloc(log->record, log->room * sizeof(*log->record));
		if (!log->record)
			abort();
	}
	log->record[log->count] = (struct track_record){ 0 };
	return &log->record[log->count++];
}

void track_log_free(struct track_log *log)
{
	free(log->record);
	track_values_free(&log->tool_tip);
	track_values_free(&log->tool_angle);
	track_values_free(&log->tool_length);
	track_values_free(&log->tool_width);
	*log = (struct track_log){ 0 };
}

/* Which reported hand each true one is: the pairing that is nearest in all. */
static void pair_up(const struct leap_hands *seen, const struct leap_sim_sample *truth,
		    int ret_which[LEAP_HANDS_MAX])
{
	double off[LEAP_HANDS_MAX][LEAP_HANDS_MAX];
	double straight, crossed;

	for (unsigned int i = 0; i < LEAP_HANDS_MAX; i++) {
		ret_which[i] = -1;
		for (unsigned int j = 0; j < LEAP_HANDS_MAX; j++) {
			off[i][j] = TRACK_NEAR;
			if (i < truth->hands && j < seen->count)
				off[i][j] =
					fmin(TRACK_NEAR,
					     vec3_distance(seen->hand[j].palm,
							   truth->hand[i].hand.palm));
		}
	}
	straight = off[0][0] + off[1][1];
	crossed = off[0][1] + off[1][0];
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		int j = straight <= crossed ? i : 1 - i;

		if (off[i][j] < TRACK_NEAR)
			ret_which[i] = j;
	}
}

static float level_around(const struct leap_sim_sample *truth, struct vec3 palm,
			  const uint8_t *pixels)
{
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };
	double p[2], sum = 0;
	int count = 0;

	if (!leap_camera_project(&truth->camera, LEAP_EYE_LEFT, mode, palm, p))
		return 0;
	for (int r = (int)p[1] - 1; r <= (int)p[1] + 1; r++) {
		for (int c = (int)p[0] - 2; c <= (int)p[0] + 2; c++) {
			if (r < 0 || r >= LEAP_SIM_HEIGHT || c < 0 ||
			    c >= LEAP_SIM_WIDTH)
				continue;
			sum += pixels[2 * (r * LEAP_SIM_WIDTH + c)];
			count++;
		}
	}
	return count ? (float)(sum / count) : 0;
}

static void compare(const struct leap_tracked_hand *seen,
		    const struct leap_tracked_hand *truth, struct track_record *r)
{
	r->found = true;
	r->track = seen->track;
	r->right_side = seen->left == truth->left;
	r->confidence = (float)seen->confidence;
	r->palm = (float)vec3_distance(seen->palm, truth->palm);
	r->seen_palm = seen->palm;
	for (int k = 0; k < LEAP_FINGERS; k++) {
		r->seen_tip[k] = seen->joint[k][LEAP_BTIP];
		for (int j = 0; j < LEAP_JOINTS; j++)
			r->joint[k][j] = (float)vec3_distance(seen->joint[k][j],
							      truth->joint[k][j]);
	}
}

static void describe(const struct leap_sim_sample *truth, unsigned int hand,
		     const uint8_t *pixels, struct track_record *r)
{
	const struct leap_sim_sample_hand *h = &truth->hand[hand];

	r->hand = hand;
	r->distance = (float)vec3_length(h->hand.palm);
	r->level = level_around(truth, h->hand.palm, pixels);
	r->pose = h->pose;
	r->tilt = (float)h->tilt;
	r->squint = (float)fabs(truth->squint);
	r->in_view = h->inside >= 0.9;
	r->truth = h->hand.palm;
	for (int k = 0; k < LEAP_FINGERS; k++)
		r->tip_visible[k] = h->visible[LEAP_EYE_LEFT][k][LEAP_BTIP] &&
				    h->visible[LEAP_EYE_RIGHT][k][LEAP_BTIP];
}

/* A tool is found when its tip is no farther off than this, millimetres. */
#define TOOL_NEAR 40.0

static bool both_see(const struct leap_sim_sample *truth, struct vec3 point)
{
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };

	for (int e = 0; e < LEAP_EYES; e++) {
		double p[2];

		if (!leap_camera_project(&truth->camera, e, mode, point, p) ||
		    p[0] < 2 || p[0] > LEAP_SIM_WIDTH - 3 || p[1] < 2 ||
		    p[1] > LEAP_SIM_HEIGHT - 3)
			return false;
	}
	return true;
}

static void score_tools(struct track_log *log, const struct leap_hands *seen,
			const struct leap_sim_sample *truth)
{
	bool used[LEAP_TOOLS_MAX] = { false };

	for (unsigned int i = 0; i < truth->tools; i++) {
		const struct leap_tracked_tool *t = &truth->tool[i];
		double best = TOOL_NEAR;
		int which = -1;

		for (unsigned int j = 0; j < seen->tool_count; j++) {
			double off = vec3_distance(seen->tool[j].tip, t->tip);

			if (!used[j] && off < best) {
				best = off;
				which = (int)j;
			}
		}
		if (which >= 0)
			used[which] = true;
		if (log->in_view_for[t->hand - 1] <= TRACK_SETTLED ||
		    !both_see(truth, t->tip))
			continue;
		log->tools++;
		if (which < 0)
			continue;
		log->tools_found++;
		track_values_add(&log->tool_tip, best);
		track_values_add(
			&log->tool_angle,
			acos(fmax(-1, fmin(1, vec3_dot(seen->tool[which].direction,
						       t->direction)))) *
				180 / M_PI);
		track_values_add(&log->tool_length,
				 fabs(seen->tool[which].length - t->length));
		track_values_add(&log->tool_width,
				 fabs(seen->tool[which].width - t->width));
	}
	for (unsigned int j = 0; j < seen->tool_count; j++)
		log->tools_extra += !used[j];
}

void track_log_frame(struct track_log *log, enum leap_sim_clip_kind kind,
		     unsigned int clip, unsigned int frame,
		     const struct leap_hands *seen, const struct leap_sim_sample *truth,
		     const uint8_t *pixels)
{
	unsigned int paired = 0;
	int which[LEAP_HANDS_MAX];

	pair_up(seen, truth, which);
	for (unsigned int i = 0; i < truth->hands; i++) {
		struct track_record *r = add_record(log);
		unsigned int *in_view_for = &log->in_view_for[i];

		r->kind = kind;
		r->clip = clip;
		r->frame = frame;
		describe(truth, i, pixels, r);
		if (frame == 0)
			*in_view_for = 0;
		*in_view_for = r->in_view ? *in_view_for + 1 : 0;
		r->settled = *in_view_for > TRACK_SETTLED;
		if (which[i] < 0)
			continue;
		compare(&seen->hand[which[i]], &truth->hand[i].hand, r);
		paired++;
	}
	score_tools(log, seen, truth);
	log->extra[kind] += seen->count - paired;
	log->frames[kind]++;
}
