// SPDX-License-Identifier: MIT
/*
 * Talks to a running leapd by way of libleap: what is there, who listens, pause, settings,
 * hands as they move. Gives controllers to the kernel's camera driver and takes them back.
 * One thread.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/leap.h"
#include "tools/handover.h"

#define USAGE_ERROR 2
#define PATIENCE_MS 3000
#define WATCH_NS INT64_C(100000000) /* between two pictures for the eye */

struct control {
	struct leap_connection *leap;
	const char *key, *value;
	long frames; /* to watch; 0 without end */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int fail(const char *what)
{
	fprintf(stderr, "leapctl: %s\n", what);
	return EXIT_FAILURE;
}

/* Return: 1 an event, 0 none in time. */
static int next(struct control *control, int64_t until_ns, struct leap_event *event)
{
	int64_t left_ns = until_ns - now_ns();

	if (left_ns <= 0 || interrupted)
		return 0;
	return leap_poll(control->leap, (int)(left_ns / 1000000) + 1, event) == 1;
}

/* All that leapd tells a new client is there when it has answered a first question. */
static bool connect_to_leapd(struct control *control)
{
	int64_t until_ns = now_ns() + PATIENCE_MS * INT64_C(1000000);
	struct leap_event event;
	int request = 0;

	while (!interrupted && now_ns() < until_ns) {
		if (!next(control, until_ns, &event))
			continue;
		if (event.type == LEAP_EVENT_CONNECTED)
			request = leap_get_clients(control->leap);
		if (event.type == LEAP_EVENT_RESULT && request > 0 &&
		    event.request == (uint32_t)request)
			return true;
	}
	return false;
}

/*
 * Waits for the end of a request; @each is called for events on the way to it.
 * Return: its error, or -ETIME.
 */
static int finish(struct control *control, int request, enum leap_event_type last,
		  void (*each)(const struct leap_event *event))
{
	int64_t until_ns = now_ns() + PATIENCE_MS * INT64_C(1000000);
	struct leap_event event;

	if (request < 0)
		return request;
	while (next(control, until_ns, &event)) {
		if (event.request != (uint32_t)request)
			continue;
		if (each)
			each(&event);
		if (event.type == last || event.type == LEAP_EVENT_RESULT)
			return event.error;
	}
	return -ETIME;
}

static int report(int r)
{
	if (!r)
		return EXIT_SUCCESS;
	if (r == -EPERM || r == -EACCES)
		return fail(
			"not allowed: that is for root, the user of leapd, and members "
			"of the group leap");
	if (r == -ETIME)
		return fail("leapd does not answer");
	return fail(strerror(-r));
}

static const char *mode_name(uint32_t mode)
{
	static const char *const names[] = { "desktop", "head-mounted", "screen top" };

	return mode < 3 ? names[mode] : "unknown";
}

static const char *transport_name(unsigned int transport)
{
	static const char *const names[] = { "unknown", "shared memory", "socket",
					     "TCP" };

	return names[transport < 4 ? transport : 0];
}

static void print_status(const struct leap_event *event)
{
	const struct leap_service_status *status = &event->u.status;

	if (event->type != LEAP_EVENT_STATUS)
		return;
	printf("leapd %s, up for %" PRId64 " s\n", status->version,
	       status->uptime / 1000000);
	printf("  tracking     %s\n", status->is_paused ? "paused" : "on");
	printf("  orientation  %s\n", mode_name(status->mode));
	printf("  frames       %" PRId64 " for native clients, %.0f a second\n",
	       status->frames, (double)status->frame_rate);
	printf("  clients      %u native\n", status->clients);
}

static int print_devices(struct control *control)
{
	static const char *const kinds[] = { "controller", "peripheral", "laptop",
					     "keyboard" };
	struct leap_device device;
	unsigned int i;

	for (i = 0; !leap_get_device(control->leap, i, &device); i++)
		printf("%s  %s  %s%s\n", device.serial, kinds[device.kind & 3],
		       device.is_streaming ? "streaming" : "not streaming",
		       device.is_nominal ? "  without its calibration" : "");
	if (!i)
		printf("no controller\n");
	return EXIT_SUCCESS;
}

static int status_command(struct control *control)
{
	int r = finish(control, leap_get_status(control->leap), LEAP_EVENT_STATUS,
		       print_status);

	if (r)
		return report(r);
	printf("  connection   %s\n", transport_name(leap_transport(control->leap)));
	return print_devices(control);
}

static void print_client(const struct leap_event *event)
{
	const struct leap_client_info *client = &event->u.client;

	if (event->type != LEAP_EVENT_CLIENT)
		return;
	printf("%4u  %-24s pid %-7u %-13s %s%s%s%s", client->number, client->name,
	       client->pid, transport_name(client->transport),
	       client->has_focus ? "focus " : "",
	       client->receives_frames ? "frames " : "",
	       client->granted & LEAP_POLICY_BACKGROUND ? "background " : "",
	       client->granted & LEAP_POLICY_IMAGES ? "images " : "");
	if (client->frames_sent || client->frames_skipped)
		printf(" %" PRId64 " sent, %" PRId64 " skipped", client->frames_sent,
		       client->frames_skipped);
	printf("\n");
}

static int clients_command(struct control *control)
{
	return report(finish(control, leap_get_clients(control->leap),
			     LEAP_EVENT_RESULT, print_client));
}

static int set_paused(struct control *control, bool paused)
{
	int r = finish(control,
		       leap_set_policy(control->leap, LEAP_POLICY_ALLOW_PAUSE, 0),
		       LEAP_EVENT_POLICY, NULL);

	if (!r)
		r = finish(control, leap_set_paused(control->leap, paused),
			   LEAP_EVENT_RESULT, NULL);
	return report(r);
}

static int pause_command(struct control *control)
{
	return set_paused(control, true);
}

static int resume_command(struct control *control)
{
	return set_paused(control, false);
}

static int get_command(struct control *control)
{
	struct leap_setting setting;
	bool found = false;

	for (unsigned int i = 0; !leap_get_config_at(control->leap, i, &setting); i++) {
		if (control->key && strcmp(control->key, setting.key))
			continue;
		found = true;
		if (control->key)
			printf("%s\n", setting.value);
		else
			printf("%s = %s\n", setting.key, setting.value);
	}
	return found ? EXIT_SUCCESS : fail("no such setting; leapctl get lists them");
}

static int set_command(struct control *control)
{
	int r = finish(control,
		       leap_set_config(control->leap, control->key, control->value),
		       LEAP_EVENT_RESULT, NULL);

	if (r == -ENOENT)
		return fail("no such setting; leapctl get lists them");
	if (r == -ERANGE)
		return fail("not a value of that setting; leapd(8) tells its range");
	return report(r);
}

static void print_hand(const struct leap_hand *hand)
{
	static const char letters[] = "TIMRP";
	char extended[LEAP_FINGER_COUNT + 1] = "";

	for (int i = 0; i < LEAP_FINGER_COUNT; i++)
		extended[i] = hand->finger[i].is_extended ? letters[i] : '.';
	printf("  %-5s %6d  palm %6.1f %6.1f %6.1f mm  %5.0f mm/s  grab %3.0f%%  pinch "
	       "%3.0f%%  %s\n",
	       hand->is_left ? "left" : "right", hand->id,
	       (double)hand->palm_position.x, (double)hand->palm_position.y,
	       (double)hand->palm_position.z,
	       (double)hypotf(hypotf(hand->palm_velocity.x, hand->palm_velocity.y),
			      hand->palm_velocity.z),
	       (double)hand->grab_strength * 100, (double)hand->pinch_strength * 100,
	       extended);
}

static void print_gesture(const struct leap_gesture *gesture)
{
	static const char *const kinds[] = { [LEAP_SWIPE] = "swipe",
					     [LEAP_CIRCLE] = "circle",
					     [LEAP_SCREEN_TAP] = "screen tap",
					     [LEAP_KEY_TAP] = "key tap" };
	static const char *const phases[] = { "", "starts", "goes on", "ends" };

	printf("  %-10s %5d  %s\n", kinds[gesture->kind], gesture->id,
	       phases[gesture->phase]);
}

/* On a terminal each picture takes the place of the one before. */
static void print_frame(const struct leap_frame *frame, uint64_t missed, bool terminal)
{
	printf("%sframe %" PRId64 "  %.0f a second  %u hands%s",
	       terminal ? "\033[H\033[J" : "", frame->id, (double)frame->frame_rate,
	       frame->hand_count, frame->tool_count ? "  a tool" : "");
	if (missed)
		printf("  %" PRIu64 " missed", missed);
	printf("\n");
	for (uint32_t i = 0; i < frame->hand_count; i++)
		print_hand(&frame->hand[i]);
	for (uint32_t i = 0; i < frame->gesture_count; i++)
		print_gesture(&frame->gesture[i]);
	fflush(stdout);
}

static void print_news(const struct leap_event *event)
{
	switch (event->type) {
	case LEAP_EVENT_LOST:
		printf("leapd is gone; waiting for it\n");
		break;
	case LEAP_EVENT_CONNECTED:
		printf("leapd is there again\n");
		break;
	case LEAP_EVENT_DEVICE_STREAMING:
		printf("%s: streaming\n", event->u.device.serial);
		break;
	case LEAP_EVENT_DEVICE_STOPPED:
		printf("%s: not streaming\n", event->u.device.serial);
		break;
	case LEAP_EVENT_POLICY:
		if (event->u.policy.is_paused)
			printf("tracking is paused\n");
		break;
	default:
		return;
	}
	fflush(stdout);
}

static int watch_command(struct control *control)
{
	bool terminal = isatty(STDOUT_FILENO);
	int64_t printed_ns = 0;
	struct leap_event event;
	uint64_t missed = 0;
	long frames = 0;

	while (!interrupted && (!control->frames || frames < control->frames)) {
		if (leap_poll(control->leap, 1000, &event) != 1)
			continue;
		if (event.type != LEAP_EVENT_FRAME) {
			print_news(&event);
			continue;
		}
		frames++;
		missed += event.u.tracking.skipped;
		if (now_ns() - printed_ns < WATCH_NS)
			continue;
		printed_ns = now_ns();
		print_frame(event.u.tracking.frame, missed, terminal);
		missed = 0;
	}
	return EXIT_SUCCESS;
}

static void print_moved(const char *device)
{
	printf("%s\n", device);
}

/* Moves the controllers of the kernel driver @from to @to; leapd is not asked. */
static int hand_over(const char *from, const char *to)
{
	int r = leap_handover("/sys", from, to, print_moved);

	if (r == -ENOENT) {
		fprintf(stderr, "leapctl: no driver %s: modprobe %s\n", to, to);
		return EXIT_FAILURE;
	}
	if (r == -EACCES || r == -EPERM)
		return fail("not allowed: that is for root");
	if (r < 0) {
		fprintf(stderr, "leapctl: %s does not take it: %s\n", to, strerror(-r));
		return EXIT_FAILURE;
	}
	if (!r) {
		fprintf(stderr, "leapctl: %s has no controller\n", from);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int release_command(struct control *control)
{
	(void)control;
	return hand_over("leap", "uvcvideo");
}

static int claim_command(struct control *control)
{
	(void)control;
	return hand_over("uvcvideo", "leap");
}

static const struct command {
	const char *name;
	int least, most; /* arguments */
	int (*run)(struct control *control);
	const char *help;
	bool is_local; /* without leapd */
} commands[] = {
	{ "status", 0, 0, status_command, "what leapd does" },
	{ "devices", 0, 0, print_devices, "controllers" },
	{ "clients", 0, 0, clients_command, "native programs that are connected" },
	{ "watch", 0, 1, watch_command, "[FRAMES]  hands as they move, until Ctrl-C" },
	{ "pause", 0, 0, pause_command, "stop tracking, for everyone" },
	{ "resume", 0, 0, resume_command, "track again" },
	{ "get", 0, 1, get_command, "[KEY]  settings" },
	{ "set", 2, 2, set_command, "KEY VALUE  change a setting until leapd ends" },
	{ "release", 0, 0, release_command, "give the controllers to uvcvideo", true },
	{ "claim", 0, 0, claim_command, "take them back from uvcvideo", true },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *to)
{
	fprintf(to, "usage: leapctl [--socket PATH | --tcp ADDRESS[:PORT]] COMMAND\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
}

static int usage_error(const char *what, const char *about)
{
	fprintf(stderr, "leapctl: %s%s; see leapctl --help\n", what, about);
	return USAGE_ERROR;
}

static const struct command *find_command(const char *name, int arguments)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name) && arguments >= commands[i].least &&
		    arguments <= commands[i].most)
			return &commands[i];
	return NULL;
}

static bool take_number(const char *text, long least, long most, long *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtol(text, &end, 10);
	return !errno && *text && !*end && *ret_number >= least && *ret_number <= most;
}

/* "ADDRESS[:PORT]", taken apart in place. */
static bool take_address(char *text, struct leap_options *options)
{
	char *colon = strchr(text, ':');
	long port = 0;

	if (colon && !take_number(colon + 1, 1, 65535, &port))
		return false;
	if (colon)
		*colon = '\0';
	options->flags |= LEAP_TCP_ONLY;
	options->address = text;
	options->port = (uint16_t)port;
	return true;
}

static int run(const struct leap_options *options, const struct command *command,
	       struct control *control)
{
	struct sigaction action = { .sa_handler = on_signal };
	int r = leap_open(options, &control->leap);

