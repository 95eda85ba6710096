// SPDX-License-Identifier: MIT
/*
 * Reads settings from a file's JSON and from key=value, one table for both.
 * Pure but for reading the file; one thread at a time.
 */
#include "daemon/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#define FILE_SIZE_MAX (1024 * 1024)
#define NESTING_MAX 16
#define QUOTED_MAX 48

/* background_app_mode and images_mode of the original: other values deny */
#define ALLOWED 2

#define LIST_SIZE_MAX 4096
#define VERSION_MAX 6 /* of the WebSocket's protocol */

enum setting_type {
	SETTING_BOOL,
	SETTING_UNSIGNED,
	SETTING_ALLOW, /* a number that means "allowed" when it is ALLOWED */
	SETTING_NUMBER,
	SETTING_TEXT,
	SETTING_LIST, /* text, words apart by blanks or commas; may be empty */
	SETTING_ORIGINS, /* a list of scheme://host[:port] or null; maximum 1: or the
			  * word "any" or "none" alone */
	SETTING_VERSIONS, /* "1-6", "1,2,4": bit N of a number says N is in it */
};

static const struct setting {
	const char *key;
	enum setting_type type;
	size_t offset;
	double minimum, maximum;
	const char *expected;
	const char *help;
} settings[] = {
	{ "websockets_enabled", SETTING_BOOL,
	  offsetof(struct leap_config, websockets_enabled), 0, 1, "true or false",
	  "serve web applications (true)" },
	{ "ws_port", SETTING_UNSIGNED, offsetof(struct leap_config, ws_port), 0, 65535,
	  "a whole number from 0 to 65535",
	  "port for web applications; 0: any free one (6437)" },
	{ "websockets_allow_remote", SETTING_BOOL,
	  offsetof(struct leap_config, websockets_allow_remote), 0, 1, "true or false",
	  "serve other machines, too: anyone on the net sees hands (false)" },
	{ "wss_port", SETTING_UNSIGNED, offsetof(struct leap_config, wss_port), 0,
	  65535, "a whole number from 0 to 65535",
	  "port for web applications over TLS, with wss_certificate (6436)" },
	{ "wss_certificate", SETTING_LIST,
	  offsetof(struct leap_config, wss_certificate), 0, 0, "a PEM file",
	  "file with the certificate for wss_port; none: no TLS" },
	{ "wss_key", SETTING_LIST, offsetof(struct leap_config, wss_key), 0, 0,
	  "a PEM file", "file with its private key; none: in wss_certificate" },
	{ "websockets_versions", SETTING_VERSIONS,
	  offsetof(struct leap_config, websockets_versions), 0, 0,
	  "versions from 1 to 6, as in 1-6 or 1,2,4",
	  "versions of the protocol that are served (1-6)" },
	{ "websockets_origins", SETTING_ORIGINS,
	  offsetof(struct leap_config, websockets_origins), 0, 1,
	  "any, none, or origins as in https://example.org",
	  "whose pages may connect: any, none or a list of origins (any)" },
	{ "websockets_denied_origins", SETTING_ORIGINS,
	  offsetof(struct leap_config, websockets_denied_origins), 0, 0,
	  "origins as in https://example.org",
	  "whose pages may not, whatever the list says" },
	{ "websockets_hosts", SETTING_LIST,
	  offsetof(struct leap_config, websockets_hosts), 0, 0, "names of this machine",
	  "names clients may call this machine by" },
	{ "websockets_clients", SETTING_UNSIGNED,
	  offsetof(struct leap_config, websockets_clients), 1, LEAP_CONFIG_CLIENTS_MAX,
	  "a whole number from 1 to 800", "how many at once (256)" },
	{ "websockets_clients_per_origin", SETTING_UNSIGNED,
	  offsetof(struct leap_config, websockets_clients_per_origin), 1,
	  LEAP_CONFIG_CLIENTS_MAX, "a whole number from 1 to 800",
	  "of these, from pages of one origin (64)" },
	{ "websockets_deflate", SETTING_BOOL,
	  offsetof(struct leap_config, websockets_deflate), 0, 1, "true or false",
	  "offer permessage-deflate: for thin lines to other machines (false)" },
	{ "native_enabled", SETTING_BOOL, offsetof(struct leap_config, native_enabled),
	  0, 1, "true or false", "serve native applications (true)" },
	{ "native_socket", SETTING_TEXT, offsetof(struct leap_config, native_socket), 0,
	  0, "a path, auto or none",
	  "their socket; auto: in the runtime directory (auto)" },
	{ "native_port", SETTING_UNSIGNED, offsetof(struct leap_config, native_port), 0,
	  65535, "a whole number from 0 to 65535",
	  "their port, for those in sandboxes; 0: any free one (6438)" },
	{ "native_allow_remote", SETTING_BOOL,
	  offsetof(struct leap_config, native_allow_remote), 0, 1, "true or false",
	  "serve them on other machines, too: anyone on the net sees hands (false)" },
	{ "images_mode", SETTING_ALLOW, offsetof(struct leap_config, images_allowed), 0,
	  255, "a whole number: 2 to allow, 0 to deny",
	  "2: native applications may have the cameras' pictures (2)" },
	{ "background_app_mode", SETTING_ALLOW,
	  offsetof(struct leap_config, background_allowed), 0, 255,
	  "a whole number: 2 to allow, 0 to deny",
	  "2: applications may have frames without the focus (2)" },
	{ "image_processing_auto_flip", SETTING_BOOL,
	  offsetof(struct leap_config, auto_flip), 0, 1, "true or false",
	  "the controller may lie the other way round: hands tell (true)" },
	{ "robust_mode_enabled", SETTING_BOOL,
	  offsetof(struct leap_config, robust_mode), 0, 1, "true or false",
	  "in a bright room some frames measure its light (true)" },
	{ "force_robust_mode", SETTING_BOOL,
	  offsetof(struct leap_config, force_robust_mode), 0, 1, "true or false",
	  "they do so in any room (false)" },
	{ "interaction_box_height", SETTING_NUMBER,
	  offsetof(struct leap_config, interaction_box_height), 1, 1000,
	  "millimetres from 1 to 1000",
	  "height of the interaction box's centre (200)" },
	{ "interaction_box_scale", SETTING_NUMBER,
	  offsetof(struct leap_config, interaction_box_scale), 0.1, 2,
	  "a number from 0.1 to 2", "size of the interaction box (0.8)" },
	{ "interaction_box_auto", SETTING_BOOL,
	  offsetof(struct leap_config, interaction_box_auto), 0, 1, "true or false",
	  "its height follows the hands (false)" },
	{ "interaction_center_x", SETTING_NUMBER,
	  offsetof(struct leap_config, interaction_center_x), -500, 500,
	  "millimetres from -500 to 500", "its centre, to the right (0)" },
	{ "interaction_center_y", SETTING_NUMBER,
	  offsetof(struct leap_config, interaction_center_y), -500, 500,
	  "millimetres from -500 to 500", "its centre, above its height (0)" },
	{ "interaction_center_z", SETTING_NUMBER,
	  offsetof(struct leap_config, interaction_center_z), -500, 500,
	  "millimetres from -500 to 500", "its centre, towards the user (0)" },
	{ "Gesture.Circle.MinRadius", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.circle_min_radius), 0.1, 500,
	  "millimetres from 0.1 to 500", "circles: least radius (5)" },
	{ "Gesture.Circle.MinArc", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.circle_min_arc), 0.1, 100,
	  "radians from 0.1 to 100", "circles: least arc (4.71239)" },
	{ "Gesture.Swipe.MinLength", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.swipe_min_length), 1, 2000,
	  "millimetres from 1 to 2000", "swipes: length (150)" },
	{ "Gesture.Swipe.MinVelocity", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.swipe_min_velocity), 1, 20000,
	  "mm/s from 1 to 20000", "swipes: least velocity (1000)" },
	{ "Gesture.KeyTap.MinDownVelocity", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.key_tap_min_down_velocity), 1, 20000,
	  "mm/s from 1 to 20000", "key taps: least velocity (50)" },
	{ "Gesture.KeyTap.HistorySeconds", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.key_tap_history_seconds), 0.01, 1,
	  "seconds from 0.01 to 1", "key taps: time for the way down (0.1)" },
	{ "Gesture.KeyTap.MinDistance", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.key_tap_min_distance), 0.1, 500,
	  "millimetres from 0.1 to 500", "key taps: least way down (3)" },
	{ "Gesture.ScreenTap.MinForwardVelocity", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.screen_tap_min_forward_velocity), 1,
	  20000, "mm/s from 1 to 20000", "screen taps: least velocity (50)" },
	{ "Gesture.ScreenTap.HistorySeconds", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.screen_tap_history_seconds), 0.01, 1,
	  "seconds from 0.01 to 1", "screen taps: time for the way forward (0.1)" },
	{ "Gesture.ScreenTap.MinDistance", SETTING_NUMBER,
	  offsetof(struct leap_config, gesture.screen_tap_min_distance), 0.1, 500,
	  "millimetres from 0.1 to 500", "screen taps: least way forward (5)" },
	{ "source", SETTING_TEXT, offsetof(struct leap_config, source), 0, 0,
	  "auto, device[:PATH], replay:FILE or simulate",
	  "where pictures come from (auto)" },
};

