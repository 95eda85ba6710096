// SPDX-License-Identifier: MIT
/*
 * How the controller answers on its control pipe: a state machine without I/O.
 * Owned by one thread at a time; the state is a plain value.
 */
#include "sim/personality.h"

#include <errno.h>
#include <string.h>

#include "sim/usb_descriptors.h"

/* bmRequestType */
#define TO_HOST 0x80
#define KIND_MASK 0x60
#define KIND_STANDARD 0x00
#define KIND_CLASS 0x20
#define TARGET_MASK 0x1f
#define TARGET_DEVICE 0
#define TARGET_INTERFACE 1
#define TARGET_ENDPOINT 2

/* bRequest of chapter 9 */
#define GET_STATUS 0
#define CLEAR_FEATURE 1
#define SET_FEATURE 3
#define SET_ADDRESS 5
#define GET_DESCRIPTOR 6
#define GET_CONFIGURATION 8
#define SET_CONFIGURATION 9
#define GET_INTERFACE 10
#define SET_INTERFACE 11

#define ENDPOINT_HALT 0
#define ENDPOINT_INTERRUPT 0x82
#define ENDPOINT_BULK 0x83

/* bRequest of UVC */
#define SET_CUR 0x01
#define GET_CUR 0x81
#define GET_MIN 0x82
#define GET_MAX 0x83
#define GET_RES 0x84
#define GET_LEN 0x85
#define GET_INFO 0x86
#define GET_DEF 0x87

#define INTERFACE_CONTROL 0
#define INTERFACE_STREAMING 1
#define INTERFACES 2
#define VS_PROBE 1
#define VS_COMMIT 2
#define SUPPORTS_GET_AND_SET 0x03

/* offsets in the probe block */
#define PROBE_FORMAT 2
#define PROBE_FRAME 3
#define PROBE_INTERVAL 4
#define PROBE_FRAME_SIZE 18
#define PROBE_PAYLOAD_SIZE 22

/* the answers of firmware 1.7.0, the same in every mode */
#define PROBE_POWER_ON_FRAME 2
#define PROBE_MAX_INTERVAL 62500
#define PROBE_MAX_FRAME_SIZE 721920
#define PROBE_MAX_PAYLOAD_SIZE 16384

#define UNIT_CAMERA 2
#define UNIT_PROCESSING 5
#define CONTROL_SIZE 4 /* where UVC has 2, the device answers 4 */

/* CONTRAST carries several settings: value << 6 | selector */
#define CONTRAST_SELECTOR(value) ((value)&0x3f)
#define CONTRAST_VALUE(value) ((value) >> 6)
#define CONTRAST_HDR 0
#define CONTRAST_ROTATE 1
#define CONTRAST_LED_LEFT 2
#define CONTRAST_LED_CENTRE 3
#define CONTRAST_LED_RIGHT 4
#define CONTRAST_CENTRE_ROW 5
#define CONTRAST_ZOOM 6

/* where the host writes its challenge and the device its response */
#define MEMORY_WRITABLE_FIRST 0x10
#define MEMORY_WRITABLE_LAST 0x2f
#define MEMORY_CHALLENGE_1 0x10 /* four bytes; four more at the other place */
#define MEMORY_CHALLENGE_2 0x2c
#define MEMORY_ANSWER 0x14
#define MEMORY_ANSWER_SIZE 12
#define MEMORY_RESPONSE 0x20

struct control {
	uint8_t unit;
	uint8_t selector;
	uint16_t minimum;
	uint16_t maximum;
	uint16_t initial;
};

static const struct control controls[LEAP_PERSONALITY_CONTROLS] = {
	[LEAP_CT_EXPOSURE_TIME] = { UNIT_CAMERA, 0x04, 0, 65535, 0 },
	[LEAP_CT_FOCUS] = { UNIT_CAMERA, 0x06, 1, 1000, 1000 },
	[LEAP_CT_ZOOM] = { UNIT_CAMERA, 0x0b, 10, 65535, 511 },
	[LEAP_PU_BRIGHTNESS] = { UNIT_PROCESSING, 0x02, 4, 15, 4 },
	[LEAP_PU_CONTRAST] = { UNIT_PROCESSING, 0x03, 0, 65535, 1 },
	[LEAP_PU_GAIN] = { UNIT_PROCESSING, 0x04, 16, 63, 31 },
	[LEAP_PU_SATURATION] = { UNIT_PROCESSING, 0x07, 0, 255, 0 },
	[LEAP_PU_SHARPNESS] = { UNIT_PROCESSING, 0x08, 0, 255, 0 },
	[LEAP_PU_GAMMA] = { UNIT_PROCESSING, 0x09, 0, 1, 0 },
	[LEAP_PU_WHITE_BALANCE] = { UNIT_PROCESSING, 0x0a, 0, 255, 0 },
};

