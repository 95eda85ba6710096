// SPDX-License-Identifier: MIT
/*
 * Whatever a device says about itself, the driver refuses it or streams within bounds.
 * One thread; an emulator for each set of descriptors.
 */
#include "tests/kernel/guest/scenario.h"

#include "sim/usb_descriptors.h"

/* Offsets in leap_usb_config_descriptor; each names what lies there. */
#define TOTAL_LENGTH 2
#define INTERFACES 4
#define VIDEO_INTERFACE 0x76
#define VIDEO_ENDPOINTS (VIDEO_INTERFACE + 4)
#define VIDEO_SUBCLASS (VIDEO_INTERFACE + 6)
#define INPUT_HEADER 0x7f
#define FORMAT 0x8d
#define FRAME 0xc6 /* the second one: 640 x 240 */
#define FRAME_INDEX (FRAME + 3)
#define NEXT_FRAME_INDEX (FRAME + 30 + 3)
#define FRAME_WIDTH (FRAME + 5)
#define FRAME_HEIGHT (FRAME + 7)
#define FRAME_SIZE (FRAME + 17)
#define FRAME_INTERVAL (FRAME + 26)
#define ENDPOINT 0x15c
#define ENDPOINT_ADDRESS (ENDPOINT + 2)
#define ENDPOINT_TYPE (ENDPOINT + 3)
#define ENDPOINT_PACKET (ENDPOINT + 4)

/* A few bytes written over the real descriptors. */
struct lie {
	const char *what;
	unsigned int offset;
	unsigned int size;
	uint8_t bytes[8];
};

static const struct lie lies[] = {
	{ "no second interface", INTERFACES, 1, { 1 } },
	{ "more interfaces than there are", INTERFACES, 1, { 32 } },
	{ "half the descriptors", TOTAL_LENGTH, 2, { 0xb0, 0 } },
	{ "more descriptors than there are", TOTAL_LENGTH, 2, { 0xff, 0xff } },
	{ "a streaming interface without endpoints", VIDEO_ENDPOINTS, 1, { 0 } },
	{ "a streaming interface with 30 endpoints", VIDEO_ENDPOINTS, 1, { 30 } },
	{ "a streaming interface of another kind", VIDEO_SUBCLASS, 1, { 7 } },
	{ "an input header of length 0", INPUT_HEADER, 1, { 0 } },
	{ "an input header that swallows the rest", INPUT_HEADER, 1, { 255 } },
	{ "a format of length 1", FORMAT, 1, { 1 } },
	{ "a format of length 0", FORMAT, 1, { 0 } },
	{ "a frame of length 0", FRAME, 1, { 0 } },
	{ "a frame of length 2", FRAME, 1, { 2 } },
	{ "a frame of length 6", FRAME, 1, { 6 } },
	{ "a frame that swallows the rest", FRAME, 1, { 255 } },
	{ "frames 0 columns wide", FRAME_WIDTH, 2, { 0, 0 } },
	{ "frames 65535 columns wide", FRAME_WIDTH, 2, { 255, 255 } },
	{ "frames 0 rows high", FRAME_HEIGHT, 2, { 0, 0 } },
	{ "frames 65535 rows high", FRAME_HEIGHT, 2, { 255, 255 } },
	{ "frames of 0 bytes", FRAME_SIZE, 4, { 0, 0, 0, 0 } },
	{ "frames of 4 GiB", FRAME_SIZE, 4, { 255, 255, 255, 255 } },
	{ "an interval of 0", FRAME_INTERVAL, 4, { 0, 0, 0, 0 } },
	{ "an interval of seven minutes", FRAME_INTERVAL, 4, { 255, 255, 255, 255 } },
	{ "an endpoint to the device", ENDPOINT_ADDRESS, 1, { 0x03 } },
	{ "an endpoint 0", ENDPOINT_ADDRESS, 1, { 0x80 } },
	{ "another endpoint", ENDPOINT_ADDRESS, 1, { 0x8f } },
	{ "an isochronous endpoint", ENDPOINT_TYPE, 1, { 1 } },
	{ "an interrupt endpoint", ENDPOINT_TYPE, 1, { 3 } },
	{ "packets of 0 bytes", ENDPOINT_PACKET, 2, { 0, 0 } },
	{ "packets of 1 byte", ENDPOINT_PACKET, 2, { 1, 0 } },
	{ "packets of 65535 bytes", ENDPOINT_PACKET, 2, { 255, 255 } },
};

