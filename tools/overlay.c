// SPDX-License-Identifier: MIT
/*
 * Draws by projecting many points of each bone: lenses bend straight lines.
 * No state.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/overlay.h"

#define STEPS 100 /* points on a bone */

struct colour {
	uint8_t rgb[3];
};

static const struct colour white = { { 255, 255, 255 } };
static const struct colour cyan = { { 0, 220, 220 } };
static const struct colour orange = { { 255, 140, 0 } };

static const struct colour finger_colour[LEAP_FINGERS] = {
	[LEAP_THUMB] = { { 255, 60, 60 } },  [LEAP_INDEX] = { { 255, 220, 0 } },
	[LEAP_MIDDLE] = { { 0, 220, 60 } },  [LEAP_RING] = { { 80, 140, 255 } },
	[LEAP_PINKY] = { { 255, 80, 255 } },
};

struct canvas {
	uint8_t *rgb;
	const struct leap_camera *camera;
	struct leap_sensor_mode mode;
};

static void put_pixel(const struct canvas *canvas, enum leap_eye eye, double column,
		      double row, struct colour colour)
{
	size_t pixel;

	if (!(column > -0.5 && column < canvas->mode.width - 0.5 && row > -0.5 &&
	      row < canvas->mode.height - 0.5))
		return;
	pixel = (size_t)(eye * canvas->mode.height + lround(row)) * canvas->mode.width +
		lround(column);
	memcpy(canvas->rgb + pixel * 3, colour.rgb, 3);
}

static void put_point(const struct canvas *canvas, struct vec3 point,
		      struct colour colour, int radius)
{
	for (enum leap_eye eye = 0; eye < LEAP_EYES; eye++) {
		double pixel[2];

		if (!leap_camera_project(canvas->camera, eye, canvas->mode, point,
					 pixel))
			continue;
		for (int y = -radius; y <= radius; y++)
			for (int x = -radius; x <= radius; x++)
				put_pixel(canvas, eye, pixel[0] + x, pixel[1] + y,
					  colour);
	}
}

static void put_bone(const struct canvas *canvas, struct vec3 from, struct vec3 to,
		     struct colour colour)
{
	for (int i = 0; i <= STEPS; i++)
		put_point(canvas, vec3_lerp(from, to, (double)i / STEPS), colour, 0);
}

static void put_hand(const struct canvas *canvas, const struct leap_tracked_hand *hand)
{
	put_bone(canvas, hand->elbow, hand->wrist, cyan);
	put_bone(canvas, hand->wrist, hand->palm, cyan);
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int joint = LEAP_CARP; joint < LEAP_BTIP; joint++)
			put_bone(canvas, hand->joint[finger][joint],
				 hand->joint[finger][joint + 1], finger_colour[finger]);
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int joint = LEAP_MCP; joint <= LEAP_BTIP; joint++)
			put_point(canvas, hand->joint[finger][joint], white,
				  joint == LEAP_BTIP ? 1 : 0);
	put_point(canvas, hand->palm, cyan, 2);
}

static void put_tool(const struct canvas *canvas, const struct leap_tracked_tool *tool)
{
	struct vec3 base = vec3_madd(tool->tip, -tool->length, tool->direction);

	put_bone(canvas, base, tool->tip, orange);
	put_point(canvas, tool->tip, white, 1);
}

uint8_t *overlay_draw(const struct leap_stereo_frame *frame,
		      const struct leap_camera *camera, const struct leap_hands *hands)
{
	size_t eye_pixels = (size_t)frame->width * frame->height;
	const struct canvas canvas = {
		.rgb = malloc(eye_pixels * LEAP_EYES * 3),
		.camera = camera,
		.mode = { frame->width, frame->height },
	};

	if (!canvas.rgb)
		return NULL;
	for (size_t i = 0; i < eye_pixels; i++)
		for (int eye = 0; eye < LEAP_EYES; eye++)
			memset(canvas.rgb + (eye * eye_pixels + i) * 3,
			       frame->pixels[i * 2 + eye], 3);
	for (unsigned int i = 0; i < hands->count; i++)
		put_hand(&canvas, &hands->hand[i]);
	for (unsigned int i = 0; i < hands->tool_count; i++)
		put_tool(&canvas, &hands->tool[i]);
	return canvas.rgb;
}
