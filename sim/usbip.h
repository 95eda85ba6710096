/* SPDX-License-Identifier: MIT */
/*
 * The messages of USB/IP (protocol version 1.1.1), to and from bytes.
 * Pure; any thread. Documented in the kernel's Documentation/usb/usbip_protocol.rst.
 */
#ifndef LEAP_SIM_USBIP_H
#define LEAP_SIM_USBIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEAP_USBIP_PORT 3240
#define LEAP_USBIP_SPEED_HIGH 3
#define LEAP_USBIP_BUS 1
#define LEAP_USBIP_DEVICE 2
#define LEAP_USBIP_BUSID "1-1"
#define LEAP_USBIP_DEVID (LEAP_USBIP_BUS << 16 | LEAP_USBIP_DEVICE)

#define LEAP_USBIP_REQUEST_SIZE 8 /* opens a conversation */
#define LEAP_USBIP_BUSID_SIZE 32 /* follows a request to import */
#define LEAP_USBIP_HEADER_SIZE 48 /* of a command or its answer */
#define LEAP_USBIP_DATA_MAX \
	65535 /* data that may follow a command: a control request */
#define LEAP_USBIP_DEVLIST_MAX 336
#define LEAP_USBIP_IMPORT_MAX 320

enum leap_usbip_request {
	LEAP_USBIP_LIST,
	LEAP_USBIP_IMPORT,
};

/* what became of a request to import */
#define LEAP_USBIP_OK 0
#define LEAP_USBIP_UNAVAILABLE 1
#define LEAP_USBIP_BUSY 2
#define LEAP_USBIP_NO_DEVICE 4

/** leap_usbip_parse_request() - from 8 bytes; -EPROTO when it is none we know */
int leap_usbip_parse_request(const uint8_t *bytes,
			     enum leap_usbip_request *ret_request);

/**
 * leap_usbip_put_devlist() - answer to LEAP_USBIP_LIST
 * @to: room for LEAP_USBIP_DEVLIST_MAX bytes
 * @available: whether the controller is in the list
 *
 * Return: bytes written.
 */
size_t leap_usbip_put_devlist(uint8_t *to, bool available);

/**
 * leap_usbip_put_import() - answer to LEAP_USBIP_IMPORT
 * @to: room for LEAP_USBIP_IMPORT_MAX bytes
 * @status: LEAP_USBIP_OK or why not
 *
 * Return: bytes written.
 */
size_t leap_usbip_put_import(uint8_t *to, uint32_t status);

enum leap_usbip_kind {
	LEAP_USBIP_SUBMIT,
	LEAP_USBIP_UNLINK,
};

/**
 * struct leap_usbip_command - a command of the host's virtual host controller
 * @kind: which
 * @seqnum: its number, repeated in the answer
 * @endpoint: 0..15
 * @to_host: direction of the data
 * @short_not_ok: a short transfer is to be an error
 * @length: bytes of the transfer's buffer
 * @data_size: bytes that follow the header: @length when the data goes to the device
 * @setup: of a control request
 * @victim: number of the command to take back
 */
struct leap_usbip_command {
	enum leap_usbip_kind kind;
	uint32_t seqnum;
	uint8_t endpoint;
	bool to_host;
	bool short_not_ok;
	uint32_t length;
	uint32_t data_size;
	uint8_t setup[8];
	uint32_t victim;
};

/**
 * leap_usbip_parse_command() - from LEAP_USBIP_HEADER_SIZE bytes
 *
 * Return: 0; -EPROTO for anything that this device's host cannot mean: an unknown
 *	command, another device, an endpoint above 15, isochronous packets, a negative
 *	length, more data than LEAP_USBIP_DATA_MAX. The conversation is over then.
 */
int leap_usbip_parse_command(const uint8_t *bytes,
			     struct leap_usbip_command *ret_command);

/**
 * leap_usbip_put_submitted() - header of the answer to a LEAP_USBIP_SUBMIT
 * @to: room for LEAP_USBIP_HEADER_SIZE bytes
 * @seqnum: of the command
 * @status: 0 or negative errno, as urb->status
 * @actual: bytes transferred
 */
void leap_usbip_put_submitted(uint8_t *to, uint32_t seqnum, int status,
			      uint32_t actual);

/**
 * leap_usbip_put_unlinked() - the answer to a LEAP_USBIP_UNLINK
 * @to: room for LEAP_USBIP_HEADER_SIZE bytes
 * @seqnum: of the unlink command
 * @status: -ECONNRESET when the victim was taken back, 0 when it had been answered
 */
void leap_usbip_put_unlinked(uint8_t *to, uint32_t seqnum, int status);

#endif /* LEAP_SIM_USBIP_H */
