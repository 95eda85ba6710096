// SPDX-License-Identifier: MIT
/*
 * How far the tracker is from the truth on simulated hands, and what a frame costs.
 * Single-threaded. Usage: bench-tracker [SEEDS [FRAMES [FIRST-SEED [HANDS]]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/tracking/tracker.h"
#include "sim/sim.h"
#include "sim/truth.h"

#define SETTLED 35 /* frames: 0.3 seconds */
#define NEAR 80.0 /* millimetres within which a palm counts as found */
#define JITTER_WINDOW 3

struct list {
	double *value;
	size_t count, room;
};

struct score {
	struct list palm, tip[LEAP_FINGERS], joint, shake, tip_shake, normal, cost;
	unsigned int hands, found, wrong_side, false_hands, frames, changes, extra;
	unsigned int acquired, acquire_frames;
};

static void put(struct list *list, double value)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 1024;
		list->value = realloc(list->value, list->room * sizeof(*list->value));
		if (!list->value)
			abort();
	}
	list->value[list->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double share_of(struct list *list, double share)
{
	if (!list->count)
		return NAN;
	qsort(list->value, list->count, sizeof(*list->value), by_value);
	return list->value[(size_t)(share * (list->count - 1))];
}

static double root_mean_square(const struct list *list)
{
	double sum = 0;

	for (size_t i = 0; i < list->count; i++)
		sum += list->value[i] * list->value[i];
	return list->count ? sqrt(sum / list->count) : NAN;
}

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

struct memory {
	uint32_t track;
	struct vec3 palm[JITTER_WINDOW], tip[JITTER_WINDOW];
	unsigned int run;
};

/* The second difference of the error: what shakes faster than the hand moves. */
static void score_shake(struct memory *memory, struct vec3 palm_error,
			struct vec3 tip_error, struct score *score)
{
	for (int i = JITTER_WINDOW - 1; i > 0; i--) {
		memory->palm[i] = memory->palm[i - 1];
		memory->tip[i] = memory->tip[i - 1];
	}
	memory->palm[0] = palm_error;
	memory->tip[0] = tip_error;
	if (++memory->run < JITTER_WINDOW)
		return;
	put(&score->shake,
	    vec3_length(vec3_add(vec3_sub(memory->palm[0], memory->palm[1]),
				 vec3_sub(memory->palm[2], memory->palm[1]))) /
		    sqrt(6));
	put(&score->tip_shake,
	    vec3_length(vec3_add(vec3_sub(memory->tip[0], memory->tip[1]),
				 vec3_sub(memory->tip[2], memory->tip[1]))) /
		    sqrt(6));
}

static void score_hand(const struct leap_tracked_hand *seen,
		       const struct leap_tracked_hand *true_hand, struct memory *memory,
		       struct score *score)
{
	double dot = vec3_dot(seen->normal, true_hand->normal);

	put(&score->palm, vec3_distance(seen->palm, true_hand->palm));
	put(&score->normal, acos(fmax(-1, fmin(1, dot))) * 180 / M_PI);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		put(&score->tip[k], vec3_distance(seen->joint[k][LEAP_BTIP],
						  true_hand->joint[k][LEAP_BTIP]));
		for (int j = 0; j < LEAP_JOINTS; j++)
			put(&score->joint,
			    vec3_distance(seen->joint[k][j], true_hand->joint[k][j]));
	}
	score->wrong_side += seen->left != true_hand->left;
	if (memory->track != seen->track) {
		score->changes += memory->track != 0;
		memory->track = seen->track;
		memory->run = 0;
	}
	score_shake(memory, vec3_sub(seen->palm, true_hand->palm),
		    vec3_sub(seen->joint[LEAP_INDEX][LEAP_BTIP],
			     true_hand->joint[LEAP_INDEX][LEAP_BTIP]),
		    score);
}

static void score_frame(const struct leap_hands *seen, const struct leap_hands *truth,
			struct memory memory[LEAP_HANDS_MAX], unsigned int frame,
			struct score *score)
{
	bool used[LEAP_HANDS_MAX] = { false };

	score->frames++;
	for (unsigned int i = 0; i < truth->count; i++) {
		const struct leap_tracked_hand *true_hand = &truth->hand[i];
		double best = NEAR;
		int which = -1;

		for (unsigned int j = 0; j < seen->count; j++) {
			double off = vec3_distance(seen->hand[j].palm, true_hand->palm);

			if (!used[j] && off < best) {
				best = off;
				which = j;
			}
		}
		if (which >= 0 && !memory[i].track) {
			score->acquired++;
			score->acquire_frames += frame;
		}
		if (which >= 0)
			used[which] = true;
		if (frame < SETTLED) {
			if (which >= 0)
				memory[i].track = seen->hand[which].track;
			continue;
		}
		score->hands++;
		if (which < 0) {
			memory[i].run = 0;
			continue;
		}
		score->found++;
		score_hand(&seen->hand[which], true_hand, &memory[i], score);
	}
	for (unsigned int j = 0; j < seen->count; j++)
		score->false_hands += !used[j];
}

