/* SPDX-License-Identifier: BSD-3-Clause */
/* A file that is not as it was written. Torn at its end: what is whole before counts. Damaged where it was durable: refused, with the place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"
#include "store/generation.h"
#include "store/record.h"
#include "tests.h"

#define RECORDS 4 /* each a batch of its own: key i, i + 1 octets of value */

static void make(struct place *p, char file[160])
{
	struct hp_error e = {0};
	struct hp_journal *j;

	place_make(p);
	CU_ASSERT_EQUAL_FATAL(place_open(p, &j, 0, &e), 0);
	for (unsigned int i = 0; i < RECORDS; i++)
		CU_ASSERT(place_wait(j, place_put(j, i, i, 20 * i + 1)));
	hp_journal_close(j);
	CU_ASSERT_FATAL(place_file(p, 0, file));
}

static size_t end_of(unsigned int records)
{
	size_t end = HP_GENERATION_HEADER;

	for (unsigned int i = 0; i < records; i++)
		end += hp_record_size(1, 20 * i + 1);
	return end;
}

static size_t read_file(const char *file, uint8_t *data, size_t room)
{
	int fd = open(file, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, data, room);

	if (n < 0)
		abort();
	close(fd);
	return (size_t)n;
}

static void write_file(const char *file, const uint8_t *data, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
}

/* Torn at every octet: the records before are there, and it can be gone on with. */
static void test_torn(void)
{
	static uint8_t data[4096];
	struct hp_error e = {0};
	struct hp_journal *j;
	char file[160];
	struct place p;
	size_t len;

	make(&p, file);
	len = read_file(file, data, sizeof(data));
	CU_ASSERT_EQUAL_FATAL(len, end_of(RECORDS));
	for (size_t n = 0; n < len; n++) {
		unsigned int whole = 0;
		bool good = true;

		while (whole < RECORDS && end_of(whole + 1) <= n)
			whole++;
		write_file(file, data, n);
		CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
		for (unsigned int i = 0; i < RECORDS; i++)
			good = good && (i < whole ? place_is(&p, i, i, 20 * i + 1) : !p.len[i]);
		CU_ASSERT(good);
		place_put(j, 40, n, 9);
		CU_ASSERT_EQUAL(hp_journal_close(j), 0);
		CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
		CU_ASSERT(place_is(&p, 40, n, 9));
		CU_ASSERT_EQUAL(p.given, whole + 1);
		hp_journal_close(j);
	}
	place_remove(&p);
}

/* Every bit: refused, but for the last record, which looks like one that was never whole. */
static void test_flipped(void)
{
	static uint8_t data[4096];
	struct hp_error e = {0};
	struct hp_journal *j;
	char file[160], octet[32];
	struct place p;
	size_t len;

	make(&p, file);
	len = read_file(file, data, sizeof(data));
	for (size_t bit = 0; bit < 8 * len; bit++) {
		unsigned int at = 0;
		bool good = true;
		int ret;

		while (at < RECORDS && end_of(at + 1) <= bit / 8)
			at++;
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		write_file(file, data, len);
		ret = place_open(&p, &j, 0, &e);
		if (bit / 8 < end_of(RECORDS - 1)) {
			snprintf(octet, sizeof(octet), "octet %zu:", bit / 8 < HP_GENERATION_HEADER ? 0 : end_of(at));
			good = ret == -EBADMSG && strstr(e.text, file) && strstr(e.text, octet);
			if (!good)
				fprintf(stderr, "  bit %zu: %d %s\n", bit, ret, e.text);
		} else {
			good = ret == 0 && p.given == RECORDS - 1;
		}
		CU_ASSERT_FATAL(good);
		if (!ret)
			hp_journal_close(j);
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	place_remove(&p);
}

/* Two records of one batch, the first torn and the second whole: pages reach a disk in any order. */
static void test_batch(void)
{
	uint8_t data[HP_GENERATION_HEADER + 200];
	struct hp_error e = {0};
	struct hp_journal *j;
	uint8_t key[3] = {0, 1, 2};
	char file[160];
	size_t at = HP_GENERATION_HEADER, second = 0;
	struct place p;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	hp_journal_close(j);
	CU_ASSERT_FATAL(place_file(&p, 0, file));
	CU_ASSERT_EQUAL(read_file(file, data, sizeof(data)), HP_GENERATION_HEADER);
	for (unsigned int i = 0; i < 3; i++) {
		second = i == 1 ? at : second;
		hp_record_put(data + at, i + 1, 1, &key[i], 1, "value", 5);
		at += hp_record_seal(data + at, 0);
	}
	data[second + 3] ^= 1;
	write_file(file, data, at);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT_EQUAL(p.given, 1);
	hp_journal_close(j);
	/* The third tells that the first was durable: the second, between them, may not have been. The first is whole: still no damage. */
	hp_record_seal(data + at - hp_record_size(1, 5), 1);
	write_file(file, data, at);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT_EQUAL(p.given, 1);
	hp_journal_close(j);
	/* … that the second was. */
	hp_record_seal(data + at - hp_record_size(1, 5), 2);
	write_file(file, data, at);
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), -EBADMSG);
	place_remove(&p);
}

