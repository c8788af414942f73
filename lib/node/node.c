/* SPDX-License-Identifier: BSD-3-Clause */
/* Movement: which interface is the best, and what follows when that changes (RFC 6275 §11.5). */
#include "node/node.h"

#include <errno.h>
#include <stdlib.h>

#include "node/peer.h"
#include "wire/checksum.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

/* RFC 4285 §5.3 says to stop after 146. For ever would let one packet, changed on the way, end a node that nobody can get at. */
#define RESUME_MS 600000

const struct hp_counter_info hp_node_counters[HP_NODE_COUNT] = {HP_NODE_COUNTERS(HP_COUNTER_INFO)};

int hp_node_create(struct hp_node **out, const struct hp_node_conf *conf, struct hp_now now)
{
	struct hp_node *n;
	int ret;

	if (!conf->homes || conf->homes > HP_NODE_HOMES || conf->interfaces > HP_NODE_INTERFACES)
		return -EINVAL;
	for (unsigned int i = 0; i < conf->homes; i++)
		if (conf->home[i].method == HP_NODE_MN_HA && (!conf->mac || !conf->home[i].key || !conf->home[i].identity))
			return -EINVAL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return -ENOMEM;
	hp_random_seed(&n->random, conf->seed ^ now.wall_ms);
	n->homes = conf->homes;
	n->interfaces = conf->interfaces;
	n->mac = conf->mac;
	for (unsigned int i = 0; i < n->interfaces; i++)
		n->interface[i].preference = conf->preference[i];
	for (unsigned int i = 0; i < n->homes; i++) {
		n->home[i] = (struct home){
			.conf = conf->home[i],
			.number = i,
			.ha = conf->home[i].ha,
			.valid_until_ms = UINT64_MAX,
			.preferred_until_ms = UINT64_MAX,
			.prefix.due_ms = UINT64_MAX,
			.interface = HP_LINK_NONE,
			/* A node that forgot its last number at a restart begins anywhere; 135 tells it better. */
			.sequence = (uint16_t)hp_random_u64(&n->random),
			.timeout_ms = conf->home[i].initial_timeout_ms,
			.next_ms = UINT64_MAX,
			.last_status = -1,
			.trouble = -1,
		};
		hp_authenticator_init(&n->home[i]);
	}
	ret = hp_peers_create(n, conf, now);
	if (ret) {
		hp_node_destroy(n);
		return ret;
	}
	*out = n;
	return 0;
}

void hp_node_destroy(struct hp_node *n)
{
	if (n)
		hp_peers_destroy(n);
	free(n);
}

static bool in_home(const struct home *h, const struct hp_ip6 *a)
{
	return hp_ip6_in_prefix(a, &h->conf.hoa, h->conf.prefix_length);
}

/* What an interface is good for, seen from one home: its care-of address, or being on the home link itself. */
static bool look_at(const struct home *h, const struct interface *i, bool *home, struct hp_ip6 *coa)
{
	bool found = false;

	*home = false;
	if (!i->up)
		return false;
	for (unsigned int k = 0; k < HP_NODE_ADDRESSES; k++) {
		if (!i->address[k].used || !i->address[k].usable)
			continue;
		if (in_home(h, &i->address[k].address)) {
			*home = true;
			return true;
		}
		/* The care-of address in use stays as long as it is good: a second one is no reason to move. */
		if (!found || hp_ip6_eq(&i->address[k].address, &h->coa))
			*coa = i->address[k].address;
		found = true;
	}
	return found;
}

static void leave_home_link(struct home *h, struct hp_effects *fx)
{
	if (h->state == HP_NODE_HOME || h->state == HP_NODE_RETURNING)
		hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_ADDRESS, .address = {h->interface, h->conf.hoa, false}});
}

static void go_away(struct hp_node *n, struct home *h, uint16_t interface, const struct hp_ip6 *coa, struct hp_now now,
		    struct hp_effects *fx)
{
	leave_home_link(h, fx);
	h->interface = interface;
	h->coa = *coa;
	h->timeout_ms = hp_register_wait_ms(h, now);
	h->tries = 0;
	h->proof.corrected = false;
	hp_prefix_forget(h);
	hp_correspond_moved(n, h, now);
	if (hp_ip6_is_any(&h->ha)) {
		hp_discover_begin(n, h, now, fx);
		hp_effects_event(fx, HP_EVENT_MOVED, &h->conf.hoa, &h->coa, interface, 0);
		return;
	}
	h->state = HP_NODE_REGISTERING;
	/* The update leaves before the first tunnel packet: in order, it gets there before it. */
	hp_register_send(n, h, now, fx);
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_BIND,
						.bind = {.hoa = h->conf.hoa, .coa = h->coa, .ha = h->ha, .out_link = interface}});
	hp_effects_event(fx, HP_EVENT_MOVED, &h->conf.hoa, &h->coa, interface, 0);
}

