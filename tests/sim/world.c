/* SPDX-License-Identifier: BSD-3-Clause */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "run.h"
#include "wire/compose.h"

#define GATE "2001:db8:f::fe"

static const struct hp_mac agent_mac[LINKS] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};
static const struct hp_mac gate_mac = {{2, 0, 0, 0, 0, 0xfe}};

void world_enrol(struct world *w, const struct node *n)
{
	if (n->spec.identity_len && hp_subscribers_put(hp_guard_subscribers(w->guard), &n->spec))
		abort();
}

/* An agent as the program starts it; floor: what it has accepted before is not known. */
static void open_agent(struct world *w, bool floor)
{
	const uint32_t infinite = HP_LIFETIME_INFINITE;
	const struct hp_own_address home[] = {{craft_ip6("2001:db8:1::1"), 64, infinite, infinite}};
	const struct hp_own_address core[] = {{craft_ip6("2001:db8:f::1"), 64, infinite, infinite}};
	const struct hp_neighbor_link links[LINKS] = {
		{.mac = agent_mac[0], .mtu = 1500, .dad_transmits = 1, .addresses = 1, .address = home, .home = true},
		{.mac = agent_mac[1], .mtu = 1500, .dad_transmits = 1, .addresses = 1, .address = core},
	};
	const struct hp_route gate = {.kind = HP_ROUTE_STATIC, .length = 0, .link = CORE_LINK, .via = craft_ip6(GATE)};
	const struct hp_guard_conf guard = {
		.method = w->method, .floor_wall_ms = floor ? w->now.wall_ms + HP_MN_HA_WINDOW_MS : 0, .seed = hp_random_u64(&w->random)};
	struct hp_control_conf conf = {.links = LINKS,
				       .link = links,
				       .routes = 1,
				       .route = &gate,
				       .max_bindings = NODES,
				       .max_lifetime_s = 120,
				       .dad = true,
				       .seed = hp_random_u64(&w->random)};

	if (hp_guard_create(&w->guard, &guard, w->now))
		abort();
	conf.guard = w->guard;
	if (hp_control_create(&w->control, &conf, w->now))
		abort();
	hp_control_start(w->control, w->now, w->fx);
	for (uint16_t i = 0; i < LINKS; i++)
		hp_control_carrier(w->control, i, true, w->now, w->fx);
	world_carry_out(w);
}

void world_open(struct world *w, uint64_t seed, enum hp_guard_method method)
{
	*w = (struct world){.now = {.mono_ms = 1000, .wall_ms = 1700000000000},
			    .loss_percent = 10,
			    .repeat_percent = 20,
			    .restless = true,
			    .method = method};
	hp_random_seed(&w->random, seed);
	w->queue = calloc(EVENTS, sizeof(*w->queue));
	if (!w->queue || hp_effects_create(&w->fx) || hp_hmac_create(&w->mac))
		abort();
	open_agent(w, false);
	for (unsigned int i = 0; i < NODES; i++) {
		node_init(w, &w->node[i], i);
		world_enrol(w, &w->node[i]);
	}
}

static void close_agent(struct world *w)
{
	hp_control_destroy(w->control, w->fx);
	/* What was still waiting for a neighbour comes back now. */
	world_carry_out(w);
	CU_ASSERT_EQUAL(w->tokens_out, 0);
	hp_guard_destroy(w->guard);
}

void world_crash(struct world *w, bool disk)
{
	close_agent(w);
	memset(w->published, 0, sizeof(w->published));
	open_agent(w, !disk);
	for (unsigned int i = 0; i < NODES; i++) {
		world_enrol(w, &w->node[i]);
		if (disk && w->record[i].any)
			hp_guard_restore(w->guard, &w->node[i].hoa, w->record[i].spi, w->record[i].value);
	}
}

void world_close(struct world *w)
{
	close_agent(w);
	for (unsigned int i = 0; i < NODES; i++) {
		hp_node_destroy(w->node[i].core);
		hp_effects_destroy(w->node[i].fx);
	}
	hp_effects_destroy(w->fx);
	hp_hmac_destroy(w->mac);
	free(w->queue);
}

