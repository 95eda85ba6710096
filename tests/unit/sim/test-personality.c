// SPDX-License-Identifier: MIT
/*
 * The synthetic controller's control pipe answers as the real one was seen to.
 * Single-threaded; every test has a device of its own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/personality.h"
#include "sim/sim.h"
#include "sim/usb_descriptors.h"

#define EXPOSURE 0x0b00, 0x0200
#define GAIN 0x0400, 0x0500
#define CONTRAST 0x0300, 0x0500
#define DATA 0x0700, 0x0500
#define ADDRESS 0x0800, 0x0500
#define PROBE 0x0100, 0x0001
#define COMMIT 0x0200, 0x0001

static const char device_hex[] = "12010002ef02014082f10300000001020001";
static const char config_hex[] =
	"0902630102010080fa080b00020e03000009040000010e0100000d240100015000e80300"
	"0001011224020201020000000000000000032802000c240505020000037b0200001c2406"
	"06ffffffffffffffffffffffffffffffff00010503000000000924030301010006000705"
	"8203400008052503400009040100010e0200000e240101dd0083000300000001001b2404"
	"01065955593200001000800000aa00389b711004000000001e240501008002e0010080d8"
	"100080d8100060090059a702000159a702001e240502008002f0000080d8100080d81000"
	"b00400ac53010001ac5301001e24050300800278000080ac0f0080ac0f0058020088b600"
	"000188b600001e24050400f002e001004036110040361100040b00400d030001400d0300"
	"1e24050500f002f000004036110040361100820500a086010001a08601001e24050600f0"
	"02780000f0591000f0591000c1020097cd00000197cd000007058302000201";

struct pipe {
	struct leap_personality device;
	uint8_t answer[UINT16_MAX];
};

static int request(struct pipe *pipe, uint8_t type, uint8_t request, uint16_t value,
		   uint16_t index, uint16_t length, const void *data)
{
	const struct leap_setup setup = { type, request, value, index, length };

	memset(pipe->answer, 0xee, sizeof(pipe->answer));
	return leap_personality_control(&pipe->device, &setup, data, pipe->answer);
}

static int get(struct pipe *pipe, uint8_t what, uint16_t value, uint16_t index,
	       uint16_t length)
{
	return request(pipe, 0xa1, what, value, index, length, NULL);
}

static uint32_t get32(struct pipe *pipe, uint8_t what, uint16_t value, uint16_t index)
{
	const uint8_t *answer = pipe->answer;

	assert_int_equal(get(pipe, what, value, index, 4), 4);
	return answer[0] | answer[1] << 8 | answer[2] << 16 | (uint32_t)answer[3] << 24;
}

static int set(struct pipe *pipe, uint16_t value, uint16_t index, uint32_t number)
{
	const uint8_t data[4] = { number, number >> 8, number >> 16, number >> 24 };

	return request(pipe, 0x21, 0x01, value, index, 4, data);
}

static int configure(struct pipe *pipe, unsigned int configuration)
{
	return request(pipe, 0x00, 9, configuration, 0, 0, NULL);
}

static void plug(struct pipe *pipe)
{
	const struct leap_personality_options options = {
		.serial = LEAP_SIM_SERIAL,
		.calibration = leap_sim_calibration(),
	};

	assert_int_equal(leap_personality_init(&pipe->device, &options), 0);
}

static void plug_and_configure(struct pipe *pipe)
{
	plug(pipe);
	assert_int_equal(configure(pipe, 1), 0);
}

static void assert_hex(const uint8_t *bytes, size_t size, const char *hex)
{
	char text[2 * 512 + 1];

	assert_true(size <= 512);
	for (size_t i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	assert_string_equal(text, hex);
}

static void descriptors_are_those_of_the_real_device(void **state)
{
	struct pipe pipe;

	(void)state;
	plug(&pipe);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0100, 0, 18, NULL), 18);
	assert_hex(pipe.answer, 18, device_hex);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0200, 0, 9, NULL), 9);
	assert_int_equal(pipe.answer[2] | pipe.answer[3] << 8, 355);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0200, 0, 4096, NULL), 355);
	assert_hex(pipe.answer, 355, config_hex);
}

static void strings_are_maker_and_product_and_no_serial(void **state)
{
	struct pipe pipe;

	(void)state;
	plug(&pipe);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0300, 0, 255, NULL), 4);
	assert_hex(pipe.answer, 4, "04030904");
	assert_int_equal(request(&pipe, 0x80, 6, 0x0301, 0x0409, 255, NULL), 24);
	assert_hex(pipe.answer, 24, "18034c0065006100700020004d006f00740069006f006e00");
	assert_int_equal(request(&pipe, 0x80, 6, 0x0302, 0x0409, 255, NULL), 26);
	assert_hex(pipe.answer, 26,
		   "1a034c00650061007000200044006500760020004b0069007400");
	assert_int_equal(request(&pipe, 0x80, 6, 0x0303, 0x0409, 255, NULL), -EPIPE);
}

static void another_configuration_descriptor_can_be_given(void **state)
{
	static const uint8_t hostile[] = { 9, 2, 0xff, 0xff, 0, 1, 0, 0x80, 250, 0 };
	const struct leap_personality_options options = {
		.serial = "X",
		.calibration = leap_sim_calibration(),
		.config = hostile,
		.config_size = sizeof(hostile),
	};
	struct pipe pipe;

	(void)state;
	assert_int_equal(leap_personality_init(&pipe.device, &options), 0);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0200, 0, 0xffff, NULL), 10);
	assert_memory_equal(pipe.answer, hostile, sizeof(hostile));
}

static void a_serial_that_does_not_fit_is_refused(void **state)
{
	static const char *const bad[] = { "123456789012345", "a b", "a\n",
					   "\xc3\xa4" };
	struct leap_personality_options options = {
		.calibration = leap_sim_calibration(),
	};
	struct leap_personality device;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		options.serial = bad[i];
		assert_int_equal(leap_personality_init(&device, &options), -EINVAL);
	}
	options.serial = "12345678901234";
	assert_int_equal(leap_personality_init(&device, &options), 0);
}

static void class_requests_need_a_configuration(void **state)
{
	struct pipe pipe;

	(void)state;
	plug(&pipe);
	assert_int_equal(get(&pipe, 0x81, GAIN, 4), -EPIPE);
	assert_int_equal(configure(&pipe, 2), -EPIPE);
	assert_int_equal(configure(&pipe, 1), 0);
	assert_int_equal(request(&pipe, 0x80, 8, 0, 0, 1, NULL), 1);
	assert_int_equal(pipe.answer[0], 1);
	assert_int_equal(get(&pipe, 0x81, GAIN, 4), 4);
}

static void ten_controls_answer_four_bytes_and_can_be_set(void **state)
{
	static const uint16_t controls[10][4] = {
		/* value, index, minimum, maximum */
		{ 0x0400, 0x0200, 0, 65535 },  { 0x0600, 0x0200, 1, 1000 },
		{ 0x0b00, 0x0200, 10, 65535 }, { 0x0200, 0x0500, 4, 15 },
		{ 0x0300, 0x0500, 0, 65535 },  { 0x0400, 0x0500, 16, 63 },
		{ 0x0700, 0x0500, 0, 255 },    { 0x0800, 0x0500, 0, 255 },
		{ 0x0900, 0x0500, 0, 1 },      { 0x0a00, 0x0500, 0, 255 },
	};
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	for (unsigned int i = 0; i < 10; i++) {
		uint16_t value = controls[i][0], index = controls[i][1];
		uint32_t initial;

		assert_int_equal(get(&pipe, 0x86, value, index, 1), 1);
		assert_int_equal(pipe.answer[0], 0x03);
		assert_int_equal(get(&pipe, 0x85, value, index, 2), 2);
		assert_int_equal(pipe.answer[0], 4);
		assert_int_equal(get32(&pipe, 0x82, value, index), controls[i][2]);
		assert_int_equal(get32(&pipe, 0x83, value, index), controls[i][3]);
		assert_int_equal(get32(&pipe, 0x84, value, index), 1);
		initial = get32(&pipe, 0x87, value, index);
		assert_in_range(initial, controls[i][2], controls[i][3]);
	}
}

