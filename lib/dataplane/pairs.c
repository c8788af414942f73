/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/pairs.h"

#include <errno.h>
#include <rte_malloc.h>

size_t hp_pairs_memory(uint32_t most)
{
	return most ? sizeof(struct hp_pairs) + hp_rows_memory(most) : 0;
}

int hp_pairs_create(struct hp_pairs **out, uint32_t most, int socket, struct hp_reclaim *reclaim)
{
	struct hp_pairs *x = rte_zmalloc_socket("pairs", sizeof(*x), RTE_CACHE_LINE_SIZE, socket);

	if (!x)
		return -ENOMEM;
	x->secret = hp_key_secret_wide();
	x->filter.secret = x->secret.word[0];
	x->most = most;
	if (hp_rows_create(&x->rows, most, socket, reclaim)) {
		hp_pairs_destroy(x);
		return -ENOMEM;
	}
	*out = x;
	return 0;
}

void hp_pairs_destroy(struct hp_pairs *x)
{
	if (!x)
		return;
	hp_rows_destroy(&x->rows);
	rte_free(x);
}

struct key {
	const struct hp_ip6 *hoa, *correspondent;
};

static bool is(const void *table, uint32_t position, const void *key)
{
	const struct hp_pair *pair = table;
	const struct key *k = key;

	return hp_pair_is(&pair[position], k->hoa, k->correspondent);
}

static uint32_t find(const struct hp_pairs *x, uint64_t hash, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent)
{
	return hp_index_search(x->rows.index, hash, is, x->rows.row, &(struct key){hoa, correspondent});
}

const struct hp_pair *hp_pairs_search(const struct hp_pairs *x, uint64_t hash, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent)
{
	const uint32_t at = find(x, hash, hoa, correspondent);

	return at == HP_INDEX_NONE ? NULL : hp_rows_at(&x->rows, at);
}

int hp_pairs_put(struct hp_pairs *x, const struct hp_pair *p, struct hp_pair *old, bool *had)
{
	const uint64_t hash = hp_key_hash_pair(&x->secret, &p->hoa, &p->correspondent);
	const uint32_t before = find(x, hash, &p->hoa, &p->correspondent);
	int ret;

	*had = before != HP_INDEX_NONE;
	if (*had) {
		*old = *(const struct hp_pair *)hp_rows_at(&x->rows, before);
		return hp_rows_put(&x->rows, hash, before, p);
	}
	if (x->count == x->most)
		return -ENOSPC;
	hp_filter_change(&x->filter, &p->hoa, true);
	ret = hp_rows_put(&x->rows, hash, before, p);
	if (ret)
		hp_filter_change(&x->filter, &p->hoa, false);
	else
		x->count++;
	return ret;
}

int hp_pairs_remove(struct hp_pairs *x, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent, struct hp_pair *old)
{
	const uint64_t hash = hp_key_hash_pair(&x->secret, hoa, correspondent);
	const uint32_t before = find(x, hash, hoa, correspondent);
	int ret;

	if (before == HP_INDEX_NONE)
		return -ENOENT;
	*old = *(const struct hp_pair *)hp_rows_at(&x->rows, before);
	ret = hp_rows_remove(&x->rows, hash, before);
	if (ret)
		return ret;
	hp_filter_change(&x->filter, hoa, false);
	x->count--;
	return 0;
}
