// SPDX-License-Identifier: MIT
/*
 * How good a tracker is, from pixels alone: accuracy by distance, exposure, posture and
 * finger, two hands, range, handedness, false hands, jitter, lag, time to acquire and
 * cost, on films whose people, units and rooms no network was trained on.
 * Single-threaded. Usage: bench-tracking [--every N] [--kind NAME] [--recordings FOLDER]
 * FOLDER has frames of the original service, *.jsonl.gz: synthetic hands do the same.
 */
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/tracking/tracker.h"
#include "tests/bench/block_match.h"
#include "tests/bench/recording.h"
#include "tests/bench/track_record.h"

#define INTERVAL_MS (LEAP_SIM_INTERVAL_NS * 1e-6)

/* How many clips of each kind make the set. */
static const unsigned int clips[LEAP_SIM_CLIP_KINDS] = {
	[LEAP_SIM_CLIP_HAND] = 24,     [LEAP_SIM_CLIP_RANGE] = 12,
	[LEAP_SIM_CLIP_STILL] = 10,    [LEAP_SIM_CLIP_SWEEP] = 10,
	[LEAP_SIM_CLIP_TOOL] = 8,      [LEAP_SIM_CLIP_ARRIVAL] = 24,
	[LEAP_SIM_CLIP_PAIR] = 8,      [LEAP_SIM_CLIP_CROSSING] = 8,
	[LEAP_SIM_CLIP_TOUCHING] = 24, [LEAP_SIM_CLIP_EMPTY] = 25,
	[LEAP_SIM_CLIP_TORSO] = 25,    [LEAP_SIM_CLIP_HEAD] = 25,
	[LEAP_SIM_CLIP_LAMP] = 25,     [LEAP_SIM_CLIP_SLEEVE] = 25,
	[LEAP_SIM_CLIP_OBJECT] = 10,
};

static const char *const pose_name[LEAP_SIM_POSES] = {
	"open", "relaxed", "fist", "pinch", "point", "count", "grab", "random", "reach",
};

static const char *const finger_name[LEAP_FINGERS] = { "thumb", "index", "middle",
						       "ring", "pinky" };

struct bench {
	struct track_log log;
	struct track_values cost[LEAP_HANDS_MAX + 1]; /* by hands reported */
	struct track_values rest; /* when there has been nothing for seconds */
	struct track_values block_match;
	unsigned int every;
	unsigned int first; /* number of the first film; those of the set begin at 0 */
	const char *kind;
	const char *recordings;
};

/* Processor time: what others run on this machine does not count. */
static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void time_block_match(struct bench *b, const uint8_t *pixels)
{
	static uint8_t disparity[LEAP_SIM_WIDTH * LEAP_SIM_HEIGHT];
	double start = milliseconds();

	block_match(pixels, LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT, disparity);
	track_values_add(&b->block_match, milliseconds() - start);
}

static int run_clip(struct bench *b, struct leap_sim_clip *clip,
		    enum leap_sim_clip_kind kind, unsigned int number)
{
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	static struct leap_sim_sample truth;
	struct leap_tracker *tracker = NULL;
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < leap_sim_clip_frames(clip); i++) {
		struct leap_stereo_frame frame = {
			.pixels = pixels,
			.width = LEAP_SIM_WIDTH,
			.height = LEAP_SIM_HEIGHT,
			.sequence = i + 1,
			.time_ns = (int64_t)i * LEAP_SIM_INTERVAL_NS,
		};
		struct leap_hands seen = { 0 };
		double start;

		leap_sim_clip_frame(clip, i, pixels, &truth);
		frame.exposure_us = (uint16_t)truth.exposure_us;
		frame.gain = (uint8_t)truth.gain;
		if (i == 0)
			r = leap_tracker_new(&truth.camera, &tracker);
		if (r < 0)
			break;
		start = milliseconds();
		r = leap_tracker_update(tracker, &frame, &seen);
		track_values_add(&b->cost[seen.count], milliseconds() - start);
		track_log_frame(&b->log, kind, number, i, &seen, &truth, pixels);
		if (i == 0)
			time_block_match(b, pixels);
	}
	leap_tracker_free(tracker);
	return r;
}

