/* SPDX-License-Identifier: MIT */
/*
 * The command line of leapd and the configuration that follows from it.
 * Used by the main thread before any other starts.
 */
#ifndef LEAP_OPTIONS_H
#define LEAP_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "daemon/config/config.h"

/**
 * struct leap_options - what is no setting
 * @trace: file for a line about each frame; NULL for none
 * @foreground: greet even when nobody looks
 * @wait: wait for a controller
 * @help: tell about the options, and nothing else
 * @version: likewise
 */
struct leap_options {
	const char *trace;
	bool foreground;
	bool wait;
	bool help;
	bool version;
};

/**
 * leap_options_parse() - built-in values, then the file, then the command line
 * @config: initialised
 * @default_file: read when it exists and --config names no other
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * Return: 0; -EINVAL or what leap_config_load() and leap_config_set() say.
 */
int leap_options_parse(int argc, char **argv, const char *default_file,
		       struct leap_options *ret_options, struct leap_config *config,
		       char **ret_error);

/** leap_options_help() - all options, a line each */
void leap_options_help(FILE *to);

#endif /* LEAP_OPTIONS_H */