/* §11.5.5: de-register first, then answer for the home address. Without a binding there is nothing to take back. */
static void go_home(struct hp_node *n, struct home *h, uint16_t interface, struct hp_now now, struct hp_effects *fx)
{
	leave_home_link(h, fx);
	h->interface = interface;
	h->coa = HP_IP6_ANY;
	h->tries = 0;
	h->proof.corrected = false;
	h->valid_until_ms = h->preferred_until_ms = UINT64_MAX; /* the routers of the link itself say from here */
	h->deprecated = false;
	hp_prefix_forget(h);
	h->state = h->bound ? HP_NODE_RETURNING : HP_NODE_HOME;
	h->timeout_ms = hp_register_wait_ms(h, now);
	h->next_ms = UINT64_MAX;
	h->unanswered = h->held = false;
	if (h->bound)
		hp_register_send(n, h, now, fx);
	hp_correspond_moved(n, h, now);
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_UNBIND, .unbind = {.hoa = h->conf.hoa}});
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_ADDRESS,
						.address = {interface, h->conf.hoa, .valid = true, .untested = !h->bound}});
	hp_effects_event(fx, HP_EVENT_MOVED, &h->conf.hoa, NULL, interface, 0);
}

static void detach(struct home *h, struct hp_effects *fx)
{
	leave_home_link(h, fx);
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_UNBIND, .unbind = {.hoa = h->conf.hoa}});
	h->state = HP_NODE_DETACHED;
	h->interface = HP_LINK_NONE;
	h->coa = HP_IP6_ANY;
	h->next_ms = UINT64_MAX;
	h->unanswered = h->held = false;
	hp_prefix_forget(h);
}

static void choose(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	uint16_t best = HP_LINK_NONE;
	struct hp_ip6 coa = HP_IP6_ANY;
	bool home = false;

	for (unsigned int i = 0; i < n->interfaces; i++) {
		struct hp_ip6 its_coa;
		bool its_home;

		if (best != HP_LINK_NONE && n->interface[i].preference <= n->interface[best].preference)
			continue;
		if (!look_at(h, &n->interface[i], &its_home, &its_coa) || (!its_home && (h->stopped || !h->valid_until_ms)))
			continue;
		best = (uint16_t)i;
		home = its_home;
		if (!home)
			coa = its_coa;
	}
	if (best == HP_LINK_NONE) {
		if (h->state != HP_NODE_DETACHED)
			detach(h, fx);
		return;
	}
	if (home) {
		if ((h->state == HP_NODE_HOME || h->state == HP_NODE_RETURNING) && h->interface == best)
			return;
		n->count[HP_NODE_MOVES]++;
		go_home(n, h, best, now, fx);
		return;
	}
	if ((h->state == HP_NODE_AWAY || h->state == HP_NODE_REGISTERING || h->state == HP_NODE_DISCOVERING) && h->interface == best &&
	    hp_ip6_eq(&h->coa, &coa))
		return;
	n->count[HP_NODE_MOVES]++;
	go_away(n, h, best, &coa, now, fx);
}

static void choose_all(struct hp_node *n, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < n->homes; i++)
		choose(n, &n->home[i], now, fx);
}

void hp_node_interface(struct hp_node *n, uint16_t interface, bool up, const struct hp_mac *mac, struct hp_now now, struct hp_effects *fx)
{
	struct interface *i = &n->interface[interface];

	if (interface >= n->interfaces)
		return;
	i->mac = *mac;
	if (i->up == up)
		return;
	i->up = up;
	if (!up)
		memset(i->address, 0, sizeof(i->address));
	choose_all(n, now, fx);
}

void hp_node_address(struct hp_node *n, uint16_t interface, const struct hp_ip6 *address, bool usable, bool gone, struct hp_now now,
		     struct hp_effects *fx)
{
	unsigned int at = HP_NODE_ADDRESSES, spare = HP_NODE_ADDRESSES;
	struct interface *i = &n->interface[interface];

