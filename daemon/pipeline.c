// SPDX-License-Identifier: MIT
/*
 * The thread that waits for pictures, tracks, derives motion and publishes; it closes
 * a source that is unplugged and opens it again. Shared with the outside: start, stop.
 */
#include "daemon/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/capture/source.h"
#include "daemon/motion/motion.h"
#include "daemon/tracking/ambient.h"
#include "daemon/tracking/exposure.h"
#include "daemon/tracking/robust.h"
#include "daemon/tracking/tracker.h"
#include "daemon/tracking/way_round.h"

#define FRAME_WAIT_MS 100
/* Without a frame for so long a device that is there is not streaming. */
#define STALL_NS INT64_C(1000000000)
/* An open() twice a second costs nothing, and needs no word from udev. */
#define RETRY_MS 500
#define BROKEN_MS 5000
#define DESCRIPTION_MAX 64

struct leap_pipeline {
	const struct leap_pipeline_options *options;
	struct leap_state *state;

	/* the thread's own */
	struct leap_source *source;
	struct leap_tracker *tracker;
	struct leap_camera camera;
	struct leap_exposure exposure;
	struct leap_ambient *ambient;
	struct leap_robust robust;
	enum leap_robust_wish robust_wish;
	unsigned int dark_interval; /* asked of the source last */
	bool exposes; /* the source lets its exposure be set */
	bool darkens; /* the source lets the dark interval be asked of it */
	bool auto_flip;
	bool told_geometry;
	struct leap_way_round way;
	struct leap_motion *motion;
	struct leap_device_state device;
	int64_t frame_ns; /* when the last frame came */
	unsigned int hands; /* in the frame published last */
	int last_error; /* of opening; the same is not told twice */
	struct leap_frame frame;
	const struct leap_config *settings; /* that motion goes by; NULL: none yet */

	/* set before the thread starts, or by it before leap_pipeline_open() returns */
	pthread_t thread;
	int64_t epoch_ns;
	char description[DESCRIPTION_MAX];
	sem_t opened; /* the source is, or is not to be */
	sem_t go; /* it may publish, or is to end */
	sem_t stop; /* do not wait any longer */
	int ended_fd; /* readable: ended by itself */
	int result; /* of opening, later of the thread; read after it has ended */
	char *error;
	atomic_bool stopping;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void wait_for(sem_t *event)
{
	while (sem_wait(event) < 0 && errno == EINTR)
		;
}

/* Or until the pipeline is to stop. */
static void sleep_ms(struct leap_pipeline *pipeline, int milliseconds)
{
	int64_t until_ns = now_ns() + milliseconds * INT64_C(1000000);
	struct timespec until = { until_ns / 1000000000, until_ns % 1000000000 };

	while (sem_clockwait(&pipeline->stop, CLOCK_MONOTONIC, &until) < 0 &&
	       errno == EINTR)
		;
}

static void publish_device(struct leap_pipeline *pipeline, bool attached,
			   bool streaming)
{
	struct leap_device_state *device = &pipeline->device;

	if (device->attached == attached && device->streaming == streaming)
		return;
	device->attached = attached;
	device->streaming = streaming;
	if (leap_state_publish_device(pipeline->state, device))
		fprintf(stderr, "leapd: %s: one controller too many, not announced\n",
			device->id);
}

/* Frames that cannot be published for want of memory are lost like frames on USB. */
static void publish_frame(struct leap_pipeline *pipeline, int64_t ready_ns)
{
	struct leap_frame *frame = &pipeline->frame;

	frame->ready_ns = ready_ns;
	if (leap_state_publish_frame(pipeline->state, frame))
		return;
	pipeline->hands = frame->hand_count;
	if (pipeline->options->trace)
		fprintf(pipeline->options->trace, "%lld %lld %lld\n",
			(long long)frame->id, (long long)ready_ns, (long long)now_ns());
}

/* A hand that nobody sees any more must not stay in the air. */
static void take_hands_away(struct leap_pipeline *pipeline)
{
	struct leap_hands none = { .time_ns = now_ns() };

	if (!pipeline->hands)
		return;
	leap_motion_update(pipeline->motion, &none, &pipeline->frame);
	publish_frame(pipeline, 0);
}

/* After publishing, so that nobody waits for USB. */
static void expose(struct leap_pipeline *pipeline,
		   const struct leap_stereo_frame *picture,
		   const struct leap_hands *hands)
{
	struct leap_exposure *exposure = &pipeline->exposure;
	int r;

	exposure->room = leap_ambient_level(pipeline->ambient, picture);
	if (!pipeline->exposes ||
	    !leap_exposure_next(exposure, &pipeline->camera, picture, hands))
		return;
	r = leap_source_expose(pipeline->source, exposure->exposure_us, exposure->gain);
	if (r == 0 || r == -ENODEV)
		return;
	pipeline->exposes = false;
	if (r != -EOPNOTSUPP)
		fprintf(stderr, "leapd: %s: its exposure stays as it is: %s\n",
			pipeline->device.id, strerror(-r));
}

/* Likewise. */
static void darken(struct leap_pipeline *pipeline,
		   const struct leap_stereo_frame *picture, unsigned int hands)
{
	unsigned int interval = leap_robust_next(&pipeline->robust,
						 pipeline->robust_wish, picture, hands);
	int r;

	if (!pipeline->darkens || interval == pipeline->dark_interval)
		return;
	r = leap_source_darken(pipeline->source, interval);
	if (!r)
		pipeline->dark_interval = interval;
	if (!r || r == -ENODEV)
		return;
	pipeline->darkens = false;
	if (r != -EOPNOTSUPP)
		fprintf(stderr, "leapd: %s: the room's light cannot be measured: %s\n",
			pipeline->device.id, strerror(-r));
}

static struct leap_motion_options motion_options(const struct leap_config *config)
{
	const struct leap_config_gestures *gesture = &config->gesture;

