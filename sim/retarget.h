/* SPDX-License-Identifier: MIT */
/*
 * From somebody's recorded hand to the same posture of another hand.
 * Pure values; no state, any thread.
 */
#ifndef LEAP_SIM_RETARGET_H
#define LEAP_SIM_RETARGET_H

#include "sim/anatomy.h"

/**
 * leap_sim_retarget() - what @shape has to do to look like @hand
 * @hand: palm, normal, direction and the joints from MCP to BTIP are read; of the
 *	thumb those from PIP on
 * @ret_posture: palm and its axes are those of @hand, bones point as nearly as joints
 *	allow where its bones point, the elbow is behind the wrist
 */
void leap_sim_retarget(const struct leap_tracked_hand *hand,
		       const struct leap_sim_shape *shape,
		       struct leap_sim_posture *ret_posture);

#endif /* LEAP_SIM_RETARGET_H */
