/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_mbuf.h>
#include <sys/random.h>

#include "base/log.h"
#include "homeport/app.h"
#include "wire/compose.h"

/* Gives a token to control; should the effect list be out of memory the packet is freed here, not lost. */
static void output(struct hp_app *app, uint16_t link, const struct hp_ip6 *next_hop, const struct hp_ip6 *dst, struct rte_mbuf *m)
{
	uint64_t lost = hp_effects_lost(app->fx);

	hp_control_output(app->control, link, next_hop, dst, m, app->now, app->fx);
	if (hp_effects_lost(app->fx) != lost)
		hp_dataplane_free(app->dp, m);
}

/* ESP around the message, as its protection wants it. False: it must not leave. */
static bool protect(struct hp_app *app, const struct hp_send *s, uint8_t *packet, size_t len)
{
	struct hp_ipsec *ipsec = hp_guard_ipsec(app->guard);
	uint8_t iv[HP_ESP_IV];

	if (!ipsec || s->protection == HP_PROTECT_NONE)
		return true;
	if (getrandom(iv, sizeof(iv), 0) != sizeof(iv))
		return false;
	return hp_ipsec_seal(ipsec, s, packet, len, iv, app->fx) >= 0;
}

/* What a node hears from us as its router is payload of its tunnel, whose sequence numbers are a worker's (RFC 3776 §4.1). */
static void send_by_tunnel(struct hp_app *app, const struct hp_send *s)
{
	struct hp_send inner = *s;
	uint8_t *data;
	struct rte_mbuf *m;
	size_t len;

	inner.outer_dst = inner.hoa = HP_IP6_ANY;
	inner.hop_limit++; /* the tunnel takes one */
	len = hp_compose_overhead(&inner) + inner.body_len;
	m = hp_dataplane_alloc(app->dp, len, &data);
	if (!m)
		return;
	if (hp_compose(&inner, data, len) < 0)
		hp_dataplane_free(app->dp, m);
	else
		hp_dataplane_tunnel(app->dp, m, s->link, &s->hoa);
}

void hp_carry_send(struct hp_app *app, const struct hp_send *s)
{
	const struct hp_ipsec *ipsec = hp_guard_ipsec(app->guard);
	const size_t len = hp_compose_overhead(s) + s->body_len, room = ipsec ? hp_ipsec_len(ipsec, s, len) : len;
	uint8_t *data;
	struct rte_mbuf *m;

	if (s->protection == HP_PROTECT_PAYLOAD) {
		send_by_tunnel(app, s);
		return;
	}
	m = hp_dataplane_alloc(app->dp, room, &data);
	if (!m)
		return; /* counted by the dataplane; the peer's retransmission is the cure */
	if (hp_compose(s, data, len) < 0 || !protect(app, s, data, len)) {
		hp_dataplane_free(app->dp, m);
		return;
	}
	if (s->has_mac)
		hp_dataplane_transmit(app->dp, m, s->link, &s->mac);
	else
		output(app, s->link, NULL, hp_control_first_hop(s), m);
}

/* A packet that found no next hop: its sender may deserve to know. */
static void discard(struct hp_app *app, struct rte_mbuf *m, uint16_t link, bool unreachable)
{
	if (unreachable) {
		size_t len;
		const void *data = hp_dataplane_data(m, &len);
		struct hp_input in = {.data = data, .len = len, .link = link};

		hp_control_trouble(app->control, &in, HP_TROUBLE_ADDRESS, 0, app->now, app->fx);
	}
	hp_dataplane_free(app->dp, m);
}

static void table(struct hp_app *app, int ret, const char *what)
{
	if (ret >= 0)
		return;
	app->refused_by_table++;
	hp_error("%s: %s", what, strerror(-ret));
}

/* The bindings among the next effects. */
static void foresee(const struct hp_app *app, size_t from)
{
	const size_t count = hp_effects_count(app->fx), to = count - from < HP_DATAPLANE_FORESEE ? count : from + HP_DATAPLANE_FORESEE;
	const struct hp_ip6 *hoa[HP_DATAPLANE_FORESEE];
	unsigned int n = 0;

	for (size_t i = from; i < to; i++) {
		const struct hp_effect *e = hp_effects_at(app->fx, i);

		if (e->kind == HP_EFFECT_BIND)
			hoa[n++] = &e->bind.hoa;
		else if (e->kind == HP_EFFECT_UNBIND)
			hoa[n++] = &e->unbind.hoa;
	}
	hp_dataplane_foresee(app->dp, hoa, n);
}

