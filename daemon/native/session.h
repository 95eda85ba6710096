/* SPDX-License-Identifier: MIT */
/*
 * The protocol of one native client: what it asked for, what it was told, what comes next.
 * Pure, without sockets; all sessions of a room belong to one thread.
 */
#ifndef LEAP_NATIVE_SESSION_H
#define LEAP_NATIVE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "daemon/policy/policy.h"
#include "daemon/state/state.h"
#include "lib/gesture_changes.h"
#include "lib/native_protocol.h"

#define LEAP_REQUEST_MAX 512 /* bytes of a client's longest message, and to spare */
#define LEAP_SETTINGS_MAX 64

/** struct leap_told_setting - a setting as clients are told it */
struct leap_told_setting {
	unsigned int version; /* raised when the value changes; 0: no such setting */
	leap_le32 type;
	char key[LEAP_WIRE_KEY_SIZE];
	char value[LEAP_WIRE_VALUE_SIZE];
};

/** struct leap_told_images - where pictures are */
struct leap_told_images {
	unsigned int version; /* raised when anything changes */
	bool device;
	int fd; /* for a client, which gets a copy of its own; -1 none */
	leap_le32 ring_size;
	char serial[LEAP_WIRE_SERIAL_SIZE];
	leap_le32 calibration_size;
	unsigned char calibration[LEAP_WIRE_CALIBRATION_SIZE];
};

LIST_HEAD(leap_native_session_list, leap_native_session);

/**
 * struct leap_native_session_room - what all sessions have in common
 * @policy: the focus and the rest, shared with the other doors
 * @epoch_ns: CLOCK_MONOTONIC of the service clock's zero
 * @started_ns: when the door was opened
 * @background_allowed: the user's settings
 * @images_allowed: likewise
 * @paused: as policy says
 * @orientation: likewise
 * @devices: what clients are to know
 * @setting: likewise
 * @images: likewise; the fd is the room's
 * @trusted_group: whose members are trusted, looked up before there are clients
 * @frame_rate: of the newest frame
 * @frames: how many there were
 * @sessions: all of them; numbered from 1
 * @last_number: of the session that came last
 */
struct leap_native_session_room {
	struct leap_policy *policy;
	int64_t epoch_ns;
	int64_t started_ns;
	bool background_allowed;
	bool images_allowed;
	bool paused;
	enum leap_orientation orientation;
	struct leap_devices devices;
	struct leap_told_setting setting[LEAP_SETTINGS_MAX];
	struct leap_told_images images;
	gid_t trusted_group;
	float frame_rate;
	int64_t frames;
	struct leap_native_session_list sessions;
	uint32_t last_number;
};

/** leap_native_session_room_init() - empty */
void leap_native_session_room_init(struct leap_native_session_room *room,
				   struct leap_policy *policy, int64_t epoch_ns);

/** leap_native_session_room_refresh() - take over what the policy says now */
void leap_native_session_room_refresh(struct leap_native_session_room *room);

/** leap_native_session_room_wants_images() - does any session have the policy? */
bool leap_native_session_room_wants_images(const struct leap_native_session_room *room);

/** leap_native_session_room_done() */
void leap_native_session_room_done(struct leap_native_session_room *room);

/**
 * struct leap_native_peer - who is at the other end
 * @local: on a UNIX socket: memory and descriptors can be passed
 * @trusted: may change settings, pause and see pictures, if the user's settings agree
 * @uid: UINT32_MAX unknown
 * @pid: 0 unknown
 * @ring_fd: the frames' memory to give away; -1 none
 * @wake_fd: the end of this client's pipe to give away; -1 none
 */
struct leap_native_peer {
	bool local;
	bool trusted;
	uint32_t uid;
	uint32_t pid;
	int ring_fd;
	int wake_fd;
};

/** struct leap_native_session - all that is kept for a client; constant in size */
struct leap_native_session {
	struct leap_native_session_room *room;
	struct leap_native_peer peer;
	LIST_ENTRY(leap_native_session) entry;
	struct leap_policy_client *client; /* NULL before HELLO */
	uint32_t number;
	char name[LEAP_WIRE_NAME_SIZE];
	bool reads_ring;
	bool refused; /* to be hung up on when it has been told */
	bool asked_focus;
	uint32_t wished;

	struct leap_wire_header answer; /* not yet sent; type 0: none */
	uint32_t listing; /* clients up to this number have been listed */

	bool welcomed;
	bool policy_told;
	struct leap_wire_policy policy; /* as told */
	struct leap_devices devices; /* as told */
	unsigned int setting[LEAP_SETTINGS_MAX]; /* versions told */
	unsigned int images; /* version told */

	bool frame_waits; /* the newest frame was not sent yet */
	struct leap_gesture_changes passed_over;
	int64_t frames_sent;
	int64_t frames_skipped;
};

/** leap_native_session_init() - a client that has said nothing yet */
void leap_native_session_init(struct leap_native_session *session,
			      struct leap_native_session_room *room,
			      const struct leap_native_peer *peer);

/** leap_native_session_done() - it is gone, its focus and its wishes with it */
void leap_native_session_done(struct leap_native_session *session);

/** leap_native_session_is_busy() - an answer has to be sent before it may ask for more */
bool leap_native_session_is_busy(const struct leap_native_session *session);

/**
 * leap_native_session_take() - a message from the client, not while it is busy
 * @message: its bytes, aligned to eight; leap_wire_header::size is @size
 *
 * Return: 0; -EPROTO: it does not keep to the protocol and is to be hung up on.
 */
int leap_native_session_take(struct leap_native_session *session, const void *message,
			     size_t size);

/** leap_native_session_receives() - is it to have frames? */
bool leap_native_session_receives(const struct leap_native_session *session);

/**
 * leap_native_session_pass_frame() - there is a newer frame than @frame, which was newest so far
 * If it was not sent, its starts and stops are kept for the client.
 */
void leap_native_session_pass_frame(struct leap_native_session *session,
				    const struct leap_wire_frame *frame);

/** struct leap_native_session_fds - what goes with a message */
struct leap_native_session_fds {
	int fd[LEAP_WIRE_FDS_MAX];
	unsigned int count;
};

/**
 * leap_native_session_next() - the next message for the client
 * @frame: the newest frame, for those who have none by shared memory; NULL none
 * @frame_bytes: of it
 * @buffer: LEAP_WIRE_MESSAGE_MAX bytes, aligned to eight
 * @ret_fds: borrowed, to be sent along
 *
 * The message counts as sent: it is the caller's to see it through.
 *
 * Return: its bytes; 0 nothing to say; -ECONNRESET nothing more to say: hang up.
 */
int leap_native_session_next(struct leap_native_session *session,
			     const struct leap_wire_frame *frame, size_t frame_bytes,
			     void *buffer, struct leap_native_session_fds *ret_fds);

#endif /* LEAP_NATIVE_SESSION_H */
