// SPDX-License-Identifier: MIT
/*
 * When memory runs out, whatever was asked for fails cleanly and works the next time.
 * The kernel lets the n-th allocation made by one thread fail (fail-nth), of those that
 * the functions that are blamed make.
 */
#include "tests/kernel/guest/scenario.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#define LAST_POINT 4000
/* Points in each of the transfers to a device are much the same. */
#define FEW times(100, LAST_POINT)

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	close(fd);
}

/* Of functions: from the first one to what follows the last. */
struct range {
	unsigned long start, end;
};

struct symbol {
	unsigned long address;
	char kind;
	char name[256], module[64];
};

static struct range find_range(bool (*belongs)(const struct symbol *symbol))
{
	struct range range = { ULONG_MAX, ULONG_MAX };
	FILE *symbols = fopen("/proc/kallsyms", "r");
	unsigned long last = 0;
	char line[512];

	for (unsigned int pass = 0; pass < 2; pass++) {
		while (fgets(line, sizeof(line), symbols)) {
			struct symbol symbol = { 0 };

			sscanf(line, "%lx %c %255s %63s", &symbol.address, &symbol.kind,
			       symbol.name, symbol.module);
			if (pass && symbol.address > last && symbol.address < range.end)
				range.end = symbol.address;
			if (pass || !belongs(&symbol))
				continue;
			if (symbol.address < range.start)
				range.start = symbol.address;
			if (symbol.address > last)
				last = symbol.address;
		}
		rewind(symbols);
	}
	fclose(symbols);
	assert_true(range.start <= last && last < range.end);
	return range;
}

/* The only two of its functions that drivers call; its own threads call all others. */
static bool is_of_host_controller(const struct symbol *symbol)
{
	return !strcmp(symbol->name, "vhci_urb_enqueue") ||
	       !strcmp(symbol->name, "vhci_urb_dequeue");
}

static bool is_of_driver(const struct symbol *symbol)
{
	return !strcmp(symbol->module, "[leap]") &&
	       (symbol->kind == 't' || symbol->kind == 'T');
}

/* All that others call of driver/request.c */
static bool is_of_requests(const struct symbol *symbol)
{
	static const char *const names[] = { "leap_unit_get",	 "leap_unit_set",
					     "leap_memory_read", "leap_memory_write",
					     "leap_negotiate",	 "leap_request_trouble",
					     "leap_is_unplugged" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(symbol->name, names[i]))
			return is_of_driver(symbol);
	return false;
}

static bool is_of_device_node(const struct symbol *symbol)
{
	return !strcmp(symbol->name, "leap_chardev_add");
}

static const struct range anything = { 0, ULONG_MAX }, nothing = { 0, 0 };

static void put_address(const char *kind, const char *name, unsigned long address)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, name);
	snprintf(text, sizeof(text), "%#lx", address);
	put(path, text);
}

/* Only allocations and copies made, directly or not, by @who and not by @but fail. */
static void blame(struct range who, struct range but)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc",
					     "fail_usercopy" };

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		put_address(kinds[i], "require-start", who.start);
		put_address(kinds[i], "require-end", who.end);
		put_address(kinds[i], "reject-start", but.start);
		put_address(kinds[i], "reject-end", but.end);
	}
}

/*
 * Allocations made by the virtual host controller are left alone: it drops the
 * connection when one fails, and never gives the transfer back that it was for.
 */
static void blame_all_but_host_controller(void)
{
	blame(anything, find_range(is_of_host_controller));
}

/* Allocations that may wait fail too, and silently. So do copies to user space. */
static void let_all_allocations_fail(void)
{
	blame_all_but_host_controller();
	put("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/failslab/verbose", "0");
	put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	put("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	put("/sys/kernel/debug/fail_usercopy/verbose", "0");
}

/*
 * Runs @attempt with its @n-th allocation failing. Returns how many were made until then,
 * @n if there are that many. Reading and writing the count can be what fails when @attempt
 * left something of it.
 */
static unsigned int fail_nth(unsigned int n, void (*attempt)(void *context),
			     void *context)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	char text[16] = "";
	int length = snprintf(text, sizeof(text), "%u", n);
	unsigned int made = 0;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, length, 0), length);
	attempt(context);
	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		made = n - atoi(text);
	while (pwrite(fd, "0", 1, 0) != 1)
		assert_int_equal(errno, EFAULT);
	close(fd);
	return made;
}

/* Lets @attempt fail at each of @every points, then at ever fewer; returns the points. */
static unsigned int sweep(unsigned int every, void (*attempt)(void *context),
			  void (*check)(void *context), void *context)
{
	unsigned int points = 0;

	for (unsigned int n = 1; n < LAST_POINT; n += n < every ? 1 : 1 + n / 12) {
		bool failed = fail_nth(n, attempt, context) == n;

		check(context);
		if (!failed)
			break;
		points++;
	}
	return points;
}

