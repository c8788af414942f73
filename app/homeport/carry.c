/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_mbuf.h>

#include "base/log.h"
#include "homeport/app.h"
#include "wire/compose.h"

/* Gives a token to control; should the effect list be out of memory the packet is freed here, not lost. */
static void output(struct hp_app *app, uint16_t link, const struct hp_ip6 *next_hop, const struct hp_ip6 *dst, struct rte_mbuf *m)
{
	uint64_t lost = hp_effects_lost(app->fx);

	hp_control_output(app->control, link, next_hop, dst, m, hp_app_now(app), app->fx);
	if (hp_effects_lost(app->fx) != lost)
		hp_dataplane_free(app->dp, m);
}

static void send(struct hp_app *app, const struct hp_send *s)
{
	/* By value: output() may append effects, and with that move the list this message lives in. */
	const struct hp_ip6 dst = *hp_control_first_hop(s);
	const uint16_t link = s->link;
	size_t room = hp_compose_overhead(s) + s->body_len;
	uint8_t *data;
	struct rte_mbuf *m = hp_dataplane_alloc(app->dp, room, &data);

	if (!m)
		return; /* counted by the dataplane; the peer's retransmission is the cure */
	if (hp_compose(s, data, room) < 0) {
		hp_dataplane_free(app->dp, m);
		return;
	}
	if (s->has_mac)
		hp_dataplane_transmit(app->dp, m, link, &s->mac);
	else
		output(app, link, NULL, &dst, m);
}

/* A packet that found no next hop: its sender may deserve to know. */
static void discard(struct hp_app *app, struct rte_mbuf *m, uint16_t link, bool unreachable)
{
	if (unreachable) {
		size_t len;
		const void *data = hp_dataplane_data(m, &len);
		struct hp_input in = {.data = data, .len = len, .link = link};

		hp_control_trouble(app->control, &in, HP_TROUBLE_ADDRESS, 0, hp_app_now(app), app->fx);
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

void hp_carry_out(struct hp_app *app)
{
	for (size_t i = 0; i < hp_effects_count(app->fx); i++) {
		/* By value: carrying one out may append others and move the list. */
		const struct hp_effect e = *hp_effects_at(app->fx, i);

		switch (e.kind) {
		case HP_EFFECT_SEND:
			send(app, &e.send);
			break;
		case HP_EFFECT_TRANSMIT:
			hp_dataplane_transmit(app->dp, e.transmit.token, e.transmit.link, &e.transmit.mac);
			break;
		case HP_EFFECT_DISCARD:
			discard(app, e.discard.token, e.discard.link, e.discard.unreachable);
			break;
		case HP_EFFECT_NEIGHBOR:
			table(app, hp_dataplane_neighbor(app->dp, e.neighbor.link, &e.neighbor.address, &e.neighbor.mac, e.neighbor.usable),
			      "publish a neighbour");
			break;
		case HP_EFFECT_ADDRESS:
			table(app, hp_dataplane_address(app->dp, e.address.link, &e.address.address, e.address.valid),
			      "publish an address");
			break;
		case HP_EFFECT_GROUP:
			table(app, hp_dataplane_group(app->dp, e.group.link, &e.group.group, e.group.joined), "join a group");
			break;
		case HP_EFFECT_BIND:
			table(app, hp_dataplane_bind(app->dp, &e.bind), "publish a binding");
			break;
		case HP_EFFECT_UNBIND:
			table(app, hp_dataplane_unbind(app->dp, &e.unbind.hoa), "withdraw a binding");
			break;
		case HP_EFFECT_EVENT:
			hp_event_tell(app, &e.event);
			break;
		}
	}
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

void hp_carry_in(void *ctx, struct rte_mbuf *m, const struct hp_punt *punt)
{
	struct hp_app *app = ctx;
	struct hp_now now = hp_app_now(app);
	struct hp_input in = {
		.link = punt->link,
		.has_mac = !punt->tunnelled,
		.mac = punt->mac,
		.link_multicast = punt->link_multicast,
		.tunnelled = punt->tunnelled,
		.outer_src = punt->outer_src,
	};

	if (punt->reason == HP_PUNT_RESOLVE) {
		output(app, punt->link, &punt->next_hop, &punt->next_hop, m);
		return;
	}
	in.data = hp_dataplane_data(m, &in.len);
	if (punt->reason == HP_PUNT_LOCAL)
		hp_control_packet(app->control, &in, now, app->fx);
	else
		hp_control_trouble(app->control, &in, trouble_of[punt->reason], punt->word, now, app->fx);
	hp_dataplane_free(app->dp, m);
}