static int run(uint64_t seed, unsigned int hands, unsigned int frames,
	       struct score *score)
{
	struct leap_sim_options options = { .seed = seed, .hands = hands };
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct memory memory[LEAP_HANDS_MAX] = { 0 };
	struct leap_tracker *tracker = NULL;
	struct leap_sim *sim = NULL;
	struct leap_camera camera;
	int r;

	r = leap_camera_parse(leap_sim_calibration(), LEAP_SIM_CALIBRATION_SIZE,
			      &camera);
	if (r == 0)
		r = leap_sim_new(&options, &sim);
	if (r == 0)
		r = leap_tracker_new(&camera, &tracker);
	for (unsigned int i = 0; r == 0 && i < frames; i++) {
		struct leap_stereo_frame frame = {
			.pixels = pixels,
			.width = LEAP_SIM_WIDTH,
			.height = LEAP_SIM_HEIGHT,
			.sequence = i + 1,
			.time_ns = (int64_t)i * LEAP_SIM_INTERVAL_NS,
		};
		struct leap_hands seen, truth;
		double start;

		leap_sim_render(sim, i, pixels);
		leap_sim_truth(sim, i, &truth);
		start = milliseconds();
		r = leap_tracker_update(tracker, &frame, &seen);
		put(&score->cost, milliseconds() - start);
		score_frame(&seen, &truth, memory, i, score);
	}
	leap_tracker_free(tracker);
	leap_sim_free(sim);
	return r;
}

static void print_list(const char *name, struct list *list, const char *unit)
{
	printf("  %-10s median %6.2f  p95 %6.2f  max %7.2f %s\n", name,
	       share_of(list, 0.5), share_of(list, 0.95), share_of(list, 1), unit);
}

static void print_score(const char *title, struct score *score)
{
	static const char *const fingers[] = { "thumb", "index", "middle", "ring",
					       "pinky" };
	struct list all = { 0 };

	printf("%s: %u frames\n", title, score->frames);
	if (score->hands) {
		printf("  detection %.4f after %.1f frames, wrong side %.4f, "
		       "identity changes %u\n",
		       score->found / (double)score->hands,
		       score->acquired ? score->acquire_frames / (double)score->acquired
				       : NAN,
		       score->found ? score->wrong_side / (double)score->found : NAN,
		       score->changes);
		print_list("palm", &score->palm, "mm");
		print_list("normal", &score->normal, "degrees");
		for (int k = 0; k < LEAP_FINGERS; k++) {
			for (size_t i = 0; i < score->tip[k].count; i++)
				put(&all, score->tip[k].value[i]);
		}
		print_list("tips", &all, "mm");
		for (int k = 0; k < LEAP_FINGERS; k++)
			print_list(fingers[k], &score->tip[k], "mm");
		print_list("joints", &score->joint, "mm");
		printf("  jitter     palm %.2f  index tip %.2f mm RMS\n",
		       root_mean_square(&score->shake),
		       root_mean_square(&score->tip_shake));
	}
	printf("  false hands %.4f a frame\n",
	       score->false_hands / (double)score->frames);
	print_list("cost", &score->cost, "ms");
	free(all.value);
}

static void drop(struct score *score)
{
	free(score->palm.value);
	free(score->joint.value);
	free(score->shake.value);
	free(score->tip_shake.value);
	free(score->normal.value);
	free(score->cost.value);
	for (int k = 0; k < LEAP_FINGERS; k++)
		free(score->tip[k].value);
}

static unsigned int number(int argc, char **argv, int i, unsigned int otherwise)
{
	return argc > i ? (unsigned int)strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	static const char *const titles[] = { "no hand", "one hand", "two hands" };
	unsigned int seeds = number(argc, argv, 1, 8);
	unsigned int frames = number(argc, argv, 2, 700);
	unsigned int first = number(argc, argv, 3, 1);
	unsigned int only = number(argc, argv, 4, 3);

	for (unsigned int hands = 0; hands <= LEAP_HANDS_MAX; hands++) {
		struct score score = { 0 };
		int r = 0;

		if (only < 3 && hands != only)
			continue;
		for (unsigned int i = 0; r == 0 && i < seeds; i++) {
			struct score one = { 0 };

			r = run(first + i, hands, frames, &score);
			if (r == 0 && only < 3 && seeds > 1) {
				char title[32];

				snprintf(title, sizeof(title), "seed %u", first + i);
				run(first + i, hands, frames, &one);
				print_score(title, &one);
			}
			drop(&one);
		}
		if (r < 0) {
			fprintf(stderr, "bench-tracker: %s\n", strerror(-r));
			return 1;
		}
		print_score(titles[hands], &score);
		drop(&score);
	}
	return 0;
}
