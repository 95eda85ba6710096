// SPDX-License-Identifier: MIT
/*
 * The weights that the program was built with. Constant data, any thread.
 */
#include "daemon/tracking/network.h"

#include <stdint.h>

/* Says nothing; new weights make a new one, so that this file is compiled again. */
#include <weights-stamp.h>

/* LEAP_WEIGHTS is the file's name, see meson.build. */
__asm__(".section .rodata\n"
	".balign 64\n"
	".global leap_weights_start\n"
	".hidden leap_weights_start\n"
	"leap_weights_start:\n"
	".incbin \"" LEAP_WEIGHTS "\"\n"
	".global leap_weights_end\n"
	".hidden leap_weights_end\n"
	"leap_weights_end:\n"
	".previous\n");

extern const uint8_t leap_weights_start[] __attribute__((visibility("hidden")));
extern const uint8_t leap_weights_end[] __attribute__((visibility("hidden")));

const void *leap_network_weights(size_t *ret_size)
{
	/* cppcheck-suppress comparePointers ; they bound the same bytes */
	*ret_size = (size_t)(leap_weights_end - leap_weights_start);
	return leap_weights_start;
}
