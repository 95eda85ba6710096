// SPDX-License-Identifier: MIT
/*
 * From publication to a program's hands, by each way, and what it costs the publisher and
 * leapd when there are more readers. This process publishes as the tracking thread does;
 * readers are processes of their own.
 *
 * usage: bench-native LEAPD [SECONDS]
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "lib/leap.h"
#include "tests/unit/native/door.h"
#include "tests/unit/service/ws_client.h"

#define INTERVAL_NS INT64_C(8695652) /* 115 Hz */
#define READERS_MAX 64
#define FRAMES_MAX (1 << 16)
#define WARM_UP 50 /* frames */
#define HANDS 2

enum way {
	SHARED_MEMORY,
	SOCKET_COPY,
	TCP,
	WEBSOCKET,
	SPINNING,
	/* no leapd and no frame: what this machine takes to wake a sleeping process */
	BARE_PIPE,
	BARE_EVENTFD,
	WAYS,
};

static const char *const way_names[WAYS] = {
	"shared memory, sleeping", "UNIX socket, copy",	      "TCP",
	"WebSocket and json-c",	   "shared memory, spinning", "(a bare pipe)",
	"(a bare eventfd)",
};

/* Between this process and its readers. */
struct shared {
	int64_t published[FRAMES_MAX]; /* when, by the frame's id */
	int64_t latency[FRAMES_MAX]; /* of the one reader that is measured */
	int64_t in_ring[FRAMES_MAX]; /* likewise, from when the ring had it */
	int64_t in_call[FRAMES_MAX]; /* likewise, in the call that found it */
	int64_t newest; /* id */
	unsigned int measured;
	unsigned int ready; /* readers that have seen a frame */
	bool done;
};

struct bench {
	struct shared *shared;
	struct door *door;
	char folder[64];
	char path[96];
	unsigned int port, web_port;
	int64_t id;
	int seconds;
	int bare[2]; /* where readers of nothing wait, and where they are woken */
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* @in_ring_ns: when the ring had it; @called_ns: when it was asked for; 0 unknown */
static void note(struct shared *shared, int64_t id, int64_t in_ring_ns,
		 int64_t called_ns, bool measured, bool *greeted)
{
	int64_t time_ns = now_ns();

	if (!*greeted) {
		*greeted = true;
		__atomic_fetch_add(&shared->ready, 1, __ATOMIC_SEQ_CST);
		return;
	}
	if (!measured || shared->measured == FRAMES_MAX)
		return;
	shared->in_ring[shared->measured] = in_ring_ns ? time_ns - in_ring_ns : 0;
	shared->in_call[shared->measured] = called_ns ? time_ns - called_ns : 0;
	shared->latency[shared->measured++] =
		time_ns -
		__atomic_load_n(&shared->published[id % FRAMES_MAX], __ATOMIC_ACQUIRE);
}

static bool is_done(const struct shared *shared)
{
	return __atomic_load_n(&shared->done, __ATOMIC_ACQUIRE);
}

static void read_natively(const struct bench *bench, enum way way, bool measured)
{
	struct leap_options options = {
		.size = sizeof(options),
		.flags = way == SOCKET_COPY ? LEAP_NO_SHARED_MEMORY
			 : way == TCP	    ? LEAP_TCP_ONLY
					    : 0,
		.socket = bench->path,
		.port = (uint16_t)bench->port,
	};
	struct leap_connection *leap;
	struct leap_event event;
	bool greeted = false;

	if (leap_open(&options, &leap))
		fail("leap_open");
	while (!is_done(bench->shared)) {
		int64_t called_ns = way == SPINNING ? now_ns() : 0;

		if (leap_poll(leap, way == SPINNING ? 0 : 100, &event) == 1 &&
		    event.type == LEAP_EVENT_FRAME)
			note(bench->shared, event.u.tracking.frame->id,
			     event.u.tracking.frame->published, called_ns, measured,
			     &greeted);
	}
	leap_close(leap);
}

/* As a program has to that wants numbers: the whole text is parsed. */
static void read_web(const struct bench *bench)
{
	static struct ws_client client;
	struct ws_frame frame;
	bool greeted = false;

	if (ws_open(&client, bench->web_port, "/v6.json") != 101)
		fail("WebSocket");
	ws_say(&client, "{\"background\":true}");
	while (!is_done(bench->shared)) {
		json_object *object, *id;

		if (ws_next(&client, 100, &frame) != 1)
			continue;
		object = json_tokener_parse(frame.payload);
		if (json_object_object_get_ex(object, "id", &id))
			note(bench->shared, json_object_get_int64(id), 0, 0, true,
			     &greeted);
		json_object_put(object);
	}
	ws_close(&client);
}

static void read_bare(const struct bench *bench)
{
	struct pollfd fd = { bench->bare[0], POLLIN, 0 };
	bool greeted = false;
	int64_t bytes[8];

	while (!is_done(bench->shared)) {
		if (poll(&fd, 1, 100) != 1)
			continue;
		note(bench->shared,
		     __atomic_load_n(&bench->shared->newest, __ATOMIC_ACQUIRE), 0, 0,
		     true, &greeted);
		if (read(bench->bare[0], bytes, sizeof(bytes)) < 0)
			fail("read");
	}
}

static pid_t start_reader(const struct bench *bench, enum way way, bool measured)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	if (way == WEBSOCKET)
		read_web(bench);
	else if (way >= BARE_PIPE)
		read_bare(bench);
	else
		read_natively(bench, way, measured);
	_exit(0);
}