/* Settings of the original that have no meaning here: users' files have them. */
static const char *const foreign_keys[] = {
	"auto_check_updates",	"auto_install_updates",	     "avoid_poor_performance",
	"cpu_affinity_mask",	"low_resource_mode_enabled", "metrics_enabled",
	"no_cp_startup",	"power_saving_adapter",	     "power_saving_battery",
	"process_niceness",	"show_tray_messages",	     "tracking_hand_enabled",
	"tracking_images_mode", "tracking_tool_enabled",
};

/* A value as it was written, before it is known what it is wanted for. */
struct value {
	enum { VALUE_OTHER, VALUE_BOOL, VALUE_NUMBER, VALUE_TEXT } type;
	bool boolean;
	double number;
	const char *text; /* what to quote in an error, and VALUE_TEXT's value */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct setting *find_setting(const char *key)
{
	size_t i;

	for (i = 0; i < COUNT(settings); i++)
		if (!strcmp(settings[i].key, key))
			return &settings[i];
	return NULL;
}

static bool is_foreign(const char *key)
{
	size_t i;

	for (i = 0; i < COUNT(foreign_keys); i++)
		if (!strcmp(foreign_keys[i], key))
			return true;
	return false;
}

__attribute__((format(printf, 2, 3))) static void set_text(char **ret_text,
							   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(ret_text, format, arguments) < 0)
		*ret_text = NULL;
	va_end(arguments);
}