void world_solicited(struct world *w, const struct node *n, const uint8_t *packet)
{
	uint8_t na[32] = {136, 0, 0, 0, 0x60}, reply[CRAFT_ROOM];
	const uint8_t *target = packet + 48;
	struct hp_ip6 src, dst = HP_IP6_ALL_NODES;
	size_t len;

	if (!node_is_home(n) || memcmp(target, &n->hoa, 16) != 0)
		return;
	memcpy(&src, packet + 8, 16);
	if (!hp_ip6_is_any(&src))
		dst = src;
	else
		na[4] = 0x20;
	memcpy(na + 8, &n->hoa, 16);
	memcpy(na + 24, (uint8_t[]){2, 1}, 2);
	memcpy(na + 26, &n->mac, 6);
	len = craft_summed(reply, &n->hoa, &dst, &HP_IP6_ANY, 58, na, sizeof(na), 2);
	reply[7] = 255;
	world_send(w, n, reply, len);
}

/* Into the queue. Behind the router packets get lost or come twice, a copy late by seconds, so that it is overtaken by what was sent
 * after it, though not by as much as a de-registration is remembered. The home link is a wire: what a node answers there to the test of
 * its address arrives, or a late update could take a home address from the node that sits on it. */
static void deliver(struct world *w, struct delivery *d)
{
	const bool wire = d->link == HOME_LINK;
	const bool twice = !wire && hp_random_between(&w->random, 1, 100) <= w->repeat_percent;

	for (int i = 0; i <= twice; i++) {
		if (!wire && hp_random_between(&w->random, 1, 100) <= w->loss_percent)
			continue;
		CU_ASSERT_FATAL(w->queued < EVENTS);
		d->at_ms = w->now.mono_ms + hp_random_between(&w->random, 1, wire ? 3 : 300) +
			   (i ? hp_random_between(&w->random, 0, 9000) : 0);
		d->order = w->order++;
		w->queue[w->queued++] = *d;
	}
}

void world_send(struct world *w, const struct node *n, const uint8_t *packet, size_t len)
{
	struct delivery d = {
		.to_agent = true, .link = node_is_home(n) ? HOME_LINK : CORE_LINK, .from = node_is_home(n) ? n->mac : gate_mac, .len = len};

	CU_ASSERT_FATAL(len <= sizeof(d.data));
	memcpy(d.data, packet, len);
	deliver(w, &d);
}

/* A frame of the agent's leaves. */
static void transmit(struct world *w, uint16_t link, const struct hp_mac *to, const uint8_t *packet, size_t len)
{
	struct delivery d = {.link = link, .to = *to, .len = len};

	w->transmitted++;
	if (len > sizeof(d.data))
		return;
	memcpy(d.data, packet, len);
	deliver(w, &d);
}

static struct published *published_of(struct world *w, const struct hp_ip6 *hoa)
{
	CU_ASSERT_FATAL(hoa->b[15] < NODES);
	return &w->published[hoa->b[15]];
}

/* What an acknowledgement promises must be so already when it leaves. */
static void check_answer(struct world *w, const struct hp_send *s)
{
	const unsigned int status = s->body[6], lifetime = (unsigned int)(s->body[10] << 8 | s->body[11]);
	struct published *p = published_of(w, &s->dst);
	struct hp_binding_view v;

	w->answers++;
	if (status >= 128)
		return;
	CU_ASSERT_EQUAL(p->bound, lifetime > 0);
	CU_ASSERT(hp_agent_find(hp_control_agent(w->control), &s->dst, &v));
	CU_ASSERT_EQUAL(v.state, lifetime ? HP_BINDING_VALID : HP_BINDING_GONE);
	if (lifetime) {
		CU_ASSERT(hp_ip6_eq(&p->coa, &s->coa));
		p->until_ms = w->now.mono_ms + lifetime * 4000ull;
	}
}