/* Frames that a tracker may take to look around in a new place, and that count then. */
#define REST_AFTER 345
#define REST_FRAMES 805
#define REST_EVERY 8 /* films without hands */

static int rest(struct bench *b, const uint8_t *pixels, unsigned int count,
		const struct leap_camera *camera)
{
	struct leap_tracker *tracker;
	int r = leap_tracker_new(camera, &tracker);

	if (r < 0)
		return r;
	for (unsigned int i = 0; r == 0 && i < REST_AFTER + REST_FRAMES; i++) {
		unsigned int at = i % (2 * count);
		struct leap_hands seen;
		double start;

		if (at >= count)
			at = 2 * count - 1 - at;
		start = milliseconds();
		r = leap_tracker_update(
			tracker,
			&(struct leap_stereo_frame){
				.pixels = pixels + (size_t)at * LEAP_SIM_FRAME_SIZE,
				.width = LEAP_SIM_WIDTH,
				.height = LEAP_SIM_HEIGHT,
				.sequence = i + 1,
				.time_ns = (int64_t)i * LEAP_SIM_INTERVAL_NS,
			},
			&seen);
		if (i >= REST_AFTER)
			track_values_add(&b->rest, milliseconds() - start);
	}
	leap_tracker_free(tracker);
	return r;
}

/* A film without hands, played to and fro for ten seconds. */
static int run_rest(struct bench *b, struct leap_sim_clip *clip)
{
	unsigned int count = leap_sim_clip_frames(clip);
	uint8_t *pixels = malloc((size_t)count * LEAP_SIM_FRAME_SIZE);
	static struct leap_sim_sample truth;
	int r = -ENOMEM;

	for (unsigned int i = 0; pixels && i < count; i++)
		leap_sim_clip_frame(clip, i, pixels + (size_t)i * LEAP_SIM_FRAME_SIZE,
				    &truth);
	if (pixels)
		r = rest(b, pixels, count, &truth.camera);
	free(pixels);
	return r;
}

static int run_take(struct bench *b, const struct recording *recording,
		    unsigned int first, unsigned int count, unsigned int number)
{
	struct leap_sim_clip *clip;
	int r = leap_sim_clip_record(number, recording->frames + first, count, &clip);

	if (r < 0)
		return r;
	r = run_clip(b, clip, LEAP_SIM_CLIP_RECORDED, number);
	leap_sim_clip_free(clip);
	return r;
}

static int run_recording(struct bench *b, const char *path, unsigned int *number)
{
	struct recording recording;
	unsigned int start = 0, first, count;
	int r = recording_read(path, &recording);

	if (r < 0) {
		fprintf(stderr, "bench-tracking: %s: cannot be read as a recording\n",
			path);
		return r;
	}
	while (r == 0 && (count = recording_take(&recording, &start, &first)) > 0)
		if ((*number)++ % b->every == 0)
			r = run_take(b, &recording, first, count, *number);
	recording_free(&recording);
	return r;
}

static int run_recordings(struct bench *b)
{
	unsigned int number = 0;
	char pattern[4096];
	glob_t found;
	int r = 0;

	snprintf(pattern, sizeof(pattern), "%s/*.jsonl.gz", b->recordings);
	if (glob(pattern, 0, NULL, &found) != 0) {
		fprintf(stderr, "bench-tracking: no *.jsonl.gz in %s\n", b->recordings);
		return -ENOENT;
	}
	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++)
		r = run_recording(b, found.gl_pathv[i], &number);
	globfree(&found);
	return r;
}

/* Which records a question is about; NAN and negative limits mean any. */
struct filter {
	unsigned int kinds; /* bits */
	double distance[2];
	double level[2];
	double tilt[2];
	double squint[2];
	int pose;
	int finger;
};

#define ONE_HAND                                                \
	(1u << LEAP_SIM_CLIP_HAND | 1u << LEAP_SIM_CLIP_RANGE | \
	 1u << LEAP_SIM_CLIP_STILL | 1u << LEAP_SIM_CLIP_ARRIVAL)
#define TWO_HANDS                                                  \
	(1u << LEAP_SIM_CLIP_PAIR | 1u << LEAP_SIM_CLIP_CROSSING | \
	 1u << LEAP_SIM_CLIP_TOUCHING)

