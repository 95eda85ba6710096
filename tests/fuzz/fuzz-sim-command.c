// SPDX-License-Identifier: MIT
/*
 * Any line as a command for the synthetic controller. Single-threaded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_command command;
	char *line = malloc(size + 1);
	int r;

	if (!line)
		abort();
	memcpy(line, data, size);
	line[size] = '\0';
	r = leap_command_parse(line, &command);
	if (r != 0 && r != -EINVAL && r != -ENODATA)
		abort();
	free(line);
	return 0;
}
