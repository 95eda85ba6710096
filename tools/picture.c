// SPDX-License-Identifier: MIT
/*
 * PNG files by libpng's simplified interface.
 * No state of its own.
 */
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/capture/capture_file.h"
#include "tools/picture.h"

static int read_image(const char *path, png_image *image, struct picture *ret_picture,
		      char *error)
{
	static const png_color black;
	uint8_t *pixels;

	if (!leap_capture_is_sensor_mode(image->width, image->height)) {
		snprintf(error, PICTURE_ERROR_MAX,
			 "%s: %ux%u is no size of the sensor: an eye's picture is 640 "
			 "or 752 wide and 480, 240 or 120 high",
			 path, image->width, image->height);
		return -EINVAL;
	}
	image->format = PNG_FORMAT_GRAY;
	/* raw sensor bytes carry no gamma of their own, in 16 bits neither */
	image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
	pixels = malloc(PNG_IMAGE_SIZE(*image));
	if (!pixels) {
		snprintf(error, PICTURE_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	if (!png_image_finish_read(image, &black, pixels, 0, NULL)) {
		snprintf(error, PICTURE_ERROR_MAX, "%s: the PNG file is damaged: %s",
			 path, image->message);
		free(pixels);
		return -EBADMSG;
	}
	*ret_picture = (struct picture){ pixels, image->width, image->height };
	return 0;
}

int picture_read(const char *path, struct picture *ret_picture,
		 char error[PICTURE_ERROR_MAX])
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	FILE *file = fopen(path, "rbe");
	int r;

	if (!file) {
		r = -errno;
		snprintf(error, PICTURE_ERROR_MAX, "%s: %s", path, strerror(-r));
		return r;
	}
	if (png_image_begin_read_from_stdio(&image, file)) {
		r = read_image(path, &image, ret_picture, error);
	} else {
		snprintf(error, PICTURE_ERROR_MAX, "%s: not a PNG file: %s", path,
			 image.message);
		r = -EBADMSG;
	}
	png_image_free(&image);
	fclose(file);
	return r;
}

/* Removes what was begun, unless the path leads to something that is no file. */
static void remove_file(const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
		unlink(path);
}

static int write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wbe");
	int r = 0;

	if (!file)
		return -errno;
	if (fwrite(data, 1, size, file) != size)
		r = -errno;
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	if (r < 0)
		remove_file(path);
	return r;
}

int picture_write_rgb(const char *path, const uint8_t *rgb, uint32_t width,
		      uint32_t height, char error[PICTURE_ERROR_MAX])
{
	png_image image = {
		.version = PNG_IMAGE_VERSION,
		.width = width,
		.height = height,
		.format = PNG_FORMAT_RGB,
	};
	png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
	void *data = malloc(size);
	int r = -ENOMEM;

	if (data && png_image_write_to_memory(&image, data, &size, 0, rgb, 0, NULL))
		r = write_file(path, data, size);
	if (r < 0)
		snprintf(error, PICTURE_ERROR_MAX, "%s: writing failed: %s", path,
			 strerror(-r));
	free(data);
	return r;
}
