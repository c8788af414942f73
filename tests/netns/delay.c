/* SPDX-License-Identifier: BSD-3-Clause */
/* delay MS TAP TAP: a long cable. What is sent into one TAP interface leaves the other so many milliseconds later, in order. Of what is under way nothing
 * is lost below LONGEST frames each way; what is more is dropped and told at the end. The interfaces go with the program. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LONGEST       4096 /* frames under way, each way */
#define FRAME_MOST    2048
#define AT_ONCE       64 /* frames of one side before the other is looked at */
#define NS_PER_S      1000000000ULL
#define NS_PER_MS     1000000ULL
#define DELAY_MS_MOST 10000UL

struct frame {
	uint64_t due_ns;
	size_t length;
	uint8_t octets[FRAME_MOST];
};

struct way {
	int from, to;
	uint64_t delay_ns, taken, given, lost;
	struct frame *under_way; /* LONGEST of them, a ring */
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	ended = 1;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* The interface of that name in this namespace, made; its descriptor or -errno. */
static int tap_create(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	if (ioctl(fd, TUNSETIFF, &r) < 0) {
		int e = -errno;

		close(fd);
		return e;
	}
	return fd;
}

static void way_take(struct way *w)
{
	static uint8_t spare[FRAME_MOST];

	for (unsigned int i = 0; i < AT_ONCE; i++) {
		bool room = w->taken - w->given < LONGEST;
		struct frame *f = &w->under_way[w->taken % LONGEST];
		ssize_t n = read(w->from, room ? f->octets : spare, FRAME_MOST);

		if (n < 0)
			return;
		if (!room) {
			w->lost++;
			continue;
		}
		f->length = (size_t)n;
		f->due_ns = now_ns() + w->delay_ns;
		w->taken++;
	}
}

static void way_give(struct way *w)
{
	uint64_t now = now_ns();

	while (w->given < w->taken) {
		struct frame *f = &w->under_way[w->given % LONGEST];

		if (f->due_ns > now)
			return;
		if (write(w->to, f->octets, f->length) < 0)
			w->lost++; /* the cable is out at that end */
		w->given++;
	}
}

/* Signals come only here. */
static void wait_for_either(struct way way[2], const sigset_t *open)
{
	struct pollfd p[2] = {{.fd = way[0].from, .events = POLLIN}, {.fd = way[1].from, .events = POLLIN}};
	uint64_t first = UINT64_MAX, now = now_ns(), left;

	for (int i = 0; i < 2; i++) {
		if (way[i].given < way[i].taken && way[i].under_way[way[i].given % LONGEST].due_ns < first)
			first = way[i].under_way[way[i].given % LONGEST].due_ns;
	}
	left = first > now ? first - now : 0;
	struct timespec t = {.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};

	ppoll(p, 2, first == UINT64_MAX ? NULL : &t, open);
}

int main(int argc, char **argv)
{
	struct way way[2] = {{.from = -1}, {.from = -1}};
	struct sigaction stop = {.sa_handler = end};
	sigset_t none, ending;
	char *rest = NULL;
	unsigned long ms = argc == 4 ? strtoul(argv[1], &rest, 10) : 0;

	if (!rest || *rest || ms == 0 || ms > DELAY_MS_MOST) {
		fprintf(stderr, "usage: delay MS TAP TAP\n");
		return 2;
	}
	sigemptyset(&none);
	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	for (int i = 0; i < 2; i++) {
		way[i].from = tap_create(argv[2 + i]);
		way[i].under_way = calloc(LONGEST, sizeof *way[i].under_way);
		way[i].delay_ns = ms * NS_PER_MS;
		if (way[i].from < 0 || !way[i].under_way) {
			fprintf(stderr, "delay: %s: %s\n", argv[2 + i], way[i].from < 0 ? strerror(-way[i].from) : strerror(ENOMEM));
			return 1;
		}
	}
	way[0].to = way[1].from;
	way[1].to = way[0].from;
	while (!ended) {
		wait_for_either(way, &none);
		for (int i = 0; i < 2; i++) {
			way_take(&way[i]);
			way_give(&way[i]);
		}
	}
	for (int i = 0; i < 2; i++)
		fprintf(stderr, "%s -> %s: %ju frames, %ju lost\n", argv[2 + i], argv[3 - i], (uintmax_t)way[i].given,
			(uintmax_t)way[i].lost);
	return 0;
}