/* For one line of text: what is printable, and not too much of it. */
static const char *quoted(const char *text, char buffer[QUOTED_MAX])
{
	size_t i;

	for (i = 0; i < QUOTED_MAX - 1 && text[i]; i++)
		buffer[i] = (unsigned char)text[i] < ' ' ? '?' : text[i];
	buffer[i] = '\0';
	return buffer;
}

static bool in_range(const struct setting *setting, const struct value *value)
{
	return value->type == VALUE_NUMBER && isfinite(value->number) &&
	       value->number >= setting->minimum && value->number <= setting->maximum;
}

static bool is_list(const struct value *value)
{
	const char *c;

	if (value->type != VALUE_TEXT || strlen(value->text) > LIST_SIZE_MAX)
		return false;
	for (c = value->text; *c; c++)
		if ((unsigned char)*c < ' ')
			return false;
	return true;
}

/* scheme://host[:port], as browsers send it, or null. */
static bool is_origin(const char *text, size_t size)
{
	const char *host = memmem(text, size, "://", 3);
	size_t i;

	if (!host)
		return size == 4 && !memcmp(text, "null", 4);
	host += 3;
	if (host == text + 3 || host == text + size)
		return false;
	for (i = 0; i < size; i++)
		if ((unsigned char)text[i] <= ' ' || strchr("\\\"?#@", text[i]))
			return false;
	return !memchr(host, '/', text + size - host);
}

static bool is_origin_list(const struct setting *setting, const struct value *value)
{
	const char *word = value->text;
	size_t size;

	if (!is_list(value))
		return false;
	if (setting->maximum == 1 && (!strcmp(word, "any") || !strcmp(word, "none")))
		return true;
	for (word += strspn(word, " ,"); *word;
	     word += size + strspn(word + size, " ,")) {
		size = strcspn(word, " ,");
		if (!is_origin(word, size))
			return false;
	}
	return setting->maximum != 1 || value->text[strspn(value->text, " ,")];
}

/* Return: the number at the beginning, 1..VERSION_MAX, with what follows; else 0. */
static unsigned int take_version(const char **text)
{
	unsigned int version = **text - '0';

	if (version < 1 || version > VERSION_MAX)
		return 0;
	++*text;
	return version;
}