static void exposure_and_gain_read_back_and_keep_their_range(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(set(&pipe, EXPOSURE, 77), 0);
	assert_int_equal(set(&pipe, GAIN, 23), 0);
	assert_int_equal(get32(&pipe, 0x81, EXPOSURE), 77);
	assert_int_equal(get32(&pipe, 0x81, GAIN), 23);
	assert_int_equal(set(&pipe, EXPOSURE, 9), -EPIPE);
	assert_int_equal(set(&pipe, EXPOSURE, 65536), -EPIPE);
	assert_int_equal(set(&pipe, GAIN, 15), -EPIPE);
	assert_int_equal(set(&pipe, GAIN, 64), -EPIPE);
	assert_int_equal(get32(&pipe, 0x81, EXPOSURE), 77);
	assert_int_equal(get32(&pipe, 0x81, GAIN), 23);
}

static void controls_take_the_two_bytes_of_uvc_as_well(void **state)
{
	const uint8_t two[2] = { 0x2c, 0x01 };
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(request(&pipe, 0x21, 1, EXPOSURE, 2, two), 0);
	assert_int_equal(get(&pipe, 0x81, EXPOSURE, 2), 2);
	assert_memory_equal(pipe.answer, two, 2);
	assert_int_equal(pipe.answer[2], 0xee);
	assert_int_equal(request(&pipe, 0x21, 1, EXPOSURE, 0, NULL), -EPIPE);
}