	if (r)
		return fail(strerror(-r));
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (connect_to_leapd(control))
		r = command->run(control);
	else
		r = fail(
			"no leapd to be found: start it (systemctl start leapd), or say "
			"where it is with --socket or --tcp");
	leap_close(control->leap);
	return r;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "tcp", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	struct leap_options options = { .size = sizeof(options), .name = "leapctl" };
	struct control control = { 0 };
	const struct command *command;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1) {
		if (option == 's') {
			options.socket = optarg;
			options.flags |= LEAP_LOCAL_ONLY;
		} else if (option == 't') {
			if (!take_address(optarg, &options))
				return usage_error("no ADDRESS[:PORT]: ", optarg);
		} else if (option == 'h') {
			help(stdout);
			return EXIT_SUCCESS;
		} else if (option == 'v') {
			printf("leapctl %s\n", leap_version());
			return EXIT_SUCCESS;
		} else {
			return usage_error("no such option, or it needs a value: ",
					   argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage_error("a command is needed", "");
	command = find_command(argv[optind], argc - optind - 1);
	if (!command)
		return usage_error("no such command, or with other arguments: ",
				   argv[optind]);
	control.key = argv[optind + 1];
	control.value = control.key ? argv[optind + 2] : NULL;
	if (command->run == watch_command && control.key &&
	    !take_number(control.key, 1, INT32_MAX, &control.frames))
		return usage_error("no number of frames: ", control.key);
	return command->is_local ? command->run(&control)
				 : run(&options, command, &control);
}
