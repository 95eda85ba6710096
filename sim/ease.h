/* SPDX-License-Identifier: MIT */
/*
 * How living things go from one place to another. Pure, any thread.
 */
#ifndef LEAP_SIM_EASE_H
#define LEAP_SIM_EASE_H

/** leap_sim_rise() - 0 below 0, 1 above 1, with no slope or bend at either end */
static inline double leap_sim_rise(double t)
{
	if (t <= 0)
		return 0;
	if (t >= 1)
		return 1;
	return t * t * t * (10 + t * (6 * t - 15));
}

#endif /* LEAP_SIM_EASE_H */