static const struct leap_mode modes[] = {
	{ 640, 480, 173913 }, { 640, 240, 86956 },  { 640, 120, 46728 },
	{ 752, 480, 200000 }, { 752, 240, 100000 }, { 752, 120, 52631 },
};

static void put_le32(uint8_t *to, uint32_t value)
{
	to[0] = value;
	to[1] = value >> 8;
	to[2] = value >> 16;
	to[3] = value >> 24;
}

const struct leap_mode *leap_mode(unsigned int index)
{
	if (index < 1 || index > sizeof(modes) / sizeof(modes[0]))
		return NULL;
	return &modes[index - 1];
}

struct leap_setup leap_setup_parse(const uint8_t *wire)
{
	return (struct leap_setup){
		.request_type = wire[0],
		.request = wire[1],
		.value = wire[2] | wire[3] << 8,
		.index = wire[4] | wire[5] << 8,
		.length = wire[6] | wire[7] << 8,
	};
}

static void probe_fill(uint8_t *block, unsigned int frame, uint32_t interval)
{
	memset(block, 0, LEAP_PROBE_SIZE);
	block[PROBE_FORMAT] = 1;
	block[PROBE_FRAME] = frame;
	put_le32(block + PROBE_INTERVAL, interval);
	put_le32(block + PROBE_FRAME_SIZE, PROBE_MAX_FRAME_SIZE);
	put_le32(block + PROBE_PAYLOAD_SIZE, PROBE_MAX_PAYLOAD_SIZE);
}

static int memory_init(uint8_t *memory, const struct leap_personality_options *options)
{
	size_t length = strlen(options->serial);

	if (length > LEAP_SERIAL_MAX)
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (options->serial[i] <= ' ' || options->serial[i] > '~')
			return -EINVAL;
	memset(memory, 0, 256);
	memcpy(memory + LEAP_MEMORY_SERIAL, options->serial, length);
	memory[LEAP_MEMORY_VERSION] = 0x11;
	memcpy(memory + LEAP_MEMORY_CALIBRATION, options->calibration,
	       256 - LEAP_MEMORY_CALIBRATION);
	return 0;
}

/* What it forgets with its power. */
static void settings_init(struct leap_personality *p)
{
	p->leds = 7;
	p->rotated = false;
	p->hdr = false;
	p->centre_row = 240;
	p->locked = p->locks;
	for (unsigned int i = 0; i < LEAP_PERSONALITY_CONTROLS; i++)
		p->control[i] = controls[i].initial;
}

int leap_personality_init(struct leap_personality *p,
			  const struct leap_personality_options *options)
{
	uint8_t memory[256];
	int r;

	r = memory_init(memory, options);
	if (r < 0)
		return r;
	*p = (struct leap_personality){
		.config = options->config,
		.config_size = options->config_size,
		.locks = options->locked,
		.noise = options->seed | 1,
	};
	if (!p->config) {
		p->config = leap_usb_config_descriptor;
		p->config_size = LEAP_USB_CONFIG_SIZE;
	}
	memcpy(p->memory, memory, sizeof(memory));
	settings_init(p);
	probe_fill(p->probe, PROBE_POWER_ON_FRAME,
		   leap_mode(PROBE_POWER_ON_FRAME)->interval);
	memcpy(p->committed, p->probe, LEAP_PROBE_SIZE);
	return 0;
}

const struct leap_mode *leap_personality_mode(const struct leap_personality *p)
{
	return p->streaming && !p->locked ? leap_mode(p->committed[PROBE_FRAME]) : NULL;
}

/* As much of @bytes as the host has asked for. */
static int answer_with(const struct leap_setup *setup, uint8_t *answer,
		       const void *bytes, size_t size)
{
	if (size > setup->length)
		size = setup->length;
	if (size)
		memcpy(answer, bytes, size);
	return size;
}

static int answer_le32(const struct leap_setup *setup, uint8_t *answer, uint32_t value)
{
	uint8_t bytes[CONTROL_SIZE];

	put_le32(bytes, value);
	return answer_with(setup, answer, bytes, sizeof(bytes));
}

static int answer_byte(const struct leap_setup *setup, uint8_t *answer, uint8_t value)
{
	return answer_with(setup, answer, &value, 1);
}

