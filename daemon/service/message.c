// SPDX-License-Identifier: MIT
/*
 * Clients' messages, compared as JSON and not as text.
 * Pure; an inbox belongs to its client.
 */
#include "daemon/service/message.h"

#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#define NESTING_MAX 32

static const char *const key_names[LEAP_MESSAGE_KEYS] = {
	[LEAP_MESSAGE_ENABLE_GESTURES] = "enableGestures",
	[LEAP_MESSAGE_BACKGROUND] = "background",
	[LEAP_MESSAGE_FOCUSED] = "focused",
	[LEAP_MESSAGE_OPTIMIZE_HMD] = "optimizeHMD",
	[LEAP_MESSAGE_OPTIMIZE_SCREENTOP] = "optimizeScreentop",
};

static void take_keys(json_object *object, struct leap_message *message)
{
	json_object *member;
	int key;

	for (key = 0; key < LEAP_MESSAGE_KEYS; key++) {
		if (!json_object_object_get_ex(object, key_names[key], &member) ||
		    !json_object_is_type(member, json_type_boolean))
			continue;
		message->has[key] = true;
		message->value[key] = json_object_get_boolean(member);
	}
}

int leap_message_parse(const char *text, size_t size, struct leap_message *ret_message)
{
	json_tokener *tokener;
	json_object *object;
	enum json_tokener_error error;

	tokener = json_tokener_new_ex(NESTING_MAX);
	if (!tokener)
		return -EBADMSG;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, (int)size);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_continue) { /* a number ends where the text ends */
		object = json_tokener_parse_ex(tokener, "", 1);
		error = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (error != json_tokener_success) {
		json_object_put(object);
		return -EBADMSG;
	}
	memset(ret_message, 0, sizeof(*ret_message));
	if (json_object_is_type(object, json_type_object))
		take_keys(object, ret_message);
	json_object_put(object);
	return 0;
}

int leap_inbox_add(struct leap_inbox *inbox, const void *piece, size_t size, bool first,
		   bool last, struct leap_message *ret_message)
{
	if (first) {
		inbox->size = 0;
		inbox->skip = size && *(const char *)piece == '[';
	}
	if (size >
	    (inbox->skip ? LEAP_MESSAGE_ARRAY_MAX : LEAP_MESSAGE_MAX) - inbox->size)
		return -EMSGSIZE;
	if (!inbox->skip && size)
		memcpy(inbox->text + inbox->size, piece, size);
	inbox->size += size;
	if (!last)
		return 0;
	if (inbox->skip) {
		memset(ret_message, 0, sizeof(*ret_message));
		return 1;
	}
	return leap_message_parse(inbox->text, inbox->size, ret_message) ?: 1;
}
