// SPDX-License-Identifier: MIT
/*
 * One mutex guards focus, wishes, pause and the pointer to the settings; another is held
 * while watchers are told, so that they may read. Held together only in that order.
 */
#include "daemon/policy/policy.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>

/* Settings, shared by all that hold them. */
struct snapshot {
	struct leap_config config;
	atomic_uint holders;
};

struct leap_policy_client {
	struct leap_policy *policy;
	enum leap_orientation wish;
	TAILQ_ENTRY(leap_policy_client) entry;
};

TAILQ_HEAD(client_list, leap_policy_client);

struct leap_policy {
	atomic_uint generation;

	pthread_mutex_t watch_lock; /* the list of watchers */
	struct leap_policy_watch *watches;

	pthread_mutex_t lock; /* all below */
	struct snapshot *snapshot;
	struct client_list clients; /* the latest wish last */
	const struct leap_policy_client *focus;
	bool paused;
};

static void lock(const struct leap_policy *policy)
{
	pthread_mutex_lock((pthread_mutex_t *)&policy->lock);
}

static void unlock(const struct leap_policy *policy)
{
	pthread_mutex_unlock((pthread_mutex_t *)&policy->lock);
}

/* Without the lock: watchers read. */
static void tell(struct leap_policy *policy)
{
	struct leap_policy_watch *watch;

	atomic_fetch_add(&policy->generation, 1);
	pthread_mutex_lock(&policy->watch_lock);
	for (watch = policy->watches; watch; watch = watch->next)
		watch->notify(watch->data);
	pthread_mutex_unlock(&policy->watch_lock);
}

static int new_snapshot(const struct leap_config *config,
			struct snapshot **ret_snapshot)
{
	struct snapshot *snapshot = malloc(sizeof(*snapshot));
	int r;

	if (!snapshot)
		return -ENOMEM;
	r = leap_config_copy(config, &snapshot->config);
	if (r) {
		free(snapshot);
		return r;
	}
	atomic_init(&snapshot->holders, 1);
	*ret_snapshot = snapshot;
	return 0;
}

int leap_policy_new(const struct leap_config *config, struct leap_policy **ret_policy)
{
	struct leap_policy *policy = calloc(1, sizeof(*policy));
	int r;

	if (!policy)
		return -ENOMEM;
	r = new_snapshot(config, &policy->snapshot);
	if (r) {
		free(policy);
		return r;
	}
	pthread_mutex_init(&policy->watch_lock, NULL);
	pthread_mutex_init(&policy->lock, NULL);
	TAILQ_INIT(&policy->clients);
	*ret_policy = policy;
	return 0;
}

void leap_policy_free(struct leap_policy *policy)
{
	if (!policy)
		return;
	leap_policy_config_put(&policy->snapshot->config);
	pthread_mutex_destroy(&policy->lock);
	pthread_mutex_destroy(&policy->watch_lock);
	free(policy);
}

int leap_policy_join(struct leap_policy *policy, struct leap_policy_client **ret_client)
{
	struct leap_policy_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->policy = policy;
	lock(policy);
	TAILQ_INSERT_TAIL(&policy->clients, client, entry);
	unlock(policy);
	*ret_client = client;
	return 0;
}

void leap_policy_leave(struct leap_policy_client *client)
{
	struct leap_policy *policy;
	bool mattered;

	if (!client)
		return;
	policy = client->policy;
	lock(policy);
	mattered = policy->focus == client || client->wish != LEAP_ORIENTATION_DESKTOP;
	if (policy->focus == client)
		policy->focus = NULL;
	TAILQ_REMOVE(&policy->clients, client, entry);
	unlock(policy);
	free(client);
	if (mattered)
		tell(policy);
}

void leap_policy_focus(struct leap_policy_client *client, bool focused)
{
	struct leap_policy *policy = client->policy;
	bool change;

	lock(policy);
	change = (policy->focus == client) != focused;
	if (change)
		policy->focus = focused ? client : NULL;
	unlock(policy);
	if (change)
		tell(policy);
}