static struct filter about(unsigned int kinds)
{
	return (struct filter){ .kinds = kinds,
				.distance = { 0, 1e6 },
				.level = { 0, 256 },
				.tilt = { 0, 4 },
				.squint = { 0, 1 },
				.pose = -1,
				.finger = -1 };
}

static bool passes(const struct filter *f, const struct track_record *r)
{
	return r->settled && (f->kinds >> r->kind & 1) &&
	       r->distance >= f->distance[0] && r->distance < f->distance[1] &&
	       r->level >= f->level[0] && r->level < f->level[1] &&
	       r->tilt >= f->tilt[0] && r->tilt < f->tilt[1] &&
	       r->squint >= f->squint[0] && r->squint < f->squint[1] &&
	       (f->pose < 0 || r->pose == (enum leap_sim_pose)f->pose);
}

struct answer {
	unsigned int hands, found, right_side;
	struct track_values palm, tip, joint;
};

static void ask_hand(const struct filter *f, const struct track_record *r,
		     struct answer *a)
{
	track_values_add(&a->palm, r->palm);
	a->right_side += r->right_side;
	for (int k = 0; k < LEAP_FINGERS; k++) {
		if (f->finger >= 0 && k != f->finger)
			continue;
		if (r->tip_visible[k])
			track_values_add(&a->tip, r->joint[k][LEAP_BTIP]);
		/* The thumb's first two joints are one. */
		for (int j = k == LEAP_THUMB ? LEAP_MCP : LEAP_CARP; j < LEAP_JOINTS;
		     j++)
			track_values_add(&a->joint, r->joint[k][j]);
	}
}

static struct answer ask(const struct bench *b, const struct filter *f)
{
	struct answer a = { 0 };

	for (size_t i = 0; i < b->log.count; i++) {
		const struct track_record *r = &b->log.record[i];

		if (!passes(f, r))
			continue;
		a.hands++;
		a.found += r->found;
		if (r->found)
			ask_hand(f, r, &a);
	}
	return a;
}

static void forget(struct answer *a)
{
	track_values_free(&a->palm);
	track_values_free(&a->tip);
	track_values_free(&a->joint);
}

static double share(unsigned int part, unsigned int whole)
{
	return whole ? part / (double)whole : NAN;
}

static void print_head(const char *title)
{
	printf("\n%-24s %7s %8s %6s | %6s %6s | %6s %6s | %6s %6s\n", title, "frames",
	       "detected", "side", "palm", "p95", "tips", "p95", "joints", "p95");
}

static void print_row(const struct bench *b, const char *name, const struct filter *f)
{
	struct answer a = ask(b, f);

	if (a.hands)
		printf("%-24s %7u %8.4f %6.3f | %6.1f %6.1f | %6.1f %6.1f | %6.1f %6.1f\n",
		       name, a.hands, share(a.found, a.hands),
		       share(a.right_side, a.found), track_values_share(&a.palm, 0.5),
		       track_values_share(&a.palm, 0.95),
		       track_values_share(&a.tip, 0.5),
		       track_values_share(&a.tip, 0.95),
		       track_values_share(&a.joint, 0.5),
		       track_values_share(&a.joint, 0.95));
	forget(&a);
}

static void print_main(const struct bench *b)
{
	struct filter f = about(ONE_HAND);

	print_head("median and p95, mm");
	f.distance[0] = 100;
	f.distance[1] = 400;
	print_row(b, "one hand, 100-400 mm", &f);
	f = about(1u << LEAP_SIM_CLIP_SWEEP);
	print_row(b, "one hand, 1 m/s", &f);
	f = about(1u << LEAP_SIM_CLIP_TOOL);
	print_row(b, "one hand with a tool", &f);
	f = about(TWO_HANDS);
	print_row(b, "two hands", &f);
	for (int kind = LEAP_SIM_CLIP_PAIR; kind <= LEAP_SIM_CLIP_RECORDED; kind++) {
		char name[32];

		f = about(1u << kind);
		snprintf(name, sizeof(name), "  %s", leap_sim_clip_name(kind));
		print_row(b, name, &f);
	}
}