static void hand_over(struct world *w, const struct hp_send *s)
{
	struct token *t = calloc(1, sizeof(*t));
	int len;

	if (!t)
		abort();
	len = hp_compose(s, t->data, sizeof(t->data));
	CU_ASSERT_FATAL(len > 0);
	t->len = (size_t)len;
	if (s->has_mac) {
		transmit(w, s->link, &s->mac, t->data, t->len);
		free(t);
		return;
	}
	t->out = true;
	w->tokens_out++;
	hp_control_output(w->control, s->link, NULL, hp_control_first_hop(s), t, w->now, w->fx);
}

/* What a node has sent is accepted once, in the order in which it was sent, whatever happens to the agent in between; on its disk then. */
static void accepted(struct world *w, const struct hp_accepted *a)
{
	struct node *n = &w->node[a->hoa.b[15]];
	struct record *r = &w->record[n->number];
	unsigned int at = 0;

	CU_ASSERT(!r->any || r->spi != a->spi || hp_timestamp_is_later(a->value, r->value));
	while (at < SENT && n->sent[at].timestamp != a->value)
		at++;
	CU_ASSERT_FATAL(at < SENT && !n->sent[at].accepted);
	n->sent[at].accepted = true;
	*r = (struct record){.any = true, .spi = a->spi, .value = a->value, .coa = n->sent[at].coa};
	if (n->spec.key[1].spi == a->spi) {
		n->spec.key[0] = n->spec.key[1];
		n->spec.key[1].spi = 0;
	}
}

static void take_back(struct world *w, struct token *t)
{
	/* Freed at once: a second return is a use after free that the sanitizer names. */
	CU_ASSERT_FATAL(t->out);
	t->out = false;
	w->tokens_out--;
	free(t);
}

void world_carry_out(struct world *w)
{
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect e = *hp_effects_at(w->fx, i);

		switch (e.kind) {
		case HP_EFFECT_SEND:
			if (e.send.proto == HP_PROTO_MH && e.send.body[2] == 6)
				check_answer(w, &e.send);
			hand_over(w, &e.send);
			break;
		case HP_EFFECT_TRANSMIT:
			transmit(w, e.transmit.link, &e.transmit.mac, ((struct token *)e.transmit.token)->data,
				 ((struct token *)e.transmit.token)->len);
			take_back(w, e.transmit.token);
			break;
		case HP_EFFECT_DISCARD:
			w->discarded++;
			take_back(w, e.discard.token);
			break;
		case HP_EFFECT_ACCEPTED:
			accepted(w, &e.accepted);
			break;
		case HP_EFFECT_BIND:
			CU_ASSERT(w->method == HP_GUARD_OPEN || hp_ip6_eq(&e.bind.coa, &w->record[e.bind.hoa.b[15]].coa));
			published_of(w, &e.bind.hoa)->bound = true;
			published_of(w, &e.bind.hoa)->coa = e.bind.coa;
			published_of(w, &e.bind.hoa)->until_ms = UINT64_MAX; /* until it is acknowledged, in this very list */
			break;
		case HP_EFFECT_UNBIND:
			published_of(w, &e.unbind.hoa)->bound = false;
			break;
		default:
			break;
		}
	}
	CU_ASSERT_EQUAL(hp_effects_lost(w->fx), 0);
	hp_effects_clear(w->fx);
	for (unsigned int i = 0; i < NODES; i++)
		CU_ASSERT(!w->published[i].bound || w->published[i].until_ms != UINT64_MAX);
}

void world_resolve(struct world *w, uint16_t link, const struct hp_ip6 *dst)
{
	struct token *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->out = true;
	w->tokens_out++;
	hp_control_output(w->control, link, dst, dst, t, w->now, w->fx);
	world_carry_out(w);
}

void world_hear(struct world *w, uint16_t link, const struct hp_mac *from, const uint8_t *packet, size_t len)
{
	struct hp_input in = {.data = packet, .len = len, .link = link, .has_mac = true, .mac = *from};

	hp_control_packet(w->control, &in, w->now, w->fx);
	world_carry_out(w);
}

