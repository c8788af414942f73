/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/output.h"

void hp_output_address(const struct hp_control *c, struct hp_send *s, enum hp_output_way way)
{
	struct hp_binding_view b;

	if (!hp_agent_find(c->agent, &s->dst, &b) || b.state != HP_BINDING_VALID)
		return;
	if (way == HP_OUTPUT_ROUTED) {
		s->coa = b.coa;
	} else {
		s->outer_src = b.ha;
		s->outer_dst = b.coa;
	}
	s->link = HP_LINK_ANY;
}

static struct hp_hop hop_of(const struct hp_control *c, const struct hp_route *r, const struct hp_ip6 *dst)
{
	if (!r || r->kind == HP_ROUTE_VIRTUAL)
		return (struct hp_hop){.link = HP_LINK_NONE};
	return (struct hp_hop){
		.link = r->link,
		.next_hop = r->kind == HP_ROUTE_STATIC ? r->via : *dst,
		.mtu = c->link[r->link].mtu,
	};
}

struct hp_hop hp_output_hop(void *control, const struct hp_ip6 *dst)
{
	const struct hp_control *c = control;

	return hop_of(c, hp_routes_find(c->routes, dst), dst);
}

bool hp_output_is_own(const struct hp_control *c, uint16_t link, const struct hp_ip6 *address)
{
	return hp_neighbor_is_own(c->neighbor, hp_ip6_is_linklocal(address) ? link : HP_LINK_ANY, address);
}

const struct hp_ip6 *hp_output_source(const struct hp_control *c, uint16_t link, const struct hp_ip6 *was_to, const struct hp_ip6 *to)
{
	uint16_t home;

	if (hp_output_is_own(c, link, was_to))
		return was_to;
	return hp_neighbor_is_anycast(c->neighbor, was_to, &home) ? hp_neighbor_source(c->neighbor, home, was_to)
								  : hp_neighbor_source(c->neighbor, link, to);
}

static void discard(struct hp_effects *fx, void *token, uint16_t link, bool unreachable)
{
	struct hp_effect e = {.kind = HP_EFFECT_DISCARD, .discard = {.token = token, .link = link, .unreachable = unreachable}};

	hp_effects_push(fx, &e);
}

void hp_control_output(struct hp_control *c, uint16_t link, const struct hp_ip6 *next_hop, const struct hp_ip6 *dst, void *token,
		       struct hp_now now, struct hp_effects *fx)
{
	struct hp_hop hop = {.link = link, .next_hop = next_hop ? *next_hop : *dst};

	if (link == HP_LINK_ANY) {
		const struct hp_route *r = hp_routes_find(c->routes, dst);

		/* On a virtual home link there is nobody but the bound, and those are not looked for here. */
		if (r && r->kind == HP_ROUTE_VIRTUAL) {
			discard(fx, token, r->link, true);
			return;
		}
		hop = hop_of(c, r, dst);
	}
	/* Scope needs a link that was said; and what is ours needs no wire. */
	if (hop.link >= c->links || (link == HP_LINK_ANY && (hp_ip6_is_multicast(dst) || hp_ip6_is_linklocal(dst))) ||
	    hp_output_is_own(c, hop.link, &hop.next_hop)) {
		c->count[HP_CT_NO_ROUTE]++;
		discard(fx, token, hop.link, false);
		return;
	}
	if (c->link[hop.link].is_virtual) {
		discard(fx, token, hop.link, true);
		return;
	}
	hp_neighbor_output(c->neighbor, hop.link, &hop.next_hop, token, now, fx);
}
