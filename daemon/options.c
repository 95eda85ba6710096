// SPDX-License-Identifier: MIT
/*
 * The command line: --key=value for every setting, and a few options of its own.
 * Used by the main thread before any other starts.
 */
#include "daemon/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_MAX 64

/* Options that are no key=value of the configuration. */
static const struct own_option {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *key; /* the setting it stands for, or NULL */
	const char *help;
} own_options[] = {
	{ "source", "SOURCE", "source",
	  "auto, device[:PATH], replay:FILE or simulate[:SEED] (auto)" },
	{ "wait", NULL, NULL,
	  "wait for a controller instead of failing or simulating" },
	{ "config", "FILE", NULL, "read settings from FILE" },
	{ "port", "PORT", "ws_port", "port for web applications (6437)" },
	{ "foreground", NULL, NULL, "say where to look, also without a terminal" },
	{ "run", NULL, NULL, "the same, as it was called before" },
	{ "trace", "FILE", NULL, "write times of each frame to FILE" },
	{ "help", NULL, NULL, "show this" },
	{ "version", NULL, NULL, "show the version" },
};

#define OWN_OPTIONS (sizeof(own_options) / sizeof(own_options[0]))

/* One argument taken apart, with its value from behind "=" or the next argument. */
struct option {
	char name[KEY_MAX];
	const struct own_option *own; /* NULL: a setting */
	const char *value; /* NULL: none */
};

static const struct own_option *find_own(const char *name)
{
	size_t i;

	for (i = 0; i < OWN_OPTIONS; i++)
		if (!strcmp(own_options[i].name, name))
			return &own_options[i];
	return NULL;
}

__attribute__((format(printf, 2, 3))) static int fail(char **ret_error,
						      const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(ret_error, format, arguments) < 0)
		*ret_error = NULL;
	va_end(arguments);
	return -EINVAL;
}

/* Return: how many arguments it was, or -EINVAL. */
static int take_option(char **argv, struct option *ret_option, char **ret_error)
{
	const char *name = argv[0] + 2;
	size_t length = strcspn(name, "=");

	if (strncmp(argv[0], "--", 2) || !length || length >= KEY_MAX)
		return fail(ret_error, "%.60s: no option; see leapd --help", argv[0]);
	memcpy(ret_option->name, name, length);
	ret_option->name[length] = '\0';
	ret_option->value = name[length] ? name + length + 1 : NULL;
	ret_option->own = find_own(ret_option->name);
	if (ret_option->own && !ret_option->own->argument && ret_option->value)
		return fail(ret_error, "--%s takes no value", ret_option->name);
	if (ret_option->value || (ret_option->own && !ret_option->own->argument))
		return 1;
	if (ret_option->own && argv[1]) {
		ret_option->value = argv[1];
		return 2;
	}
	return fail(ret_error, "--%s needs a value%s; see leapd --help",
		    ret_option->name, ret_option->own ? "" : ", as in --key=value");
}

static void take_own(const struct option *option, struct leap_options *options,
		     const char **config_file)
{
	const char *name = option->name;

	options->wait |= !strcmp(name, "wait");
	options->foreground |= !strcmp(name, "foreground") || !strcmp(name, "run");
	options->help |= !strcmp(name, "help");
	options->version |= !strcmp(name, "version");
	if (!strcmp(name, "config"))
		*config_file = option->value;
	if (!strcmp(name, "trace"))
		options->trace = option->value;
}

static int set_from(int argc, char **argv, struct leap_config *config, char **ret_error)
{
	struct option option = { 0 };
	int i, r;

	for (i = 1; i < argc; i += r) {
		const char *key;

		r = take_option(argv + i, &option, ret_error);
		if (r < 0)
			return r;
		key = option.own ? option.own->key : option.name;
		if (key && leap_config_set(config, key, option.value, ret_error))
			return -EINVAL;
	}
	return 0;
}

int leap_options_parse(int argc, char **argv, const char *default_file,
		       struct leap_options *ret_options, struct leap_config *config,
		       char **ret_error)
{
	struct leap_options options = { 0 };
	const char *file = NULL;
	struct option option = { 0 };
	int i, r;

	*ret_error = NULL;
	for (i = 1; i < argc; i += r) {
		r = take_option(argv + i, &option, ret_error);
		if (r < 0)
			return r;
		if (option.own)
			take_own(&option, &options, &file);
	}
	*ret_options = options;
	if (options.help || options.version)
		return 0;
	if (!file && access(default_file, F_OK) == 0)
		file = default_file;
	if (file) {
		r = leap_config_load(config, file, ret_error);
		if (r)
			return r;
	}
	return set_from(argc, argv, config, ret_error);
}

static void help_line(FILE *to, const char *name, const char *argument,
		      const char *help)
{
	int width = fprintf(to, "  --%s%s%s", name, argument ? "=" : "",
			    argument ? argument : "");

	fprintf(to, "%*s%s\n", width < 34 ? 34 - width : 1, "", help);
}

void leap_options_help(FILE *to)
{
	const char *key, *help;
	unsigned int i;

	fprintf(to,
		"usage: leapd [OPTION]...\n"
		"Tells applications about the hands above a Leap Motion Controller.\n\n");
	for (i = 0; i < OWN_OPTIONS; i++)
		help_line(to, own_options[i].name, own_options[i].argument,
			  own_options[i].help);
	fprintf(to,
		"\nSettings, also as {\"configuration\": {key: value}} in a file:\n");
	for (i = 0; (key = leap_config_key(i, &help)); i++)
		if (!find_own(key))
			help_line(to, key, "VALUE", help);
}
