/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of a host that we act for to a home address of which it has a binding: a type 2 routing header goes in, and they leave straight for the
 * care-of address (RFC 6275 §9.3.2, §6.4). What cannot go so goes by the home agent, as if there were no binding. */
#include "dataplane/fragment.h"
#include "dataplane/optimize.h"
#include "wire/icmp6.h"

static bool is_discovery(uint8_t type)
{
	return type >= HP_ICMP6_RS && type <= HP_ICMP6_REDIRECT;
}

/* Why a packet goes by the home agent, HP_DP_COUNT: it need not. Its chain of headers is read as far as it can be: AH would cover the routing
 * header, which its sender knows nothing of; another routing header must have been used up (§6.4); discovery and the Mobility Header never
 * have one (§9.3.2). */
static enum hp_dp_counter detour(const struct hp_header *h, uint32_t len)
{
	struct hp_reader r = hp_reader(h, len), body;
	uint8_t proto = h->next, was = proto;
	bool later;

	hp_read_bytes(&r, HP_IP6_HEADER);
	for (int n = 0; n < HP_WALK_MAX && proto != HP_PROTO_AH && hp_transit_step(&r, &proto, &body); n++, was = proto)
		if (was == HP_PROTO_ROUTING && body.at[1])
			return HP_DP_HOME_PATH_ROUTING;
	later = proto == HP_PROTO_FRAGMENT;
	if (later)
		proto = hp_read_u8(&r);
	if (proto == HP_PROTO_AH)
		return HP_DP_HOME_PATH_AH;
	if (!hp_reader_ok(&r) || (!later && hp_transit_is_header(proto)))
		return HP_DP_HOME_PATH_CHAIN;
	if (proto == HP_PROTO_MH || (proto == HP_PROTO_ICMPV6 && !later && is_discovery(hp_read_u8(&r))))
		return HP_DP_HOME_PATH_SIGNALLING;
	return HP_DP_COUNT;
}

/* Behind `head` octets, of which the one at `name` says what follows them. Written, never read back: both sides of the gap lie over each other. */
static __rte_always_inline bool insert(struct rte_mbuf *m, const struct hp_pair *p, unsigned int head, unsigned int name)
{
	const uint8_t *old = rte_pktmbuf_mtod(m, const uint8_t *);
	const uint16_t payload = (uint16_t)(m->data_len - HP_IP6_HEADER + HP_OPTIMIZE_RH2);
	const uint8_t next = old[name], hop_limit = ((const struct hp_header *)old)->hop_limit;
	uint8_t *fresh = (uint8_t *)rte_pktmbuf_prepend(m, HP_OPTIMIZE_RH2), *rh;
	struct hp_header *h = (struct hp_header *)fresh;

	if (!fresh)
		return false;
	memmove(fresh, old, head);
	rh = fresh + head;
	fresh[name] = HP_PROTO_ROUTING;
	memcpy(rh, (uint8_t[]){next, 2, 2, 1, 0, 0, 0, 0}, HP_OPTIMIZE_RH2 - sizeof(p->hoa));
	memcpy(rh + HP_OPTIMIZE_RH2 - sizeof(p->hoa), &p->hoa, sizeof(p->hoa));
	hp_header_set_payload(h, payload);
	h->hop_limit = (uint8_t)(hop_limit - 1);
	h->dst = p->coa;
	return true;
}

/* False: it has no binding that it could go by. */
static inline bool one(struct hp_worker *w, struct rte_mbuf *m, const struct hp_pair *p)
{
	const struct hp_header *h = hp_header(m);
	const uint32_t len = m->data_len + (uint32_t)HP_OPTIMIZE_RH2;
	enum hp_dp_counter why = HP_DP_COUNT;
	unsigned int head = HP_IP6_HEADER, name = offsetof(struct hp_header, next);
	bool inserted;

	if (unlikely(hp_transit_is_header(h->next)) || h->next == HP_PROTO_ICMPV6 || h->next == HP_PROTO_MH)
		why = detour(h, m->data_len);
	if (p->path == HP_PATH_NO_ROUTE)
		why = HP_DP_HOME_PATH_NO_ROUTE;
	/* What is larger than the least MTU is told what fits with the header; what is not, and does not, would never learn (RFC 8201 §4). */
	else if (len > p->mtu && m->data_len <= HP_IP6_MIN_MTU)
		why = HP_DP_HOME_PATH_SIZE;
	if (why != HP_DP_COUNT) {
		hp_count(w, why, 1);
		return false;
	}
	if (h->hop_limit <= 1) {
		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_HOP_LIMIT, 0);
		return true;
	}
	if (len > p->mtu) {
		const uint32_t most = p->mtu - HP_OPTIMIZE_RH2;

		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_TOO_BIG, p->mtu > HP_IP6_MIN_MTU + HP_OPTIMIZE_RH2 ? most : HP_IP6_MIN_MTU);
		return true;
	}
	if (likely(!hp_transit_is_header(h->next))) {
		inserted = insert(m, p, HP_IP6_HEADER, offsetof(struct hp_header, next));
	} else {
		head = hp_fragment_head(m, &name);
		inserted = insert(m, p, head, name);
	}
	if (!inserted) {
		hp_drop(w, m, HP_DP_DROP_TOO_LONG);
		return true;
	}
	hp_meta(m)->path = p->path;
	hp_optimize_used(w, p->id);
	hp_lane_add(&w->output, m);
	return true;
}

void hp_stage_optimize_out(struct hp_worker *w)
{
	const struct hp_pairs *pairs = w->shared->pairs;
	struct hp_lane *in = &w->optimize->out;
	const unsigned int before = w->output.n;
	uint64_t hash[HP_BURST];
	uint32_t at[HP_BURST];

	for (unsigned int i = 0; i < in->n; i++)
		hash[i] = hp_pairs_ask(pairs, &hp_header(in->m[i])->dst, &hp_header(in->m[i])->src);
	for (unsigned int i = 0; i < in->n; i++)
		at[i] = hp_pairs_candidate(pairs, hash[i]);
	for (unsigned int i = 0; i < in->n; i++) {
		struct rte_mbuf *m = in->m[i];
		const struct hp_header *h = hp_header(m);
		const struct hp_pair *p = hp_pairs_confirm(pairs, at[i], hash[i], &h->dst, &h->src);

		if (!p || !one(w, m, p))
			hp_destination_plain(w, m, &h->dst);
	}
	in->n = 0;
	hp_count(w, HP_DP_OPTIMIZED_OUT, w->output.n - before);
}