	return (struct leap_motion_options){
		.box = {
			.height = config->interaction_box_height,
			.scale = config->interaction_box_scale,
			.shift = vec3(config->interaction_center_x,
				      config->interaction_center_y,
				      config->interaction_center_z),
			.automatic = config->interaction_box_auto,
		},
		.gesture = {
			.circle_min_radius = gesture->circle_min_radius,
			.circle_min_arc = gesture->circle_min_arc,
			.swipe_min_length = gesture->swipe_min_length,
			.swipe_min_velocity = gesture->swipe_min_velocity,
			.key_tap_min_down_velocity = gesture->key_tap_min_down_velocity,
			.key_tap_history_seconds = gesture->key_tap_history_seconds,
			.key_tap_min_distance = gesture->key_tap_min_distance,
			.screen_tap_min_forward_velocity =
				gesture->screen_tap_min_forward_velocity,
			.screen_tap_history_seconds = gesture->screen_tap_history_seconds,
			.screen_tap_min_distance = gesture->screen_tap_min_distance,
		},
	};
}

/* A snapshot that is held cannot come again at the same address. */
static void heed_settings(struct leap_pipeline *pipeline)
{
	const struct leap_config *now;
	struct leap_motion_options options;

	if (!pipeline->options->policy)
		return;
	now = leap_policy_config(pipeline->options->policy);
	if (now == pipeline->settings) {
		leap_policy_config_put(now);
		return;
	}
	options = motion_options(now);
	leap_motion_configure(pipeline->motion, &options);
	pipeline->auto_flip = now->auto_flip;
	pipeline->robust_wish = now->force_robust_mode ? LEAP_ROBUST_ALWAYS
				: now->robust_mode     ? LEAP_ROBUST_AUTO
						       : LEAP_ROBUST_NEVER;
	if (pipeline->settings)
		leap_policy_config_put(pipeline->settings);
	pipeline->settings = now;
}

static enum leap_mount mount_of(enum leap_orientation orientation)
{
	switch (orientation) {
	case LEAP_ORIENTATION_HMD:
		return LEAP_MOUNT_HMD;
	case LEAP_ORIENTATION_SCREENTOP:
		return LEAP_MOUNT_SCREENTOP;
	case LEAP_ORIENTATION_DESKTOP:
		break;
	}
	return LEAP_MOUNT_DESKTOP;
}

/* Between frames, so that none is seen half one way and half the other. */
static void orient(struct leap_pipeline *pipeline)
{
	const struct leap_policy *policy = pipeline->options->policy;

	leap_tracker_orient(pipeline->tracker,
			    policy ? mount_of(leap_policy_orientation(policy))
				   : LEAP_MOUNT_DESKTOP,
			    pipeline->way.reversed);
}

/* Hands as those see them who use the controller, whichever way round it lies. */
static struct leap_hands turned(struct leap_pipeline *pipeline,
				const struct leap_hands *seen)
{
	struct leap_hands hands = *seen;

	if (pipeline->auto_flip)
		leap_way_round_turn(&pipeline->way, &hands);
	else
		pipeline->way = (struct leap_way_round){ 0 };
	return hands;
}

static void track(struct leap_pipeline *pipeline,
		  const struct leap_stereo_frame *picture)
{
	struct leap_stereo_frame clean;
	struct leap_hands seen, hands;

	heed_settings(pipeline);
	orient(pipeline);
	leap_ambient_subtract(pipeline->ambient, picture, &clean);
	if (leap_tracker_update(pipeline->tracker, &clean, &seen) &&
	    !pipeline->told_geometry) {
		pipeline->told_geometry = true;
		fprintf(stderr,
			"leapd: pictures of %u x %u come from no known sensor\n",
			picture->width, picture->height);
	}
	if (!leap_source_still_valid(pipeline->source, picture))
		return;
	hands = turned(pipeline, &seen);
	leap_motion_update(pipeline->motion, &hands, &pipeline->frame);
	publish_frame(pipeline, picture->ready_ns);
	expose(pipeline, picture, &seen);
	darken(pipeline, picture, seen.count);
}

/* It shows no hands: nobody is told of it. */
static void measure_room(struct leap_pipeline *pipeline,
			 const struct leap_stereo_frame *picture)
{
	leap_state_count_dark(pipeline->state);
	leap_ambient_learn(pipeline->ambient, picture);
	if (leap_source_still_valid(pipeline->source, picture))
		darken(pipeline, picture, pipeline->hands);
	else
		leap_ambient_forget(pipeline->ambient);
}

static void calibrate(const struct leap_source_info *info,
		      struct leap_camera *ret_camera)
{
	int r;

