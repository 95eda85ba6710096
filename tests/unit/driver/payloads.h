/* SPDX-License-Identifier: MIT */
/*
 * Builds the payloads that a controller sends, for the tests of what decodes them.
 * The caller owns all memory.
 */
#ifndef LEAP_TEST_PAYLOADS_H
#define LEAP_TEST_PAYLOADS_H

#include <stdint.h>
#include <string.h>

#define PAYLOAD_HEADER 12
#define PAYLOAD_MAX 16380

#define FID 0x01
#define END 0x02
#define PTS 0x04
#define SCR 0x08
#define ERR 0x40
#define EOH 0x80

/** payload_make() - header @bits, time stamp @pts, then @len bytes of @pixel */
static inline uint32_t payload_make(uint8_t *payload, uint8_t bits, uint32_t pts,
				    uint8_t pixel, uint32_t len)
{
	memset(payload, 0, PAYLOAD_HEADER);
	payload[0] = PAYLOAD_HEADER;
	payload[1] = EOH | SCR | PTS | bits;
	payload[2] = pts & 0xff;
	payload[3] = pts >> 8 & 0xff;
	payload[4] = pts >> 16 & 0xff;
	payload[5] = pts >> 24;
	memset(payload + PAYLOAD_HEADER, pixel, len);
	return PAYLOAD_HEADER + len;
}

#endif /* LEAP_TEST_PAYLOADS_H */
