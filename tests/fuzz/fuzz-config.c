// SPDX-License-Identifier: MIT
/*
 * A configuration file of any bytes: taken over whole or not at all.
 * One configuration a call; owns nothing between calls.
 */
#include "daemon/config/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_config config;
	char *error = NULL;

	if (leap_config_init(&config))
		return 0;
	if (leap_config_parse(&config, "fuzz", (const char *)data, size, &error)) {
		if (!error || config.warning)
			abort();
	} else if (error || config.ws_port > 65535 || !config.source[0] ||
		   !(config.interaction_box_height >= 1) ||
		   !config.websockets_versions ||
		   (config.websockets_versions & ~126u) ||
		   !config.websockets_origins[0] || !config.websockets_clients ||
		   strpbrk(config.websockets_hosts, "\r\n")) {
		abort();
	}
	free(error);
	leap_config_done(&config);
	return 0;
}
