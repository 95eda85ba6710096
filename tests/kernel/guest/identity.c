// SPDX-License-Identifier: MIT
/*
 * The driver finds the controller and says who it is.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#include <sys/stat.h>

#include "sim/sim.h"

static uint32_t word(const uint8_t *data, unsigned int index)
{
	data += 4 * index;
	return data[0] | data[1] << 8 | data[2] << 16 | (uint32_t)data[3] << 24;
}

static void test_plugging_in_makes_a_character_device(void **state)
{
	struct rig *rig = *state;
	struct stat status;

	assert_int_equal(stat(rig->device, &status), 0);
	assert_true(S_ISCHR(status.st_mode));
}

static void test_the_device_names_its_serial_and_firmware(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ring.info.abi_version, LEAP_ABI_VERSION);
	assert_string_equal((const char *)ring.info.serial, LEAP_SIM_SERIAL);
	assert_int_equal(ring.info.firmware, 0x0011);
	assert_int_equal(ring.info.calibration_valid, 1);
	ring_close(&ring);
}

static void test_the_calibration_is_the_devices_own_and_its_checksum_holds(void **state)
{
	struct rig *rig = *state;
	struct leap_calibration calibration;
	struct ring ring;
	uint32_t sum = 0;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_CALIBRATION, &calibration), 0);
	assert_memory_equal(calibration.data, leap_sim_calibration(),
			    LEAP_CALIBRATION_SIZE);
	for (unsigned int i = 0; i < 38; i++)
		sum += word(calibration.data, i);
	assert_int_equal(sum, word(calibration.data, 38));
	ring_close(&ring);
}

static void test_the_ring_describes_itself(void **state)
{
	struct rig *rig = *state;
	const volatile struct leap_ring_header *header;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	header = ring.header;
	assert_int_equal(header->magic, LEAP_RING_MAGIC);
	assert_int_equal(header->abi_version, LEAP_ABI_VERSION);
	assert_int_equal(header->state, LEAP_STATE_IDLE);
	assert_int_equal(header->head, 0);
	assert_int_equal(header->header_size % 4096, 0);
	assert_int_equal(header->slot_stride % 4096, 0);
	assert_true(header->slot_count >= 4);
	assert_true(header->data_offset >= sizeof(struct leap_slot));
	assert_true(header->data_capacity >= LEAP_FRAME_MAX);
	assert_true(header->data_offset + header->data_capacity <= header->slot_stride);
	assert_int_equal(header->header_size + header->slot_count * header->slot_stride,
			 ring.info.ring_size);
	ring_close(&ring);
}

static void test_the_ring_describes_the_mode_while_streaming(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	assert_int_equal(ring.header->state, LEAP_STATE_STREAMING);
	assert_int_equal(ring.header->width, LEAP_SIM_WIDTH);
	assert_int_equal(ring.header->height, LEAP_SIM_HEIGHT);
	assert_int_equal(ring.header->frame_size, LEAP_SIM_FRAME_SIZE);
	assert_int_equal(ring.header->interval_ns, LEAP_SIM_INTERVAL_NS);
	ring_close(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plugging_in_makes_a_character_device),
		cmocka_unit_test(test_the_device_names_its_serial_and_firmware),
		cmocka_unit_test(
			test_the_calibration_is_the_devices_own_and_its_checksum_holds),
		cmocka_unit_test(test_the_ring_describes_itself),
		cmocka_unit_test(test_the_ring_describes_the_mode_while_streaming),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
