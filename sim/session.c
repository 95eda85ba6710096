// SPDX-License-Identifier: MIT
/*
 * One conversation over USB/IP between a host and the controller, as bytes in and out.
 * No I/O and no clock of its own; owned by one thread at a time.
 */
#include "sim/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE (LEAP_USBIP_HEADER_SIZE + LEAP_USBIP_DATA_MAX)
/* of a transfer, and to the request to cancel it */
#define ANSWER_MAX (2 * LEAP_USBIP_HEADER_SIZE + UINT16_MAX)
#define OUTPUT_SIZE (4 * ANSWER_MAX)
#define EARLY_MAX 64

/*
 * Linux may send the request to cancel a transfer before the transfer itself, and then
 * takes an answer to the request for the transfer's end. So such a request waits until
 * its transfer has come.
 */
struct early {
	uint32_t seqnum; /* of the request */
	uint32_t victim;
};

struct leap_session {
	struct leap_session_port *port;
	struct early early[EARLY_MAX];
	unsigned int early_count;
	uint32_t last_submitted;
	bool finished;
	size_t input_size;
	size_t output_first;
	size_t output_end;
	uint8_t input[INPUT_SIZE];
	uint8_t output[OUTPUT_SIZE];
};

static int session_import(struct leap_session *session)
{
	if (!session->port->device)
		return -ENODEV;
	if (session->port->user)
		return -EBUSY;
	session->port->user = session;
	return 0;
}

int leap_session_new(struct leap_session_port *port, bool imported,
		     struct leap_session **ret_session)
{
	struct leap_session *session = malloc(sizeof(*session));
	int r = 0;

	if (!session)
		return -ENOMEM;
	session->port = port;
	session->early_count = 0;
	session->last_submitted = 0;
	session->finished = false;
	session->input_size = 0;
	session->output_first = 0;
	session->output_end = 0;
	if (imported)
		r = session_import(session);
	if (r < 0)
		free(session);
	else
		*ret_session = session;
	return r;
}

void leap_session_free(struct leap_session *session)
{
	if (session && leap_session_imported(session))
		session->port->user = NULL;
	free(session);
}

bool leap_session_imported(const struct leap_session *session)
{
	return session->port->user == session;
}

bool leap_session_finished(const struct leap_session *session)
{
	return session->finished;
}

/* Whether any answer fits: while it does not, nothing new is begun. */
static bool output_has_room(const struct leap_session *session)
{
	return OUTPUT_SIZE - session->output_end >= ANSWER_MAX;
}

size_t leap_session_room(struct leap_session *session, uint8_t **ret_to)
{
	if (!output_has_room(session))
		return 0;
	*ret_to = session->input + session->input_size;
	return INPUT_SIZE - session->input_size;
}

size_t leap_session_output(const struct leap_session *session, const uint8_t **ret_from)
{
	*ret_from = session->output + session->output_first;
	return session->output_end - session->output_first;
}

void leap_session_sent(struct leap_session *session, size_t size)
{
	session->output_first += size;
	if (session->output_first == session->output_end) {
		session->output_first = 0;
		session->output_end = 0;
	}
}

static void put_completion(struct leap_session *session,
			   const struct leap_completion *completion)
{
	uint8_t *to = session->output + session->output_end;

	leap_usbip_put_submitted(to, completion->seqnum, completion->status,
				 completion->actual);
	if (completion->data_size)
		memcpy(to + LEAP_USBIP_HEADER_SIZE, completion->data,
		       completion->data_size);
	session->output_end += LEAP_USBIP_HEADER_SIZE + completion->data_size;
}

/* The name of a device to import; the rest of the field does not matter. */
static bool busid_is_ours(const uint8_t *busid)
{
	return memcmp(busid, LEAP_USBIP_BUSID, sizeof(LEAP_USBIP_BUSID)) == 0;
}

static void answer_import(struct leap_session *session, const uint8_t *busid)
{
	uint32_t status = LEAP_USBIP_OK;

	if (!busid_is_ours(busid)) {
		status = LEAP_USBIP_NO_DEVICE;
	} else {
		int r = session_import(session);

		if (r < 0)
			status = r == -EBUSY ? LEAP_USBIP_BUSY : LEAP_USBIP_NO_DEVICE;
	}
	session->output_end +=
		leap_usbip_put_import(session->output + session->output_end, status);
	session->finished = status != LEAP_USBIP_OK;
}

