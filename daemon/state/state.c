// SPDX-License-Identifier: MIT
/*
 * Publication by RCU (liburcu, the flavour by membarrier: readers pay two plain stores).
 * Pointers: written by the writer's thread. Retired values: call_rcu's thread.
 */
#include "daemon/state/state.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <urcu/urcu-memb.h>

#if defined(__SANITIZE_THREAD__)
#define STATE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STATE_TSAN 1
#endif
#endif

/*
 * liburcu orders by barriers that ThreadSanitizer does not see. These tell it of the
 * two orders that hold: what was stored before a pointer was published is seen by who
 * dereferences it; what a reader did before its unlock comes before the reclamation.
 */
#ifdef STATE_TSAN
#include <sanitizer/tsan_interface.h>
#define happens_before(address) __tsan_release(address)
#define happened_before(address) __tsan_acquire(address)
static const char reading_sections;
#define READING_SECTIONS ((void *)&reading_sections)
#else
#define happens_before(address) ((void)(address))
#define happened_before(address) ((void)(address))
#define READING_SECTIONS NULL
#endif

/* Replaced, but perhaps still read. At 115 Hz this is more than half a second of a
 * reader that does not let go. */
#define RETIRED_MAX 64

/* Handed over together: the reclaiming thread wakes seven times a second, not 115. */
#define BATCH 16

/* What readers may still hold after it was replaced. */
struct retired {
	struct rcu_head rcu;
	struct leap_state *state;
	struct retired *next;
};

struct published_frame {
	struct retired retired;
	struct leap_frame frame;
};

struct published_devices {
	struct retired retired;
	struct leap_devices devices;
};

struct leap_state {
	struct published_frame *frame;
	struct published_devices *devices;
	atomic_uint retired; /* not yet reclaimed, the batch among them */
	struct retired *batch; /* not yet handed over; the writer's */
	unsigned int batch_size;
	pthread_mutex_t watch_lock; /* contended only while one comes or goes */
	struct leap_state_watch *watches;
	atomic_uint_fast64_t dark; /* frames; written by the writer, read by any */
};

int leap_state_new(struct leap_state **ret_state)
{
	struct leap_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	state->devices = calloc(1, sizeof(*state->devices));
	if (!state->devices) {
		free(state);
		return -ENOMEM;
	}
	pthread_mutex_init(&state->watch_lock, NULL);
	*ret_state = state;
	return 0;
}

void leap_state_watch(struct leap_state *state, struct leap_state_watch *watch)
{
	struct leap_state_watch **end = &state->watches;

	pthread_mutex_lock(&state->watch_lock);
	while (*end)
		end = &(*end)->next;
	watch->next = NULL;
	*end = watch;
	pthread_mutex_unlock(&state->watch_lock);
}

void leap_state_unwatch(struct leap_state *state, struct leap_state_watch *watch)
{
	struct leap_state_watch **place = &state->watches;

	pthread_mutex_lock(&state->watch_lock);
	while (*place && *place != watch)
		place = &(*place)->next;
	if (*place)
		*place = watch->next;
	pthread_mutex_unlock(&state->watch_lock);
}

static void tell_watchers(struct leap_state *state)
{
	struct leap_state_watch *watch;

	pthread_mutex_lock(&state->watch_lock);
	for (watch = state->watches; watch; watch = watch->next)
		watch->notify(watch->data);
	pthread_mutex_unlock(&state->watch_lock);
}

static void free_batch(struct leap_state *state, struct retired *batch)
{
	while (batch) {
		struct retired *next = batch->next;

		free(batch); /* the first member of what was published */
		atomic_fetch_sub(&state->retired, 1);
		batch = next;
	}
}

static void reclaim(struct rcu_head *rcu)
{
	struct retired *batch = caa_container_of(rcu, struct retired, rcu);

	happened_before(rcu);
	happened_before(READING_SECTIONS);
	free_batch(batch->state, batch);
}

