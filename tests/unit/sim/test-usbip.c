// SPDX-License-Identifier: MIT
/*
 * A host talks USB/IP to the synthetic controller: importing, transfers, pace, faults.
 * Single-threaded; time is a number that the tests turn.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/pattern.h"
#include "sim/session.h"
#include "sim/sim.h"

#define FRAME LEAP_SIM_FRAME_SIZE
#define PAYLOADS 19
#define INTERVAL 8695600 /* ns */
#define BUFFER 16384

/* A host with its end of the wire: what it got from the device, decoded. */
struct host {
	struct leap_session_port port;
	struct leap_session *session;
	uint64_t now;
	uint32_t seqnum;
	size_t size;
	uint8_t bytes[1 << 20];
};

struct answer {
	uint32_t command;
	uint32_t seqnum;
	int status;
	uint32_t actual;
	const uint8_t *data;
};

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | from[1] << 16 | from[2] << 8 | from[3];
}

static void put32(uint8_t *to, uint32_t value)
{
	to[0] = value >> 24;
	to[1] = value >> 16;
	to[2] = value >> 8;
	to[3] = value;
}

static struct host *host_with(struct leap_device_options options, bool imported)
{
	struct host *host = calloc(1, sizeof(*host));

	assert_non_null(host);
	host->now = 1000;
	options.identity.serial = LEAP_SIM_SERIAL;
	options.identity.calibration = leap_sim_calibration();
	options.picture = leap_picture_checksum;
	assert_int_equal(leap_device_new(&options, host->now, &host->port.device), 0);
	assert_int_equal(leap_session_new(&host->port, imported, &host->session), 0);
	return host;
}

static void host_free(struct host *host)
{
	leap_session_free(host->session);
	leap_device_free(host->port.device);
	free(host);
}

/* Take over what the device has to say. */
static void host_hear(struct host *host)
{
	const uint8_t *from;
	size_t size = leap_session_output(host->session, &from);

	assert_true(host->size + size <= sizeof(host->bytes));
	memcpy(host->bytes + host->size, from, size);
	host->size += size;
	leap_session_sent(host->session, size);
}

static int host_say(struct host *host, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	int r = 0;

	while (size && r == 0) {
		uint8_t *to;
		size_t room = leap_session_room(host->session, &to);

		assert_true(room > 0);
		if (room > size)
			room = size;
		memcpy(to, from, room);
		r = leap_session_received(host->session, room, host->now);
		from += room;
		size -= room;
		host_hear(host);
	}
	return r;
}

static void host_run(struct host *host)
{
	assert_int_equal(leap_session_run(host->session, host->now), 0);
	host_hear(host);
}

/* The next answer, if there is one; @whole transfers carry data to the host. */
static bool host_answer(struct host *host, bool to_host, struct answer *answer)
{
	static uint8_t data[1 << 17];
	size_t used = LEAP_USBIP_HEADER_SIZE;

	if (!host->size)
		return false;
	assert_true(host->size >= used);
	*answer = (struct answer){
		.command = get32(host->bytes),
		.seqnum = get32(host->bytes + 4),
		.status = (int)get32(host->bytes + 20),
		.actual = get32(host->bytes + 24),
		.data = data,
	};
	if (answer->command == 3 && to_host) {
		assert_true(answer->actual <= host->size - used);
		memcpy(data, host->bytes + used, answer->actual);
		used += answer->actual;
	}
	host->size -= used;
	memmove(host->bytes, host->bytes + used, host->size);
	return true;
}

static void put_submit(uint8_t *to, uint32_t seqnum, unsigned int endpoint,
		       bool to_host, uint32_t length)
{
	memset(to, 0, LEAP_USBIP_HEADER_SIZE);
	put32(to, 1);
	put32(to + 4, seqnum);
	put32(to + 8, LEAP_USBIP_DEVID);
	put32(to + 12, to_host);
	put32(to + 16, endpoint);
	put32(to + 24, length);
}

static uint32_t submit(struct host *host, unsigned int endpoint, uint32_t length)
{
	uint8_t header[LEAP_USBIP_HEADER_SIZE];

	put_submit(header, ++host->seqnum, endpoint, true, length);
	assert_int_equal(host_say(host, header, sizeof(header)), 0);
	return host->seqnum;
}

