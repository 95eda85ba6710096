/* SPDX-License-Identifier: MIT */
/*
 * Whose pages may see hands: the user's rules for the Origin header.
 * Pure; any thread.
 */
#ifndef LEAP_ORIGIN_H
#define LEAP_ORIGIN_H

#include <stdbool.h>

#include "daemon/config/config.h"

/**
 * leap_origin_allowed() - may a page of this origin connect, or stay?
 * @config: websockets_origins, websockets_denied_origins
 * @origin: the header; "" for a program, which sends none and may always
 *
 * An origin in a list matches as it is; one that ends with ":*" matches every port.
 */
bool leap_origin_allowed(const struct leap_config *config, const char *origin);

/** leap_origin_same() - are two headers' origins one and the same? */
bool leap_origin_same(const char *a, const char *b);

#endif /* LEAP_ORIGIN_H */