static void contrast_switches_leds_and_rotation(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(pipe.device.leds, 7);
	assert_int_equal(set(&pipe, CONTRAST, 0 << 6 | 2), 0);
	assert_int_equal(pipe.device.leds, 6);
	assert_int_equal(set(&pipe, CONTRAST, 0 << 6 | 4), 0);
	assert_int_equal(pipe.device.leds, 2);
	assert_int_equal(set(&pipe, CONTRAST, 1 << 6 | 2), 0);
	assert_int_equal(pipe.device.leds, 3);
	assert_int_equal(set(&pipe, CONTRAST, 0 << 6 | 3), 0);
	assert_int_equal(pipe.device.leds, 1);
	assert_int_equal(set(&pipe, CONTRAST, 1 << 6 | 1), 0);
	assert_true(pipe.device.rotated);
	assert_int_equal(set(&pipe, CONTRAST, 1), 0);
	assert_false(pipe.device.rotated);
	assert_int_equal(set(&pipe, CONTRAST, 0x3c05), 0);
	assert_int_equal(get32(&pipe, 0x81, CONTRAST), 0x3c05);
	assert_int_equal(set(&pipe, CONTRAST, 7), -EPIPE);
}

static void vertical_zoom_crashes_the_device(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(set(&pipe, CONTRAST, 1 << 6 | 6), -ENODEV);
}

static uint8_t memory_read(struct pipe *pipe, unsigned int address)
{
	assert_int_equal(set(pipe, ADDRESS, address), 0);
	return get32(pipe, 0x81, DATA);
}

static void a_reset_sets_all_controls_back(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(set(&pipe, EXPOSURE, 300), 0);
	assert_int_equal(set(&pipe, CONTRAST, 0 << 6 | 2), 0);
	assert_int_equal(set(&pipe, CONTRAST, 1 << 6 | 1), 0);
	assert_int_equal(configure(&pipe, 1), 0);
	assert_int_not_equal(get32(&pipe, 0x81, EXPOSURE), 300);
	assert_int_equal(pipe.device.leds, 7);
	assert_false(pipe.device.rotated);
}

static void memory_holds_serial_version_and_calibration(void **state)
{
	uint8_t memory[256];
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	for (unsigned int i = 0; i < 256; i++)
		memory[i] = memory_read(&pipe, i);
	assert_string_equal((char *)memory, LEAP_SIM_SERIAL);
	assert_int_equal(memory[0x62], 0x11);
	assert_int_equal(memory[0x63], 0x00);
	assert_memory_equal(memory + 0x64, leap_sim_calibration(), 156);
}

static void memory_takes_the_challenge_and_nothing_else(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	set(&pipe, ADDRESS, 0x10);
	assert_int_equal(set(&pipe, DATA, 0xa5), 0);
	assert_int_equal(memory_read(&pipe, 0x10), 0xa5);
	set(&pipe, ADDRESS, 0x64);
	assert_int_equal(set(&pipe, DATA, 0xa5), 0);
	assert_int_equal(memory_read(&pipe, 0x64), leap_sim_calibration()[0]);
	assert_int_equal(set(&pipe, ADDRESS, 256), -EPIPE);
}

static void probe_is_negotiated_as_with_the_vendors_service(void **state)
{
	uint8_t block[26] = { 0 };
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(get(&pipe, 0x83, PROBE, 26), 26);
	assert_hex(pipe.answer, 26,
		   "0000010224f400000000000000000000000000040b0000400000");
	block[0] = 1;
	block[2] = 1;
	block[3] = 2;
	memcpy(block + 4, "\xac\x53\x01\x00", 4);
	assert_int_equal(request(&pipe, 0x21, 1, PROBE, 26, block), 0);
	assert_int_equal(get(&pipe, 0x81, PROBE, 26), 26);
	assert_hex(pipe.answer, 26,
		   "01000102ac5301000000000000000000000000040b0000400000");
	assert_null(leap_personality_mode(&pipe.device));
	assert_int_equal(request(&pipe, 0x21, 1, COMMIT, 26, pipe.answer), -EPIPE);
	assert_int_equal(request(&pipe, 0x21, 1, COMMIT, 26, block), 0);
	assert_int_equal(leap_personality_mode(&pipe.device)->height, 240);
}