static uint32_t unlink_command(struct host *host, uint32_t victim)
{
	uint8_t header[LEAP_USBIP_HEADER_SIZE] = { 0 };

	put32(header, 2);
	put32(header + 4, ++host->seqnum);
	put32(header + 8, LEAP_USBIP_DEVID);
	put32(header + 20, victim);
	assert_int_equal(host_say(host, header, sizeof(header)), 0);
	return host->seqnum;
}

/* Return: what host_say() says. */
static int control_start(struct host *host, const uint8_t *setup, const void *data)
{
	uint8_t bytes[LEAP_USBIP_HEADER_SIZE + 64];
	uint32_t length = setup[6] | setup[7] << 8;
	bool to_host = setup[0] & 0x80;
	size_t size = LEAP_USBIP_HEADER_SIZE;

	put_submit(bytes, ++host->seqnum, 0, to_host, length);
	memcpy(bytes + 40, setup, 8);
	if (!to_host && length) {
		memcpy(bytes + size, data, length);
		size += length;
	}
	return host_say(host, bytes, size);
}

static struct answer control(struct host *host, const uint8_t *setup, const void *data)
{
	struct answer answer;

	assert_int_equal(control_start(host, setup, data), 0);
	assert_true(host_answer(host, setup[0] & 0x80, &answer));
	assert_int_equal(answer.command, 3);
	assert_int_equal(answer.seqnum, host->seqnum);
	return answer;
}

static const uint8_t set_configuration[8] = { 0x00, 9, 1 };
static const uint8_t clear_halt[8] = { 0x02, 1, 0, 0, 0x83, 0, 0, 0 };

static void stream(struct host *host)
{
	static const uint8_t commit[8] = { 0x21, 1, 0, 2, 1, 0, 26, 0 };
	static const uint8_t block[26] = { 0, 0, 1, 2 };
	struct answer answer;

	assert_int_equal(control(host, set_configuration, NULL).status, 0);
	answer = control(host, commit, block);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.actual, 26);
}

static struct host *streaming_host(struct leap_device_options options)
{
	struct host *host = host_with(options, true);

	stream(host);
	return host;
}

static const struct leap_device_options paced;
static const struct leap_device_options unpaced = { .unpaced = true };

/* One bulk transfer from start to end; the device has something to send. */
static struct answer transfer(struct host *host, uint32_t length)
{
	struct answer answer;
	uint32_t seqnum = submit(host, 3, length);

	host_run(host);
	assert_true(host_answer(host, true, &answer));
	assert_int_equal(answer.seqnum, seqnum);
	return answer;
}

static void a_list_names_the_controller(void **state)
{
	static const uint8_t request[8] = { 0x01, 0x11, 0x80, 0x05 };
	struct host *host = host_with(paced, false);
	const uint8_t *device = host->bytes + 12;

	(void)state;
	assert_int_equal(host_say(host, request, 8), 0);
	assert_int_equal(host->size, 12 + 312 + 2 * 4);
	assert_int_equal(get32(host->bytes), 0x01110005);
	assert_int_equal(get32(host->bytes + 8), 1);
	assert_string_equal((char *)device + 256, "1-1");
	assert_int_equal(get32(device + 288) << 16 | get32(device + 292),
			 LEAP_USBIP_DEVID);
	assert_int_equal(get32(device + 296), 3);
	assert_int_equal(get32(device + 300), 0xf1820003);
	assert_int_equal(get32(device + 304), 0x0000ef02);
	assert_int_equal(get32(device + 308), 0x01000102);
	assert_int_equal(get32(device + 312), 0x0e010000);
	assert_int_equal(get32(device + 316), 0x0e020000);
	assert_true(leap_session_finished(host->session));
	host_free(host);
}

static uint32_t import_status(struct host *host, const char *busid)
{
	uint8_t request[40] = { 0x01, 0x11, 0x80, 0x03 };

	memcpy(request + 8, busid, strlen(busid) + 1);
	host->size = 0;
	assert_int_equal(host_say(host, request, sizeof(request)), 0);
	assert_int_equal(get32(host->bytes), 0x01110003);
	assert_int_equal(host->size, get32(host->bytes + 4) ? 8 : 8 + 312);
	return get32(host->bytes + 4);
}

