// SPDX-License-Identifier: MIT
/* Prints where hands are. cc example.c $(pkg-config --cflags --libs leap) -o example */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <leap.h>

static void print(const struct leap_frame *frame)
{
	for (uint32_t i = 0; i < frame->hand_count; i++) {
		const struct leap_hand *hand = &frame->hand[i];
		const struct leap_vector *palm = &hand->palm_position;

		printf("%" PRId64 " %s hand at %.0f %.0f %.0f mm, grab %.2f\n",
		       frame->id, hand->is_left ? "left" : "right", (double)palm->x,
		       (double)palm->y, (double)palm->z, (double)hand->grab_strength);
	}
}

int main(int argc, char **argv)
{
	int frames = argc > 1 ? atoi(argv[1]) : 1000;
	struct leap_connection *leap;
	struct leap_event event;

	if (leap_open(NULL, &leap) < 0)
		return EXIT_FAILURE;
	while (frames > 0 && leap_poll(leap, -1, &event) >= 0) {
		if (event.type == LEAP_EVENT_CONNECTED)
			printf("connected to leapd\n");
		if (event.type == LEAP_EVENT_LOST)
			printf("leapd is gone; waiting for it\n");
		if (event.type == LEAP_EVENT_FRAME && frames-- > 0)
			print(event.u.tracking.frame);
	}
	leap_close(leap);
	return EXIT_SUCCESS;
}
