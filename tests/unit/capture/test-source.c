// SPDX-License-Identifier: MIT
/*
 * Sources as their users see them: by name, in real time, until they end.
 * Each test opens its own source in a folder of its own; times are never judged
 * closely, because the machine that runs this may be busy.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/capture/capture_file.h"
#include "daemon/capture/source-impl.h"
#include "ring_writer.h"
#include "sim/sim.h"

#define WAIT_MS 5000

/* A folder with room for one capture and its calibration. */
struct folder {
	char path[64];
	char capture[96];
	char calibration[112];
	char spec[112];
};

static int set_up_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	strcpy(folder->path, "/tmp/leap-test-XXXXXX");
	if (!mkdtemp(folder->path))
		return -1;
	sprintf(folder->capture, "%s/hand.y4m", folder->path);
	sprintf(folder->calibration, "%s.calibration", folder->capture);
	sprintf(folder->spec, "replay:%s", folder->capture);
	*state = folder;
	return 0;
}

static int tear_down_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->capture);
	unlink(folder->calibration);
	rmdir(folder->path);
	free(folder);
	return 0;
}

static void write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Frames of 640 x 120, @interval_ns apart; all pixels of each are its place. */
static void write_capture(const struct folder *folder, int count, int64_t interval_ns)
{
	const struct leap_capture_format format = { 640, 120, interval_ns };
	size_t size = leap_capture_frame_size(&format);
	FILE *file = fopen(folder->capture, "wb");
	char line[LEAP_CAPTURE_LINE_MAX];
	uint8_t *pixels = malloc(size);

	assert_non_null(file);
	fwrite(line, 1, leap_capture_print_header(&format, line), file);
	for (int i = 0; i < count; i++) {
		memset(pixels, i, size);
		fwrite(line, 1,
		       leap_capture_print_frame(77000000000 + i * interval_ns, line),
		       file);
		fwrite(pixels, 1, size, file);
	}
	free(pixels);
	assert_int_equal(fclose(file), 0);
}

static struct leap_source *open_source(const char *spec)
{
	struct leap_source *source = NULL;
	const char *error = NULL;

	if (leap_source_open(spec, &source, &error) != 0)
		fail_msg("%s: %s", spec, error);
	return source;
}

static void assert_refused(const char *spec, int expected, const char *reason)
{
	struct leap_source *source = NULL;
	const char *error = "";

	assert_int_equal(leap_source_open(spec, &source, &error), expected);
	assert_null(source);
	if (!strstr(error, reason))
		fail_msg("'%s' does not say '%s'", error, reason);
}

static void what_is_no_source_is_refused_with_what_to_use(void **state)
{
	(void)state;
	assert_refused("", -EINVAL,
		       "use auto, device, device:PATH, replay:FILE, simulate");
	assert_refused("camera", -EINVAL, "source 'camera' is not known");
	assert_refused("device:", -EINVAL, "is not known");
	assert_refused("replay:", -EINVAL, "is not known");
	assert_refused("replay", -EINVAL, "is not known");
	assert_refused("simulate:", -EINVAL, "the seed is no number");
	assert_refused("simulate:-1", -EINVAL, "the seed is no number");
	assert_refused("simulate:12 ", -EINVAL, "the seed is no number");
	assert_refused("simulate:18446744073709551616", -EINVAL,
		       "the seed is no number");
}

static void a_device_that_is_not_there_or_is_none_is_refused(void **state)
{
	(void)state;
	assert_refused("device:/dev/leap-that-is-not-there", -ENOENT,
		       "no controller there: plug it in");
	assert_refused("device:/dev/null", -ENODEV, "not a device of the driver leap");
	assert_refused("device:/", -ENODEV, "not a device of the driver leap");
}

static void device_alone_never_simulates(void **state)
{
	struct leap_source *source = NULL;
	const char *error;
	int r = leap_source_open("device", &source, &error);

	(void)state;
	if (r == 0) {
		assert_true(leap_source_is_live(source));
		leap_source_close(source);
	} else {
		assert_null(source);
		assert_true(strlen(error) > 0);
	}
}

