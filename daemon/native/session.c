// SPDX-License-Identifier: MIT
/*
 * What a client was told is compared with what is: no change is lost, nothing queues.
 * Everything belongs to the thread that has the room.
 */
#include "daemon/native/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t clock_us(const struct leap_native_session_room *room, int64_t time_ns)
{
	return (time_ns - room->epoch_ns) / 1000;
}

static uint32_t value_type(int type)
{
	static const uint32_t types[] = {
		[LEAP_CONFIG_BOOL] = LEAP_WIRE_VALUE_BOOL,
		[LEAP_CONFIG_INTEGER] = LEAP_WIRE_VALUE_INT,
		[LEAP_CONFIG_NUMBER] = LEAP_WIRE_VALUE_FLOAT,
		[LEAP_CONFIG_TEXT] = LEAP_WIRE_VALUE_STRING,
	};

	return types[type];
}

static void refresh_settings(struct leap_native_session_room *room,
			     const struct leap_config *config)
{
	char value[LEAP_WIRE_VALUE_SIZE];
	const char *key, *help;

	for (unsigned int i = 0; i < LEAP_SETTINGS_MAX; i++) {
		struct leap_told_setting *setting = &room->setting[i];
		int type;

		memset(value, 0, sizeof(value)); /* all of it goes to clients */
		type = leap_config_text(config, i, value, sizeof(value));
		if (type < 0)
			break;
		if (setting->version && !strcmp(setting->value, value))
			continue;
		key = leap_config_key(i, &help);
		setting->version++;
		setting->type = value_type(type);
		snprintf(setting->key, sizeof(setting->key), "%s", key);
		memcpy(setting->value, value, sizeof(value));
	}
}

void leap_native_session_room_refresh(struct leap_native_session_room *room)
{
	const struct leap_config *config = leap_policy_config(room->policy);

	room->background_allowed = config->background_allowed;
	room->images_allowed = config->images_allowed;
	refresh_settings(room, config);
	leap_policy_config_put(config);
	room->paused = leap_policy_paused(room->policy);
	room->orientation = leap_policy_orientation(room->policy);
}

void leap_native_session_room_init(struct leap_native_session_room *room,
				   struct leap_policy *policy, int64_t epoch_ns)
{
	memset(room, 0, sizeof(*room));
	room->policy = policy;
	room->epoch_ns = epoch_ns;
	room->started_ns = now_ns();
	room->images.fd = -1;
	LIST_INIT(&room->sessions);
	leap_native_session_room_refresh(room);
}

void leap_native_session_room_done(struct leap_native_session_room *room)
{
	if (room->images.fd >= 0)
		close(room->images.fd);
	memset(room, 0, sizeof(*room));
}

void leap_native_session_init(struct leap_native_session *session,
			      struct leap_native_session_room *room,
			      const struct leap_native_peer *peer)
{
	memset(session, 0, sizeof(*session));
	session->room = room;
	session->peer = *peer;
}

void leap_native_session_done(struct leap_native_session *session)
{
	if (!session->client)
		return;
	leap_policy_leave(session->client);
	session->client = NULL;
	LIST_REMOVE(session, entry);
}

bool leap_native_session_is_busy(const struct leap_native_session *session)
{
	return session->answer.type || session->refused;
}

static uint32_t granted(const struct leap_native_session *session)
{
	const struct leap_native_session_room *room = session->room;
	uint32_t allowed = LEAP_WIRE_POLICY_HMD | LEAP_WIRE_POLICY_SCREENTOP;

	if (room->background_allowed)
		allowed |= LEAP_WIRE_POLICY_BACKGROUND;
	if (room->images_allowed && session->peer.local && session->peer.trusted)
		allowed |= LEAP_WIRE_POLICY_IMAGES;
	if (session->peer.trusted)
		allowed |= LEAP_WIRE_POLICY_PAUSE;
	return session->wished & allowed;
}

