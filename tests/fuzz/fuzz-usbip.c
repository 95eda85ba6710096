// SPDX-License-Identifier: MIT
/*
 * A hostile USB/IP peer: any bytes, before and after it has imported the controller.
 * The first byte of the input chooses; single-threaded.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/session.h"
#include "sim/sim.h"

#define STEP_NS 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a peer that reads everything would have read, to the last byte. */
static void drain(struct leap_session *session)
{
	const uint8_t *from;
	size_t size = leap_session_output(session, &from);
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += from[i];
	(void)sum;
	leap_session_sent(session, size);
}

static void converse(struct leap_session *session, const uint8_t *data, size_t size)
{
	uint64_t now_ns = 0;

	while (size) {
		uint8_t *to;
		size_t room = leap_session_room(session, &to);

		if (room > size)
			room = size;
		memcpy(to, data, room);
		if (leap_session_received(session, room, now_ns) < 0 ||
		    leap_session_run(session, now_ns) < 0)
			return;
		drain(session);
		data += room;
		size -= room;
		now_ns += STEP_NS;
	}
	for (unsigned int i = 0; i < 64 && leap_session_run(session, now_ns) == 0;
	     i++) {
		drain(session);
		now_ns += STEP_NS;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_session_port port = { 0 };
	struct leap_device_options options = {
		.identity.serial = LEAP_SIM_SERIAL,
		.identity.calibration = leap_sim_calibration(),
		.picture = leap_picture_checksum,
	};
	struct leap_session *session;

	if (!size)
		return 0;
	options.unpaced = data[0] & 2;
	if (leap_device_new(&options, 0, &port.device) < 0)
		abort();
	if (leap_session_new(&port, data[0] & 1, &session) < 0)
		abort();
	converse(session, data + 1, size - 1);
	leap_session_free(session);
	if (port.user)
		abort();
	leap_device_free(port.device);
	return 0;
}