static void auto_always_finds_something(void **state)
{
	struct leap_source *source = open_source("auto");
	bool plugged_in = access("/dev/leap0", R_OK) == 0;

	(void)state;
	assert_int_equal(leap_source_is_live(source), plugged_in);
	leap_source_close(source);
}

static void a_replay_plays_every_frame_and_starts_again(void **state)
{
	const struct folder *folder = *state;
	struct leap_stereo_frame frame;
	struct leap_source *source;
	uint64_t expected = 0;
	int64_t first_ns = 0;

	write_capture(folder, 3, 20000000);
	source = open_source(folder->spec);
	assert_false(leap_source_is_live(source));
	assert_int_equal(leap_source_info(source)->calibration_size, 0);
	while (expected < 8) {
		assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
		assert_int_equal(frame.sequence, expected + frame.lost_before);
		assert_int_equal(frame.pixels[0], frame.sequence % 3);
		assert_int_equal(leap_stereo_pixel(&frame, LEAP_EYE_RIGHT, 639, 119),
				 frame.sequence % 3);
		assert_int_equal(frame.width, 640);
		assert_int_equal(frame.height, 120);
		assert_false(frame.damaged);
		assert_true(leap_source_still_valid(source, &frame));
		if (!first_ns)
			first_ns = frame.time_ns - (int64_t)frame.sequence * 20000000;
		/* the recorded distances, on today's clock, over the end as well */
		assert_int_equal(frame.time_ns - first_ns, frame.sequence * 20000000);
		assert_int_equal(frame.ready_ns, frame.time_ns);
		assert_true(leap_source_now_ns() >= frame.ready_ns);
		expected = frame.sequence + 1;
	}
	leap_source_close(source);
}

static void a_slow_reader_of_a_replay_gets_the_newest_frame(void **state)
{
	const struct folder *folder = *state;
	struct leap_stereo_frame frame;
	struct leap_source *source;
	int64_t start_ns;

	write_capture(folder, 50, 2000000);
	source = open_source(folder->spec);
	start_ns = leap_source_now_ns();
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	usleep(50000);
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	/* who is away for more than a second owes nothing */
	if (leap_source_now_ns() - start_ns < 1000000000)
		assert_true(frame.lost_before >= 20);
	/* due already, and younger than the one after it */
	assert_true(leap_source_now_ns() >= frame.ready_ns);
	assert_int_equal(frame.pixels[0], frame.sequence % 50);
	leap_source_close(source);
}

static void waiting_for_a_replay_ends_with_the_time(void **state)
{
	const struct folder *folder = *state;
	struct leap_stereo_frame frame;
	struct leap_source *source;
	int64_t start_ns;

	write_capture(folder, 1, 5000000000);
	source = open_source(folder->spec);
	start_ns = leap_source_now_ns();
	assert_int_equal(leap_source_next(source, 0, &frame), 0);
	assert_int_equal(leap_source_next(source, 20, &frame), 0);
	assert_true(leap_source_now_ns() - start_ns >= 20000000);
	leap_source_close(source);
}

static void a_replay_takes_the_calibration_beside_it(void **state)
{
	const struct folder *folder = *state;
	struct leap_source *source;

	write_capture(folder, 1, 8695600);
	write_file(folder->calibration, leap_sim_calibration(),
		   LEAP_SIM_CALIBRATION_SIZE);
	source = open_source(folder->spec);
	assert_int_equal(leap_source_info(source)->calibration_size,
			 LEAP_SOURCE_CALIBRATION_SIZE);
	assert_memory_equal(leap_source_info(source)->calibration,
			    leap_sim_calibration(), LEAP_SIM_CALIBRATION_SIZE);
	leap_source_close(source);
}

