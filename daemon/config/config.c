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

/* background_app_mode of the original: other values deny */
#define BACKGROUND_ALLOWED 2

enum setting_type {
	SETTING_BOOL,
	SETTING_UNSIGNED,
	SETTING_ALLOW, /* a number that means "allowed" when it is BACKGROUND_ALLOWED */
	SETTING_NUMBER,
	SETTING_TEXT,
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
	{ "background_app_mode", SETTING_ALLOW,
	  offsetof(struct leap_config, background_allowed), 0, 255,
	  "a whole number: 2 to allow, 0 to deny",
	  "2: applications may have frames without the focus (2)" },
	{ "interaction_box_height", SETTING_NUMBER,
	  offsetof(struct leap_config, interaction_box_height), 1, 1000,
	  "millimetres from 1 to 1000",
	  "height of the interaction box's centre (200)" },
	{ "source", SETTING_TEXT, offsetof(struct leap_config, source), 0, 0,
	  "auto, device[:PATH], replay:FILE or simulate",
	  "where pictures come from (auto)" },
};

/* Settings of the original that have no meaning here: users' files have them. */
static const char *const foreign_keys[] = {
	"Gesture.Circle.MinArc",
	"Gesture.Circle.MinRadius",
	"Gesture.KeyTap.HistorySeconds",
	"Gesture.KeyTap.MinDistance",
	"Gesture.KeyTap.MinDownVelocity",
	"Gesture.ScreenTap.HistorySeconds",
	"Gesture.ScreenTap.MinDistance",
	"Gesture.ScreenTap.MinForwardVelocity",
	"Gesture.Swipe.MinLength",
	"Gesture.Swipe.MinVelocity",
	"auto_check_updates",
	"auto_install_updates",
	"avoid_poor_performance",
	"cpu_affinity_mask",
	"force_robust_mode",
	"image_processing_auto_flip",
	"images_mode",
	"interaction_box_auto",
	"interaction_box_scale",
	"interaction_center_x",
	"interaction_center_y",
	"interaction_center_z",
	"low_resource_mode_enabled",
	"metrics_enabled",
	"no_cp_startup",
	"power_saving_adapter",
	"power_saving_battery",
	"process_niceness",
	"robust_mode_enabled",
	"show_tray_messages",
	"tracking_hand_enabled",
	"tracking_images_mode",
	"tracking_tool_enabled",
	"websockets_allow_remote",
	"wss_port",
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
		*(bool *)field = value->number == BACKGROUND_ALLOWED;
		return 0;
	case SETTING_NUMBER:
		if (!in_range(setting, value))
			return -ERANGE;
		*(double *)field = value->number;
		return 0;
	case SETTING_TEXT: {
		char *copy;

		if (value->type != VALUE_TEXT || !value->text[0])
			return -ERANGE;
		copy = strdup(value->text);
		if (!copy)
			return -ENOMEM;
		free(*(char **)field);
		*(char **)field = copy;
		return 0;
	}
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
		value.type = VALUE_TEXT;
		break;
	default:
		value.number = strtod(text, &end);
		if (end != text && !*end)
			value.type = VALUE_NUMBER;
	}
	return value;
}

int leap_config_copy(const struct leap_config *config, struct leap_config *ret_copy)
{
	char *source = strdup(config->source);

	if (!source)
		return -ENOMEM;
	*ret_copy = *config;
	ret_copy->warning = NULL;
	ret_copy->source = source;
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
	char *source = strdup("auto");

	if (!source)
		return -ENOMEM;
	*ret_config = (struct leap_config){
		.websockets_enabled = true,
		.ws_port = 6437,
		.background_allowed = true,
		.interaction_box_height = 200,
		.source = source,
	};
	return 0;
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

void leap_config_done(struct leap_config *config)
{
	free(config->source);
	free(config->warning);
	config->source = NULL;
	config->warning = NULL;
}