static void print_distances(const struct bench *b)
{
	static const double edge[] = { 60, 120, 200, 300, 400, 450, 550, 620 };
	struct filter f = about(ONE_HAND);

	print_head("one hand, by distance");
	for (size_t i = 0; i + 1 < sizeof(edge) / sizeof(*edge); i++) {
		char name[32];

		f.distance[0] = edge[i];
		f.distance[1] = edge[i + 1];
		snprintf(name, sizeof(name), "%.0f-%.0f mm", edge[i], edge[i + 1]);
		print_row(b, name, &f);
	}
}

/* Nothing in the pictures tells it, so every tracker has this error. */
static void print_squints(const struct bench *b)
{
	static const double edge[] = { 0, 0.001, 0.002, 0.004, 0.008, 0.1 };
	struct filter f = about(ONE_HAND);

	f.distance[0] = 100;
	f.distance[1] = 400;
	print_head("one hand, by the eyes'");
	for (size_t i = 0; i + 1 < sizeof(edge) / sizeof(*edge); i++) {
		char name[32];

		f.squint[0] = edge[i];
		f.squint[1] = edge[i + 1];
		snprintf(name, sizeof(name), "squint of %.0f-%.0f mrad", edge[i] * 1e3,
			 edge[i + 1] * 1e3);
		print_row(b, name, &f);
	}
}

static void print_exposures(const struct bench *b)
{
	static const double edge[] = { 0, 25, 60, 110, 180, 240, 256 };
	struct filter f = about(ONE_HAND);

	print_head("one hand, by brightness");
	for (size_t i = 0; i + 1 < sizeof(edge) / sizeof(*edge); i++) {
		char name[32];

		f.level[0] = edge[i];
		f.level[1] = edge[i + 1];
		snprintf(name, sizeof(name), "palm at %.0f-%.0f", edge[i],
			 edge[i + 1] - 1);
		print_row(b, name, &f);
	}
}

static void print_postures(const struct bench *b)
{
	static const char *const way[] = { "palm down", "slanting", "edge-on",
					   "palm up" };
	static const double edge[] = { 0, 0.6, 1.2, 1.95, 4 };
	struct filter f = about(1u << LEAP_SIM_CLIP_HAND);

	print_head("one hand, by posture");
	for (f.pose = 0; f.pose < LEAP_SIM_POSES; f.pose++)
		print_row(b, pose_name[f.pose], &f);
	f.pose = -1;
	for (size_t i = 0; i < sizeof(way) / sizeof(*way); i++) {
		f.tilt[0] = edge[i];
		f.tilt[1] = edge[i + 1];
		print_row(b, way[i], &f);
	}
}

static void print_fingers(const struct bench *b)
{
	struct filter f = about(ONE_HAND);

	f.distance[0] = 100;
	f.distance[1] = 400;
	print_head("one hand, by finger");
	for (f.finger = 0; f.finger < LEAP_FINGERS; f.finger++)
		print_row(b, finger_name[f.finger], &f);
}

/* Does what is called sure come out better? */
/* Confidence is the share of hands whose joints are no farther off on average. */
#define CLOSE 10.0 /* millimetres */

static double mean_joint(const struct track_record *r)
{
	double sum = 0;

	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = LEAP_MCP; j < LEAP_JOINTS; j++)
			sum += r->joint[k][j];
	return sum / (LEAP_FINGERS * (LEAP_JOINTS - LEAP_MCP));
}

static void print_confidence(const struct bench *b)
{
	static const double edge[] = { 0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01 };

	printf("\nconfidence reported       frames   palm mm    p95   joints mm   within "
	       "10 mm\n");
	for (size_t i = 0; i + 1 < sizeof(edge) / sizeof(*edge); i++) {
		struct track_values palm = { 0 }, joint = { 0 };
		unsigned int close = 0;

		for (size_t n = 0; n < b->log.count; n++) {
			const struct track_record *r = &b->log.record[n];

			if (!r->found || r->confidence < edge[i] ||
			    r->confidence >= edge[i + 1])
				continue;
			track_values_add(&palm, r->palm);
			track_values_add(&joint, mean_joint(r));
			close += mean_joint(r) < CLOSE;
		}
		if (palm.count)
			printf("%.1f - %.1f %22zu %9.1f %6.1f %11.1f %14.2f\n", edge[i],
			       fmin(edge[i + 1], 1), palm.count,
			       track_values_share(&palm, 0.5),
			       track_values_share(&palm, 0.95),
			       track_values_share(&joint, 0.5),
			       share(close, (unsigned int)palm.count));
		track_values_free(&palm);
		track_values_free(&joint);
	}
}

