// SPDX-License-Identifier: MIT
/*
 * The lines that tell the synthetic controller to misbehave.
 * Pure; any thread.
 */
#include "sim/command.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#define SPACE " \t\r"

static const struct {
	const char *word;
	struct leap_command command;
} words[] = {
	{ "stall", { LEAP_COMMAND_FAULT, LEAP_FAULT_STALL, 1 } },
	{ "eproto", { LEAP_COMMAND_FAULT, LEAP_FAULT_EPROTO, 1 } },
	{ "overflow", { LEAP_COMMAND_FAULT, LEAP_FAULT_OVERFLOW, 1 } },
	{ "eilseq", { LEAP_COMMAND_FAULT, LEAP_FAULT_EILSEQ, 1 } },
	{ "short", { LEAP_COMMAND_FAULT, LEAP_FAULT_SHORT, 1 } },
	{ "zlp", { LEAP_COMMAND_FAULT, LEAP_FAULT_ZLP, 1 } },
	{ "lose", { LEAP_COMMAND_FAULT, LEAP_FAULT_LOSE, 1 } },
	{ "mutate", { LEAP_COMMAND_FAULT, LEAP_FAULT_MUTATE, 1 } },
	{ "garbage-control", { LEAP_COMMAND_FAULT, LEAP_FAULT_GARBAGE_CONTROL, 1 } },
	{ "noreply-control", { LEAP_COMMAND_FAULT, LEAP_FAULT_NOREPLY_CONTROL, 1 } },
	{ "freeze", { LEAP_COMMAND_FREEZE } },
	{ "thaw", { LEAP_COMMAND_THAW } },
	{ "unplug", { LEAP_COMMAND_UNPLUG } },
	{ "plug", { LEAP_COMMAND_PLUG } },
	{ "quit", { LEAP_COMMAND_QUIT } },
};

static int parse_count(const char **text, unsigned int *ret_count)
{
	unsigned int count = 0;

	if (**text < '0' || **text > '9')
		return -EINVAL;
	for (; **text >= '0' && **text <= '9'; ++*text) {
		unsigned int digit = **text - '0';

		if (count > (UINT_MAX - digit) / 10)
			return -EINVAL;
		count = count * 10 + digit;
	}
	*ret_count = count;
	return 0;
}

static int find_word(const char *word, size_t length, struct leap_command *ret_command)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != length ||
		    memcmp(words[i].word, word, length))
			continue;
		*ret_command = words[i].command;
		return 0;
	}
	return -EINVAL;
}

int leap_command_parse(const char *line, struct leap_command *ret_command)
{
	struct leap_command command;
	size_t length;
	int r;

	line += strspn(line, SPACE);
	if (!*line || *line == '#')
		return -ENODATA;
	length = strcspn(line, SPACE);
	r = find_word(line, length, &command);
	if (r < 0)
		return r;
	line += length;
	line += strspn(line, SPACE);
	if (*line && command.verb == LEAP_COMMAND_FAULT) {
		r = parse_count(&line, &command.count);
		if (r < 0)
			return r;
		line += strspn(line, SPACE);
	}
	if (*line)
		return -EINVAL;
	*ret_command = command;
	return 0;
}
