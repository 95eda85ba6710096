// SPDX-License-Identifier: MIT
/*
 * Runs every file of a corpus folder through a fuzz target once, for builds without
 * libFuzzer. Single-threaded; owns nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size;
	int r = -1;

	if (!file)
		return -1;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
	    fseek(file, 0, SEEK_SET) == 0 && (data = malloc(size ? size : 1)) &&
	    fread(data, 1, size, file) == (size_t)size) {
		/* malloc'd to its exact size, so that ASan sees one byte too far */
		LLVMFuzzerTestOneInput(data, size);
		r = 0;
	}
	free(data);
	fclose(file);
	return r;
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	unsigned int count = 0;
	DIR *corpus;

	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 2;
	}
	corpus = opendir(argv[1]);
	if (!corpus) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	while ((entry = readdir(corpus))) {
		char path[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (replay(path)) {
			fprintf(stderr, "%s: cannot be read\n", path);
			closedir(corpus);
			return 1;
		}
		count++;
	}
	closedir(corpus);
	printf("%u inputs\n", count);
	return count ? 0 : 1;
}
