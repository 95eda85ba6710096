// SPDX-License-Identifier: MIT
/*
 * When memory runs out, whatever was asked for fails cleanly and works the next time.
 * One thread; the kernel lets the n-th allocation made by it fail (fail-nth).
 */
#include "tests/kernel/guest/scenario.h"

#include <limits.h>
#include <sys/syscall.h>

#define LAST_POINT 4000

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	close(fd);
}

/*
 * Where the virtual host controller takes transfers and takes them back, the only two
 * of its functions that drivers call; all others are called by its own threads.
 */
static void find_host_controller(unsigned long *ret_start, unsigned long *ret_end)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	unsigned long address, dequeue = 0, end = ULONG_MAX;
	char name[256];

	for (unsigned int pass = 0; pass < 2; pass++) {
		while (fscanf(symbols, "%lx %*c %255s%*[^\n]", &address, name) == 2) {
			if (!strcmp(name, "vhci_urb_enqueue"))
				*ret_start = address;
			if (!strcmp(name, "vhci_urb_dequeue"))
				dequeue = address;
			if (pass && address > dequeue && address < end)
				end = address;
		}
		rewind(symbols);
	}
	fclose(symbols);
	assert_true(*ret_start < dequeue && dequeue < end);
	*ret_end = end;
}

/*
 * Allocations made by the virtual host controller are left alone: it drops the
 * connection when one fails, and never gives the transfer back that it was for.
 */
static void spare_host_controller(const char *kind)
{
	unsigned long start = 0, end = 0;
	char path[64], text[32];

	find_host_controller(&start, &end);
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/reject-start", kind);
	snprintf(text, sizeof(text), "%#lx", start);
	put(path, text);
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/reject-end", kind);
	snprintf(text, sizeof(text), "%#lx", end);
	put(path, text);
}

/* Allocations that may wait fail too, and silently. So do copies to user space. */
static void let_all_allocations_fail(void)
{
	spare_host_controller("failslab");
	spare_host_controller("fail_page_alloc");
	put("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/failslab/verbose", "0");
	put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	put("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	put("/sys/kernel/debug/fail_usercopy/verbose", "0");
}

/*
 * Runs @attempt with its @n-th allocation failing. Returns whether it has that many.
 * Reading and writing the count can be what fails when @attempt left something of it.
 */
static bool fail_nth(unsigned int n, void (*attempt)(void *context), void *context)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	char text[16] = "";
	int length = snprintf(text, sizeof(text), "%u", n);
	bool used_up;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, length, 0), length);
	attempt(context);
	used_up = pread(fd, text, sizeof(text), 0) > 0 && text[0] == '0';
	while (pwrite(fd, "0", 1, 0) != 1)
		assert_int_equal(errno, EFAULT);
	close(fd);
	return used_up;
}

/* Each of the first hundred points, and then ever fewer. */
static unsigned int next_point(unsigned int n)
{
	return n < times(100, LAST_POINT) ? n + 1 : n + n / 12;
}

/* Lets @attempt fail at each point, with @check after each; returns the points. */
static unsigned int sweep(void (*attempt)(void *context), void (*check)(void *context),
			  void *context)
{
	unsigned int points = 0;

	for (unsigned int n = 1; n < LAST_POINT; n = next_point(n)) {
		bool failed = fail_nth(n, attempt, context);

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
	unsigned int points = sweep(open_start_close, assert_streams, *state);

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
	unsigned int points = sweep(map_and_unmap, assert_streams, *state);

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
	unsigned int points = sweep(use_controls, assert_streams, *state);

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

static void unbind_interface(void *context)
{
	struct rig *rig = context;

	if (!access("/sys/bus/usb/drivers/leap/1-1:1.0", F_OK))
		put("/sys/bus/usb/drivers/leap/unbind", "1-1:1.0");
	rig_wait_no_node();
	(void)rig;
}

static void test_probing_fails_cleanly(void **state)
{
	struct rig *rig = *state;
	unsigned int points;

	unbind_interface(rig);
	points = sweep(bind_interface, unbind_interface, rig);
	printf("## probe: %u points of failure tried\n", points);
	assert_true(points > 50);
	bind_interface(rig);
	rig_wait_node(rig);
	/* No failure has kept a number. */
	assert_string_equal(rig->device, "/dev/leap0");
	assert_streams(rig);
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
	points = sweep(load_module, unload_module, NULL);
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
		cmocka_unit_test(test_probing_fails_cleanly),
		cmocka_unit_test(test_loading_the_module_fails_cleanly),
	};

	let_all_allocations_fail();
	return cmocka_run_group_tests(tests, plug, stop);
}
