// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of the device: their ranges, how each is told to it and read back. The
 * caller holds leap_device::mutex or is probing.
 */
#include <linux/nospec.h>

#include "driver/device.h"
#include "driver/request.h"

/*
 * Switches behind LEAP_PU_MULTIPLEX. There is a sixth one, vertical zoom, that crashes
 * the device: no table and no argument leads to it.
 */
enum leap_switch {
	LEAP_SWITCH_HDR,
	LEAP_SWITCH_ROTATE,
	LEAP_SWITCH_LED_LEFT,
	LEAP_SWITCH_LED_CENTRE,
	LEAP_SWITCH_LED_RIGHT,
	LEAP_SWITCH_CENTRE_ROW,
	LEAP_SWITCHES
};

#define LEAP_SWITCH_SHIFT 6
#define LEAP_SWITCH_VALUE_MAX 1023 /* UVC gives the control 16 bits */

/**
 * struct leap_control_kind - what is known of a control
 * @minimum: smallest value
 * @maximum: largest value
 * @initial: what is told to the device, or believed of it, after it was plugged in
 * @unit: where it lies; 0 for one behind LEAP_PU_MULTIPLEX
 * @selector: in that unit, or enum leap_switch
 * @told: the vendor's service tells the device this before it streams, so do we; the
 *	others are left alone until somebody sets them
 */
struct leap_control_kind {
	u32 minimum;
	u32 maximum;
	u32 initial;
	u8 unit;
	u8 selector;
	bool told;
};

#define LEAP_SWITCH(maximum, initial, selector, told)  \
	{                                              \
		0, maximum, initial, 0, selector, told \
	}

static const struct leap_control_kind leap_kinds[LEAP_CONTROLS] = {
	[LEAP_CONTROL_EXPOSURE] = { 10, 65535, 511, LEAP_UNIT_CAMERA, LEAP_CT_EXPOSURE,
				    true },
	[LEAP_CONTROL_GAIN] = { 16, 63, 31, LEAP_UNIT_PROCESSING, LEAP_PU_GAIN, true },
	[LEAP_CONTROL_LED_LEFT] = LEAP_SWITCH(1, 1, LEAP_SWITCH_LED_LEFT, false),
	[LEAP_CONTROL_LED_CENTRE] = LEAP_SWITCH(1, 1, LEAP_SWITCH_LED_CENTRE, false),
	[LEAP_CONTROL_LED_RIGHT] = LEAP_SWITCH(1, 1, LEAP_SWITCH_LED_RIGHT, false),
	[LEAP_CONTROL_DIGITAL_GAIN] = { 4, 15, 4, LEAP_UNIT_PROCESSING,
					LEAP_PU_DIGITAL_GAIN, false },
	[LEAP_CONTROL_GAMMA] = { 0, 1, 0, LEAP_UNIT_PROCESSING, LEAP_PU_GAMMA, false },
	[LEAP_CONTROL_HDR] = LEAP_SWITCH(1, 0, LEAP_SWITCH_HDR, false),
	[LEAP_CONTROL_ROTATE] = LEAP_SWITCH(1, 0, LEAP_SWITCH_ROTATE, true),
	[LEAP_CONTROL_DARK_INTERVAL] = { 0, 255, 0, LEAP_UNIT_PROCESSING,
					 LEAP_PU_DARK_INTERVAL, true },
	[LEAP_CONTROL_CENTRE_ROW] =
		LEAP_SWITCH(479, 240, LEAP_SWITCH_CENTRE_ROW, false),
	[LEAP_CONTROL_FRAME_RATIO] = { 1, 1000, 1000, LEAP_UNIT_CAMERA,
				       LEAP_CT_FRAME_RATIO, false },
};

/* What the vendor's service sets first comes first, and in its order. */
static const u8 leap_order[] = {
	LEAP_CONTROL_EXPOSURE,	LEAP_CONTROL_GAIN,	   LEAP_CONTROL_DARK_INTERVAL,
	LEAP_CONTROL_ROTATE,	LEAP_CONTROL_LED_LEFT,	   LEAP_CONTROL_LED_CENTRE,
	LEAP_CONTROL_LED_RIGHT, LEAP_CONTROL_DIGITAL_GAIN, LEAP_CONTROL_GAMMA,
	LEAP_CONTROL_HDR,	LEAP_CONTROL_CENTRE_ROW,   LEAP_CONTROL_FRAME_RATIO,
};