	if (interface >= n->interfaces || !hp_ip6_is_routable(address))
		return;
	/* Home addresses are put on interfaces by ourselves: they say nothing of where we are, and no other home's care-of address. */
	for (unsigned int k = 0; k < n->homes; k++)
		if (hp_ip6_eq(address, &n->home[k].conf.hoa))
			return;
	for (unsigned int k = 0; k < HP_NODE_ADDRESSES; k++) {
		if (!i->address[k].used)
			spare = k;
		else if (hp_ip6_eq(&i->address[k].address, address))
			at = k;
	}
	if (at == HP_NODE_ADDRESSES)
		at = spare;
	if (at == HP_NODE_ADDRESSES)
		return;
	i->address[at].address = *address;
	i->address[at].used = !gone;
	i->address[at].usable = usable && !gone;
	choose_all(n, now, fx);
}

static struct home *home_of(struct hp_node *n, const struct hp_packet *p)
{
	for (unsigned int i = 0; i < n->homes; i++)
		if (hp_ip6_eq(&n->home[i].conf.hoa, hp_packet_destination(p)) && hp_ip6_eq(&n->home[i].ha, &p->src))
			return &n->home[i];
	return NULL;
}

/* A Binding Error goes to the care-of address, without a routing header: its home address field tells whose it is. */
static void binding_error(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_be be;

	if (hp_be_read(&be, hp_packet_payload(p), hp_packet_payload_len(p)) != HP_MH_OK) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	for (unsigned int i = 0; i < n->homes; i++) {
		struct home *h = &n->home[i];

		if (!hp_ip6_eq(&h->conf.hoa, &be.hoa) || !hp_ip6_eq(&h->ha, &p->src))
			continue;
		n->count[HP_NODE_BE_IN]++;
		/* §11.3.6: the home agent has lost us: register again. Status 2 says nothing that we could do. */
		if (be.status == HP_BE_UNKNOWN_BINDING && h->state == HP_NODE_AWAY) {
			h->state = HP_NODE_REGISTERING;
			hp_register_send(n, h, now, fx);
		}
		return;
	}
	hp_complaint_heard(n, p, &be, now, fx);
}

/* Of a home agent, or else of a correspondent. */
static void to_home(struct hp_node *n, const struct hp_packet *p, uint8_t type, bool tunnelled, struct hp_now now, struct hp_effects *fx)
{
	struct home *h = tunnelled ? NULL : home_of(n, p);

	for (unsigned int i = 0; i < n->homes && !h; i++)
		if (hp_ip6_eq(&n->home[i].conf.hoa, hp_packet_destination(p)) && !hp_ip6_eq(&n->home[i].ha, &p->src))
			h = &n->home[i];
	if (!h)
		n->count[HP_NODE_IGNORED]++;
	else if (!hp_ip6_eq(&h->ha, &p->src))
		type == HP_MH_BA ? hp_update_acknowledged(n, h, p, now, fx) : hp_correspond_asked(n, h, p, now, fx);
	else if (type == HP_MH_BA)
		hp_register_acknowledged(n, h, p, now, fx);
	else if (h->state == HP_NODE_AWAY && !h->unanswered)
		hp_register_send(n, h, now, fx);
	else
		n->count[HP_NODE_IGNORED]++;
}

void hp_node_message(struct hp_node *n, const struct hp_packet *p, bool tunnelled, struct hp_now now, struct hp_effects *fx)
{
	uint8_t type;
	size_t error_at;

	if (hp_mh_check(hp_packet_payload(p), hp_packet_payload_len(p), hp_packet_source(p), hp_packet_destination(p), &type, &error_at) !=
	    HP_MH_OK) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	switch (type) {
	case HP_MH_HOT:
	case HP_MH_COT:
		hp_test_heard(n, p, type, tunnelled, now, fx);
		break;
	case HP_MH_BA:
	case HP_MH_BRR:
		to_home(n, p, type, tunnelled, now, fx);
		break;
	case HP_MH_BE:
		binding_error(n, p, now, fx);
		break;
	default:
		n->count[HP_NODE_IGNORED]++;
	}
}

void hp_node_icmp(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	const size_t len = hp_packet_payload_len(p);

	if (!len || hp_checksum(&p->src, hp_packet_destination(p), HP_PROTO_ICMPV6, hp_packet_payload(p), len) != 0)
		n->count[HP_NODE_INVALID]++;
	else if (*hp_packet_payload(p) == HP_ICMP6_DHAAD_REPLY)
		hp_discover_answered(n, p, now, fx);
	else if (*hp_packet_payload(p) == HP_ICMP6_MPA)
		hp_prefix_advertised(n, p, now, fx);
	else
		n->count[HP_NODE_IGNORED]++;
}

