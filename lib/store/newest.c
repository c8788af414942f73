/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/newest.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/pages.h"

#define POSITION (((uint64_t)1 << 48) - 1)

struct place {
	uint64_t hash;
	uint64_t rest; /* 16 more bits of hash, then position + 1; 0: free */
};

struct hp_newest {
	struct hp_hash_key key[2];
	struct place *place;
	size_t places, names; /* places: a power of two */
};

static struct place *allocate(size_t places)
{
	struct place *p = calloc(places, sizeof(*p));

	hp_pages_wish(p, places * sizeof(*p));
	return p;
}

int hp_newest_create(struct hp_newest **out, size_t names)
{
	struct hp_newest *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	for (x->places = 1024; x->places / 4 * 3 < names;)
		x->places *= 2;
	x->place = allocate(x->places);
	if (!x->place || getrandom(x->key, sizeof(x->key), 0) != (ssize_t)sizeof(x->key)) {
		hp_newest_destroy(x);
		return -ENOMEM;
	}
	*out = x;
	return 0;
}

void hp_newest_destroy(struct hp_newest *x)
{
	if (!x)
		return;
	free(x->place);
	free(x);
}

/* The place of that name, or the free one where it belongs. */
static struct place *find(const struct hp_newest *x, uint64_t hash, uint64_t more)
{
	size_t i = hash & (x->places - 1);

	while (x->place[i].rest && (x->place[i].hash != hash || x->place[i].rest >> 48 != more))
		i = (i + 1) & (x->places - 1);
	return &x->place[i];
}

static struct place *find_name(const struct hp_newest *x, const uint8_t *name, size_t len, uint64_t *hash, uint64_t *more)
{
	*hash = hp_hash(&x->key[0], name, len);
	*more = hp_hash(&x->key[1], name, len) >> 48;
	return find(x, *hash, *more);
}

static int grow(struct hp_newest *x)
{
	struct hp_newest wide = {.places = x->places * 2};

	wide.place = allocate(wide.places);
	if (!wide.place)
		return -ENOMEM;
	for (size_t i = 0; i < x->places; i++)
		if (x->place[i].rest)
			*find(&wide, x->place[i].hash, x->place[i].rest >> 48) = x->place[i];
	free(x->place);
	x->place = wide.place;
	x->places = wide.places;
	return 0;
}

int hp_newest_set(struct hp_newest *x, const uint8_t *name, size_t len, uint64_t position)
{
	uint64_t hash, more;
	struct place *p = find_name(x, name, len, &hash, &more);

	if (!p->rest && x->names + 1 > x->places / 4 * 3) {
		int ret = grow(x);

		if (ret)
			return ret;
		p = find(x, hash, more);
	}
	x->names += !p->rest;
	*p = (struct place){.hash = hash, .rest = more << 48 | (position + 1)};
	return 0;
}

bool hp_newest_is(const struct hp_newest *x, const uint8_t *name, size_t len, uint64_t position)
{
	uint64_t hash, more;
	const struct place *p = find_name(x, name, len, &hash, &more);

	return (p->rest & POSITION) == position + 1;
}