	leap_camera_nominal(ret_camera);
	if (!info->calibration_size) {
		fprintf(stderr,
			"leapd: %s: no calibration: positions are only roughly right\n",
			info->serial);
		return;
	}
	r = leap_camera_parse(info->calibration, info->calibration_size, ret_camera);
	if (r)
		fprintf(stderr,
			"leapd: %s: calibration: %s: positions are only roughly right\n",
			info->serial,
			leap_camera_fault(info->calibration, info->calibration_size));
}

static int take_source(struct leap_pipeline *pipeline, struct leap_source *source)
{
	const struct leap_source_info *info = leap_source_info(source);
	int r;

	calibrate(info, &pipeline->camera);
	leap_exposure_init(&pipeline->exposure);
	pipeline->exposes = true;
	pipeline->way = (struct leap_way_round){ 0 };
	pipeline->robust = (struct leap_robust){ 0 };
	pipeline->dark_interval = 0;
	pipeline->darkens = true;
	leap_ambient_forget(pipeline->ambient);
	r = leap_tracker_new(&pipeline->camera, &pipeline->tracker);
	if (r) {
		leap_source_close(source);
		return r;
	}
	pipeline->source = source;
	if (pipeline->options->images)
		leap_images_offer(pipeline->options->images, info);
	pipeline->frame_ns = now_ns();
	memset(&pipeline->device, 0, sizeof(pipeline->device));
	snprintf(pipeline->device.id, sizeof(pipeline->device.id), "%s", info->serial);
	pipeline->device.type = info->type;
	pipeline->device.nominal = pipeline->camera.nominal;
	return 0;
}

static bool is_absence(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -ENXIO;
}

static bool names_device(const char *spec)
{
	return !strcmp(spec, "auto") || !strncmp(spec, "device", strlen("device"));
}

static int open_source(struct leap_pipeline *pipeline, bool simulate,
		       const char **ret_error)
{
	const char *spec = pipeline->options->source;
	struct leap_source *source;
	int r;

	if (!strcmp(spec, "auto") && !simulate)
		spec = "device";
	r = leap_source_open(spec, &source, ret_error);
	if (r < 0)
		return r;
	*ret_error = "out of memory";
	return take_source(pipeline, source);
}

static void close_source(struct leap_pipeline *pipeline)
{
	leap_tracker_free(pipeline->tracker);
	/* or else the controller goes on with it for whoever comes next */
	if (pipeline->source && pipeline->dark_interval)
		leap_source_darken(pipeline->source, 0);
	leap_source_close(pipeline->source);
	pipeline->tracker = NULL;
	pipeline->source = NULL;
}

static void lose_source(struct leap_pipeline *pipeline)
{
	take_hands_away(pipeline);
	if (pipeline->options->images)
		leap_images_withdraw(pipeline->options->images);
	publish_device(pipeline, false, false);
	close_source(pipeline);
	pipeline->last_error = -ENODEV;
}

/* A node may be there before udev has given it away: told when it stays like that. */
static void tell_why_not(struct leap_pipeline *pipeline, int error, const char *text)
{
	if (error == pipeline->last_error)
		return;
	pipeline->last_error = error;
	sleep_ms(pipeline, RETRY_MS);
	if (!is_absence(error))
		fprintf(stderr, "leapd: %s; still waiting\n", text);
}

static void wait_for_source(struct leap_pipeline *pipeline)
{
	const char *error;
	int r = open_source(pipeline, false, &error);

	if (!r) {
		fprintf(stderr, "leapd: %s: plugged in\n", pipeline->device.id);
		pipeline->last_error = 0;
		return;
	}
	tell_why_not(pipeline, r, error);
	sleep_ms(pipeline, RETRY_MS);
}

static bool is_paused(const struct leap_pipeline *pipeline)
{
	return pipeline->options->policy &&
	       leap_policy_paused(pipeline->options->policy);
}

/* Looks now and then whether the source is still there, and at nothing else. */
static int pass_time(struct leap_pipeline *pipeline, struct leap_stereo_frame *picture)
{
	int r;

	take_hands_away(pipeline);
	publish_device(pipeline, true, false);
	sleep_ms(pipeline, FRAME_WAIT_MS);
	r = leap_source_next(pipeline->source, 0, picture);
	pipeline->frame_ns = now_ns();
	return r < 0 ? r : 0;
}

/* Return: 0, or why there is nothing to go on with. */
static int take_picture(struct leap_pipeline *pipeline)
{
	struct leap_stereo_frame picture;
	int r = is_paused(pipeline)
			? pass_time(pipeline, &picture)
			: leap_source_next(pipeline->source, FRAME_WAIT_MS, &picture);

	if (r == 1) {
		pipeline->frame_ns = now_ns();
		publish_device(pipeline, true, true);
		if (picture.dark) {
			measure_room(pipeline, &picture);
			return 0;
		}
		if (pipeline->options->images)
			leap_images_put(pipeline->options->images, &picture);
		track(pipeline, &picture);
		return 0;
	}
	if (r == 0) {
		if (now_ns() - pipeline->frame_ns > STALL_NS) {
			take_hands_away(pipeline);
			publish_device(pipeline, true, false);
		}
		return 0;
	}
	if (!leap_source_is_live(pipeline->source)) {
		lose_source(pipeline);
		return r;
	}
	fprintf(stderr, "leapd: %s: %s\n", pipeline->device.id,
		r == -ENODEV ? "unplugged" : "does not work; trying again");
	lose_source(pipeline);
	if (r != -ENODEV)
		sleep_ms(pipeline, BROKEN_MS);
	return 0;
}

static void pump(struct leap_pipeline *pipeline)
{
	while (!atomic_load(&pipeline->stopping) && !pipeline->result) {
		if (pipeline->source)
			pipeline->result = take_picture(pipeline);
		else
			wait_for_source(pipeline);
	}
	if (pipeline->source)
		lose_source(pipeline);
}

static void describe_source(struct leap_pipeline *pipeline)
{
	const char *spec = pipeline->options->source;

	if (!pipeline->source)
		snprintf(pipeline->description, DESCRIPTION_MAX,
			 "none yet: waiting for a controller");
	else if (leap_source_is_live(pipeline->source))
		snprintf(pipeline->description, DESCRIPTION_MAX, "controller %s",
			 pipeline->device.id);
	else
		snprintf(pipeline->description, DESCRIPTION_MAX, "%s",
			 names_device(spec) ? "simulate (no controller found)" : spec);
}

static void open_first(struct leap_pipeline *pipeline)
{
	bool wait = pipeline->options->wait && names_device(pipeline->options->source);
	const char *error;
	int r = open_source(pipeline, !wait, &error);

	if (wait && r != -EINVAL && r != -ENOMEM) {
		if (r && !is_absence(r))
			fprintf(stderr, "leapd: %s; waiting\n", error);
		pipeline->last_error = r;
		r = 0;
	}
	if (r)
		pipeline->error = strdup(error);
	pipeline->result = r;
	describe_source(pipeline);
}

static void *run(void *arg)
{
	struct leap_pipeline *pipeline = arg;

	pthread_setname_np(pthread_self(), "tracking");
	leap_state_reader_begin();
	open_first(pipeline);
	sem_post(&pipeline->opened);
	if (!pipeline->result) {
		wait_for(&pipeline->go);
		pump(pipeline);
		if (pipeline->result)
			eventfd_write(pipeline->ended_fd, 1);
	}
	leap_state_reader_end();
	return NULL;
}

static void free_pipeline(struct leap_pipeline *pipeline)
{
	close_source(pipeline);
	leap_motion_free(pipeline->motion);
	leap_ambient_free(pipeline->ambient);
	if (pipeline->settings)
		leap_policy_config_put(pipeline->settings);
	sem_destroy(&pipeline->opened);
	sem_destroy(&pipeline->go);
	sem_destroy(&pipeline->stop);
	if (pipeline->ended_fd >= 0)
		close(pipeline->ended_fd);
	free(pipeline->error);
	free(pipeline);
}

static int make_pipeline(const struct leap_pipeline_options *options,
			 struct leap_state *state, struct leap_pipeline **ret_pipeline)
{
	struct leap_pipeline *pipeline = calloc(1, sizeof(*pipeline));
	struct leap_motion_options motion;
	int r;

