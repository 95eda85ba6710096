// SPDX-License-Identifier: MIT
/*
 * Compares origins with lists of origins.
 * Pure; any thread.
 */
#include "daemon/service/origin.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS " ,"
#define ANY_PORT ":*"

/* Some clients send a path's slash behind it. */
static size_t length_of(const char *origin)
{
	size_t length = strlen(origin);

	return length && origin[length - 1] == '/' ? length - 1 : length;
}

bool leap_origin_same(const char *a, const char *b)
{
	size_t length = length_of(a);

	return length == length_of(b) && !strncasecmp(a, b, length);
}

/* Of "scheme://host:port" what is before ":port". */
static size_t length_without_port(const char *origin, size_t length)
{
	size_t i = length;

	while (i && origin[i - 1] >= '0' && origin[i - 1] <= '9')
		i--;
	return i > 1 && i < length && origin[i - 1] == ':' ? i - 1 : length;
}

static bool matches(const char *word, size_t size, const char *origin)
{
	size_t length = length_of(origin);

	if (size > strlen(ANY_PORT) &&
	    !memcmp(word + size - strlen(ANY_PORT), ANY_PORT, strlen(ANY_PORT))) {
		size -= strlen(ANY_PORT);
		length = length_without_port(origin, length);
	}
	return size == length && !strncasecmp(word, origin, size);
}

static bool lists(const char *list, const char *origin)
{
	size_t size;

	for (list += strspn(list, SEPARATORS); *list;
	     list += strspn(list, SEPARATORS)) {
		size = strcspn(list, SEPARATORS);
		if (matches(list, size, origin))
			return true;
		list += size;
	}
	return false;
}

bool leap_origin_allowed(const struct leap_config *config, const char *origin)
{
	if (!origin[0])
		return true;
	if (lists(config->websockets_denied_origins, origin))
		return false;
	if (!strcmp(config->websockets_origins, "any"))
		return true;
	return strcmp(config->websockets_origins, "none") &&
	       lists(config->websockets_origins, origin);
}
