// SPDX-License-Identifier: MIT
/*
 * The mapping can be read, and nothing else can be done to it.
 * One thread and short-lived children; one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#include <signal.h>
#include <sys/wait.h>

static void *map(int fd, size_t size, int protection, int flags, off_t offset)
{
	return mmap(NULL, size, protection, flags, fd, offset);
}

static void assert_refused(void *address)
{
	int error = errno;

	assert_ptr_equal(address, MAP_FAILED);
	assert_true(error == EPERM || error == EACCES || error == EINVAL);
}

static void test_a_mapping_for_writing_is_refused(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDWR);
	assert_refused(map(ring.fd, ring.info.ring_size, PROT_WRITE, MAP_SHARED, 0));
	assert_refused(map(ring.fd, ring.info.ring_size, PROT_READ | PROT_WRITE,
			   MAP_SHARED, 0));
	ring_close(&ring);
}

static void test_a_mapping_cannot_become_writable(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDWR);
	assert_errno(mprotect((void *)ring.header, ring.info.ring_size,
			      PROT_READ | PROT_WRITE),
		     EACCES);
	ring_close(&ring);
}

static void test_writing_to_the_mapping_kills_only_the_writer(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	pid_t child;
	int status;

	ring_open(&ring, rig->device, O_RDWR);
	child = fork();
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		((volatile struct leap_ring_header *)ring.header)->head = 7;
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	ring_close(&ring);
}

static void test_a_mapping_larger_than_the_ring_is_refused(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_refused(
		map(ring.fd, ring.info.ring_size + 4096, PROT_READ, MAP_SHARED, 0));
	assert_refused(map(ring.fd, ring.info.ring_size, PROT_READ, MAP_SHARED, 4096));
	assert_refused(map(ring.fd, 4096, PROT_READ, MAP_SHARED,
			   (off_t)ring.info.ring_size + 4096));
	ring_close(&ring);
}

static void test_a_mapping_cannot_grow(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_ptr_equal(mremap((void *)ring.header, ring.info.ring_size,
				ring.info.ring_size + 4096, MREMAP_MAYMOVE),
			 MAP_FAILED);
	ring_close(&ring);
}

static void test_the_mapping_shows_frames_after_the_file_is_closed(void **state)
{
	struct rig *rig = *state;
	struct ring ring, other;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDONLY);
	close(ring.fd);
	ring_open(&other, rig->device, O_RDONLY);
	assert_int_equal(ioctl(other.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&other, 3);
	assert_int_equal(ring_head(&ring), ring_head(&other));
	assert_int_equal(ring_check(&ring, ring_head(&ring), NULL, &number, NULL),
			 FRAME_WHOLE);
	ring_close(&other);
	munmap((void *)ring.header, ring.info.ring_size);
}

static void test_a_child_sees_the_same_ring(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint64_t number;
	pid_t child;
	int status;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	child = fork();
	if (!child) {
		uint32_t head = ring_wait(&ring, ring_head(&ring));

		_exit(ring_check(&ring, head, NULL, &number, NULL) != FRAME_WHOLE);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ring_close(&ring);
}

/* The line "VmFlags:" of the mapping at @address in /proc/self/smaps. */
static void vm_flags(const volatile void *address, char *flags, size_t size)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[256];
	unsigned long start;
	bool inside = false;

	assert_non_null(smaps);
	flags[0] = '\0';
	while (fgets(line, sizeof(line), smaps)) {
		char end;

		if (sscanf(line, "%lx-%*x %c", &start, &end) == 2)
			inside = start == (unsigned long)address;
		else if (inside && !strncmp(line, "VmFlags:", 8))
			snprintf(flags, size, "%s", line + 8);
	}
	fclose(smaps);
}

static void test_the_mapping_is_left_out_of_core_dumps(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	char flags[256];

	ring_open(&ring, rig->device, O_RDONLY);
	vm_flags(ring.header, flags, sizeof(flags));
	if (!flags[0])
		skip();
	assert_non_null(strstr(flags, " dd"));
	assert_non_null(strstr(flags, " de"));
	assert_null(strstr(flags, " mw"));
	assert_null(strstr(flags, " wr"));
	ring_close(&ring);
}

static void test_unused_parts_of_the_ring_hold_no_kernel_memory(void **state)
{
	struct rig *rig = *state;
	const uint8_t *bytes;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	bytes = (const uint8_t *)ring.header;
	for (size_t i = sizeof(struct leap_ring_header); i < ring.header->header_size;
	     i++)
		assert_int_equal(bytes[i], 0);
	for (uint32_t i = 0; i < ring.header->slot_count; i++) {
		const uint8_t *slot = (const uint8_t *)ring_slot(&ring, i);
		size_t end = ring.header->data_offset + ring.header->data_capacity;

		for (size_t j = sizeof(struct leap_slot); j < ring.header->data_offset;
		     j++)
			assert_int_equal(slot[j], 0);
		for (size_t j = end; j < ring.header->slot_stride; j++)
			assert_int_equal(slot[j], 0);
	}
	ring_close(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mapping_for_writing_is_refused),
		cmocka_unit_test(test_a_mapping_cannot_become_writable),
		cmocka_unit_test(test_writing_to_the_mapping_kills_only_the_writer),
		cmocka_unit_test(test_a_mapping_larger_than_the_ring_is_refused),
		cmocka_unit_test(test_a_mapping_cannot_grow),
		cmocka_unit_test(
			test_the_mapping_shows_frames_after_the_file_is_closed),
		cmocka_unit_test(test_a_child_sees_the_same_ring),
		cmocka_unit_test(test_the_mapping_is_left_out_of_core_dumps),
		cmocka_unit_test(test_unused_parts_of_the_ring_hold_no_kernel_memory),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
