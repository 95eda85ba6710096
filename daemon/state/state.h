/* SPDX-License-Identifier: MIT */
/*
 * The newest frame and the devices, published by RCU: one writer thread, readers that
 * never block it. Publication wakes subscribers; reading takes no lock.
 */
#ifndef LEAP_STATE_H
#define LEAP_STATE_H

#include "daemon/motion/frame.h"

#define LEAP_DEVICES_MAX 4
#define LEAP_DEVICE_ID_SIZE 16

/**
 * struct leap_device_state - what clients are told of one controller
 * @plugged: the state's, which of all pluggings-in this was: who looks too late to see
 *	it go and come back sees another number
 */
struct leap_device_state {
	char id[LEAP_DEVICE_ID_SIZE]; /* serial */
	const char *type; /* "peripheral", "keyboard", "laptop"; static storage */
	bool attached;
	bool streaming; /* never true when not attached */
	bool nominal; /* measured with values of a typical unit, not with its own */
	unsigned int plugged;
};

/**
 * struct leap_devices - the attached controllers, and those that were last
 * @pluggings: how often one was plugged in
 * @absences: how often the last one went, and none was left
 */
struct leap_devices {
	unsigned int count;
	unsigned int pluggings;
	unsigned int absences;
	struct leap_device_state device[LEAP_DEVICES_MAX];
};

struct leap_state;

/** leap_state_new() - no frame, no device. Return: 0 or -ENOMEM */
int leap_state_new(struct leap_state **ret_state);

/** struct leap_state_watch - who is told of publications; the caller's, private to state */
struct leap_state_watch {
	void (*notify)(void *data);
	void *data;
	struct leap_state_watch *next;
};

/**
 * leap_state_watch() - be told of each publication
 * @watch: with notify and data set; notify is called on the writer's thread after the
 *	new value is visible; it may read the state, must not block and must not publish
 *
 * Any thread, any time. Who watches first is told first.
 */
void leap_state_watch(struct leap_state *state, struct leap_state_watch *watch);

/** leap_state_unwatch() - no call is under way any more when it returns; what does not
 * watch is ignored */
void leap_state_unwatch(struct leap_state *state, struct leap_state_watch *watch);

/**
 * leap_state_publish_frame() - writer's thread; copies; never waits for readers
 *
 * Return: 0; -ENOMEM, also when readers still hold more than half a second of older
 * frames: this one is then not published.
 */
int leap_state_publish_frame(struct leap_state *state, const struct leap_frame *frame);

/** leap_devices_any() - is a controller attached? */
bool leap_devices_any(const struct leap_devices *devices);

/** leap_state_count_dark() - one more frame that was exposed with the LEDs off; it is not
 * published. leap_state_dark() - how many there were; any thread */
void leap_state_count_dark(struct leap_state *state);
uint64_t leap_state_dark(const struct leap_state *state);

/** leap_state_publish_device() - writer's thread; adds or replaces by id; counts.
 * Return: 0, -ENOMEM, or -ENOSPC when LEAP_DEVICES_MAX others are attached. */
int leap_state_publish_device(struct leap_state *state,
			      const struct leap_device_state *device);

/* A reading thread registers once and unregisters before it ends. The writer's thread
 * does so too: what it retires is handed over from within a reading section. */
void leap_state_reader_begin(void);
void leap_state_reader_end(void);

/**
 * leap_state_read_lock() - start of a reading section; never blocks. What
 * leap_state_frame() and leap_state_devices() return is valid until the unlock.
 */
void leap_state_read_lock(void);
void leap_state_read_unlock(void);

/** leap_state_frame() - newest frame, NULL before the first */
const struct leap_frame *leap_state_frame(const struct leap_state *state);

/** leap_state_devices() - never NULL */
const struct leap_devices *leap_state_devices(const struct leap_state *state);

/** leap_state_free() - after every reader has ended; NULL is allowed */
void leap_state_free(struct leap_state *state);

#endif /* LEAP_STATE_H */
