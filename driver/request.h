/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device's units, each with the selectors of UVC 1.00 that it uses its own way.
 * Constants only.
 */
#ifndef LEAP_REQUEST_H
#define LEAP_REQUEST_H

#include <linux/usb/video.h>

/** LEAP_TRIES - how often an answer is asked for before it is given up */
#define LEAP_TRIES 3

#define LEAP_UNIT_CAMERA 2
#define LEAP_UNIT_PROCESSING 5
#define LEAP_CT_EXPOSURE UVC_CT_ZOOM_ABSOLUTE_CONTROL /* microseconds */
#define LEAP_CT_FRAME_RATIO UVC_CT_FOCUS_ABSOLUTE_CONTROL /* 1/1000 */
#define LEAP_PU_GAIN UVC_PU_GAIN_CONTROL /* analog, 1/16 */
#define LEAP_PU_DIGITAL_GAIN UVC_PU_BRIGHTNESS_CONTROL /* 1/4 */
#define LEAP_PU_GAMMA UVC_PU_GAMMA_CONTROL
#define LEAP_PU_DARK_INTERVAL UVC_PU_WHITE_BALANCE_TEMPERATURE_CONTROL
#define LEAP_PU_MULTIPLEX UVC_PU_CONTRAST_CONTROL /* value << 6 | switch */
#define LEAP_PU_ADDRESS UVC_PU_SHARPNESS_CONTROL
#define LEAP_PU_DATA UVC_PU_SATURATION_CONTROL

#endif /* LEAP_REQUEST_H */
