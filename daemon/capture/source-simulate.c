// SPDX-License-Identifier: MIT
/*
 * The simulated controller at the pace of a real one. A thread of its own renders ahead
 * into three buffers, handed over under a mutex; the simulator is that thread's alone.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/capture/source-impl.h"
#include "sim/sim.h"

/* One is with the caller, one waits for its time, one is being rendered. */
#define BUFFERS 3

/* As the controller is set when it starts streaming. */
#define EXPOSURE_US 511
#define GAIN 31
#define LEDS 7 /* all */

_Static_assert(LEAP_SIM_CALIBRATION_SIZE == LEAP_SOURCE_CALIBRATION_SIZE,
	       "calibration block");

enum buffer_state {
	BUFFER_FREE,
	BUFFER_RENDERING,
	BUFFER_WAITING, /* rendered, not yet yielded */
	BUFFER_BORROWED,
};

struct buffer {
	enum buffer_state state;
	uint64_t picture; /* number of the picture */
	int64_t ready_ns; /* not before this may it be yielded */
	unsigned int exposure_us, gain; /* it was taken with */
	bool dark;
	uint8_t *pixels;
};

/* Everything from @lock down to @stop is guarded by it, pixels go with their state. */
struct simulate_source {
	struct leap_source source;
	struct leap_sim *sim;
	int64_t start_ns; /* when picture 0 is due; constant */
	uint64_t next; /* the first picture that was neither yielded nor lost */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct buffer buffer[BUFFERS];
	unsigned int exposure_us, gain; /* for pictures to come */
	unsigned int dark_interval; /* 0: never */
	bool stop;
};

static int64_t due_ns(const struct simulate_source *simulate, uint64_t picture)
{
	return simulate->start_ns + (int64_t)picture * LEAP_SIM_INTERVAL_NS;
}

static struct buffer *find_free(struct simulate_source *simulate)
{
	for (int i = 0; i < BUFFERS; i++)
		if (simulate->buffer[i].state == BUFFER_FREE)
			return &simulate->buffer[i];
	return NULL;
}

/* The newest picture that is due; older ones that wait are given up for it. */
static struct buffer *newest_due(struct simulate_source *simulate, int64_t now_ns)
{
	struct buffer *newest = NULL;

	for (int i = 0; i < BUFFERS; i++) {
		struct buffer *buffer = &simulate->buffer[i];

		if (buffer->state != BUFFER_WAITING || buffer->ready_ns > now_ns)
			continue;
		if (newest && newest->picture > buffer->picture) {
			buffer->state = BUFFER_FREE;
			continue;
		}
		if (newest)
			newest->state = BUFFER_FREE;
		newest = buffer;
	}
	return newest;
}

/* When the next waiting picture becomes due; INT64_MAX when none waits for its time. */
static int64_t next_due_ns(const struct simulate_source *simulate, int64_t now_ns)
{
	int64_t next_ns = INT64_MAX;

	for (int i = 0; i < BUFFERS; i++) {
		const struct buffer *buffer = &simulate->buffer[i];

		if (buffer->state == BUFFER_WAITING && buffer->ready_ns > now_ns &&
		    buffer->ready_ns < next_ns)
			next_ns = buffer->ready_ns;
	}
	return next_ns;
}

static void wait_until(struct simulate_source *simulate, int64_t time_ns)
{
	struct timespec until = leap_source_timespec(time_ns);

	if (time_ns == INT64_MAX)
		pthread_cond_wait(&simulate->changed, &simulate->lock);
	else
		pthread_cond_timedwait(&simulate->changed, &simulate->lock, &until);
}

/* A buffer to render into, waited for under the lock; NULL at the end. */
static struct buffer *wait_for_buffer(struct simulate_source *simulate)
{
	while (!simulate->stop) {
		int64_t now_ns = leap_source_now_ns();
		struct buffer *buffer;

		/* what a slow caller did not take makes room for what is newer */
		newest_due(simulate, now_ns);
		buffer = find_free(simulate);
		if (buffer)
			return buffer;
		wait_until(simulate, next_due_ns(simulate, now_ns));
	}
	return NULL;
}

static void *render_thread(void *context)
{
	struct simulate_source *simulate = context;
	struct buffer *buffer;
	uint64_t picture = 0;

	pthread_mutex_lock(&simulate->lock);
	while ((buffer = wait_for_buffer(simulate))) {
		int64_t late_ns = leap_source_now_ns() - due_ns(simulate, picture);

		/* late: on with the next picture that can still be in time */
		if (late_ns > 0)
			picture += (late_ns + LEAP_SIM_INTERVAL_NS - 1) /
				   LEAP_SIM_INTERVAL_NS;
		buffer->state = BUFFER_RENDERING;
		buffer->exposure_us = simulate->exposure_us;
		buffer->gain = simulate->gain;
		buffer->dark = simulate->dark_interval &&
			       picture % simulate->dark_interval == 0;
		pthread_mutex_unlock(&simulate->lock);

		leap_sim_set_exposure(simulate->sim, buffer->exposure_us, buffer->gain);
		leap_sim_set_leds(simulate->sim, buffer->dark ? 0 : LEDS);
		leap_sim_render(simulate->sim, picture, buffer->pixels);

		pthread_mutex_lock(&simulate->lock);
		buffer->picture = picture;
		buffer->ready_ns = leap_source_now_ns();
		if (buffer->ready_ns < due_ns(simulate, picture))
			buffer->ready_ns = due_ns(simulate, picture);
		buffer->state = BUFFER_WAITING;
		pthread_cond_broadcast(&simulate->changed);
		picture++;
	}
	pthread_mutex_unlock(&simulate->lock);
	return NULL;
}

