/* SPDX-License-Identifier: MIT */
/*
 * Where each direction falls in a raw picture: the lens as a table, one per mode.
 * Written when the mode changes, read by the tracker that owns it.
 */
#ifndef LEAP_VIEW_H
#define LEAP_VIEW_H

#include "daemon/tracking/camera.h"

/* The table covers slopes of -3.2 .. 3.2 in both directions. */
#define LEAP_VIEW_SPAN 3.2
#define LEAP_VIEW_STEP 0.05
#define LEAP_VIEW_NODES 129

struct leap_view {
	struct leap_sensor_mode mode;
	float pixel[LEAP_EYES][LEAP_VIEW_NODES][LEAP_VIEW_NODES][2];
};

/** leap_view_fill() - tabulate @camera for pictures of @mode; some milliseconds */
void leap_view_fill(struct leap_view *view, const struct leap_camera *camera,
		    struct leap_sensor_mode mode);

/**
 * leap_view_pixel() - leap_camera_project() for a direction, by interpolation
 * @slope: as leap_camera_slope() gives it
 * @ret_pixel: far outside the picture where the lens has no answer
 */
static inline void leap_view_pixel(const struct leap_view *view, enum leap_eye eye,
				   double slope_x, double slope_z, float ret_pixel[2])
{
	const double most = LEAP_VIEW_NODES - 1.001;
	double u = (slope_x + LEAP_VIEW_SPAN) * (1 / LEAP_VIEW_STEP);
	double v = (slope_z + LEAP_VIEW_SPAN) * (1 / LEAP_VIEW_STEP);
	const float(*a)[2], (*b)[2];
	float fu, fv;
	int i, j;

	if (!(u >= 0 && u <= most && v >= 0 && v <= most)) {
		ret_pixel[0] = ret_pixel[1] = -1e4f;
		return;
	}
	i = (int)u;
	j = (int)v;
	fu = (float)(u - i);
	fv = (float)(v - j);
	a = &view->pixel[eye][j][i];
	b = &view->pixel[eye][j + 1][i];
	for (int c = 0; c < 2; c++) {
		float top = a[0][c] + fu * (a[1][c] - a[0][c]);
		float bottom = b[0][c] + fu * (b[1][c] - b[0][c]);

		ret_pixel[c] = top + fv * (bottom - top);
	}
}

#endif /* LEAP_VIEW_H */