static void open_start_close(void *context)
{
	struct rig *rig = context;
	int fd = open(rig->device, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, LEAP_IOC_START);
	close(fd);
}

static void assert_streams(void *context)
{
	struct rig *rig = context;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 1);
	ring_close(&ring);
}

static void test_opening_and_starting_fail_cleanly(void **state)
{
	unsigned int points = sweep(FEW, open_start_close, assert_streams, *state);

	printf("## open and start: %u points of failure\n", points);
	assert_true(points > 10);
}

static void map_and_unmap(void *context)
{
	struct rig *rig = context;
	int fd = open(rig->device, O_RDONLY | O_CLOEXEC);
	struct leap_info info;
	void *map;

	if (fd < 0)
		return;
	if (!ioctl(fd, LEAP_IOC_INFO, &info)) {
		map = mmap(NULL, info.ring_size, PROT_READ, MAP_SHARED, fd, 0);
		if (map != MAP_FAILED)
			munmap(map, info.ring_size);
	}
	close(fd);
}

static void test_mapping_fails_cleanly(void **state)
{
	unsigned int points = sweep(LAST_POINT, map_and_unmap, assert_streams, *state);

	printf("## mapping: %u points of failure\n", points);
	assert_true(points > 2);
}

static void use_controls(void *context)
{
	struct leap_control control = { .id = LEAP_CONTROL_GAIN, .value = 20 };
	struct rig *rig = context;
	int fd = open(rig->device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, LEAP_IOC_CONTROL_SET, &control);
	ioctl(fd, LEAP_IOC_CONTROL_GET, &control);
	close(fd);
}

static void test_controls_fail_cleanly(void **state)
{
	unsigned int points = sweep(FEW, use_controls, assert_streams, *state);

	printf("## controls: %u points of failure\n", points);
	assert_true(points > 5);
}

/* Writing to bind probes the device in this thread. */
static void bind_interface(void *context)
{
	int fd = open("/sys/bus/usb/drivers/leap/bind", O_WRONLY | O_CLOEXEC);
	ssize_t written;

	(void)context;
	if (fd < 0)
		return;
	written = write(fd, "1-1:1.0", 7);
	(void)written;
	close(fd);
}

static bool is_bound(void)
{
	return !access("/sys/bus/usb/drivers/leap/1-1:1.0", F_OK);
}

static void unbind_interface(void *context)
{
	struct rig *rig = context;

	if (is_bound())
		put("/sys/bus/usb/drivers/leap/unbind", "1-1:1.0");
	rig_wait_no_node();
	(void)rig;
}

/* Plugged in and bound again, with the number that no failure has kept. */
static void bind_after_all(struct rig *rig)
{
	blame_all_but_host_controller();
	bind_interface(rig);
	rig_wait_node(rig);
	assert_string_equal(rig->device, "/dev/leap0");
	assert_streams(rig);
}

static unsigned int sweep_probe(struct rig *rig, unsigned int every, const char *what,
				struct range who, struct range but)
{
	unsigned int points;

	unbind_interface(rig);
	blame(who, but);
	points = sweep(every, bind_interface, unbind_interface, rig);
	printf("## probe, %s: %u points of failure\n", what, points);
	bind_after_all(rig);
	return points;
}

/* Requests are some hundred in a probe, and each allocates the same. */
static void test_requests_of_a_probe_fail_cleanly(void **state)
{
	assert_true(sweep_probe(*state, times(30, LAST_POINT), "requests",
				find_range(is_of_requests),
				find_range(is_of_host_controller)) > 30);
}

static void test_what_a_probe_needs_itself_fails_cleanly(void **state)
{
	assert_true(sweep_probe(*state, LAST_POINT, "the driver",
				find_range(is_of_driver),
				find_range(is_of_requests)) > 30);
}

static void test_what_a_bound_device_needs_fails_cleanly(void **state)
{
	assert_true(sweep_probe(*state, LAST_POINT, "the device's core", anything,
				find_range(is_of_driver)) > 5);
}

/* Somebody who opens the device as soon as it can be, through a node of his own. */
struct hurry {
	const char *node;
	volatile bool over;
	int fd;
	bool streams;
};

/*
 * Twice as long as a try takes is left to whoever binds: the hasty come first, and where
 * tries are slow nothing else would get anywhere.
 */
