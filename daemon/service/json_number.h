/* SPDX-License-Identifier: MIT */
/*
 * Numbers as JSON text, the way the original service printed them. Pure: no locale,
 * no allocation, no state.
 */
#ifndef LEAP_JSON_NUMBER_H
#define LEAP_JSON_NUMBER_H

#include <stdint.h>

/** LEAP_JSON_NUMBER_MAX - bytes either function writes at most */
#define LEAP_JSON_NUMBER_MAX 20

/**
 * leap_json_real() - write what printf("%.6g") would in the C locale
 * Correctly rounded for every double, ties to even. Two differences: -0 is written
 * as 0, and what JSON cannot say (NaN, infinities) is written as 0, too.
 *
 * @at: room for LEAP_JSON_NUMBER_MAX bytes; not terminated
 *
 * Return: one past the last byte written.
 */
char *leap_json_real(char *at, double value);

/** leap_json_integer() - write all digits; otherwise as leap_json_real() */
char *leap_json_integer(char *at, int64_t value);

#endif /* LEAP_JSON_NUMBER_H */