static void an_import_begins_the_commands(void **state)
{
	static const uint8_t get_device[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };
	struct host *host = host_with(paced, false);

	(void)state;
	assert_int_equal(import_status(host, "1-1"), 0);
	assert_true(leap_session_imported(host->session));
	host->size = 0;
	assert_int_equal(control(host, get_device, NULL).actual, 18);
	host_free(host);
}

static void an_import_of_something_else_is_refused(void **state)
{
	struct host *host = host_with(paced, false);

	(void)state;
	assert_int_equal(import_status(host, "1-2"), 4);
	assert_false(leap_session_imported(host->session));
	assert_true(leap_session_finished(host->session));
	host_free(host);
}

static void only_one_host_gets_the_controller(void **state)
{
	static const uint8_t request[40] = { 0x01, 0x11, 0x80, 0x03, 0,	 0,
					     0,	   0,	 '1',  '-',  '1' };
	struct host *host = host_with(paced, true);
	struct leap_session *other;
	const uint8_t *answer;
	uint8_t *to;

	(void)state;
	assert_int_equal(leap_session_new(&host->port, true, &other), -EBUSY);
	assert_int_equal(leap_session_new(&host->port, false, &other), 0);
	assert_true(leap_session_room(other, &to) > 40);
	memcpy(to, request, 40);
	assert_int_equal(leap_session_received(other, 40, 0), 0);
	assert_int_equal(leap_session_output(other, &answer), 8);
	assert_int_equal(get32(answer + 4), 2);
	leap_session_free(other);
	host_free(host);
}

static void requests_may_come_in_pieces(void **state)
{
	static const uint8_t request[40] = { 0x01, 0x11, 0x80, 0x03, 0,	 0,
					     0,	   0,	 '1',  '-',  '1' };
	struct host *host = host_with(paced, false);

	(void)state;
	for (unsigned int i = 0; i < sizeof(request); i++) {
		assert_int_equal(host->size, 0);
		assert_int_equal(host_say(host, request + i, 1), 0);
	}
	assert_int_equal(host->size, 8 + 312);
	host_free(host);
}

static void nonsense_ends_the_conversation(void **state)
{
	static const uint8_t old[8] = { 0x01, 0x06, 0x80, 0x05 };
	static const uint8_t odd[8] = { 0x01, 0x11, 0x80, 0x04 };
	struct host *host = host_with(paced, false);

	(void)state;
	assert_int_equal(host_say(host, old, 8), -EPROTO);
	host_free(host);
	host = host_with(paced, false);
	assert_int_equal(host_say(host, odd, 8), -EPROTO);
	host_free(host);
}

static void hostile_commands_end_the_conversation(void **state)
{
	static const struct {
		unsigned int offset;
		uint32_t value;
	} bad[] = {
		{ 0, 0 }, /* no command */
		{ 0, 3 }, /* an answer */
		{ 8, 0x10003 }, /* another device */
		{ 12, 2 }, /* no direction */
		{ 16, 16 }, /* no endpoint */
		{ 24, 0x80000000 }, /* a negative length */
		{ 32, 1 }, /* isochronous packets */
	};
	uint8_t header[LEAP_USBIP_HEADER_SIZE];

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct host *host = host_with(paced, true);

		put_submit(header, 1, 3, true, 512);
		put32(header + bad[i].offset, bad[i].value);
		assert_int_equal(host_say(host, header, sizeof(header)), -EPROTO);
		host_free(host);
	}
}

static void more_data_than_a_request_can_have_is_refused(void **state)
{
	struct host *host = host_with(paced, true);
	uint8_t header[LEAP_USBIP_HEADER_SIZE];

	(void)state;
	put_submit(header, 1, 0, false, 65536);
	assert_int_equal(host_say(host, header, sizeof(header)), -EPROTO);
	host_free(host);
}

static void data_to_an_endpoint_that_takes_none_stalls(void **state)
{
	static uint8_t bytes[LEAP_USBIP_HEADER_SIZE + 65535];
	struct host *host = host_with(paced, true);
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	put_submit(bytes, 9, 1, false, 65535);
	assert_int_equal(host_say(host, bytes, sizeof(bytes)), 0);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.seqnum, 9);
	assert_int_equal(answer.status, -EPIPE);
	host_free(host);
}