/* The records of one hand of one clip, in order. */
static const struct track_record *next_of(const struct bench *b, size_t *at,
					  enum leap_sim_clip_kind kind,
					  unsigned int clip, unsigned int hand)
{
	for (; *at < b->log.count; (*at)++) {
		const struct track_record *r = &b->log.record[*at];

		if (r->kind == kind && r->clip == clip && r->hand == hand) {
			(*at)++;
			return r;
		}
	}
	return NULL;
}

static uint32_t name_at(const struct bench *b, unsigned int clip, unsigned int hand,
			unsigned int frame)
{
	const struct track_record *r;
	size_t at = 0;

	while ((r = next_of(b, &at, LEAP_SIM_CLIP_TOUCHING, clip, hand)))
		if (r->frame == frame)
			return r->found ? r->track : 0;
	return 0;
}

/* After they have parted and the tracker has had its time, each is itself again. */
static void print_swaps(const struct bench *b)
{
	unsigned int judged = 0, swapped = 0, kept = 0;

	for (unsigned int n = 0; n < clips[LEAP_SIM_CLIP_TOUCHING]; n++) {
		uint32_t before[LEAP_HANDS_MAX], after[LEAP_HANDS_MAX];
		unsigned int start, end;
		struct leap_sim_clip *clip;

		if (n % b->every ||
		    leap_sim_clip_new(LEAP_SIM_CLIP_TOUCHING, n, &clip) < 0)
			continue;
		leap_sim_clip_apart(clip, &start, &end);
		leap_sim_clip_free(clip);
		for (unsigned int h = 0; h < LEAP_HANDS_MAX; h++) {
			before[h] = name_at(b, n, h, start);
			after[h] = name_at(b, n, h, end + TRACK_SETTLED);
		}
		if (!before[0] || !before[1])
			continue;
		judged++;
		swapped += after[0] == before[1] || after[1] == before[0];
		kept += after[0] == before[0] && after[1] == before[1];
	}
	printf("touching: %u clips with both hands followed before; identities swapped "
	       "in %u, both kept in %u (%.1f %% without a swap)\n",
	       judged, swapped, kept, 100 * (1 - share(swapped, judged)));
}

static void print_false_hands(const struct bench *b)
{
	unsigned int frames = 0, hands = 0;

	printf("\nfalse hands\n");
	for (int kind = 0; kind < LEAP_SIM_CLIP_KINDS; kind++) {
		if (!b->log.frames[kind])
			continue;
		printf("  %-10s %6u in %6u frames\n", leap_sim_clip_name(kind),
		       b->log.extra[kind], b->log.frames[kind]);
		if (kind >= LEAP_SIM_CLIP_EMPTY) {
			frames += b->log.frames[kind];
			hands += b->log.extra[kind];
		}
	}
	printf("  without a hand in view: %u in %u frames\n", hands, frames);
}

static void print_tools(struct bench *b)
{
	struct track_log *log = &b->log;
	unsigned int frames = 0;

	for (int kind = 0; kind < LEAP_SIM_CLIP_KINDS; kind++)
		frames += log->frames[kind];
	printf("\ntools: detected %.4f of %u, tip median %.1f mm (p95 %.1f), direction "
	       "%.1f degrees (p95 %.1f), length %.0f mm off, width %.1f; %u false ones in %u frames\n",
	       share(log->tools_found, log->tools), log->tools,
	       track_values_share(&log->tool_tip, 0.5),
	       track_values_share(&log->tool_tip, 0.95),
	       track_values_share(&log->tool_angle, 0.5),
	       track_values_share(&log->tool_angle, 0.95),
	       track_values_share(&log->tool_length, 0.5),
	       track_values_share(&log->tool_width, 0.5), log->tools_extra, frames);
}

