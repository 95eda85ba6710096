// SPDX-License-Identifier: MIT
/*
 * The hands above the synthetic controller, rendered ahead by a thread of its own.
 * The lock guards what struct leap_scene lists under it; slots of the window below
 * "ready" belong to the thread that draws, the slot at "ready" to the renderer.
 */
#include "sim/scene.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct settings {
	uint16_t exposure_us;
	uint8_t gain;
	uint8_t leds;
	bool with_dark; /* a picture with the LEDs off is needed too */
};

struct leap_scene {
	unsigned int length;
	pthread_t renderer;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;
	struct settings settings;
	uint64_t generation; /* of the settings: one more with every change */
	uint64_t base; /* number of the first picture in the window */
	unsigned int ready;
	bool dark_ready;

	uint8_t *window;
	uint8_t dark[LEAP_SIM_FRAME_SIZE];

	/* of the renderer */
	struct leap_sim *sim;

	/* of the thread that draws */
	unsigned int at;
	bool backwards;
	uint64_t time_ns;
	uint8_t shown[LEAP_SIM_FRAME_SIZE];
};

static bool settings_equal(const struct settings *a, const struct settings *b)
{
	return a->exposure_us == b->exposure_us && a->gain == b->gain &&
	       a->leds == b->leds && a->with_dark == b->with_dark;
}

static uint8_t *slot(const struct leap_scene *scene, unsigned int index)
{
	return scene->window + (size_t)index * LEAP_SIM_FRAME_SIZE;
}

/* One picture, with the lock released meanwhile; thrown away if no longer wanted. */
static void render_one(struct leap_scene *scene)
{
	struct settings settings = scene->settings;
	uint64_t generation = scene->generation;
	uint64_t index = scene->base + scene->ready;
	bool dark = settings.with_dark && !scene->dark_ready;
	uint8_t *to = dark ? scene->dark : slot(scene, scene->ready);

	pthread_mutex_unlock(&scene->lock);
	leap_sim_set_exposure(scene->sim, settings.exposure_us, settings.gain);
	leap_sim_set_leds(scene->sim, dark ? 0 : settings.leds);
	leap_sim_render(scene->sim, index, to);
	pthread_mutex_lock(&scene->lock);
	if (generation != scene->generation)
		return;
	if (dark)
		scene->dark_ready = true;
	else
		scene->ready++;
	pthread_cond_broadcast(&scene->changed);
}

static void *render(void *argument)
{
	struct leap_scene *scene = argument;

	pthread_mutex_lock(&scene->lock);
	while (!scene->stop) {
		if (scene->ready == scene->length)
			pthread_cond_wait(&scene->changed, &scene->lock);
		else
			render_one(scene);
	}
	pthread_mutex_unlock(&scene->lock);
	return NULL;
}

static void wait_for_first(struct leap_scene *scene)
{
	pthread_mutex_lock(&scene->lock);
	while (!scene->ready)
		pthread_cond_wait(&scene->changed, &scene->lock);
	memcpy(scene->shown, slot(scene, 0), LEAP_SIM_FRAME_SIZE);
	pthread_mutex_unlock(&scene->lock);
}

int leap_scene_new(const struct leap_sim_options *options, unsigned int length,
		   struct leap_scene **ret_scene)
{
	struct leap_scene *scene = calloc(1, sizeof(*scene));
	int r = -ENOMEM;

	if (!scene)
		return -ENOMEM;
	scene->length = length;
	scene->settings =
		(struct settings){ .exposure_us = 511, .gain = 31, .leds = 7 };
	scene->window = calloc(length, LEAP_SIM_FRAME_SIZE);
	if (!scene->window)
		goto err_scene;
	r = leap_sim_new(options, &scene->sim);
	if (r < 0)
		goto err_scene;
	pthread_mutex_init(&scene->lock, NULL);
	pthread_cond_init(&scene->changed, NULL);
	r = -pthread_create(&scene->renderer, NULL, render, scene);
	if (r < 0)
		goto err_sim;
	wait_for_first(scene);
	*ret_scene = scene;
	return 0;

err_sim:
	pthread_cond_destroy(&scene->changed);
	pthread_mutex_destroy(&scene->lock);
	leap_sim_free(scene->sim);
err_scene:
	free(scene->window);
	free(scene);
	return r;
}

void leap_scene_free(struct leap_scene *scene)
{
	if (!scene)
		return;
	pthread_mutex_lock(&scene->lock);
	scene->stop = true;
	pthread_cond_broadcast(&scene->changed);
	pthread_mutex_unlock(&scene->lock);
	pthread_join(scene->renderer, NULL);
	pthread_cond_destroy(&scene->changed);
	pthread_mutex_destroy(&scene->lock);
	leap_sim_free(scene->sim);
	free(scene->window);
	free(scene);
}

static void adopt_settings(struct leap_scene *scene, const struct leap_picture *picture)
{
	struct settings wanted = {
		.exposure_us = picture->exposure_us,
		.gain = picture->gain,
		.leds = picture->leds,
		.with_dark = scene->settings.with_dark || picture->dark,
	};

	if (settings_equal(&wanted, &scene->settings))
		return;
	scene->settings = wanted;
	scene->generation++;
	scene->base += scene->at;
	scene->ready = 0;
	scene->dark_ready = false;
	scene->at = 0;
	scene->backwards = false;
	pthread_cond_broadcast(&scene->changed);
}

static void step(struct leap_scene *scene)
{
	if (scene->at == 0)
		scene->backwards = false;
	else if (scene->at == scene->length - 1)
		scene->backwards = true;
	if (scene->backwards)
		scene->at--;
	else if (scene->at + 1 < scene->ready) /* else wait for the renderer */
		scene->at++;
}

/* As far as the clock went on; a clock set back belongs to a new device. */
static void advance(struct leap_scene *scene, uint64_t time_ns)
{
	uint64_t before = scene->time_ns / LEAP_SIM_INTERVAL_NS;
	uint64_t now = time_ns / LEAP_SIM_INTERVAL_NS;
	uint64_t steps = now > before ? now - before : 0;

	scene->time_ns = time_ns;
	for (steps %= 2 * (scene->length - 1); steps; steps--)
		step(scene);
}

void leap_scene_draw(void *context, const struct leap_picture *picture, uint8_t *pixels)
{
	struct leap_picture developed = *picture;
	struct leap_scene *scene = context;
	bool fresh;

	pthread_mutex_lock(&scene->lock);
	advance(scene, picture->time_ns);
	adopt_settings(scene, picture);
	developed.dark = picture->dark && scene->dark_ready;
	fresh = scene->at < scene->ready;
	pthread_mutex_unlock(&scene->lock);
	/* what is ready stays as it is until this thread adopts other settings */
	if (fresh && !developed.dark)
		memcpy(scene->shown, slot(scene, scene->at), LEAP_SIM_FRAME_SIZE);
	leap_picture_develop(&developed, developed.dark ? scene->dark : scene->shown,
			     pixels);
}