/* Status words and lengths have two bytes. */
static int answer_le16(const struct leap_setup *setup, uint8_t *answer, uint16_t value)
{
	uint8_t bytes[2] = { value, value >> 8 };

	return answer_with(setup, answer, bytes, sizeof(bytes));
}

static int get_descriptor(const struct leap_personality *p,
			  const struct leap_setup *setup, uint8_t *answer)
{
	unsigned int index = setup->value & 0xff;
	const uint8_t *string;

	switch (setup->value >> 8) {
	case 1:
		if (index)
			return -EPIPE;
		return answer_with(setup, answer, leap_usb_device_descriptor,
				   LEAP_USB_DEVICE_SIZE);
	case 2:
		if (index)
			return -EPIPE;
		return answer_with(setup, answer, p->config, p->config_size);
	case 3:
		string = leap_usb_string_descriptor(index);
		if (!string)
			return -EPIPE;
		return answer_with(setup, answer, string, string[0]);
	default:
		return -EPIPE;
	}
}

/* The halt bit of an endpoint; NULL when there is no such endpoint that can halt. */
static bool *endpoint_halt(struct leap_personality *p, uint16_t endpoint)
{
	if (!p->configuration)
		return NULL;
	if (endpoint == ENDPOINT_BULK)
		return &p->halted;
	if (endpoint == ENDPOINT_INTERRUPT)
		return &p->interrupt_halted;
	return NULL;
}

static int get_status(struct leap_personality *p, const struct leap_setup *setup,
		      uint8_t *answer)
{
	bool *halt;

	switch (setup->request_type & TARGET_MASK) {
	case TARGET_DEVICE: /* bus powered, no remote wake-up */
		return answer_le16(setup, answer, 0);
	case TARGET_INTERFACE:
		if (!p->configuration || setup->index >= INTERFACES)
			return -EPIPE;
		return answer_le16(setup, answer, 0);
	case TARGET_ENDPOINT:
		if ((setup->index & 0x7f) == 0)
			return answer_le16(setup, answer, 0);
		halt = endpoint_halt(p, setup->index);
		return halt ? answer_le16(setup, answer, *halt) : -EPIPE;
	default:
		return -EPIPE;
	}
}

static int set_halt(struct leap_personality *p, const struct leap_setup *setup,
		    bool halted)
{
	bool *halt;

	if ((setup->request_type & TARGET_MASK) != TARGET_ENDPOINT ||
	    setup->value != ENDPOINT_HALT)
		return -EPIPE;
	if ((setup->index & 0x7f) == 0)
		return halted ? -EPIPE : 0;
	halt = endpoint_halt(p, setup->index);
	if (!halt)
		return -EPIPE;
	*halt = halted;
	return 0;
}

static int set_configuration(struct leap_personality *p, const struct leap_setup *setup)
{
	if (setup->value > 1)
		return -EPIPE;
	p->configuration = setup->value;
	settings_init(p);
	p->halted = false;
	p->interrupt_halted = false;
	p->streaming = false;
	return 0;
}

static int set_interface(struct leap_personality *p, const struct leap_setup *setup)
{
	if (!p->configuration || setup->index >= INTERFACES || setup->value != 0)
		return -EPIPE;
	if (setup->index == INTERFACE_STREAMING) {
		p->streaming = false;
		p->halted = false;
	} else {
		p->interrupt_halted = false;
	}
	return 0;
}

static int standard_get(struct leap_personality *p, const struct leap_setup *setup,
			uint8_t *answer)
{
	switch (setup->request) {
	case GET_STATUS:
		return get_status(p, setup, answer);
	case GET_DESCRIPTOR:
		if ((setup->request_type & TARGET_MASK) != TARGET_DEVICE)
			return -EPIPE;
		return get_descriptor(p, setup, answer);
	case GET_CONFIGURATION:
		return answer_byte(setup, answer, p->configuration);
	case GET_INTERFACE:
		if (!p->configuration || setup->index >= INTERFACES)
			return -EPIPE;
		return answer_byte(setup, answer, 0);
	default:
		return -EPIPE;
	}
}

static int standard_set(struct leap_personality *p, const struct leap_setup *setup)
{
	switch (setup->request) {
	case SET_ADDRESS:
		return 0;
	case SET_CONFIGURATION:
		return set_configuration(p, setup);
	case SET_INTERFACE:
		return set_interface(p, setup);
	case CLEAR_FEATURE:
		return set_halt(p, setup, false);
	case SET_FEATURE:
		return set_halt(p, setup, true);
	default:
		return -EPIPE;
	}
}

