// SPDX-License-Identifier: MIT
/*
 * From the last byte of a picture to the bytes in clients' sockets, and what leapd costs.
 * leapd is a process of its own; all clients are in this one, one thread.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/sim.h"
#include "tests/unit/service/ws_client.h"

#define CLIENTS_MAX 50
#define WARM_UP_NS INT64_C(1000000000)
#define CAPTURE_FRAMES 345 /* three seconds, played again and again */
#define THREADS_MAX 16
#define GOAL_MS 5.0

struct receipt {
	int64_t frame_id;
	int64_t time_ns;
};

struct traced {
	int64_t ready_ns;
	int64_t published_ns;
};

struct leapd {
	pid_t pid;
	unsigned int port;
	char trace[64];
};

struct thread_time {
	char name[16];
	int64_t ns;
};

/* One measurement: what clients received, and what leapd's threads used meanwhile. */
struct measurement {
	unsigned int clients;
	struct ws_client *client;
	struct receipt *receipt;
	size_t receipts, room;
	int64_t from_ns, to_ns;
	struct thread_time before[THREADS_MAX], after[THREADS_MAX];
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void write_capture(const char *path, unsigned int hands)
{
	struct leap_sim_options options = { .seed = 1, .hands = hands };
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	FILE *file = fopen(path, "wb");
	struct leap_sim *sim;
	uint64_t i;

	if (!file || leap_sim_new(&options, &sim))
		fail(path);
	fprintf(file, "YUV4MPEG2 W%d H%d F115:1 Ip A1:1 Cmono\n", LEAP_SIM_WIDTH * 2,
		LEAP_SIM_HEIGHT);
	for (i = 0; i < CAPTURE_FRAMES; i++) {
		leap_sim_render(sim, i, pixels);
		fprintf(file, "FRAME Xts=%" PRIu64 "\n", i * LEAP_SIM_INTERVAL_NS);
		fwrite(pixels, sizeof(pixels), 1, file);
	}
	leap_sim_free(sim);
	if (fclose(file))
		fail(path);
}

static void write_calibration(const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file ||
	    fwrite(leap_sim_calibration(), LEAP_SIM_CALIBRATION_SIZE, 1, file) != 1 ||
	    fclose(file))
		fail(path);
}

static struct leapd start(const char *program, const char *folder, const char *source)
{
	struct leapd leapd;
	char trace[80], source_option[128], line[256];
	int out[2];
	FILE *lines;

	snprintf(leapd.trace, sizeof(leapd.trace), "%s/trace", folder);
	snprintf(trace, sizeof(trace), "--trace=%s", leapd.trace);
	snprintf(source_option, sizeof(source_option), "--source=%s", source);
	if (pipe(out))
		fail("pipe");
	leapd.pid = fork();
	if (leapd.pid < 0)
		fail("fork");
	if (!leapd.pid) {
		dup2(out[1], STDOUT_FILENO);
		execl(program, program, "--port=0", "--foreground", "--wait",
		      source_option, trace, (char *)NULL);
		fail(program);
	}
	close(out[1]);
	lines = fdopen(out[0], "r");
	leapd.port = 0;
	while (!leapd.port && fgets(line, sizeof(line), lines))
		sscanf(line, " apps ws://127.0.0.1:%u/", &leapd.port);
	fclose(lines);
	if (!leapd.port) {
		fprintf(stderr, "leapd does not start\n");
		exit(1);
	}
	return leapd;
}

static void stop(const struct leapd *leapd)
{
	int status;

	kill(leapd->pid, SIGTERM);
	if (waitpid(leapd->pid, &status, 0) < 0 || status) {
		fprintf(stderr, "leapd ended with status %d\n", status);
		exit(1);
	}
}

static int64_t read_run_time(pid_t pid, const char *task, char name[16])
{
	char path[64 + NAME_MAX];
	int64_t ns = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", pid, task);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%15[^\n]", name) != 1)
		snprintf(name, 16, "?");
	if (file)
		fclose(file);
	snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid, task);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%" SCNd64, &ns) != 1)
		ns = 0;
	if (file)
		fclose(file);
	return ns;
}

