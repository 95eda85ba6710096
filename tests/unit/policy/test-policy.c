// SPDX-License-Identifier: MIT
/*
 * Who has the focus, whose wish counts, and what is told when it changes.
 * Each test owns its policy; the last shares one among threads.
 */
#include "daemon/policy/policy.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define THREADS 4
#define ROUNDS 2000

static struct leap_policy *new_policy(void)
{
	struct leap_config config;
	struct leap_policy *policy;

	assert_int_equal(leap_config_init(&config), 0);
	assert_int_equal(leap_policy_new(&config, &policy), 0);
	leap_config_done(&config);
	return policy;
}

static struct leap_policy_client *join(struct leap_policy *policy)
{
	struct leap_policy_client *client;

	assert_int_equal(leap_policy_join(policy, &client), 0);
	return client;
}

static void a_claim_takes_the_focus_from_whoever_had_it(void **arg)
{
	struct leap_policy *policy = new_policy();
	struct leap_policy_client *page = join(policy), *app = join(policy);

	(void)arg;
	assert_false(leap_policy_anyone_has_focus(policy));
	leap_policy_focus(page, true);
	leap_policy_focus(app, true);
	assert_false(leap_policy_has_focus(page));
	assert_true(leap_policy_has_focus(app));
	leap_policy_leave(page);
	leap_policy_leave(app);
	leap_policy_free(policy);
}

static void one_releases_only_ones_own_focus(void **arg)
{
	struct leap_policy *policy = new_policy();
	struct leap_policy_client *page = join(policy), *app = join(policy);

	(void)arg;
	leap_policy_focus(page, true);
	leap_policy_focus(app, false);
	assert_true(leap_policy_has_focus(page));
	leap_policy_focus(page, false);
	assert_false(leap_policy_anyone_has_focus(policy));
	leap_policy_leave(page);
	leap_policy_leave(app);
	leap_policy_free(policy);
}

static void focus_and_wish_leave_with_their_client(void **arg)
{
	struct leap_policy *policy = new_policy();
	struct leap_policy_client *client = join(policy);

	(void)arg;
	leap_policy_focus(client, true);
	leap_policy_orient(client, LEAP_ORIENTATION_HMD);
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_HMD);
	leap_policy_leave(client);
	assert_false(leap_policy_anyone_has_focus(policy));
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_DESKTOP);
	leap_policy_free(policy);
}

static void the_wish_of_the_focused_client_counts(void **arg)
{
	struct leap_policy *policy = new_policy();
	struct leap_policy_client *game = join(policy), *page = join(policy);

	(void)arg;
	leap_policy_focus(game, true);
	leap_policy_orient(game, LEAP_ORIENTATION_HMD);
	leap_policy_orient(page, LEAP_ORIENTATION_SCREENTOP);
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_HMD);
	leap_policy_focus(page, true);
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_SCREENTOP);
	leap_policy_leave(game);
	leap_policy_leave(page);
	leap_policy_free(policy);
}

static void without_focus_a_default_wish_changes_nothing_for_others(void **arg)
{
	struct leap_policy *policy = new_policy();
	struct leap_policy_client *game = join(policy), *page = join(policy);

	(void)arg;
	leap_policy_orient(game, LEAP_ORIENTATION_HMD);
	leap_policy_orient(page, LEAP_ORIENTATION_DESKTOP);
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_HMD);
	leap_policy_orient(page, LEAP_ORIENTATION_SCREENTOP);
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_SCREENTOP);
	leap_policy_orient(game, LEAP_ORIENTATION_HMD); /* said before: no later wish */
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_SCREENTOP);
	leap_policy_orient(page, LEAP_ORIENTATION_DESKTOP);
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_HMD);
	leap_policy_leave(game);
	leap_policy_leave(page);
	leap_policy_free(policy);
}

static void settings_that_are_held_do_not_change(void **arg)
{
	struct leap_policy *policy = new_policy();
	const struct leap_config *before = leap_policy_config(policy), *after;
	char *error;

	(void)arg;
	assert_int_equal(leap_policy_set(policy, "background_app_mode", "0", &error),
			 0);
	after = leap_policy_config(policy);
	assert_true(before->background_allowed);
	assert_false(after->background_allowed);
	leap_policy_config_put(before);
	leap_policy_config_put(after);
	leap_policy_free(policy);
}

