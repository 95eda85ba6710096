/* SPDX-License-Identifier: MIT */
/*
 * Flesh on the bones: a skeleton becomes a smooth surface of blended round cones.
 * Pure values; no state, any thread.
 */
#ifndef LEAP_SIM_FLESH_H
#define LEAP_SIM_FLESH_H

#include "sim/anatomy.h"

/* One hand with its forearm and all it may wear takes 48. */
#define LEAP_SIM_CONES_MAX 144

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
 * @tint: what is added to 1 and multiplied with it, by the outward normal
 * @crease: how much darker the surface is around the start, 0..1
 * @crease_narrow: length of the cone in widths of half the crease
 * @mottle: how much darker and brighter blotches are, 0..1
 * @wave: turns of the blotches' wave for each millimetre
 * @wave_along: turns along the cone, of the wave and of one that crosses it
 * @phase: where the wave starts, turns
 * @cut: its ends are straight instead of round
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
	float tint[3];
	float crease;
	float crease_narrow;
	float mottle;
	float wave[3];
	float wave_along[2];
	float phase;
	bool cut;
	unsigned int part;
};

/** struct leap_sim_surface - everything that light can fall on */
struct leap_sim_surface {
	unsigned int count;
	unsigned int parts;
	struct leap_sim_cone cone[LEAP_SIM_CONES_MAX];
};

/** LEAP_SIM_BARE - for where a sleeve or a strap begins: nowhere */
#define LEAP_SIM_BARE 1e6

/**
 * struct leap_sim_dress - what covers a hand and what its skin is like
 * @sleeve: where it begins, millimetres of the average hand from the wrist towards the
 *	elbow; LEAP_SIM_BARE: bare
 * @reach: how much of the forearm there is to be seen, likewise from the wrist; what is
 *	in a sleeve that gives back no light at all is as good as gone
 * @sleeve_thick: how far it stands off, millimetres
 * @sleeve_albedo: reflectance, 1 for average skin
 * @watch: where its strap is, likewise
 * @watch_albedo: likewise
 * @rings: bit by finger type
 * @ring_albedo: likewise
 * @pad: how much brighter the palm side is than the back, 0..1
 * @nail: how much brighter nails are than skin
 * @crease: how dark the lines at joints are, 0..1
 * @mottle: how blotchy skin is, 0..1
 * @blotch: size of blotches, millimetres
 * @phase: where they are, turns
 */
struct leap_sim_dress {
	double sleeve;
	double reach;
	double sleeve_thick;
	double sleeve_albedo;
	double watch;
	double watch_albedo;
	unsigned int rings;
	double ring_albedo;
	double pad;
	double nail;
	double crease;
	double mottle;
	double blotch;
	double phase;
};

/** leap_sim_dress_draw() - by seed: bare arms, sleeves, watches, rings, arms out of sight */
void leap_sim_dress_draw(uint64_t seed, struct leap_sim_dress *ret_dress);

/**
 * leap_sim_flesh() - add a hand with its forearm to @surface
 * @dress: NULL for a bare arm and smooth skin
 */
void leap_sim_flesh(const struct leap_sim_shape *shape,
		    const struct leap_sim_skeleton *skeleton,
		    const struct leap_sim_dress *dress,
		    struct leap_sim_surface *surface);

/**
 * leap_sim_cone_blotches() - darker and brighter places on a cone
 * @wave: turns for each millimetre, Leap coordinates
 * @phase: turns at the cone's start
 */
void leap_sim_cone_blotches(struct leap_sim_cone *cone, double mottle, struct vec3 wave,
			    double phase);

/** leap_sim_surface_part() - what is added next melts with nothing that was before */
void leap_sim_surface_part(struct leap_sim_surface *surface);

/**
 * leap_sim_surface_cone() - add a cone to the part that was begun last
 * @r_start: radius at the start, millimetres
 * @r_end: and at the end
 * @bulge: what the radius in the middle has over the mean of its ends
 * @blend: as of struct leap_sim_cone
 *
 * Return: the cone, for what is unusual about it; its albedo is 1. NULL: the surface is
 * full, nothing was added.
 */
struct leap_sim_cone *leap_sim_surface_cone(struct leap_sim_surface *surface,
					    struct vec3 start, struct vec3 end,
					    double r_start, double r_end, double bulge,
					    double blend);

#endif /* LEAP_SIM_FLESH_H */
