// SPDX-License-Identifier: MIT
/*
 * What a program asks of leapd, and what leapd has told so far.
 * Any thread; everything is done under the connection's lock, and nothing waits.
 */
#include <errno.h>
#include <string.h>

#include "lib/connection.h"

static void lock(const struct leap_connection *connection)
{
	pthread_mutex_lock((pthread_mutex_t *)&connection->lock);
}

static void unlock(const struct leap_connection *connection)
{
	pthread_mutex_unlock((pthread_mutex_t *)&connection->lock);
}

/* Requests of the library itself have the highest bit and no events. */
static int send_request(struct leap_connection *connection, enum leap_wire_type type,
			void *message, size_t size, bool own)
{
	struct leap_wire_header *header = message;
	int r;

	if (connection->phase != LEAP_PHASE_CONNECTED)
		return -ENOTCONN;
	connection->last_request = connection->last_request % INT32_MAX + 1;
	*header = (struct leap_wire_header){
		.size = (leap_le32)size,
		.type = type,
		.request = connection->last_request | (own ? 1U << 31 : 0),
	};
	r = leap_socket_send(&connection->socket, message, size);
	leap_link_watch(connection);
	if (r && r != -EAGAIN)
		return -ENOTCONN; /* whoever polls will see it, too */
	return r ? r : (int)connection->last_request;
}

static int send_policy(struct leap_connection *connection, uint32_t set, uint32_t clear,
		       bool own)
{
	struct leap_wire_set_policy message = { .set = set, .clear = clear };

	return send_request(connection, LEAP_WIRE_SET_POLICY, &message, sizeof(message),
			    own);
}

static int send_switch(struct leap_connection *connection, enum leap_wire_type type,
		       bool on, bool own)
{
	struct leap_wire_switch message = { .on = on };

	return send_request(connection, type, &message, sizeof(message), own);
}

static int send_bare(struct leap_connection *connection, enum leap_wire_type type)
{
	struct leap_wire_header message;
	int r;

	lock(connection);
	r = send_request(connection, type, &message, sizeof(message), false);
	unlock(connection);
	return r;
}

int leap_send_wishes(struct leap_connection *connection)
{
	int r = 0;

	if (connection->wished)
		r = send_policy(connection, connection->wished, 0, true);
	if (r >= 0 && connection->asked_focus)
		r = send_switch(connection, LEAP_WIRE_SET_FOCUS, connection->focused,
				true);
	return r < 0 ? r : 0;
}

static uint32_t wish(uint32_t wished, uint32_t set, uint32_t clear)
{
	uint32_t both = LEAP_POLICY_OPTIMIZE_HMD | LEAP_POLICY_OPTIMIZE_SCREENTOP;

	if (set & both)
		wished &= ~both;
	return ((wished | set) & ~clear) & LEAP_WIRE_POLICY_ALL;
}

int leap_set_policy(struct leap_connection *connection, uint32_t set, uint32_t clear)
{
	int r;

	lock(connection);
	connection->wished = wish(connection->wished, set, clear);
	r = send_policy(connection, set, clear, false);
	unlock(connection);
	return r;
}

int leap_set_focused(struct leap_connection *connection, bool focused)
{
	int r;

	lock(connection);
	connection->asked_focus = true;
	connection->focused = focused;
	r = send_switch(connection, LEAP_WIRE_SET_FOCUS, focused, false);
	unlock(connection);
	return r;
}

int leap_set_paused(struct leap_connection *connection, bool paused)
{
	int r;

	lock(connection);
	r = send_switch(connection, LEAP_WIRE_SET_PAUSE, paused, false);
	unlock(connection);
	return r;
}

int leap_set_config(struct leap_connection *connection, const char *key,
		    const char *value)
{
	struct leap_wire_config message = { .value_type = 0 };
	int r;

	if (strlen(key) >= sizeof(message.key) ||
	    strlen(value) >= sizeof(message.value))
		return -EINVAL;
	memcpy(message.key, key, strlen(key));
	memcpy(message.value, value, strlen(value));
	lock(connection);
	r = send_request(connection, LEAP_WIRE_SET_CONFIG, &message, sizeof(message),
			 false);
	unlock(connection);
	return r;
}