/* The router on the core link answers for itself; everything else it takes to where it is addressed. */
static void gate_hear(struct world *w, const struct delivery *d)
{
	const struct hp_ip6 gate = craft_ip6(GATE);
	struct hp_ip6 dst;

	memcpy(&dst, d->data + 24, 16);
	if (d->data[6] == 58 && d->data[40] == 135 && !memcmp(d->data + 48, &gate, 16)) {
		uint8_t na[32] = {136, 0, 0, 0, 0xe0}, reply[CRAFT_ROOM];
		struct hp_ip6 src;
		struct delivery back = {.to_agent = true, .link = CORE_LINK, .from = gate_mac};

		memcpy(&src, d->data + 8, 16);
		if (hp_ip6_is_any(&src))
			return;
		memcpy(na + 8, &gate, 16);
		memcpy(na + 24, (uint8_t[]){2, 1}, 2);
		memcpy(na + 26, &gate_mac, 6);
		back.len = craft_summed(reply, &gate, &src, &HP_IP6_ANY, 58, na, sizeof(na), 2);
		reply[7] = 255;
		memcpy(back.data, reply, back.len);
		deliver(w, &back);
		return;
	}
	for (unsigned int i = 0; i < NODES; i++)
		if (!node_is_home(&w->node[i]) && !w->node[i].silent && hp_ip6_eq(&w->node[i].coa, &dst))
			node_hear(w, &w->node[i], d->data, d->len);
}

static void arrive(struct world *w, const struct delivery *d)
{
	if (d->to_agent) {
		world_hear(w, d->link, &d->from, d->data, d->len);
	} else if (d->link == CORE_LINK) {
		gate_hear(w, d);
	} else {
		for (unsigned int i = 0; i < NODES; i++)
			if (node_is_home(&w->node[i]) && (d->to.b[0] & 1 || hp_mac_eq(&d->to, &w->node[i].mac)))
				node_hear(w, &w->node[i], d->data, d->len);
	}
}

static unsigned int earliest(const struct world *w)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < w->queued; i++)
		if (w->queue[i].at_ms < w->queue[best].at_ms ||
		    (w->queue[i].at_ms == w->queue[best].at_ms && w->queue[i].order < w->queue[best].order))
			best = i;
	return best;
}

static void deliver_due(struct world *w)
{
	while (w->queued) {
		const unsigned int i = earliest(w);
		const struct delivery d = w->queue[i];

		if (d.at_ms > w->now.mono_ms)
			return;
		w->queue[i] = w->queue[--w->queued];
		arrive(w, &d);
	}
}

/* Whatever is published is alive, and nothing outlives what was promised. */
static void check_published(struct world *w)
{
	const struct hp_agent *agent = hp_control_agent(w->control);
	size_t bound = 0;

	for (unsigned int i = 0; i < NODES; i++) {
		const struct published *p = &w->published[i];
		struct node *n = &w->node[i];
		struct hp_binding_view v = {.state = HP_BINDING_GONE};
		const bool found = hp_agent_find(agent, &n->hoa, &v);

		bound += p->bound;
		CU_ASSERT_EQUAL(p->bound, found && v.state == HP_BINDING_VALID);
		if (p->bound) {
			CU_ASSERT(w->now.mono_ms < p->until_ms && w->now.mono_ms < v.expires_ms);
			CU_ASSERT(hp_ip6_eq(&p->coa, &v.coa));
		}
		/* A node that holds an acknowledgement of its last update is where the agent says. (Its clock started later.) */
		if (n->acknowledged && !n->silent && p->bound && (node_is_home(n) || !hp_ip6_eq(&p->coa, &n->coa)))
			n->astray_ms = n->astray_ms ? n->astray_ms : w->now.mono_ms;
		else
			n->astray_ms = 0;
		CU_ASSERT(!n->astray_ms || w->now.mono_ms - n->astray_ms < w->astray_most_ms);
	}
	CU_ASSERT_EQUAL(hp_agent_bindings(agent), bound);
}