/* Frames are told apart from those before a change by what was set last. */
static void leap_exposure_changed(struct leap_device *leap)
{
	leap_decoder_set_exposure(&leap->stream.decoder,
				  leap->values[LEAP_CONTROL_EXPOSURE],
				  leap->values[LEAP_CONTROL_GAIN],
				  leap->values[LEAP_CONTROL_DIGITAL_GAIN]);
}

void leap_controls_init(struct leap_device *leap)
{
	unsigned int id;

	for (id = 1; id < LEAP_CONTROLS; id++) {
		leap->values[id] = leap_kinds[id].initial;
		if (leap_kinds[id].told)
			leap->told |= BIT(id);
	}
	leap_exposure_changed(leap);
}

static int leap_switch_tell(struct leap_device *leap, unsigned int which, u32 value)
{
	if (WARN_ON_ONCE(which >= LEAP_SWITCHES || value > LEAP_SWITCH_VALUE_MAX))
		return -EINVAL;
	return leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_MULTIPLEX,
			     value << LEAP_SWITCH_SHIFT | which);
}

static int leap_control_tell(struct leap_device *leap, unsigned int id, u32 value)
{
	const struct leap_control_kind *kind = &leap_kinds[id];

	if (!kind->unit)
		return leap_switch_tell(leap, kind->selector, value);
	return leap_unit_set(leap, kind->unit, kind->selector, value);
}

int leap_settings_apply(struct leap_device *leap)
{
	unsigned int i;
	int ret = 0;

	leap_exposure_changed(leap);
	for (i = 0; !ret && i < ARRAY_SIZE(leap_order); i++)
		if (leap->told & BIT(leap_order[i]))
			ret = leap_control_tell(leap, leap_order[i],
						leap->values[leap_order[i]]);
	if (!ret)
		WRITE_ONCE(leap->forgetful, false);
	return leap_is_unplugged(leap, ret) ? -ENODEV : ret;
}

void leap_settings_renew(struct leap_device *leap)
{
	if (READ_ONCE(leap->forgetful))
		leap_settings_apply(leap);
}

static int leap_control_error(const struct leap_device *leap, int ret)
{
	if (leap_is_unplugged(leap, ret))
		return -ENODEV;
	return !ret || ret == -EBADMSG || ret == -ENOMEM ? ret : -EIO;
}

/*
 * What the device says is believed when it is what it was told last, or when it says it
 * twice: a few bytes of a dark image look like a small number. What lies behind
 * LEAP_PU_MULTIPLEX cannot be read back; what was set last is its value.
 */
static int leap_control_ask(struct leap_device *leap, unsigned int id, u32 *ret_value)
{
	const struct leap_control_kind *kind = &leap_kinds[id];
	u32 likely = leap->values[id];
	unsigned int try;

	if (!kind->unit) {
		*ret_value = likely;
		return 0;
	}
	for (try = 0; try < LEAP_TRIES; try++) {
		u32 value;
		int ret;

		ret = leap_unit_get(leap, kind->unit, kind->selector, kind->minimum,
				    kind->maximum, &value);
		if (ret)
			return ret;
		if (value == likely) {
			*ret_value = value;
			return 0;
		}
		likely = value;
	}
	return -EBADMSG;
}

/* -EINVAL unless @control->id is one of ours; fills in its range */
static int leap_control_range(struct leap_control *control)
{
	if (!control->id || control->id >= LEAP_CONTROLS)
		return -EINVAL;
	control->id = array_index_nospec(control->id, LEAP_CONTROLS);
	control->minimum = leap_kinds[control->id].minimum;
	control->maximum = leap_kinds[control->id].maximum;
	return 0;
}

int leap_control_get(struct leap_device *leap, struct leap_control *control)
{
	u32 value;
	int ret;

	ret = leap_control_range(control);
	if (ret)
		return ret;
	ret = leap_control_ask(leap, control->id, &value);
	if (!ret)
		control->value = value;
	return leap_control_error(leap, ret);
}

/* The device may take another value than it was told: what it says then counts. */
int leap_control_set(struct leap_device *leap, struct leap_control *control)
{
	u32 value;
	int ret;

	ret = leap_control_range(control);
	if (ret)
		return ret;
	if (control->value < control->minimum || control->value > control->maximum)
		return -ERANGE;
	ret = leap_control_tell(leap, control->id, control->value);
	if (ret)
		return leap_control_error(leap, ret);
	WRITE_ONCE(leap->values[control->id], control->value);
	leap->told |= BIT(control->id);
	ret = leap_control_ask(leap, control->id, &value);
	if (!ret) {
		WRITE_ONCE(leap->values[control->id], value);
		control->value = value;
	}
	leap_exposure_changed(leap);
	return leap_control_error(leap, ret);
}
