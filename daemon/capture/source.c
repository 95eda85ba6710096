// SPDX-License-Identifier: MIT
/*
 * Finds the kind of source that a --source argument names, and passes calls on to it.
 * Keeps nothing but the text of the last error, one for each thread.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/capture/source-impl.h"

#define DEVICES_MAX 64 /* minors that the driver asks for */

int leap_source_fail(char error[LEAP_SOURCE_ERROR_MAX], int result, const char *format,
		     ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, LEAP_SOURCE_ERROR_MAX, format, args);
	va_end(args);
	return result;
}

static bool is_absence(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -ENXIO;
}

/* Among failures, one that is no absence is what a person can do something about. */
static int open_any_device(struct leap_source **ret_source, char *error)
{
	int result = leap_source_fail(error, -ENOENT,
				      "no controller is plugged in, or its module is "
				      "not loaded (modprobe leap)");

	for (int i = 0; i < DEVICES_MAX; i++) {
		char path[sizeof("/dev/leap00")], why[LEAP_SOURCE_ERROR_MAX];
		int r;

		snprintf(path, sizeof(path), "/dev/leap%d", i);
		r = leap_source_device_open(path, ret_source, why);
		if (r == 0)
			return 0;
		if (!is_absence(r))
			result = leap_source_fail(error, r, "%s", why);
	}
	return result;
}

static int open_auto(struct leap_source **ret_source, char *error)
{
	int r = open_any_device(ret_source, error);

	if (r == 0)
		return 0;
	/* whoever plugged one in should not wonder at simulated hands */
	if (!is_absence(r))
		fprintf(stderr, "%s\nno controller can be used: simulating one\n",
			error);
	return leap_source_simulate_open(1, ret_source, error);
}

static int open_simulate(const char *seed, struct leap_source **ret_source, char *error)
{
	unsigned long long number = 1;
	char *end;

	if (seed) {
		errno = 0;
		number = strtoull(seed, &end, 10);
		if (seed[0] < '0' || seed[0] > '9' || *end || errno)
			return leap_source_fail(error, -EINVAL,
						"source simulate:%s: the seed is no "
						"number between 0 and 2^64 - 1",
						seed);
	}
	return leap_source_simulate_open(number, ret_source, error);
}

/* What follows "KIND:" in @spec; NULL when it is another kind. */
static const char *argument_of(const char *spec, const char *kind)
{
	size_t length = strlen(kind);

	return strncmp(spec, kind, length) == 0 && spec[length] == ':'
		       ? spec + length + 1
		       : NULL;
}

static int open_spec(const char *spec, struct leap_source **ret_source, char *error)
{
	const char *argument;

	if (strcmp(spec, "auto") == 0)
		return open_auto(ret_source, error);
	if (strcmp(spec, "device") == 0)
		return open_any_device(ret_source, error);
	if (strcmp(spec, "simulate") == 0)
		return open_simulate(NULL, ret_source, error);
	argument = argument_of(spec, "simulate");
	if (argument)
		return open_simulate(argument, ret_source, error);
	argument = argument_of(spec, "device");
	if (argument && *argument)
		return leap_source_device_open(argument, ret_source, error);
	argument = argument_of(spec, "replay");
	if (argument && *argument)
		return leap_source_replay_open(argument, ret_source, error);
	return leap_source_fail(error, -EINVAL,
				"source '%s' is not known: use auto, device, "
				"device:PATH, replay:FILE, simulate or simulate:SEED",
				spec);
}

int leap_source_open(const char *spec, struct leap_source **ret_source,
		     const char **ret_error)
{
	static _Thread_local char error[LEAP_SOURCE_ERROR_MAX];
	int r;

	r = open_spec(spec, ret_source, error);
	if (r < 0)
		*ret_error = error;
	return r;
}

const struct leap_source_info *leap_source_info(const struct leap_source *source)
{
	return &source->info;
}

bool leap_source_is_live(const struct leap_source *source)
{
	return source->live;
}

int leap_source_next(struct leap_source *source, int timeout_ms,
		     struct leap_stereo_frame *ret_frame)
{
	return source->ops->next(source, timeout_ms, ret_frame);
}

bool leap_source_still_valid(const struct leap_source *source,
			     const struct leap_stereo_frame *frame)
{
	return !source->ops->still_valid || source->ops->still_valid(source, frame);
}

int leap_source_expose(struct leap_source *source, unsigned int exposure_us,
		       unsigned int gain)
{
	if (!source->ops->expose)
		return -EOPNOTSUPP;
	return source->ops->expose(source, exposure_us, gain);
}

int leap_source_darken(struct leap_source *source, unsigned int interval)
{
	if (!source->ops->darken)
		return -EOPNOTSUPP;
	return source->ops->darken(source, interval);
}

void leap_source_close(struct leap_source *source)
{
	if (source)
		source->ops->close(source);
}