static void *open_in_a_hurry(void *context)
{
	struct hurry *hurry = context;
	uint64_t took = 0;

	while (!hurry->over && hurry->fd < 0) {
		uint64_t pause = 100000 + 2 * took, begin;

		nanosleep(&(struct timespec){ pause / 1000000000, pause % 1000000000 },
			  NULL);
		begin = now_ns();
		hurry->fd = open(hurry->node, O_RDONLY | O_CLOEXEC);
		took = now_ns() - begin;
	}
	if (hurry->fd >= 0)
		hurry->streams = !ioctl(hurry->fd, LEAP_IOC_START);
	return NULL;
}

static void bind_beside_the_hasty(void *context)
{
	const struct sched_param first = { .sched_priority = 1 };
	struct hurry *hurry = context;
	pthread_t thread;

	hurry->over = hurry->streams = false;
	hurry->fd = -1;
	assert_int_equal(pthread_create(&thread, NULL, open_in_a_hurry, hurry), 0);
	assert_int_equal(pthread_setschedparam(thread, SCHED_FIFO, &first), 0);
	bind_interface(NULL);
	hurry->over = true;
	pthread_join(thread, NULL);
}

/* Returns whether the device was open when it was decided that there will be none. */
static bool was_let_down(const struct hurry *hurry)
{
	struct pollfd pollfd = { .fd = hurry->fd, .events = POLLIN };

	if (hurry->fd < 0 || is_bound())
		return false;
	assert_int_equal(poll(&pollfd, 1, 0), 1);
	assert_true(pollfd.revents & POLLHUP);
	assert_errno(ioctl(hurry->fd, LEAP_IOC_START), ENODEV);
	return true;
}

/* Whatever comes of it, the controller is unbound again afterwards. */
static bool lets_somebody_down(struct rig *rig, unsigned int n, struct hurry *hurry)
{
	bool failed = fail_nth(n, bind_beside_the_hasty, hurry) == n;
	bool let_down = failed && was_let_down(hurry);

	if (hurry->fd >= 0)
		close(hurry->fd);
	unbind_interface(rig);
	return let_down;
}

/* At every point in soak tests, else until it has happened a few times. */
static void test_a_probe_fails_cleanly_after_somebody_has_opened(void **state)
{
	struct hurry hurry = { .node = "/dev/shm/leap-by-number", .fd = -1 };
	unsigned int enough = times(5, LAST_POINT), let_down = 0, streams = 0;
	unsigned int points, n;
	struct rig *rig = *state;
	struct stat real;

	/* else every open without a device would look for a module for it */
	put("/proc/sys/kernel/modprobe", "\n");
	assert_int_equal(stat(rig->device, &real), 0);
	assert_int_equal(mknod(hurry.node, S_IFCHR | 0600, real.st_rdev), 0);
	unbind_interface(rig);
	blame(find_range(is_of_device_node), nothing);
	points = fail_nth(LAST_POINT, bind_interface, NULL);
	unbind_interface(rig);
	for (n = 1; n <= points && let_down < enough; n++) {
		bool so = lets_somebody_down(rig, n, &hurry);

		let_down += so;
		streams += so && hurry.streams;
	}
	printf("## probe, late: %u of %u points, %u let somebody down, %u a stream\n",
	       n - 1, points, let_down, streams);
	unlink(hurry.node);
	bind_after_all(rig);
	assert_true(let_down > 0 && streams > 0);
}

static void load_module(void *context)
{
	int fd = open(getenv("LEAP_MODULE"), O_RDONLY | O_CLOEXEC);

	(void)context;
	if (fd < 0)
		return;
	syscall(SYS_finit_module, fd, "", 0);
	close(fd);
}

static void unload_module(void *context)
{
	(void)context;
	if (!access("/sys/module/leap", F_OK))
		assert_int_equal(syscall(SYS_delete_module, "leap", O_NONBLOCK), 0);
}

static void test_loading_the_module_fails_cleanly(void **state)
{
	struct rig *rig = *state;
	unsigned int points;

	rig_stop(rig);
	unload_module(NULL);
	points = sweep(LAST_POINT, load_module, unload_module, NULL);
	printf("## loading: %u points of failure tried\n", points);
	assert_true(points > 20);
	load_module(NULL);
	rig_plug(rig, "115");
	assert_streams(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening_and_starting_fail_cleanly),
		cmocka_unit_test(test_mapping_fails_cleanly),
		cmocka_unit_test(test_controls_fail_cleanly),
		cmocka_unit_test(test_requests_of_a_probe_fail_cleanly),
		cmocka_unit_test(test_what_a_probe_needs_itself_fails_cleanly),
		cmocka_unit_test(test_what_a_bound_device_needs_fails_cleanly),
		cmocka_unit_test(test_a_probe_fails_cleanly_after_somebody_has_opened),
		cmocka_unit_test(test_loading_the_module_fails_cleanly),
	};

	let_all_allocations_fail();
	return cmocka_run_group_tests(tests, plug, stop);
}
