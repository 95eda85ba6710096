/* SPDX-License-Identifier: MIT */
/*
 * Control transfers from a capture of USB traffic, as usbmon sees it.
 * Pure; any thread.
 */
#ifndef LEAP_USBMON_H
#define LEAP_USBMON_H

#include <stddef.h>
#include <stdint.h>

#define USBMON_DATA_MAX 32 /* of a transfer's data; more is cut off */

/**
 * struct usbmon_control - a control transfer that has ended well
 * @bus: number of the bus
 * @device: its address there
 * @setup: the eight bytes that opened it
 * @data: what was sent to the device, or came from it
 * @size: bytes of @data, USBMON_DATA_MAX at most
 */
struct usbmon_control {
	uint16_t bus;
	uint8_t device;
	uint8_t setup[8];
	uint8_t data[USBMON_DATA_MAX];
	size_t size;
};

/** usbmon_fn - is given each transfer, in the order in which they ended */
typedef void usbmon_fn(void *context, const struct usbmon_control *control);

/**
 * usbmon_parse() - go through a capture
 * @data: its bytes: anything
 * @size: how many
 * @fn: called for each control transfer with status 0
 * @context: for @fn
 *
 * Understands what capture programs write: pcap and pcapng with the link types 189 and
 * 220 (usbmon's binary headers of 48 and of 64 bytes), in either byte order, and the
 * text of usbmon's files 1u, 2u and so on. A capture that ends in the middle of a packet is
 * read up to there.
 *
 * Return: 0; -EINVAL when it is none of these; -EBADMSG when it makes no sense half-way.
 */
int usbmon_parse(const uint8_t *data, size_t size, usbmon_fn *fn, void *context);

#endif /* LEAP_USBMON_H */
