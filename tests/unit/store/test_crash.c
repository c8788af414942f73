/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever ends a writer and wherever: what is found afterwards is the state after some put, not before the last one that was said to be durable. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "faults.h"
#include "place.h"
#include "tests.h"

#define PUTS 3000

struct put {
	unsigned int key;
	uint64_t seed;
	size_t len;
};

/* What the child tells, whatever becomes of it. */
struct story {
	unsigned int puts, durable; /* of its puts: begun, known to be durable */
	uint64_t ticket[PUTS];
	struct put put[PUTS];
};

struct work {
	struct place place;
	struct story *story;
	struct put state[PLACE_KEYS]; /* as found last */
	struct hp_random random;
	char trash[80];
	unsigned int puts;
	size_t value_most;
	uint64_t compact_octets;
};

static void work_make(struct work *w, uint64_t seed, unsigned int puts, size_t value_most, uint64_t compact_octets)
{
	*w = (struct work){.puts = puts, .value_most = value_most, .compact_octets = compact_octets};
	place_make(&w->place);
	hp_random_seed(&w->random, seed);
	w->story = mmap(NULL, sizeof(*w->story), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(w->trash, sizeof(w->trash), "%s/t", w->place.top);
	if (w->story == MAP_FAILED || mkdir(w->trash, 0700))
		abort();
}

static void work_remove(struct work *w)
{
	munmap(w->story, sizeof(*w->story));
	place_remove(&w->place);
}

static void note_durable(struct story *s, const struct hp_journal *j)
{
	const uint64_t durable = hp_journal_durable(j);
	unsigned int n = s->durable;

	while (n < s->puts && s->ticket[n] <= durable)
		n++;
	s->durable = n;
}

/* The child: puts at random, now and then waits for the disk. */
static void write_values(struct work *w)
{
	struct story *s = w->story;
	struct hp_error e = {0};
	struct hp_journal *j;

	if (place_open(&w->place, &j, w->compact_octets, &e))
		_exit(2);
	for (unsigned int i = 0; i < w->puts; i++) {
		struct put p = {.key = hp_random_between(&w->random, 0, PLACE_KEYS - 1), .seed = hp_random_u64(&w->random)};

		if (hp_random_between(&w->random, 0, 7))
			p.len = hp_random_between(&w->random, 1, (uint32_t)w->value_most);
		s->put[i] = p;
		s->puts = i + 1;
		s->ticket[i] = UINT64_MAX;
		s->ticket[i] = place_put(j, p.key, p.seed, p.len);
		if (!hp_random_between(&w->random, 0, 15) && !place_wait(j, s->ticket[i]))
			_exit(3);
		note_durable(s, j);
	}
	if (hp_journal_close(j))
		_exit(4);
	s->durable = s->puts;
	_exit(0);
}

static bool is_state(const struct work *w)
{
	for (unsigned int i = 0; i < PLACE_KEYS; i++)
		if (!place_is(&w->place, i, w->state[i].seed, w->state[i].len))
			return false;
	return true;
}

/* Opens once more and compares with the story. */
static bool holds(struct work *w)
{
	const struct story *s = w->story;
	struct hp_error e = {0};
	struct hp_journal *j;
	unsigned int i = 0;

	faults_plan(FAULT_NONE, 0, 0, 0, 0, NULL);
	if (place_open(&w->place, &j, w->compact_octets, &e)) {
		fprintf(stderr, "  not opened: %s\n", e.text);
		return false;
	}
	hp_journal_close(j);
	for (; i < s->durable; i++)
		w->state[s->put[i].key] = s->put[i];
	while (!is_state(w) && i < s->puts) {
		w->state[s->put[i].key] = s->put[i];
		i++;
	}
	if (is_state(w))
		return true;
	fprintf(stderr, "  of %u puts %u were durable; what was found is the state after none of the others\n", s->puts, s->durable);
	return false;
}

/* Exit status of a child that writes with that fault planned; killed by a signal: minus that. kill_after_us: by SIGKILL then. */
static int run(struct work *w, enum fault what, unsigned int n, unsigned int kill_after_us)
{
	pid_t pid;
	int status;

	w->story->puts = w->story->durable = 0;
	hp_random_u64(&w->random); /* the next child does otherwise */
	pid = fork();
	if (pid == 0) {
		faults_plan(what, n, 1, n % 4 == 1 ? ENOSPC : EIO, hp_random_u64(&w->random), w->trash);
		write_values(w);
	}
	if (kill_after_us) {
		usleep(kill_after_us);
		kill(pid, SIGKILL);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Each call from the first on, until there is none left; every time in an empty place. */
static void everywhere(enum fault what, unsigned int puts, size_t value_most, uint64_t compact_octets, unsigned int step)
{
	const uint64_t seed = hp_test_seed();
	int status = FAULT_STATUS;
	unsigned int n;

	for (n = 1; status == FAULT_STATUS; n += step) {
		struct work w;
		bool good;

		work_make(&w, seed + n, puts, value_most, compact_octets);
		status = run(&w, what, n, 0);
		good = (status == FAULT_STATUS || status == 0) && holds(&w);
		if (!good)
			fprintf(stderr, "  call %u, status %d\n", n, status);
		CU_ASSERT(good);
		work_remove(&w);
		if (!good)
			break;
	}
	CU_ASSERT(n > 30); /* else nothing was put to the test */
}

/* One place, one crash after the other. */
static void again_and_again(enum fault what, unsigned int times, unsigned int puts, size_t value_most, uint64_t compact_octets)
{
	unsigned int crashed = 0;
	struct work w;

	work_make(&w, hp_test_seed(), puts, value_most, compact_octets);
	for (unsigned int i = 0; i < times; i++) {
		int status = run(&w, what, hp_random_between(&w.random, 1, 120), 0);
		bool good = (status == FAULT_STATUS || status == 0) && holds(&w);

		CU_ASSERT(good);
		crashed += status == FAULT_STATUS;
		if (!good)
			break;
	}
	CU_ASSERT(crashed > times / 4);
	work_remove(&w);
}

static void test_kill_everywhere(void)
{
	everywhere(FAULT_KILL, 400, 100, 4096, 1);
}

static void test_power_everywhere(void)
{
	everywhere(FAULT_POWER, 400, 100, 4096, 1);
}

static void test_kill_again(void)
{
	again_and_again(FAULT_KILL, 300, 1000, 200, 8192);
}

static void test_power_again(void)
{
	again_and_again(FAULT_POWER, 300, 1000, 200, 8192);
}

/* Values so long that compaction takes several slices. */
static void test_power_slices(void)
{
	again_and_again(FAULT_POWER, 40, 600, 60000, (uint64_t)3 << 20);
}

/* The disk fails twice in a row, somewhere: all is there in the end. */
static void test_errors(void)
{
	const uint64_t seed = hp_test_seed();

	for (unsigned int n = 3; n < 60; n += 2) {
		struct work w;
		int status;

		work_make(&w, seed + n, 120, 100, 2048);
		status = run(&w, FAULT_ERROR, n, 0);
		/* At the last batch it may not have been there for long enough: then closing says so. */
		HP_CHECK("errors", "ends well or says why not", status == 0 || status == 4 || (status == 2 && n < 6));
		HP_CHECK("errors", "all that was durable is there", holds(&w));
		work_remove(&w);
	}
}

static void test_real_kill(void)
{
	unsigned int killed = 0, durable = 0;
	struct work w;

	work_make(&w, hp_test_seed(), PUTS, 300, 16384);
	for (unsigned int i = 0; i < 150; i++) {
		int status = run(&w, FAULT_NONE, 0, hp_random_between(&w.random, 500, 12000));
		bool good = (status == -SIGKILL || status == 0) && holds(&w);

		CU_ASSERT(good);
		killed += status == -SIGKILL;
		durable += w.story->durable;
		if (!good)
			break;
	}
	printf("(%u killed, %u puts durable) ", killed, durable);
	CU_ASSERT(killed > 0 && durable > 0);
	work_remove(&w);
}

const struct hp_test hp_tests_crash[] = {
	{"killed at every call to the disk", test_kill_everywhere},
	{"power cut at every call to the disk", test_power_everywhere},
	{"killed again and again", test_kill_again},
	{"power cut again and again", test_power_again},
	{"power cut among slices", test_power_slices},
	{"a disk that fails for a while", test_errors},
	{"kill -9", test_real_kill},
	{NULL, NULL},
};
