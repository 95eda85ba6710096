// SPDX-License-Identifier: MIT
/*
 * The pipeline with a source whose plug the test holds: gone, back, broken, refused.
 * The source functions here stand in for daemon/capture; their state is the test's.
 */
#include "daemon/pipeline.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/capture/source.h"
#include "sim/sim.h"

#define WIDTH 640
#define HEIGHT 240
#define FRAME_MS 5
#define SOON_MS 5000

enum plug {
	PLUG_OUT,
	PLUG_IN,
	PLUG_SILENT, /* there, but no frames come */
	PLUG_REFUSED, /* there, but not for us */
	PLUG_BROKEN,
};

/* What the test and the pipeline's thread share; the test sets, the thread reads. */
static struct {
	atomic_int plug;
	atomic_int serial;
	atomic_int opened;
	atomic_bool live;
	atomic_bool overwritten;
	atomic_bool calibrated; /* with a block that is sealed, and nonsense or not */
	atomic_bool nonsense;
	atomic_int interval; /* that was asked for: so many frames are dark */
	atomic_bool hand; /* one is above it */
	atomic_bool reversed; /* seen the other way round */
} bench;

struct leap_source {
	struct leap_source_info info;
	uint64_t sequence;
	uint8_t pixels[WIDTH * HEIGHT * 2];
};

static void calibrate(struct leap_source_info *info)
{
	uint8_t *block = info->calibration;
	uint32_t sum = 0;

	if (!atomic_load(&bench.calibrated))
		return;
	info->calibration_size = LEAP_SIM_CALIBRATION_SIZE;
	memcpy(block, leap_sim_calibration(), LEAP_SIM_CALIBRATION_SIZE);
	if (atomic_load(&bench.nonsense))
		memset(block + 8, 0, 4); /* both eyes in one place */
	for (int i = 0; i < LEAP_SIM_CALIBRATION_SIZE - 4; i++)
		sum += (uint32_t)block[i] << 8 * (i % 4);
	for (int i = 0; i < 4; i++)
		block[LEAP_SIM_CALIBRATION_SIZE - 4 + i] = (uint8_t)(sum >> 8 * i);
}

static void show_hand(struct leap_source *source, bool reversed)
{
	const struct leap_sim_options options = { .seed = 1, .hands = 1 };
	static uint8_t picture[LEAP_SIM_FRAME_SIZE];
	struct leap_sim *sim;

	assert_int_equal(leap_sim_new(&options, &sim), 0);
	leap_sim_render(sim, 0, picture);
	leap_sim_free(sim);
	for (size_t i = 0; i < sizeof(picture); i++)
		source->pixels[i] = picture[reversed ? sizeof(picture) - 1 - i : i];
}

int leap_source_open(const char *spec, struct leap_source **ret_source,
		     const char **ret_error)
{
	int plug = atomic_load(&bench.plug);
	struct leap_source *source;

	*ret_error = "the test says no";
	if (!strncmp(spec, "wrong", 5))
		return -EINVAL;
	if (plug == PLUG_OUT || (!strncmp(spec, "device:/dev/leap", 16) &&
				 strcmp(spec, "device:/dev/leap1")))
		return -ENOENT;
	if (plug == PLUG_REFUSED)
		return -EACCES;
	source = calloc(1, sizeof(*source));
	if (!source)
		return -ENOMEM;
	snprintf(source->info.serial, sizeof(source->info.serial), "LP%011d",
		 atomic_load(&bench.serial));
	source->info.type = "peripheral";
	calibrate(&source->info);
	if (atomic_load(&bench.hand))
		show_hand(source, atomic_load(&bench.reversed));
	atomic_fetch_add(&bench.opened, 1);
	*ret_source = source;
	return 0;
}

const struct leap_source_info *leap_source_info(const struct leap_source *source)
{
	return &source->info;
}

bool leap_source_is_live(const struct leap_source *source)
{
	(void)source;
	return atomic_load(&bench.live);
}

int leap_source_next(struct leap_source *source, int timeout_ms,
		     struct leap_stereo_frame *ret_frame)
{
	struct timespec now;