/* Return: bit N for version N; 0 when it is no such list. */
static unsigned int versions_of(const char *text)
{
	unsigned int versions = 0, first, last;

	for (;;) {
		text += strspn(text, " ");
		first = last = take_version(&text);
		if (first && *text == '-') {
			text++;
			last = take_version(&text);
		}
		if (!first || last < first)
			return 0;
		for (; first <= last; first++)
			versions |= 1u << first;
		text += strspn(text, " ");
		if (!*text)
			return versions;
		if (*text++ != ',')
			return 0;
	}
}

static int store_text(char **field, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int store(struct leap_config *config, const struct setting *setting,
		 const struct value *value)
{
	void *field = (char *)config + setting->offset;
	bool whole = in_range(setting, value) && value->number == floor(value->number);

	switch (setting->type) {
	case SETTING_BOOL:
		if (value->type != VALUE_BOOL)
			return -ERANGE;
		*(bool *)field = value->boolean;
		return 0;
	case SETTING_UNSIGNED:
		if (!whole)
			return -ERANGE;
		*(unsigned int *)field = value->number;
		return 0;
	case SETTING_ALLOW:
		if (!whole)
			return -ERANGE;
		*(bool *)field = value->number == ALLOWED;
		return 0;
	case SETTING_NUMBER:
		if (!in_range(setting, value))
			return -ERANGE;
		*(double *)field = value->number;
		return 0;
	case SETTING_TEXT:
		if (value->type != VALUE_TEXT || !value->text[0])
			return -ERANGE;
		return store_text(field, value->text);
	case SETTING_LIST:
		if (!is_list(value))
			return -ERANGE;
		return store_text(field, value->text);
	case SETTING_ORIGINS:
		if (!is_origin_list(setting, value))
			return -ERANGE;
		return store_text(field, value->text);
	case SETTING_VERSIONS:
		if (value->type != VALUE_TEXT || !versions_of(value->text))
			return -ERANGE;
		*(unsigned int *)field = versions_of(value->text);
		return 0;
	}
	return -EINVAL;
}

static struct value value_of_json(json_object *object)
{
	struct value value = { .type = VALUE_OTHER, .text = "null" };

	if (!object)
		return value;
	value.text = json_object_to_json_string(object);
	switch (json_object_get_type(object)) {
	case json_type_boolean:
		value.type = VALUE_BOOL;
		value.boolean = json_object_get_boolean(object);
		break;
	case json_type_int:
	case json_type_double:
		value.type = VALUE_NUMBER;
		value.number = json_object_get_double(object);
		break;
	case json_type_string:
		value.type = VALUE_TEXT;
		value.text = json_object_get_string(object);
		break;
	default:
		break;
	}
	return value;
}

/* On a command line the setting's type decides what the letters mean. */
static struct value value_of_text(const struct setting *setting, const char *text)
{
	struct value value = { .type = VALUE_OTHER, .text = text };
	char *end;

	switch (setting->type) {
	case SETTING_BOOL:
		value.boolean = !strcasecmp(text, "true") || !strcmp(text, "1");
		if (value.boolean || !strcasecmp(text, "false") || !strcmp(text, "0"))
			value.type = VALUE_BOOL;
		break;
	case SETTING_TEXT:
	case SETTING_LIST:
	case SETTING_ORIGINS:
	case SETTING_VERSIONS:
		value.type = VALUE_TEXT;
		break;
	default:
		value.number = strtod(text, &end);
		if (end != text && !*end)
			value.type = VALUE_NUMBER;
	}
	return value;
}

/* The text of a setting, or NULL for one of another type. */
static char **text_of(struct leap_config *config, const struct setting *setting)
{
	if (setting->type != SETTING_TEXT && setting->type != SETTING_LIST &&
	    setting->type != SETTING_ORIGINS)
		return NULL;
	return (char **)((char *)config + setting->offset);
}

int leap_config_copy(const struct leap_config *config, struct leap_config *ret_copy)
{
	struct leap_config copy = *config;
	bool complete = true;
	char **text;
	size_t i;

	copy.warning = NULL;
	for (i = 0; i < COUNT(settings); i++) {
		text = text_of(&copy, &settings[i]);
		if (!text)
			continue;
		*text = strdup(*text);
		complete = complete && *text;
	}
	if (!complete) {
		leap_config_done(&copy);
		return -ENOMEM;
	}
	*ret_copy = copy;
	return 0;
}

static void note_unknown(struct leap_config *config, const char *name, const char *key)
{
	char buffer[QUOTED_MAX];
	char *before = config->warning;

	if (!before)
		set_text(&config->warning, "%s: not known and ignored: \"%s\"", name,
			 quoted(key, buffer));
	else if (strlen(before) < 10 * QUOTED_MAX)
		set_text(&config->warning, "%s, \"%s\"", before, quoted(key, buffer));
	else
		return; /* a file of something else; enough was said */
	free(before);
}

static int apply_settings(struct leap_config *config, const char *name,
			  json_object *object, char **ret_error)
{
	json_object_object_foreach(object, key, member)
	{
		const struct setting *setting = find_setting(key);
		struct value value = value_of_json(member);
		char buffer[QUOTED_MAX];
		int r;

		if (!setting) {
			if (!is_foreign(key))
				note_unknown(config, name, key);
			continue;
		}
		r = store(config, setting, &value);
		if (r) {
			set_text(ret_error, "%s: \"%s\": expected %s, found %s", name,
				 key, setting->expected, quoted(value.text, buffer));
			return r;
		}
	}
	return 0;
}

static void describe_place(const char *name, const char *text, size_t offset,
			   const char *what, char **ret_error)
{
	unsigned int line = 1, column = 1;
	size_t i;

	for (i = 0; i < offset; i++) {
		column++;
		if (text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	set_text(ret_error, "%s:%u:%u: not JSON: %s", name, line, column, what);
}

static json_object *parse_json(const char *name, const char *text, size_t size,
			       char **ret_error)
{
	json_tokener *tokener = json_tokener_new_ex(NESTING_MAX);
	enum json_tokener_error error;
	json_object *object;

	if (!tokener) {
		set_text(ret_error, "%s: out of memory", name);
		return NULL;
	}
	json_tokener_set_flags(tokener,
			       JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)size);
	error = json_tokener_get_error(tokener);
	if (error != json_tokener_success) {
		describe_place(name, text, json_tokener_get_parse_end(tokener),
			       error == json_tokener_continue
				       ? "it ends too early"
				       : json_tokener_error_desc(error),
			       ret_error);
		json_object_put(object);
		object = NULL;
	} else if (!json_object_is_type(object, json_type_object)) {
		set_text(ret_error, "%s: expected {\"configuration\": {...}}", name);
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

int leap_config_init(struct leap_config *ret_config)
{
	static char automatic[] = "auto", any[] = "any", empty[] = "";
	const struct leap_config builtin = {
		.websockets_enabled = true,
		.ws_port = 6437,
		.wss_port = 6436,
		.wss_certificate = empty,
		.wss_key = empty,
		.websockets_versions = versions_of("1-6"),
		.websockets_origins = any,
		.websockets_denied_origins = empty,
		.websockets_hosts = empty,
		.websockets_clients = 256,
		.websockets_clients_per_origin = 64,
		.native_enabled = true,
		.native_socket = automatic,
		.native_port = 6438,
		.images_allowed = true,
		.background_allowed = true,
		.auto_flip = true,
		.robust_mode = true,
		.interaction_box_height = 200,
		.interaction_box_scale = 0.8,
		.gesture = {
			.circle_min_radius = 5,
			.circle_min_arc = 1.5 * M_PI,
			.swipe_min_length = 150,
			.swipe_min_velocity = 1000,
			.key_tap_min_down_velocity = 50,
			.key_tap_history_seconds = 0.1,
			.key_tap_min_distance = 3,
			.screen_tap_min_forward_velocity = 50,
			.screen_tap_history_seconds = 0.1,
			.screen_tap_min_distance = 5,
		},
		.source = automatic,
	};

	return leap_config_copy(&builtin, ret_config);
}

int leap_config_parse(struct leap_config *config, const char *name, const char *text,
		      size_t size, char **ret_error)
{
	json_object *root, *settings_object;
	struct leap_config new;
	int r;

	if (size > FILE_SIZE_MAX) {
		set_text(ret_error, "%s: larger than a configuration can be", name);
		return -EBADMSG;
	}
	root = parse_json(name, text, size, ret_error);
	if (!root)
		return -EBADMSG;
	if (!json_object_object_get_ex(root, "configuration", &settings_object) ||
	    !json_object_is_type(settings_object, json_type_object)) {
		set_text(ret_error, "%s: expected {\"configuration\": {...}}", name);
		json_object_put(root);
		return -EBADMSG;
	}
	r = leap_config_copy(config, &new);
	if (r) {
		set_text(ret_error, "%s: out of memory", name);
	} else {
		r = apply_settings(&new, name, settings_object, ret_error);
		if (r) {
			leap_config_done(&new);
		} else {
			leap_config_done(config);
			*config = new;
		}
	}
	json_object_put(root);
	return r;
}

static int read_file(const char *path, char **ret_text, size_t *ret_size)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n;
	struct stat status;
	int fd, r = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		r = -errno;
	else if (!S_ISREG(status.st_mode))
		r = S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	else if (!(text = malloc(FILE_SIZE_MAX + 1)))
		r = -ENOMEM;
	while (!r && size <= FILE_SIZE_MAX) {
		n = read(fd, text + size, FILE_SIZE_MAX + 1 - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		size += n;
	}
	close(fd);
	if (r) {
		free(text);
		return r;
	}
	*ret_text = text;
	*ret_size = size;
	return 0;
}

int leap_config_load(struct leap_config *config, const char *path, char **ret_error)
{
	char *text = NULL;
	size_t size = 0;
	int r = read_file(path, &text, &size);

	if (!text) {
		set_text(ret_error, "%s: cannot be read: %s", path, strerror(-r));
		return r;
	}
	r = leap_config_parse(config, path, text, size, ret_error);
	free(text);
	return r;
}

int leap_config_set(struct leap_config *config, const char *key, const char *value,
		    char **ret_error)
{
	const struct setting *setting = find_setting(key);
	struct value parsed;
	char buffer[QUOTED_MAX];
	int r;

	if (!setting) {
		if (is_foreign(key))
			return 0;
		set_text(ret_error, "--%s: no such option; see leapd --help",
			 quoted(key, buffer));
		return -ENOENT;
	}
	parsed = value_of_text(setting, value);
	r = store(config, setting, &parsed);
	if (r)
		set_text(ret_error, "--%s: expected %s, found \"%s\"", key,
			 setting->expected, quoted(value, buffer));
	return r;
}

const char *leap_config_key(unsigned int index, const char **ret_help)
{
	if (index >= COUNT(settings))
		return NULL;
	*ret_help = settings[index].help;
	return settings[index].key;
}

/* "1-6" as "1,2,3,4,5,6". */
static void print_versions(unsigned int versions, char *text, size_t size)
{
	size_t used = 0;
	unsigned int i;

	for (i = 1; i <= VERSION_MAX && used < size; i++)
		if (versions & 1u << i)
			used += (size_t)snprintf(text + used, size - used, "%s%u",
						 used ? "," : "", i);
}

int leap_config_text(const struct leap_config *config, unsigned int index, char *text,
		     size_t size)
{
	const void *field;

	if (index >= COUNT(settings))
		return -ENOENT;
	field = (const char *)config + settings[index].offset;
	switch (settings[index].type) {
	case SETTING_BOOL:
		snprintf(text, size, "%s", *(const bool *)field ? "true" : "false");
		return LEAP_CONFIG_BOOL;
	case SETTING_UNSIGNED:
		snprintf(text, size, "%u", *(const unsigned int *)field);
		return LEAP_CONFIG_INTEGER;
	case SETTING_ALLOW:
		snprintf(text, size, "%d", *(const bool *)field ? ALLOWED : 0);
		return LEAP_CONFIG_INTEGER;
	case SETTING_NUMBER:
		snprintf(text, size, "%.9g", *(const double *)field);
		return LEAP_CONFIG_NUMBER;
	case SETTING_TEXT:
	case SETTING_LIST:
	case SETTING_ORIGINS:
		snprintf(text, size, "%s", *(char *const *)field);
		return LEAP_CONFIG_TEXT;
	case SETTING_VERSIONS:
		print_versions(*(const unsigned int *)field, text, size);
		return LEAP_CONFIG_TEXT;
	}
	return -EINVAL;
}

void leap_config_done(struct leap_config *config)
{
	char **text;
	size_t i;

	for (i = 0; i < COUNT(settings); i++) {
		text = text_of(config, &settings[i]);
		if (!text)
			continue;
		free(*text);
		*text = NULL;
	}
	free(config->warning);
	config->warning = NULL;
}
