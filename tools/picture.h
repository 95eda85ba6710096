/* SPDX-License-Identifier: MIT */
/*
 * PNG files: one eye's picture in, a colour picture out.
 * No state; each call owns what it returns to nobody but its caller.
 */
#ifndef LEAP_PICTURE_H
#define LEAP_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#define PICTURE_ERROR_MAX 512

/**
 * struct picture - rows of grey bytes, top row first
 * @pixels: width * height bytes, to be freed
 * @width: columns
 * @height: rows
 */
struct picture {
	uint8_t *pixels;
	uint32_t width;
	uint32_t height;
};

/**
 * picture_read() - one eye's picture
 * @path: a PNG file of any kind in one of the sensor's six sizes; colours become
 *	their luminance, transparency becomes black
 * @ret_picture: untouched on failure
 * @error: filled in on failure: one line for a person
 *
 * Return: 0; -EBADMSG no PNG; -EINVAL no size of the sensor; -ENOMEM; what open() says.
 */
int picture_read(const char *path, struct picture *ret_picture,
		 char error[PICTURE_ERROR_MAX]);

/**
 * picture_write_rgb() - a colour picture
 * @rgb: width * height * 3 bytes
 *
 * No file is left behind on failure.
 *
 * Return: 0 or a negative errno, with @error filled in.
 */
int picture_write_rgb(const char *path, const uint8_t *rgb, uint32_t width,
		      uint32_t height, char error[PICTURE_ERROR_MAX]);

#endif /* LEAP_PICTURE_H */