	switch (atomic_load(&bench.plug)) {
	case PLUG_OUT:
		return -ENODEV;
	case PLUG_BROKEN:
		return -EIO;
	case PLUG_SILENT:
		usleep(timeout_ms * 1000);
		return 0;
	default:
		break;
	}
	usleep(FRAME_MS * 1000);
	clock_gettime(CLOCK_MONOTONIC, &now);
	*ret_frame = (struct leap_stereo_frame){
		.pixels = source->pixels,
		.width = WIDTH,
		.height = HEIGHT,
		.sequence = source->sequence++,
		.time_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec,
	};
	if (atomic_load(&bench.interval))
		ret_frame->dark = ret_frame->damaged =
			source->sequence % (uint64_t)atomic_load(&bench.interval) == 0;
	ret_frame->ready_ns = ret_frame->time_ns;
	return 1;
}

bool leap_source_still_valid(const struct leap_source *source,
			     const struct leap_stereo_frame *frame)
{
	(void)source;
	(void)frame;
	return !atomic_load(&bench.overwritten);
}

int leap_source_expose(struct leap_source *source, unsigned int exposure_us,
		       unsigned int gain)
{
	(void)source, (void)exposure_us, (void)gain;
	return -EOPNOTSUPP;
}

int leap_source_darken(struct leap_source *source, unsigned int interval)
{
	(void)source;
	atomic_store(&bench.interval, (int)interval);
	return 0;
}

void leap_source_close(struct leap_source *source)
{
	free(source);
}

struct fixture {
	struct leap_pipeline_options options;
	struct leap_state *state;
	struct leap_pipeline *pipeline;
};

static int set_up(void **arg)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	leap_state_reader_begin();
	fixture->options.source = "device:/dev/leap1";
	assert_int_equal(leap_state_new(&fixture->state), 0);
	atomic_store(&bench.plug, PLUG_IN);
	atomic_store(&bench.serial, 1);
	atomic_store(&bench.opened, 0);
	atomic_store(&bench.live, true);
	atomic_store(&bench.overwritten, false);
	atomic_store(&bench.calibrated, false);
	atomic_store(&bench.nonsense, false);
	atomic_store(&bench.hand, false);
	atomic_store(&bench.reversed, false);
	atomic_store(&bench.interval, 0);
	*arg = fixture;
	return 0;
}

static int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	if (fixture->pipeline)
		leap_pipeline_stop(fixture->pipeline);
	leap_state_free(fixture->state);
	leap_state_reader_end();
	free(fixture);
	return 0;
}

static void start(struct fixture *fixture)
{
	char *error;

	assert_int_equal(leap_pipeline_open(&fixture->options, fixture->state,
					    &fixture->pipeline, &error),
			 0);
	leap_pipeline_run(fixture->pipeline);
}

static int64_t newest_frame(struct fixture *fixture)
{
	const struct leap_frame *frame;
	int64_t id;

	leap_state_read_lock();
	frame = leap_state_frame(fixture->state);
	id = frame ? frame->id : 0;
	leap_state_read_unlock();
	return id;
}

static bool device_is(struct fixture *fixture, unsigned int n, const char *id,
		      bool attached, bool streaming)
{
	const struct leap_devices *devices;
	bool result;

	leap_state_read_lock();
	devices = leap_state_devices(fixture->state);
	result = devices->count > n && !strcmp(devices->device[n].id, id) &&
		 devices->device[n].attached == attached &&
		 devices->device[n].streaming == streaming;
	leap_state_read_unlock();
	return result;
}

static void soon_device_is(struct fixture *fixture, unsigned int n, const char *id,
			   bool attached, bool streaming)
{
	int waited;

	for (waited = 0; waited < SOON_MS; waited += 5) {
		if (device_is(fixture, n, id, attached, streaming))
			return;
		usleep(5000);
	}
	fail_msg("%s is not attached %d, streaming %d", id, attached, streaming);
}

static void soon_frames_go_on(struct fixture *fixture)
{
	int64_t before = newest_frame(fixture);
	int waited;

	for (waited = 0; waited < SOON_MS; waited += 5) {
		if (newest_frame(fixture) > before + 2)
			return;
		usleep(5000);
	}
	fail_msg("no frames come");
}

static void soon_there_are_hands(struct fixture *fixture, unsigned int count)
{
	const struct leap_frame *frame;
	unsigned int hands = ~count;
	int waited;

	for (waited = 0; waited < SOON_MS; waited += 5) {
		leap_state_read_lock();
		frame = leap_state_frame(fixture->state);
		if (frame)
			hands = frame->hand_count;
		leap_state_read_unlock();
		if (hands == count)
			return;
		usleep(5000);
	}
	fail_msg("%u hands, not %u", hands, count);
}

