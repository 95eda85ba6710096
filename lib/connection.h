/* SPDX-License-Identifier: MIT */
/*
 * What a connection knows, and how it follows what leapd says. Everything is guarded by
 * the connection's lock, but for what is said to be the poller's.
 */
#ifndef LEAP_LIB_CONNECTION_H
#define LEAP_LIB_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/gesture_changes.h"
#include "lib/images.h"
#include "lib/leap.h"
#include "lib/ring.h"
#include "lib/socket.h"

#define LEAP_LIB_SETTINGS_MAX 64
#define LEAP_LIB_QUEUE_MAX 16
#define LEAP_LIB_RETRY_MS 500

/** enum leap_phase - of the way to leapd */
enum leap_phase {
	LEAP_PHASE_LOST,
	LEAP_PHASE_CONNECTING, /* TCP, not answered yet */
	LEAP_PHASE_GREETING, /* HELLO is out */
	LEAP_PHASE_CONNECTED,
};

struct leap_connection {
	pthread_mutex_t lock;

	/* constant */
	uint32_t flags;
	char name[LEAP_WIRE_NAME_SIZE];
	char *socket_path; /* NULL: look in the usual places */
	char *address;
	uint16_t port;
	int epoll_fd;
	int timer_fd; /* ticks while there is no leapd */
	int stop_fd; /* ends the library's thread */

	/* the way to leapd */
	enum leap_phase phase;
	int ticks; /* in this phase */
	unsigned int losses; /* how often it was lost */
	int64_t hello_ns;
	struct leap_socket socket;
	uint32_t epoll_events; /* what the socket is watched for */
	uint32_t number; /* of connections so far */
	uint32_t transport;
	struct leap_ring_view ring;
	int wake_fd; /* of the ring; -1 none */
	leap_le32 notices_seen;
	leap_le32 frame_seen; /* in the ring */

	/* requests, and what a further connection has to be told again */
	uint32_t last_request;
	uint32_t wished;
	bool asked_focus;
	bool focused;

	/* what leapd has told */
	int64_t clock_offset_ns; /* service's clock less CLOCK_MONOTONIC */
	char server[16];
	struct leap_policy_state policy;
	bool policy_known;
	struct leap_device device[LEAP_MAX_DEVICES];
	struct leap_setting setting[LEAP_LIB_SETTINGS_MAX];
	unsigned int setting_count;
	int images_fd;
	bool images_device;
	bool images_watched; /* the device, by epoll */
	struct leap_picture_ring pictures;
	bool calibrated;
	uint8_t calibration[LEAP_WIRE_CALIBRATION_SIZE];

	/* frames: @history is written by the poller, under the lock */
	struct leap_frame *history; /* LEAP_HISTORY and one that is being filled */
	unsigned int newest; /* index */
	unsigned int frames; /* in history */
	uint64_t arrived; /* since the last event about one */
	int64_t last_id; /* of those that came as messages; 0 none since a change */
	struct leap_gesture_changes changes;
	struct leap_wire_gesture under_way[LEAP_MAX_GESTURES]; /* begun, not ended */
	unsigned int under_way_count;
	bool gap; /* frames were missed */
	bool told_frame; /* by the last event */
	struct leap_wire_gesture told[LEAP_MAX_GESTURES]; /* in the one being filled */

	/* the poller's */
	struct leap_event queue[LEAP_LIB_QUEUE_MAX];
	unsigned int queue_first, queue_count;
	struct leap_gesture gestures[LEAP_MAX_GESTURE_CHANGES];
	bool drain_due; /* the pipe has been written to */
	bool receive_due; /* the socket has something */
	int64_t looked_ns; /* when it was asked whether to look at it */
	int64_t received_ns; /* when it was looked at last */
	int64_t rehearsed_ns;

	atomic_bool polled; /* by somebody */
	atomic_bool fd_used; /* the program waits for leap_fd() itself */
	atomic_bool stopping;
	bool threaded;
	pthread_t thread;
	void (*callback)(const struct leap_event *event, void *data);
	void *callback_data;
};

/** leap_link_start() - look for leapd now; under the lock */
void leap_link_start(struct leap_connection *connection);

/** leap_link_tick() - the timer says: time for the next try; under the lock */
void leap_link_tick(struct leap_connection *connection);

/** leap_link_connected() - leapd has answered: nothing ticks any more; under the lock */
void leap_link_connected(struct leap_connection *connection);

/** leap_link_writable() - the socket is; under the lock */
void leap_link_writable(struct leap_connection *connection);

/** leap_link_lose() - hang up, and look again; under the lock */
void leap_link_lose(struct leap_connection *connection);

/** leap_link_watch() - wait for what there is to wait for; under the lock */
void leap_link_watch(struct leap_connection *connection);

/** leap_link_close_images() - let go of the pictures; under the lock */
void leap_link_close_images(struct leap_connection *connection);

/**
 * leap_take_message() - follow a message from leapd; under the lock
 * Return: 0; -EPROTO this is no leapd.
 */
int leap_take_message(struct leap_connection *connection,
		      struct leap_received *received);

/** leap_decode_next() - bytes of a frame to where the next one goes, and no further;
 * under the lock. Return: 0; -EBADMSG */
int leap_decode_next(struct leap_connection *connection, const void *bytes,
		     size_t size);

/** leap_take_next() - that one has come; under the lock */
void leap_take_next(struct leap_connection *connection);

/** leap_end_unseen_gestures() - after a gap: what is no longer there has ended */
void leap_end_unseen_gestures(struct leap_connection *connection);

/** leap_end_all_gestures() - leapd is gone */
void leap_end_all_gestures(struct leap_connection *connection);

/** leap_queue_event() - an event to be filled in; under the lock */
struct leap_event *leap_queue_event(struct leap_connection *connection,
				    enum leap_event_type type);

/** leap_send_wishes() - tell a new leapd what the program has wished for */
int leap_send_wishes(struct leap_connection *connection);

/** leap_lib_now_ns() - CLOCK_MONOTONIC */
int64_t leap_lib_now_ns(void);

#endif /* LEAP_LIB_CONNECTION_H */
