// SPDX-License-Identifier: MIT
/*
 * Frames that the original service wrote, read back as hands. A recording belongs to
 * one thread.
 */
#include "tests/bench/recording.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A stretch ends where no frame came for so long, and is no longer than this. */
#define GAP_NS 60000000
#define TAKE_MAX 460
#define TAKE_MIN 60

static bool read_vector(struct json_object *object, const char *key, struct vec3 *ret)
{
	struct json_object *array;
	double v[3];

	if (!json_object_object_get_ex(object, key, &array) ||
	    json_object_get_type(array) != json_type_array ||
	    json_object_array_length(array) != 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		v[i] = json_object_get_double(json_object_array_get_idx(array, i));
	*ret = vec3(v[0], v[1], v[2]);
	return isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]);
}

static int64_t read_number(struct json_object *object, const char *key)
{
	struct json_object *number;

	return json_object_object_get_ex(object, key, &number)
		       ? json_object_get_int64(number)
		       : -1;
}

static bool read_finger(struct json_object *pointable, struct leap_tracked_hand *hand)
{
	int64_t type = read_number(pointable, "type");
	struct vec3 *joint;

	/* Some recorders left it out, but a finger's id always ends with it. */
	if (type < 0)
		type = read_number(pointable, "id") % 10;
	if (type < 0 || type >= LEAP_FINGERS)
		return false;
	joint = hand->joint[type];
	if (!read_vector(pointable, "mcpPosition", &joint[LEAP_MCP]) ||
	    !read_vector(pointable, "pipPosition", &joint[LEAP_PIP]) ||
	    !read_vector(pointable, "dipPosition", &joint[LEAP_DIP]))
		return false;
	joint[LEAP_CARP] = joint[LEAP_MCP];
	return read_vector(pointable, "btipPosition", &joint[LEAP_BTIP]) ||
	       read_vector(pointable, "tipPosition", &joint[LEAP_BTIP]);
}

static bool read_fingers(struct json_object *pointables, int64_t id,
			 struct leap_tracked_hand *hand)
{
	unsigned int fingers = 0;

	for (size_t i = 0; i < json_object_array_length(pointables); i++) {
		struct json_object *p = json_object_array_get_idx(pointables, i);

		if (read_number(p, "handId") == id)
			fingers += read_finger(p, hand);
	}
	return fingers == LEAP_FINGERS;
}

static bool read_hand(struct json_object *object, struct json_object *pointables,
		      struct leap_tracked_hand *ret_hand)
{
	struct leap_tracked_hand h = { .confidence = 1 };
	int64_t id = read_number(object, "id");
	struct json_object *type;

	if (id < 0 || !json_object_object_get_ex(object, "type", &type) ||
	    !read_vector(object, "palmPosition", &h.palm) ||
	    !read_vector(object, "palmNormal", &h.normal) ||
	    !read_vector(object, "direction", &h.direction) ||
	    !read_fingers(pointables, id, &h))
		return false;
	h.track = (uint32_t)id;
	h.left = strcmp(json_object_get_string(type), "left") == 0;
	*ret_hand = h;
	return true;
}

static void by_track(struct leap_hands *hands)
{
	if (hands->count == 2 && hands->hand[0].track > hands->hand[1].track) {
		struct leap_tracked_hand first = hands->hand[0];

		hands->hand[0] = hands->hand[1];
		hands->hand[1] = first;
	}
}

static bool read_frame(struct json_object *frame, struct leap_hands *ret_hands)
{
	struct leap_hands hands = { .time_ns = read_number(frame, "timestamp") * 1000 };
	struct json_object *array, *pointables;

	if (hands.time_ns < 0 || !json_object_object_get_ex(frame, "hands", &array) ||
	    !json_object_object_get_ex(frame, "pointables", &pointables) ||
	    json_object_get_type(array) != json_type_array ||
	    json_object_get_type(pointables) != json_type_array)
		return false;
	for (size_t i = 0;
	     i < json_object_array_length(array) && hands.count < LEAP_HANDS_MAX; i++)
		if (!read_hand(json_object_array_get_idx(array, i), pointables,
			       &hands.hand[hands.count++]))
			return false;
	by_track(&hands);
	*ret_hands = hands;
	return true;
}

static int add_frame(struct recording *r, const struct leap_hands *hands)
{
	struct leap_hands *frames =
		reallocarray(r->frames, r->count + 1, sizeof(*frames));

	if (!frames)
		return -ENOMEM;
	r->frames = frames;
	r->frames[r->count++] = *hands;
	return 0;
}

static int read_lines(FILE *file, struct recording *r)
{
	struct leap_hands hands;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (ret == 0 && getline(&line, &size, file) > 0) {
		struct json_object *frame = json_tokener_parse(line);

		if (frame && read_frame(frame, &hands))
			ret = add_frame(r, &hands);
		json_object_put(frame);
	}
	free(line);
	return ret;
}

static FILE *unpack(const char *path, pid_t *ret_child)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) < 0)
		return NULL;
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("gzip", "gzip", "-dc", "--", path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return NULL;
	}
	*ret_child = child;
	return fdopen(ends[0], "r");
}

int recording_read(const char *path, struct recording *ret_recording)
{
	struct recording r = { 0 };
	pid_t child = -1;
	FILE *file = unpack(path, &child);
	int status = 0, ret;

	if (!file)
		return -EIO;
	ret = read_lines(file, &r);
	fclose(file);
	waitpid(child, &status, 0);
	if (ret == 0 && status != 0)
		ret = -EIO;
	if (ret == 0 && r.count == 0)
		ret = -EBADMSG;
	if (ret < 0)
		recording_free(&r);
	else
		*ret_recording = r;
	return ret;
}

static bool goes_on(const struct leap_hands *before, const struct leap_hands *now)
{
	if (now->count != before->count || now->time_ns <= before->time_ns ||
	    now->time_ns - before->time_ns > GAP_NS)
		return false;
	for (unsigned int h = 0; h < now->count; h++)
		if (now->hand[h].track != before->hand[h].track ||
		    now->hand[h].left != before->hand[h].left)
			return false;
	return true;
}

unsigned int recording_take(const struct recording *recording, unsigned int *start,
			    unsigned int *ret_first)
{
	while (*start < recording->count) {
		unsigned int first = *start, end = first + 1;

		while (end < recording->count && end - first < TAKE_MAX &&
		       goes_on(&recording->frames[end - 1], &recording->frames[end]))
			end++;
		*start = end;
		if (recording->frames[first].count > 0 && end - first >= TAKE_MIN) {
			*ret_first = first;
			return end - first;
		}
	}
	return 0;
}

void recording_free(struct recording *recording)
{
	free(recording->frames);
	*recording = (struct recording){ 0 };
}