/* Threads in the order of their start; a thread of leapd lives as long as leapd. */
static void read_threads(pid_t pid, struct thread_time threads[THREADS_MAX])
{
	struct dirent **entry;
	char path[64];
	int count, i;

	memset(threads, 0, THREADS_MAX * sizeof(*threads));
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	count = scandir(path, &entry, NULL, versionsort);
	for (i = 0; i < count; i++) {
		if (i >= 2 && i - 2 < THREADS_MAX) /* after "." and ".." */
			threads[i - 2].ns = read_run_time(pid, entry[i]->d_name,
							  threads[i - 2].name);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
}

static double total_seconds(const struct thread_time *before,
			    const struct thread_time *after)
{
	double seconds = 0;
	int i;

	for (i = 0; i < THREADS_MAX; i++)
		seconds += (double)(after[i].ns - before[i].ns) / 1e9;
	return seconds;
}

static void print_cpu(const struct measurement *measurement)
{
	double seconds = (double)(measurement->to_ns - measurement->from_ns) / 1e9;
	int i;

	printf("  CPU %5.1f %% of a core (",
	       100 * total_seconds(measurement->before, measurement->after) / seconds);
	for (i = 0; i < THREADS_MAX && measurement->after[i].name[0]; i++)
		printf("%s%s %.1f", i ? ", " : "", measurement->after[i].name,
		       (double)(measurement->after[i].ns - measurement->before[i].ns) /
			       1e7 / seconds);
	printf(")\n");
}

/* Of "...,"id":7001,"interactionBox":..." the number; -1 when it is no frame. */
static int64_t frame_id(const struct ws_frame *frame)
{
	static const char after[] = ",\"interactionBox\"";
	const char *end = memmem(frame->payload, frame->size, after, strlen(after));

	if (!end)
		return -1;
	while (end > frame->payload && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return strtoll(end, NULL, 10);
}

static void note(struct measurement *measurement, int64_t id, int64_t time_ns)
{
	if (measurement->receipts == measurement->room) {
		measurement->room = measurement->room ? measurement->room * 2 : 4096;
		measurement->receipt =
			realloc(measurement->receipt,
				measurement->room * sizeof(*measurement->receipt));
		if (!measurement->receipt)
			fail("realloc");
	}
	measurement->receipt[measurement->receipts++] =
		(struct receipt){ .frame_id = id, .time_ns = time_ns };
}

static void connect_clients(struct measurement *measurement, const struct leapd *leapd,
			    int epoll_fd)
{
	unsigned int i;

	for (i = 0; i < measurement->clients; i++) {
		struct ws_client *client = &measurement->client[i];
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

		if (ws_open(client, leapd->port, "/v6.json") != 101)
			fail("connect");
		ws_say(client, "{\"background\":true}");
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event))
			fail("epoll_ctl");
	}
}

/* The time is taken when the bytes are in this process, before they are looked at. */
static void read_client(struct measurement *measurement, unsigned int n)
{
	struct ws_client *client = &measurement->client[n];
	struct ws_frame frame;
	int64_t time_ns;

	if (ws_next(client, 0, &frame) != 1)
		return;
	time_ns = now_ns();
	do {
		int64_t id = frame_id(&frame);

		if (id >= 0 && time_ns >= measurement->from_ns &&
		    time_ns < measurement->to_ns)
			note(measurement, id, time_ns);
	} while (ws_take(client, &frame));
}

static void receive(struct measurement *measurement, const struct leapd *leapd,
		    double seconds)
{
	struct epoll_event event[CLIENTS_MAX];
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	bool began = false;
	unsigned int c;
	int i, count;

	connect_clients(measurement, leapd, epoll_fd);
	measurement->from_ns = now_ns() + WARM_UP_NS;
	measurement->to_ns = measurement->from_ns + (int64_t)(seconds * 1e9);
	while (now_ns() < measurement->to_ns) {
		if (!began && now_ns() >= measurement->from_ns) {
			read_threads(leapd->pid, measurement->before);
			began = true;
		}
		count = epoll_wait(epoll_fd, event, CLIENTS_MAX, 100);
		for (i = 0; i < count; i++)
			read_client(measurement, event[i].data.u32);
	}
	read_threads(leapd->pid, measurement->after);
	for (c = 0; c < measurement->clients; c++)
		ws_close(&measurement->client[c]);
	close(epoll_fd);
}