static double spread(const struct vec3 *p, unsigned int count)
{
	struct vec3 mean = vec3(0, 0, 0);
	double sum = 0;

	for (unsigned int i = 0; i < count; i++)
		mean = vec3_madd(mean, 1.0 / count, p[i]);
	for (unsigned int i = 0; i < count; i++)
		sum += pow(vec3_distance(p[i], mean), 2);
	return sqrt(sum / count);
}

#define STILL_FRAMES 115

static void print_jitter(const struct bench *b)
{
	struct track_values palm = { 0 }, tip = { 0 };

	for (unsigned int n = 0; n < clips[LEAP_SIM_CLIP_STILL]; n++) {
		static struct vec3 at[1 + LEAP_FINGERS][STILL_FRAMES];
		const struct track_record *r;
		unsigned int count = 0;
		size_t i = 0;

		while ((r = next_of(b, &i, LEAP_SIM_CLIP_STILL, n, 0))) {
			if (r->frame < STILL_FRAMES || !r->found ||
			    count == STILL_FRAMES)
				continue;
			at[0][count] = r->seen_palm;
			for (int k = 0; k < LEAP_FINGERS; k++)
				at[1 + k][count] = r->seen_tip[k];
			count++;
		}
		if (count < STILL_FRAMES / 2)
			continue;
		track_values_add(&palm, spread(at[0], count));
		for (int k = 0; k < LEAP_FINGERS; k++)
			track_values_add(&tip, spread(at[1 + k], count));
	}
	printf("\njitter of a still hand over a second, RMS: palm %.2f mm (worst clip "
	       "%.2f), tips %.2f mm (p95 %.2f)\n",
	       track_values_share(&palm, 0.5), track_values_share(&palm, 1),
	       track_values_share(&tip, 0.5), track_values_share(&tip, 0.95));
	track_values_free(&palm);
	track_values_free(&tip);
}

/* By how much time the report is late: the error's regression on the velocity. */
static void print_lag(const struct bench *b)
{
	struct track_values lags = { 0 };

	for (unsigned int n = 0; n < clips[LEAP_SIM_CLIP_SWEEP]; n++) {
		double sum = 0, sum_v = 0, sum_e = 0, sum_vv = 0, sum_ve = 0;
		const struct track_record *r, *before = NULL;
		size_t i = 0;

		while ((r = next_of(b, &i, LEAP_SIM_CLIP_SWEEP, n, 0))) {
			double v, e;

			if (before && r->settled && r->found) {
				v = (r->truth.x - before->truth.x) / INTERVAL_MS;
				e = r->seen_palm.x - r->truth.x;
				sum++;
				sum_v += v;
				sum_e += e;
				sum_vv += v * v;
				sum_ve += v * e;
			}
			before = r;
		}
		if (sum > 60)
			track_values_add(&lags, -(sum_ve - sum_v * sum_e / sum) /
							(sum_vv - sum_v * sum_v / sum));
	}
	printf("lag at 1 m/s: median %.1f ms, worst clip %.1f ms\n",
	       track_values_share(&lags, 0.5), track_values_share(&lags, 1));
	track_values_free(&lags);
}

static void print_acquisition(const struct bench *b)
{
	struct track_values wait = { 0 };
	unsigned int missed = 0;

	for (unsigned int n = 0; n < clips[LEAP_SIM_CLIP_ARRIVAL]; n++) {
		const struct track_record *r;
		int entered = -1, found = -1;
		size_t i = 0;

		while ((r = next_of(b, &i, LEAP_SIM_CLIP_ARRIVAL, n, 0))) {
			if (entered < 0 && r->in_view)
				entered = (int)r->frame;
			if (found < 0 && r->found)
				found = (int)r->frame;
		}
		if (entered < 0)
			continue;
		if (found < 0)
			missed++;
		else
			track_values_add(&wait,
					 fmax(0, (found - entered) * INTERVAL_MS));
	}
	printf("time to acquire a hand that comes in: median %.0f ms, p95 %.0f, worst "
	       "%.0f; never in %u of %zu\n",
	       track_values_share(&wait, 0.5), track_values_share(&wait, 0.95),
	       track_values_share(&wait, 1), missed, wait.count + missed);
	track_values_free(&wait);
}

