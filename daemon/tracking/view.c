// SPDX-License-Identifier: MIT
/*
 * Tabulates the lens once, so that no frame pays for its inverse.
 * The table belongs to one tracker and its thread.
 */
#include "daemon/tracking/view.h"

void leap_view_fill(struct leap_view *view, const struct leap_camera *camera,
		    struct leap_sensor_mode mode)
{
	view->mode = mode;
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		double eye_x = leap_camera_eye_x(camera, eye);

		for (int j = 0; j < LEAP_VIEW_NODES; j++) {
			for (int i = 0; i < LEAP_VIEW_NODES; i++) {
				float *node = view->pixel[eye][j][i];
				struct vec3 far =
					vec3(i * LEAP_VIEW_STEP - LEAP_VIEW_SPAN, 1,
					     j * LEAP_VIEW_STEP - LEAP_VIEW_SPAN);
				double pixel[2];

				far = vec3_scale(far, 1000);
				far.x += eye_x;
				if (!leap_camera_project(camera, eye, mode, far, pixel))
					pixel[0] = pixel[1] = -1e4;
				node[0] = (float)pixel[0];
				node[1] = (float)pixel[1];
			}
		}
	}
}
