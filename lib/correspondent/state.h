/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this room share: the correspondent itself, and a Binding Update on its way through them. */
#ifndef HP_CORRESPONDENT_STATE_H
#define HP_CORRESPONDENT_STATE_H

#include "base/rate.h"
#include "correspondent/correspondent.h"
#include "correspondent/entries.h"
#include "correspondent/nonces.h"
#include "wire/mh.h"

#define HP_CORRESPONDENT_UNIT_MS 4000 /* a Binding Update's unit of lifetime, §6.1.7 */

struct hp_correspondent {
	struct hp_correspondent_conf conf;
	struct hp_hmac *hmac;
	struct hp_nonces *nonces;
	struct hp_entries *entries;
	struct hp_wheel *wheel;
	uint16_t max_lifetime; /* units of 4 s */
	uint32_t give_way_at;  /* next id to look at for one that may give way */
	uint32_t reroute_at;   /* next id to look at */
	uint32_t renew_at;     /* the same, UINT32_MAX: nothing to do */
	bool (*keeps)(void *ctx, const struct hp_ip6 *correspondent);
	struct hp_rate events, refusals; /* told to the operator; counters tell them all */
	uint64_t count[HP_CN_COUNT], status[256];
};

/* A request to cache or to delete a binding (§9.5.2, §9.5.3). */
struct hp_cache_request {
	struct hp_entry_key key; /* the correspondent is what it was sent to, and so the source of the answer */
	struct hp_ip6 coa;       /* to be registered; of a deletion the home address, as the authenticator has it (§6.2.7) */
	struct hp_ip6 source;    /* of the IPv6 header: where the answer goes, §9.5.4 */
	uint16_t sequence, lifetime /* units of 4 s, 0: to delete */, home_nonce, careof_nonce;
	bool ack, own;
	uint8_t kbm[HP_KBM];
	uint64_t nonces_until_ms; /* none of them is accepted any more then */
};

#endif