static void give_back(struct simulate_source *simulate)
{
	for (int i = 0; i < BUFFERS; i++)
		if (simulate->buffer[i].state == BUFFER_BORROWED)
			simulate->buffer[i].state = BUFFER_FREE;
	pthread_cond_broadcast(&simulate->changed);
}

static int simulate_next(struct leap_source *source, int timeout_ms,
			 struct leap_stereo_frame *ret_frame)
{
	struct simulate_source *simulate = (struct simulate_source *)source;
	int64_t now_ns = leap_source_now_ns();
	int64_t until_ns = now_ns + (int64_t)timeout_ms * 1000000;
	struct buffer *buffer;

	pthread_mutex_lock(&simulate->lock);
	give_back(simulate);
	while (!(buffer = newest_due(simulate, now_ns)) && now_ns < until_ns) {
		int64_t due = next_due_ns(simulate, now_ns);

		wait_until(simulate, due < until_ns ? due : until_ns);
		now_ns = leap_source_now_ns();
	}
	if (buffer) {
		buffer->state = BUFFER_BORROWED;
		*ret_frame = (struct leap_stereo_frame){
			.pixels = buffer->pixels,
			.width = LEAP_SIM_WIDTH,
			.height = LEAP_SIM_HEIGHT,
			.sequence = buffer->picture,
			.time_ns = due_ns(simulate, buffer->picture),
			.ready_ns = buffer->ready_ns,
			.lost_before = buffer->picture - simulate->next,
			.exposure_us = (uint16_t)buffer->exposure_us,
			.gain = (uint8_t)buffer->gain,
			.damaged = buffer->dark,
			.dark = buffer->dark,
		};
		simulate->next = buffer->picture + 1;
	}
	pthread_mutex_unlock(&simulate->lock);
	return buffer ? 1 : 0;
}

static void free_source(struct simulate_source *simulate)
{
	for (int i = 0; i < BUFFERS; i++)
		free(simulate->buffer[i].pixels);
	leap_sim_free(simulate->sim);
	free(simulate);
}

static void simulate_close(struct leap_source *source)
{
	struct simulate_source *simulate = (struct simulate_source *)source;

	pthread_mutex_lock(&simulate->lock);
	simulate->stop = true;
	pthread_cond_broadcast(&simulate->changed);
	pthread_mutex_unlock(&simulate->lock);
	pthread_join(simulate->thread, NULL);
	pthread_cond_destroy(&simulate->changed);
	pthread_mutex_destroy(&simulate->lock);
	free_source(simulate);
}

static int simulate_expose(struct leap_source *source, unsigned int exposure_us,
			   unsigned int gain)
{
	struct simulate_source *simulate = (struct simulate_source *)source;

	if (exposure_us < 10 || exposure_us > UINT16_MAX || gain < 16 || gain > 63)
		return -ERANGE;
	pthread_mutex_lock(&simulate->lock);
	simulate->exposure_us = exposure_us;
	simulate->gain = gain;
	pthread_mutex_unlock(&simulate->lock);
	return 0;
}

static int simulate_darken(struct leap_source *source, unsigned int interval)
{
	struct simulate_source *simulate = (struct simulate_source *)source;

	pthread_mutex_lock(&simulate->lock);
	simulate->dark_interval = interval;
	pthread_mutex_unlock(&simulate->lock);
	return 0;
}

static const struct leap_source_ops simulate_ops = {
	.next = simulate_next,
	.expose = simulate_expose,
	.darken = simulate_darken,
	.close = simulate_close,
};

static int start_thread(struct simulate_source *simulate)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	int r;

	pthread_mutex_init(&simulate->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&simulate->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	simulate->start_ns = leap_source_now_ns() + LEAP_SIM_INTERVAL_NS;
	/* signals are for the threads of the program, which knows what they mean */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&simulate->thread, NULL, render_thread, simulate);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0) {
		pthread_cond_destroy(&simulate->changed);
		pthread_mutex_destroy(&simulate->lock);
	}
	return -r;
}

static int make_buffers(struct simulate_source *simulate)
{
	for (int i = 0; i < BUFFERS; i++) {
		simulate->buffer[i].pixels = malloc(LEAP_SIM_FRAME_SIZE);
		if (!simulate->buffer[i].pixels)
			return -ENOMEM;
	}
	return 0;
}

int leap_source_simulate_open(uint64_t seed, struct leap_source **ret_source,
			      char error[LEAP_SOURCE_ERROR_MAX])
{
	const struct leap_sim_options options = { .seed = seed, .hands = 1 };
	struct simulate_source *simulate = calloc(1, sizeof(*simulate));
	struct leap_source_info *info;
	int r;

	if (!simulate)
		return leap_source_fail(error, -ENOMEM, "out of memory");
	info = &simulate->source.info;
	simulate->source.ops = &simulate_ops;
	simulate->exposure_us = EXPOSURE_US;
	simulate->gain = GAIN;
	info->type = "peripheral";
	strcpy(info->serial, LEAP_SIM_SERIAL);
	memcpy(info->calibration, leap_sim_calibration(), LEAP_SIM_CALIBRATION_SIZE);
	info->calibration_size = LEAP_SIM_CALIBRATION_SIZE;
	r = leap_sim_new(&options, &simulate->sim);
	if (r == 0)
		r = make_buffers(simulate);
	if (r == 0)
		r = start_thread(simulate);
	if (r < 0) {
		free_source(simulate);
		return leap_source_fail(error, r, "the simulator cannot be started: %s",
					strerror(-r));
	}
	*ret_source = &simulate->source;
	return 0;
}
