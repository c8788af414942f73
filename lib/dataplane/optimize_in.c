/* SPDX-License-Identifier: BSD-3-Clause */
/* What of Mobile IPv6 is for a host that we act for (RFC 6275 §9): with the Home Address option a packet is from the home address if there is
 * a binding that says so, and the host gets it as if it had been sent from there (§9.3.1); Mobility Headers, and errors about packets that
 * have left by optimize_out, are the management core's. The checksum is as right as it was: its sender made it over the home address. */
#include "dataplane/optimize.h"
#include "wire/mh.h"

#define MH_TYPE             2 /* octet of the Mobility Header */
#define OPTION_PAD1         0
#define OPTION_PADN         1
#define OPTION_HOME_ADDRESS 0xc9
#define OPTION              18 /* octets of the Home Address option */
#define HEADER              24 /* of a destination options header with it and the padding before it (§6.3) */

/* Everything but next header and length as nearly every sender writes it: alone, behind the two octets that align it. */
static inline const struct hp_ip6 *plain_option(const struct rte_mbuf *m)
{
	static const uint8_t shape[8] = {0, HEADER / 8 - 1, OPTION_PADN, 2, 0, 0, OPTION_HOME_ADDRESS, sizeof(struct hp_ip6)};
	const struct hp_header *h = hp_header(m);
	uint64_t is, want;

	if (h->next != HP_PROTO_DSTOPTS || m->data_len < HP_IP6_HEADER + HEADER)
		return NULL;
	memcpy(&is, h + 1, sizeof(is));
	memcpy(&want, shape, sizeof(want));
	if ((is ^ want) & rte_cpu_to_be_64(UINT64_MAX >> 8))
		return NULL;
	return (const struct hp_ip6 *)((const uint8_t *)(h + 1) + HEADER - sizeof(struct hp_ip6));
}

/* Onward, from where the option was not, or is no more. */
static void pass(struct hp_worker *w, struct rte_mbuf *m)
{
	if (!hp_optimize_out_add(w, m))
		hp_destination_plain(w, m, &hp_header(m)->dst);
}

static inline void arrived(struct hp_worker *w, struct rte_mbuf *m, const struct hp_pair *p)
{
	if (p)
		hp_optimize_used(w, p->id);
	hp_count(w, HP_DP_OPTIMIZED_IN, 1);
	hp_destination_plain(w, m, &hp_header(m)->dst);
}

/* The first octets of the packet move over some behind them. */
static __rte_always_inline void close_gap(struct rte_mbuf *m, unsigned int at, unsigned int len)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(data + len, data, at);
	m->data_off = (uint16_t)(m->data_off + len);
	m->data_len = (uint16_t)(m->data_len - len);
	m->pkt_len = m->data_len;
	hp_header_set_payload((struct hp_header *)(data + len), (uint16_t)(m->data_len - HP_IP6_HEADER));
}

static inline void strip_plain(struct rte_mbuf *m)
{
	struct hp_header *h = hp_header(m);
	const struct hp_ip6 hoa = *plain_option(m);

	h->next = *(const uint8_t *)(h + 1);
	close_gap(m, HP_IP6_HEADER, HEADER);
	hp_header(m)->src = hoa;
}

/* Whether an options header of `len` octets has nothing in it beside the option at `hao` and padding. */
static bool only_padding(const uint8_t *header, unsigned int len, const uint8_t *hao)
{
	const uint8_t *end = header + len;

	for (const uint8_t *o = header + 2; o < end; o += *o == OPTION_PAD1 ? 1 : o[1] + 2)
		if (o != hao && *o != OPTION_PAD1 && *o != OPTION_PADN)
			return false;
	return true;
}

/* The packet walked well. The header of the option goes, if nothing else is in it; else the option becomes padding: the others stay where they are,
 * and so aligned. */