/* Format and frame as the device would have them; the rest of @data is a wish. */
static void probe_negotiate(uint8_t *block, const uint8_t *data)
{
	unsigned int frame = data[PROBE_FRAME];
	uint8_t hint = data[0] & 1;

	if (!leap_mode(frame))
		frame = block[PROBE_FRAME];
	probe_fill(block, frame, leap_mode(frame)->interval);
	block[0] = hint;
}

static int stream_set(struct leap_personality *p, const struct leap_setup *setup,
		      const uint8_t *data)
{
	if (setup->request != SET_CUR || setup->length < LEAP_PROBE_SIZE)
		return -EPIPE;
	if (setup->value >> 8 == VS_PROBE) {
		probe_negotiate(p->probe, data);
		return 0;
	}
	if (data[PROBE_FORMAT] != 1 || !leap_mode(data[PROBE_FRAME]))
		return -EPIPE;
	probe_negotiate(p->committed, data);
	p->streaming = true;
	p->commits++;
	return 0;
}

static int stream_get(const struct leap_personality *p, const struct leap_setup *setup,
		      uint8_t *answer)
{
	bool probe = setup->value >> 8 == VS_PROBE;
	uint8_t block[LEAP_PROBE_SIZE];

	switch (setup->request) {
	case GET_CUR:
		return answer_with(setup, answer, probe ? p->probe : p->committed,
				   LEAP_PROBE_SIZE);
	case GET_MIN:
	case GET_MAX:
		if (!probe)
			return -EPIPE;
		probe_fill(block, PROBE_POWER_ON_FRAME, PROBE_MAX_INTERVAL);
		return answer_with(setup, answer, block, sizeof(block));
	case GET_DEF:
		return probe ? -EAGAIN : -EPIPE;
	case GET_LEN:
		return answer_le16(setup, answer, LEAP_PROBE_SIZE);
	case GET_INFO:
		return answer_byte(setup, answer, SUPPORTS_GET_AND_SET);
	default:
		return -EPIPE;
	}
}

static const struct control *control_find(const struct leap_setup *setup)
{
	for (unsigned int i = 0; i < LEAP_PERSONALITY_CONTROLS; i++)
		if (setup->index == (controls[i].unit << 8 | INTERFACE_CONTROL) &&
		    setup->value == controls[i].selector << 8)
			return &controls[i];
	return NULL;
}

static int set_contrast(struct leap_personality *p, uint32_t value)
{
	unsigned int selector = CONTRAST_SELECTOR(value);
	uint8_t led;

	switch (selector) {
	case CONTRAST_HDR:
		p->hdr = CONTRAST_VALUE(value) != 0;
		return 0;
	case CONTRAST_CENTRE_ROW:
		p->centre_row = CONTRAST_VALUE(value);
		return 0;
	case CONTRAST_ROTATE:
		p->rotated = CONTRAST_VALUE(value) != 0;
		return 0;
	case CONTRAST_LED_LEFT:
	case CONTRAST_LED_CENTRE:
	case CONTRAST_LED_RIGHT:
		led = 1 << (selector - CONTRAST_LED_LEFT);
		p->leds = CONTRAST_VALUE(value) ? p->leds | led : p->leds & ~led;
		return 0;
	case CONTRAST_ZOOM:
		return -ENODEV;
	default:
		return -EPIPE;
	}
}

/* Bytes that follow from serial number, challenge and @salt; FNV-1a. */
static void derive(const struct leap_personality *p, uint8_t salt, uint8_t *to,
		   size_t size)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (unsigned int i = 0; i < LEAP_SERIAL_MAX; i++)
		hash = (hash ^ p->memory[LEAP_MEMORY_SERIAL + i]) * 0x100000001b3U;
	for (unsigned int i = 0; i < 4; i++) {
		hash = (hash ^ p->memory[MEMORY_CHALLENGE_1 + i]) * 0x100000001b3U;
		hash = (hash ^ p->memory[MEMORY_CHALLENGE_2 + i]) * 0x100000001b3U;
	}
	for (size_t i = 0; i < size; i++) {
		hash = (hash ^ (salt + i)) * 0x100000001b3U;
		to[i] = hash >> 32;
	}
}

void leap_personality_response(const struct leap_personality *p, uint8_t *response)
{
	derive(p, 'r', response, LEAP_RESPONSE_SIZE);
}