#define FIRST "LP00000000001"
#define SECOND "LP00000000002"

static void pictures_become_frames(void **arg)
{
	struct fixture *fixture = *arg;

	start(fixture);
	soon_frames_go_on(fixture);
	soon_device_is(fixture, 0, FIRST, true, true);
}

static void nothing_is_published_before_it_may_run(void **arg)
{
	struct fixture *fixture = *arg;
	char *error;

	assert_int_equal(leap_pipeline_open(&fixture->options, fixture->state,
					    &fixture->pipeline, &error),
			 0);
	usleep(100000);
	assert_int_equal(newest_frame(fixture), 0);
	leap_pipeline_run(fixture->pipeline);
	soon_frames_go_on(fixture);
}

static void a_device_that_comes_back_goes_on(void **arg)
{
	struct fixture *fixture = *arg;
	int64_t before;

	start(fixture);
	soon_frames_go_on(fixture);
	atomic_store(&bench.plug, PLUG_OUT);
	soon_device_is(fixture, 0, FIRST, false, false);
	before = newest_frame(fixture);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 0, FIRST, true, true);
	soon_frames_go_on(fixture);
	assert_true(newest_frame(fixture) > before); /* ids are never used again */
	assert_int_equal(atomic_load(&bench.opened), 2);
}

static void another_device_has_a_name_of_its_own(void **arg)
{
	struct fixture *fixture = *arg;

	start(fixture);
	soon_device_is(fixture, 0, FIRST, true, true);
	atomic_store(&bench.plug, PLUG_OUT);
	soon_device_is(fixture, 0, FIRST, false, false);
	atomic_store(&bench.serial, 2);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 1, SECOND, true, true);
	assert_true(device_is(fixture, 0, FIRST, false, false));
}

static void a_silent_device_is_not_streaming(void **arg)
{
	struct fixture *fixture = *arg;

	start(fixture);
	soon_device_is(fixture, 0, FIRST, true, true);
	atomic_store(&bench.plug, PLUG_SILENT);
	soon_device_is(fixture, 0, FIRST, true, false);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 0, FIRST, true, true);
}

static void hands_do_not_stay_in_the_air(void **arg)
{
	static const enum plug ends[] = { PLUG_SILENT, PLUG_OUT };
	struct fixture *fixture = *arg;
	size_t i;

	atomic_store(&bench.calibrated, true);
	atomic_store(&bench.hand, true);
	start(fixture);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		soon_there_are_hands(fixture, 1);
		atomic_store(&bench.plug, ends[i]);
		soon_there_are_hands(fixture, 0);
		atomic_store(&bench.plug, PLUG_IN);
	}
	soon_there_are_hands(fixture, 1);
}

static void what_was_overwritten_is_not_published(void **arg)
{
	struct fixture *fixture = *arg;

	atomic_store(&bench.overwritten, true);
	start(fixture);
	soon_device_is(fixture, 0, FIRST, true, true);
	usleep(100000);
	assert_int_equal(newest_frame(fixture), 0);
	atomic_store(&bench.overwritten, false);
	soon_frames_go_on(fixture);
}

static bool first_device_is_nominal(const struct fixture *fixture)
{
	bool nominal;

	leap_state_read_lock();
	nominal = leap_state_devices(fixture->state)->device[0].nominal;
	leap_state_read_unlock();
	return nominal;
}

static void a_device_without_a_credible_calibration_says_so(void **arg)
{
	struct fixture *fixture = *arg;

	start(fixture);
	soon_device_is(fixture, 0, FIRST, true, true);
	assert_true(first_device_is_nominal(fixture));
	atomic_store(&bench.plug, PLUG_OUT);
	soon_device_is(fixture, 0, FIRST, false, false);
	atomic_store(&bench.calibrated, true);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 0, FIRST, true, true);
	assert_false(first_device_is_nominal(fixture));
	atomic_store(&bench.plug, PLUG_OUT);
	soon_device_is(fixture, 0, FIRST, false, false);
	atomic_store(&bench.nonsense, true);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 0, FIRST, true, true);
	assert_true(first_device_is_nominal(fixture));
}

