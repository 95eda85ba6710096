/* SPDX-License-Identifier: MIT */
/*
 * What the network looks at: both eyes' pictures around one point in space, rectified,
 * at the same millimetres per pixel, the brightness evened out.
 * Pure; the tables are written once and then read by any thread.
 */
#ifndef LEAP_CROP_H
#define LEAP_CROP_H

#include "daemon/capture/stereo_frame.h"
#include "daemon/tracking/camera.h"

#define LEAP_CROP_ROWS 64
#define LEAP_CROP_COLUMNS 128
#define LEAP_CROP_PLANES 3

#define LEAP_CROP_LENS_STEPS 1024

/**
 * struct leap_crop_optics - where rays meet the pictures, in tables
 * @mode: geometry of the pictures
 * @eye_x: by eye, place on the x axis, millimetres
 * @rotation: rectified frame to the eye's own, by row
 * @focal: pixels of @mode, across and down
 * @centre: likewise
 * @far: ideal radius beyond which the lens has no answer, focal lengths
 * @scale: pixel radius over ideal radius at LEAP_CROP_LENS_STEPS steps up to @far
 */
struct leap_crop_optics {
	struct leap_sensor_mode mode;
	struct leap_crop_lens {
		float eye_x;
		float rotation[3][3];
		float focal[2];
		float centre[2];
		float far;
		float scale[LEAP_CROP_LENS_STEPS + 2];
	} eye[LEAP_EYES];
};

/**
 * struct leap_crop_place - where to look and which way round
 * @anchor: what shall be in the middle, Leap coordinates, above the device
 * @width: of the crop at the anchor, millimetres, across and down
 * @mirrored: look as if x were negated: left hands become right ones
 * @turned: look as if the device were turned about its vertical axis by half a turn:
 *	hands from the far side come from the near one
 */
struct leap_crop_place {
	struct vec3 anchor;
	double width;
	bool mirrored;
	bool turned;
};

/**
 * struct leap_crop - what is seen there
 * @place: as given
 * @axis: of the crop in its own (mirrored, turned) space: columns, rows, along the view
 * @depth: of the anchor along the view, from the point midway between the eyes
 * @pixel: by eye (as seen from the mirrored, turned space), row and column
 */
struct leap_crop {
	struct leap_crop_place place;
	struct vec3 axis[3];
	double depth;
	uint8_t pixel[LEAP_EYES][LEAP_CROP_ROWS][LEAP_CROP_COLUMNS];
};

/** leap_crop_optics_init() - tables for the pictures of @mode seen through @camera */
void leap_crop_optics_init(const struct leap_camera *camera,
			   struct leap_sensor_mode mode,
			   struct leap_crop_optics *ret_optics);

/** leap_crop_project() - leap_camera_project() by the tables, to 0.02 pixel */
bool leap_crop_project(const struct leap_crop_optics *optics, enum leap_eye eye,
		       struct vec3 point, float ret_pixel[2]);

/**
 * leap_crop_take() - look at a place
 * @frame: its geometry is the tables' mode
 * Pixels outside the pictures are 0. The brightness is as in the picture.
 */
void leap_crop_take(const struct leap_crop_optics *optics,
		    const struct leap_stereo_frame *frame,
		    const struct leap_crop_place *place, struct leap_crop *ret_crop);

/**
 * leap_crop_even() - even out the brightness
 * The square root of each pixel against what the brightest fortieth of the crop
 * reaches, so that near, far, bright and dim hands look alike; 204 is as bright as
 * that, 250 half as bright again or more.
 */
void leap_crop_even(struct leap_crop *crop);

/**
 * leap_crop_planes() - what the network is told beside the pixels
 * @ret_plane: logarithm of the depth over 200 mm, then the view's slope across and
 *	along z
 */
void leap_crop_planes(const struct leap_crop *crop, float ret_plane[LEAP_CROP_PLANES]);

/**
 * leap_crop_locate() - a point of Leap space in the crop's coordinates
 * @ret_at: column and row of its projection from midway between the eyes, in half
 *	widths from the middle; depth beyond the anchor in half widths
 */
void leap_crop_locate(const struct leap_crop *crop, struct vec3 point,
		      double ret_at[3]);

/**
 * leap_crop_middle() - where to look so that all of a hand is in the crop
 * @point: wrist and joints, @points of them
 *
 * Return: the middle of the box around them. Hands are some 200 mm long: around their
 * palm a crop loses the tips of large ones.
 */
struct vec3 leap_crop_middle(const struct vec3 point[], unsigned int points);

/** leap_crop_point() - the inverse of leap_crop_locate() */
struct vec3 leap_crop_point(const struct leap_crop *crop, const double at[3]);

#endif /* LEAP_CROP_H */
