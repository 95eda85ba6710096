// SPDX-License-Identifier: MIT
/*
 * Any bytes as the descriptors of the streaming interface: a mode that is found is one
 * that can be used. Single-threaded.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/leap.h>

#include "driver/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_video_mode modes[LEAP_MODES_MAX];
	unsigned int count = leap_descriptor_modes(data, size, modes);

	if (count > LEAP_MODES_MAX)
		abort();
	for (unsigned int i = 0; i < count; i++) {
		const struct leap_video_mode *mode = &modes[i];
		size_t frame = (size_t)mode->width * mode->height * 2;

		if (!mode->format_index || !mode->frame_index || !frame ||
		    frame > LEAP_FRAME_MAX || mode->interval < 10000 ||
		    mode->interval > 10000000)
			abort();
		if (leap_find_mode(modes, count, mode->width, mode->height) != mode)
			abort();
	}
	return 0;
}
