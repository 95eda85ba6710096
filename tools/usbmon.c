// SPDX-License-Identifier: MIT
/*
 * Control transfers from a capture of USB traffic, as usbmon sees it.
 * Pure; any thread.
 *
 * Sources of the layouts: the pcap and pcapng file formats of the IETF's drafts, and
 * Documentation/usb/usbmon.rst of Linux.
 */
#include "tools/usbmon.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* usbmon's binary header; fields are in the byte order of the machine that captured */
#define HEADER_SIZE 48
#define HEADER_MMAPPED_SIZE 64
#define AT_ID 0
#define AT_EVENT 8
#define AT_TRANSFER 9
#define AT_ENDPOINT 10
#define AT_DEVICE 11
#define AT_BUS 12
#define AT_NO_SETUP 14
#define AT_NO_DATA 15
#define AT_STATUS 28
#define AT_CAPTURED 36
#define AT_SETUP 40
#define TRANSFER_CONTROL 2

#define LINK_USB 189
#define LINK_USB_MMAPPED 220

#define PCAP_HEADER 24
#define PCAP_RECORD 16
#define PCAPNG_SECTION 0x0a0d0d0aU
#define PCAPNG_INTERFACE 1
#define PCAPNG_PACKET 6
#define PCAPNG_BLOCK_MIN 12
#define PCAPNG_PACKET_MIN 20
#define INTERFACES_MAX 16

#define PENDING_MAX 64 /* transfers under way at a time */
#define LINE_MAX_SIZE 512

/* A transfer that has begun. */
struct pending {
	uint64_t id;
	struct usbmon_control control;
	bool used;
};

struct parser {
	usbmon_fn *fn;
	void *context;
	bool swapped; /* big endian */
	struct pending pending[PENDING_MAX];
	unsigned int next;
};

static uint16_t get16(const struct parser *parser, const uint8_t *p)
{
	return parser->swapped ? p[0] << 8 | p[1] : p[0] | p[1] << 8;
}

static uint32_t get32(const struct parser *parser, const uint8_t *p)
{
	uint32_t a = get16(parser, p), b = get16(parser, p + 2);

	return parser->swapped ? a << 16 | b : a | b << 16;
}

static bool to_host(const struct usbmon_control *control)
{
	return control->setup[0] & 0x80;
}

static void take_data(struct usbmon_control *control, const uint8_t *data, size_t size)
{
	control->size = size < USBMON_DATA_MAX ? size : USBMON_DATA_MAX;
	if (control->size)
		memcpy(control->data, data, control->size);
}

/* One that never ends makes room when all places are taken. */
static void submitted(struct parser *parser, uint64_t id,
		      const struct usbmon_control *control)
{
	parser->pending[parser->next++ % PENDING_MAX] =
		(struct pending){ id, *control, true };
}

static struct pending *find(struct parser *parser, uint64_t id)
{
	for (unsigned int i = 0; i < PENDING_MAX; i++)
		if (parser->pending[i].used && parser->pending[i].id == id)
			return &parser->pending[i];
	return NULL;
}

static void completed(struct parser *parser, uint64_t id, int status,
		      const uint8_t *data, size_t size)
{
	struct pending *pending = find(parser, id);

	if (!pending)
		return; /* it began before the capture did */
	pending->used = false;
	if (status)
		return;
	if (to_host(&pending->control))
		take_data(&pending->control, data, size);
	parser->fn(parser->context, &pending->control);
}

/* A packet with usbmon's binary header. */
static void packet(struct parser *parser, const uint8_t *p, size_t size, size_t header)
{
	struct usbmon_control control = { 0 };
	uint32_t captured;
	uint64_t id;

	if (size < header || p[AT_TRANSFER] != TRANSFER_CONTROL ||
	    (p[AT_ENDPOINT] & 0x7f))
		return;
	memcpy(&id, p + AT_ID, sizeof(id)); /* its byte order does not matter */
	captured = get32(parser, p + AT_CAPTURED);
	if (p[AT_NO_DATA])
		captured = 0;
	if (captured > size - header)
		captured = size - header;
	if (p[AT_EVENT] != 'S') {
		completed(parser, id, get32(parser, p + AT_STATUS) ? -1 : 0, p + header,
			  captured);
		return;
	}
	if (p[AT_NO_SETUP])
		return;
	control.bus = get16(parser, p + AT_BUS);
	control.device = p[AT_DEVICE];
	memcpy(control.setup, p + AT_SETUP, sizeof(control.setup));
	take_data(&control, p + header, captured);
	submitted(parser, id, &control);
}

/* Bytes of usbmon's header under this link type; 0 when it has none. */
static size_t header_of(uint32_t link)
{
	if (link == LINK_USB)
		return HEADER_SIZE;
	return link == LINK_USB_MMAPPED ? HEADER_MMAPPED_SIZE : 0;
}

static int parse_pcap(struct parser *parser, const uint8_t *data, size_t size)
{
	size_t header;

	if (size < PCAP_HEADER)
		return -EINVAL;
	header = header_of(get32(parser, data + 20) & 0x0fffffff);
	if (!header)
		return -EINVAL;
	data += PCAP_HEADER;
	size -= PCAP_HEADER;
	while (size >= PCAP_RECORD) {
		size_t length = get32(parser, data + 8);

		data += PCAP_RECORD;
		size -= PCAP_RECORD;
		if (length > size)
			return 0;
		packet(parser, data, length, header);
		data += length;
		size -= length;
	}
	return 0;
}

/* The link types of a section's interfaces. */
struct section {
	size_t headers[INTERFACES_MAX];
	uint32_t count;
};

