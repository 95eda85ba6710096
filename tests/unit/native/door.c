// SPDX-License-Identifier: MIT
/*
 * A state, a policy and the native doors, and frames to go through them.
 * The test's thread publishes, as the tracking thread does in leapd.
 */
#include "door.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/native/frame_wire.h"
#include "daemon/native/native.h"
#include "daemon/service/service.h"

struct door {
	struct leap_config config;
	struct leap_state *state;
	struct leap_policy *policy;
	struct leap_policy_client *other;
	struct leap_images *images;
	struct leap_native *native;
	struct leap_service *web; /* or NULL */
	struct leap_frame prepared;
};

#define must(condition)                                                    \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#condition);                               \
			abort();                                           \
		}                                                          \
	} while (0)

struct door *door_open(const char *path)
{
	struct door *door = calloc(1, sizeof(*door));
	char *error = NULL;

	must(door);
	must(!leap_config_init(&door->config));
	must(!leap_config_set(&door->config, "native_socket", path, &error));
	must(!leap_config_set(&door->config, "native_port", "0", &error));
	must(!leap_config_set(&door->config, "ws_port", "0", &error));
	must(!leap_state_new(&door->state));
	must(!leap_policy_new(&door->config, &door->policy));
	leap_state_reader_begin(); /* the publishing thread is one, too */
	must(!leap_images_new(&door->images));
	must(!leap_native_start(door->state, door->policy, door->images, 0,
				&door->native, &error));
	return door;
}

void door_close(struct door *door)
{
	door_claim_focus(door, false);
	leap_native_stop(door->native);
	if (door->web)
		leap_service_stop(door->web);
	leap_images_free(door->images);
	leap_policy_free(door->policy);
	leap_state_reader_end();
	leap_state_free(door->state);
	leap_config_done(&door->config);
	free(door);
}

unsigned int door_port(const struct door *door)
{
	return leap_native_port(door->native);
}

static struct vec3 point(double id, double n)
{
	return vec3(id + n, id + n + 0.25, id + n + 0.5);
}

static void fill_hand(struct leap_frame *frame, unsigned int index, double id)
{
	struct leap_frame_hand *hand = &frame->hand[index];
	double n = 1000.0 * (index + 1);

	*hand = (struct leap_frame_hand){
		.id = (int32_t)index + 1,
		.left = index == 1,
		.confidence = 0.5,
		.palm_position = point(id, n),
		.palm_velocity = point(id, n + 1),
		.stabilized_palm_position = point(id, n + 2),
		.palm_normal = vec3(0, -1, 0),
		.direction = vec3(0, 0, -1),
		.palm_width = n + 3,
		.wrist = point(id, n + 4),
		.elbow = point(id, n + 5),
		.arm_basis = mat3_identity(),
		.arm_width = n + 6,
		.grab_angle = 0.25,
		.grab_strength = 0.125,
		.pinch_distance = n + 7,
		.pinch_strength = 0.75,
		.sphere_center = point(id, n + 8),
		.sphere_radius = n + 9,
		.time_visible = 1.5,
		.motion = { mat3_identity(), id / 1024, point(id, n + 10) },
	};
	for (int i = 0; i < LEAP_FINGERS; i++) {
		struct leap_frame_pointable *finger =
			&frame->pointable[frame->pointable_count++];

		*finger = (struct leap_frame_pointable){
			.id = hand->id * 10 + i,
			.hand_id = hand->id,
			.type = (enum leap_finger_type)i,
			.extended = i != 3,
			.tip_position = point(id, n + 20 + i),
			.tip_velocity = point(id, n + 30 + i),
			.stabilized_tip_position = point(id, n + 40 + i),
			.direction = vec3(0, 0, -1),
			.length = 50 + i,
			.width = 15 + i,
			.touch_distance = 0.5,
			.touch_zone = LEAP_TOUCH_HOVERING,
			.time_visible = 1.25,
		};
		for (int j = 0; j < LEAP_JOINTS; j++)
			finger->joint[j] = vec3(id, n + i, -30 * j);
		for (int b = 0; b < LEAP_BONES; b++)
			finger->bases[b] = mat3_identity();
	}
}

static void fill_tool(struct leap_frame *frame, double id)
{
	struct leap_frame_pointable *tool = &frame->pointable[frame->pointable_count++];

	*tool = (struct leap_frame_pointable){
		.id = 95,
		.hand_id = 1,
		.tool = true,
		.extended = true,
		.tip_position = point(id, 95),
		.direction = vec3(0, 0, -1),
		.length = 120,
		.width = 8,
		.touch_distance = 1,
	};
}

