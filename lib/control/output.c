/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/output.h"

/* As an intercepted packet: where that is in ESP, a worker has to put it there (RFC 3776 §3.2). */
static void tunnel(const struct hp_control *c, struct hp_send *s, const struct hp_binding_view *b)
{
	const struct hp_guard_tunnel by = hp_guard_tunnel(c->guard, &b->hoa);

	s->outer_src = b->ha;
	s->outer_dst = b->coa;
	s->link = HP_LINK_ANY;
	if (by.payload || by.home_test) {
		s->protection = HP_PROTECT_PAYLOAD;
		s->hoa = b->hoa;
		s->link = b->link;
	}
}

void hp_output_address(const struct hp_control *c, struct hp_send *s, enum hp_output_way way)
{
	const struct hp_ip6 *to = hp_control_first_hop(s);
	struct hp_correspondent_view e;
	struct hp_binding_view b;

	if (hp_agent_find(c->agent, to, &b) && b.state == HP_BINDING_VALID) {
		if (way == HP_OUTPUT_TUNNELLED) {
			tunnel(c, s, &b);
			return;
		}
		s->coa = b.coa;
	} else if (way == HP_OUTPUT_ROUTED && c->correspondent && hp_correspondent_find(c->correspondent, to, &s->src, &e)) {
		hp_correspondent_touch(c->correspondent, to, &s->src);
		s->coa = e.coa;
	} else {
		return;
	}
	s->link = HP_LINK_ANY;
}

bool hp_output_knows(const struct hp_control *c, const struct hp_packet *p, bool ours)
{
	struct hp_correspondent_view e;
	struct hp_binding_view b;

	if (ours && hp_agent_find(c->agent, &p->hoa, &b) && b.state == HP_BINDING_VALID && hp_ip6_eq(&b.coa, &p->src))
		return true;
	if (!c->correspondent || !hp_correspondent_find(c->correspondent, &p->hoa, &p->dst, &e) || !hp_ip6_eq(&e.coa, &p->src))
		return false;
	hp_correspondent_touch(c->correspondent, &p->hoa, &p->dst);
	return true;
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
