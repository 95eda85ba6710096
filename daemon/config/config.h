/* SPDX-License-Identifier: MIT */
/*
 * One configuration: built-in values, then the file, then the command line.
 * Plain values, owned by whoever holds them; what changes at run time is in policy.
 */
#ifndef LEAP_CONFIG_H
#define LEAP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/** LEAP_CONFIG_CLIENTS_MAX - as many web clients as can be allowed */
#define LEAP_CONFIG_CLIENTS_MAX 800

/** struct leap_config_gestures - millimetres, mm/s, seconds, radians */
struct leap_config_gestures {
	double circle_min_radius; /* Gesture.Circle.MinRadius, 5 */
	double circle_min_arc; /* Gesture.Circle.MinArc, 1.5 pi */
	double swipe_min_length; /* Gesture.Swipe.MinLength, 150 */
	double swipe_min_velocity; /* Gesture.Swipe.MinVelocity, 1000 */
	double key_tap_min_down_velocity; /* Gesture.KeyTap.MinDownVelocity, 50 */
	double key_tap_history_seconds; /* Gesture.KeyTap.HistorySeconds, 0.1 */
	double key_tap_min_distance; /* Gesture.KeyTap.MinDistance, 3 */
	double screen_tap_min_forward_velocity; /* Gesture.ScreenTap.MinForwardVelocity, 50 */
	double screen_tap_history_seconds; /* Gesture.ScreenTap.HistorySeconds, 0.1 */
	double screen_tap_min_distance; /* Gesture.ScreenTap.MinDistance, 5 */
};

/**
 * struct leap_config - every setting, validated
 * The names in comments are the original's keys, in the file's form
 * {"configuration":{key: value}} and as --key=value.
 */
struct leap_config {
	bool websockets_enabled; /* websockets_enabled, true */
	bool websockets_allow_remote; /* websockets_allow_remote, false */
	unsigned int ws_port; /* ws_port, 6437; 0 lets the system choose */
	unsigned int wss_port; /* wss_port, 6436; likewise */
	char *wss_certificate; /* wss_certificate (ours): file, "" no TLS */
	char *wss_key; /* wss_key (ours): file, "" it is in wss_certificate */
	unsigned int websockets_versions; /* websockets_versions (ours), 1-6: bit N */
	char *websockets_origins; /* websockets_origins (ours): "any", "none", a list */
	char *websockets_denied_origins; /* websockets_denied_origins (ours), "" */
	char *websockets_hosts; /* websockets_hosts (ours): names of this machine, "" */
	unsigned int websockets_clients; /* websockets_clients (ours), 256 */
	unsigned int websockets_clients_per_origin; /* likewise, 64 */
	bool websockets_deflate; /* websockets_deflate (ours), false */
	bool native_enabled; /* native_enabled (ours), true */
	char *native_socket; /* native_socket (ours): a path, "auto" or "none" */
	unsigned int native_port; /* native_port (ours), 6438; 0: the system chooses */
	bool native_allow_remote; /* native_allow_remote (ours), false */
	bool images_allowed; /* images_mode == 2, true */
	bool background_allowed; /* background_app_mode == 2, true */
	bool auto_flip; /* image_processing_auto_flip, true */
	bool robust_mode; /* robust_mode_enabled, true: in bad light */
	bool force_robust_mode; /* force_robust_mode, false: in any */
	double interaction_box_height; /* interaction_box_height, 200 mm */
	double interaction_box_scale; /* interaction_box_scale, 0.8 */
	bool interaction_box_auto; /* interaction_box_auto; false, unlike the original */
	double interaction_center_x; /* interaction_center_x, 0 mm; likewise y, z */
	double interaction_center_y, interaction_center_z;
	struct leap_config_gestures gesture;
	char *source; /* source (ours): --source, "auto" */

	/* Not a setting: one line about keys of a file that nobody knows, or NULL */
	char *warning;
};

/** leap_config_init() - the built-in values. Return: 0 or -ENOMEM */
int leap_config_init(struct leap_config *ret_config);

/**
 * leap_config_load() - take over what a file says
 * @config: initialised; unchanged on failure
 * @path: the file
 * @ret_error: one line naming the file, the key or place, and what is expected;
 *	on failure only; to be freed
 *
 * Keys of the original that have no meaning here are accepted silently; of any other
 * unknown key leap_config::warning tells.
 *
 * Return: 0; -ENOENT, -EACCES; -EBADMSG no JSON or another form; -ERANGE a value.
 */
int leap_config_load(struct leap_config *config, const char *path, char **ret_error);

/**
 * leap_config_parse() - the same for text in memory (what the fuzzer calls)
 * @name: what to call the text in an error
 */
int leap_config_parse(struct leap_config *config, const char *name, const char *text,
		      size_t size, char **ret_error);

/**
 * leap_config_set() - one key=value of the command line
 *
 * Return: 0; -ENOENT unknown key; -ERANGE a value; ret_error as above.
 */
int leap_config_set(struct leap_config *config, const char *key, const char *value,
		    char **ret_error);

/**
 * leap_config_key() - the keys that have a meaning, for a help text
 * @index: from 0
 * @ret_help: what it does and its built-in value, one line
 *
 * Return: NULL after the last.
 */
const char *leap_config_key(unsigned int index, const char **ret_help);

/** enum leap_config_type - of a setting's value */
enum leap_config_type {
	LEAP_CONFIG_BOOL,
	LEAP_CONFIG_INTEGER,
	LEAP_CONFIG_NUMBER,
	LEAP_CONFIG_TEXT,
};

/**
 * leap_config_text() - a setting as leap_config_set() would take it
 * @index: as for leap_config_key()
 * @text: filled in, cut off at @size
 *
 * Return: enum leap_config_type; -ENOENT after the last.
 */
int leap_config_text(const struct leap_config *config, unsigned int index, char *text,
		     size_t size);

/** leap_config_copy() - all settings, without the warning. Return: 0 or -ENOMEM */
int leap_config_copy(const struct leap_config *config, struct leap_config *ret_copy);

/** leap_config_done() - free what it holds */
void leap_config_done(struct leap_config *config);

#endif /* LEAP_CONFIG_H */