static size_t read_trace(const char *path, struct traced **ret_traced)
{
	struct traced *traced = NULL;
	int64_t id, ready, published;
	size_t room = 0, count = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		fail(path);
	while (fscanf(file, "%" SCNd64 " %" SCNd64 " %" SCNd64, &id, &ready,
		      &published) == 3) {
		while ((size_t)id >= room) {
			size_t more = room ? room * 2 : 4096;

			traced = realloc(traced, more * sizeof(*traced));
			if (!traced)
				fail("realloc");
			memset(traced + room, 0, (more - room) * sizeof(*traced));
			room = more;
		}
		traced[id] = (struct traced){ ready, published };
		count = id + 1;
	}
	fclose(file);
	*ret_traced = traced;
	return count;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print_percentiles(const char *what, double *milliseconds, size_t count)
{
	if (!count) {
		printf("  %s: nothing\n", what);
		return;
	}
	qsort(milliseconds, count, sizeof(*milliseconds), compare);
	printf("  %-24s p50 %6.3f ms  p99 %6.3f ms  max %6.3f ms  (p50 is %.2f of the "
	       "goal of %.0f ms)\n",
	       what, milliseconds[count / 2], milliseconds[count * 99 / 100],
	       milliseconds[count - 1], milliseconds[count / 2] / GOAL_MS, GOAL_MS);
}

static void print_latency(const struct measurement *measurement, const char *trace_path)
{
	struct traced *traced;
	size_t traces = read_trace(trace_path, &traced), i, count = 0, published = 0;
	double *whole = calloc(measurement->receipts + 1, sizeof(*whole));
	double *service = calloc(measurement->receipts + 1, sizeof(*service));
	double *tracking = calloc(traces + 1, sizeof(*tracking));

	if (!whole || !service || !tracking)
		fail("calloc");
	for (i = 0; i < measurement->receipts; i++) {
		const struct receipt *receipt = &measurement->receipt[i];
		const struct traced *frame = &traced[receipt->frame_id];

		if ((size_t)receipt->frame_id >= traces || !frame->ready_ns)
			continue;
		whole[count] = (double)(receipt->time_ns - frame->ready_ns) / 1e6;
		service[count++] =
			(double)(receipt->time_ns - frame->published_ns) / 1e6;
	}
	for (i = 0; i < traces; i++)
		if (traced[i].published_ns >= measurement->from_ns &&
		    traced[i].published_ns < measurement->to_ns)
			tracking[published++] =
				(double)(traced[i].published_ns - traced[i].ready_ns) /
				1e6;
	printf("  %.1f frames/s published, %.1f %% of them delivered\n",
	       (double)published * 1e9 /
		       (double)(measurement->to_ns - measurement->from_ns),
	       published ? 100.0 * (double)count / (double)published /
				   measurement->clients
			 : 0.0);
	print_percentiles("picture to client", whole, count);
	print_percentiles("  picture to publication", tracking, published);
	print_percentiles("  publication to client", service, count);
	free(whole);
	free(service);
	free(tracking);
	free(traced);
}

static void measure_clients(const char *program, const char *folder, const char *source,
			    const char *what, unsigned int clients, double seconds)
{
	struct measurement measurement = { .clients = clients };
	struct leapd leapd = start(program, folder, source);

	measurement.client = calloc(clients, sizeof(*measurement.client));
	if (!measurement.client)
		fail("calloc");
	printf("%u client%s, %s\n", clients, clients == 1 ? "" : "s", what);
	receive(&measurement, &leapd, seconds);
	stop(&leapd);
	print_latency(&measurement, leapd.trace);
	print_cpu(&measurement);
	free(measurement.client);
	free(measurement.receipt);
}

static void measure_idle(const char *program, const char *folder, const char *source,
			 const char *what, double seconds)
{
	struct measurement measurement = { 0 };
	struct leapd leapd = start(program, folder, source);

	printf("no client, %s\n", what);
	usleep(WARM_UP_NS / 1000);
	read_threads(leapd.pid, measurement.before);
	measurement.from_ns = now_ns();
	usleep((useconds_t)(seconds * 1e6));
	read_threads(leapd.pid, measurement.after);
	measurement.to_ns = now_ns();
	print_cpu(&measurement);
	stop(&leapd);
}

int main(int argc, char **argv)
{
	static const char *const files[] = { "hands.y4m", "hands.y4m.calibration",
					     "dark.y4m", "dark.y4m.calibration",
					     "trace" };
	char folder[] = "/tmp/bench-latency-XXXXXX";
	char path[sizeof(files) / sizeof(files[0])][64], source[80];
	double seconds = argc > 2 ? atof(argv[2]) : 10;
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s LEAPD [SECONDS]\n", argv[0]);
		return 2;
	}
	if (!mkdtemp(folder))
		fail(folder);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		snprintf(path[i], sizeof(path[i]), "%s/%s", folder, files[i]);
	write_capture(path[0], 2);
	write_calibration(path[1]);
	write_capture(path[2], 0);
	write_calibration(path[3]);
	printf("leapd at 115 Hz on recorded pictures, %.0f s each; clients share a "
	       "process\n",
	       seconds);
	measure_idle(argv[1], folder, "device:/nonexistent/leap0", "no controller",
		     seconds);
	snprintf(source, sizeof(source), "replay:%s", path[2]);
	measure_idle(argv[1], folder, source, "no hands", seconds);
	measure_clients(argv[1], folder, source, "no hands", 1, seconds);
	snprintf(source, sizeof(source), "replay:%s", path[0]);
	measure_idle(argv[1], folder, source, "two hands", seconds);
	measure_clients(argv[1], folder, source, "two hands", 1, seconds);
	measure_clients(argv[1], folder, source, "two hands", 10, seconds);
	measure_clients(argv[1], folder, source, "two hands", CLIENTS_MAX, seconds);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(path[i]);
	rmdir(folder);
	return 0;
}