static void a_replay_with_a_bad_calibration_beside_it_is_refused(void **state)
{
	const struct folder *folder = *state;
	char block[LEAP_SOURCE_CALIBRATION_SIZE + 1] = "";

	write_capture(folder, 1, 8695600);
	write_file(folder->calibration, block, 155);
	assert_refused(folder->spec, -EBADMSG, "this file has fewer");
	write_file(folder->calibration, block, 157);
	assert_refused(folder->spec, -EBADMSG, "this file has more");
}

static void a_bad_capture_is_refused_at_the_start(void **state)
{
	const struct folder *folder = *state;
	struct stat status;

	assert_refused(folder->spec, -ENOENT, "hand.y4m: No such file");
	write_file(folder->capture, "GIF89a", 6);
	assert_refused(folder->spec, -EBADMSG, "not a capture");
	write_capture(folder, 0, 8695600);
	assert_refused(folder->spec, -EBADMSG, "without frames");
	write_capture(folder, 3, 8695600);
	assert_int_equal(stat(folder->capture, &status), 0);
	assert_int_equal(truncate(folder->capture, status.st_size - 600), 0);
	assert_refused(folder->spec, -EBADMSG, "this frame has 153000 of 153600 bytes");
	assert_refused("replay:/dev/zero", -EINVAL, "only a regular file");
	assert_refused("replay:/", -EINVAL, "only a regular file");
}

static void a_capture_cut_short_while_it_plays_ends_the_replay(void **state)
{
	const struct folder *folder = *state;
	struct leap_stereo_frame frame;
	struct leap_source *source;
	int r;

	write_capture(folder, 3, 2000000);
	source = open_source(folder->spec);
	assert_int_equal(truncate(folder->capture, 1000), 0);
	while ((r = leap_source_next(source, WAIT_MS, &frame)) >= 0)
		assert_int_equal(r, 1);
	assert_int_equal(r, -EIO);
	leap_source_close(source);
}

static void the_simulator_yields_its_pictures_in_time(void **state)
{
	const struct leap_sim_options options = { .seed = 3, .hands = 1 };
	uint8_t *picture = malloc(LEAP_SIM_FRAME_SIZE);
	struct leap_source *source = open_source("simulate:3");
	struct leap_stereo_frame frame;
	int64_t before_ns = 0;
	struct leap_sim *sim;
	uint64_t next = 0;

	(void)state;
	assert_int_equal(leap_sim_new(&options, &sim), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
		assert_true(leap_source_now_ns() >= frame.ready_ns);
		assert_true(frame.ready_ns >= frame.time_ns);
		assert_int_equal(frame.sequence, next + frame.lost_before);
		if (i)
			assert_int_equal((frame.time_ns - before_ns),
					 (frame.lost_before + 1) *
						 (int64_t)LEAP_SIM_INTERVAL_NS);
		leap_sim_render(sim, frame.sequence, picture);
		assert_memory_equal(frame.pixels, picture, LEAP_SIM_FRAME_SIZE);
		before_ns = frame.time_ns;
		next = frame.sequence + 1;
	}
	leap_sim_free(sim);
	leap_source_close(source);
	free(picture);
}

static void the_simulator_skips_what_nobody_took(void **state)
{
	struct leap_source *source = open_source("simulate");
	struct leap_stereo_frame frame;
	uint64_t first;

	(void)state;
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	first = frame.sequence;
	usleep(300000);
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	assert_true(frame.lost_before >= 10);
	assert_int_equal(frame.sequence, first + 1 + frame.lost_before);
	leap_source_close(source);
}

static void a_borrowed_picture_stays_as_it_is(void **state)
{
	struct leap_source *source = open_source("simulate");
	uint8_t *copy = malloc(LEAP_SIM_FRAME_SIZE);
	struct leap_stereo_frame frame;

	(void)state;
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	memcpy(copy, frame.pixels, LEAP_SIM_FRAME_SIZE);
	usleep(100000);
	assert_memory_equal(frame.pixels, copy, LEAP_SIM_FRAME_SIZE);
	assert_true(leap_source_still_valid(source, &frame));
	leap_source_close(source);
	free(copy);
}

