/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/store/record.c lib/store/scan.c lib/store/load.c */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/generation.h"
#include "store/journal.h"
#include "store/record.h"

#define FILES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char folder[64], path[80];

struct sum {
	uint64_t values, hash;
};

/* In no order. */
static int each(void *ctx, uint8_t kind, const void *key, size_t key_len, const void *value, size_t value_len)
{
	const struct hp_hash_key k = {{kind, key_len}}, v = {{hp_hash(&k, key, key_len), value_len}};
	struct sum *s = ctx;

	if (!kind || !value_len)
		abort();
	s->values++;
	s->hash += hp_hash(&v, value, value_len);
	return kind == 255 ? -EPROTO : 0;
}

static void write_file(unsigned int n, const void *data, size_t len)
{
	char name[128], last[HP_GENERATION_NAME];
	int fd;

	snprintf(name, sizeof(name), "%s/%s", path, hp_generation_name(last, n, false));
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
}

/* Records with right sums, of which now and then an octet is spoilt: four octets of input each. */
static void make_file(int directory, unsigned int n, const uint8_t *data, size_t len, bool base)
{
	struct hp_generation g = {.number = n, .previous = len % 5 ? n - 1 : 0, .stamp = data[0] % 8, .base = base};
	uint8_t record[1024], value[255];
	char unfinished[HP_GENERATION_NAME], last[HP_GENERATION_NAME];
	uint64_t stamp = g.stamp;

	memset(value, 'v', sizeof(value));
	if (hp_generation_create(&g, directory))
		abort();
	for (; len >= 4; data += 4, len -= 4) {
		size_t size;

		stamp += data[0] >> 6;
		hp_record_put(record, stamp, data[0] & 3 ? 1 : 255, data, data[1] % 4, value, data[2]);
		size = hp_record_seal(record, data[3] & 1 ? stamp - 1 : data[0] % 8);
		if (data[3] > 240)
			record[data[1] % size] ^= data[3];
		if (data[3] > 250)
			size -= 8;
		if (hp_generation_write(&g, record, size, g.end))
			abort();
		g.end += size;
	}
	hp_generation_close(&g);
	if (base && renameat(directory, hp_generation_name(unfinished, n, true), directory, hp_generation_name(last, n, false)))
		abort();
}

static int open_once(struct sum *s)
{
	const struct hp_journal_conf conf = {.directory = path, .each = each, .ctx = s, .queue_octets = (size_t)256 << 10};
	struct hp_error e = {0};
	struct hp_journal *j;
	int ret;

	*s = (struct sum){0};
	ret = hp_journal_open(&j, &conf, &e);
	if (ret && (!e.text[0] || strchr(e.text, '\n')))
		abort();
	if (!ret)
		hp_journal_close(j);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char command[128];
	struct sum first, again;

	if (!folder[0]) {
		strcpy(folder, "/dev/shm/fuzz_journal.XXXXXX");
		if (!mkdtemp(folder))
			abort();
		snprintf(path, sizeof(path), "%s/j", folder);
	}
	if (!len || mkdir(path, 0700))
		return 0;
	if (data[0] % 4) {
		int directory = open(path, O_DIRECTORY);
		const size_t part = len / (data[0] % 4);

		for (unsigned int i = 0; part && i < data[0] % 4u && i < FILES; i++)
			make_file(directory, i + 1, data + i * part, part, data[0] & 4 ? i == 1 : data[0] & 8 && i == 0);
		close(directory);
	} else {
		write_file(1, data + 1, len - 1);
	}
	/* What was taken once is taken again, and is the same. */
	if (!open_once(&first) && (open_once(&again) || first.values != again.values || first.hash != again.hash))
		abort();
	for (unsigned int i = 1; i < 2 * FILES; i++) {
		char name[HP_GENERATION_NAME];

		snprintf(command, sizeof(command), "%s/%s", path, hp_generation_name(name, i, false));
		unlink(command);
	}
	if (rmdir(path))
		abort();
	return 0;
}