static void fill_frame(struct leap_frame *frame, int64_t id, unsigned int hands)
{
	memset(frame, 0, sizeof(*frame));
	frame->id = id;
	frame->timestamp_us = id * 8696;
	frame->ready_ns = id * 8696000;
	frame->frame_rate = 115;
	frame->box_center = vec3(0, 200, 0);
	frame->box_size = vec3(235, 235, 147);
	frame->motion = (struct leap_motion_factors){ mat3_identity(),
						      (double)id / 1024,
						      point((double)id, 7) };
	frame->hand_count = hands;
	for (unsigned int i = 0; i < hands; i++)
		fill_hand(frame, i, (double)id);
	if (hands)
		fill_tool(frame, (double)id);
}

static void publish(struct door *door, const struct leap_frame *frame)
{
	while (leap_state_publish_frame(door->state, frame))
		; /* faster than any camera: let them be freed */
}

unsigned int door_serve_web(struct door *door)
{
	char *error = NULL;

	must(!leap_service_start(door->policy, door->state, NULL, &door->web, &error));
	return leap_service_port(door->web);
}

void door_prepare(struct door *door, int64_t id, unsigned int hands)
{
	fill_frame(&door->prepared, id, hands);
}

void door_publish_prepared(struct door *door)
{
	publish(door, &door->prepared);
}

void door_publish(struct door *door, int64_t id, unsigned int hands)
{
	struct leap_frame frame;

	fill_frame(&frame, id, hands);
	publish(door, &frame);
}

void door_publish_gesture(struct door *door, int64_t id, int32_t gesture, int state)
{
	struct leap_frame frame;

	fill_frame(&frame, id, 1);
	frame.gesture_count = 1;
	frame.gesture[0] = (struct leap_frame_gesture){
		.id = gesture,
		.type = LEAP_GESTURE_CIRCLE,
		.state = (enum leap_gesture_state)state,
		.duration_us = id * 8696,
		.hand_id = 1,
		.pointable_id = 11,
		.position = vec3(1, 2, 3),
		.direction = vec3(0, 0, 1),
		.progress = 1.5,
		.radius = 20,
	};
	publish(door, &frame);
}

void door_publish_device(struct door *door, const char *id, bool attached,
			 bool streaming)
{
	struct leap_device_state device = { .type = "peripheral",
					    .attached = attached,
					    .streaming = streaming };

	snprintf(device.id, sizeof(device.id), "%s", id);
	must(!leap_state_publish_device(door->state, &device));
}

void door_offer_images(struct door *door, const void *calibration)
{
	struct leap_source_info info = { .serial = "LP00000000001",
					 .type = "peripheral" };

	memcpy(info.calibration, calibration, sizeof(info.calibration));
	info.calibration_size = sizeof(info.calibration);
	leap_images_offer(door->images, &info);
}

void door_withdraw_images(struct door *door)
{
	leap_images_withdraw(door->images);
}

void door_put_image(struct door *door, uint64_t sequence)
{
	static uint8_t pixels[640 * 240 * 2];
	struct leap_stereo_frame frame = {
		.pixels = pixels,
		.width = 640,
		.height = 240,
		.sequence = sequence,
		.time_ns = (int64_t)sequence * 1000,
		.exposure_us = 100,
		.gain = 20,
	};

	memset(pixels, (int)sequence, sizeof(pixels));
	leap_images_put(door->images, &frame);
}

int door_set(struct door *door, const char *key, const char *value)
{
	char *error = NULL;
	int r = leap_policy_set(door->policy, key, value, &error);

	free(error);
	return r;
}

void door_claim_focus(struct door *door, bool claim)
{
	if (claim && !door->other)
		must(!leap_policy_join(door->policy, &door->other));
	if (claim) {
		leap_policy_focus(door->other, true);
		return;
	}
	leap_policy_leave(door->other);
	door->other = NULL;
}

bool door_paused(const struct door *door)
{
	return leap_policy_paused(door->policy);
}

int door_orientation(const struct door *door)
{
	return (int)leap_policy_orientation(door->policy);
}

size_t door_encode(int64_t id, unsigned int hands, void *buffer)
{
	struct leap_frame frame;

	fill_frame(&frame, id, hands);
	return leap_frame_to_wire(&frame, buffer);
}
