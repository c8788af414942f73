/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets for a bound home address: wrapped in an IPv6 header to the care-of address (RFC 6275 §10.4.2, RFC 2473 §3.1). */
#include "dataplane/header.h"
#include "dataplane/policy.h"
#include "dataplane/worker.h"
#include "wire/icmp6.h"
#include "wire/packet.h"
#include "wire/transit.h"
#include "wire/tunnel.h"

#define OUTER_HOP_LIMIT 64
#define LIMIT_HEADER    8 /* destination options header with a tunnel encapsulation limit */

/* Discovery about a home address is for its defender, the home agent, and never tunnelled (§10.4.2). True: taken. */
static bool discovery(struct hp_worker *w, struct rte_mbuf *m, const struct hp_header *h, const struct hp_hot_entry *e)
{
	const uint8_t *type = (const uint8_t *)(h + 1);

	if (h->next != HP_PROTO_ICMPV6 || m->data_len < HP_IP6_HEADER + 4 || *type < HP_ICMP6_RS || *type > HP_ICMP6_REDIRECT ||
	    hp_ip6_is_multicast(&h->dst))
		return false;
	if (h->hop_limit != 255 || hp_meta(m)->tunnelled)
		hp_drop(w, m, HP_DP_DROP_ND_HOP_LIMIT);
	else if (hp_meta(m)->link != e->home_link)
		hp_drop(w, m, HP_DP_DROP_ND_LINK);
	else
		hp_punt(w, m, hp_punt_icmp(m, *type), HP_PUNT_LOCAL, 0);
	return true;
}

/* With an association the outer packet gets room for what stands before the inner one in ESP, and the length of all of it. */
static __rte_always_inline bool wrap(struct hp_worker *w, struct rte_mbuf *m, const struct hp_hot_entry *e, const struct hp_sa *sa,
				     bool limited, uint8_t limit)
{
	struct hp_header *inner = hp_header(m);
	const uint8_t class_ = hp_tunnel_outer_class(hp_header_class(inner));
	const uint32_t label = hp_tunnel_flow_label((const uint8_t *)inner);
	const unsigned int outer = HP_IP6_HEADER + (limited ? LIMIT_HEADER : 0u), len = outer + (sa ? HP_SA_HEADER + sa->iv : 0u);
	const uint16_t inner_len = m->data_len;
	const uint16_t payload = (uint16_t)(inner_len + len - HP_IP6_HEADER + (sa ? hp_sa_tail(sa, inner_len) : 0u));
	const uint8_t next = sa ? HP_PROTO_ESP : HP_PROTO_IPV6;
	uint8_t *at = (uint8_t *)rte_pktmbuf_prepend(m, (uint16_t)len);
	struct hp_header *h = (struct hp_header *)at;

	if (!at) {
		hp_drop(w, m, HP_DP_DROP_TOO_LONG);
		return false;
	}
	/* Not before the header was read as a whole: one octet written in it first would hold that up. */
	inner->hop_limit--;
	hp_header_set_first(h, class_, label, payload, limited ? HP_PROTO_DSTOPTS : next, OUTER_HOP_LIMIT);
	h->src = w->shared->hot->source[e->outer_src];
	h->dst = e->outer_dst;
	if (limited) /* one level less (§4.1.1 (b)); PadN after it */
		memcpy(h + 1, (uint8_t[]){next, 0, 4, 1, (uint8_t)(limit - 1), 1, 1, 0}, LIMIT_HEADER);
	hp_meta(m)->path = e->path;
	hp_meta(m)->ours = (uint16_t)(e->mtu + HP_IP6_HEADER);
	if (w->account) {
		w->account[e->id].packets++;
		w->account[e->id].bytes += inner_len;
	}
	if (sa)
		hp_meta(m)->word = outer;
	return true;
}

/* Its sender is told, unless it is a copy of a multicast packet (RFC 4443 §2.4 (e.3)). */
static void refuse(struct hp_worker *w, struct rte_mbuf *m, enum hp_punt_reason why, uint32_t word)
{
	if (hp_ip6_is_multicast(&hp_header(m)->dst))
		hp_drop(w, m, HP_DP_DROP_COPY);
	else
		hp_punt(w, m, HP_PUNT_COMPLAINT, why, word);
}

/* False: it is on its way elsewhere. One body without associations, one with: the plain one knows of no other. */
static __rte_always_inline bool tunnel(struct hp_worker *w, struct rte_mbuf *m, const struct hp_hot_entry *e, const struct hp_sa *sa)
{
	struct hp_header *h = hp_header(m);
	uint16_t most = e->mtu, limit_at = 0;
	uint8_t limit = 0;
	bool limited;

	/* What we say to the node ourselves, as its router, is from a link-local address. */
	if (!hp_header_global(&h->src) && !hp_meta(m)->ours) {
		if (hp_ip6_is_linklocal(&h->src)) {
			refuse(w, m, HP_PUNT_SCOPE, 0);
			return false;
		}
		if (hp_ip6_is_any(&h->src)) {
			hp_drop(w, m, HP_DP_DROP_SOURCE);
			return false;
		}
	}
	if (h->hop_limit <= 1) {
		refuse(w, m, HP_PUNT_HOP_LIMIT, 0);
		return false;
	}
	if (e->path == HP_PATH_NO_ROUTE) { /* the care-of address is nowhere now: RFC 2473 §8.3 */
		refuse(w, m, HP_PUNT_ADDRESS, 0);
		return false;
	}
	limited = hp_transit_is_header(h->next) && hp_transit_limit(h, m->data_len, &limit, &limit_at);
	if (limited && !limit) {
		refuse(w, m, HP_PUNT_LIMIT, limit_at);
		return false;
	}
	most = (uint16_t)(most - (limited ? LIMIT_HEADER : 0));
	most = sa ? hp_sa_room(sa, most) : most;
	/* RFC 2473 §7.1: too big only for what is larger than the least MTU; the rest is fragmented outside. */
	if (m->data_len > most && m->data_len > HP_IP6_MIN_MTU) {
		refuse(w, m, HP_PUNT_TOO_BIG, most > HP_IP6_MIN_MTU ? most : HP_IP6_MIN_MTU);
		return false;
	}
	return wrap(w, m, e, sa, limited, limit);
}

bool hp_intercept_protected(struct hp_worker *w, struct rte_mbuf *m, const struct hp_sa *sa)
{
	return tunnel(w, m, hp_meta(m)->entry, sa);
}

static inline void one(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_hot_entry *e = hp_meta(m)->entry;

	if (discovery(w, m, hp_header(m), e))
		return;
	if (unlikely(e->kind == HP_HOT_ESP) && hp_policy_protect(w, m, e))
		return;
	if (tunnel(w, m, e, NULL))
		hp_lane_add(&w->output, m);
}

void hp_stage_intercept(struct hp_worker *w)
{
	struct hp_lane *in = &w->intercept;
	const unsigned int before = w->output.n;

	for (unsigned int i = 0; i < in->n; i++)
		one(w, in->m[i]);
	in->n = 0;
	hp_count(w, HP_DP_INTERCEPTED, w->output.n - before);
}
