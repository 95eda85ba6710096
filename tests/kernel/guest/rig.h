/* SPDX-License-Identifier: MIT */
/*
 * An emulated controller to plug in, and the ring as a reader sees it.
 * For the scenarios of the test guest: one thread, except where a function says other.
 */
#ifndef LEAP_TEST_RIG_H
#define LEAP_TEST_RIG_H

#include <linux/leap.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct rig - a controller that a child process emulates
 * @emulator: the child; 0 when there is none
 * @control: its control FIFO
 * @device: node of the controller; valid after rig_plug() and rig_replug()
 */
struct rig {
	pid_t emulator;
	int control;
	char device[32];
};

/**
 * rig_plug() - start the emulator with the rate @rate, wait for the device's node
 * @rate: frames per second as text, or "max"
 *
 * Ends the process with a message if no node appears within ten seconds; so do all
 * functions here when what they wait for does not come.
 */
void rig_plug(struct rig *rig, const char *rate);

/** rig_start() - the same with any options, without waiting for a node */
void rig_start(struct rig *rig, const char *const *options);

/** rig_say() - a line for the emulator's control FIFO; any thread */
void rig_say(struct rig *rig, const char *line);

/** rig_unplug() - take the controller off the bus and wait until its node is gone */
void rig_unplug(struct rig *rig);

/** rig_replug() - put it back and wait for a node */
void rig_replug(struct rig *rig);

/** rig_kill() - end the emulator, without waiting until the bus is empty */
void rig_kill(struct rig *rig);

/** rig_stop() - end the emulator; the controller goes with it */
void rig_stop(struct rig *rig);

/** rig_wait_node() - wait until a device answers, and take its name */
void rig_wait_node(struct rig *rig);

/**
 * rig_settle() - wait until the device that was just plugged in has been probed
 *
 * Return: whether a node has come of it; then its name is taken.
 */
bool rig_settle(struct rig *rig);

/** rig_wait_empty_bus() - wait until no device is there or on its way in */
void rig_wait_empty_bus(void);

/** rig_wait_no_node() - wait until no /dev/leap* is left */
void rig_wait_no_node(void);

/**
 * struct ring - an open device and its mapping
 * @fd: the open file
 * @info: what LEAP_IOC_INFO said
 * @header: the mapping
 */
struct ring {
	int fd;
	struct leap_info info;
	const volatile struct leap_ring_header *header;
};

/** ring_open() - open @device with @flags and map its ring */
void ring_open(struct ring *ring, const char *device, int flags);

/** ring_close() - unmap and close */
void ring_close(struct ring *ring);

/** ring_head() - load-acquire of the head */
uint32_t ring_head(const struct ring *ring);

/** ring_next() - the sequence number after @sequence: 0 is skipped */
uint32_t ring_next(uint32_t sequence);

/** ring_slot() - the slot of frame @sequence, whether or not the frame is in it */
const volatile struct leap_slot *ring_slot(const struct ring *ring, uint32_t sequence);

/** ring_pixels() - the pixels of @slot */
const uint8_t *ring_pixels(const struct ring *ring,
			   const volatile struct leap_slot *slot);

/** enum verdict - what ring_check() found */
enum verdict {
	FRAME_WHOLE, /* the pattern holds in every row */
	FRAME_FLAGGED, /* published as short, faulty or overrun: nothing is promised */
	FRAME_OVERTAKEN, /* not there, or replaced while it was being used */
	FRAME_TORN, /* not flagged, not replaced, and yet wrong */
};

/**
 * struct habits - how a reader uses a frame
 * @hold_ms: sleeps that long half-way through
 * @careless: leaves out step 4 of the rule in <linux/leap.h>
 */
struct habits {
	unsigned int hold_ms;
	bool careless;
};

/**
 * ring_check() - verify frame @sequence by the rule of <linux/leap.h>
 * @habits: NULL for a reader that does it right and at once
 * @ret_number: the device's number of the frame, when FRAME_WHOLE
 * @ret_slot: the metadata, when FRAME_WHOLE or FRAME_FLAGGED; may be NULL
 */
enum verdict ring_check(const struct ring *ring, uint32_t sequence,
			const struct habits *habits, uint64_t *ret_number,
			struct leap_slot *ret_slot);

/** ring_wait() - poll until the head is newer than @sequence; returns the head */
uint32_t ring_wait(const struct ring *ring, uint32_t sequence);

/** ring_wait_whole() - until @count whole frames in a row came in after this call */
void ring_wait_whole(const struct ring *ring, unsigned int count);

/**
 * clock_is_virtual() - whether time stands still while the guest computes
 *
 * Only then is the emulator never late, and what was lost is lost for the reason that
 * the scenario gave.
 */
bool clock_is_virtual(void);

/** times() - how often to do something: @bounded times, or @soak times in a long run */
unsigned int times(unsigned int bounded, unsigned int soak);

/** now_ns() - CLOCK_MONOTONIC */
uint64_t now_ns(void);

/** sleep_ms() - sleep that long */
void sleep_ms(unsigned int ms);

#endif /* LEAP_TEST_RIG_H */
