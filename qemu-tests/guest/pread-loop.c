// SPDX-License-Identifier: GPL-2.0
// pread-loop DEVICE COUNT: nanoseconds per random 4 KiB O_DIRECT read, one at a time.
// Under -icount that is instructions, the loop's own few included.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, AREA = 32 << 20 };

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static unsigned long long run(int fd, void *buffer, int count)
{
	unsigned long long began = now();
	unsigned int seed = 1;

	for (int i = 0; i < count; i++) {
		seed = seed * 1664525 + 1013904223;
		off_t offset = (off_t)(seed >> 8) % (AREA / BLOCK) * BLOCK;

		if (pread(fd, buffer, BLOCK, offset) != BLOCK)
			err(1, "pread");
	}
	return (now() - began) / count;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: pread-loop DEVICE COUNT");

	int fd = open(argv[1], O_RDONLY | O_DIRECT);
	int count = atoi(argv[2]);
	void *buffer;

	if (fd < 0)
		err(1, "%s", argv[1]);
	if (posix_memalign(&buffer, BLOCK, BLOCK))
		errx(1, "no memory");
	// The first run pays for page faults and whatever else happens once.
	run(fd, buffer, count);
	printf("%llu\n", run(fd, buffer, count));
	return 0;
}
