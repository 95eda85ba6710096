// SPDX-License-Identifier: MIT
/*
 * Which interfaces are taken from which driver and given to which, told by a sysfs made
 * of plain files. One thread, one folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/handover.h"

static char sysfs[] = "/tmp/leap-handover.XXXXXX";
static char told[256];

static const char *path(const char *name)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s/%s", sysfs, name);
	return text;
}

static void put(const char *folder, const char *name, const char *content)
{
	char part[200], *end = part;
	FILE *file;

	snprintf(part, sizeof(part), "bus/usb/%s/%s", folder, name);
	while ((end = strchr(end, '/'))) {
		*end = '\0';
		mkdir(path(part), 0700);
		*end++ = '/';
	}
	file = fopen(path(part), "w");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

/* What was written to bind or unbind of a driver; the file is empty afterwards. */
static const char *written(const char *driver, const char *what)
{
	static char text[64];
	char name[128];
	size_t size;
	FILE *file;

	snprintf(name, sizeof(name), "bus/usb/drivers/%s/%s", driver, what);
	file = fopen(path(name), "r");
	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	assert_int_equal(truncate(path(name), 0), 0);
	return text;
}

static void add_device(const char *device, const char *vendor, const char *product)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "devices/%s", device);
	put(folder, "idVendor", vendor);
	put(folder, "idProduct", product);
	snprintf(folder, sizeof(folder), "devices/%s:1.0", device);
	put(folder, "bInterfaceSubClass", "01\n");
	snprintf(folder, sizeof(folder), "devices/%s:1.1", device);
	put(folder, "bInterfaceSubClass", "02\n");
}

static void add_driver(const char *driver)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "drivers/%s", driver);
	put(folder, "bind", "");
	put(folder, "unbind", "");
}

static void give(const char *device, const char *driver)
{
	char folder[64], interface[64];

	snprintf(folder, sizeof(folder), "drivers/%s", driver);
	for (int i = 0; i < 2; i++) {
		snprintf(interface, sizeof(interface), "%s:1.%d", device, i);
		put(folder, interface, "");
	}
}

static void note(const char *device)
{
	strcat(told, device);
	strcat(told, " ");
}

static int make_folder(void **state)
{
	(void)state;
	told[0] = '\0';
	return mkdtemp(sysfs) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", sysfs);
	assert_int_equal(system(command), 0);
	memset(sysfs + strlen(sysfs) - 6, 'X', 6);
	return 0;
}

static void a_controller_is_taken_from_one_and_given_to_the_other(void **state)
{
	(void)state;
	add_driver("leap");
	add_driver("uvcvideo");
	add_device("1-1.4", "f182\n", "0003\n");
	give("1-1.4", "leap");
	assert_int_equal(leap_handover(sysfs, "leap", "uvcvideo", note), 1);
	assert_string_equal(told, "1-1.4 ");
	/* plain files keep all: the streaming interface, then the other one over it */
	assert_string_equal(written("leap", "unbind"), "1-1.4:1.0");
	assert_string_equal(written("uvcvideo", "bind"), "1-1.4:1.0");
	assert_string_equal(written("leap", "bind"), "");
}

static void other_cameras_stay_where_they_are(void **state)
{
	(void)state;
	add_driver("leap");
	add_driver("uvcvideo");
	add_device("1-2", "046d\n", "0825\n");
	give("1-2", "uvcvideo");
	assert_int_equal(leap_handover(sysfs, "uvcvideo", "leap", note), 0);
	assert_string_equal(told, "");
	assert_string_equal(written("uvcvideo", "unbind"), "");
	assert_string_equal(written("leap", "bind"), "");
}

static void a_driver_that_is_not_loaded_is_told_before_anything_is_taken(void **state)
{
	(void)state;
	add_driver("leap");
	add_device("1-1", "f182\n", "0003\n");
	give("1-1", "leap");
	assert_int_equal(leap_handover(sysfs, "leap", "uvcvideo", note), -ENOENT);
	assert_string_equal(written("leap", "unbind"), "");
}

static void who_may_not_is_told_so(void **state)
{
	(void)state;
	if (!geteuid())
		skip();
	add_driver("leap");
	add_driver("uvcvideo");
	add_device("1-1", "f182\n", "0003\n");
	give("1-1", "leap");
	assert_int_equal(chmod(path("bus/usb/drivers/leap/unbind"), 0400), 0);
	assert_int_equal(leap_handover(sysfs, "leap", "uvcvideo", note), -EACCES);
}

static void without_a_controller_nothing_happens(void **state)
{
	(void)state;
	add_driver("uvcvideo");
	assert_int_equal(leap_handover(sysfs, "leap", "uvcvideo", note), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_controller_is_taken_from_one_and_given_to_the_other),
		TEST(other_cameras_stay_where_they_are),
		TEST(a_driver_that_is_not_loaded_is_told_before_anything_is_taken),
		TEST(who_may_not_is_told_so),
		TEST(without_a_controller_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