static void a_request_shorter_than_its_data_stalls(void **state)
{
	static const uint8_t setup[8] = { 0x21, 1, 0, 4, 0, 5, 4, 0 };
	struct host *host = host_with(paced, true);
	uint8_t bytes[LEAP_USBIP_HEADER_SIZE + 2] = { 0 };
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	put_submit(bytes, 9, 0, false, 2);
	memcpy(bytes + 40, setup, 8);
	assert_int_equal(host_say(host, bytes, sizeof(bytes)), 0);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.status, -EPIPE);
	host_free(host);
}

static void an_answer_is_never_longer_than_its_buffer(void **state)
{
	static const uint8_t setup[8] = { 0x80, 6, 0, 2, 0, 0, 0xff, 0xff };
	struct host *host = host_with(paced, true);
	uint8_t header[LEAP_USBIP_HEADER_SIZE];
	struct answer answer;

	(void)state;
	put_submit(header, 1, 0, true, 20);
	memcpy(header + 40, setup, 8);
	assert_int_equal(host_say(host, header, sizeof(header)), 0);
	assert_true(host_answer(host, true, &answer));
	assert_int_equal(answer.actual, 20);
	assert_int_equal(host->size, 0);
	host_free(host);
}

static void transfers_wait_until_there_is_a_stream(void **state)
{
	struct host *host = host_with(unpaced, true);
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	submit(host, 3, BUFFER);
	submit(host, 2, 64);
	host_run(host);
	assert_int_equal(host->size, 0);
	assert_true(leap_session_due(host->session) == UINT64_MAX);
	unlink_command(host, host->seqnum - 1);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.command, 4);
	host_free(host);
}

static void unlinking_takes_a_waiting_transfer_back(void **state)
{
	struct host *host = host_with(unpaced, true);
	uint32_t first, second, unlink;
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	first = submit(host, 3, BUFFER);
	second = submit(host, 3, BUFFER);
	unlink = unlink_command(host, first);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.command, 4);
	assert_int_equal(answer.seqnum, unlink);
	assert_int_equal(answer.status, -ECONNRESET);
	stream(host);
	host_run(host);
	assert_true(host_answer(host, true, &answer));
	assert_int_equal(answer.seqnum, second);
	assert_int_equal(answer.status, 0);
	assert_false(host_answer(host, true, &answer));
	host_free(host);
}

static void unlinking_before_the_transfer_has_come_waits_for_it(void **state)
{
	struct host *host = host_with(unpaced, true);
	uint32_t victim, unlink;
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	unlink = unlink_command(host, host->seqnum + 2);
	assert_false(host_answer(host, false, &answer));
	victim = submit(host, 3, BUFFER);
	assert_int_equal(victim, unlink + 1);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.command, 4);
	assert_int_equal(answer.seqnum, unlink);
	assert_int_equal(answer.status, -ECONNRESET);
	stream(host);
	host_run(host);
	assert_false(host_answer(host, true, &answer));
	host_free(host);
}

static void unlinking_what_is_over_changes_nothing(void **state)
{
	struct host *host = streaming_host(unpaced);
	struct answer answer = transfer(host, BUFFER);

	(void)state;
	unlink_command(host, answer.seqnum);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.command, 4);
	assert_int_equal(answer.status, 0);
	host_free(host);
}

static void the_request_that_is_never_answered_can_be_unlinked(void **state)
{
	static const uint8_t get_def_probe[8] = { 0xa1, 0x87, 0, 1, 1, 0, 26, 0 };
	struct host *host = host_with(paced, true);
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	assert_int_equal(control_start(host, get_def_probe, NULL), 0);
	host->now += 5000000000;
	host_run(host);
	assert_int_equal(host->size, 0);
	unlink_command(host, host->seqnum);
	assert_true(host_answer(host, false, &answer));
	assert_int_equal(answer.status, -ECONNRESET);
	host_free(host);
}