void hp_carry_out(struct hp_app *app)
{
	if (hp_effects_count(app->fx))
		app->now = hp_app_now(app);
	for (size_t i = 0; i < hp_effects_count(app->fx); i++) {
		const struct hp_effect *e = hp_effects_at(app->fx, i);

		if (i % HP_DATAPLANE_FORESEE == 0)
			foresee(app, i);
		switch (e->kind) {
		case HP_EFFECT_SEND:
			if (e->send.class_ != HP_CLASS_REGISTRATION || !hp_store_hold(app, &e->send))
				hp_carry_send(app, &e->send);
			break;
		case HP_EFFECT_TRANSMIT:
			hp_dataplane_transmit(app->dp, e->transmit.token, e->transmit.link, &e->transmit.mac);
			break;
		case HP_EFFECT_DISCARD:
			discard(app, e->discard.token, e->discard.link, e->discard.unreachable);
			break;
		case HP_EFFECT_NEIGHBOR:
			table(app,
			      hp_dataplane_neighbor(app->dp, e->neighbor.link, &e->neighbor.address, &e->neighbor.mac, e->neighbor.usable),
			      "publish a neighbour");
			break;
		case HP_EFFECT_ADDRESS:
			table(app, hp_dataplane_address(app->dp, e->address.link, &e->address.address, e->address.valid),
			      "publish an address");
			break;
		case HP_EFFECT_GROUP:
			table(app, hp_dataplane_group(app->dp, e->group.link, &e->group.group, e->group.joined), "join a group");
			break;
		case HP_EFFECT_BIND:
			table(app, hp_dataplane_bind(app->dp, &e->bind), "publish a binding");
			break;
		case HP_EFFECT_UNBIND:
			table(app, hp_dataplane_unbind(app->dp, &e->unbind.hoa), "withdraw a binding");
			break;
		case HP_EFFECT_OPTIMIZE:
			table(app, hp_dataplane_optimize(app->dp, &e->optimize), "publish a correspondent's binding");
			break;
		case HP_EFFECT_UNOPTIMIZE:
			table(app, hp_dataplane_unoptimize(app->dp, &e->unoptimize.hoa, &e->unoptimize.correspondent),
			      "withdraw a correspondent's binding");
			break;
		case HP_EFFECT_MEMBER:
			table(app, hp_dataplane_member(app->dp, &e->member), "publish a listener");
			break;
		case HP_EFFECT_ACCEPTED:
			hp_store_accept(app, &e->accepted);
			break;
		case HP_EFFECT_ASSOCIATION:
			table(app, hp_dataplane_association(app->dp, e->association.number, e->association.spec), "publish an association");
			break;
		case HP_EFFECT_EVENT:
			hp_event_tell(app, &e->event);
			break;
		}
	}
	hp_dataplane_flush(app->dp);
	hp_effects_clear(app->fx);
	if (hp_effects_lost(app->fx) != app->effects_lost_at) {
		app->effects_lost_at = hp_effects_lost(app->fx);
		hp_error("out of memory: %llu effects lost since start", (unsigned long long)app->effects_lost_at);
	}
}

static const enum hp_trouble trouble_of[] = {
	[HP_PUNT_HOP_LIMIT] = HP_TROUBLE_HOP_LIMIT,   [HP_PUNT_NO_ROUTE] = HP_TROUBLE_NO_ROUTE, [HP_PUNT_SCOPE] = HP_TROUBLE_SCOPE,
	[HP_PUNT_ADDRESS] = HP_TROUBLE_ADDRESS,       [HP_PUNT_TOO_BIG] = HP_TROUBLE_TOO_BIG,   [HP_PUNT_LIMIT] = HP_TROUBLE_LIMIT,
	[HP_PUNT_REASSEMBLY] = HP_TROUBLE_REASSEMBLY,
};

static struct hp_input input_of(struct rte_mbuf *m, const struct hp_punt *punt)
{
	struct hp_input in = {
		.link = punt->link,
		.has_mac = !punt->tunnelled,
		.mac = punt->mac,
		.link_multicast = punt->link_multicast,
		.tunnelled = punt->tunnelled,
		.outer_src = punt->outer_src,
		.outer_dst = punt->outer_dst,
		.tunnel_protected = punt->class_ == HP_PUNT_LISTENER && punt->word,
	};

	in.data = hp_dataplane_data(m, &in.len);
	return in;
}

void hp_carry_in(void *ctx, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n)
{
	struct hp_app *app = ctx;
	struct hp_input in[HP_PUNT_BURST];
	unsigned int first, i;

	app->now = hp_app_now(app);
	for (first = 0; first < n; first = i) {
		/* Packets for us in a row go together. */
		for (i = first; i < n && punt[i].reason == HP_PUNT_LOCAL; i++)
			in[i] = input_of(m[i], &punt[i]);
		hp_control_packets(app->control, in + first, i - first, app->now, app->fx);
		for (unsigned int k = first; k < i; k++)
			hp_dataplane_free(app->dp, m[k]);
		if (i == n)
			break;
		if (punt[i].reason == HP_PUNT_RESOLVE) {
			output(app, punt[i].link, &punt[i].next_hop, &punt[i].next_hop, m[i]);
		} else {
			in[i] = input_of(m[i], &punt[i]);
			hp_control_trouble(app->control, &in[i], trouble_of[punt[i].reason], punt[i].word, app->now, app->fx);
			hp_dataplane_free(app->dp, m[i]);
		}
		i++;
	}
}
