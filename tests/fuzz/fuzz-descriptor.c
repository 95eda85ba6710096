// SPDX-License-Identifier: MIT
/*
 * Any bytes as the descriptors of the streaming interface: a mode that is found is one
 * that can be used. Single-threaded.
 */
#include <stdint.h>
#include <stdlib.h>

#include "driver/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_video_mode mode;

	if (leap_descriptor_find_mode(data, size, 640, 240, &mode))
		return 0;
	if (!mode.format_index || !mode.frame_index || mode.width != 640 ||
	    mode.height != 240 || mode.interval < 10000 || mode.interval > 10000000)
		abort();
	return 0;
}