static void print_handedness(const struct bench *b)
{
	struct filter f = about(ONE_HAND | TWO_HANDS);
	struct answer a = ask(b, &f);

	printf("handedness after 0.3 s: right in %.4f of %u\n",
	       share(a.right_side, a.found), a.found);
	forget(&a);
}

static double mean(const struct track_values *v)
{
	double sum = 0;

	for (size_t i = 0; i < v->count; i++)
		sum += v->value[i];
	return v->count ? sum / (double)v->count : NAN;
}

static void print_cost_row(const char *name, struct track_values *v, double match)
{
	if (v->count)
		printf("%-24s %7zu %8.2f %6.2f %6.2f %12.1f %% %18.2fx\n", name,
		       v->count, mean(v), track_values_share(v, 0.5),
		       track_values_share(v, 0.95), 100 * mean(v) / INTERVAL_MS,
		       mean(v) / match);
}

static void print_cost(struct bench *b)
{
	static const char *const name[LEAP_HANDS_MAX + 1] = { "no hand reported",
							      "one hand", "two hands" };
	double match = mean(&b->block_match);

	printf("\ncost, one core            frames  ms mean    p50    p95   core at "
	       "115 Hz   against block matching\n");
	for (unsigned int hands = 0; hands <= LEAP_HANDS_MAX; hands++)
		print_cost_row(name[hands], &b->cost[hands], match);
	print_cost_row("nothing there for 3 s", &b->rest, match);
	printf("dense block matching of one frame (9 x 5, 64 disparities, plain C): "
	       "%.2f ms\n",
	       match);
}

static int run_all(struct bench *b)
{
	for (int kind = 0; kind < LEAP_SIM_CLIP_KINDS; kind++) {
		if (b->kind && strcmp(b->kind, leap_sim_clip_name(kind)) != 0)
			continue;
		for (unsigned int n = 0; n < clips[kind]; n += b->every) {
			struct leap_sim_clip *clip;
			int r = leap_sim_clip_new(kind, b->first + n, &clip);

			if (r < 0)
				return r;
			r = run_clip(b, clip, kind, n);
			if (r == 0 && kind >= LEAP_SIM_CLIP_EMPTY &&
			    n % REST_EVERY == 0)
				r = run_rest(b, clip);
			leap_sim_clip_free(clip);
			if (r < 0)
				return r;
		}
	}
	return b->recordings ? run_recordings(b) : 0;
}

static int options(int argc, char **argv, struct bench *b)
{
	b->every = 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--every") == 0 && i + 1 < argc &&
		    atoi(argv[i + 1]) > 0)
			b->every = (unsigned int)atoi(argv[++i]);
		else if (strcmp(argv[i], "--first") == 0 && i + 1 < argc)
			b->first = (unsigned int)atoi(argv[++i]);
		else if (strcmp(argv[i], "--kind") == 0 && i + 1 < argc)
			b->kind = argv[++i];
		else if (strcmp(argv[i], "--recordings") == 0 && i + 1 < argc)
			b->recordings = argv[++i];
		else
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench b;
	int r;

	if (options(argc, argv, &b) < 0) {
		fprintf(stderr, "usage: bench-tracking [--every N] [--kind NAME] "
				"[--first N] [--recordings FOLDER]\n");
		return 2;
	}
	r = run_all(&b);
	if (r < 0) {
		fprintf(stderr, "bench-tracking: %s\n", strerror(-r));
		return 1;
	}
	print_main(&b);
	print_distances(&b);
	print_squints(&b);
	print_exposures(&b);
	print_postures(&b);
	print_fingers(&b);
	print_confidence(&b);
	printf("\n");
	print_swaps(&b);
	print_handedness(&b);
	print_acquisition(&b);
	print_jitter(&b);
	print_lag(&b);
	print_false_hands(&b);
	print_tools(&b);
	print_cost(&b);
	track_log_free(&b.log);
	track_values_free(&b.block_match);
	track_values_free(&b.rest);
	for (int i = 0; i <= LEAP_HANDS_MAX; i++)
		track_values_free(&b.cost[i]);
	return 0;
}
