/* SPDX-License-Identifier: MIT */
/*
 * Quiet at rest, quick in motion: a low-pass filter whose cut-off follows the speed
 * (Casiez, Roussel, Vogel: 1 euro filter, CHI 2012). Plain values.
 */
#ifndef LEAP_SMOOTH_H
#define LEAP_SMOOTH_H

#include <math.h>
#include <stdbool.h>

/**
 * struct leap_smooth - one number over time
 * @value: filtered
 * @speed: filtered, per second
 * @started: false: the next value is taken as it is
 */
struct leap_smooth {
	double value;
	double speed;
	bool started;
};

/**
 * struct leap_smoothing - how much
 * @cutoff: of a value at rest, Hz
 * @quickness: Hz that the cut-off rises for each unit per second
 * @calm: units per second that count as rest, so that what is left of noise in the speed
 *	does not open the filter for itself
 */
struct leap_smoothing {
	double cutoff;
	double quickness;
	double calm;
};

static inline double leap_smooth_share(double cutoff, double dt)
{
	return 1 / (1 + 1 / (2 * M_PI * cutoff * dt));
}

/** leap_smooth_next() - the filtered value after @value; @dt seconds, positive */
static inline double leap_smooth_next(struct leap_smooth *s,
				      const struct leap_smoothing *how, double value,
				      double dt)
{
	double speed, share;

	if (!s->started) {
		*s = (struct leap_smooth){ .value = value, .started = true };
		return value;
	}
	speed = (value - s->value) / dt;
	s->speed += leap_smooth_share(6, dt) * (speed - s->speed);
	speed = fmax(0, fabs(s->speed) - how->calm);
	share = leap_smooth_share(how->cutoff + how->quickness * speed, dt);
	s->value += share * (value - s->value);
	return s->value;
}

#endif /* LEAP_SMOOTH_H */