static void the_simulator_lets_in_as_much_light_as_it_is_told(void **state)
{
	struct leap_source *source = open_source("simulate");
	struct leap_stereo_frame frame;

	(void)state;
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	assert_int_equal(frame.exposure_us, 511);
	assert_int_equal(leap_source_expose(source, 9, 16), -ERANGE);
	assert_int_equal(leap_source_expose(source, 100, 64), -ERANGE);
	assert_int_equal(leap_source_expose(source, 100, 20), 0);
	for (int i = 0; i < 20 && frame.exposure_us != 100; i++)
		assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	assert_int_equal(frame.exposure_us, 100);
	assert_int_equal(frame.gain, 20);
	leap_source_close(source);
}

static double mean_of(const struct leap_stereo_frame *frame)
{
	size_t size = (size_t)frame->width * frame->height * 2;
	double sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += frame->pixels[i];
	return sum / (double)size;
}

/* By their numbers: which of them are seen depends on how fast this machine is. */
static void the_simulator_leaves_its_leds_off_when_told(void **state)
{
	struct leap_source *source = open_source("simulate");
	struct leap_stereo_frame frame;
	double lit = 0, dark = 0;

	(void)state;
	assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
	assert_false(frame.dark);
	assert_int_equal(leap_source_darken(source, 2), 0);
	for (int i = 0; i < 400 && (!lit || !dark); i++) {
		assert_int_equal(leap_source_next(source, WAIT_MS, &frame), 1);
		assert_int_equal(frame.damaged, frame.dark);
		if (frame.dark)
			dark = mean_of(&frame);
		else if (dark)
			lit = mean_of(&frame);
	}
	assert_true(dark && lit > dark + 1);
	leap_source_close(source);
}

static void a_recording_cannot_be_exposed_otherwise(void **state)
{
	const struct folder *folder = *state;
	struct leap_source *source;

	write_capture(folder, 3, 20000000);
	source = open_source(folder->spec);
	assert_int_equal(leap_source_expose(source, 100, 20), -EOPNOTSUPP);
	assert_int_equal(leap_source_darken(source, 8), -EOPNOTSUPP);
	leap_source_close(source);
}

static void the_simulator_says_who_it_is(void **state)
{
	struct leap_source *source = open_source("simulate");
	const struct leap_source_info *info = leap_source_info(source);

	(void)state;
	assert_false(leap_source_is_live(source));
	assert_string_equal(info->serial, LEAP_SIM_SERIAL);
	assert_string_equal(info->type, "peripheral");
	assert_int_equal(info->calibration_size, LEAP_SIM_CALIBRATION_SIZE);
	assert_memory_equal(info->calibration, leap_sim_calibration(),
			    LEAP_SIM_CALIBRATION_SIZE);
	leap_source_close(source);
}

static void a_simulator_nobody_reads_can_be_closed(void **state)
{
	(void)state;
	leap_source_close(open_source("simulate:0"));
	leap_source_close(NULL);
}

/* A ring in memory and a pipe in the place of the device that announces frames. */
struct fake_device {
	struct ring_writer writer;
	struct leap_source *source;
	int announce;
};

static void set_up_device(struct fake_device *device)
{
	char error[LEAP_SOURCE_ERROR_MAX];
	int ends[2];

	ring_writer_new(&device->writer, 4);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(leap_source_device_new(ends[0], device->writer.header,
						device->writer.size, &device->source,
						error),
			 0);
	device->announce = ends[1];
}

