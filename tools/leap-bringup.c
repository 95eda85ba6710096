// SPDX-License-Identifier: MIT
/*
 * leap-bringup: from a capture of USB traffic to the file with which the kernel module
 * unlocks one controller. One thread.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bringup.h"

#define CAPTURE_MAX ((size_t)1 << 31)
#define CHUNK ((size_t)1 << 20)

static const char usage[] =
	"Usage: leap-bringup [OPTION...] CAPTURE\n"
	"Extract from a capture of USB traffic (pcap, pcapng or usbmon's text; - is\n"
	"standard input) how the vendor's service made a controller with locked firmware\n"
	"stream, for the kernel module to do the same.\n"
	"\n"
	"  -o, --output=FILE    write to FILE (default: SERIAL.bin)\n"
	"  -s, --serial=SERIAL  of this controller, if several are in the capture\n"
	"  -l, --list           print the steps instead\n"
	"  -h, --help           show this text\n"
	"  -V, --version        show the version\n";

struct options {
	const char *capture;
	const char *output;
	const char *serial;
	bool list;
};

__attribute__((format(printf, 1, 2))) static int complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("leap-bringup: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	return EXIT_FAILURE;
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "serial", required_argument, NULL, 's' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL },
	};
	int option;

	while ((option = getopt_long(argc, argv, "o:s:lhV", names, NULL)) != -1) {
		switch (option) {
		case 'o':
			options->output = optarg;
			break;
		case 's':
			options->serial = optarg;
			break;
		case 'l':
			options->list = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("leap-bringup " LEAP_VERSION);
			exit(EXIT_SUCCESS);
		default:
			exit(2);
		}
	}
	if (optind != argc - 1) {
		complain("name one capture; see leap-bringup --help");
		exit(2);
	}
	options->capture = argv[optind];
}

static int read_stream(FILE *file, uint8_t **ret_data, size_t *ret_size)
{
	uint8_t *data = NULL, *more;
	size_t size = 0, room = 0;

	do {
		if (size == room) {
			room = room ? 2 * room : CHUNK;
			more = room <= CAPTURE_MAX ? realloc(data, room) : NULL;
			if (!more) {
				free(data);
				return room > CAPTURE_MAX ? -EFBIG : -ENOMEM;
			}
			data = more;
		}
		size += fread(data + size, 1, room - size, file);
	} while (size == room);
	if (ferror(file)) {
		free(data);
		return -EIO;
	}
	*ret_data = data;
	*ret_size = size;
	return 0;
}

static int read_capture(const char *path, uint8_t **ret_data, size_t *ret_size)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "rbe") : stdin;
	int r;

	if (!file)
		return -errno;
	r = read_stream(file, ret_data, ret_size);
	if (file != stdin)
		fclose(file);
	return r;
}

static void list_steps(const struct bringup_device *device)
{
	static const char *const what[] = {
		[LEAP_BRINGUP_WRITE] = "write",
		[LEAP_BRINGUP_EXPECT] = "expect",
		[LEAP_BRINGUP_WAIT] = "wait",
	};

	printf("serial %s\n", (const char *)device->serial);
	for (uint32_t i = 0; i < device->count; i++)
		printf("%s 0x%02x 0x%02x\n", what[device->steps[i].what],
		       device->steps[i].address, device->steps[i].value);
}

static int write_file(const char *path, const uint8_t *data, size_t size)
{
	FILE *file = fopen(path, "wbe");
	bool written;

	if (!file)
		return complain("%s: %s", path, strerror(errno));
	written = fwrite(data, 1, size, file) == size;
	if (fclose(file) || !written) {
		remove(path);
		return complain("%s: cannot be written: %s", path, strerror(errno));
	}
	return EXIT_SUCCESS;
}

static int save(const struct options *options, const struct bringup_device *device)
{
	char name[LEAP_BRINGUP_SERIAL_SIZE + sizeof(".bin")];
	uint8_t data[LEAP_BRINGUP_HEADER_SIZE +
		     LEAP_BRINGUP_STEP_SIZE * LEAP_BRINGUP_STEPS_MAX + 4];
	const char *path = options->output ? options->output : name;

	snprintf(name, sizeof(name), "%s.bin", (const char *)device->serial);
	leap_bringup_write(device->steps, device->count, device->serial, data);
	if (write_file(path, data, leap_bringup_size(device->count)))
		return EXIT_FAILURE;
	printf("%s: %u registers written, %u read; to use it:\n"
	       "  install -D -m 644 %s /lib/firmware/leap/%s\n",
	       path, device->writes, device->count - device->writes, path, name);
	return EXIT_SUCCESS;
}

/* What is missing in a capture that holds no bring-up, as far as can be told. */
static int complain_about(const struct options *options, const struct bringup *bringup,
			  int r)
{
	if (r == -ENOTUNIQ)
		return complain("%s: several controllers are brought up in it: choose "
				"one with --serial",
				options->capture);
	for (unsigned int i = 0; i < bringup->count; i++) {
		if (!bringup->devices[i].writes)
			continue;
		if (options->serial)
			return complain("%s: the controller %s is not brought up in it",
					options->capture, options->serial);
		return complain("%s: a controller is brought up in it, but its serial "
				"number is not read: begin the capture before it is "
				"plugged in",
				options->capture);
	}
	return complain(
		"%s: no controller is brought up in it: begin the capture, then "
		"start the vendor's service, then plug the controller in",
		options->capture);
}

static int run(const struct options *options)
{
	static struct bringup bringup;
	const struct bringup_device *device;
	uint8_t *data = NULL;
	size_t size = 0;
	int r;

	r = read_capture(options->capture, &data, &size);
	if (r < 0)
		return complain("%s: %s", options->capture, strerror(-r));
	r = usbmon_parse(data, size, bringup_take, &bringup);
	free(data);
	if (r == -EINVAL)
		return complain(
			"%s: no capture of USB traffic: expected pcap or pcapng "
			"of a usbmon interface, or usbmon's text",
			options->capture);
	if (r < 0)
		return complain("%s: the capture is damaged", options->capture);
	r = bringup_find(&bringup, options->serial, &device);
	if (r < 0)
		return complain_about(options, &bringup, r);
	if (device->overflow)
		return complain("%s: more than %u steps", options->capture,
				LEAP_BRINGUP_STEPS_MAX);
	if (!options->list)
		return save(options, device);
	list_steps(device);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };

	parse_options(&options, argc, argv);
	return run(&options);
}