static void add(struct hp_generation *g, uint64_t stamp, uint64_t synced, bool spoilt)
{
	const uint8_t key = (uint8_t)(stamp % PLACE_KEYS);
	uint8_t data[64];
	size_t size;

	hp_record_put(data, stamp, 1, &key, 1, "value", 5);
	size = hp_record_seal(data, synced);
	data[0] ^= spoilt;
	CU_ASSERT_EQUAL(hp_generation_write(g, data, size, g->end), 0);
	g->end += size;
}

/* Of a base the newest record may be gone, as it removed something: its header tells how far it went. */
static void test_base(void)
{
	struct hp_generation base = {.number = 1, .stamp = 100, .base = true}, next = {.number = 2, .stamp = 100};
	struct hp_error e = {0};
	struct hp_journal *j;
	struct place p;
	int directory;

	place_make(&p);
	mkdir(p.path, 0700);
	directory = open(p.path, O_DIRECTORY);
	CU_ASSERT_EQUAL_FATAL(hp_generation_create(&base, directory), 0);
	CU_ASSERT_EQUAL_FATAL(hp_generation_create(&next, directory), 0);
	add(&base, 5, 0, false);
	CU_ASSERT_EQUAL(renameat(directory, "journal.0000000000000001.new", directory, "journal.0000000000000001"), 0);
	add(&next, 101, 100, true);
	add(&next, 102, 100, false);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT_EQUAL(p.given, 1);
	CU_ASSERT_EQUAL(place_put(j, 1, 1, 1), 101);
	hp_journal_close(j);
	hp_generation_close(&base);
	hp_generation_close(&next);
	close(directory);
	place_remove(&p);
}

/* Files that are not there, or should not be. */
static void test_missing(void)
{
	struct hp_error e = {0};
	struct hp_journal *j;
	char file[160], name[200];
	struct place p;
	uint64_t last = 0;

	place_make(&p);
	CU_ASSERT_EQUAL_FATAL(place_open(&p, &j, 2000, &e), 0);
	for (unsigned int i = 0; i < 500; i++)
		last = place_put(j, i % 20, i, 30);
	CU_ASSERT(place_wait(j, last));
	usleep(20000);
	hp_journal_close(j);
	/* An unfinished base and another's file are nothing to it. */
	snprintf(name, sizeof(name), "%s/journal.00000000000000ff.new", p.path);
	write_file(name, (const uint8_t *)"x", 1);
	snprintf(name, sizeof(name), "%s/journal.txt", p.path);
	write_file(name, (const uint8_t *)"x", 1);
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), 0);
	CU_ASSERT_EQUAL(p.given, 20);
	hp_journal_close(j);
	/* Without its base it is not taken for whole. */
	CU_ASSERT_FATAL(place_file(&p, 0, file));
	unlink(file);
	CU_ASSERT_EQUAL(place_open(&p, &j, 0, &e), -EBADMSG);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "missing"));
	place_remove(&p);
}

const struct hp_test hp_tests_damage[] = {
	{"torn at every octet", test_torn},          {"every bit turned", test_flipped},
	{"a torn batch is no damage", test_batch},   {"a base without its newest record", test_base},
	{"missing and strange files", test_missing}, {NULL, NULL},
};