static void no_device_is_an_error(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_pipeline *pipeline;
	char *error = NULL;

	atomic_store(&bench.plug, PLUG_OUT);
	assert_int_equal(leap_pipeline_open(&fixture->options, fixture->state,
					    &pipeline, &error),
			 -ENOENT);
	assert_non_null(error);
	free(error);
}

static void no_device_is_waited_for_if_wished(void **arg)
{
	struct fixture *fixture = *arg;

	fixture->options.wait = true;
	fixture->options.source = "auto";
	atomic_store(&bench.plug, PLUG_OUT);
	start(fixture);
	assert_non_null(strstr(leap_pipeline_source(fixture->pipeline), "waiting"));
	usleep(50000);
	atomic_store(&bench.plug, PLUG_REFUSED);
	usleep(50000);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 0, FIRST, true, true);
	soon_frames_go_on(fixture);
}

static void a_wrong_source_is_not_waited_for(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_pipeline *pipeline;
	char *error = NULL;

	fixture->options.wait = true;
	fixture->options.source = "wrong";
	assert_int_equal(leap_pipeline_open(&fixture->options, fixture->state,
					    &pipeline, &error),
			 -EINVAL);
	free(error);
}

static void an_unplugged_device_is_not_replaced_by_the_simulator(void **arg)
{
	struct fixture *fixture = *arg;

	fixture->options.source = "auto";
	start(fixture);
	soon_device_is(fixture, 0, FIRST, true, true);
	atomic_store(&bench.plug, PLUG_OUT);
	soon_device_is(fixture, 0, FIRST, false, false);
	atomic_store(&bench.serial, 2);
	atomic_store(&bench.plug, PLUG_IN); /* "auto" would be answered, too */
	soon_device_is(fixture, 1, SECOND, true, true);
}

static void a_broken_file_ends_it(void **arg)
{
	struct fixture *fixture = *arg;
	struct pollfd ended;

	atomic_store(&bench.live, false);
	fixture->options.source = "replay:x";
	start(fixture);
	soon_frames_go_on(fixture);
	atomic_store(&bench.plug, PLUG_BROKEN);
	ended = (struct pollfd){ leap_pipeline_fd(fixture->pipeline), POLLIN, 0 };
	assert_int_equal(poll(&ended, 1, SOON_MS), 1);
	assert_true(device_is(fixture, 0, FIRST, false, false));
	assert_int_equal(leap_pipeline_stop(fixture->pipeline), -EIO);
	fixture->pipeline = NULL;
}

static void it_stops_while_it_waits(void **arg)
{
	struct fixture *fixture = *arg;

	fixture->options.wait = true;
	atomic_store(&bench.plug, PLUG_OUT);
	start(fixture);
	assert_int_equal(leap_pipeline_stop(fixture->pipeline), 0);
	fixture->pipeline = NULL;
}

static void each_frame_leaves_a_trace(void **arg)
{
	struct fixture *fixture = *arg;
	long long id, ready, published, last = 0;
	FILE *trace = tmpfile();
	int lines = 0;

	assert_non_null(trace);
	fixture->options.trace = trace;
	start(fixture);
	soon_frames_go_on(fixture);
	assert_int_equal(leap_pipeline_stop(fixture->pipeline), 0);
	fixture->pipeline = NULL;
	rewind(trace);
	while (fscanf(trace, "%lld %lld %lld\n", &id, &ready, &published) == 3) {
		assert_true(id > last);
		assert_true(published >= ready);
		last = id;
		lines++;
	}
	fclose(trace);
	assert_true(lines > 2);
}

static void a_paused_pipeline_neither_tracks_nor_streams(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_config config;
	struct leap_policy *policy;
	int64_t paused_at;

	assert_int_equal(leap_config_init(&config), 0);
	assert_int_equal(leap_policy_new(&config, &policy), 0);
	fixture->options.policy = policy;
	atomic_store(&bench.calibrated, true);
	atomic_store(&bench.hand, true);
	start(fixture);
	soon_there_are_hands(fixture, 1);
	leap_policy_pause(policy, true);
	soon_device_is(fixture, 0, FIRST, true, false);
	soon_there_are_hands(fixture, 0);
	paused_at = newest_frame(fixture);
	usleep(300000);
	assert_int_equal(newest_frame(fixture), paused_at);
	/* the plug is looked after all the same */
	atomic_store(&bench.plug, PLUG_OUT);
	soon_device_is(fixture, 0, FIRST, false, false);
	atomic_store(&bench.plug, PLUG_IN);
	soon_device_is(fixture, 0, FIRST, true, false);
	leap_policy_pause(policy, false);
	soon_device_is(fixture, 0, FIRST, true, true);
	soon_frames_go_on(fixture);
	leap_pipeline_stop(fixture->pipeline);
	fixture->pipeline = NULL;
	leap_policy_free(policy);
	leap_config_done(&config);
}

