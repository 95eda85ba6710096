// SPDX-License-Identifier: MIT
/*
 * leap-sim: a synthetic Leap Motion Controller on a virtual USB bus.
 * One thread serves, one renders (scene.c); main() only reads the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sim/scene.h"
#include "sim/server.h"

#define CONFIG_MAX UINT16_MAX
#define RATE_MAX 100000.0
#define LOOP_SECONDS 2.0
#define LOOP_SECONDS_MAX 600.0
#define PICTURES_PER_SECOND (1e9 / LEAP_SIM_INTERVAL_NS)

struct options {
	struct leap_server_options server;
	bool usbip;
	bool checksum;
	struct leap_sim_options scene;
	double loop_seconds;
	const char *calibration_path;
	const char *descriptors_path;
	uint8_t calibration[LEAP_SIM_CALIBRATION_SIZE];
	uint8_t descriptors[CONFIG_MAX];
};

static const char usage[] =
	"Usage: leap-sim --usbip attach|listen[:PORT] [OPTION]...\n"
	"A synthetic Leap Motion Controller on a virtual USB bus.\n"
	"\n"
	"  --usbip attach         plug into this machine's vhci_hcd (root, modprobe "
	"vhci-hcd)\n"
	"  --usbip listen[:PORT]  wait on 127.0.0.1 for 'usbip attach -r 127.0.0.1 -b "
	"1-1'\n"
	"                         (default port 3240; 0: any free one)\n"
	"  --control PATH         take commands from this FIFO, too (see leap-sim(1))\n"
	"  --rate FPS|max         frames per second (default: as the host negotiates)\n"
	"  --pattern hand|checksum\n"
	"                         what it sees (default: hand)\n"
	"  --hands N              0, 1 or 2 (default: 1)\n"
	"  --seed N               everything random follows from it (default: 1)\n"
	"  --loop SECONDS         motion of the hands, played to and fro (default: 2)\n"
	"  --serial S             up to 14 characters (default: " LEAP_SIM_SERIAL ")\n"
	"  --calibration FILE     156 bytes (default: those of a real controller)\n"
	"  --descriptors FILE     configuration descriptor (default: the real one)\n"
	"  --locked               sends nothing before it has been unlocked\n"
	"  --stamp                the last payload of a frame tells when it was sent\n"
	"  -v, --verbose          tell what happens\n"
	"  --help, --version\n"
	"\n"
	"Commands, one a line, from FIFO and standard input: stall N, eproto N,\n"
	"overflow N, eilseq N, short N, zlp N, lose N, mutate N, garbage-control N,\n"
	"noreply-control N, freeze, thaw, unplug, plug, quit\n";

static int bad_value(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "leap-sim: --%s %s: expected %s\n", option, value, expected);
	return -EINVAL;
}

static int parse_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || *end || number > max)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

static int parse_usbip(struct options *options, const char *text)
{
	uint64_t port = LEAP_USBIP_PORT;

	options->usbip = true;
	options->server.attach = strcmp(text, "attach") == 0;
	if (!options->server.attach && strcmp(text, "listen") != 0 &&
	    (strncmp(text, "listen:", 7) != 0 ||
	     parse_number(text + 7, UINT16_MAX, &port) < 0))
		return bad_value("usbip", text, "attach, listen or listen:PORT");
	options->server.tcp_port = port;
	return 0;
}

static int parse_positive(const char *text, double max, double *ret_number)
{
	double number;
	char *end;

	number = strtod(text, &end);
	if (end == text || *end || !(number > 0) || number > max)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

static int parse_rate(struct options *options, const char *text)
{
	double rate;

	if (strcmp(text, "max") == 0) {
		options->server.device.unpaced = true;
		return 0;
	}
	if (parse_positive(text, RATE_MAX, &rate) < 0 || rate < 0.001)
		return bad_value("rate", text,
				 "frames per second, 0.001 to 100000, or max");
	options->server.device.interval_ns = llround(1e9 / rate);
	return 0;
}

static int parse_scene(struct options *options, const char *name, const char *text)
{
	uint64_t number;

	if (strcmp(name, "pattern") == 0) {
		options->checksum = strcmp(text, "checksum") == 0;
		if (!options->checksum && strcmp(text, "hand") != 0)
			return bad_value(name, text, "hand or checksum");
	} else if (strcmp(name, "hands") == 0) {
		if (parse_number(text, 2, &number) < 0)
			return bad_value(name, text, "0, 1 or 2");
		options->scene.hands = number;
	} else if (strcmp(name, "seed") == 0) {
		if (parse_number(text, UINT64_MAX, &options->scene.seed) < 0)
			return bad_value(name, text, "a whole number");
	} else if (parse_positive(text, LOOP_SECONDS_MAX, &options->loop_seconds) < 0) {
		return bad_value(name, text, "seconds, up to 600");
	}
	return 0;
}

static const struct option long_options[] = {
	{ "usbip", required_argument, NULL, 'u' },
	{ "control", required_argument, NULL, 'c' },
	{ "rate", required_argument, NULL, 'r' },
	{ "pattern", required_argument, NULL, 's' },
	{ "hands", required_argument, NULL, 's' },
	{ "seed", required_argument, NULL, 's' },
	{ "loop", required_argument, NULL, 's' },
	{ "serial", required_argument, NULL, 'n' },
	{ "calibration", required_argument, NULL, 'k' },
	{ "descriptors", required_argument, NULL, 'd' },
	{ "locked", no_argument, NULL, 'l' },
	{ "stamp", no_argument, NULL, 't' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static int take_option(struct options *options, int option, const char *name)
{
	switch (option) {
	case 'u':
		return parse_usbip(options, optarg);
	case 'c':
		options->server.control_path = optarg;
		return 0;
	case 'r':
		return parse_rate(options, optarg);
	case 's':
		return parse_scene(options, name, optarg);
	case 'n':
		options->server.device.identity.serial = optarg;
		return 0;
	case 'k':
		options->calibration_path = optarg;
		return 0;
	case 'd':
		options->descriptors_path = optarg;
		return 0;
	case 'l':
		options->server.device.identity.locked = true;
		return 0;
	case 't':
		options->server.device.stamp = true;
		return 0;
	case 'v':
		options->server.verbose = true;
		return 0;
	case 'h':
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	case 'V':
		puts("leap-sim " LEAP_VERSION);
		exit(EXIT_SUCCESS);
	default:
		return -EINVAL;
	}
}

static int parse_options(struct options *options, int argc, char **argv)
{
	int option, index = 0, r;

	while ((option = getopt_long(argc, argv, "v", long_options, &index)) != -1) {
		r = take_option(options, option, long_options[index].name);
		if (r < 0)
			return r;
	}
	if (optind < argc) {
		fprintf(stderr, "leap-sim: '%s': not an option; see leap-sim --help\n",
			argv[optind]);
		return -EINVAL;
	}
	if (!options->usbip) {
		fputs("leap-sim: say where: --usbip attach or --usbip listen\n",
		      stderr);
		return -EINVAL;
	}
	return 0;
}

/* Return: bytes read, at most @max + 1 of them; negative errno. */
static ssize_t read_whole(const char *path, uint8_t *to, size_t max)
{
	FILE *file = fopen(path, "rbe");
	uint8_t more;
	size_t size;
	ssize_t r;

	if (!file)
		return -errno;
	size = fread(to, 1, max, file);
	if (size == max)
		size += fread(&more, 1, 1, file);
	r = ferror(file) ? -EIO : (ssize_t)size;
	fclose(file);
	return r;
}

