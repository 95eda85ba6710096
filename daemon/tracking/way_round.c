// SPDX-License-Identifier: MIT
/*
 * Which way round the controller lies, told by where forearms come from.
 * Pure but for the belief, which is the caller's.
 */
#include "daemon/tracking/way_round.h"

/* Of the forearm's direction, along z: steeper ones tell nothing. */
#define TELLING 0.5
#define CHANGE_NS INT64_C(100000000)

/* Numbers of hands and tools never get that far. */
#define OTHER_NUMBER (UINT32_C(1) << 31)

/* 1 for a forearm from the user's side, -1 from the other one, 0 from neither. */
static int side_of(const struct leap_tracked_hand *hand, bool reversed)
{
	struct vec3 arm = vec3_unit_or(vec3_sub(hand->elbow, hand->wrist),
				       vec3_scale(hand->direction, -1));
	double z = reversed ? -arm.z : arm.z;

	return z > TELLING ? 1 : z < -TELLING ? -1 : 0;
}

static bool all_opposed(const struct leap_hands *hands, bool reversed)
{
	for (unsigned int i = 0; i < hands->count; i++)
		if (side_of(&hands->hand[i], reversed) >= 0)
			return false;
	return hands->count > 0;
}

static void believe(struct leap_way_round *way, const struct leap_hands *hands)
{
	if (!all_opposed(hands, way->reversed)) {
		way->opposed = false;
		return;
	}
	if (!way->opposed || hands->time_ns < way->since_ns)
		way->since_ns = hands->time_ns;
	way->opposed = true;
	if (hands->time_ns - way->since_ns < CHANGE_NS)
		return;
	way->reversed = !way->reversed;
	way->opposed = false;
}

static void turn(struct vec3 *v)
{
	*v = vec3(-v->x, v->y, -v->z);
}

static void turn_hand(struct leap_tracked_hand *hand)
{
	hand->track |= OTHER_NUMBER;
	turn(&hand->palm);
	turn(&hand->normal);
	turn(&hand->direction);
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < LEAP_JOINTS; j++)
			turn(&hand->joint[k][j]);
	turn(&hand->wrist);
	turn(&hand->elbow);
}

static void turn_tool(struct leap_tracked_tool *tool)
{
	tool->track |= OTHER_NUMBER;
	if (tool->held)
		tool->hand |= OTHER_NUMBER;
	turn(&tool->tip);
	turn(&tool->direction);
}

void leap_way_round_turn(struct leap_way_round *way, struct leap_hands *hands)
{
	believe(way, hands);
	if (!way->reversed)
		return;
	for (unsigned int i = 0; i < hands->count; i++)
		turn_hand(&hands->hand[i]);
	for (unsigned int i = 0; i < hands->tool_count; i++)
		turn_tool(&hands->tool[i]);
}