int leap_get_status(struct leap_connection *connection)
{
	return send_bare(connection, LEAP_WIRE_GET_STATUS);
}

int leap_get_clients(struct leap_connection *connection)
{
	return send_bare(connection, LEAP_WIRE_GET_CLIENTS);
}

bool leap_is_connected(const struct leap_connection *connection)
{
	bool connected;

	lock(connection);
	connected = connection->phase == LEAP_PHASE_CONNECTED;
	unlock(connection);
	return connected;
}

unsigned int leap_transport(const struct leap_connection *connection)
{
	unsigned int transport;

	lock(connection);
	transport = connection->phase == LEAP_PHASE_CONNECTED ? connection->transport
							      : 0;
	unlock(connection);
	return transport;
}

const char *leap_version(void)
{
	return LEAP_VERSION;
}

int leap_history(const struct leap_connection *connection, unsigned int age,
		 struct leap_frame *ret_frame)
{
	unsigned int slots = LEAP_HISTORY + 1;
	int r = -ENOENT;

	lock(connection);
	if (age < connection->frames) {
		*ret_frame =
			connection->history[(connection->newest + slots - age) % slots];
		r = 0;
	}
	unlock(connection);
	return r;
}

int leap_now(const struct leap_connection *connection, int64_t *ret_time)
{
	int r = -ENOTCONN;

	lock(connection);
	if (connection->phase == LEAP_PHASE_CONNECTED) {
		int64_t time_ns;

		if (__builtin_add_overflow(leap_lib_now_ns(),
					   connection->clock_offset_ns, &time_ns))
			time_ns = 0;
		*ret_time = time_ns / 1000;
		r = 0;
	}
	unlock(connection);
	return r;
}

int leap_get_policy(const struct leap_connection *connection,
		    struct leap_policy_state *ret_state)
{
	int r = -ENOTCONN;

	lock(connection);
	if (connection->policy_known) {
		*ret_state = connection->policy;
		r = 0;
	}
	unlock(connection);
	return r;
}

int leap_get_config_at(const struct leap_connection *connection, unsigned int index,
		       struct leap_setting *ret_setting)
{
	int r = -ENOENT;

	lock(connection);
	if (index < connection->setting_count) {
		*ret_setting = connection->setting[index];
		r = 0;
	}
	unlock(connection);
	return r;
}

int leap_get_config(const struct leap_connection *connection, const char *key,
		    struct leap_setting *ret_setting)
{
	struct leap_setting setting;

	for (unsigned int i = 0; !leap_get_config_at(connection, i, &setting); i++) {
		if (strcmp(setting.key, key) != 0)
			continue;
		*ret_setting = setting;
		return 0;
	}
	return -ENOENT;
}

int leap_get_device(const struct leap_connection *connection, unsigned int index,
		    struct leap_device *ret_device)
{
	int r = -ENOENT;

	lock(connection);
	for (int i = 0; i < LEAP_MAX_DEVICES && r; i++) {
		if (!connection->device[i].is_attached || index--)
			continue;
		*ret_device = connection->device[i];
		r = 0;
	}
	unlock(connection);
	return r;
}

int leap_image_newest(struct leap_connection *connection, struct leap_image *ret_image)
{
	int r;

	lock(connection);
	if (connection->pictures.map)
		r = leap_picture_ring_newest(&connection->pictures, ret_image);
	else if (connection->policy.granted & LEAP_POLICY_IMAGES)
		r = -ENOENT;
	else
		r = -EACCES;
	unlock(connection);
	return r;
}

bool leap_image_is_intact(const struct leap_connection *connection,
			  const struct leap_image *image)
{
	bool intact;

	lock(connection);
	intact = connection->pictures.map &&
		 leap_picture_ring_has(&connection->pictures, image->sequence);
	unlock(connection);
	return intact;
}

int leap_images_fd(const struct leap_connection *connection)
{
	int fd;

	lock(connection);
	fd = connection->images_fd;
	unlock(connection);
	return fd >= 0 ? fd : -ENOENT;
}

const uint8_t *leap_calibration_block(const struct leap_connection *connection)
{
	const uint8_t *block = NULL;

	lock(connection);
	if (connection->pictures.map && connection->calibrated)
		block = connection->calibration;
	unlock(connection);
	return block;
}