bool leap_policy_has_focus(const struct leap_policy_client *client)
{
	bool focus;

	lock(client->policy);
	focus = client->policy->focus == client;
	unlock(client->policy);
	return focus;
}

bool leap_policy_anyone_has_focus(const struct leap_policy *policy)
{
	bool focus;

	lock(policy);
	focus = policy->focus;
	unlock(policy);
	return focus;
}

void leap_policy_orient(struct leap_policy_client *client, enum leap_orientation wish)
{
	struct leap_policy *policy = client->policy;

	lock(policy);
	if (client->wish != wish) {
		client->wish = wish;
		TAILQ_REMOVE(&policy->clients, client, entry);
		TAILQ_INSERT_TAIL(&policy->clients, client, entry);
	}
	unlock(policy);
	tell(policy);
}

enum leap_orientation leap_policy_orientation(const struct leap_policy *policy)
{
	enum leap_orientation orientation = LEAP_ORIENTATION_DESKTOP;
	const struct leap_policy_client *client;

	lock(policy);
	if (policy->focus)
		orientation = policy->focus->wish;
	else
		TAILQ_FOREACH (client, &policy->clients, entry)
			if (client->wish != LEAP_ORIENTATION_DESKTOP)
				orientation = client->wish;
	unlock(policy);
	return orientation;
}

void leap_policy_pause(struct leap_policy *policy, bool paused)
{
	bool change;

	lock(policy);
	change = policy->paused != paused;
	policy->paused = paused;
	unlock(policy);
	if (change)
		tell(policy);
}

bool leap_policy_paused(const struct leap_policy *policy)
{
	bool paused;

	lock(policy);
	paused = policy->paused;
	unlock(policy);
	return paused;
}

const struct leap_config *leap_policy_config(const struct leap_policy *policy)
{
	struct snapshot *snapshot;

	lock(policy);
	snapshot = policy->snapshot;
	atomic_fetch_add(&snapshot->holders, 1);
	unlock(policy);
	return &snapshot->config;
}

void leap_policy_config_put(const struct leap_config *config)
{
	struct snapshot *snapshot =
		(struct snapshot *)((char *)config - offsetof(struct snapshot, config));

	if (atomic_fetch_sub(&snapshot->holders, 1) > 1)
		return;
	leap_config_done(&snapshot->config);
	free(snapshot);
}

/* Under the lock, so that of two changes at once neither is lost. */
static int change_config(struct leap_policy *policy, const char *key, const char *value,
			 char **ret_error)
{
	struct snapshot *new;
	int r = new_snapshot(&policy->snapshot->config, &new);

	if (r) {
		*ret_error = NULL;
		return r;
	}
	r = leap_config_set(&new->config, key, value, ret_error);
	if (r) {
		leap_policy_config_put(&new->config);
		return r;
	}
	leap_policy_config_put(&policy->snapshot->config);
	policy->snapshot = new;
	return 0;
}

int leap_policy_set(struct leap_policy *policy, const char *key, const char *value,
		    char **ret_error)
{
	int r;

	lock(policy);
	r = change_config(policy, key, value, ret_error);
	unlock(policy);
	if (!r)
		tell(policy);
	return r;
}

unsigned int leap_policy_generation(const struct leap_policy *policy)
{
	return atomic_load(&policy->generation);
}

void leap_policy_watch(struct leap_policy *policy, struct leap_policy_watch *watch)
{
	pthread_mutex_lock(&policy->watch_lock);
	watch->next = policy->watches;
	policy->watches = watch;
	pthread_mutex_unlock(&policy->watch_lock);
}

void leap_policy_unwatch(struct leap_policy *policy, struct leap_policy_watch *watch)
{
	struct leap_policy_watch **link;

	pthread_mutex_lock(&policy->watch_lock);
	for (link = &policy->watches; *link && *link != watch; link = &(*link)->next)
		;
	if (*link)
		*link = watch->next;
	pthread_mutex_unlock(&policy->watch_lock);
}
