/* SPDX-License-Identifier: MIT */
/*
 * How the controller answers on its control pipe: a state machine without I/O.
 * Owned by one thread at a time; the state is a plain value.
 *
 * Observed on devices with firmware 1.7.0 unless a line says "chosen": then nobody
 * has seen what the device does, and the answer is the one that UVC 1.00 suggests.
 */
#ifndef LEAP_SIM_PERSONALITY_H
#define LEAP_SIM_PERSONALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEAP_PROBE_SIZE 26 /* the probe and commit block of UVC 1.00 */
#define LEAP_SERIAL_MAX 14
#define LEAP_MEMORY_SERIAL 0x00
#define LEAP_MEMORY_VERSION 0x62
#define LEAP_MEMORY_CALIBRATION 0x64

/** struct leap_mode - a frame descriptor: one fixed rate each */
struct leap_mode {
	uint16_t width; /* columns of one eye */
	uint16_t height;
	uint32_t interval; /* in 100 ns */
};

/** leap_mode() - mode of frame @index, 1..6; NULL for any other */
const struct leap_mode *leap_mode(unsigned int index);

/** struct leap_setup - the eight bytes that open a control request */
struct leap_setup {
	uint8_t request_type;
	uint8_t request;
	uint16_t value;
	uint16_t index;
	uint16_t length;
};

/** leap_setup_parse() - from the eight bytes on the wire */
struct leap_setup leap_setup_parse(const uint8_t *wire);

/* leap_personality::control; units and selectors are in personality.c */
enum leap_personality_control {
	LEAP_CT_EXPOSURE_TIME, /* advertised; stored without effect (chosen) */
	LEAP_CT_FOCUS, /* rate in 1/1000 of the maximum; likewise */
	LEAP_CT_ZOOM, /* exposure in microseconds, 10..65535 */
	LEAP_PU_BRIGHTNESS, /* digital gain in 1/4, 4..15 */
	LEAP_PU_CONTRAST, /* value << 6 | selector */
	LEAP_PU_GAIN, /* analog gain in 1/16, 16..63 */
	LEAP_PU_SATURATION, /* the byte of the property memory at SHARPNESS */
	LEAP_PU_SHARPNESS, /* address in the property memory */
	LEAP_PU_GAMMA, /* 0 linear, 1 square root */
	LEAP_PU_WHITE_BALANCE, /* dark interval: 0 never, 1 always, N one in N */
	LEAP_PERSONALITY_CONTROLS
};

/**
 * struct leap_personality_options - which controller this is
 * @serial: up to LEAP_SERIAL_MAX printable characters
 * @calibration: 156 bytes, copied
 * @config: configuration descriptor; NULL for the real one. Not copied.
 * @config_size: its bytes
 * @seed: of the noise in answers that are garbage on demand
 * @locked: it streams only after the host has given the right response
 */
struct leap_personality_options {
	const char *serial;
	const uint8_t *calibration;
	const uint8_t *config;
	size_t config_size;
	uint64_t seed;
	bool locked;
};

/**
 * struct leap_personality - state of the device, readable by its owner
 * @config: configuration descriptor
 * @config_size: its bytes
 * @configuration: 0 until SET_CONFIGURATION
 * @halted: bulk endpoint 0x83 answers with a stall; the owner may set it
 * @interrupt_halted: the same of endpoint 0x82
 * @streaming: COMMIT was set since the last SET_CONFIGURATION or SET_INTERFACE
 * @commits: counts COMMITs: each one starts the stream anew
 * @probe: the negotiated block
 * @committed: the block in force
 * @control: last value set
 * @memory: the property memory
 * @leds: bit 0 left, 1 centre, 2 right
 * @rotated: picture turned by 180 degrees
 * @hdr: switched on; without effect
 * @centre_row: last value set; without effect
 * @locked: COMMIT is taken, and no payload comes of it
 * @locks: it is locked after power-on
 * @garbage: so many answers with data still to be replaced by noise
 * @unanswered: so many requests still to be left without an answer
 * @noise: state of the noise
 */
struct leap_personality {
	const uint8_t *config;
	size_t config_size;
	uint8_t configuration;
	bool halted;
	bool interrupt_halted;
	bool streaming;
	uint32_t commits;
	uint8_t probe[LEAP_PROBE_SIZE];
	uint8_t committed[LEAP_PROBE_SIZE];
	uint32_t control[LEAP_PERSONALITY_CONTROLS];
	uint8_t memory[256];
	uint8_t leds;
	bool rotated;
	bool hdr;
	uint16_t centre_row;
	bool locked;
	bool locks;
	uint32_t garbage;
	uint32_t unanswered;
	uint64_t noise;
};

/** leap_personality_init() - as after power-on; -EINVAL for a bad serial */
int leap_personality_init(struct leap_personality *p,
			  const struct leap_personality_options *options);

/**
 * leap_personality_control() - one control request
 * @data: setup->length bytes when the request goes to the device; otherwise unused
 * @answer: room for setup->length bytes when the request comes from the device
 *
 * What no capture shows is refused with a stall. Out-of-range values are refused too
 * (chosen). Memory outside 0x10..0x2f, where the host writes its challenge, ignores
 * writes (chosen). SET_CONFIGURATION, of which a host controller makes a reset, sets all
 * controls back and locks what was locked (chosen: the worst that may happen). PROBE takes the nearest thing it can do: format 1, a known frame or
 * the previous one, that frame's only interval; COMMIT refuses unknown frames; the
 * minimum of PROBE is what its maximum was seen to be (all chosen).
 *
 * Return: bytes of the answer, 0 for a request that went well without one;
 *	-EPIPE stall;
 *	-EAGAIN this request is never answered: it waits until the host gives up;
 *	-ENODEV the request crashed the device: it is off the bus from now on.
 */
int leap_personality_control(struct leap_personality *p, const struct leap_setup *setup,
			     const uint8_t *data, uint8_t *answer);

/**
 * leap_personality_response() - what unlocks a locked controller
 * @p: after the host has written its challenge
 * @response: LEAP_RESPONSE_SIZE bytes
 *
 * A stand-in for what no capture explains (chosen): the host writes eight bytes of
 * challenge to 0x10..0x13 and 0x2c..0x2f, the device answers with twelve at
 * 0x14..0x1f, the host writes eight more to 0x20..0x27, and if these are right the
 * device streams from then on. All follow from the serial number and the challenge, so
 * what unlocked a controller once does so again, and does nothing for another one.
 */
#define LEAP_RESPONSE_SIZE 8
void leap_personality_response(const struct leap_personality *p, uint8_t *response);

/** leap_personality_mode() - the committed mode; NULL while not streaming or locked */
const struct leap_mode *leap_personality_mode(const struct leap_personality *p);

#endif /* LEAP_SIM_PERSONALITY_H */
