/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"

void place_make(struct place *p)
{
	*p = (struct place){0};
	strcpy(p->top, "/dev/shm/store.XXXXXX");
	if (!mkdtemp(p->top))
		abort();
	snprintf(p->path, sizeof(p->path), "%s/ha1", p->top);
}

static void forget(struct place *p)
{
	for (unsigned int i = 0; i < PLACE_KEYS; i++) {
		free(p->value[i]);
		p->value[i] = NULL;
		p->len[i] = 0;
	}
	p->given = 0;
}

void place_remove(struct place *p)
{
	char command[128];

	forget(p);
	snprintf(command, sizeof(command), "rm -rf %s", p->top);
	if (system(command))
		abort();
}

static int each(void *ctx, uint8_t kind, const void *key, size_t key_len, const void *value, size_t value_len)
{
	struct place *p = ctx;
	uint8_t i;

	if (kind != 1 || key_len != 1 || !value_len)
		return -EPROTO;
	memcpy(&i, key, 1);
	if (i >= PLACE_KEYS || p->len[i])
		return -EEXIST;
	p->value[i] = malloc(value_len);
	memcpy(p->value[i], value, value_len);
	p->len[i] = value_len;
	p->given++;
	return 0;
}

int place_open(struct place *p, struct hp_journal **j, uint64_t compact_octets, struct hp_error *e)
{
	const struct hp_journal_conf conf = {
		.directory = p->path, .each = each, .ctx = p, .compact_octets = compact_octets, .queue_octets = (size_t)256 << 10};

	forget(p);
	return hp_journal_open(j, &conf, e);
}

void place_fill(char *out, uint64_t seed, size_t len)
{
	struct hp_random r;

	hp_random_seed(&r, seed);
	for (size_t i = 0; i < len; i++)
		out[i] = (char)hp_random_u64(&r);
}

bool place_is(const struct place *p, unsigned int key, uint64_t seed, size_t len)
{
	static char want[UINT16_MAX];

	place_fill(want, seed, len);
	return p->len[key] == len && (!len || memcmp(p->value[key], want, len) == 0);
}

static void listen_to(const struct hp_journal *j)
{
	struct pollfd p = {.fd = hp_journal_fd(j), .events = POLLIN};
	uint64_t n;

	if (poll(&p, 1, 100) > 0 && read(p.fd, &n, sizeof(n)) < 0)
		abort();
}

uint64_t place_put(struct hp_journal *j, unsigned int key, uint64_t seed, size_t len)
{
	static char value[UINT16_MAX];
	const uint8_t k = (uint8_t)key;
	uint64_t ticket;
	int ret;

	place_fill(value, seed, len);
	while ((ret = hp_journal_put(j, 1, &k, 1, value, len, &ticket)) == -EAGAIN)
		listen_to(j);
	if (ret)
		abort();
	return ticket;
}

bool place_wait(const struct hp_journal *j, uint64_t ticket)
{
	for (unsigned int i = 0; hp_journal_durable(j) < ticket && i < 200; i++)
		listen_to(j);
	return hp_journal_durable(j) >= ticket;
}

bool place_file(const struct place *p, unsigned int n, char out[160])
{
	struct dirent **entry;
	int count = scandir(p->path, &entry, NULL, alphasort);
	bool found = false;

	for (int i = 0; i < count; i++) {
		if (strncmp(entry[i]->d_name, "journal.", 8) == 0 && !n--) {
			snprintf(out, 160, "%s/%.64s", p->path, entry[i]->d_name);
			found = true;
		}
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	return found;
}
