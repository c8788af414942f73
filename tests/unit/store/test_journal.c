/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults.h"
#include "place.h"
#include "store/shroud.h"
#include "tests.h"

static void reopen(struct place *p, struct hp_journal **j)
{
	struct hp_error e = {0};

	CU_ASSERT_EQUAL(hp_journal_close(*j), 0);
	*j = NULL;
	CU_ASSERT_EQUAL_FATAL(place_open(p, j, 0, &e), 0);
}

static void test_values(void)
{
	struct hp_error e = {0};
	struct hp_journal *j;
	struct place p;
	uint64_t t;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT_EQUAL(p.given, 0);
	t = place_put(j, 1, 10, 100);
	CU_ASSERT_EQUAL(place_put(j, 2, 20, 1), t + 1);
	CU_ASSERT_EQUAL(place_put(j, 3, 30, UINT16_MAX), t + 2);
	place_put(j, 1, 11, 7);
	place_put(j, 4, 40, 8);
	t = place_put(j, 4, 0, 0);
	CU_ASSERT(place_wait(j, t));
	reopen(&p, &j);
	CU_ASSERT_EQUAL(p.given, 3);
	CU_ASSERT(place_is(&p, 1, 11, 7));
	CU_ASSERT(place_is(&p, 2, 20, 1));
	CU_ASSERT(place_is(&p, 3, 30, UINT16_MAX));
	CU_ASSERT(place_is(&p, 4, 0, 0));
	/* Tickets go on, and so does what is newest. */
	CU_ASSERT_EQUAL(place_put(j, 2, 21, 5), t + 1);
	place_put(j, 4, 41, 9);
	reopen(&p, &j);
	CU_ASSERT_EQUAL(p.given, 4);
	CU_ASSERT(place_is(&p, 2, 21, 5));
	CU_ASSERT(place_is(&p, 4, 41, 9));
	hp_journal_close(j);
	place_remove(&p);
}

static void test_limits(void)
{
	static char big[UINT16_MAX + 1];
	struct hp_error e = {0};
	struct hp_journal *j;
	struct place p;
	uint64_t t;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT_EQUAL(hp_journal_put(j, 0, "k", 1, "v", 1, &t), -EINVAL);
	CU_ASSERT_EQUAL(hp_journal_put(j, 1, big, 256, "v", 1, &t), -EINVAL);
	CU_ASSERT_EQUAL(hp_journal_put(j, 1, "k", 1, big, sizeof(big), &t), -EINVAL);
	hp_journal_close(j);
	place_remove(&p);
}

static int mode_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -1 : (int)(st.st_mode & 07777);
}

static void test_refusals(void)
{
	struct hp_error e = {0};
	struct hp_journal *j, *second;
	char file[160];
	struct place p;

	place_make(&p);
	umask(0);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT(place_file(&p, 0, file));
	CU_ASSERT_EQUAL(mode_of(p.path), 0700);
	CU_ASSERT_EQUAL(mode_of(file), 0600);
	CU_ASSERT_EQUAL(place_open(&p, &second, 0, &e), -EBUSY);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, p.path));
	hp_journal_close(j);

	chmod(file, 0640);
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), -EPERM);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, file));
	chmod(file, 0600);
	chmod(p.path, 0750);
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), -EPERM);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "0750"));
	chmod(p.path, 0700);
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), 0);
	hp_journal_close(j);

	umask(022);
	strcat(p.path, "/a/b/c");
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), -ENOENT);
	place_remove(&p);
}

/* Whether the lines of /proc/self/smaps about the mapping of `at` say `flag`. */
static bool has_flag(const void *at, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	bool inside = false, found = false;
	unsigned long from, to;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (unsigned long)at >= from && (unsigned long)at < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	if (f)
		fclose(f);
	return found;
}

/* Every place in memory, what this function itself knows not counted, where the secret is. */
static unsigned int copies_of(const char *secret, size_t len, const char *mapping)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned int found = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long from, to;

		if (!strstr(line, mapping) || sscanf(line, "%lx-%lx rw", &from, &to) != 2)
			continue;
		for (const char *at = (const char *)from; (at = memmem(at, to - (unsigned long)at, secret, len)); at++)
			found++;
	}
	if (f)
		fclose(f);
	return found;
}

