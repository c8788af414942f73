/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path.h"

#include <errno.h>
#include <rte_hash.h>
#include <rte_malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/effect.h"
#include "dataplane/key.h"

#define SPARE 1024

/* Management's truth beside what is published. */
struct truth {
	uint32_t references;
	bool known; /* the neighbour core said where it is */
};

struct hp_paths {
	struct hp_paths_front front; /* published: NULL where never used */
	uint32_t most, high;         /* numbers below `high` have been used */
	struct truth *truth;
	uint32_t *free_number;
	uint32_t free_count;
	struct hp_path *store; /* most + SPARE of them */
	uint32_t *free_store;
	uint32_t free_stored;
	struct rte_hash *hash; /* hp_key32 -> number */
	struct hp_reclaim *reclaim;
	unsigned int links;
	struct hp_path_link *link;
};

size_t hp_paths_memory(uint32_t most)
{
	return (size_t)(most + SPARE) * (sizeof(struct hp_path) + sizeof(void *) + sizeof(struct truth) + 2 * sizeof(uint32_t) + 96);
}

/* Takes a stored path's place in the table; the one before it is retired. */
static void store_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_paths *p = owner;

	(void)ptr;
	p->free_store[p->free_stored++] = number;
}

static void number_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_paths *p = owner;

	(void)ptr;
	p->free_number[p->free_count++] = number;
}

static void position_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_paths *p = owner;

	(void)ptr;
	rte_hash_free_key_with_position(p->hash, (int32_t)number);
}

static int publish(struct hp_paths *p, uint32_t number, const struct hp_path *path)
{
	const struct hp_path *before = p->front.published[number];
	struct hp_path *fresh;

	if (hp_reclaim_reserve(p->reclaim, 1))
		return -ENOMEM;
	if (!p->free_stored)
		hp_reclaim_poll(p->reclaim, SIZE_MAX);
	if (!p->free_stored)
		return -ENOSPC;
	fresh = &p->store[p->free_store[--p->free_stored]];
	*fresh = *path;
	fresh->number = number;
	__atomic_store_n(&p->front.published[number], fresh, __ATOMIC_RELEASE);
	if (before)
		hp_reclaim_retire(p->reclaim, store_back, p, NULL, (uint32_t)(before - p->store));
	return 0;
}

