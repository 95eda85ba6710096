/* SPDX-License-Identifier: MIT */
/*
 * leapd's native doors and what they need, for tests of what is on the other side; knows
 * nothing of the library's header, as the two name their frames alike.
 */
#ifndef LEAP_TEST_DOOR_H
#define LEAP_TEST_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct door;

/** door_open() - on a socket of its own and any free port; aborts when that fails */
struct door *door_open(const char *path);

/** door_close() - as if leapd ended */
void door_close(struct door *door);

unsigned int door_port(const struct door *door);

/** door_publish() - a frame of @hands hands whose values follow from @id */
void door_publish(struct door *door, int64_t id, unsigned int hands);

/** door_prepare(), door_publish_prepared() - the same in two steps, to time the second */
void door_prepare(struct door *door, int64_t id, unsigned int hands);
void door_publish_prepared(struct door *door);

/** door_serve_web() - the WebSocket's door, too. Return: its port */
unsigned int door_serve_web(struct door *door);

/** door_publish_gesture() - a frame with a circle. @state: 0 start, 1 update, 2 stop */
void door_publish_gesture(struct door *door, int64_t id, int32_t gesture, int state);

/** door_publish_device() */
void door_publish_device(struct door *door, const char *id, bool attached,
			 bool streaming);

/** door_offer_images() - a source that is no controller. @calibration: 156 bytes */
void door_offer_images(struct door *door, const void *calibration);
void door_withdraw_images(struct door *door);

/** door_put_image() - all pixels are the low byte of @sequence */
void door_put_image(struct door *door, uint64_t sequence);

/** door_set() - a setting, by another door. Return: 0 or negative errno */
int door_set(struct door *door, const char *key, const char *value);

/** door_claim_focus() - by a client of another door; false: that client leaves */
void door_claim_focus(struct door *door, bool claim);

bool door_paused(const struct door *door);
int door_orientation(const struct door *door);

/** door_encode() - the bytes of the frame that door_publish() would publish */
size_t door_encode(int64_t id, unsigned int hands, void *buffer);

#endif /* LEAP_TEST_DOOR_H */