static void pcapng_packet(struct parser *parser, const struct section *section,
			  const uint8_t *body, size_t size)
{
	uint32_t interface, length;

	if (size < PCAPNG_PACKET_MIN)
		return;
	interface = get32(parser, body);
	length = get32(parser, body + 12);
	if (interface >= section->count || !section->headers[interface] ||
	    length > size - PCAPNG_PACKET_MIN)
		return;
	packet(parser, body + PCAPNG_PACKET_MIN, length, section->headers[interface]);
}

static void pcapng_block(struct parser *parser, struct section *section, uint32_t type,
			 const uint8_t *body, size_t size)
{
	if (type == PCAPNG_SECTION)
		section->count = 0;
	else if (type == PCAPNG_INTERFACE && size >= 2 &&
		 section->count < INTERFACES_MAX)
		section->headers[section->count++] = header_of(get16(parser, body));
	else if (type == PCAPNG_PACKET)
		pcapng_packet(parser, section, body, size);
}

static int parse_pcapng(struct parser *parser, const uint8_t *data, size_t size)
{
	struct section section = { .count = 0 };

	while (size >= PCAPNG_BLOCK_MIN) {
		static const uint8_t little[] = { 0x4d, 0x3c, 0x2b, 0x1a };
		uint32_t type = get32(parser, data), length;

		/* reads the same in both orders, and is followed by what tells them */
		if (type == PCAPNG_SECTION)
			parser->swapped = memcmp(data + 8, little, 4) != 0;
		length = get32(parser, data + 4);
		if (length < PCAPNG_BLOCK_MIN || length % 4)
			return -EBADMSG;
		if (length > size)
			return 0;
		pcapng_block(parser, &section, type, data + 8,
			     length - PCAPNG_BLOCK_MIN);
		data += length;
		size -= length;
	}
	return 0;
}

/* Words of up to four bytes in hexadecimal digits, as they follow "=". */
static size_t text_data(const char *text, uint8_t *data)
{
	unsigned int byte;
	size_t size = 0;
	int used;

	while (size < USBMON_DATA_MAX) {
		text += strspn(text, " ");
		if (sscanf(text, "%2x%n", &byte, &used) != 1 || used != 2)
			break;
		data[size++] = byte;
		text += used;
	}
	return size;
}

static void put16(uint8_t *to, unsigned int value)
{
	to[0] = value;
	to[1] = value >> 8;
}

/* What follows the address in a line that begins a control transfer. */
static void text_submitted(struct parser *parser, uint64_t id, const char *rest,
			   struct usbmon_control *control)
{
	unsigned int type, request, value, index, length, size;
	char kind = 0;
	int used = 0;

	if (sscanf(rest, " s %2x %2x %4x %4x %4x %u %c%n", &type, &request, &value,
		   &index, &length, &size, &kind, &used) < 6)
		return;
	control->setup[0] = type;
	control->setup[1] = request;
	put16(control->setup + 2, value);
	put16(control->setup + 4, index);
	put16(control->setup + 6, length);
	if (kind == '=')
		control->size = text_data(rest + used, control->data);
	submitted(parser, id, control);
}

static void text_completed(struct parser *parser, uint64_t id, const char *rest)
{
	uint8_t data[USBMON_DATA_MAX];
	unsigned int length;
	int status, used = 0;
	char kind = 0;
	size_t size = 0;

	if (sscanf(rest, " %d %u %c%n", &status, &length, &kind, &used) < 1)
		return;
	if (kind == '=')
		size = text_data(rest + used, data);
	completed(parser, id, status, data, size);
}

/* Return: whether this is a line of usbmon's. */
static bool text_line(struct parser *parser, const char *line)
{
	struct usbmon_control control = { 0 };
	unsigned int bus, device, endpoint;
	unsigned long long id, time;
	char event, kind, direction;
	int used = 0;

	if (sscanf(line, "%16llx %20llu %c %c%c:%5u:%3u:%2u%n", &id, &time, &event,
		   &kind, &direction, &bus, &device, &endpoint, &used) != 8)
		return false;
	if (kind != 'C' || endpoint)
		return true;
	control.bus = bus;
	control.device = device;
	if (event == 'S')
		text_submitted(parser, id, line + used, &control);
	else
		text_completed(parser, id, line + used);
	return true;
}

/* A first line that is none of usbmon's means that this is no capture. */
static int parse_text(struct parser *parser, const uint8_t *data, size_t size)
{
	bool any = false;

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t length = end ? (size_t)(end - data) : size;
		char line[LINE_MAX_SIZE];

		if (length < sizeof(line) && !memchr(data, 0, length)) {
			memcpy(line, data, length);
			line[length] = '\0';
			if (!text_line(parser, line) && !any)
				return -EINVAL;
			any = true;
		} else if (!any) {
			return -EINVAL;
		}
		length += end ? 1 : 0;
		data += length;
		size -= length;
	}
	return any ? 0 : -EINVAL;
}

int usbmon_parse(const uint8_t *data, size_t size, usbmon_fn *fn, void *context)
{
	struct parser parser = { .fn = fn, .context = context };
	uint32_t magic = size >= 4 ? get32(&parser, data) : 0;

	switch (magic) {
	case 0xa1b2c3d4: /* microseconds */
	case 0xa1b23c4d: /* nanoseconds */
		return parse_pcap(&parser, data, size);
	case 0xd4c3b2a1:
	case 0x4d3cb2a1:
		parser.swapped = true;
		return parse_pcap(&parser, data, size);
	case PCAPNG_SECTION:
		return parse_pcapng(&parser, data, size);
	}
	return parse_text(&parser, data, size);
}
