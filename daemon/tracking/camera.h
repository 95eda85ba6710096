/* SPDX-License-Identifier: MIT */
/*
 * The controller's two cameras: calibration block, pixel to ray and point to pixel.
 * Pure: a camera is written once by its parser and only read afterwards, by any thread.
 */
#ifndef LEAP_CAMERA_H
#define LEAP_CAMERA_H

#include "daemon/capture/stereo_frame.h"
#include "daemon/tracking/vec.h"

#define LEAP_CAMERA_BLOCK_SIZE 156

/**
 * struct leap_lens - one eye
 *
 * The block also stores a tangential pair for each eye, which the model leaves out:
 * what is known of real blocks does not tell which of the two goes with columns, nor
 * their sign, nor whether they apply before or after the radial terms, and the wrong
 * choice doubles the error instead of removing it. In the one real block at hand they
 * are worth 0.02 to 0.06 pixel at a slope of 0.25, 0.1 to 0.25 at 0.5 and 0.4 to 1.1 at
 * 1, that is 45 degrees from the axis. There is no picture of that same unit to decide
 * it by.
 *
 * @focal: pixels at the 640 x 480 scale
 * @centre: principal point at the 640 x 480 scale, where row r of 240 is 2 r
 * @radial: k1..k6 of x_u = x_d (1 + k1 r2 + k2 r4 + k3 r6) / (1 + k4 r2 + k5 r4 + k6 r6)
 * @rotation: from the Cayley vector; its transpose takes the eye's ideal rays to the
 *	rectified frame common to both eyes
 * @reach: distance from the centre, in focal lengths, up to which the radial model
 *	has one ray for each pixel; found by the parser
 */
struct leap_lens {
	double focal;
	double centre[2];
	double radial[6];
	struct mat3 rotation;
	double reach;
};

/**
 * struct leap_camera - both eyes
 * @baseline: distance between the eyes, millimetres
 * @lens: by enum leap_eye
 * @nominal: true when these are the built-in values and not this unit's own
 */
struct leap_camera {
	double baseline;
	struct leap_lens lens[LEAP_EYES];
	bool nominal;
};

/** struct leap_sensor_mode - geometry of one eye's picture, one of the six modes */
struct leap_sensor_mode {
	uint32_t width;
	uint32_t height;
};

/**
 * leap_camera_parse() - read the 156-byte calibration block
 * Layout: 'C' 'A' version score, u32 unix time, 36 floats, u32 checksum; the
 * checksum is the sum mod 2^32 of the 38 little-endian words before it (verified
 * on a real block).
 *
 * A block may be sealed and yet be nonsense. Refused are distances, focal lengths,
 * centres, distortions and rotations that are not numbers or far from what such a device
 * can have, and radial terms that give a place in the 640 x 480 picture no ray of its own.
 *
 * Return: 0; -EMSGSIZE not 156 bytes; -EBADMSG magic, version or checksum wrong;
 * -ERANGE a value no such device can have. @ret_camera is untouched on failure.
 */
int leap_camera_parse(const void *block, size_t size, struct leap_camera *ret_camera);

/**
 * leap_camera_fault() - why leap_camera_parse() refuses a block, for a person
 *
 * Return: half a sentence that names the first value that is wrong, static storage;
 * NULL when nothing is.
 */
const char *leap_camera_fault(const void *block, size_t size);

/** leap_camera_nominal() - what to use when there is no valid block; sets nominal */
void leap_camera_nominal(struct leap_camera *ret_camera);

/**
 * leap_camera_level() - turn the eyes about the x axis so that they see on the same rows
 * @by: radians by which the right eye sees things lower in its picture, towards +z, than
 *	the left. Each takes half of it: which of them is off cannot be told
 */
void leap_camera_level(struct leap_camera *camera, double by);

/**
 * leap_camera_slope() - the direction in which a pixel looks
 * @camera: parsed camera
 * @eye: which picture
 * @mode: geometry of that picture
 * @column: pixel centre coordinates: the first pixel's centre is 0.0
 * @row: likewise
 * @ret_slope: [0] = (x - eye_x) / y, [1] = z / y of every point on the ray, in the
 *	rectified Leap frame; eye_x is leap_camera_eye_x()
 *
 * Return: false where the lens model has no answer (outside the field of view).
 */
bool leap_camera_slope(const struct leap_camera *camera, enum leap_eye eye,
		       struct leap_sensor_mode mode, double column, double row,
		       double ret_slope[2]);

/**
 * leap_camera_project() - the pixel at which an eye sees a point
 * The inverse of leap_camera_slope() to 0.01 pixel wherever that has an answer.
 *
 * Return: false for points at or below the eye plane and outside the lens model.
 * A true answer may lie outside the picture.
 */
bool leap_camera_project(const struct leap_camera *camera, enum leap_eye eye,
			 struct leap_sensor_mode mode, struct vec3 point,
			 double ret_pixel[2]);

/** leap_camera_eye_x() - +baseline/2 for the left eye, -baseline/2 for the right */
double leap_camera_eye_x(const struct leap_camera *camera, enum leap_eye eye);

/**
 * leap_camera_triangulate() - the point nearest to both eyes' rays
 * @camera: parsed camera
 * @slope: by eye, from leap_camera_slope()
 * @ret_point: midpoint of the shortest segment between the rays
 * @ret_gap: its length in millimetres, a measure of mismatch; may be NULL
 *
 * Return: false when the rays meet behind the camera or not at all.
 */
bool leap_camera_triangulate(const struct leap_camera *camera,
			     const double slope[LEAP_EYES][2], struct vec3 *ret_point,
			     double *ret_gap);

#endif /* LEAP_CAMERA_H */