void hp_node_end(struct hp_node *n, struct home *h, enum hp_event_kind why, struct hp_now now, struct hp_effects *fx)
{
	h->valid_until_ms = h->expires_ms = 0;
	h->bound = false;
	hp_effects_event(fx, why, &h->conf.hoa, &h->coa, h->interface, 0);
	choose(n, h, now, fx);
}

void hp_node_abandon(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	h->stopped = true;
	h->resume_ms = now.mono_ms + RESUME_MS;
	h->unanswered = h->held = false;
	h->expires_ms = 0;
	h->next_ms = UINT64_MAX;
	choose(n, h, now, fx);
}

static void resume(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	h->stopped = false;
	if (h->state == HP_NODE_RETURNING)
		hp_register_send(n, h, now, fx);
	else
		choose(n, h, now, fx);
}

static bool is_out(const struct home *h)
{
	return h->state == HP_NODE_DISCOVERING || h->state == HP_NODE_REGISTERING || h->state == HP_NODE_AWAY;
}

void hp_node_tick(struct hp_node *n, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < n->homes; i++) {
		struct home *h = &n->home[i];

		if (h->state == HP_NODE_AWAY && h->expires_ms <= now.mono_ms) {
			h->state = HP_NODE_REGISTERING;
			hp_effects_event(fx, HP_EVENT_EXPIRED, &h->conf.hoa, &h->coa, h->interface, 0);
		}
		if (h->stopped && h->resume_ms <= now.mono_ms)
			resume(n, h, now, fx);
		if (h->next_ms <= now.mono_ms)
			hp_register_due(n, h, now, fx);
		if (h->proof.outrun_ms <= now.mono_ms)
			hp_authenticator_outrun(n, h, now, fx);
		if (h->prefix.due_ms <= now.mono_ms)
			hp_prefix_due(n, h, now, fx);
		if (is_out(h) && h->valid_until_ms <= now.mono_ms)
			hp_node_end(n, h, HP_EVENT_PREFIX_INVALID, now, fx);
	}
	hp_correspond_tick(n, now, fx);
}

uint64_t hp_node_next(const struct hp_node *n)
{
	uint64_t next = n->peers ? hp_wheel_next(n->peers->wheel) : UINT64_MAX;

	for (unsigned int i = 0; i < n->homes; i++) {
		const struct home *h = &n->home[i];

		if (h->next_ms < next)
			next = h->next_ms;
		if (h->state == HP_NODE_AWAY && h->expires_ms < next)
			next = h->expires_ms;
		if (h->stopped && h->resume_ms < next)
			next = h->resume_ms;
		if (h->proof.outrun_ms < next)
			next = h->proof.outrun_ms;
		if (h->prefix.due_ms < next)
			next = h->prefix.due_ms;
		if (is_out(h) && h->valid_until_ms < next)
			next = h->valid_until_ms;
	}
	return next;
}

void hp_node_stop(struct hp_node *n, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < n->homes; i++) {
		struct home *h = &n->home[i];

		if (h->state != HP_NODE_DETACHED && h->state != HP_NODE_DISCOVERING)
			hp_update_leave(n, h, now, fx);
		if (hp_home_is_away(h))
			hp_register_leave(n, h, now, fx);
		if (h->state != HP_NODE_DETACHED)
			detach(h, fx);
	}
}

void hp_node_look(const struct hp_node *n, unsigned int home, struct hp_node_view *out)
{
	const struct home *h = &n->home[home];

	*out = (struct hp_node_view){
		.hoa = h->conf.hoa,
		.ha = h->ha,
		.coa = h->coa,
		.state = h->stopped && h->state == HP_NODE_DETACHED ? HP_NODE_STOPPED : h->state,
		.interface = h->interface,
		.sequence = h->sequence,
		.last_status = h->last_status,
		.trouble = h->trouble,
		.lifetime_s = h->state == HP_NODE_AWAY ? h->lifetime_s : 0,
		.expires_ms = h->state == HP_NODE_AWAY ? h->expires_ms : 0,
		.valid_until_ms = h->valid_until_ms,
		.preferred_until_ms = h->preferred_until_ms,
		.agents = h->search.agents,
	};
	memcpy(out->agent, h->search.agent, sizeof(out->agent));
}

const uint64_t *hp_node_count(const struct hp_node *n)
{
	return n->count;
}