/* Each byte of the challenge changes the answer; the response is looked at each time. */
static void handshake(struct leap_personality *p)
{
	uint8_t response[LEAP_RESPONSE_SIZE];

	derive(p, 'a', p->memory + MEMORY_ANSWER, MEMORY_ANSWER_SIZE);
	leap_personality_response(p, response);
	if (memcmp(p->memory + MEMORY_RESPONSE, response, sizeof(response)) == 0)
		p->locked = false;
}

static void memory_write(struct leap_personality *p, uint8_t value)
{
	uint32_t address = p->control[LEAP_PU_SHARPNESS];

	if (address < MEMORY_WRITABLE_FIRST || address > MEMORY_WRITABLE_LAST)
		return;
	p->memory[address] = value;
	if (p->locked)
		handshake(p);
}

static int control_set(struct leap_personality *p, const struct control *control,
		       const struct leap_setup *setup, const uint8_t *data)
{
	unsigned int id = control - controls;
	uint32_t value = 0;
	int r;

	if (setup->request != SET_CUR || !setup->length || setup->length > CONTROL_SIZE)
		return -EPIPE;
	for (unsigned int i = 0; i < setup->length; i++)
		value |= (uint32_t)data[i] << 8 * i;
	if (value < control->minimum || value > control->maximum)
		return -EPIPE;
	if (id == LEAP_PU_SATURATION) {
		memory_write(p, value);
		return 0;
	}
	if (id == LEAP_PU_CONTRAST) {
		r = set_contrast(p, value);
		if (r < 0)
			return r;
	}
	p->control[id] = value;
	return 0;
}

static int control_get(const struct leap_personality *p, const struct control *control,
		       const struct leap_setup *setup, uint8_t *answer)
{
	unsigned int id = control - controls;

	switch (setup->request) {
	case GET_CUR:
		if (id == LEAP_PU_SATURATION)
			return answer_le32(setup, answer,
					   p->memory[p->control[LEAP_PU_SHARPNESS]]);
		return answer_le32(setup, answer, p->control[id]);
	case GET_MIN:
		return answer_le32(setup, answer, control->minimum);
	case GET_MAX:
		return answer_le32(setup, answer, control->maximum);
	case GET_RES:
		return answer_le32(setup, answer, 1);
	case GET_DEF:
		return answer_le32(setup, answer, control->initial);
	case GET_LEN:
		return answer_le16(setup, answer, CONTROL_SIZE);
	case GET_INFO:
		return answer_byte(setup, answer, SUPPORTS_GET_AND_SET);
	default:
		return -EPIPE;
	}
}

static int class_request(struct leap_personality *p, const struct leap_setup *setup,
			 const uint8_t *data, uint8_t *answer)
{
	bool to_host = setup->request_type & TO_HOST;
	const struct control *control;

	if (!p->configuration ||
	    (setup->request_type & TARGET_MASK) != TARGET_INTERFACE)
		return -EPIPE;
	if (setup->index == INTERFACE_STREAMING &&
	    (setup->value == VS_PROBE << 8 || setup->value == VS_COMMIT << 8))
		return to_host ? stream_get(p, setup, answer)
			       : stream_set(p, setup, data);
	control = control_find(setup);
	if (!control)
		return -EPIPE;
	return to_host ? control_get(p, control, setup, answer)
		       : control_set(p, control, setup, data);
}

/* Bytes of a picture where an answer should be; every fourth answer is empty. */
static int answer_garbage(struct leap_personality *p, const struct leap_setup *setup,
			  uint8_t *answer)
{
	if (p->garbage-- % 4 == 3)
		return 0;
	for (unsigned int i = 0; i < setup->length; i++) {
		p->noise ^= p->noise << 13;
		p->noise ^= p->noise >> 7;
		p->noise ^= p->noise << 17;
		answer[i] = p->noise >> 32;
	}
	return setup->length;
}

int leap_personality_control(struct leap_personality *p, const struct leap_setup *setup,
			     const uint8_t *data, uint8_t *answer)
{
	bool to_host = setup->request_type & TO_HOST;

	if (p->unanswered) {
		p->unanswered--;
		return -EAGAIN;
	}
	if (p->garbage && to_host && setup->length)
		return answer_garbage(p, setup, answer);
	switch (setup->request_type & KIND_MASK) {
	case KIND_STANDARD:
		return to_host ? standard_get(p, setup, answer)
			       : standard_set(p, setup);
	case KIND_CLASS:
		return class_request(p, setup, data, answer);
	default:
		return -EPIPE;
	}
}
