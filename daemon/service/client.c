// SPDX-License-Identifier: MIT
/*
 * The rules of protocols 1 to 6 about order, focus, devices and gestures.
 * Without sockets; a client belongs to one thread, its policy to all.
 */
#include "daemon/service/client.h"

#include <stdio.h>
#include <string.h>

/* The protocol version in which each rule appeared. */
#define DEVICE_CONNECT_SINCE 3
#define FOCUS_SINCE 4
#define DEVICE_EVENT_SINCE 5 /* and deviceConnect is gone */
#define SERVICE_VERSION_SINCE 5
#define ORIENTATION_SINCE 6

/* The generation first: a change meanwhile is then looked up once more. */
static void look_up_policy(struct leap_client *client)
{
	unsigned int generation = leap_policy_generation(client->policy);
	const struct leap_config *config = leap_policy_config(client->policy);

	client->generation = generation;
	client->focused = leap_policy_has_focus(client->seat);
	client->others_focused = !client->focused &&
				 leap_policy_anyone_has_focus(client->policy);
	client->background_allowed = config->background_allowed;
	leap_policy_config_put(config);
}

int leap_client_init(struct leap_client *client, int version,
		     struct leap_policy *policy, const struct leap_devices *devices,
		     const struct leap_frame *frame)
{
	int r;

	memset(client, 0, sizeof(*client));
	client->version = version;
	client->policy = policy;
	r = leap_policy_join(policy, &client->seat);
	if (r)
		return r;
	client->connected = leap_devices_any(devices);
	client->absences = devices->absences;
	client->seen_id = frame ? frame->id : 0;
	look_up_policy(client);
	return 0;
}

static void take_focus(struct leap_client *client, const struct leap_message *message)
{
	if (message->has[LEAP_MESSAGE_BACKGROUND]) {
		client->background = message->value[LEAP_MESSAGE_BACKGROUND];
		client->asked = client->asked || client->background;
	}
	if (message->has[LEAP_MESSAGE_FOCUSED]) {
		client->asked = true;
		leap_policy_focus(client->seat, message->value[LEAP_MESSAGE_FOCUSED]);
	}
}

/* leap.js forgets one of the two when the other is set, and does not say so. */
static void take_orientation(struct leap_client *client,
			     const struct leap_message *message)
{
	enum leap_orientation wish = LEAP_ORIENTATION_DESKTOP;

	if (message->has[LEAP_MESSAGE_OPTIMIZE_HMD]) {
		client->hmd = message->value[LEAP_MESSAGE_OPTIMIZE_HMD];
		client->screentop = client->screentop && !client->hmd;
	}
	if (message->has[LEAP_MESSAGE_OPTIMIZE_SCREENTOP]) {
		client->screentop = message->value[LEAP_MESSAGE_OPTIMIZE_SCREENTOP];
		client->hmd = client->hmd && !client->screentop;
	}
	if (client->hmd)
		wish = LEAP_ORIENTATION_HMD;
	else if (client->screentop)
		wish = LEAP_ORIENTATION_SCREENTOP;
	leap_policy_orient(client->seat, wish);
}

void leap_client_take(struct leap_client *client, const struct leap_message *message)
{
	if (message->has[LEAP_MESSAGE_ENABLE_GESTURES]) {
		client->gestures = message->value[LEAP_MESSAGE_ENABLE_GESTURES];
		if (!client->gestures)
			client->begun_count = 0;
	}
	if (client->version >= FOCUS_SINCE)
		take_focus(client, message);
	if (client->version >= ORIENTATION_SINCE &&
	    (message->has[LEAP_MESSAGE_OPTIMIZE_HMD] ||
	     message->has[LEAP_MESSAGE_OPTIMIZE_SCREENTOP]))
		take_orientation(client, message);
}

void leap_client_leave(struct leap_client *client)
{
	leap_policy_leave(client->seat);
	client->seat = NULL;
}

bool leap_client_is_background(const struct leap_client *client)
{
	return client->version < FOCUS_SINCE || client->background;
}

bool leap_client_listens(struct leap_client *client)
{
	if (client->version < FOCUS_SINCE)
		return true;
	if (client->generation != leap_policy_generation(client->policy))
		look_up_policy(client);
	if (client->focused || (client->background && client->background_allowed))
		return true;
	/*
	 * Published clients exist that never ask, and leap.js 0.3 and 0.4 do not ask
	 * again after leapd was restarted: theirs is what nobody claims.
	 */
	return !client->asked && !client->others_focused;
}

static const struct leap_device_state *find_device(const struct leap_devices *devices,
						   const char *id)
{
	unsigned int i;

	for (i = 0; i < devices->count; i++)
		if (!strncmp(devices->device[i].id, id, LEAP_DEVICE_ID_SIZE))
			return &devices->device[i];
	return NULL;
}

