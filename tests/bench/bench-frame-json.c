// SPDX-License-Identifier: MIT
// Cost of a frame's text: this writer against json-c and against snprintf("%.6g").
// Single-threaded; all three say the same frame of two hands.
#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/motion/motion.h"
#include "daemon/service/frame_json.h"
#include "tests/unit/motion/posed_hand.h"

#define ROUNDS 15
#define FRAMES 200
#define FRAME_NS 8695652

/* The same frame as text with gaps for its numbers, and as values for json-c. */
struct subject {
	struct leap_frame frame;
	char text[LEAP_FRAME_JSON_MAX];
	struct json_object *values;
	unsigned int pieces;
	struct {
		const char *literal;
		size_t size;
		double number;
	} piece[2048];
};

static void make_frame(struct leap_frame *ret_frame)
{
	struct leap_motion_options options;
	struct leap_motion *motion;
	struct hand_pose right = { .track = 1, .curl = { 0.1, 0.2, 0.3, 0.2, 0.1 } };
	struct hand_pose left = { .track = 2, .left = true, .roll = 0.3 };

	leap_motion_options_default(&options);
	if (leap_motion_new(&options, &motion) < 0)
		abort();
	for (int i = 0; i < 60; i++) {
		struct leap_hands hands = { .time_ns = i * (int64_t)FRAME_NS,
					    .count = 2 };

		right.palm = vec3(90.123 + i, 201.7, 10.3 + 0.7 * i);
		left.palm = vec3(-81.3, 183.91 - 0.3 * i, 7.77);
		right.yaw = i * 0.011, left.pitch = i * 0.007;
		hands.hand[0] = posed_hand(&right);
		hands.hand[1] = posed_hand(&left);
		if (leap_motion_update(motion, &hands, ret_frame) < 0)
			abort();
	}
	leap_motion_free(motion);
}

static bool is_number(const char *at)
{
	return isdigit(*at) || (*at == '-' && isdigit(at[1]));
}

static void cut_into_pieces(struct subject *subject)
{
	const char *at = subject->text;

	while (*at) {
		const char *from = at;

		while (*at && !is_number(at))
			at++;
		subject->piece[subject->pieces].literal = from;
		subject->piece[subject->pieces].size = at - from;
		if (*at) {
			char *end;

			subject->piece[subject->pieces].number = strtod(at, &end);
			at = end;
		}
		if (++subject->pieces == 2048)
			abort();
	}
}

static int write_ours(const struct subject *subject, char *buffer)
{
	struct leap_frame_json_options options = { 6, true };

	return leap_frame_json_write(&subject->frame, &options, buffer,
				     LEAP_FRAME_JSON_MAX);
}

static int write_snprintf(const struct subject *subject, char *buffer)
{
	char *at = buffer;

	for (unsigned int i = 0; i < subject->pieces; i++) {
		memcpy(at, subject->piece[i].literal, subject->piece[i].size);
		at += subject->piece[i].size;
		if (i + 1 < subject->pieces)
			at += snprintf(at, 32, "%.6g", subject->piece[i].number);
	}
	return at - buffer;
}

/* Builds anew what a DOM writer would build from a struct leap_frame. */
static struct json_object *build(struct json_object *like)
{
	struct json_object *object;

	switch (json_object_get_type(like)) {
	case json_type_object:
		object = json_object_new_object();
		json_object_object_foreach(like, key, value)
			json_object_object_add(object, key, build(value));
		return object;
	case json_type_array:
		object = json_object_new_array();
		for (size_t i = 0; i < json_object_array_length(like); i++)
			json_object_array_add(
				object, build(json_object_array_get_idx(like, i)));
		return object;
	case json_type_double:
		return json_object_new_double(json_object_get_double(like));
	case json_type_int:
		return json_object_new_int64(json_object_get_int64(like));
	case json_type_boolean:
		return json_object_new_boolean(json_object_get_boolean(like));
	default:
		return json_object_new_string(json_object_get_string(like));
	}
}

static int write_json_c(const struct subject *subject, char *buffer)
{
	struct json_object *object = build(subject->values);
	const char *text =
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	int size = strlen(text);

	memcpy(buffer, text, size);
	json_object_put(object);
	return size;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

struct way {
	const char *name;
	int (*write)(const struct subject *subject, char *buffer);
	double best_ns;
	int size;
};

static void measure(const struct subject *subject, struct way *way, char *buffer)
{
	double begin = now(), ns;

	for (int i = 0; i < FRAMES; i++)
		way->size = way->write(subject, buffer);
	ns = (now() - begin) / FRAMES * 1e9;
	if (way->best_ns == 0.0 || ns < way->best_ns)
		way->best_ns = ns;
}

int main(void)
{
	struct way ways[] = {
		{ .name = "frame_json", .write = write_ours },
		{ .name = "snprintf %.6g", .write = write_snprintf },
		{ .name = "json-c DOM, PLAIN", .write = write_json_c },
	};
	const size_t count = sizeof(ways) / sizeof(*ways);
	struct subject *subject = calloc(1, sizeof(*subject));
	char *buffer = malloc(4 * LEAP_FRAME_JSON_MAX);

	if (!subject || !buffer)
		return EXIT_FAILURE;
	make_frame(&subject->frame);
	write_ours(subject, subject->text);
	cut_into_pieces(subject);
	subject->values = json_tokener_parse(subject->text);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < count; i++)
			measure(subject, &ways[i], buffer);
	printf("one frame, two hands, version 6 (best of %d rounds, CPU time)\n",
	       ROUNDS);
	for (size_t i = 0; i < count; i++)
		printf("%-18s %6d bytes %9.0f ns %7.1f x\n", ways[i].name, ways[i].size,
		       ways[i].best_ns, ways[i].best_ns / ways[0].best_ns);
	json_object_put(subject->values);
	free(buffer);
	free(subject);
	return EXIT_SUCCESS;
}
