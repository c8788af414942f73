/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/entries.h"

#include <errno.h>
#include <stdlib.h>

#include "base/pages.h"

#define CHUNK  16384
#define NONE   UINT32_MAX
#define SHARES 256
#define SUBNET 8 /* octets of a care-of address that are its network's */

struct hp_entries {
	struct hp_table *table;
	struct hp_hash_key key;
	uint32_t max, reach; /* ids below `reach` have been given out once */
	size_t valid, places;
	struct id {
		struct hp_entry *entry; /* NULL: free */
		uint32_t next;          /* then: the next free one */
	} * id;
	uint32_t free_id;
	struct hp_table_node *free_place;
	struct {
		uint32_t valid, all;
	} share[SHARES];
	size_t chunks;
	struct hp_entry **chunk;
};

static size_t most(const struct hp_entries *s)
{
	return (size_t)s->max * 2;
}

int hp_entries_create(struct hp_entries **out, uint32_t max, uint64_t seed)
{
	struct hp_entries *s = calloc(1, sizeof(*s));
	struct hp_random random;
	struct hp_hash_key table;

	if (!s)
		return -ENOMEM;
	hp_random_seed(&random, seed);
	table = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	s->key = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	s->max = max;
	s->free_id = NONE;
	s->id = calloc(max, sizeof(*s->id));
	s->chunk = calloc(most(s) / CHUNK + 1, sizeof(*s->chunk));
	_Static_assert(sizeof(struct hp_entry_key) == 32, "padding in a hashed key");
	if (!s->id || !s->chunk ||
	    hp_table_create(&s->table, offsetof(struct hp_entry, key) - offsetof(struct hp_entry, node), sizeof(struct hp_entry_key),
			    table)) {
		hp_entries_destroy(s);
		return -ENOMEM;
	}
	*out = s;
	return 0;
}

void hp_entries_destroy(struct hp_entries *s)
{
	if (!s)
		return;
	hp_table_destroy(s->table);
	for (size_t i = 0; i < s->chunks; i++)
		free(s->chunk[i]);
	free(s->chunk);
	free(s->id);
	free(s);
}

static struct hp_entry *entry_of(struct hp_table_node *n)
{
	return n ? hp_container_of(n, struct hp_entry, node) : NULL;
}

struct hp_entry *hp_entries_find(const struct hp_entries *s, const struct hp_entry_key *key)
{
	return entry_of(hp_table_find(s->table, key));
}

uint32_t hp_entries_hash(const struct hp_entries *s, const void *octets, size_t len)
{
	return (uint32_t)hp_hash(&s->key, octets, len) | 1;
}

static unsigned int share_of(const struct hp_entries *s, const struct hp_ip6 *coa)
{
	return hp_hash(&s->key, coa, SUBNET) % SHARES;
}

static size_t eighth(size_t n)
{
	return (n + 7) / 8;
}

bool hp_entries_crowded(const struct hp_entries *s, const struct hp_ip6 *coa, bool fresh)
{
	const unsigned int i = share_of(s, coa);
	const size_t all = fresh ? hp_table_count(s->table) : 0;

	return (s->valid > s->max / 2 && s->share[i].valid >= eighth(s->max)) || (all > most(s) / 2 && s->share[i].all >= eighth(most(s)));
}

static int take_place(struct hp_entries *s, struct hp_entry **out)
{
	const size_t left = most(s) - s->places, chunk = left < CHUNK ? left : CHUNK;

	if (s->free_place) {
		*out = entry_of(s->free_place);
		s->free_place = s->free_place->next;
		return 0;
	}
	if (!left)
		return -ENOSPC;
	if (s->places == s->chunks * CHUNK) {
		s->chunk[s->chunks] = malloc(chunk * sizeof(struct hp_entry));
		if (!s->chunk[s->chunks])
			return -ENOMEM;
		hp_pages_wish(s->chunk[s->chunks++], chunk * sizeof(struct hp_entry));
	}
	*out = &s->chunk[s->places / CHUNK][s->places % CHUNK];
	s->places++;
	return 0;
}

static void give_place(struct hp_entries *s, struct hp_entry *e)
{
	e->node.next = s->free_place;
	s->free_place = &e->node;
}

int hp_entries_add(struct hp_entries *s, const struct hp_entry_key *key, const struct hp_ip6 *coa, struct hp_entry **out)
{
	struct hp_entry *e;
	int ret = take_place(s, &e);

	if (ret)
		return ret;
	*e = (struct hp_entry){.key = *key, .coa = *coa, .id = HP_ENTRY_MEMORY};
	ret = hp_table_insert(s->table, &e->node);
	if (ret) {
		give_place(s, e);
		return ret;
	}
	s->share[share_of(s, coa)].all++;
	*out = e;
	return 0;
}

void hp_entries_remove(struct hp_entries *s, struct hp_entry *e)
{
	s->share[share_of(s, &e->coa)].all--;
	hp_table_remove(s->table, &e->node);
	give_place(s, e);
}

int hp_entries_begin(struct hp_entries *s, struct hp_entry *e)
{
	uint32_t id = s->free_id;

	if (id != NONE)
		s->free_id = s->id[id].next;
	else if (s->reach < s->max)
		id = s->reach++;
	else
		return -ENOSPC;
	s->id[id].entry = e;
	e->id = id;
	s->valid++;
	s->share[share_of(s, &e->coa)].valid++;
	return 0;
}

void hp_entries_end(struct hp_entries *s, struct hp_entry *e)
{
	s->share[share_of(s, &e->coa)].valid--;
	s->valid--;
	s->id[e->id] = (struct id){.next = s->free_id};
	s->free_id = e->id;
	e->id = HP_ENTRY_MEMORY;
}

void hp_entries_move(struct hp_entries *s, struct hp_entry *e, const struct hp_ip6 *coa)
{
	const uint32_t valid = e->id != HP_ENTRY_MEMORY;
	unsigned int i = share_of(s, &e->coa);

	s->share[i].all--;
	s->share[i].valid -= valid;
	e->coa = *coa;
	i = share_of(s, coa);
	s->share[i].all++;
	s->share[i].valid += valid;
}

struct hp_entry *hp_entries_at(const struct hp_entries *s, uint32_t id)
{
	return id < s->reach ? s->id[id].entry : NULL;
}

uint32_t hp_entries_reach(const struct hp_entries *s)
{
	return s->reach;
}

size_t hp_entries_valid(const struct hp_entries *s)
{
	return s->valid;
}

size_t hp_entries_page(const struct hp_entries *s, bool first, uint64_t after, size_t max, struct hp_table_node **out, size_t cap,
		       uint64_t *next, bool *more)
{
	return hp_table_page(s->table, first, after, max, out, cap, next, more);
}

size_t hp_entries_memory(const struct hp_entries *s)
{
	return sizeof(*s) + (most(s) / CHUNK + 1) * sizeof(*s->chunk) + s->reach * sizeof(*s->id) +
	       s->chunks * CHUNK * sizeof(struct hp_entry) + hp_table_memory(s->table);
}