/* Waits until the one hand's fingers point there, 1 or -1 along z. */
static void soon_fingers_point(struct fixture *fixture, int where)
{
	double z = 0;

	for (int waited = 0; waited < SOON_MS && z * where < 0.5; waited += 5) {
		const struct leap_frame *frame;

		usleep(5000);
		leap_state_read_lock();
		frame = leap_state_frame(fixture->state);
		z = frame && frame->hand_count == 1 ? frame->hand[0].direction.z : 0;
		leap_state_read_unlock();
	}
	assert_true(z * where >= 0.5);
}

static void a_controller_the_other_way_round_is_noticed_if_wished(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_config config;
	struct leap_policy *policy;
	char *error;

	atomic_store(&bench.calibrated, true);
	atomic_store(&bench.hand, true);
	atomic_store(&bench.reversed, true);
	assert_int_equal(leap_config_init(&config), 0);
	config.auto_flip = false;
	assert_int_equal(leap_policy_new(&config, &policy), 0);
	fixture->options.policy = policy;
	start(fixture);
	soon_fingers_point(fixture, 1);
	assert_int_equal(
		leap_policy_set(policy, "image_processing_auto_flip", "true", &error),
		0);
	soon_fingers_point(fixture, -1);
	leap_pipeline_stop(fixture->pipeline);
	fixture->pipeline = NULL;
	leap_policy_free(policy);
	leap_config_done(&config);
}

static void dark_frames_are_counted_and_not_published(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_config config;
	struct leap_policy *policy;
	char *error;

	assert_int_equal(leap_config_init(&config), 0);
	assert_int_equal(leap_policy_new(&config, &policy), 0);
	fixture->options.policy = policy;
	start(fixture);
	soon_frames_go_on(fixture);
	assert_int_equal(leap_state_dark(fixture->state), 0);
	assert_int_equal(leap_policy_set(policy, "force_robust_mode", "true", &error),
			 0);
	for (int waited = 0; waited < SOON_MS && leap_state_dark(fixture->state) < 3;
	     waited += 5)
		usleep(5000);
	assert_true(leap_state_dark(fixture->state) >= 3);
	assert_int_equal(atomic_load(&bench.interval), 8);
	soon_frames_go_on(fixture);
	/* the controller is left as it was found */
	leap_pipeline_stop(fixture->pipeline);
	fixture->pipeline = NULL;
	assert_int_equal(atomic_load(&bench.interval), 0);
	leap_policy_free(policy);
	leap_config_done(&config);
}

static void nothing_but_dark_frames_is_nothing(void **arg)
{
	struct fixture *fixture = *arg;

	atomic_store(&bench.interval, 1);
	start(fixture);
	for (int waited = 0; waited < SOON_MS && leap_state_dark(fixture->state) < 3;
	     waited += 5)
		usleep(5000);
	assert_true(leap_state_dark(fixture->state) >= 3);
	assert_int_equal(newest_frame(fixture), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(pictures_become_frames),
		test(nothing_is_published_before_it_may_run),
		test(a_device_that_comes_back_goes_on),
		test(another_device_has_a_name_of_its_own),
		test(a_silent_device_is_not_streaming),
		test(hands_do_not_stay_in_the_air),
		test(what_was_overwritten_is_not_published),
		test(a_device_without_a_credible_calibration_says_so),
		test(no_device_is_an_error),
		test(no_device_is_waited_for_if_wished),
		test(a_wrong_source_is_not_waited_for),
		test(an_unplugged_device_is_not_replaced_by_the_simulator),
		test(a_broken_file_ends_it),
		test(it_stops_while_it_waits),
		test(each_frame_leaves_a_trace),
		test(a_paused_pipeline_neither_tracks_nor_streams),
		test(a_controller_the_other_way_round_is_noticed_if_wished),
		test(dark_frames_are_counted_and_not_published),
		test(nothing_but_dark_frames_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