static void strip(struct rte_mbuf *m, const struct hp_packet *p)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
	unsigned int at = HP_IP6_HEADER, name = offsetof(struct hp_header, next), len = (data[at + 1] + 1u) * 8;

	for (; at + len <= p->hao_at; len = (data[at + 1] + 1u) * 8) {
		name = at;
		at += len;
	}
	if (only_padding(data + at, len, data + p->hao_at)) {
		data[name] = data[at];
		close_gap(m, at, len);
	} else {
		memset(data + p->hao_at, 0, OPTION);
		data[p->hao_at] = OPTION_PADN;
		data[p->hao_at + 1] = OPTION - 2;
	}
	hp_header(m)->src = p->hoa;
}

/* An ICMPv6 error about a packet of its receiver's that has left by optimize_out: with a type 2 routing header, on its way or, from the node itself, used
 * up. */
static bool about_ours(const struct hp_packet *p)
{
	struct hp_reader r, body;
	const struct hp_header *quoted;
	uint8_t proto, was;

	if (p->is_fragment || p->proto != HP_PROTO_ICMPV6 || hp_packet_payload_len(p) < 8 || *hp_packet_payload(p) >= 128)
		return false;
	r = hp_reader(hp_packet_payload(p) + 8, hp_packet_payload_len(p) - 8);
	quoted = (const struct hp_header *)hp_read_bytes(&r, HP_IP6_HEADER);
	if (!quoted || !hp_ip6_eq(&quoted->src, &p->dst))
		return false;
	proto = was = quoted->next;
	for (int n = 0; n < HP_WALK_MAX && hp_transit_step(&r, &proto, &body); n++, was = proto)
		if (was == HP_PROTO_ROUTING && body.at[0] == 2 && body.at[1] <= 1)
			return hp_reader_left(&body) == HP_OPTIMIZE_RH2 - 2;
	return false;
}

/* The counter of a Home Address option that no packet may have, HP_DP_COUNT: it is none. */
static enum hp_dp_counter refused(enum hp_walk walk)
{
	switch (walk) {
	case HP_WALK_HAO_MISPLACED:
		return HP_DP_DROP_HAO_MISPLACED;
	case HP_WALK_HAO_REPEATED:
		return HP_DP_DROP_HAO_REPEATED;
	case HP_WALK_HAO_LENGTH:
		return HP_DP_DROP_HAO_LENGTH;
	case HP_WALK_HAO_ADDRESS:
		return HP_DP_DROP_HAO_ADDRESS;
	default:
		return HP_DP_COUNT;
	}
}

static const struct hp_pair *pair_of(const struct hp_worker *w, const struct hp_packet *p)
{
	const struct hp_pairs *pairs = w->shared->pairs;
	const uint64_t hash = hp_pairs_ask(pairs, &p->hoa, &p->dst);
	const struct hp_pair *pair = hp_pairs_search(pairs, hash, &p->hoa, &p->dst);

	return pair && hp_ip6_eq(&pair->coa, &p->src) ? pair : NULL;
}

/* With an option that is where it may be. True: taken. */
static bool optional(struct hp_worker *w, struct rte_mbuf *m, const struct hp_packet *p, bool bound)
{
	const struct hp_pair *pair = p->proto == HP_PROTO_AH ? NULL : pair_of(w, p);

	/* ESP is its own proof (§9.3.1). Fragments say nothing of what is in them until they are put together. */
	if (pair || (p->proto == HP_PROTO_ESP && !p->is_fragment && !bound)) {
		const bool ours = about_ours(p);

		strip(m, p);
		if (ours)
			hp_punt(w, m, HP_PUNT_ERROR, HP_PUNT_LOCAL, 0);
		else
			arrived(w, m, pair);
		return true;
	}
	if (bound)
		return false;
	/* AH covers the option, and its receiver has no binding to judge it by. */
	if (p->proto == HP_PROTO_AH)
		hp_drop(w, m, HP_DP_DROP_HAO_AH);
	else
		hp_punt(w, m, HP_PUNT_HOME_ADDRESS, HP_PUNT_LOCAL, 0);
	return true;
}