bool leap_native_session_room_wants_images(const struct leap_native_session_room *room)
{
	const struct leap_native_session *session;

	for (session = LIST_FIRST(&room->sessions); session;
	     session = LIST_NEXT(session, entry))
		if (granted(session) & LEAP_WIRE_POLICY_IMAGES)
			return true;
	return false;
}

bool leap_native_session_receives(const struct leap_native_session *session)
{
	return session->client &&
	       (!session->asked_focus || leap_policy_has_focus(session->client) ||
		(granted(session) & LEAP_WIRE_POLICY_BACKGROUND));
}

static void answer(struct leap_native_session *session,
		   const struct leap_wire_header *request, enum leap_wire_type type,
		   int result)
{
	session->answer = (struct leap_wire_header){
		.type = type,
		.request = request->request,
		.status = (leap_le32)-result,
	};
}

static void answer_result(struct leap_native_session *session,
			  const struct leap_wire_header *request, int result)
{
	answer(session, request, LEAP_WIRE_RESULT, result);
}

/* A text of a message that a client may have filled to the brim. */
static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static void take_name(struct leap_native_session *session,
		      const struct leap_wire_hello *hello)
{
	memcpy(session->name, hello->name, sizeof(session->name));
	session->name[sizeof(session->name) - 1] = '\0';
	for (char *c = session->name; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static int take_hello(struct leap_native_session *session, const void *message)
{
	const struct leap_wire_hello *hello = message;

	if (session->client || hello->magic != LEAP_WIRE_MAGIC)
		return -EPROTO;
	if (hello->version_min > LEAP_WIRE_VERSION ||
	    hello->version_max < LEAP_WIRE_VERSION) {
		session->refused = true;
		answer_result(session, &hello->header, -EPROTONOSUPPORT);
		return 0;
	}
	if (leap_policy_join(session->room->policy, &session->client)) {
		session->refused = true;
		answer_result(session, &hello->header, -ENOMEM);
		return 0;
	}
	take_name(session, hello);
	if (!session->peer.local)
		session->peer.pid = hello->pid;
	session->reads_ring = (hello->flags & LEAP_WIRE_HELLO_RING) &&
			      session->peer.local && session->peer.ring_fd >= 0 &&
			      session->peer.wake_fd >= 0;
	session->number = ++session->room->last_number;
	LIST_INSERT_HEAD(&session->room->sessions, session, entry);
	answer(session, &hello->header, LEAP_WIRE_WELCOME, 0);
	return 0;
}

static enum leap_orientation wished_orientation(uint32_t wished)
{
	if (wished & LEAP_WIRE_POLICY_SCREENTOP)
		return LEAP_ORIENTATION_SCREENTOP;
	return wished & LEAP_WIRE_POLICY_HMD ? LEAP_ORIENTATION_HMD
					     : LEAP_ORIENTATION_DESKTOP;
}

static int take_policy(struct leap_native_session *session, const void *message)
{
	const struct leap_wire_set_policy *wish = message;
	uint32_t both = LEAP_WIRE_POLICY_HMD | LEAP_WIRE_POLICY_SCREENTOP;

	if (wish->set & both)
		session->wished &= ~both;
	session->wished |= wish->set & LEAP_WIRE_POLICY_ALL;
	session->wished &= ~wish->clear;
	if ((session->wished & both) == both)
		session->wished &= ~LEAP_WIRE_POLICY_HMD;
	leap_policy_orient(session->client, wished_orientation(session->wished));
	answer(session, &wish->header, LEAP_WIRE_POLICY, 0);
	return 0;
}

static int take_focus(struct leap_native_session *session, const void *message)
{
	const struct leap_wire_switch *focus = message;

	session->asked_focus = true;
	leap_policy_focus(session->client, focus->on);
	answer(session, &focus->header, LEAP_WIRE_POLICY, 0);
	return 0;
}

static int take_pause(struct leap_native_session *session, const void *message)
{
	const struct leap_wire_switch *pause = message;

	if (!(granted(session) & LEAP_WIRE_POLICY_PAUSE)) {
		answer_result(session, &pause->header, -EPERM);
		return 0;
	}
	leap_policy_pause(session->room->policy, pause->on);
	answer_result(session, &pause->header, 0);
	return 0;
}

/* What apps of the original set for themselves is no matter of trust. */
static bool may_set(const struct leap_native_session *session, const char *key)
{
	return session->peer.trusted || !strncmp(key, "Gesture.", strlen("Gesture."));
}

static int take_config(struct leap_native_session *session, const void *message)
{
	const struct leap_wire_config *config = message;
	char *error = NULL;
	int r = -EPERM;

	if (!is_text(config->key, sizeof(config->key)) ||
	    !is_text(config->value, sizeof(config->value)))
		return -EPROTO;
	if (may_set(session, config->key))
		r = leap_policy_set(session->room->policy, config->key, config->value,
				    &error);
	free(error);
	answer_result(session, &config->header, r);
	return 0;
}

static int take_clock(struct leap_native_session *session, const void *message)
{
	answer(session, message, LEAP_WIRE_CLOCK, 0);
	return 0;
}

static int take_status(struct leap_native_session *session, const void *message)
{
	answer(session, message, LEAP_WIRE_STATUS, 0);
	return 0;
}

static int take_clients(struct leap_native_session *session, const void *message)
{
	session->listing = 0;
	answer(session, message, LEAP_WIRE_CLIENT, 0);
	return 0;
}

static const struct request {
	enum leap_wire_type type;
	size_t size;
	int (*take)(struct leap_native_session *session, const void *message);
} requests[] = {
	{ LEAP_WIRE_HELLO, sizeof(struct leap_wire_hello), take_hello },
	{ LEAP_WIRE_SET_POLICY, sizeof(struct leap_wire_set_policy), take_policy },
	{ LEAP_WIRE_SET_FOCUS, sizeof(struct leap_wire_switch), take_focus },
	{ LEAP_WIRE_SET_PAUSE, sizeof(struct leap_wire_switch), take_pause },
	{ LEAP_WIRE_SET_CONFIG, sizeof(struct leap_wire_config), take_config },
	{ LEAP_WIRE_GET_CLOCK, sizeof(struct leap_wire_header), take_clock },
	{ LEAP_WIRE_GET_STATUS, sizeof(struct leap_wire_header), take_status },
	{ LEAP_WIRE_GET_CLIENTS, sizeof(struct leap_wire_header), take_clients },
};

int leap_native_session_take(struct leap_native_session *session, const void *message,
			     size_t size)
{
	const struct leap_wire_header *header = message;

	if (size < sizeof(*header) || header->size != size || !header->request)
		return -EPROTO;
	if (!session->client && header->type != LEAP_WIRE_HELLO)
		return -EPROTO;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (requests[i].type != header->type)
			continue;
		/* a later version may have added to its end */
		return size < requests[i].size ? -EPROTO
					       : requests[i].take(session, message);
	}
	answer_result(session, header, -ENOSYS);
	return 0;
}

static const struct leap_wire_gesture *gestures_of(const struct leap_wire_frame *frame)
{
	return (const void *)((const char *)(frame + 1) +
			      frame->hand_count * sizeof(struct leap_wire_hand) +
			      frame->pointable_count *
				      sizeof(struct leap_wire_pointable));
}

void leap_native_session_pass_frame(struct leap_native_session *session,
				    const struct leap_wire_frame *frame)
{
	if (session->reads_ring || !session->welcomed)
		return;
	if (session->frame_waits && frame) {
		const struct leap_wire_gesture *gesture = gestures_of(frame);

		session->frames_skipped++;
		for (int i = 0; i < frame->gesture_count; i++)
			leap_gesture_changes_add(&session->passed_over, &gesture[i]);
	}
	session->frame_waits = leap_native_session_receives(session);
}

static int finish(void *buffer, size_t size, enum leap_wire_type type,
		  const struct leap_wire_header *answer)
{
	struct leap_wire_header *header = buffer;

	*header = answer ? *answer : (struct leap_wire_header){ 0 };
	header->type = type;
	header->size = (leap_le32)size;
	return (int)size;
}

static int put_welcome(struct leap_native_session *session, void *buffer,
		       struct leap_native_session_fds *fds)
{
	struct leap_wire_welcome *welcome = buffer;
	int64_t time_ns = now_ns();

	*welcome = (struct leap_wire_welcome){
		.magic = LEAP_WIRE_MAGIC,
		.version = LEAP_WIRE_VERSION,
		.flags = session->peer.local ? LEAP_WIRE_WELCOME_LOCAL : 0,
		.client = session->number,
		.clock_us = clock_us(session->room, time_ns),
		.monotonic_ns = time_ns,
		.server = LEAP_VERSION,
	};
	if (session->reads_ring) {
		welcome->flags |= LEAP_WIRE_WELCOME_RING;
		*fds = (struct leap_native_session_fds){
			{ session->peer.ring_fd, session->peer.wake_fd }, 2
		};
	}
	session->welcomed = true;
	return finish(buffer, sizeof(*welcome), LEAP_WIRE_WELCOME, &session->answer);
}

static void describe_policy(const struct leap_native_session *session,
			    struct leap_wire_policy *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->wished = session->wished;
	ret->granted = granted(session);
	ret->orientation = session->room->orientation;
	if (leap_policy_has_focus(session->client))
		ret->flags |= LEAP_WIRE_FOCUSED;
	if (leap_native_session_receives(session))
		ret->flags |= LEAP_WIRE_RECEIVING;
	if (session->room->paused)
		ret->flags |= LEAP_WIRE_PAUSED;
}

static int put_policy(struct leap_native_session *session, void *buffer,
		      const struct leap_wire_header *answer)
{
	describe_policy(session, buffer);
	memcpy(&session->policy, buffer, sizeof(session->policy));
	session->policy_told = true;
	return finish(buffer, sizeof(struct leap_wire_policy), LEAP_WIRE_POLICY,
		      answer);
}

static int put_clock(const struct leap_native_session *session, void *buffer)
{
	struct leap_wire_clock *clock = buffer;

	clock->monotonic_ns = now_ns();
	clock->clock_us = clock_us(session->room, clock->monotonic_ns);
	return finish(buffer, sizeof(*clock), LEAP_WIRE_CLOCK, &session->answer);
}

static int put_status(const struct leap_native_session *session, void *buffer)
{
	const struct leap_native_session_room *room = session->room;
	struct leap_wire_status *status = buffer;
	const struct leap_native_session *other;

	*status = (struct leap_wire_status){
		.frames = room->frames,
		.uptime_us = (now_ns() - room->started_ns) / 1000,
		.flags = room->paused ? LEAP_WIRE_PAUSED : 0,
		.orientation = room->orientation,
		.frame_rate = room->frame_rate,
	};
	for (other = LIST_FIRST(&room->sessions); other;
	     other = LIST_NEXT(other, entry))
		status->clients++;
	return finish(buffer, sizeof(*status), LEAP_WIRE_STATUS, &session->answer);
}

static uint32_t transport(const struct leap_native_session *session)
{
	if (session->reads_ring)
		return LEAP_WIRE_BY_RING;
	return session->peer.local ? LEAP_WIRE_BY_SOCKET : LEAP_WIRE_BY_TCP;
}

/* The one with the smallest number above @number. */
static const struct leap_native_session *next_listed(
	const struct leap_native_session_room *room, uint32_t number)
{
	const struct leap_native_session *session, *found = NULL;

	for (session = LIST_FIRST(&room->sessions); session;
	     session = LIST_NEXT(session, entry))
		if (session->number > number &&
		    (!found || session->number < found->number))
			found = session;
	return found;
}

static int put_client(struct leap_native_session *session, void *buffer, bool *ret_more)
{
	const struct leap_native_session *listed =
		next_listed(session->room, session->listing);
	struct leap_wire_client *client = buffer;

	*ret_more = listed;
	if (!listed)
		return finish(buffer, sizeof(struct leap_wire_header), LEAP_WIRE_RESULT,
			      &session->answer);
	session->listing = listed->number;
	*client = (struct leap_wire_client){
		.client = listed->number,
		.pid = listed->peer.pid,
		.uid = listed->peer.uid,
		.transport = transport(listed),
		.granted = granted(listed),
		.frames_sent = listed->frames_sent,
		.frames_skipped = listed->frames_skipped,
	};
	memcpy(client->name, listed->name, sizeof(client->name));
	if (leap_policy_has_focus(listed->client))
		client->flags |= LEAP_WIRE_FOCUSED;
	if (leap_native_session_receives(listed))
		client->flags |= LEAP_WIRE_RECEIVING;
	return finish(buffer, sizeof(*client), LEAP_WIRE_CLIENT, &session->answer);
}

static int put_answer(struct leap_native_session *session, void *buffer,
		      struct leap_native_session_fds *fds)
{
	bool more = false;
	int size;

	switch (session->answer.type) {
	case LEAP_WIRE_WELCOME:
		size = put_welcome(session, buffer, fds);
		break;
	case LEAP_WIRE_POLICY:
		size = put_policy(session, buffer, &session->answer);
		break;
	case LEAP_WIRE_CLOCK:
		size = put_clock(session, buffer);
		break;
	case LEAP_WIRE_STATUS:
		size = put_status(session, buffer);
		break;
	case LEAP_WIRE_CLIENT:
		size = put_client(session, buffer, &more);
		break;
	default:
		size = finish(buffer, sizeof(struct leap_wire_header), LEAP_WIRE_RESULT,
			      &session->answer);
		break;
	}
	if (!more)
		session->answer.type = 0;
	return size;
}

static uint32_t device_kind(const char *type)
{
	if (!strcmp(type, "peripheral"))
		return 1;
	if (!strcmp(type, "laptop"))
		return 2;
	return strcmp(type, "keyboard") ? 0 : 3;
}

static bool same_plugging(const struct leap_device_state *a,
			  const struct leap_device_state *b)
{
	return !strncmp(a->id, b->id, LEAP_DEVICE_ID_SIZE) && a->plugged == b->plugged;
}

static bool same_device(const struct leap_device_state *a,
			const struct leap_device_state *b)
{
	return same_plugging(a, b) && a->attached == b->attached &&
	       a->streaming == b->streaming && a->nominal == b->nominal;
}

static int put_device(const struct leap_device_state *device, void *buffer)
{
	struct leap_wire_device *message = buffer;

	*message = (struct leap_wire_device){
		.flags = (device->attached ? LEAP_WIRE_ATTACHED : 0) |
			 (device->streaming ? LEAP_WIRE_STREAMING : 0) |
			 (device->nominal ? LEAP_WIRE_NOMINAL : 0),
		.kind = device->attached ? device_kind(device->type) : 0,
	};
	memcpy(message->serial, device->id, LEAP_WIRE_SERIAL_SIZE - 1);
	return finish(buffer, sizeof(*message), LEAP_WIRE_DEVICE, NULL);
}

/* A place may go to another device, or to the same once more: what had it is told to be
 * gone, first. */
static int put_device_news(struct leap_native_session *session, void *buffer)
{
	for (unsigned int i = 0; i < session->room->devices.count; i++) {
		struct leap_device_state is = session->room->devices.device[i];
		struct leap_device_state *told = &session->devices.device[i];

		if (same_device(told, &is))
			continue;
		if (told->attached && !same_plugging(told, &is)) {
			is = *told;
			is.attached = is.streaming = false;
		}
		if (!is.attached && !told->attached) {
			*told = is; /* came and went unseen */
			continue;
		}
		*told = is;
		return put_device(&is, buffer);
	}
	return 0;
}

static int put_setting_news(struct leap_native_session *session, void *buffer)
{
	struct leap_wire_config *config = buffer;

	for (int i = 0; i < LEAP_SETTINGS_MAX; i++) {
		const struct leap_told_setting *setting = &session->room->setting[i];

		if (session->setting[i] == setting->version)
			continue;
		session->setting[i] = setting->version;
		*config = (struct leap_wire_config){ .value_type = setting->type };
		memcpy(config->key, setting->key, sizeof(config->key));
		memcpy(config->value, setting->value, sizeof(config->value));
		return finish(buffer, sizeof(*config), LEAP_WIRE_CONFIG, NULL);
	}
	return 0;
}

static int put_policy_news(struct leap_native_session *session, void *buffer)
{
	struct leap_wire_policy is;

	describe_policy(session, &is);
	if (session->policy_told && is.wished == session->policy.wished &&
	    is.granted == session->policy.granted &&
	    is.flags == session->policy.flags &&
	    is.orientation == session->policy.orientation)
		return 0;
	return put_policy(session, buffer, NULL);
}

/* Version 0 is what a client knows at first: no pictures. */
static int put_images_news(struct leap_native_session *session, void *buffer,
			   struct leap_native_session_fds *fds)
{
	const struct leap_told_images *images = &session->room->images;
	bool may = granted(session) & LEAP_WIRE_POLICY_IMAGES;
	unsigned int version = may && images->fd >= 0 ? images->version : 0;
	struct leap_wire_images *message = buffer;

	if (session->images == version)
		return 0;
	session->images = version;
	*message = (struct leap_wire_images){ 0 };
	if (version) {
		message->flags = images->device ? LEAP_WIRE_IMAGES_DEVICE : 0;
		message->ring_size = images->ring_size;
		memcpy(message->serial, images->serial, LEAP_WIRE_SERIAL_SIZE);
		message->calibration_size = images->calibration_size;
		memcpy(message->calibration, images->calibration,
		       sizeof(message->calibration));
		*fds = (struct leap_native_session_fds){ { images->fd }, 1 };
	}
	return finish(buffer, sizeof(*message), LEAP_WIRE_IMAGES, NULL);
}

static int put_passed_over(struct leap_native_session *session, void *buffer)
{
	struct leap_wire_gestures *message = buffer;
	size_t size = session->passed_over.count * sizeof(struct leap_wire_gesture);

	if (!size)
		return 0;
	*message = (struct leap_wire_gestures){
		.count = session->passed_over.count,
		.gesture_size = sizeof(struct leap_wire_gesture),
	};
	memcpy(message + 1, session->passed_over.gesture, size);
	session->passed_over.count = 0;
	return finish(buffer, sizeof(*message) + size, LEAP_WIRE_GESTURES, NULL);
}

static int put_frame(struct leap_native_session *session,
		     const struct leap_wire_frame *frame, size_t size, void *buffer)
{
	session->frame_waits = false;
	session->frames_sent++;
	memcpy((char *)buffer + sizeof(struct leap_wire_header), frame, size);
	return finish(buffer, sizeof(struct leap_wire_header) + size, LEAP_WIRE_FRAME,
		      NULL);
}

static int put_news(struct leap_native_session *session, void *buffer,
		    struct leap_native_session_fds *fds)
{
	int size = put_device_news(session, buffer);

	if (!size)
		size = put_policy_news(session, buffer);
	if (!size)
		size = put_setting_news(session, buffer);
	if (!size)
		size = put_images_news(session, buffer, fds);
	return size;
}

int leap_native_session_next(struct leap_native_session *session,
			     const struct leap_wire_frame *frame, size_t frame_bytes,
			     void *buffer, struct leap_native_session_fds *ret_fds)
{
	int size;

	ret_fds->count = 0;
	if (session->answer.type)
		return put_answer(session, buffer, ret_fds);
	if (session->refused)
		return -ECONNRESET;
	if (!session->welcomed)
		return 0;
	size = put_news(session, buffer, ret_fds);
	if (size || session->reads_ring)
		return size;
	size = put_passed_over(session, buffer);
	if (size || !session->frame_waits || !frame)
		return size;
	return put_frame(session, frame, frame_bytes, buffer);
}