/* Return: bytes used, 0 when more are needed, negative errno. */
static ssize_t take_request(struct leap_session *session, const uint8_t *bytes,
			    size_t size)
{
	const struct leap_session_port *port = session->port;
	enum leap_usbip_request request;
	int r;

	if (size < LEAP_USBIP_REQUEST_SIZE)
		return 0;
	r = leap_usbip_parse_request(bytes, &request);
	if (r < 0)
		return r;
	if (request == LEAP_USBIP_LIST) {
		session->output_end +=
			leap_usbip_put_devlist(session->output + session->output_end,
					       port->device && !port->user);
		session->finished = true;
		return LEAP_USBIP_REQUEST_SIZE;
	}
	if (size < LEAP_USBIP_REQUEST_SIZE + LEAP_USBIP_BUSID_SIZE)
		return 0;
	answer_import(session, bytes + LEAP_USBIP_REQUEST_SIZE);
	return LEAP_USBIP_REQUEST_SIZE + LEAP_USBIP_BUSID_SIZE;
}

static void unlink_transfer(struct leap_session *session, uint32_t seqnum,
			    uint32_t victim)
{
	bool waited = leap_device_unlink(session->port->device, victim);

	leap_usbip_put_unlinked(session->output + session->output_end, seqnum,
				waited ? -ECONNRESET : 0);
	session->output_end += LEAP_USBIP_HEADER_SIZE;
}

/* Whether the transfer to be cancelled is still to come. */
static bool unlink_is_early(struct leap_session *session,
			    const struct leap_usbip_command *command)
{
	if ((int32_t)(command->victim - session->last_submitted) <= 0 ||
	    session->early_count == EARLY_MAX)
		return false;
	session->early[session->early_count++] =
		(struct early){ command->seqnum, command->victim };
	return true;
}

static void unlink_early(struct leap_session *session, uint32_t submitted)
{
	for (unsigned int i = 0; i < session->early_count; i++) {
		struct early early = session->early[i];

		if (early.victim != submitted)
			continue;
		session->early[i] = session->early[--session->early_count];
		unlink_transfer(session, early.seqnum, submitted);
		return;
	}
}

static int run_command(struct leap_session *session,
		       const struct leap_usbip_command *command, const uint8_t *data,
		       uint64_t now_ns)
{
	struct leap_completion completion;
	int r;

	if (command->kind == LEAP_USBIP_UNLINK) {
		if (!unlink_is_early(session, command))
			unlink_transfer(session, command->seqnum, command->victim);
		return 0;
	}
	r = leap_device_submit(session->port->device, command, data, now_ns,
			       &completion);
	if (r < 0)
		return r;
	if (r)
		put_completion(session, &completion);
	session->last_submitted = command->seqnum;
	unlink_early(session, command->seqnum);
	return 0;
}

/* Return: as take_request(). */
static ssize_t take_command(struct leap_session *session, const uint8_t *bytes,
			    size_t size, uint64_t now_ns)
{
	struct leap_usbip_command command;
	int r;

	if (size < LEAP_USBIP_HEADER_SIZE)
		return 0;
	r = leap_usbip_parse_command(bytes, &command);
	if (r < 0)
		return r;
	if (size - LEAP_USBIP_HEADER_SIZE < command.data_size)
		return 0;
	r = run_command(session, &command, bytes + LEAP_USBIP_HEADER_SIZE, now_ns);
	if (r < 0)
		return r;
	return LEAP_USBIP_HEADER_SIZE + command.data_size;
}

/* Work off what was received, as long as the answers have room. */
static int take_input(struct leap_session *session, uint64_t now_ns)
{
	size_t used = 0;
	ssize_t r = 0;

	while (output_has_room(session)) {
		const uint8_t *bytes = session->input + used;
		size_t size = session->input_size - used;

		if (session->finished)
			used = session->input_size;
		if (session->finished || !size)
			break;
		r = leap_session_imported(session)
			    ? take_command(session, bytes, size, now_ns)
			    : take_request(session, bytes, size);
		if (r <= 0)
			break;
		used += r;
	}
	session->input_size -= used;
	memmove(session->input, session->input + used, session->input_size);
	return r < 0 ? r : 0;
}

int leap_session_received(struct leap_session *session, size_t size, uint64_t now_ns)
{
	session->input_size += size;
	return take_input(session, now_ns);
}

int leap_session_run(struct leap_session *session, uint64_t now_ns)
{
	struct leap_completion completion;
	int r;

	r = take_input(session, now_ns);
	if (r < 0 || !leap_session_imported(session))
		return r;
	while (output_has_room(session) &&
	       leap_device_next(session->port->device, now_ns, &completion))
		put_completion(session, &completion);
	return 0;
}

uint64_t leap_session_due(const struct leap_session *session)
{
	if (!leap_session_imported(session) || !output_has_room(session))
		return UINT64_MAX;
	return leap_device_due(session->port->device);
}
