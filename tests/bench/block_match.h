/* SPDX-License-Identifier: MIT */
/*
 * Dense stereo by block matching: what it costs to get depth for every pixel in the
 * plainest way. The benchmark of tracking compares itself with it. Pure.
 */
#ifndef LEAP_BLOCK_MATCH_H
#define LEAP_BLOCK_MATCH_H

#include <stdint.h>

#define BLOCK_MATCH_DISPARITIES 64

/**
 * block_match() - for every pixel of the left eye the best of 64 disparities
 * @pixels: interleaved, as of struct leap_stereo_frame
 * @width: columns of one eye, at most 752
 * @height: rows
 * @ret_disparity: width * height; sums of absolute differences over 9 x 5 pixels
 */
void block_match(const uint8_t *pixels, int width, int height, uint8_t *ret_disparity);

#endif /* LEAP_BLOCK_MATCH_H */