static void test_secrets(void)
{
	char secret[48];
	struct hp_error e = {0};
	struct hp_journal *j;
	struct place p;
	void *memory;
	uint64_t t;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	place_fill(secret, 4711, sizeof(secret));
	faults_plan(FAULT_ERROR, 1, 1, EIO, 1, NULL);
	t = place_put(j, 1, 4711, sizeof(secret));
	/* Not on disk yet: in the ring, seen by both its mappings. */
	CU_ASSERT_EQUAL(copies_of(secret, sizeof(secret), "homeport-journal"), 2);
	CU_ASSERT(place_wait(j, t));
	CU_ASSERT_EQUAL(copies_of(secret, sizeof(secret), "homeport-journal"), 0);
	hp_journal_close(j);
	faults_plan(FAULT_NONE, 0, 0, 0, 0, NULL);
	memory = hp_shroud_create(8192);
	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	CU_ASSERT(has_flag(memory, " dd"));
	hp_shroud_destroy(memory, 8192);
	place_remove(&p);
}

/* A disk that takes nothing: the queue is full at last, all is visible, and nothing of it lost when the disk works again. */
static void test_full_disk(void)
{
	uint64_t count[HP_ST_COUNT], t, last = 0;
	struct hp_journal_status s;
	struct hp_error e = {0};
	struct hp_journal *j;
	char value[1000];
	struct place p;
	uint8_t key = 0;
	int ret;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT(place_wait(j, place_put(j, 9, 9, 9)));
	t = hp_journal_durable(j);
	faults_plan(FAULT_ERROR, 1, 3, ENOSPC, 1, NULL);
	for (; key < PLACE_KEYS * 2; key++) {
		uint8_t k = key % PLACE_KEYS;

		place_fill(value, key, sizeof(value));
		CU_ASSERT_EQUAL_FATAL(hp_journal_put(j, 1, &k, 1, value, sizeof(value), &last), 0);
	}
	while (!hp_journal_failed(j))
		usleep(1000);
	CU_ASSERT_EQUAL(hp_journal_failed(j), -ENOSPC);
	while ((ret = hp_journal_put(j, 1, "\1", 1, value, sizeof(value), &last)) == 0)
		;
	CU_ASSERT_EQUAL(ret, -EAGAIN);
	CU_ASSERT_EQUAL(hp_journal_durable(j), t);
	hp_journal_status(j, &s);
	CU_ASSERT_EQUAL(s.failed, -ENOSPC);
	CU_ASSERT(s.waiting > (size_t)250 << 10);
	CU_ASSERT(place_wait(j, last));
	CU_ASSERT_EQUAL(hp_journal_failed(j), 0);
	hp_journal_count(j, count);
	CU_ASSERT_EQUAL(count[HP_ST_FAILED], 4);
	CU_ASSERT_EQUAL(count[HP_ST_REFUSED], 1);
	CU_ASSERT_EQUAL(count[HP_ST_PUT], last);
	faults_plan(FAULT_NONE, 0, 0, 0, 0, NULL);
	reopen(&p, &j);
	CU_ASSERT_EQUAL(p.given, PLACE_KEYS);
	CU_ASSERT(place_is(&p, 2, PLACE_KEYS + 2, sizeof(value)));
	hp_journal_close(j);
	place_remove(&p);
}

/* The journal stays within 4 × what lives, and a million puts of one key are not a million records. */
static void test_compaction(void)
{
	uint64_t count[HP_ST_COUNT], last = 0;
	struct hp_journal_status s;
	struct hp_error e = {0};
	struct hp_journal *j;
	struct place p;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 100000, &e), 0);
	place_put(j, 60, 60, 60);
	place_put(j, 61, 61, 61);
	place_put(j, 61, 0, 0);
	for (unsigned int i = 0; i < 20000; i++)
		last = place_put(j, i % 50, i, 100);
	CU_ASSERT(place_wait(j, last));
	for (unsigned int i = 0; i < 2000; i++) { /* until it has caught up */
		hp_journal_status(j, &s);
		if (s.octets <= 100000)
			break;
		usleep(10000);
	}
	CU_ASSERT(s.octets <= 100000);
	CU_ASSERT_EQUAL(s.records, 51);
	hp_journal_count(j, count);
	CU_ASSERT(count[HP_ST_COMPACTED] > 2);
	CU_ASSERT_EQUAL(count[HP_ST_COMPACTION_FAILED], 0);
	CU_ASSERT(s.generation > 4);
	reopen(&p, &j);
	CU_ASSERT_EQUAL(p.given, 51);
	CU_ASSERT(place_is(&p, 60, 60, 60));
	for (unsigned int i = 0; i < 50; i++)
		CU_ASSERT(place_is(&p, i, 19950 + i, 100));
	hp_journal_close(j);
	place_remove(&p);
}

const struct hp_test hp_tests_journal[] = {
	{"values, newest first, over a restart", test_values},
	{"too long", test_limits},
	{"readable by others, used by another", test_refusals},
	{"secrets are wiped and not dumped", test_secrets},
	{"a full disk", test_full_disk},
	{"compaction", test_compaction},
	{NULL, NULL},
};
