// SPDX-License-Identifier: MIT
/*
 * Two clients of any versions who send anything, in any pieces, while frames, gestures
 * and devices come and go: what they are told keeps the promises of the protocol.
 * Two clients a call; owns nothing between calls.
 */
#include "daemon/service/client.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/service/handshake.h"

#define CLIENTS 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
};

struct peer {
	struct leap_client client;
	struct leap_inbox inbox;
	bool began; /* a message */
	bool greeted;
	unsigned int attached; /* bit n: device n, as it was told */
	int32_t gesture; /* the last id it saw start */
	bool gesture_open;
};

struct world {
	struct leap_policy *policy;
	struct leap_devices devices;
	struct leap_frame frame;
	struct peer peer[CLIENTS];
};

static uint8_t byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->data++;
}

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void say(struct peer *peer, struct input *input)
{
	size_t length = byte(input) * 5;
	bool last = byte(input) & 1;
	struct leap_message message;
	int r;

	if (length > input->left)
		length = input->left;
	r = leap_inbox_add(&peer->inbox, input->data, length, !peer->began, last,
			   &message);
	input->data += length;
	input->left -= length;
	peer->began = r == 0;
	require(peer->inbox.skip || peer->inbox.size <= LEAP_MESSAGE_MAX);
	if (r == 1)
		leap_client_take(&peer->client, &message);
}

static void plug(struct world *world, uint8_t choice)
{
	unsigned int n = choice % LEAP_DEVICES_MAX;
	struct leap_device_state *device = &world->devices.device[n];

	if (world->devices.count <= n)
		return;
	device->attached = choice & 64;
	device->streaming = device->attached && (choice & 128);
}

static void listen_to_text(struct peer *peer, const struct leap_client_output *output)
{
	const char *id = strstr(output->text, "\"id\":\"LP");
	unsigned int n;

	require(output->size == strlen(output->text));
	if (!peer->greeted) {
		require(strstr(output->text, "\"version\":"));
		peer->greeted = true;
		return;
	}
	require(strstr(output->text, "\"event\":"));
	if (!id)
		return;
	n = id[8] - '0';
	if (strstr(output->text, "\"attached\":false")) {
		require(peer->attached & (1u << n));
		require(!!strstr(output->text, "\"streaming\":false"));
		peer->attached &= ~(1u << n);
	} else {
		peer->attached |= 1u << n;
	}
}

static void look_at_gesture(struct peer *peer, const struct leap_frame_gesture *gesture,
			    bool given)
{
	if (!given) {
		peer->gesture_open = false;
		return;
	}
	require(gesture->state == LEAP_GESTURE_START ||
		gesture->type == LEAP_GESTURE_KEY_TAP ||
		(peer->gesture_open && peer->gesture == gesture->id));
	peer->gesture = gesture->id;
	peer->gesture_open = gesture->state != LEAP_GESTURE_STOP;
}

static void listen_to(struct world *world, struct peer *peer)
{
	struct leap_client_output output;
	enum leap_client_next next;
	int messages;

	for (messages = 0; messages < 16; messages++) {
		next = leap_client_next(&peer->client, &world->devices, &world->frame,
					&output);
		if (next == LEAP_CLIENT_NOTHING)
			return;
		if (next == LEAP_CLIENT_TEXT) {
			listen_to_text(peer, &output);
			continue;
		}
		require(peer->greeted);
		require(leap_client_listens(&peer->client));
		require(peer->client.gestures || !output.gesture_mask);
		require(output.gesture_mask < 2);
		if (world->frame.gesture_count)
			look_at_gesture(peer, &world->frame.gesture[0],
					output.gesture_mask & 1);
		else
			peer->gesture_open = false;
	}
	abort(); /* it never comes to an end */
}

static void next_frame(struct world *world, uint8_t choice)
{
	struct leap_frame_gesture *gesture = &world->frame.gesture[0];

	world->frame.id++;
	world->frame.gesture_count = choice & 1;
	gesture->id = choice >> 6;
	gesture->type = choice & 2 ? LEAP_GESTURE_CIRCLE : LEAP_GESTURE_KEY_TAP;
	gesture->state = choice >> 2 & 3 ? (choice >> 2 & 3) - 1 : LEAP_GESTURE_UPDATE;
	if (gesture->type == LEAP_GESTURE_KEY_TAP)
		gesture->state = LEAP_GESTURE_STOP;
}

static void join(struct world *world, struct peer *peer, uint8_t version)
{
	leap_client_leave(&peer->client);
	memset(peer, 0, sizeof(*peer));
	require(!leap_client_init(&peer->client, 1 + version % LEAP_PROTOCOL_MAX,
				  world->policy, &world->devices, &world->frame));
}

static struct leap_policy *new_policy(bool background_allowed)
{
	struct leap_config config;
	struct leap_policy *policy;

	require(!leap_config_init(&config));
	config.background_allowed = background_allowed;
	require(!leap_policy_new(&config, &policy));
	leap_config_done(&config);
	return policy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct world *world = calloc(1, sizeof(*world));
	int i;

	if (!world)
		return 0;
	world->policy = new_policy(byte(&input) & 1);
	world->devices.count = byte(&input) % (LEAP_DEVICES_MAX + 1);
	for (i = 0; i < (int)world->devices.count; i++) {
		snprintf(world->devices.device[i].id, LEAP_DEVICE_ID_SIZE, "LP%d", i);
		world->devices.device[i].type = "peripheral";
	}
	for (i = 0; i < CLIENTS; i++)
		join(world, &world->peer[i], byte(&input));
	while (input.left) {
		uint8_t step = byte(&input);
		struct peer *peer = &world->peer[step >> 7];

		switch (step & 7) {
		case 0:
		case 1:
			say(peer, &input);
			break;
		case 2:
			plug(world, byte(&input));
			break;
		case 3:
			join(world, peer, byte(&input));
			break;
		case 4:
			listen_to(world, peer);
			break;
		default:
			next_frame(world, byte(&input));
			for (i = 0; i < CLIENTS; i++)
				leap_client_wants(&world->peer[i].client,
						  &world->devices, &world->frame);
		}
	}
	for (i = 0; i < CLIENTS; i++)
		leap_client_leave(&world->peer[i].client);
	leap_policy_free(world->policy);
	free(world);
	return 0;
}