static void an_untorn_frame_arrives_payload_by_payload(void **state)
{
	struct host *host = streaming_host(unpaced);
	uint8_t *pixels = malloc(FRAME);
	uint64_t number;

	(void)state;
	assert_non_null(pixels);
	for (unsigned int frame = 0; frame < 3; frame++) {
		for (unsigned int i = 0; i < PAYLOADS; i++) {
			struct answer answer = transfer(host, BUFFER);
			uint8_t info = 0x8c | !(frame & 1) | (i == 18 ? 2 : 0);

			assert_int_equal(answer.status, 0);
			assert_int_equal(answer.actual, i < 18 ? 16380 : 12588);
			assert_int_equal(answer.data[1], info);
			assert_int_equal(answer.data[2], frame * INTERVAL / 1000000);
			memcpy(pixels + i * 16368, answer.data + 12,
			       answer.actual - 12);
		}
		assert_int_equal(leap_pattern_verify(pixels, 640, 240, &number, NULL),
				 0);
		assert_int_equal(number, frame);
	}
	free(pixels);
	host_free(host);
}

static void small_buffers_get_whole_packets_of_a_payload(void **state)
{
	struct host *host = streaming_host(unpaced);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(transfer(host, 5120).actual, 5120);
	assert_int_equal(transfer(host, 5120).actual, 16380 - 3 * 5120);
	assert_int_equal(transfer(host, 5120).data[0], 0x0c);
	host_free(host);
}

static void large_buffers_end_with_the_payload(void **state)
{
	struct host *host = streaming_host(unpaced);

	(void)state;
	assert_int_equal(transfer(host, 1 << 24).actual, 16380);
	host_free(host);
}

static void a_buffer_that_a_packet_does_not_fit_overflows(void **state)
{
	struct host *host = streaming_host(unpaced);
	struct answer answer = transfer(host, 1000);

	(void)state;
	assert_int_equal(answer.status, -EOVERFLOW);
	assert_int_equal(answer.actual, 512);
	host_free(host);
}

static void a_short_transfer_is_an_error_where_the_host_says_so(void **state)
{
	struct host *host = streaming_host(unpaced);
	uint8_t header[LEAP_USBIP_HEADER_SIZE];
	struct answer answer;

	(void)state;
	put_submit(header, 7, 3, true, BUFFER);
	put32(header + 20, 1); /* URB_SHORT_NOT_OK */
	assert_int_equal(host_say(host, header, sizeof(header)), 0);
	host_run(host);
	assert_true(host_answer(host, true, &answer));
	assert_int_equal(answer.status, -EREMOTEIO);
	assert_int_equal(answer.actual, 16380);
	host_free(host);
}

static unsigned int answers_by(struct host *host, uint64_t now)
{
	struct answer answer;
	unsigned int count = 0;

	host->now = now;
	do {
		host_run(host);
		for (; host_answer(host, true, &answer); count++)
			;
	} while (leap_session_due(host->session) <= now);
	return count;
}

static void payloads_are_spread_over_the_frames_interval(void **state)
{
	struct host *host = streaming_host(paced);
	uint64_t start = host->now;

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		submit(host, 3, BUFFER);
	assert_int_equal(answers_by(host, start), 1);
	assert_int_equal(answers_by(host, start + INTERVAL / 2), 9);
	assert_int_equal(answers_by(host, start + INTERVAL - 1), 9);
	assert_true(leap_session_due(host->session) == start + INTERVAL);
	assert_int_equal(answers_by(host, start + INTERVAL), 1);
	host_free(host);
}

static void another_rate_can_be_asked_for(void **state)
{
	struct host *host =
		streaming_host((struct leap_device_options){ .interval_ns = 50000000 });
	uint64_t start = host->now;

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		submit(host, 3, BUFFER);
	assert_int_equal(answers_by(host, start + 49999999), PAYLOADS);
	assert_int_equal(answers_by(host, start + 50000000), 1);
	host_free(host);
}

static void a_slow_host_misses_whole_frames(void **state)
{
	struct host *host = streaming_host(paced);
	struct leap_device_counters counters;

	(void)state;
	for (unsigned int i = 0; i < PAYLOADS; i++) {
		host->now += INTERVAL / PAYLOADS + 1;
		assert_int_equal(transfer(host, BUFFER).status, 0);
	}
	host->now += 100 * (uint64_t)INTERVAL;
	assert_int_equal(transfer(host, BUFFER).data[1], 0x8c);
	counters = leap_device_counters(host->port.device);
	assert_int_equal(counters.frames, 2);
	assert_in_range(counters.skipped, 98, 101);
	host_free(host);
}