/* Of each frame, for their medians. */
struct cost {
	unsigned int frames;
	int64_t wall_ns[FRAMES_MAX], cpu_ns[FRAMES_MAX];
};

static void wake_bare(const struct bench *bench)
{
	const uint64_t one = 1;

	if (write(bench->bare[1], &one, sizeof(one)) < 0)
		fail("write");
}

static void publish(struct bench *bench, struct cost *cost)
{
	unsigned int n = cost->frames++ % FRAMES_MAX;
	int64_t cpu_ns, wall_ns;

	door_prepare(bench->door, ++bench->id, HANDS);
	cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	wall_ns = now_ns();
	__atomic_store_n(&bench->shared->published[bench->id % FRAMES_MAX], wall_ns,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&bench->shared->newest, bench->id, __ATOMIC_RELEASE);
	if (bench->bare[1] >= 0)
		wake_bare(bench);
	else
		door_publish_prepared(bench->door);
	cost->wall_ns[n] = now_ns() - wall_ns;
	cost->cpu_ns[n] = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
}

static void wait_until(int64_t time_ns)
{
	struct timespec until = { time_ns / 1000000000, time_ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* Until every reader has had one, and then for the time of the measurement. */
static void publish_at_pace(struct bench *bench, unsigned int readers,
			    struct cost *ret_cost)
{
	unsigned int frames = 0, wanted = (unsigned int)bench->seconds * 115;
	int64_t next_ns = now_ns();

	while (frames < wanted + WARM_UP) {
		if (frames == WARM_UP)
			ret_cost->frames = 0;
		wait_until(next_ns += INTERVAL_NS);
		publish(bench, ret_cost);
		if (__atomic_load_n(&bench->shared->ready, __ATOMIC_SEQ_CST) >= readers)
			frames++;
	}
}

static void reset(struct shared *shared)
{
	shared->measured = 0;
	shared->ready = 0;
	__atomic_store_n(&shared->done, false, __ATOMIC_RELEASE);
}

static void end_readers(struct bench *bench, const pid_t *reader, unsigned int count)
{
	__atomic_store_n(&bench->shared->done, true, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < count; i++)
		waitpid(reader[i], NULL, 0);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Microseconds. */
static double part(const int64_t *sorted, unsigned int count, double fraction)
{
	return (double)sorted[(size_t)(fraction * (count - 1))] / 1e3;
}

static void open_bare(struct bench *bench, enum way way)
{
	if (way == BARE_PIPE && pipe(bench->bare))
		fail("pipe");
	if (way == BARE_EVENTFD)
		bench->bare[0] = bench->bare[1] = eventfd(0, 0);
}

static void close_bare(struct bench *bench)
{
	if (bench->bare[0] != bench->bare[1])
		close(bench->bare[0]);
	if (bench->bare[1] >= 0)
		close(bench->bare[1]);
	bench->bare[0] = bench->bare[1] = -1;
}

static double print_way(struct shared *shared, enum way way, double reference)
{
	unsigned int count = shared->measured;
	double median;

	qsort(shared->latency, count, sizeof(shared->latency[0]), compare);
	qsort(shared->in_ring, count, sizeof(shared->in_ring[0]), compare);
	qsort(shared->in_call, count, sizeof(shared->in_call[0]), compare);
	median = part(shared->latency, count, 0.5);
	printf("  %-26s %8.1f %8.1f %8.1f %9.1f %9.1f %8.1f %8.1f %7u\n",
	       way_names[way], median, part(shared->latency, count, 0.9),
	       part(shared->latency, count, 0.99),
	       reference > 0 ? median / reference : 1.0,
	       part(shared->in_ring, count, 0.1), part(shared->in_ring, count, 0.5),
	       part(shared->in_call, count, 0.5), count);
	fflush(stdout);
	return median;
}

static double measure_way(struct bench *bench, enum way way, double reference)
{
	static struct cost cost;
	pid_t reader;

	reset(bench->shared);
	open_bare(bench, way);
	reader = start_reader(bench, way, true);
	publish_at_pace(bench, 1, &cost);
	end_readers(bench, &reader, 1);
	close_bare(bench);
	if (bench->shared->measured)
		return print_way(bench->shared, way, reference);
	printf("  %-26s no frame came\n", way_names[way]);
	return 0;
}

static void measure_latency(struct bench *bench)
{
	double reference;

	printf("publish -> program, 115 Hz, %d hands, us:\n", HANDS);
	printf("  %-26s %8s %8s %8s %9s %9s %8s %8s %7s\n", "", "", "", "", "",
	       "from ring", "", "call", "");
	printf("  %-26s %8s %8s %8s %9s %9s %8s %8s %7s\n", "", "p50", "p90", "p99",
	       "p50 ratio", "p10", "p50", "p50", "frames");
	reference = measure_way(bench, SHARED_MEMORY, 0);
	for (enum way way = SOCKET_COPY; way < WAYS; way++)
		measure_way(bench, way, reference);
}

static double own_cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void measure_publisher(struct bench *bench)
{
	static const unsigned int counts[] = { 1, 8, 32, 64 };
	double one_cpu = 0, one_wall = 0;

	printf("publisher's time a frame, medians (ring, RCU, wake-ups), and CPU of all doors:\n");
	printf("  %7s %10s %7s %10s %7s %12s\n", "readers", "CPU us", "ratio",
	       "wall us", "ratio", "doors % core");
	for (int i = 0; i < 4; i++) {
		pid_t reader[READERS_MAX];
		double from_cpu, cpu, wall;
		static struct cost cost;
		int64_t from_ns;

		reset(bench->shared);
		for (unsigned int n = 0; n < counts[i]; n++)
			reader[n] = start_reader(bench, SHARED_MEMORY, n == 0);
		from_cpu = own_cpu();
		from_ns = now_ns();
		publish_at_pace(bench, counts[i], &cost);
		qsort(cost.cpu_ns, cost.frames, sizeof(cost.cpu_ns[0]), compare);
		qsort(cost.wall_ns, cost.frames, sizeof(cost.wall_ns[0]), compare);
		cpu = part(cost.cpu_ns, cost.frames, 0.5);
		wall = part(cost.wall_ns, cost.frames, 0.5);
		if (!i) {
			one_cpu = cpu;
			one_wall = wall;
		}
		printf("  %7u %10.2f %7.2f %10.2f %7.2f %12.2f\n", counts[i], cpu,
		       cpu / one_cpu, wall, wall / one_wall,
		       100 * (own_cpu() - from_cpu) /
			       ((double)(now_ns() - from_ns) / 1e9));
		fflush(stdout);
		end_readers(bench, reader, counts[i]);
	}
}

/* Seconds that a process has run, all its threads. */
static double run_time(pid_t pid, const char *thread)
{
	char path[64], name[32];
	double seconds = 0;
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		int64_t ns = 0;
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.12s/comm", pid,
			 entry->d_name);
		file = fopen(path, "r");
		if (!file || fscanf(file, "%31s", name) != 1)
			name[0] = '\0';
		if (file)
			fclose(file);
		if (thread && strcmp(thread, name))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.12s/schedstat", pid,
			 entry->d_name);
		file = fopen(path, "r");
		if (file && fscanf(file, "%" SCNd64, &ns) == 1)
			seconds += (double)ns / 1e9;
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return seconds;
}

static pid_t start_leapd(const struct bench *bench, const char *program)
{
	char socket[128];
	pid_t pid;

	snprintf(socket, sizeof(socket), "--native_socket=%s/leapd", bench->folder);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	execl(program, program, "--port=0", "--native_port=0", "--source=simulate",
	      socket, (char *)NULL);
	_exit(127);
}

static void sleep_seconds(double seconds)
{
	wait_until(now_ns() + (int64_t)(seconds * 1e9));
}

/* The whole daemon, tracking the synthetic controller, as the native thread's share. */
static void measure_leapd(struct bench *bench, const char *program)
{
	static const unsigned int counts[] = { 1, 8, 32, 64 };
	pid_t leapd = start_leapd(bench, program);
	double one = 0;

	printf("leapd on the synthetic controller, %% of a core:\n");
	printf("  %7s %8s %9s %8s %7s\n", "readers", "leapd", "tracking", "native",
	       "ratio");
	snprintf(bench->path, sizeof(bench->path), "%s/leapd", bench->folder);
	for (int i = 0; i < 4; i++) {
		pid_t reader[READERS_MAX];
		double all, tracking, native;

		reset(bench->shared);
		for (unsigned int n = 0; n < counts[i]; n++)
			reader[n] = start_reader(bench, SHARED_MEMORY, false);
		while (__atomic_load_n(&bench->shared->ready, __ATOMIC_SEQ_CST) <
		       counts[i])
			sleep_seconds(0.1);
		all = run_time(leapd, NULL);
		tracking = run_time(leapd, "tracking");
		native = run_time(leapd, "native");
		sleep_seconds(bench->seconds);
		all = (run_time(leapd, NULL) - all) * 100 / bench->seconds;
		tracking =
			(run_time(leapd, "tracking") - tracking) * 100 / bench->seconds;
		native = (run_time(leapd, "native") - native) * 100 / bench->seconds;
		if (!i)
			one = all;
		printf("  %7u %8.1f %9.1f %8.2f %7.2f\n", counts[i], all, tracking,
		       native, all / one);
		fflush(stdout);
		end_readers(bench, reader, counts[i]);
	}
	kill(leapd, SIGTERM);
	waitpid(leapd, NULL, 0);
}

int main(int argc, char **argv)
{
	struct bench bench = { .seconds = argc > 2 ? atoi(argv[2]) : 3,
			       .bare = { -1, -1 } };

	if (argc < 2 || bench.seconds < 1 || bench.seconds > 60) {
		fprintf(stderr, "usage: %s LEAPD [SECONDS]\n", argv[0]);
		return 2;
	}
	bench.shared = mmap(NULL, sizeof(*bench.shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	strcpy(bench.folder, "/tmp/leap-bench-XXXXXX");
	if (bench.shared == MAP_FAILED || !mkdtemp(bench.folder))
		fail(bench.folder);
	snprintf(bench.path, sizeof(bench.path), "%s/native", bench.folder);
	bench.door = door_open(bench.path);
	bench.port = door_port(bench.door);
	bench.web_port = door_serve_web(bench.door);
	measure_latency(&bench);
	measure_publisher(&bench);
	door_close(bench.door);
	measure_leapd(&bench, argv[1]);
	rmdir(bench.folder);
	return 0;
}
