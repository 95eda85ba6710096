/* SPDX-License-Identifier: MIT */
/*
 * The lines that tell the synthetic controller to misbehave.
 * Pure; any thread.
 */
#ifndef LEAP_SIM_COMMAND_H
#define LEAP_SIM_COMMAND_H

#include "sim/device.h"

enum leap_command_verb {
	LEAP_COMMAND_FAULT,
	LEAP_COMMAND_FREEZE,
	LEAP_COMMAND_THAW,
	LEAP_COMMAND_UNPLUG,
	LEAP_COMMAND_PLUG,
	LEAP_COMMAND_QUIT,
};

/**
 * struct leap_command - one line understood
 * @verb: what to do
 * @fault: of LEAP_COMMAND_FAULT
 * @count: of LEAP_COMMAND_FAULT, how many to spoil; 0 takes the rest back
 */
struct leap_command {
	enum leap_command_verb verb;
	enum leap_fault fault;
	unsigned int count;
};

/**
 * leap_command_parse() - from a line without its line feed: a word and, for faults, a
 *	number (1 when left out); white space around them does not matter
 *
 * Return: 0; -EINVAL for anything else; -ENODATA for an empty line or one that begins
 *	with '#'.
 */
int leap_command_parse(const char *line, struct leap_command *ret_command);

#endif /* LEAP_SIM_COMMAND_H */