static void a_stall_lasts_until_the_halt_is_cleared(void **state)
{
	struct host *host = streaming_host(unpaced);

	(void)state;
	leap_device_fault(host->port.device, LEAP_FAULT_STALL, 1);
	assert_int_equal(transfer(host, BUFFER).status, -EPIPE);
	assert_int_equal(transfer(host, BUFFER).status, -EPIPE);
	assert_int_equal(control(host, clear_halt, NULL).status, 0);
	assert_int_equal(transfer(host, BUFFER).status, 0);
	host_free(host);
}

/* Frames that arrive whole of the next @payloads payloads' worth of transfers. */
static unsigned int whole_frames(struct host *host, unsigned int transfers)
{
	unsigned int whole = 0;
	size_t size = 0;

	for (unsigned int i = 0; i < transfers; i++) {
		struct answer answer = transfer(host, BUFFER);

		if (answer.status || !answer.actual)
			continue;
		size += answer.actual - 12;
		if (!(answer.data[1] & 2))
			continue;
		whole += size == FRAME;
		size = 0;
	}
	return whole;
}

static void failed_transfers_cost_their_payloads(void **state)
{
	static const struct {
		enum leap_fault fault;
		int status;
	} faults[] = {
		{ LEAP_FAULT_EPROTO, -EPROTO },
		{ LEAP_FAULT_OVERFLOW, -EOVERFLOW },
		{ LEAP_FAULT_EILSEQ, -EILSEQ },
	};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct host *host = streaming_host(unpaced);

		leap_device_fault(host->port.device, faults[i].fault, 2);
		assert_int_equal(transfer(host, BUFFER).status, faults[i].status);
		assert_int_equal(transfer(host, BUFFER).status, faults[i].status);
		assert_int_equal(whole_frames(host, PAYLOADS - 2), 0);
		assert_int_equal(whole_frames(host, PAYLOADS), 1);
		host_free(host);
	}
}

static void short_and_lost_payloads_spoil_their_frame_only(void **state)
{
	struct host *host = streaming_host(unpaced);

	(void)state;
	leap_device_fault(host->port.device, LEAP_FAULT_SHORT, 1);
	assert_int_equal(transfer(host, BUFFER).actual, 112);
	assert_int_equal(whole_frames(host, PAYLOADS - 1), 0);
	leap_device_fault(host->port.device, LEAP_FAULT_LOSE, 3);
	assert_int_equal(whole_frames(host, PAYLOADS - 3), 0);
	assert_int_equal(whole_frames(host, PAYLOADS), 1);
	host_free(host);
}

static void an_empty_transfer_costs_nothing(void **state)
{
	struct host *host = streaming_host(unpaced);
	struct answer answer;

	(void)state;
	leap_device_fault(host->port.device, LEAP_FAULT_ZLP, 2);
	answer = transfer(host, BUFFER);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.actual, 0);
	assert_int_equal(whole_frames(host, PAYLOADS + 1), 1);
	host_free(host);
}

static void a_frozen_device_is_silent_but_answers_requests(void **state)
{
	static const uint8_t get_gain[8] = { 0xa1, 0x81, 0, 4, 0, 5, 4, 0 };
	struct host *host = streaming_host(unpaced);
	struct answer answer;

	(void)state;
	leap_device_freeze(host->port.device, true);
	submit(host, 3, BUFFER);
	host_run(host);
	assert_int_equal(host->size, 0);
	assert_int_equal(control(host, get_gain, NULL).data[0], 31);
	leap_device_freeze(host->port.device, false);
	host_run(host);
	assert_true(host_answer(host, true, &answer));
	assert_int_equal(answer.actual, 16380);
	host_free(host);
}

static void a_commit_starts_a_new_frame(void **state)
{
	struct host *host = streaming_host(unpaced);

	(void)state;
	assert_int_equal(transfer(host, BUFFER).data[1], 0x8d);
	assert_int_equal(transfer(host, 512).actual, 512);
	stream(host);
	assert_int_equal(transfer(host, BUFFER).data[1], 0x8c);
	host_free(host);
}

static void the_crash_takes_the_device_off_the_bus(void **state)
{
	static const uint8_t set_contrast[8] = { 0x21, 1, 0, 3, 0, 5, 4, 0 };
	static const uint8_t zoom[4] = { 6 };
	struct host *host = host_with(paced, true);

	(void)state;
	control(host, set_configuration, NULL);
	assert_int_equal(control_start(host, set_contrast, zoom), -ENODEV);
	host_free(host);
}

