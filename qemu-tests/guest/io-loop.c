// SPDX-License-Identifier: GPL-2.0
// io-loop read|write DEVICE COUNT: nanoseconds per random O_DIRECT I/O of 4 KiB, one at a time.
// Under -icount that is instructions, the loop's own few included.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, AREA = 32 << 20 };

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static unsigned long long run(int fd, int writes, void *buffer, int count)
{
	unsigned long long began = now();
	unsigned int seed = 1;

	for (int i = 0; i < count; i++) {
		seed = seed * 1664525 + 1013904223;
		off_t offset = (off_t)(seed >> 8) % (AREA / BLOCK) * BLOCK;
		ssize_t done = writes ? pwrite(fd, buffer, BLOCK, offset)
				      : pread(fd, buffer, BLOCK, offset);

		if (done != BLOCK)
			err(1, "I/O");
	}
	return (now() - began) / count;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		errx(2, "usage: io-loop read|write DEVICE COUNT");

	int writes = !strcmp(argv[1], "write");
	int fd = open(argv[2], O_RDWR | O_DIRECT);
	int count = atoi(argv[3]);
	void *buffer;

	if (fd < 0)
		err(1, "%s", argv[2]);
	if (posix_memalign(&buffer, BLOCK, BLOCK))
		errx(1, "no memory");
	memset(buffer, 0, BLOCK);
	// The first run pays for page faults and whatever else happens once.
	run(fd, writes, buffer, count);
	printf("%llu\n", run(fd, writes, buffer, count));
	return 0;
}