/* A stranger on the home link probes a home address: defended if and only if it is bound (RFC 6275 §10.4.1). */
static void probe(struct world *w)
{
	const struct hp_mac stranger = {{2, 0, 0, 9, 9, 9}};
	const struct node *n = &w->node[hp_random_between(&w->random, 0, NODES - 1)];
	const struct hp_ip6 group = hp_ip6_solicited_node(&n->hoa);
	struct hp_input in = {.link = HOME_LINK, .has_mac = true, .mac = stranger, .link_multicast = true};
	uint8_t ns[24] = {135}, packet[CRAFT_ROOM];
	struct hp_binding_view v = {.state = HP_BINDING_GONE};
	bool defended = false;

	/* While the agent tests the address itself, a stranger's probe would end that test: not here. */
	if (hp_agent_find(hp_control_agent(w->control), &n->hoa, &v) && v.state == HP_BINDING_PROBING)
		return;
	memcpy(ns + 8, &n->hoa, 16);
	in.data = packet;
	in.len = craft_summed(packet, &HP_IP6_ANY, &group, &HP_IP6_ANY, 58, ns, sizeof(ns), 2);
	packet[7] = 255;
	hp_control_packet(w->control, &in, w->now, w->fx);
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect *e = hp_effects_at(w->fx, i);

		defended = defended || (e->kind == HP_EFFECT_SEND && e->send.body[0] == 136 && !memcmp(e->send.body + 8, &n->hoa, 16));
	}
	CU_ASSERT_EQUAL(defended, w->published[n->number].bound);
	w->probes++;
	world_carry_out(w);
}

void world_run(struct world *w, uint64_t until_ms)
{
	while (w->now.mono_ms < until_ms) {
		uint64_t next = hp_control_next(w->control);

		if (w->queued && w->queue[earliest(w)].at_ms < next)
			next = w->queue[earliest(w)].at_ms;
		for (unsigned int i = 0; i < NODES; i++)
			if (node_next(&w->node[i]) < next)
				next = node_next(&w->node[i]);
		if (next > until_ms)
			next = until_ms;
		if (next > w->now.mono_ms) {
			w->now.wall_ms += next - w->now.mono_ms;
			w->now.mono_ms = next;
		}
		do {
			hp_control_tick(w->control, w->now, w->fx);
			world_carry_out(w);
		} while (hp_control_next(w->control) <= w->now.mono_ms);
		deliver_due(w);
		for (unsigned int i = 0; i < NODES; i++)
			node_run(w, &w->node[i]);
		check_published(w);
		if (w->meddle)
			w->meddle(w);
		if (hp_random_between(&w->random, 0, 9) == 0)
			probe(w);
		if (w->restless && hp_random_between(&w->random, 0, 19) == 0) {
			struct hp_ip6 nobody = craft_ip6("2001:db8:1::dead:0"), astray = craft_ip6("fe80::1");

			nobody.b[15] = (uint8_t)hp_random_between(&w->random, 0, 9);
			world_resolve(w, HOME_LINK, &nobody);
			world_resolve(w, HP_LINK_ANY, &astray);
		}
	}
}

static bool settled(const struct world *w)
{
	for (unsigned int i = 0; i < NODES; i++)
		if (!w->node[i].acknowledged || w->node[i].silent)
			return false;
	return true;
}

void world_settle(struct world *w)
{
	w->restless = false;
	w->loss_percent = w->repeat_percent = 0;
	w->meddle = NULL;
	/* The silent ones come back after at most 260 s, those that were told not to go on after 600 s. */
	world_run(w, w->now.mono_ms + 700000);
	/* A refresh may be on its way just now. */
	for (unsigned int i = 0; i < 50 && !settled(w); i++)
		world_run(w, w->now.mono_ms + 100);
	CU_ASSERT(settled(w));
	for (unsigned int i = 0; i < NODES; i++) {
		const struct node *n = &w->node[i];

		CU_ASSERT_EQUAL(w->published[i].bound, !node_is_home(n));
		if (w->published[i].bound)
			CU_ASSERT(hp_ip6_eq(&w->published[i].coa, &n->coa));
	}
}