/* What the driver took for good has to be so. */
static void stream(const char *device)
{
	struct ring ring;

	ring_open(&ring, device, O_RDWR);
	if (!ioctl(ring.fd, LEAP_IOC_START)) {
		const volatile struct leap_ring_header *header = ring.header;

		sleep_ms(50);
		assert_true(header->frame_size > 0);
		assert_true(header->frame_size <= header->data_capacity);
		assert_int_equal(header->width * header->height * 2,
				 header->frame_size);
		assert_true(header->interval_ns > 0);
	}
	ring_close(&ring);
}

/* The mode after the usual one has the same index as that: it is another one. */
static void use_modes_of_one_index(const char *device)
{
	struct leap_mode_info mode = { .width = 640, .height = 120 };
	int fd = open(device, O_RDWR | O_CLOEXEC);

	assert_int_equal(ioctl(fd, LEAP_IOC_MODE_SET, &mode), 0);
	assert_int_equal(ioctl(fd, LEAP_IOC_MODE_GET, &mode), 0);
	assert_int_equal(mode.height, 120);
	close(fd);
}

static void present(const uint8_t *descriptors, void (*use)(const char *device))
{
	char path[] = "descriptors.XXXXXX";
	const char *const options[] = { "--pattern", "checksum", "--descriptors", path,
					NULL };
	struct rig rig;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, descriptors, LEAP_USB_CONFIG_SIZE),
			 LEAP_USB_CONFIG_SIZE);
	close(fd);
	rig_start(&rig, options);
	if (rig_settle(&rig))
		use(rig.device);
	rig_stop(&rig);
	unlink(path);
}

static void test_lies_in_the_descriptors_are_refused_or_harmless(void **state)
{
	uint8_t descriptors[LEAP_USB_CONFIG_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		memcpy(descriptors, leap_usb_config_descriptor, sizeof(descriptors));
		memcpy(descriptors + lies[i].offset, lies[i].bytes, lies[i].size);
		printf("%s\n", lies[i].what);
		present(descriptors, stream);
	}
}

static uint32_t noise(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

static void test_random_damage_is_refused_or_harmless(void **state)
{
	uint8_t descriptors[LEAP_USB_CONFIG_SIZE];
	unsigned int sets = times(24, 2000);
	uint64_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < sets; i++) {
		memcpy(descriptors, leap_usb_config_descriptor, sizeof(descriptors));
		/* The first nine bytes decide whether the rest is looked at at all. */
		for (unsigned int j = 0; j <= i % 4; j++)
			descriptors[9 + noise(&seed) % (LEAP_USB_CONFIG_SIZE - 9)] =
				noise(&seed);
		present(descriptors, stream);
	}
	printf("## %u sets of descriptors with random damage\n", sets);
}

static void test_modes_with_the_same_index_are_told_apart(void **state)
{
	uint8_t descriptors[LEAP_USB_CONFIG_SIZE];

	(void)state;
	memcpy(descriptors, leap_usb_config_descriptor, sizeof(descriptors));
	descriptors[NEXT_FRAME_INDEX] = descriptors[FRAME_INDEX];
	present(descriptors, use_modes_of_one_index);
}

static void test_afterwards_an_honest_device_streams(void **state)
{
	void *rig = NULL;
	struct ring ring;

	(void)state;
	plug(&rig);
	ring_open(&ring, ((struct rig *)rig)->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 10);
	ring_close(&ring);
	stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies_in_the_descriptors_are_refused_or_harmless),
		cmocka_unit_test(test_random_damage_is_refused_or_harmless),
		cmocka_unit_test(test_modes_with_the_same_index_are_told_apart),
		cmocka_unit_test(test_afterwards_an_honest_device_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
