// SPDX-License-Identifier: MIT
/*
 * A frame as text with gaps for its numbers, and as values for json-c to build anew.
 * One thread.
 */
#include "tests/bench/other_writers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#define PIECES_MAX 2048

struct other_writers {
	struct leap_frame frame;
	char text[LEAP_FRAME_JSON_MAX];
	struct json_object *values;
	unsigned int pieces;
	struct {
		const char *literal;
		size_t size;
		double number;
	} piece[PIECES_MAX];
};

static bool is_number(const char *at)
{
	return isdigit(*at) || (*at == '-' && isdigit(at[1]));
}

static void cut_into_pieces(struct other_writers *writers)
{
	const char *at = writers->text;

	while (*at) {
		const char *from = at;

		while (*at && !is_number(at))
			at++;
		writers->piece[writers->pieces].literal = from;
		writers->piece[writers->pieces].size = at - from;
		if (*at) {
			char *end;

			writers->piece[writers->pieces].number = strtod(at, &end);
			at = end;
		}
		if (++writers->pieces == PIECES_MAX)
			abort();
	}
}

int write_ours(const struct other_writers *writers, char *buffer)
{
	struct leap_frame_json_options options = { 6, true };

	return leap_frame_json_write(&writers->frame, &options, buffer,
				     LEAP_FRAME_JSON_MAX);
}

int write_snprintf(const struct other_writers *writers, char *buffer)
{
	char *at = buffer;

	for (unsigned int i = 0; i < writers->pieces; i++) {
		memcpy(at, writers->piece[i].literal, writers->piece[i].size);
		at += writers->piece[i].size;
		if (i + 1 < writers->pieces)
			at += snprintf(at, 32, "%.6g", writers->piece[i].number);
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

int write_json_c(const struct other_writers *writers, char *buffer)
{
	struct json_object *object = build(writers->values);
	const char *text =
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	int size = strlen(text);

	memcpy(buffer, text, size);
	json_object_put(object);
	return size;
}

struct other_writers *other_writers_new(const struct leap_frame *frame)
{
	struct other_writers *writers = calloc(1, sizeof(*writers));

	if (!writers)
		abort();
	writers->frame = *frame;
	write_ours(writers, writers->text);
	cut_into_pieces(writers);
	writers->values = json_tokener_parse(writers->text);
	return writers;
}

void other_writers_free(struct other_writers *writers)
{
	json_object_put(writers->values);
	free(writers);
}