static void a_wrong_setting_is_refused_in_words_and_changes_nothing(void **arg)
{
	struct leap_policy *policy = new_policy();
	unsigned int generation = leap_policy_generation(policy);
	const struct leap_config *config;
	char *error = NULL;

	(void)arg;
	assert_int_equal(leap_policy_set(policy, "ws_port", "many", &error), -ERANGE);
	assert_non_null(strstr(error, "many"));
	free(error);
	assert_int_equal(leap_policy_set(policy, "no_such_key", "1", &error), -ENOENT);
	free(error);
	config = leap_policy_config(policy);
	assert_int_equal(config->ws_port, 6437);
	leap_policy_config_put(config);
	assert_int_equal(leap_policy_generation(policy), generation);
	leap_policy_free(policy);
}

struct witness {
	struct leap_policy *policy;
	unsigned int calls;
	bool paused;
};

static void note(void *data)
{
	struct witness *witness = data;

	witness->calls++;
	witness->paused = leap_policy_paused(witness->policy);
}

static void watchers_are_told_of_changes_only_and_see_them(void **arg)
{
	struct leap_policy *policy = new_policy();
	struct witness first = { .policy = policy }, second = { .policy = policy };
	struct leap_policy_watch watch[] = { { .notify = note, .data = &first },
					     { .notify = note, .data = &second } };

	(void)arg;
	leap_policy_watch(policy, &watch[0]);
	leap_policy_watch(policy, &watch[1]);
	leap_policy_pause(policy, true);
	assert_true(first.paused);
	leap_policy_pause(policy, true);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 1);
	leap_policy_unwatch(policy, &watch[0]);
	leap_policy_pause(policy, false);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 2);
	leap_policy_unwatch(policy, &watch[1]);
	leap_policy_free(policy);
}

static void count(void *data)
{
	atomic_fetch_add((atomic_uint *)data, 1);
}

static void *live_as_a_client(void *data)
{
	struct leap_policy *policy = data;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		struct leap_policy_client *client = join(policy);
		const struct leap_config *config = leap_policy_config(policy);
		char *error = NULL;

		leap_policy_focus(client, true);
		leap_policy_orient(client, LEAP_ORIENTATION_HMD);
		assert_int_equal(
			leap_policy_set(policy, "ws_port", i % 2 ? "1" : "2", &error),
			0);
		leap_policy_orientation(policy);
		assert_in_range(config->ws_port, 1, 6437);
		leap_policy_config_put(config);
		leap_policy_leave(client);
	}
	return NULL;
}

static void any_thread_may_call(void **arg)
{
	struct leap_policy *policy = new_policy();
	atomic_uint calls = 0;
	struct leap_policy_watch watch = { .notify = count, .data = &calls };
	pthread_t thread[THREADS];
	int i;

	(void)arg;
	leap_policy_watch(policy, &watch);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&thread[i], NULL, live_as_a_client, policy), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	leap_policy_unwatch(policy, &watch);
	assert_int_equal(atomic_load(&calls), leap_policy_generation(policy));
	assert_false(leap_policy_anyone_has_focus(policy));
	assert_int_equal(leap_policy_orientation(policy), LEAP_ORIENTATION_DESKTOP);
	leap_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_takes_the_focus_from_whoever_had_it),
		cmocka_unit_test(one_releases_only_ones_own_focus),
		cmocka_unit_test(focus_and_wish_leave_with_their_client),
		cmocka_unit_test(the_wish_of_the_focused_client_counts),
		cmocka_unit_test(
			without_focus_a_default_wish_changes_nothing_for_others),
		cmocka_unit_test(settings_that_are_held_do_not_change),
		cmocka_unit_test(
			a_wrong_setting_is_refused_in_words_and_changes_nothing),
		cmocka_unit_test(watchers_are_told_of_changes_only_and_see_them),
		cmocka_unit_test(any_thread_may_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