	if (!pipeline)
		return -ENOMEM;
	pipeline->options = options;
	pipeline->state = state;
	pipeline->auto_flip = true;
	pipeline->robust_wish = LEAP_ROBUST_AUTO;
	sem_init(&pipeline->opened, 0, 0);
	sem_init(&pipeline->go, 0, 0);
	sem_init(&pipeline->stop, 0, 0);
	pipeline->ended_fd = eventfd(0, EFD_CLOEXEC);
	leap_motion_options_default(&motion);
	pipeline->epoch_ns = now_ns();
	motion.epoch_ns = pipeline->epoch_ns;
	r = leap_motion_new(&motion, &pipeline->motion);
	if (!r)
		r = leap_ambient_new(&pipeline->ambient);
	if (!r && pipeline->ended_fd < 0)
		r = -EMFILE;
	if (r) {
		free_pipeline(pipeline);
		return r;
	}
	*ret_pipeline = pipeline;
	return 0;
}

int leap_pipeline_open(const struct leap_pipeline_options *options,
		       struct leap_state *state, struct leap_pipeline **ret_pipeline,
		       char **ret_error)
{
	struct leap_pipeline *pipeline;
	int r;

	*ret_error = NULL;
	r = make_pipeline(options, state, &pipeline);
	if (r)
		return r;
	r = -pthread_create(&pipeline->thread, NULL, run, pipeline);
	if (!r) {
		wait_for(&pipeline->opened);
		r = pipeline->result;
		if (r)
			pthread_join(pipeline->thread, NULL);
	}
	if (r) {
		*ret_error = pipeline->error;
		pipeline->error = NULL;
		free_pipeline(pipeline);
		return r;
	}
	*ret_pipeline = pipeline;
	return 0;
}

const char *leap_pipeline_source(const struct leap_pipeline *pipeline)
{
	return pipeline->description;
}

int64_t leap_pipeline_epoch_ns(const struct leap_pipeline *pipeline)
{
	return pipeline->epoch_ns;
}

void leap_pipeline_run(struct leap_pipeline *pipeline)
{
	sem_post(&pipeline->go);
}

int leap_pipeline_fd(const struct leap_pipeline *pipeline)
{
	return pipeline->ended_fd;
}

int leap_pipeline_stop(struct leap_pipeline *pipeline)
{
	int r;

	atomic_store(&pipeline->stopping, true);
	sem_post(&pipeline->stop);
	sem_post(&pipeline->go);
	pthread_join(pipeline->thread, NULL);
	r = pipeline->result;
	free_pipeline(pipeline);
	return r;
}