static int load_files(struct options *options)
{
	struct leap_personality_options *identity = &options->server.device.identity;
	const char *path;
	ssize_t size;

	path = options->calibration_path;
	if (path) {
		size = read_whole(path, options->calibration,
				  LEAP_SIM_CALIBRATION_SIZE);
		if (size != LEAP_SIM_CALIBRATION_SIZE) {
			fprintf(stderr, "leap-sim: --calibration %s: %s\n", path,
				size < 0 ? strerror(-size) : "expected 156 bytes");
			return -EINVAL;
		}
		identity->calibration = options->calibration;
	}
	path = options->descriptors_path;
	if (path) {
		size = read_whole(path, options->descriptors, CONFIG_MAX);
		if (size < 1 || size > CONFIG_MAX) {
			fprintf(stderr, "leap-sim: --descriptors %s: %s\n", path,
				size < 0 ? strerror(-size)
					 : "expected 1 to 65535 bytes");
			return -EINVAL;
		}
		identity->config = options->descriptors;
		identity->config_size = size;
	}
	return 0;
}

/* So that a bad serial is noticed before anything is attached. */
static int check_identity(const struct leap_personality_options *identity)
{
	struct leap_personality personality;

	if (leap_personality_init(&personality, identity) == 0)
		return 0;
	return bad_value("serial", identity->serial,
			 "up to 14 visible characters without spaces");
}

/* -1 when signals cannot be awaited; the rendering thread inherits the mask. */
static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

static int start_scene(struct options *options, struct leap_scene **ret_scene)
{
	unsigned int length = ceil(options->loop_seconds * PICTURES_PER_SECOND);
	int r;

	options->scene.calibration = options->server.device.identity.calibration;
	r = leap_scene_new(&options->scene, length < 2 ? 2 : length, ret_scene);
	if (r == -ENOMEM)
		fputs("leap-sim: not enough memory: take a shorter --loop\n", stderr);
	else if (r < 0 && options->calibration_path)
		fprintf(stderr,
			"leap-sim: --calibration %s: nothing can be rendered through "
			"it; for the bytes alone take --pattern checksum\n",
			options->calibration_path);
	else if (r < 0)
		fprintf(stderr, "leap-sim: cannot render: %s\n", strerror(-r));
	return r;
}

static int run(struct options *options)
{
	struct leap_scene *scene = NULL;
	int status;

	if (options->checksum) {
		options->server.device.picture = leap_picture_checksum;
	} else {
		if (start_scene(options, &scene) < 0)
			return EXIT_FAILURE;
		options->server.device.picture = leap_scene_draw;
		options->server.device.context = scene;
	}
	status = leap_server_run(&options->server);
	leap_scene_free(scene);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = {
		.scene = { .seed = 1, .hands = 1 },
		.loop_seconds = LOOP_SECONDS,
		.server.device.identity.serial = LEAP_SIM_SERIAL,
	};
	struct leap_personality_options *identity = &options.server.device.identity;

	/* before anything else is opened and might take a closed descriptor's place */
	options.server.standard_input = fcntl(STDIN_FILENO, F_GETFD) >= 0 &&
					!isatty(STDIN_FILENO);
	identity->calibration = leap_sim_calibration();
	if (parse_options(&options, argc, argv) < 0)
		return 2;
	if (load_files(&options) < 0)
		return EXIT_FAILURE;
	identity->seed = options.scene.seed;
	if (check_identity(identity) < 0)
		return 2;
	options.server.signals = open_signals();
	if (options.server.signals < 0) {
		fprintf(stderr, "leap-sim: no signals: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	return run(&options);
}