static bool same_state(const struct leap_device_state *a,
		       const struct leap_device_state *b)
{
	return a->attached == b->attached && a->streaming == b->streaming &&
	       !strcmp(a->type, b->type);
}

/*
 * The first device of which the client knows less than there is to know. One that it
 * was told of and that nobody remembers any more is gone; one that went and came back
 * before the client could be told is gone first.
 */
static bool untold_device(const struct leap_client *client,
			  const struct leap_devices *devices,
			  struct leap_device_state *ret_device)
{
	const struct leap_device_state *device, *told;
	unsigned int i;

	for (i = 0; i < client->told.count; i++) {
		told = &client->told.device[i];
		device = find_device(devices, told->id);
		if (device && device->plugged != told->plugged)
			device = NULL;
		if (device && same_state(told, device))
			continue;
		*ret_device = device ? *device : *told;
		if (!device)
			ret_device->attached = ret_device->streaming = false;
		return true;
	}
	for (i = 0; i < devices->count; i++) {
		device = &devices->device[i];
		if (!device->attached || find_device(&client->told, device->id))
			continue;
		*ret_device = *device;
		return true;
	}
	return false;
}

/* Or it was none for a while, unseen. */
static bool connect_news(const struct leap_client *client,
			 const struct leap_devices *devices)
{
	return client->connected != leap_devices_any(devices) ||
	       (client->connected && client->absences != devices->absences);
}

static bool device_news(const struct leap_client *client,
			const struct leap_devices *devices)
{
	struct leap_device_state device;

	if (client->version >= DEVICE_EVENT_SINCE)
		return untold_device(client, devices, &device);
	return client->version >= DEVICE_CONNECT_SINCE && connect_news(client, devices);
}

static const struct leap_frame_gesture *find_gesture(const struct leap_frame *frame,
						     int32_t id)
{
	unsigned int i;

	for (i = 0; i < frame->gesture_count; i++)
		if (frame->gesture[i].id == id)
			return &frame->gesture[i];
	return NULL;
}

/* What a frame says of gestures that have begun; the client may never get it. */
static void follow_gestures(struct leap_client *client, const struct leap_frame *frame)
{
	unsigned int i;

	for (i = 0; i < client->begun_count; i++) {
		struct leap_frame_gesture *begun = &client->begun[i];
		const struct leap_frame_gesture *now = find_gesture(frame, begun->id);

		if (now && begun->state != LEAP_GESTURE_STOP)
			*begun = *now;
	}
}

static void stop_gestures(struct leap_client *client)
{
	unsigned int i;

	for (i = 0; i < client->begun_count; i++)
		client->begun[i].state = LEAP_GESTURE_STOP;
}

static bool frame_news(struct leap_client *client, const struct leap_frame *frame)
{
	if (!frame || frame->id == client->seen_id)
		return false;
	if (leap_client_listens(client)) {
		follow_gestures(client, frame);
		return true;
	}
	client->seen_id = frame->id;
	stop_gestures(client);
	return false;
}

bool leap_client_wants(struct leap_client *client, const struct leap_devices *devices,
		       const struct leap_frame *frame)
{
	bool frames = frame_news(client, frame);

	return frames || !client->greeted || device_news(client, devices);
}

static size_t header_text(int version, char text[LEAP_CLIENT_TEXT_MAX])
{
	if (version >= SERVICE_VERSION_SINCE)
		return snprintf(text, LEAP_CLIENT_TEXT_MAX,
				"{\"serviceVersion\":\"" LEAP_VERSION
				"+0\",\"version\":%d}",
				version);
	return snprintf(text, LEAP_CLIENT_TEXT_MAX, "{\"version\":%d}", version);
}

/* A serial comes from a device, and so may be any bytes. */
static void quote_id(const char *id, char quoted[LEAP_DEVICE_ID_SIZE])
{
	size_t i;

	for (i = 0; i < LEAP_DEVICE_ID_SIZE - 1 && id[i]; i++) {
		bool plain = id[i] > ' ' && id[i] <= '~' && id[i] != '"' &&
			     id[i] != '\\';

		quoted[i] = plain ? id[i] : '?';
	}
	quoted[i] = '\0';
}

static size_t device_text(const struct leap_device_state *device,
			  char text[LEAP_CLIENT_TEXT_MAX])
{
	char id[LEAP_DEVICE_ID_SIZE];

	quote_id(device->id, id);
	return snprintf(text, LEAP_CLIENT_TEXT_MAX,
			"{\"event\":{\"state\":{\"attached\":%s,\"id\":\"%s\","
			"\"streaming\":%s,\"type\":\"%s\"},\"type\":\"deviceEvent\"}}",
			device->attached ? "true" : "false", id,
			device->streaming ? "true" : "false", device->type);
}

