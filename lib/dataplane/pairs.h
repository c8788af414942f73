/* SPDX-License-Identifier: BSD-3-Clause */
/* Correspondents' bindings as workers see them (RFC 6275 §9.1), by (home address, correspondent). Only those of hosts that we act for: what
 * concerns addresses of ours is the management core's. */
#ifndef HP_DATAPLANE_PAIRS_H
#define HP_DATAPLANE_PAIRS_H

#include "base/ip6.h"
#include "dataplane/filter.h"
#include "dataplane/key.h"
#include "dataplane/rows.h"

struct hp_pair {
	struct hp_ip6 hoa, correspondent; /* the key */
	struct hp_ip6 coa;
	uint32_t id;
	uint32_t path; /* path.h */
	uint16_t mtu;  /* of the path to coa */
} __attribute__((aligned(HP_ROW)));
_Static_assert(sizeof(struct hp_pair) == HP_ROW, "a row");

struct hp_pairs {
	struct hp_key_secret secret;
	struct hp_rows rows;     /* struct hp_pair */
	struct hp_filter filter; /* of home addresses */
	/* Management's. */
	uint32_t most, count;
};

int hp_pairs_create(struct hp_pairs **out, uint32_t most, int socket, struct hp_reclaim *reclaim);
void hp_pairs_destroy(struct hp_pairs *pairs); /* no reader left, reclaim empty; safe on NULL */
size_t hp_pairs_memory(uint32_t most);

/* Management. Publishes a copy of *p; what was there under its key is retired and, by value, in *old when *had. 0, -ENOSPC, -ENOMEM. */
int hp_pairs_put(struct hp_pairs *pairs, const struct hp_pair *p, struct hp_pair *old, bool *had);
int hp_pairs_remove(struct hp_pairs *pairs, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
		    struct hp_pair *old); /* 0, -ENOENT, -ENOMEM */

/* A worker's lookup (rows.h). What confirm returns is valid until the next quiescent point. */
static inline uint64_t hp_pairs_ask(const struct hp_pairs *pairs, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent)
{
	const uint64_t hash = hp_key_hash_pair(&pairs->secret, hoa, correspondent);

	hp_rows_ask(&pairs->rows, hash);
	return hash;
}

static inline uint32_t hp_pairs_candidate(const struct hp_pairs *pairs, uint64_t hash)
{
	return hp_rows_candidate(&pairs->rows, hash);
}

static inline bool hp_pair_is(const struct hp_pair *p, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent)
{
	return hp_ip6_eq(&p->hoa, hoa) && hp_ip6_eq(&p->correspondent, correspondent);
}

/* The rare case: a bucket that continues, or two keys with one tag. */
const struct hp_pair *hp_pairs_search(const struct hp_pairs *pairs, uint64_t hash, const struct hp_ip6 *hoa,
				      const struct hp_ip6 *correspondent);

static inline const struct hp_pair *hp_pairs_confirm(const struct hp_pairs *pairs, uint32_t at, uint64_t hash, const struct hp_ip6 *hoa,
						     const struct hp_ip6 *correspondent)
{
	const struct hp_pair *p;

	if (at == HP_INDEX_NONE)
		return NULL;
	if (likely(at != HP_INDEX_SEARCH)) {
		p = hp_rows_at(&pairs->rows, at);
		if (likely(hp_pair_is(p, hoa, correspondent)))
			return p;
	}
	return hp_pairs_search(pairs, hash, hoa, correspondent);
}

#endif
