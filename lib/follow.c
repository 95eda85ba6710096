// SPDX-License-Identifier: MIT
/*
 * What each message of leapd changes, and which events tell of it.
 * Everything here runs under the connection's lock, on the thread that polls.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/connection.h"
#include "lib/decode.h"

struct leap_event *leap_queue_event(struct leap_connection *connection,
				    enum leap_event_type type)
{
	unsigned int last;
	struct leap_event *event;

	if (connection->queue_count ==
	    LEAP_LIB_QUEUE_MAX) /* emptied before each read */
		connection->queue_count--;
	last = (connection->queue_first + connection->queue_count++) %
	       LEAP_LIB_QUEUE_MAX;
	event = &connection->queue[last];
	memset(event, 0, sizeof(*event));
	event->type = type;
	event->connection = connection->number;
	return event;
}

/* The library's own requests have the highest bit; nobody waits for their answers. */
static struct leap_event *queue_answer(struct leap_connection *connection,
				       enum leap_event_type type,
				       const struct leap_wire_header *header)
{
	struct leap_event *event = leap_queue_event(connection, type);

	event->request = header->request >> 31 ? 0 : header->request;
	event->error = header->status <= 4095 ? -(int32_t)header->status : -EIO;
	return event;
}

static int take_wake_up(struct leap_connection *connection,
			struct leap_received *received)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = received->fd[1] };
	int r;

	if (received->fd[0] < 0 || received->fd[1] < 0)
		return -EPROTO;
	/* whoever made it: it is read until it is empty */
	if (fcntl(received->fd[1], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	r = leap_ring_view_open(&connection->ring, received->fd[0]);
	if (r)
		return r;
	if (epoll_ctl(connection->epoll_fd, EPOLL_CTL_ADD, received->fd[1], &event) < 0)
		return -errno;
	connection->wake_fd = received->fd[1];
	received->fd[1] = -1;
	connection->frame_seen = leap_ring_view_head(&connection->ring);
	connection->notices_seen = leap_ring_view_notices(&connection->ring) - 1;
	connection->transport = LEAP_BY_SHARED_MEMORY;
	return 0;
}

static void set_clock(struct leap_connection *connection,
		      const struct leap_wire_welcome *welcome)
{
	int64_t then_ns = welcome->monotonic_ns;

	if (!(welcome->flags & LEAP_WIRE_WELCOME_LOCAL)) /* half way between the two */
		then_ns = connection->hello_ns +
			  (leap_lib_now_ns() - connection->hello_ns) / 2;
	if (welcome->clock_us < INT64_MIN / 1000 ||
	    welcome->clock_us > INT64_MAX / 1000 ||
	    __builtin_sub_overflow(welcome->clock_us * 1000, then_ns,
				   &connection->clock_offset_ns))
		connection->clock_offset_ns = 0;
}

static int take_welcome(struct leap_connection *connection,
			struct leap_received *received)
{
	const struct leap_wire_welcome *welcome = received->message;

	if (connection->phase != LEAP_PHASE_GREETING ||
	    welcome->magic != LEAP_WIRE_MAGIC || welcome->version != LEAP_WIRE_VERSION)
		return -EPROTO;
	connection->transport = connection->socket.stream ? LEAP_BY_TCP
							  : LEAP_BY_SOCKET;
	if ((welcome->flags & LEAP_WIRE_WELCOME_RING) &&
	    take_wake_up(connection, received))
		return -EPROTO;
	set_clock(connection, welcome);
	memcpy(connection->server, welcome->server, sizeof(connection->server));
	connection->server[sizeof(connection->server) - 1] = '\0';
	connection->setting_count = 0;
	connection->frames = 0;
	connection->last_id = 0;
	connection->number++;
	leap_link_connected(connection);
	leap_queue_event(connection, LEAP_EVENT_CONNECTED);
	return leap_send_wishes(connection);
}

static struct leap_device *place_for(struct leap_connection *connection,
				     const struct leap_device *device)
{
	struct leap_device *free_place = NULL;

	for (int i = 0; i < LEAP_MAX_DEVICES; i++) {
		struct leap_device *place = &connection->device[i];

		if (!strcmp(place->serial, device->serial))
			return place;
		if (!free_place && !place->is_attached)
			free_place = place;
	}
	return free_place;
}

static void queue_device(struct leap_connection *connection, enum leap_event_type type,
			 const struct leap_device *device)
{
	leap_queue_event(connection, type)->u.device = *device;
}

static int take_device(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_device *message = received->message;
	struct leap_device is = { 0 }, was = { 0 }, *place;

	memcpy(is.serial, message->serial, sizeof(is.serial) - 1);
	is.kind = message->kind <= LEAP_DEVICE_KEYBOARD ? message->kind : 0;
	is.is_attached = message->flags & LEAP_WIRE_ATTACHED;
	is.is_streaming = is.is_attached && (message->flags & LEAP_WIRE_STREAMING);
	is.is_nominal = message->flags & LEAP_WIRE_NOMINAL;
	place = place_for(connection, &is);
	if (!place)
		return 0; /* more than this library can count */
	if (!strcmp(place->serial, is.serial))
		was = *place;
	*place = is;
	if (is.is_attached && !was.is_attached)
		queue_device(connection, LEAP_EVENT_DEVICE_ATTACHED, &is);
	if (is.is_streaming && !was.is_streaming)
		queue_device(connection, LEAP_EVENT_DEVICE_STREAMING, &is);
	if (!is.is_streaming && was.is_streaming)
		queue_device(connection, LEAP_EVENT_DEVICE_STOPPED, &is);
	if (!is.is_attached && was.is_attached)
		queue_device(connection, LEAP_EVENT_DEVICE_LOST, &is);
	return 0;
}

static int take_policy(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_policy *message = received->message;
	struct leap_policy_state state = {
		.wished = message->wished,
		.granted = message->granted,
		.has_focus = message->flags & LEAP_WIRE_FOCUSED,
		.receives_frames = message->flags & LEAP_WIRE_RECEIVING,
		.is_paused = message->flags & LEAP_WIRE_PAUSED,
		.mode = message->orientation,
	};

	/* what came while it was not to have frames is no news afterwards */
	if (connection->ring.map && connection->policy_known && state.receives_frames &&
	    !connection->policy.receives_frames)
		connection->frame_seen = leap_ring_view_head(&connection->ring);
	if (connection->policy_known &&
	    state.receives_frames != connection->policy.receives_frames)
		connection->last_id = 0; /* likewise */
	if (!state.receives_frames) /* nor is there one in which they could end */
		leap_end_all_gestures(connection);
	connection->policy = state;
	connection->policy_known = true;
	queue_answer(connection, LEAP_EVENT_POLICY, &message->header)->u.policy = state;
	return 0;
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static struct leap_setting *find_setting(struct leap_connection *connection,
					 const char *key)
{
	for (unsigned int i = 0; i < connection->setting_count; i++)
		if (!strcmp(connection->setting[i].key, key))
			return &connection->setting[i];
	if (connection->setting_count == LEAP_LIB_SETTINGS_MAX)
		return NULL;
	return &connection->setting[connection->setting_count++];
}

static int take_config(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_config *message = received->message;
	struct leap_setting *setting;

	if (!is_text(message->key, sizeof(message->key)) ||
	    !is_text(message->value, sizeof(message->value)))
		return -EPROTO;
	setting = find_setting(connection, message->key);
	if (!setting)
		return 0; /* more than this library can remember */
	memcpy(setting->key, message->key, sizeof(setting->key));
	memcpy(setting->value, message->value, sizeof(setting->value));
	setting->type = message->value_type;
	leap_queue_event(connection, LEAP_EVENT_CONFIG)->u.setting = *setting;
	return 0;
}

static void watch_images(struct leap_connection *connection)
{
	struct epoll_event event = { .events = EPOLLIN,
				     .data.fd = connection->images_fd };

	/* leapd's own memory changes with each frame, which wakes us anyway */
	if (!connection->images_device)
		return;
	connection->images_watched = !epoll_ctl(connection->epoll_fd, EPOLL_CTL_ADD,
						connection->images_fd, &event);
}

static int take_images(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_images *message = received->message;
	bool had = connection->pictures.map;

	leap_link_close_images(connection);
	connection->calibrated = message->calibration_size ==
				 LEAP_WIRE_CALIBRATION_SIZE;
	memcpy(connection->calibration, message->calibration,
	       sizeof(connection->calibration));
	connection->images_device = message->flags & LEAP_WIRE_IMAGES_DEVICE;
	/* what cannot be mapped is as good as not there */
	if (message->ring_size && received->fd[0] >= 0 &&
	    !leap_picture_ring_open(&connection->pictures, received->fd[0],
				    message->ring_size, connection->images_device)) {
		connection->images_fd = received->fd[0];
		received->fd[0] = -1;
		connection->pictures.last =
			leap_picture_ring_head(&connection->pictures);
		watch_images(connection);
	}
	if (had || connection->pictures.map)
		leap_queue_event(connection, LEAP_EVENT_IMAGES)->u.images.available =
			connection->pictures.map;
	return 0;
}

static void copy_text(char *to, const char *from, size_t size)
{
	memcpy(to, from, size);
	to[size - 1] = '\0';
}

static int take_status(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_status *message = received->message;
	struct leap_event *event =
		queue_answer(connection, LEAP_EVENT_STATUS, &message->header);

	event->u.status = (struct leap_service_status){
		.frames = message->frames,
		.uptime = message->uptime_us,
		.clients = message->clients,
		.is_paused = message->flags & LEAP_WIRE_PAUSED,
		.mode = message->orientation,
		.frame_rate = message->frame_rate,
	};
	copy_text(event->u.status.version, connection->server,
		  sizeof(event->u.status.version));
	return 0;
}

static int take_client(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_client *message = received->message;
	struct leap_event *event =
		queue_answer(connection, LEAP_EVENT_CLIENT, &message->header);

	event->u.client = (struct leap_client_info){
		.number = message->client,
		.pid = message->pid,
		.uid = message->uid,
		.transport = message->transport,
		.granted = message->granted,
		.has_focus = message->flags & LEAP_WIRE_FOCUSED,
		.receives_frames = message->flags & LEAP_WIRE_RECEIVING,
		.frames_sent = message->frames_sent,
		.frames_skipped = message->frames_skipped,
	};
	copy_text(event->u.client.name, message->name, sizeof(event->u.client.name));
	return 0;
}

static int take_result(struct leap_connection *connection,
		       struct leap_received *received)
{
	const struct leap_wire_header *header = received->message;

	if (connection->phase == LEAP_PHASE_GREETING)
		return -EPROTO; /* it does not want us */
	if (!(header->request >> 31))
		queue_answer(connection, LEAP_EVENT_RESULT, header);
	return 0;
}

static int take_clock(struct leap_connection *connection,
		      struct leap_received *received)
{
	(void)connection;
	(void)received;
	return 0; /* WELCOME has said it; nobody here asks again */
}

static struct leap_wire_gesture *find_under_way(struct leap_connection *connection,
						leap_les32 id)
{
	for (unsigned int i = 0; i < connection->under_way_count; i++)
		if (connection->under_way[i].id == id)
			return &connection->under_way[i];
	return NULL;
}

static void end_gesture(struct leap_connection *connection,
			struct leap_wire_gesture *gesture)
{
	*gesture = connection->under_way[--connection->under_way_count];
}

static bool is_tap(const struct leap_wire_gesture *gesture)
{
	return gesture->type == LEAP_WIRE_KEY_TAP ||
	       gesture->type == LEAP_WIRE_SCREEN_TAP;
}

/* Programs see a start, updates and a stop, whatever of it was missed. */
static void keep_gesture(struct leap_connection *connection,
			 const struct leap_wire_gesture *gesture)
{
	struct leap_wire_gesture *begun = find_under_way(connection, gesture->id);
	struct leap_wire_gesture told = *gesture;

	if (told.state == LEAP_PHASE_STOP) {
		if (begun)
			end_gesture(connection, begun);
		else if (!is_tap(&told))
			return; /* began and ended in a gap */
	} else if (begun) {
		told.state = LEAP_PHASE_UPDATE;
		*begun = told;
	} else {
		if (connection->under_way_count == LEAP_MAX_GESTURES)
			return;
		told.state = LEAP_PHASE_START;
		connection->under_way[connection->under_way_count++] = told;
	}
	leap_gesture_changes_add(&connection->changes, &told);
}

static void stop_gesture(struct leap_connection *connection, unsigned int index)
{
	struct leap_wire_gesture stopped = connection->under_way[index];

	stopped.state = LEAP_PHASE_STOP;
	end_gesture(connection, &connection->under_way[index]);
	leap_gesture_changes_add(&connection->changes, &stopped);
}

static bool frame_has(const struct leap_frame *frame, int32_t gesture_id)
{
	for (uint32_t i = 0; i < frame->gesture_count; i++)
		if (frame->gesture[i].id == gesture_id)
			return true;
	return false;
}

void leap_end_unseen_gestures(struct leap_connection *connection)
{
	const struct leap_frame *frame = &connection->history[connection->newest];

	for (unsigned int i = connection->under_way_count; i-- > 0;)
		if (!frame_has(frame, connection->under_way[i].id))
			stop_gesture(connection, i);
}

void leap_end_all_gestures(struct leap_connection *connection)
{
	while (connection->under_way_count)
		stop_gesture(connection, connection->under_way_count - 1);
}

static unsigned int next_in_history(const struct leap_connection *connection)
{
	return (connection->newest + 1) % (LEAP_HISTORY + 1);
}

int leap_decode_next(struct leap_connection *connection, const void *bytes, size_t size)
{
	return leap_decode_frame(bytes, size,
				 &connection->history[next_in_history(connection)],
				 connection->told);
}

void leap_take_next(struct leap_connection *connection)
{
	connection->newest = next_in_history(connection);
	for (uint32_t i = 0; i < connection->history[connection->newest].gesture_count;
	     i++)
		keep_gesture(connection, &connection->told[i]);
	connection->arrived++;
	if (connection->frames < LEAP_HISTORY)
		connection->frames++;
}

static int take_frame(struct leap_connection *connection,
		      struct leap_received *received)
{
	size_t head = sizeof(struct leap_wire_header);
	int64_t gap;

	if (leap_decode_next(connection, (const char *)received->message + head,
			     received->size - head))
		return -EPROTO;
	leap_take_next(connection);
	/* ids step by one: what is missing was replaced on the way */
	if (__builtin_sub_overflow(connection->history[connection->newest].id,
				   connection->last_id, &gap))
		gap = 0;
	if (connection->last_id && gap > 1 && gap < INT32_MAX)
		connection->arrived += (uint64_t)gap - 1;
	if (!connection->last_id || gap > 1) /* GESTURES may not have had all of it */
		leap_end_unseen_gestures(connection);
	connection->last_id = connection->history[connection->newest].id;
	return 0;
}

static int take_gestures(struct leap_connection *connection,
			 struct leap_received *received)
{
	const struct leap_wire_gestures *message = received->message;
	const char *at = (const char *)(message + 1);
	size_t left = received->size - sizeof(*message);

	if (message->count > LEAP_WIRE_GESTURES_MESSAGE_MAX ||
	    message->gesture_size < sizeof(struct leap_wire_gesture) ||
	    left / message->gesture_size < message->count)
		return -EPROTO;
	if (connection->policy_known && !connection->policy.receives_frames)
		return 0; /* of frames before it was not to have any */
	for (leap_le32 i = 0; i < message->count; i++) {
		struct leap_wire_gesture gesture;

		struct leap_gesture known;

		memcpy(&gesture, at + (size_t)i * message->gesture_size,
		       sizeof(gesture));
		if (!leap_decode_gesture(&gesture, &known))
			keep_gesture(connection, &gesture);
	}
	return 0;
}

static const struct news {
	enum leap_wire_type type;
	size_t size;
	int (*take)(struct leap_connection *connection, struct leap_received *received);
} news[] = {
	{ LEAP_WIRE_WELCOME, sizeof(struct leap_wire_welcome), take_welcome },
	{ LEAP_WIRE_RESULT, sizeof(struct leap_wire_header), take_result },
	{ LEAP_WIRE_FRAME, sizeof(struct leap_wire_header), take_frame },
	{ LEAP_WIRE_GESTURES, sizeof(struct leap_wire_gestures), take_gestures },
	{ LEAP_WIRE_DEVICE, sizeof(struct leap_wire_device), take_device },
	{ LEAP_WIRE_POLICY, sizeof(struct leap_wire_policy), take_policy },
	{ LEAP_WIRE_CONFIG, sizeof(struct leap_wire_config), take_config },
	{ LEAP_WIRE_IMAGES, sizeof(struct leap_wire_images), take_images },
	{ LEAP_WIRE_CLOCK, sizeof(struct leap_wire_clock), take_clock },
	{ LEAP_WIRE_STATUS, sizeof(struct leap_wire_status), take_status },
	{ LEAP_WIRE_CLIENT, sizeof(struct leap_wire_client), take_client },
};

int leap_take_message(struct leap_connection *connection,
		      struct leap_received *received)
{
	const struct leap_wire_header *header = received->message;
	bool first = connection->phase != LEAP_PHASE_CONNECTED;

	if (first && header->type != LEAP_WIRE_WELCOME &&
	    header->type != LEAP_WIRE_RESULT)
		return -EPROTO;
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++) {
		if (news[i].type != header->type)
			continue;
		/* a later version may have added to its end */
		return received->size < news[i].size
			       ? -EPROTO
			       : news[i].take(connection, received);
	}
	return 0; /* of a later version */
}