static void a_flood_of_transfers_is_bounded(void **state)
{
	struct host *host = host_with(paced, true);
	struct answer answer;

	(void)state;
	control(host, set_configuration, NULL);
	for (unsigned int i = 0; i < LEAP_DEVICE_TRANSFERS; i++)
		submit(host, 3, BUFFER);
	assert_int_equal(host->size, 0);
	submit(host, 3, BUFFER);
	assert_true(host_answer(host, true, &answer));
	assert_int_equal(answer.status, -ENOMEM);
	host_free(host);
}

static void a_host_that_does_not_listen_is_kept_waiting(void **state)
{
	static const uint8_t get_config[8] = { 0x80, 6, 0, 2, 0, 0, 0xff, 0xff };
	struct host *host = host_with(paced, true);
	uint8_t header[LEAP_USBIP_HEADER_SIZE];
	size_t room = 1, size = 0;
	const uint8_t *from;
	uint8_t *to;

	(void)state;
	put_submit(header, 1, 0, true, 65535);
	memcpy(header + 40, get_config, 8);
	for (unsigned int i = 0; i < 1 << 20 && room; i++) {
		room = leap_session_room(host->session, &to);
		if (room < sizeof(header))
			break;
		memcpy(to, header, sizeof(header));
		assert_int_equal(
			leap_session_received(host->session, sizeof(header), 0), 0);
	}
	size = leap_session_output(host->session, &from);
	assert_true(size > 65535 && size < 1 << 19);
	assert_int_equal(leap_session_room(host->session, &to), 0);
	leap_session_sent(host->session, size);
	assert_true(leap_session_room(host->session, &to) > 0);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_names_the_controller),
		cmocka_unit_test(an_import_begins_the_commands),
		cmocka_unit_test(an_import_of_something_else_is_refused),
		cmocka_unit_test(only_one_host_gets_the_controller),
		cmocka_unit_test(requests_may_come_in_pieces),
		cmocka_unit_test(nonsense_ends_the_conversation),
		cmocka_unit_test(hostile_commands_end_the_conversation),
		cmocka_unit_test(more_data_than_a_request_can_have_is_refused),
		cmocka_unit_test(data_to_an_endpoint_that_takes_none_stalls),
		cmocka_unit_test(a_request_shorter_than_its_data_stalls),
		cmocka_unit_test(an_answer_is_never_longer_than_its_buffer),
		cmocka_unit_test(transfers_wait_until_there_is_a_stream),
		cmocka_unit_test(unlinking_takes_a_waiting_transfer_back),
		cmocka_unit_test(unlinking_before_the_transfer_has_come_waits_for_it),
		cmocka_unit_test(unlinking_what_is_over_changes_nothing),
		cmocka_unit_test(the_request_that_is_never_answered_can_be_unlinked),
		cmocka_unit_test(an_untorn_frame_arrives_payload_by_payload),
		cmocka_unit_test(small_buffers_get_whole_packets_of_a_payload),
		cmocka_unit_test(large_buffers_end_with_the_payload),
		cmocka_unit_test(a_buffer_that_a_packet_does_not_fit_overflows),
		cmocka_unit_test(a_short_transfer_is_an_error_where_the_host_says_so),
		cmocka_unit_test(payloads_are_spread_over_the_frames_interval),
		cmocka_unit_test(another_rate_can_be_asked_for),
		cmocka_unit_test(a_slow_host_misses_whole_frames),
		cmocka_unit_test(a_stall_lasts_until_the_halt_is_cleared),
		cmocka_unit_test(failed_transfers_cost_their_payloads),
		cmocka_unit_test(short_and_lost_payloads_spoil_their_frame_only),
		cmocka_unit_test(an_empty_transfer_costs_nothing),
		cmocka_unit_test(a_frozen_device_is_silent_but_answers_requests),
		cmocka_unit_test(a_commit_starts_a_new_frame),
		cmocka_unit_test(the_crash_takes_the_device_off_the_bus),
		cmocka_unit_test(a_flood_of_transfers_is_bounded),
		cmocka_unit_test(a_host_that_does_not_listen_is_kept_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
