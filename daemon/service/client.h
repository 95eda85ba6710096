/* SPDX-License-Identifier: MIT */
/*
 * The protocol of one client: what it asked for, what it was told, what comes next.
 * Without sockets; a client belongs to one thread, its policy to all.
 */
#ifndef LEAP_CLIENT_H
#define LEAP_CLIENT_H

#include "daemon/motion/frame.h"
#include "daemon/policy/policy.h"
#include "daemon/service/message.h"
#include "daemon/state/state.h"

#define LEAP_CLIENT_TEXT_MAX 256

/**
 * struct leap_client - all that is kept for a client; constant in size
 * @version: of the protocol
 * @policy: with whom it competes for the focus
 * @seat: its place there
 * @generation: of the policy when what follows was looked up
 * @focused: it has the focus
 * @others_focused: somebody else has it
 * @background_allowed: the user's setting
 * @gestures: it enabled them
 * @background: it listens without the focus
 * @asked: it said something about the focus, or wanted to listen without it
 * @hmd, @screentop: what it said of the controller's place; one of them at most
 * @greeted: the header is out
 * @connected: v3, v4: the last it knows of a device being there
 * @absences: likewise: leap_devices::absences, as far as it knows of them
 * @told: v5 and up: attached devices as it knows them
 * @seen_id: the newest frame it was given, or had no right to
 * @begun: the gestures it saw start and not yet stop, as they were last seen, be it in a
 *	frame that was replaced before it could be sent; those that have stopped since
 *	are told with the next
 */
struct leap_client {
	int version;
	struct leap_policy *policy;
	struct leap_policy_client *seat;
	unsigned int generation;
	bool focused;
	bool others_focused;
	bool background_allowed;
	bool gestures;
	bool background;
	bool asked;
	bool hmd;
	bool screentop;
	bool greeted;
	bool connected;
	unsigned int absences;
	struct leap_devices told;
	int64_t seen_id;
	unsigned int begun_count;
	struct leap_frame_gesture begun[LEAP_GESTURES_MAX];
};

enum leap_client_next {
	LEAP_CLIENT_NOTHING,
	LEAP_CLIENT_TEXT, /* header or event: leap_client_output::text */
	LEAP_CLIENT_FRAME, /* the newest, as leap_client_output::gesture_mask says */
};

/**
 * struct leap_client_output - what to send
 * @text: one JSON object
 * @size: its bytes
 * @gesture_mask: bit n: gesture n of the frame is for this client
 * @owed: stops of frames that this client was not sent: before the frame's own; with
 *	these no more than LEAP_GESTURES_MAX
 * @skipped: frames that were replaced by this one before they could be sent
 */
struct leap_client_output {
	char text[LEAP_CLIENT_TEXT_MAX];
	size_t size;
	uint32_t gesture_mask;
	unsigned int owed_count;
	struct leap_frame_gesture owed[LEAP_GESTURES_MAX];
	uint64_t skipped;
};

/**
 * leap_client_init() - a connection was made
 * @version: 1..6
 * @policy: must outlive the client
 * @devices: as they are now
 * @frame: the newest; the client is given what comes after it; may be NULL
 *
 * Return: 0 or -ENOMEM.
 */
int leap_client_init(struct leap_client *client, int version,
		     struct leap_policy *policy, const struct leap_devices *devices,
		     const struct leap_frame *frame);

/** leap_client_take() - it said something */
void leap_client_take(struct leap_client *client, const struct leap_message *message);

/** leap_client_leave() - the connection is gone, its focus with it */
void leap_client_leave(struct leap_client *client);

/**
 * leap_client_listens() - is it to be given frames?
 * Looks at the policy again if that has changed.
 */
bool leap_client_listens(struct leap_client *client);

/** leap_client_is_background() - does it listen without the focus, if the user lets it?
 * Those whose protocol knows no focus always do. */
bool leap_client_is_background(const struct leap_client *client);

/**
 * leap_client_wants() - is there something to send to it?
 * Asked after each change of the state: frames that come while the client does not
 * listen are gone for it, and gestures end with them; of those that it is too slow for,
 * the stops are kept.
 */
bool leap_client_wants(struct leap_client *client, const struct leap_devices *devices,
		       const struct leap_frame *frame);

/**
 * leap_client_next() - the next message, to be sent at once
 * Header first, then what it does not know yet of the devices, then the newest frame.
 */
enum leap_client_next leap_client_next(struct leap_client *client,
				       const struct leap_devices *devices,
				       const struct leap_frame *frame,
				       struct leap_client_output *ret_output);

#endif /* LEAP_CLIENT_H */
