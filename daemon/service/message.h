/* SPDX-License-Identifier: MIT */
/*
 * What clients say: fragments put together, JSON taken apart.
 * Pure; an inbox belongs to its client.
 */
#ifndef LEAP_MESSAGE_H
#define LEAP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/** LEAP_MESSAGE_MAX - the longest message; real ones are below 100 bytes */
#define LEAP_MESSAGE_MAX 1024

/** LEAP_MESSAGE_ARRAY_MAX - an array says nothing to us: skipped up to this size */
#define LEAP_MESSAGE_ARRAY_MAX (64 * 1024)

enum leap_message_key {
	LEAP_MESSAGE_ENABLE_GESTURES,
	LEAP_MESSAGE_BACKGROUND,
	LEAP_MESSAGE_FOCUSED,
	LEAP_MESSAGE_OPTIMIZE_HMD,
	LEAP_MESSAGE_OPTIMIZE_SCREENTOP,
	LEAP_MESSAGE_KEYS,
};

/** struct leap_message - the keys it had with a true or false, by enum */
struct leap_message {
	bool has[LEAP_MESSAGE_KEYS];
	bool value[LEAP_MESSAGE_KEYS];
};

/**
 * leap_message_parse() - one whole message
 * Unknown keys, values that are not true or false and JSON that is no object are no
 * error: old and hand-written clients send all of these.
 *
 * Return: 0; -EBADMSG no JSON.
 */
int leap_message_parse(const char *text, size_t size, struct leap_message *ret_message);

/** struct leap_inbox - a message in the making; all zero is empty */
struct leap_inbox {
	char text[LEAP_MESSAGE_MAX];
	size_t size;
	bool skip; /* an array */
};

/**
 * leap_inbox_add() - a piece of a message has come
 * @first: it begins a message
 * @last: it ends one
 * @ret_message: written on 1 only
 *
 * Return: 1 with the last piece; 0 more is to come; -EBADMSG with the last piece of
 * what is no JSON; -EMSGSIZE too long, the connection cannot go on.
 */
int leap_inbox_add(struct leap_inbox *inbox, const void *piece, size_t size, bool first,
		   bool last, struct leap_message *ret_message);

#endif /* LEAP_MESSAGE_H */