int hp_paths_create(struct hp_paths **out, uint32_t most, unsigned int links, const struct hp_path_link *link, int socket,
		    struct hp_reclaim *reclaim)
{
	struct rte_hash_parameters hp = {
		.name = "hp_paths",
		.entries = most + SPARE,
		.key_len = sizeof(struct hp_key32),
		.hash_func = hp_key_hash,
		.hash_func_init_val = hp_key_secret(),
		.socket_id = socket,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	struct hp_paths *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->most = most;
	p->reclaim = reclaim;
	p->links = links;
	p->front.published = rte_zmalloc_socket("paths", most * sizeof(*p->front.published), RTE_CACHE_LINE_SIZE, socket);
	p->store = rte_zmalloc_socket("path store", (most + SPARE) * sizeof(*p->store), RTE_CACHE_LINE_SIZE, socket);
	p->truth = calloc(most, sizeof(*p->truth));
	p->free_number = calloc(most, sizeof(*p->free_number));
	p->free_store = calloc(most + SPARE, sizeof(*p->free_store));
	p->link = calloc(links ? links : 1, sizeof(*p->link));
	p->hash = rte_hash_create(&hp);
	if (!p->front.published || !p->store || !p->truth || !p->free_number || !p->free_store || !p->link || !p->hash)
		goto destroy;
	memcpy(p->link, link, links * sizeof(*link));
	for (uint32_t i = 0; i < most + SPARE; i++)
		p->free_store[i] = most + SPARE - 1 - i;
	p->free_stored = most + SPARE;
	p->high = 1;
	if (publish(p, HP_PATH_NO_ROUTE, &(struct hp_path){.state = HP_PATH_NOWHERE}))
		goto destroy;
	p->truth[HP_PATH_NO_ROUTE].references = 1;
	*out = p;
	return 0;
destroy:
	hp_paths_destroy(p);
	return -ENOMEM;
}

void hp_paths_destroy(struct hp_paths *p)
{
	if (!p)
		return;
	rte_hash_free(p->hash);
	rte_free(p->front.published);
	rte_free(p->store);
	free(p->truth);
	free(p->free_number);
	free(p->free_store);
	free(p->link);
	free(p);
}

size_t hp_paths_ethernet(const struct hp_paths *p, uint16_t link, const struct hp_mac *to, uint8_t eth[HP_PATH_ETHER])
{
	const struct hp_path_link *l = &p->link[link];

	memcpy(eth, to, 6);
	memcpy(eth + 6, &l->mac, 6);
	if (!l->vlan) {
		memcpy(eth + 12, (uint8_t[]){0x86, 0xdd}, 2);
		return 14;
	}
	memcpy(eth + 12, (uint8_t[]){0x81, 0x00, (uint8_t)(l->vlan >> 8), (uint8_t)l->vlan, 0x86, 0xdd}, 6);
	return 18;
}

static struct hp_path unresolved(const struct hp_paths *p, uint16_t link, const struct hp_ip6 *next_hop)
{
	return (struct hp_path){
		.state = HP_PATH_UNRESOLVED, .port = p->link[link].port, .link = link, .mtu = p->link[link].mtu, .next_hop = *next_hop};
}

/* The number of (link, address), made when new. */
static uint32_t number_of(struct hp_paths *p, uint16_t link, const struct hp_ip6 *address)
{
	const struct hp_key32 key = {.address = *address, .number = link};
	struct hp_path path;
	uint32_t number;
	void *data;

	if (rte_hash_lookup_data(p->hash, &key, &data) >= 0)
		return (uint32_t)(uintptr_t)data;
	if (!p->free_count && p->high == p->most)
		hp_reclaim_poll(p->reclaim, SIZE_MAX);
	if (!p->free_count && p->high == p->most)
		return HP_PATH_NONE;
	number = p->free_count ? p->free_number[--p->free_count] : p->high++;
	path = unresolved(p, link, address);
	if (publish(p, number, &path) || rte_hash_add_key_data(p->hash, &key, (void *)(uintptr_t)number) < 0) {
		p->free_number[p->free_count++] = number;
		return HP_PATH_NONE;
	}
	p->truth[number] = (struct truth){0};
	return number;
}

/* Nobody points to it and nobody knows where it is. Without memory to retire it stays until next asked. */
static void forget_if_idle(struct hp_paths *p, uint32_t number)
{
	const struct hp_path *path = p->front.published[number];
	struct hp_key32 key;
	int32_t at;

	if (p->truth[number].references || p->truth[number].known || hp_reclaim_reserve(p->reclaim, 3))
		return;
	key = (struct hp_key32){.address = path->next_hop, .number = path->link};
	at = rte_hash_del_key(p->hash, &key);
	if (at >= 0)
		hp_reclaim_retire(p->reclaim, position_back, p, NULL, (uint32_t)at);
	/* A worker may hold the number until its grace period is over, so the path stays readable that long. */
	hp_reclaim_retire(p->reclaim, number_back, p, NULL, number);
}

uint32_t hp_paths_hold(struct hp_paths *p, uint16_t link, const struct hp_ip6 *next_hop)
{
	uint32_t number = link < p->links && p->link[link].real ? number_of(p, link, next_hop) : HP_PATH_NO_ROUTE;

	if (number != HP_PATH_NONE)
		p->truth[number].references++;
	return number;
}

uint32_t hp_paths_hold_spare(struct hp_paths *p, uint16_t link, const struct hp_ip6 *next_hop)
{
	const struct hp_key32 key = {.address = *next_hop, .number = link};
	const bool may = p->high - p->free_count < p->most - p->most / 4 || rte_hash_lookup(p->hash, &key) >= 0;
	const uint32_t number = may ? hp_paths_hold(p, link, next_hop) : HP_PATH_NONE;

	return number == HP_PATH_NONE ? hp_paths_hold(p, HP_LINK_NONE, next_hop) : number;
}

void hp_paths_release(struct hp_paths *p, uint32_t number)
{
	p->truth[number].references--;
	forget_if_idle(p, number);
}

int hp_paths_neighbor(struct hp_paths *p, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, bool usable)
{
	uint8_t eth[HP_PATH_ETHER];
	struct hp_path path;
	uint32_t number;
	int ret;

	if (link >= p->links || !p->link[link].real)
		return -EINVAL;
	number = number_of(p, link, address);
	if (number == HP_PATH_NONE)
		return -ENOSPC;
	path = unresolved(p, link, address);
	if (usable) {
		path.state = HP_PATH_RESOLVED;
		path.eth_len = (uint8_t)hp_paths_ethernet(p, link, mac, eth);
		memcpy(path.eth + HP_PATH_ETHER - path.eth_len, eth, path.eth_len);
	}
	ret = publish(p, number, &path);
	if (ret)
		return ret;
	p->truth[number].known = usable;
	forget_if_idle(p, number);
	return 0;
}

bool hp_paths_next(const struct hp_paths *p, uint32_t *at, const struct hp_path **path)
{
	while (++*at < p->high) {
		if (!p->truth[*at].known)
			continue;
		*path = p->front.published[*at];
		return true;
	}
	*at = 0;
	return false;
}

void hp_paths_find_bulk(const struct hp_paths *p, const uint16_t link[], const struct hp_ip6 *const address[], unsigned int n,
			uint32_t number[])
{
	struct hp_key32 key[RTE_HASH_LOOKUP_BULK_MAX];
	const void *key_at[RTE_HASH_LOOKUP_BULK_MAX];
	void *data[RTE_HASH_LOOKUP_BULK_MAX];
	uint64_t hit = 0;

	if (!n)
		return;
	for (unsigned int i = 0; i < n; i++) {
		key[i] = (struct hp_key32){.address = *address[i], .number = link[i]};
		key_at[i] = &key[i];
	}
	rte_hash_lookup_bulk_data(p->hash, key_at, n, &hit, data);
	for (unsigned int i = 0; i < n; i++)
		number[i] = hit >> i & 1 ? (uint32_t)(uintptr_t)data[i] : HP_PATH_NONE;
}

uint32_t hp_paths_most(const struct hp_paths *p)
{
	return p->most;
}