static void retire(struct leap_state *state, struct retired *retired)
{
	retired->state = state;
	retired->next = state->batch;
	state->batch = retired;
	atomic_fetch_add(&state->retired, 1);
	if (++state->batch_size < BATCH)
		return;
	state->batch = NULL;
	state->batch_size = 0;
	happens_before(&retired->rcu);
	urcu_memb_call_rcu(&retired->rcu, reclaim);
}

int leap_state_publish_frame(struct leap_state *state, const struct leap_frame *frame)
{
	struct published_frame *old = state->frame, *new;

	if (atomic_load(&state->retired) >= RETIRED_MAX)
		return -ENOMEM;
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->frame = *frame;
	happens_before(new);
	rcu_assign_pointer(state->frame, new);
	if (old)
		retire(state, &old->retired);
	tell_watchers(state);
	return 0;
}

/* Its own place, else a free one, else that of a device that is gone. */
static int device_slot(const struct leap_devices *devices, const char *id)
{
	int gone = -ENOSPC;
	unsigned int i;

	for (i = 0; i < devices->count; i++) {
		if (!strncmp(devices->device[i].id, id, LEAP_DEVICE_ID_SIZE))
			return i;
		if (!devices->device[i].attached)
			gone = i;
	}
	return i < LEAP_DEVICES_MAX ? (int)i : gone;
}

bool leap_devices_any(const struct leap_devices *devices)
{
	unsigned int i;

	for (i = 0; i < devices->count; i++)
		if (devices->device[i].attached)
			return true;
	return false;
}

static void replace_device(struct leap_devices *devices, unsigned int slot,
			   const struct leap_device_state *device)
{
	struct leap_device_state *place = &devices->device[slot];
	bool any = leap_devices_any(devices);
	bool stays = slot < devices->count && place->attached &&
		     !strncmp(place->id, device->id, LEAP_DEVICE_ID_SIZE);
	unsigned int plugged = place->plugged;

	if (device->attached && !stays)
		plugged = ++devices->pluggings;
	*place = *device;
	place->plugged = plugged;
	if (slot == devices->count)
		devices->count++;
	if (any && !leap_devices_any(devices))
		devices->absences++;
}

int leap_state_publish_device(struct leap_state *state,
			      const struct leap_device_state *device)
{
	struct published_devices *old = state->devices, *new;
	int slot = device_slot(&old->devices, device->id);

	if (slot < 0)
		return slot;
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->devices = old->devices;
	replace_device(&new->devices, slot, device);
	happens_before(new);
	rcu_assign_pointer(state->devices, new);
	retire(state, &old->retired);
	tell_watchers(state);
	return 0;
}

void leap_state_reader_begin(void)
{
	urcu_memb_register_thread();
}

void leap_state_reader_end(void)
{
	urcu_memb_unregister_thread();
}

void leap_state_read_lock(void)
{
	urcu_memb_read_lock();
}

void leap_state_read_unlock(void)
{
	happens_before(READING_SECTIONS);
	urcu_memb_read_unlock();
}

const struct leap_frame *leap_state_frame(const struct leap_state *state)
{
	const struct published_frame *published = rcu_dereference(state->frame);

	if (!published)
		return NULL;
	happened_before((void *)published);
	return &published->frame;
}

const struct leap_devices *leap_state_devices(const struct leap_state *state)
{
	const struct published_devices *published = rcu_dereference(state->devices);

	happened_before((void *)published);
	return &published->devices;
}

void leap_state_free(struct leap_state *state)
{
	if (!state)
		return;
	free_batch(state, state->batch); /* nobody reads any more */
	while (atomic_load(&state->retired))
		usleep(1000);
	pthread_mutex_destroy(&state->watch_lock);
	free(state->frame);
	free(state->devices);
	free(state);
}

void leap_state_count_dark(struct leap_state *state)
{
	atomic_fetch_add_explicit(&state->dark, 1, memory_order_relaxed);
}

uint64_t leap_state_dark(const struct leap_state *state)
{
	return atomic_load_explicit(&state->dark, memory_order_relaxed);
}
