// SPDX-License-Identifier: MIT
/*
 * The messages of USB/IP (protocol version 1.1.1), to and from bytes.
 * Pure; any thread.
 */
#include "sim/usbip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/usb_descriptors.h"

#define VERSION 0x0111
#define REQUEST_LIST 0x8005
#define REQUEST_IMPORT 0x8003
#define REPLY_LIST 0x0005
#define REPLY_IMPORT 0x0003

#define COMMAND_SUBMIT 1
#define COMMAND_UNLINK 2
#define ANSWER_SUBMITTED 3
#define ANSWER_UNLINKED 4

#define PATH_SIZE 256
#define DIRECTION_IN 1
#define URB_SHORT_NOT_OK 0x0001
#define NOT_ISOCHRONOUS 0xffffffffU /* what newer hosts say; older ones say 0 */

static uint16_t get16(const uint8_t *from)
{
	return from[0] << 8 | from[1];
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)get16(from) << 16 | get16(from + 2);
}

static uint8_t *put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
	return to + 2;
}

static uint8_t *put32(uint8_t *to, uint32_t value)
{
	return put16(put16(to, value >> 16), value);
}

int leap_usbip_parse_request(const uint8_t *bytes, enum leap_usbip_request *ret_request)
{
	if (get16(bytes) != VERSION)
		return -EPROTO;
	switch (get16(bytes + 2)) {
	case REQUEST_LIST:
		*ret_request = LEAP_USBIP_LIST;
		return 0;
	case REQUEST_IMPORT:
		*ret_request = LEAP_USBIP_IMPORT;
		return 0;
	default:
		return -EPROTO;
	}
}

static uint8_t *put_reply(uint8_t *to, uint16_t code, uint32_t status)
{
	return put32(put16(put16(to, VERSION), code), status);
}

static uint8_t *put_device(uint8_t *to)
{
	const uint8_t *device = leap_usb_device_descriptor;

	memset(to, 0, PATH_SIZE + LEAP_USBIP_BUSID_SIZE);
	snprintf((char *)to, PATH_SIZE, "/sys/devices/platform/leap-sim/usb%d/%s",
		 LEAP_USBIP_BUS, LEAP_USBIP_BUSID);
	to += PATH_SIZE;
	memcpy(to, LEAP_USBIP_BUSID, sizeof(LEAP_USBIP_BUSID));
	to += LEAP_USBIP_BUSID_SIZE;
	to = put32(to, LEAP_USBIP_BUS);
	to = put32(to, LEAP_USBIP_DEVICE);
	to = put32(to, LEAP_USBIP_SPEED_HIGH);
	to = put16(to, LEAP_USB_VENDOR);
	to = put16(to, LEAP_USB_PRODUCT);
	to = put16(to, device[12] | device[13] << 8); /* bcdDevice */
	*to++ = device[4]; /* class, subclass, protocol */
	*to++ = device[5];
	*to++ = device[6];
	*to++ = 0; /* current configuration */
	*to++ = device[17]; /* configurations */
	*to++ = leap_usb_config_descriptor[4]; /* interfaces */
	return to;
}

/* The class triplets of the interfaces, as the configuration descriptor has them. */
static uint8_t *put_interfaces(uint8_t *to)
{
	const uint8_t *descriptor = leap_usb_config_descriptor;
	const uint8_t *end = descriptor + LEAP_USB_CONFIG_SIZE;

	for (; descriptor < end; descriptor += descriptor[0]) {
		if (descriptor[1] != 4)
			continue;
		memcpy(to, descriptor + 5, 3);
		to[3] = 0;
		to += 4;
	}
	return to;
}

size_t leap_usbip_put_devlist(uint8_t *to, bool available)
{
	uint8_t *end = put_reply(to, REPLY_LIST, LEAP_USBIP_OK);

	end = put32(end, available);
	if (available)
		end = put_interfaces(put_device(end));
	return end - to;
}

size_t leap_usbip_put_import(uint8_t *to, uint32_t status)
{
	uint8_t *end = put_reply(to, REPLY_IMPORT, status);

	if (status == LEAP_USBIP_OK)
		end = put_device(end);
	return end - to;
}

static int parse_submit(const uint8_t *bytes, struct leap_usbip_command *command)
{
	uint32_t packets = get32(bytes + 32);

	if (packets && packets != NOT_ISOCHRONOUS)
		return -EPROTO;
	command->kind = LEAP_USBIP_SUBMIT;
	command->short_not_ok = get32(bytes + 20) & URB_SHORT_NOT_OK;
	command->length = get32(bytes + 24);
	if (command->length > INT32_MAX)
		return -EPROTO;
	if (!command->to_host) {
		if (command->length > LEAP_USBIP_DATA_MAX)
			return -EPROTO;
		command->data_size = command->length;
	}
	memcpy(command->setup, bytes + 40, sizeof(command->setup));
	return 0;
}

int leap_usbip_parse_command(const uint8_t *bytes,
			     struct leap_usbip_command *ret_command)
{
	uint32_t direction = get32(bytes + 12), endpoint = get32(bytes + 16);
	struct leap_usbip_command command = {
		.seqnum = get32(bytes + 4),
		.endpoint = endpoint,
		.to_host = direction == DIRECTION_IN,
	};
	int r;

	switch (get32(bytes)) {
	case COMMAND_SUBMIT:
		if (get32(bytes + 8) != LEAP_USBIP_DEVID || direction > DIRECTION_IN ||
		    endpoint > 15)
			return -EPROTO;
		r = parse_submit(bytes, &command);
		if (r < 0)
			return r;
		break;
	case COMMAND_UNLINK:
		if (get32(bytes + 8) != LEAP_USBIP_DEVID)
			return -EPROTO;
		command.kind = LEAP_USBIP_UNLINK;
		command.victim = get32(bytes + 20);
		break;
	default:
		return -EPROTO;
	}
	*ret_command = command;
	return 0;
}

void leap_usbip_put_submitted(uint8_t *to, uint32_t seqnum, int status, uint32_t actual)
{
	memset(to, 0, LEAP_USBIP_HEADER_SIZE);
	put32(to, ANSWER_SUBMITTED);
	put32(to + 4, seqnum);
	put32(to + 20, status);
	put32(to + 24, actual);
}

void leap_usbip_put_unlinked(uint8_t *to, uint32_t seqnum, int status)
{
	memset(to, 0, LEAP_USBIP_HEADER_SIZE);
	put32(to, ANSWER_UNLINKED);
	put32(to + 4, seqnum);
	put32(to + 20, status);
}
