/* SPDX-License-Identifier: MIT */
/*
 * What the user and the clients of every door decide while the daemon runs: who has the
 * focus, pause, how the controller lies, the settings. Any thread may call anything here.
 */
#ifndef LEAP_POLICY_H
#define LEAP_POLICY_H

#include <stdbool.h>

#include "daemon/config/config.h"

struct leap_policy;

/** struct leap_policy_client - one connection, through whichever door it came */
struct leap_policy_client;

/** enum leap_orientation - what the controller looks at */
enum leap_orientation {
	LEAP_ORIENTATION_DESKTOP, /* hands above it */
	LEAP_ORIENTATION_HMD, /* the backs of hands, from a head ("optimizeHMD") */
	LEAP_ORIENTATION_SCREENTOP, /* down from a screen ("optimizeScreentop") */
};

/**
 * leap_policy_new() - nobody has the focus, nothing is paused
 * @config: the settings to begin with; copied
 *
 * Return: 0 or -ENOMEM.
 */
int leap_policy_new(const struct leap_config *config, struct leap_policy **ret_policy);

/** leap_policy_free() - after every client has left; NULL is allowed */
void leap_policy_free(struct leap_policy *policy);

/**
 * leap_policy_join() - a client is there; without the focus, content with the
 * orientation as it is
 *
 * Return: 0 or -ENOMEM.
 */
int leap_policy_join(struct leap_policy *policy,
		     struct leap_policy_client **ret_client);

/** leap_policy_leave() - it is gone, its focus and its wishes with it; NULL is allowed */
void leap_policy_leave(struct leap_policy_client *client);

/**
 * leap_policy_focus() - claim the focus from whoever has it, or release one's own
 * There is no lock on it and the loser is not told: so the original's protocol wants it.
 */
void leap_policy_focus(struct leap_policy_client *client, bool focused);

/** leap_policy_has_focus() - is it this client's? */
bool leap_policy_has_focus(const struct leap_policy_client *client);

/** leap_policy_anyone_has_focus() - is it anyone's? */
bool leap_policy_anyone_has_focus(const struct leap_policy *policy);

/**
 * leap_policy_orient() - wish for an orientation
 * @wish: DESKTOP is what a client wishes that never asked
 *
 * A wish counts while its client has the focus; while nobody has it, the latest wish
 * for something else than DESKTOP counts; the same wish again is no later one. So a page
 * that connects with the default changes nothing for others.
 */
void leap_policy_orient(struct leap_policy_client *client, enum leap_orientation wish);

/** leap_policy_orientation() - the wish that counts */
enum leap_orientation leap_policy_orientation(const struct leap_policy *policy);

/** leap_policy_pause() - stop or resume tracking, for everyone, until it is said anew */
void leap_policy_pause(struct leap_policy *policy, bool paused);

/** leap_policy_paused() */
bool leap_policy_paused(const struct leap_policy *policy);

/**
 * leap_policy_config() - the settings as they are now
 *
 * Return: immutable, the same until leap_policy_config_put() however they change
 * meanwhile. A few instructions under a lock: call it once per decision, not per client.
 */
const struct leap_config *leap_policy_config(const struct leap_policy *policy);
void leap_policy_config_put(const struct leap_config *config);

/**
 * leap_policy_set() - change one setting, as leap_config_set() does
 *
 * Return: what leap_config_set() says; on failure nothing has changed.
 */
int leap_policy_set(struct leap_policy *policy, const char *key, const char *value,
		    char **ret_error);

/**
 * leap_policy_generation() - differs after each change of anything above
 * One atomic load, for those who look at every frame.
 */
unsigned int leap_policy_generation(const struct leap_policy *policy);

/** struct leap_policy_watch - who is told of changes; the caller's, private to policy */
struct leap_policy_watch {
	void (*notify)(void *data);
	void *data;
	struct leap_policy_watch *next;
};

/**
 * leap_policy_watch() - be told of each change
 * @watch: with notify and data set; notify is called on the thread that makes the
 *	change, after it is visible; it may read the policy, must not change it or block
 */
void leap_policy_watch(struct leap_policy *policy, struct leap_policy_watch *watch);

/** leap_policy_unwatch() - no call is under way any more when it returns */
void leap_policy_unwatch(struct leap_policy *policy, struct leap_policy_watch *watch);

#endif /* LEAP_POLICY_H */