static void every_mode_has_its_one_interval(void **state)
{
	static const uint32_t intervals[] = { 173913, 86956,  46728,
					      200000, 100000, 52631 };
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	for (unsigned int frame = 1; frame <= 6; frame++) {
		uint8_t block[26] = { 0, 0, 1, frame, 1 };
		uint32_t interval;

		assert_int_equal(request(&pipe, 0x21, 1, PROBE, 26, block), 0);
		assert_int_equal(get(&pipe, 0x81, PROBE, 26), 26);
		interval = pipe.answer[4] | pipe.answer[5] << 8 | pipe.answer[6] << 16;
		assert_int_equal(pipe.answer[3], frame);
		assert_int_equal(interval, intervals[frame - 1]);
	}
}

static void probe_keeps_its_frame_and_commit_refuses_an_unknown_one(void **state)
{
	const uint8_t unknown[26] = { 0, 0, 1, 7 };
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(request(&pipe, 0x21, 1, PROBE, 26, unknown), 0);
	assert_int_equal(get(&pipe, 0x81, PROBE, 26), 26);
	assert_int_equal(pipe.answer[3], 2);
	assert_int_equal(request(&pipe, 0x21, 1, COMMIT, 26, unknown), -EPIPE);
	assert_int_equal(request(&pipe, 0x21, 1, COMMIT, 25, unknown), -EPIPE);
	assert_null(leap_personality_mode(&pipe.device));
}

static void the_default_of_probe_is_never_answered(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(get(&pipe, 0x87, PROBE, 26), -EAGAIN);
}

static void set_interface_stops_the_stream_and_ends_a_halt(void **state)
{
	const uint8_t block[26] = { 0, 0, 1, 2 };
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(request(&pipe, 0x21, 1, COMMIT, 26, block), 0);
	assert_non_null(leap_personality_mode(&pipe.device));
	pipe.device.halted = true;
	assert_int_equal(request(&pipe, 0x01, 11, 0, 1, 0, NULL), 0);
	assert_null(leap_personality_mode(&pipe.device));
	assert_false(pipe.device.halted);
	assert_int_equal(request(&pipe, 0x01, 11, 1, 1, 0, NULL), -EPIPE);
	assert_int_equal(request(&pipe, 0x01, 11, 0, 2, 0, NULL), -EPIPE);
}

static void a_halt_shows_in_the_status_until_it_is_cleared(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(request(&pipe, 0x82, 0, 0, 0x83, 2, NULL), 2);
	assert_int_equal(pipe.answer[0], 0);
	assert_int_equal(request(&pipe, 0x02, 3, 0, 0x83, 0, NULL), 0);
	assert_int_equal(request(&pipe, 0x82, 0, 0, 0x83, 2, NULL), 2);
	assert_int_equal(pipe.answer[0], 1);
	assert_int_equal(request(&pipe, 0x02, 1, 0, 0x83, 0, NULL), 0);
	assert_int_equal(request(&pipe, 0x82, 0, 0, 0x83, 2, NULL), 2);
	assert_int_equal(pipe.answer[0], 0);
	assert_int_equal(request(&pipe, 0x82, 0, 0, 0x81, 2, NULL), -EPIPE);
}

static void unknown_requests_stall(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	assert_int_equal(request(&pipe, 0xc0, 0x51, 0, 0, 8, NULL), -EPIPE);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0600, 0, 10, NULL), -EPIPE);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0f00, 0, 5, NULL), -EPIPE);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0201, 0, 9, NULL), -EPIPE);
	assert_int_equal(get(&pipe, 0x81, 0x0100, 0x0600, 4), -EPIPE);
	assert_int_equal(get(&pipe, 0x81, 0x0401, 0x0500, 4), -EPIPE);
	assert_int_equal(get(&pipe, 0x88, GAIN, 4), -EPIPE);
	assert_int_equal(request(&pipe, 0x00, 3, 1, 0, 0, NULL), -EPIPE);
}

static void garbage_is_answered_as_often_as_asked(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	pipe.device.garbage = 2;
	assert_true(get32(&pipe, 0x81, GAIN) > 63);
	assert_int_equal(configure(&pipe, 1), 0); /* carries no answer to spoil */
	assert_int_equal(pipe.device.garbage, 1);
	assert_int_equal(request(&pipe, 0x80, 6, 0x0301, 0x0409, 255, NULL), 255);
	assert_int_equal(get32(&pipe, 0x81, GAIN), 31);
}