static void a_device_yields_a_frame_when_it_is_announced(void **state)
{
	struct leap_stereo_frame frame;
	struct fake_device device;

	(void)state;
	set_up_device(&device);
	assert_true(leap_source_is_live(device.source));
	assert_int_equal(leap_source_next(device.source, 10, &frame), 0);
	ring_writer_publish(&device.writer, 1);
	assert_int_equal(write(device.announce, "", 1), 1);
	assert_int_equal(leap_source_next(device.source, WAIT_MS, &frame), 1);
	assert_int_equal(frame.pixels[0], 1);
	assert_true(leap_source_still_valid(device.source, &frame));
	for (int number = 2; number <= 5; number++)
		ring_writer_publish(&device.writer, number);
	assert_false(leap_source_still_valid(device.source, &frame));
	assert_int_equal(leap_source_next(device.source, WAIT_MS, &frame), 1);
	assert_int_equal(frame.lost_before, 3);
	close(device.announce);
	leap_source_close(device.source);
}

static void an_unplugged_device_yields_its_last_frame_and_ends(void **state)
{
	struct leap_stereo_frame frame;
	struct fake_device device;

	(void)state;
	set_up_device(&device);
	ring_writer_publish(&device.writer, 1);
	device.writer.header->state = LEAP_STATE_GONE;
	close(device.announce); /* poll() says POLLHUP from now on */
	assert_int_equal(leap_source_next(device.source, WAIT_MS, &frame), 1);
	assert_int_equal(leap_source_next(device.source, WAIT_MS, &frame), -ENODEV);
	assert_int_equal(leap_source_next(device.source, 0, &frame), -ENODEV);
	leap_source_close(device.source);
}

static void a_hangup_alone_ends_a_device(void **state)
{
	struct leap_stereo_frame frame;
	struct fake_device device;

	(void)state;
	set_up_device(&device);
	close(device.announce);
	assert_int_equal(leap_source_next(device.source, WAIT_MS, &frame), -ENODEV);
	leap_source_close(device.source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_source_is_refused_with_what_to_use),
		cmocka_unit_test(a_device_that_is_not_there_or_is_none_is_refused),
		cmocka_unit_test(device_alone_never_simulates),
		cmocka_unit_test(auto_always_finds_something),
		cmocka_unit_test(the_simulator_leaves_its_leds_off_when_told),
		cmocka_unit_test_setup_teardown(a_recording_cannot_be_exposed_otherwise,
						set_up_folder, tear_down_folder),
		cmocka_unit_test_setup_teardown(
			a_replay_plays_every_frame_and_starts_again, set_up_folder,
			tear_down_folder),
		cmocka_unit_test_setup_teardown(
			a_slow_reader_of_a_replay_gets_the_newest_frame, set_up_folder,
			tear_down_folder),
		cmocka_unit_test_setup_teardown(waiting_for_a_replay_ends_with_the_time,
						set_up_folder, tear_down_folder),
		cmocka_unit_test_setup_teardown(
			a_replay_takes_the_calibration_beside_it, set_up_folder,
			tear_down_folder),
		cmocka_unit_test_setup_teardown(
			a_replay_with_a_bad_calibration_beside_it_is_refused,
			set_up_folder, tear_down_folder),
		cmocka_unit_test_setup_teardown(a_bad_capture_is_refused_at_the_start,
						set_up_folder, tear_down_folder),
		cmocka_unit_test_setup_teardown(
			a_capture_cut_short_while_it_plays_ends_the_replay,
			set_up_folder, tear_down_folder),
		cmocka_unit_test(the_simulator_yields_its_pictures_in_time),
		cmocka_unit_test(the_simulator_skips_what_nobody_took),
		cmocka_unit_test(a_borrowed_picture_stays_as_it_is),
		cmocka_unit_test(the_simulator_lets_in_as_much_light_as_it_is_told),
		cmocka_unit_test(the_simulator_says_who_it_is),
		cmocka_unit_test(a_simulator_nobody_reads_can_be_closed),
		cmocka_unit_test(a_device_yields_a_frame_when_it_is_announced),
		cmocka_unit_test(an_unplugged_device_yields_its_last_frame_and_ends),
		cmocka_unit_test(a_hangup_alone_ends_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
