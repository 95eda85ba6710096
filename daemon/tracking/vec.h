/* SPDX-License-Identifier: MIT */
/*
 * Points, directions and bases in Leap coordinates (millimetres; x right, y up,
 * z towards the user; right-handed). Pure values, no state.
 */
#ifndef LEAP_VEC_H
#define LEAP_VEC_H

#include <math.h>

struct vec3 {
	double x, y, z;
};

/* Rows are the basis vectors: row[0] = x axis, row[1] = y axis, row[2] = z axis. */
struct mat3 {
	struct vec3 row[3];
};

static inline struct vec3 vec3(double x, double y, double z)
{
	return (struct vec3){ x, y, z };
}

static inline struct vec3 vec3_add(struct vec3 a, struct vec3 b)
{
	return vec3(a.x + b.x, a.y + b.y, a.z + b.z);
}

static inline struct vec3 vec3_sub(struct vec3 a, struct vec3 b)
{
	return vec3(a.x - b.x, a.y - b.y, a.z - b.z);
}

static inline struct vec3 vec3_scale(struct vec3 a, double s)
{
	return vec3(a.x * s, a.y * s, a.z * s);
}

static inline struct vec3 vec3_madd(struct vec3 a, double s, struct vec3 b)
{
	return vec3(a.x + s * b.x, a.y + s * b.y, a.z + s * b.z);
}

static inline struct vec3 vec3_lerp(struct vec3 a, struct vec3 b, double t)
{
	return vec3_madd(a, t, vec3_sub(b, a));
}

static inline double vec3_dot(struct vec3 a, struct vec3 b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline struct vec3 vec3_cross(struct vec3 a, struct vec3 b)
{
	return vec3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
		    a.x * b.y - a.y * b.x);
}

static inline double vec3_length(struct vec3 a)
{
	return sqrt(vec3_dot(a, a));
}

static inline double vec3_distance(struct vec3 a, struct vec3 b)
{
	return vec3_length(vec3_sub(a, b));
}

/* The fallback is what a vector too short to have a direction becomes. */
static inline struct vec3 vec3_unit_or(struct vec3 a, struct vec3 fallback)
{
	double length = vec3_length(a);

	return length > 1e-9 ? vec3_scale(a, 1.0 / length) : fallback;
}

/* The part of @a that is perpendicular to the unit vector @n. */
static inline struct vec3 vec3_reject(struct vec3 a, struct vec3 n)
{
	return vec3_madd(a, -vec3_dot(a, n), n);
}

static inline struct mat3 mat3_identity(void)
{
	return (struct mat3){ { vec3(1, 0, 0), vec3(0, 1, 0), vec3(0, 0, 1) } };
}

static inline struct vec3 mat3_apply(const struct mat3 *m, struct vec3 v)
{
	return vec3(vec3_dot(m->row[0], v), vec3_dot(m->row[1], v),
		    vec3_dot(m->row[2], v));
}

static inline struct vec3 mat3_apply_transposed(const struct mat3 *m, struct vec3 v)
{
	return vec3_add(
		vec3_add(vec3_scale(m->row[0], v.x), vec3_scale(m->row[1], v.y)),
		vec3_scale(m->row[2], v.z));
}

static inline double mat3_determinant(const struct mat3 *m)
{
	return vec3_dot(m->row[0], vec3_cross(m->row[1], m->row[2]));
}

#endif /* LEAP_VEC_H */