/* Only attached devices are remembered: a detached one that comes back is new. */
static void remember_device(struct leap_client *client,
			    const struct leap_device_state *device)
{
	struct leap_devices *told = &client->told;
	unsigned int i;

	for (i = 0; i < told->count; i++)
		if (!strncmp(told->device[i].id, device->id, LEAP_DEVICE_ID_SIZE))
			break;
	if (device->attached) {
		told->device[i] = *device;
		if (i == told->count)
			told->count++;
	} else {
		told->device[i] = told->device[--told->count];
	}
}

static size_t device_event(struct leap_client *client,
			   const struct leap_devices *devices,
			   char text[LEAP_CLIENT_TEXT_MAX])
{
	struct leap_device_state device;

	if (client->version < DEVICE_EVENT_SINCE) {
		client->connected = !client->connected;
		client->absences = devices->absences;
		return snprintf(text, LEAP_CLIENT_TEXT_MAX,
				"{\"event\":{\"state\":%s,\"type\":\"deviceConnect\"}}",
				client->connected ? "true" : "false");
	}
	if (!untold_device(client, devices, &device))
		return 0;
	remember_device(client, &device);
	return device_text(&device, text);
}

static struct leap_frame_gesture *find_begun(struct leap_client *client, int32_t id)
{
	unsigned int i;

	for (i = 0; i < client->begun_count; i++)
		if (client->begun[i].id == id)
			return &client->begun[i];
	return NULL;
}

static void end_begun(struct leap_client *client, struct leap_frame_gesture *begun)
{
	*begun = client->begun[--client->begun_count];
}

static bool is_tap(const struct leap_frame_gesture *gesture)
{
	return gesture->type == LEAP_GESTURE_KEY_TAP ||
	       gesture->type == LEAP_GESTURE_SCREEN_TAP;
}

/* Who saw a start sees a stop, also when the frame that had it was replaced. */
static void pay_stops(struct leap_client *client, const struct leap_frame *frame,
		      struct leap_client_output *output)
{
	unsigned int i;

	for (i = client->begun_count; i-- > 0;) {
		struct leap_frame_gesture *begun = &client->begun[i];
		const struct leap_frame_gesture *now = find_gesture(frame, begun->id);

		if (now && now->state == begun->state)
			continue; /* the frame tells it */
		begun->state = LEAP_GESTURE_STOP;
		output->owed[output->owed_count++] = *begun;
		end_begun(client, begun);
	}
}

/*
 * Released leap.js throws at a gesture whose start it did not see: what was already
 * going on when a client began to look, or started in a frame it missed, is not for it.
 */
static bool is_for(struct leap_client *client, const struct leap_frame_gesture *gesture)
{
	return gesture->state == LEAP_GESTURE_START || is_tap(gesture) ||
	       find_begun(client, gesture->id);
}

static void remember_gesture(struct leap_client *client,
			     const struct leap_frame_gesture *gesture)
{
	struct leap_frame_gesture *begun = find_begun(client, gesture->id);

	if (gesture->state != LEAP_GESTURE_STOP && !begun)
		client->begun[client->begun_count++] = *gesture;
	else if (gesture->state == LEAP_GESTURE_STOP && begun)
		end_begun(client, begun);
}

/* What does not fit is a start that was not seen then, or a stop that is owed. */
static void choose_gestures(struct leap_client *client, const struct leap_frame *frame,
			    struct leap_client_output *output)
{
	unsigned int i, given;

	output->gesture_mask = output->owed_count = 0;
	if (!client->gestures)
		return;
	pay_stops(client, frame, output);
	given = output->owed_count;
	for (i = 0; i < frame->gesture_count && given < LEAP_GESTURES_MAX; i++) {
		if (!is_for(client, &frame->gesture[i]))
			continue;
		output->gesture_mask |= UINT32_C(1) << i;
		remember_gesture(client, &frame->gesture[i]);
		given++;
	}
}

static void give_frame(struct leap_client *client, const struct leap_frame *frame,
		       struct leap_client_output *output)
{
	choose_gestures(client, frame, output);
	output->skipped = 0;
	if (client->seen_id && frame->id > client->seen_id)
		output->skipped = frame->id - client->seen_id - 1;
	client->seen_id = frame->id;
}

enum leap_client_next leap_client_next(struct leap_client *client,
				       const struct leap_devices *devices,
				       const struct leap_frame *frame,
				       struct leap_client_output *ret_output)
{
	if (!client->greeted) {
		client->greeted = true;
		ret_output->size = header_text(client->version, ret_output->text);
		return LEAP_CLIENT_TEXT;
	}
	if (device_news(client, devices)) {
		ret_output->size = device_event(client, devices, ret_output->text);
		return LEAP_CLIENT_TEXT;
	}
	if (frame_news(client, frame)) {
		give_frame(client, frame, ret_output);
		return LEAP_CLIENT_FRAME;
	}
	return LEAP_CLIENT_NOTHING;
}