/* What only a mobile node is sent. One may be visiting among the hosts that we act for, and nobody else asks for it. */
static bool for_mobile_node(const struct hp_packet *p)
{
	const uint8_t type = hp_packet_payload_len(p) > MH_TYPE ? hp_packet_payload(p)[MH_TYPE] : HP_MH_BU;

	return type == HP_MH_BRR || type == HP_MH_HOT || type == HP_MH_COT || type == HP_MH_BA || type == HP_MH_BE;
}

/* Of any shape, for somebody that a prefix of ours covers. True: taken. */
static bool taken(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_hot *hot = w->shared->hot;
	const struct hp_ip6 *dst = &hp_header(m)->dst;
	const struct hp_hot_entry *e;
	enum hp_dp_counter why;
	enum hp_walk walk;
	struct hp_packet p;

	/* An address of ours, or a home address that is bound: its tunnel's, but for a binding of the time when it was none. */
	e = hp_hot_may_have(hot, dst) ? hp_hot_find(hot, dst) : NULL;
	walk = hp_packet_read(&p, rte_pktmbuf_mtod(m, void *), m->data_len);
	if (walk != HP_WALK_OK) {
		/* Other headers are its receiver's to judge, and the option behind them with them: it believes none. */
		why = e ? HP_DP_COUNT : refused(walk);
		if (why != HP_DP_COUNT)
			hp_drop(w, m, why);
		return why != HP_DP_COUNT;
	}
	if (p.proto == HP_PROTO_MH && !p.is_fragment && !e) {
		if (for_mobile_node(&p))
			return false;
		hp_punt_mobility(w, m, &p);
		return true;
	}
	if (p.has_hao)
		return optional(w, m, &p, e != NULL);
	if (e || !about_ours(&p))
		return false;
	hp_punt(w, m, HP_PUNT_ERROR, HP_PUNT_LOCAL, 0);
	return true;
}

/* What follows a plain option is none of ours to look at. */
static inline bool ordinary(const struct rte_mbuf *m)
{
	const uint8_t *option = (const uint8_t *)(hp_header(m) + 1), next = *option;

	if (hp_transit_is_header(next) || next == HP_PROTO_MH)
		return false;
	return next != HP_PROTO_ICMPV6 || (m->data_len > HP_IP6_HEADER + HEADER && option[HEADER] >= 128);
}

static inline void slow(struct hp_worker *w, struct rte_mbuf *m)
{
	if (!taken(w, m))
		pass(w, m);
}

void hp_stage_optimize_in(struct hp_worker *w)
{
	const struct hp_pairs *pairs = w->shared->pairs;
	struct hp_lane *in = &w->optimize->in;
	const struct hp_ip6 *hoa[HP_BURST];
	uint64_t hash[HP_BURST];
	uint32_t at[HP_BURST];
	unsigned int n = 0;

	for (unsigned int i = 0; i < in->n; i++) {
		hoa[n] = plain_option(in->m[i]);
		if (!hoa[n]) {
			slow(w, in->m[i]);
			continue;
		}
		hash[n] = hp_pairs_ask(pairs, hoa[n], &hp_header(in->m[i])->dst);
		in->m[n++] = in->m[i];
	}
	for (unsigned int i = 0; i < n; i++)
		at[i] = hp_pairs_candidate(pairs, hash[i]);
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = in->m[i];
		const struct hp_header *h = hp_header(m);
		const struct hp_pair *p = hp_pairs_confirm(pairs, at[i], hash[i], hoa[i], &h->dst);

		if (likely(p != NULL) && likely(hp_ip6_eq(&p->coa, &h->src)) && likely(ordinary(m))) {
			strip_plain(m);
			arrived(w, m, p);
		} else {
			slow(w, m);
		}
	}
	in->n = 0;
}