static void an_empty_answer_is_garbage_too(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	pipe.device.garbage = 3;
	assert_int_equal(get(&pipe, 0x81, GAIN, 4), 0);
}

static void requests_stay_unanswered_as_often_as_asked(void **state)
{
	struct pipe pipe;

	(void)state;
	plug_and_configure(&pipe);
	pipe.device.unanswered = 2;
	assert_int_equal(get(&pipe, 0x81, GAIN, 4), -EAGAIN);
	assert_int_equal(set(&pipe, GAIN, 40), -EAGAIN);
	assert_int_equal(get32(&pipe, 0x81, GAIN), 31);
}

/* One byte of the property memory. */
static void write_memory(struct pipe *pipe, uint8_t address, uint8_t value)
{
	assert_int_equal(set(pipe, ADDRESS, address), 0);
	assert_int_equal(set(pipe, DATA, value), 0);
}

static void start(struct pipe *pipe)
{
	const uint8_t block[LEAP_PROBE_SIZE] = { 1, 0, 1, 2 };

	assert_int_equal(request(pipe, 0x21, 0x01, COMMIT, sizeof(block), block), 0);
}

static void challenge(struct pipe *pipe)
{
	for (uint8_t i = 0; i < 4; i++) {
		write_memory(pipe, 0x10 + i, 0x30 + i);
		write_memory(pipe, 0x2c + i, 0x60 + i);
	}
}

static void a_locked_device_takes_the_mode_and_sends_nothing(void **state)
{
	struct pipe pipe;
	uint8_t response[LEAP_RESPONSE_SIZE];

	(void)state;
	plug_and_configure(&pipe);
	pipe.device.locked = true;
	start(&pipe);
	assert_null(leap_personality_mode(&pipe.device));
	challenge(&pipe);
	leap_personality_response(&pipe.device, response);
	for (uint8_t i = 0; i < LEAP_RESPONSE_SIZE; i++) {
		assert_null(leap_personality_mode(&pipe.device));
		write_memory(&pipe, 0x20 + i, response[i]);
	}
	assert_non_null(leap_personality_mode(&pipe.device));
}

static void the_response_of_another_device_does_not_unlock(void **state)
{
	struct pipe pipe, other;
	uint8_t response[LEAP_RESPONSE_SIZE];

	(void)state;
	plug_and_configure(&pipe);
	plug_and_configure(&other);
	other.device.memory[LEAP_MEMORY_SERIAL + 5] ^= 1;
	pipe.device.locked = true;
	challenge(&pipe);
	challenge(&other);
	leap_personality_response(&other.device, response);
	for (uint8_t i = 0; i < LEAP_RESPONSE_SIZE; i++)
		write_memory(&pipe, 0x20 + i, response[i]);
	start(&pipe);
	assert_null(leap_personality_mode(&pipe.device));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_those_of_the_real_device),
		cmocka_unit_test(strings_are_maker_and_product_and_no_serial),
		cmocka_unit_test(another_configuration_descriptor_can_be_given),
		cmocka_unit_test(a_serial_that_does_not_fit_is_refused),
		cmocka_unit_test(class_requests_need_a_configuration),
		cmocka_unit_test(ten_controls_answer_four_bytes_and_can_be_set),
		cmocka_unit_test(exposure_and_gain_read_back_and_keep_their_range),
		cmocka_unit_test(controls_take_the_two_bytes_of_uvc_as_well),
		cmocka_unit_test(contrast_switches_leds_and_rotation),
		cmocka_unit_test(vertical_zoom_crashes_the_device),
		cmocka_unit_test(a_reset_sets_all_controls_back),
		cmocka_unit_test(memory_holds_serial_version_and_calibration),
		cmocka_unit_test(memory_takes_the_challenge_and_nothing_else),
		cmocka_unit_test(probe_is_negotiated_as_with_the_vendors_service),
		cmocka_unit_test(every_mode_has_its_one_interval),
		cmocka_unit_test(
			probe_keeps_its_frame_and_commit_refuses_an_unknown_one),
		cmocka_unit_test(the_default_of_probe_is_never_answered),
		cmocka_unit_test(set_interface_stops_the_stream_and_ends_a_halt),
		cmocka_unit_test(a_halt_shows_in_the_status_until_it_is_cleared),
		cmocka_unit_test(unknown_requests_stall),
		cmocka_unit_test(garbage_is_answered_as_often_as_asked),
		cmocka_unit_test(an_empty_answer_is_garbage_too),
		cmocka_unit_test(requests_stay_unanswered_as_often_as_asked),
		cmocka_unit_test(a_locked_device_takes_the_mode_and_sends_nothing),
		cmocka_unit_test(the_response_of_another_device_does_not_unlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
