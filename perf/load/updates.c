/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/updates.h"

#include "load/frame.h"
#include "wire/compose.h"
#include "wire/mh.h"

#define PATIENCE_S 1  /* INITIAL_BINDACK_TIMEOUT, RFC 6275 §12; not doubled: a lost move is to be over soon */
#define AT_ONCE    32 /* of a kind, before packets have their turn */
#define HOP_LIMIT  64

void hp_updates_init(struct hp_updates *u, const struct hp_options *o, struct hp_fleet *fleet, struct hp_load_keys *keys,
		     struct hp_load_port *access, uint64_t hz, uint64_t now)
{
	*u = (struct hp_updates){.options = o, .fleet = fleet, .keys = keys, .port = access, .hz = hz};
	hp_tour_start(&u->move_tour, fleet->nodes, fleet->nodes / 2);
	hp_tour_start(&u->refresh_tour, fleet->nodes, 0);
	hp_pace_start(&u->refresh_pace, o->refresh_s ? (double)fleet->nodes / o->refresh_s : 0, AT_ONCE, hz, now);
}

void hp_updates_sweep(struct hp_updates *u, enum hp_node_state state, uint64_t now)
{
	const double per_s = u->options->register_per_s ? u->options->register_per_s : 1e9;

	u->sweep = state;
	u->sweep_next = 0;
	u->latency = (struct hp_latency){0};
	hp_pace_start(&u->sweep_pace, per_s, AT_ONCE, u->hz, now);
}

bool hp_updates_swept(const struct hp_updates *u)
{
	return u->sweep_next == u->fleet->nodes && !u->fleet->outstanding;
}

void hp_updates_move(struct hp_updates *u, bool moving, uint64_t now)
{
	u->moving = moving;
	hp_pace_start(&u->move_pace, u->options->moves_per_s, u->options->moves_per_s, u->hz, now);
}

/* The node's Binding Update as a whole packet. */
static int compose(const struct hp_updates *u, uint32_t i, void *out, size_t room)
{
	const struct hp_addresses *a = &u->options->addresses;
	const struct hp_node *n = &u->fleet->node[i];
	const struct hp_bu bu = {.sequence = n->sequence, .ack = true, .home = true, .lifetime = (uint16_t)(u->options->lifetime_s / 4)};
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {.dst = a->agent, .hop_limit = HOP_LIMIT, .proto = HP_PROTO_MH, .body = body};
	int len;

	hp_addresses_care_of(a, i, n->cell, s.src.b);
	hp_addresses_home(a, i, s.hoa.b);
	len = hp_load_keys_update(u->keys, i, &s.hoa, &s.src, &bu, false, body, sizeof(body));
	if (len < 0)
		return len;
	s.body_len = (size_t)len;
	return hp_compose(&s, out, room);
}

/* Without a buffer it is lost, as any packet may be: it will be overdue. */
static void send_update(struct hp_updates *u, uint32_t i)
{
	struct rte_mbuf *m;
	uint8_t *at = hp_port_room(u->port, &m);
	int len;

	if (!at)
		return;
	memcpy(at, &u->port->router_mac, 6);
	memcpy(at + 6, &u->port->mac, 6);
	at[12] = 0x86;
	at[13] = 0xdd;
	len = compose(u, i, at + HP_FRAME_ETHER, rte_pktmbuf_tailroom(m) - HP_FRAME_ETHER);
	if (len < 0)
		rte_pktmbuf_free(m);
	else
		hp_port_push(u->port, m, HP_FRAME_ETHER + (size_t)len);
}

/* One more may be asked for. */
static bool room(const struct hp_updates *u)
{
	return u->fleet->outstanding < u->options->outstanding && hp_fleet_room(u->fleet) &&
	       u->port->waits < HP_PORT_WAITING - HP_BURST_MOST;
}

static unsigned int run_sweep(struct hp_updates *u, uint64_t now)
{
	unsigned int n = 0;

	for (double due = hp_pace_due(&u->sweep_pace, now); n < due && room(u) && u->sweep_next < u->fleet->nodes; u->sweep_next++) {
		if (!hp_fleet_begin(u->fleet, u->sweep_next, u->sweep, now))
			continue;
		send_update(u, u->sweep_next);
		n++;
	}
	u->sweep_pace.due -= n;
	return n;
}

static unsigned int run_tour(struct hp_updates *u, struct hp_pace *pace, struct hp_tour *tour, enum hp_node_state state, uint64_t now)
{
	unsigned int due = (unsigned int)hp_pace_due(pace, now), n = 0;

	for (; n < due && n < AT_ONCE && room(u); n++) {
		const uint32_t i = hp_tour_next(tour);

		if (hp_fleet_begin(u->fleet, i, state, now))
			send_update(u, i);
	}
	pace->due -= n;
	return n;
}

unsigned int hp_updates_run(struct hp_updates *u, uint64_t now)
{
	unsigned int n = 0;
	uint32_t i;

	while (n < AT_ONCE && u->port->waits < HP_PORT_WAITING && hp_fleet_overdue(u->fleet, PATIENCE_S * u->hz, now, &i)) {
		send_update(u, i);
		n++;
	}
	if (u->sweep != HP_NODE_SILENT)
		return n + run_sweep(u, now);
	if (u->moving)
		n += run_tour(u, &u->move_pace, &u->move_tour, HP_NODE_MOVING, now);
	return n + run_tour(u, &u->refresh_pace, &u->refresh_tour, HP_NODE_REFRESHING, now);
}

void hp_updates_take(struct hp_updates *u, const struct hp_packet *p, uint64_t now)
{
	const struct hp_addresses *a = &u->options->addresses;
	const uint8_t *body = hp_packet_payload(p);
	const size_t len = hp_packet_payload_len(p);
	struct hp_ip6 expected;
	struct hp_ba ba;
	uint64_t took;
	size_t error_at;
	uint8_t type;
	uint32_t i;

	if (!p->has_rh2 || !hp_addresses_home_read(a, p->rh2_hoa.b, &i) ||
	    hp_mh_check(body, len, &p->src, &p->rh2_hoa, &type, &error_at) != HP_MH_OK || type != HP_MH_BA ||
	    hp_ba_read(&ba, body, len) != HP_MH_OK)
		return;
	hp_addresses_care_of(a, i, u->fleet->node[i].cell, expected.b);
	if (!hp_ip6_eq(&p->dst, &expected)) {
		/* Who claims to be a node and is told that it may not be: a flood. */
		u->astray += !(hp_addresses_is_stranger(p->dst.b) && ba.status >= HP_BA_UNSPECIFIED);
		return;
	}
	if (!hp_load_keys_proved(u->keys, i, &p->rh2_hoa, &p->dst, body, &ba))
		return;
	switch (hp_fleet_answered(u->fleet, i, ba.status, ba.sequence, now, &took)) {
	case HP_FLEET_ACCEPTED:
		hp_latency_add(&u->latency, took);
		break;
	case HP_FLEET_AGAIN:
		send_update(u, i);
		break;
	default:
		break;
	}
}
