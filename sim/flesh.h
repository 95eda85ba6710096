/* SPDX-License-Identifier: MIT */
/*
 * Flesh on the bones: a skeleton becomes a smooth surface of blended round cones.
 * Pure values; no state, any thread.
 */
#ifndef LEAP_SIM_FLESH_H
#define LEAP_SIM_FLESH_H

#include "sim/anatomy.h"

/* One hand and its forearm take 35. */
#define LEAP_SIM_CONES_MAX 72

/**
 * struct leap_sim_cone - all points within a radius of a segment; the radius changes
 *	along it as r[0] + h (r[1] + h r[2]), h being 0 at the start and 1 at the end
 * @start: of the segment, Leap coordinates
 * @along: from its start to its end
 * @inverse: 1 / |along|^2, 0 for a sphere
 * @r: millimetres
 * @largest: no radius along the segment is larger
 * @blend: width of the smooth transition to the cones before it in the same part
 * @albedo: reflectance, 1 for average skin
 * @part: cones of one part melt into each other; parts only touch. The cones of a
 *	part stand next to each other in the surface
 */
struct leap_sim_cone {
	float start[3];
	float along[3];
	float inverse;
	float r[3];
	float largest;
	float blend;
	float albedo;
	unsigned int part;
};

/** struct leap_sim_surface - everything that light can fall on */
struct leap_sim_surface {
	unsigned int count;
	unsigned int parts;
	struct leap_sim_cone cone[LEAP_SIM_CONES_MAX];
};

/** leap_sim_flesh() - add a hand with its forearm to @surface */
void leap_sim_flesh(const struct leap_sim_shape *shape,
		    const struct leap_sim_skeleton *skeleton,
		    struct leap_sim_surface *surface);

#endif /* LEAP_SIM_FLESH_H */
