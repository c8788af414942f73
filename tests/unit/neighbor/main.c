/* SPDX-License-Identifier: BSD-3-Clause */
/* The neighbour room under a virtual clock: unreachability detection by RFC 4861 appendix C, own and proxied addresses. Messages go in
 * as bytes that wire composes; that wire is right is judged by Scapy in the scenes. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "neighbor/neighbor.h"
#include "run.h"
#include "tests.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/nd.h"

static const struct hp_mac our_mac = {{2, 0, 0, 0, 0, 1}}, mac_a = {{2, 0, 0, 0, 0, 0xa}}, mac_b = {{2, 0, 0, 0, 0, 0xb}};
static const struct hp_ip6 ours = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}}, peer = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0x50}};
static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}};

struct world {
	struct hp_neighbor *nb;
	struct hp_effects *fx;
	uint64_t now_ms;
	int probed; /* -1: not yet; else unique */
	bool defend;
	/* Of the last call: */
	unsigned int solicitations, advertisements, ras, reports, v1_reports, v1_dones, transmitted, discarded, unreachable, published,
		withdrawn;
	struct hp_ns ns;
	struct hp_na na;
	struct hp_ra ra;
	struct hp_send last, report;
	struct hp_mac to;
	unsigned int conflicts, heard; /* events, calls */
	uint16_t conflict;
	unsigned int gone; /* addresses of ours */
};

static struct hp_now now(const struct world *w)
{
	return (struct hp_now){.mono_ms = w->now_ms};
}

static void probed(void *ctx, uint16_t link, const struct hp_ip6 *address, bool unique, struct hp_now at, struct hp_effects *fx)
{
	struct world *w = ctx;

	w->probed = unique;
	if (unique && w->defend)
		hp_neighbor_proxy(w->nb, link, address, true, at, fx);
}

static void heard(void *ctx, uint16_t link, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now at, struct hp_effects *fx)
{
	struct world *w = ctx;

	CU_ASSERT(link == 0 && router->b[15] == 9 && ra->reachable_ms % 5000 == 0);
	w->heard++;
}

static void look_at_send(struct world *w, const struct hp_send *s)
{
	uint8_t packet[1500];
	int len = hp_compose(s, packet, sizeof(packet));
	struct hp_packet p;

	CU_ASSERT_FATAL(len > 0);
	CU_ASSERT_EQUAL_FATAL(hp_packet_read(&p, packet, (size_t)len), HP_WALK_OK);
	/* RFC 4861: 255; RFC 3810 §5: 1, with a router alert. */
	if (p.router_alert)
		CU_ASSERT_EQUAL(p.hop_limit, 1);
	CU_ASSERT_EQUAL(p.router_alert, p.hop_limit != 255);
	switch (*hp_packet_payload(&p)) {
	case HP_ICMP6_NS:
		w->solicitations++;
		CU_ASSERT_EQUAL(hp_ns_read(&w->ns, &p), 0);
		w->last = *s;
		break;
	case HP_ICMP6_NA:
		w->advertisements++;
		CU_ASSERT_EQUAL(hp_na_read(&w->na, &p), 0);
		w->last = *s;
		break;
	case HP_ICMP6_RA:
		w->ras++;
		CU_ASSERT_EQUAL(hp_ra_read(&w->ra, &p), 0);
		break;
	case HP_ICMP6_MLDV2_REPORT:
		w->reports++;
		break;
	case HP_ICMP6_MLD_REPORT:
		w->v1_reports++;
		w->report = *s;
		break;
	case HP_ICMP6_MLD_DONE:
		w->v1_dones++;
		w->report = *s;
		break;
	default:
		CU_FAIL("sent something else");
	}
}

static void see(struct world *w)
{
	w->v1_reports = w->v1_dones = 0;
	w->solicitations = w->advertisements = w->ras = w->reports = w->transmitted = w->discarded = w->unreachable = w->published =
		w->withdrawn = w->conflicts = w->gone = 0;
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect *e = hp_effects_at(w->fx, i);

		switch (e->kind) {
		case HP_EFFECT_SEND:
			look_at_send(w, &e->send);
			break;
		case HP_EFFECT_TRANSMIT:
			w->transmitted++;
			w->to = e->transmit.mac;
			break;
		case HP_EFFECT_DISCARD:
			w->discarded++;
			w->unreachable += e->discard.unreachable;
			break;
		case HP_EFFECT_NEIGHBOR:
			w->published += e->neighbor.usable;
			w->withdrawn += !e->neighbor.usable;
			w->to = e->neighbor.mac;
			break;
		case HP_EFFECT_ADDRESS:
			w->gone += !e->address.valid;
			break;
		case HP_EFFECT_EVENT:
			w->conflicts += e->event.kind == HP_EVENT_ROUTER_INCONSISTENT;
			w->conflict = e->event.code;
			break;
		default:
			break;
		}
	}
	hp_effects_clear(w->fx);
}

/* advertise_ms: the longest interval of advertisements, 0: none. */
static void open_link(struct world *w, uint8_t dad, uint32_t advertise_ms, unsigned int most)
{
	const struct hp_own_address own = {ours, 64, 10000, 5000};
	struct hp_neighbor_link link = {.mac = our_mac, .mtu = 1500, .dad_transmits = dad, .addresses = 1, .address = &own, .home = true};
	struct hp_neighbor_conf c = {
		.links = 1, .link = &link, .seed = 3, .max_neighbors = most, .probed = probed, .heard = heard, .ctx = w};

	link.ra.enabled = advertise_ms != 0;
	link.ra.min_interval_ms = advertise_ms / 3;
	link.ra.max_interval_ms = advertise_ms;
	link.ra.min_delay_ms = 3000;
	link.ra.interval_option = true;
	link.ra.router_lifetime_s = 1800;
	*w = (struct world){.now_ms = 1000, .probed = -1, .defend = true};
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w->fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_neighbor_create(&w->nb, &c, now(w)), 0);
	hp_neighbor_carrier(w->nb, 0, true, now(w), w->fx);
	see(w);
}

static void open_world(struct world *w, uint8_t dad, bool advertise, unsigned int most)
{
	open_link(w, dad, advertise ? 600000 : 0, most);
}

static void close_world(struct world *w)
{
	hp_neighbor_destroy(w->nb, w->fx);
	hp_effects_destroy(w->fx);
}

/* To a moment, every alarm on the way at its own time; what happened adds up. */
static void advance(struct world *w, uint64_t to_ms)
{
	for (uint64_t next; (next = hp_neighbor_next(w->nb)) <= to_ms;) {
		if (next > w->now_ms)
			w->now_ms = next;
		hp_neighbor_tick(w->nb, now(w), w->fx);
	}
	w->now_ms = to_ms;
	see(w);
}

static void hear_packet(struct world *w, const struct hp_mac *from, const struct hp_send *s)
{
	uint8_t packet[1500];
	struct hp_packet p;
	int len = hp_compose(s, packet, sizeof(packet));

	CU_ASSERT_FATAL(len > 0);
	CU_ASSERT_EQUAL_FATAL(hp_packet_read(&p, packet, (size_t)len), HP_WALK_OK);
	hp_neighbor_packet(w->nb, 0, from, &p, now(w), w->fx);
	see(w);
}

static void hear(struct world *w, const struct hp_mac *from, const struct hp_ip6 *src, const struct hp_ip6 *dst, const uint8_t *body,
		 int len)
{
	hear_packet(w, from,
		    &(struct hp_send){
			    .src = *src, .dst = *dst, .hop_limit = 255, .proto = HP_PROTO_ICMPV6, .body = body, .body_len = (size_t)len});
}

static void hear_na(struct world *w, const struct hp_ip6 *target, const struct hp_mac *mac, bool solicited, bool override_)
{
	struct hp_na na = {.target = *target, .solicited = solicited, .override_ = override_, .has_mac = mac != NULL};
	uint8_t body[64];

	if (mac)
		na.mac = *mac;
	hear(w, mac ? mac : &mac_a, target, solicited ? &ours : &HP_IP6_ALL_NODES, body, hp_na_write(&na, body, sizeof(body)));
}

static void hear_ns(struct world *w, const struct hp_mac *from, const struct hp_ip6 *src, const struct hp_ip6 *target, bool option)
{
	struct hp_ip6 group = hp_ip6_solicited_node(target);
	struct hp_ns ns = {.target = *target, .has_mac = option, .mac = *from};
	uint8_t body[64];

	hear(w, from, src, &group, body, hp_ns_write(&ns, body, sizeof(body)));
}

static void output(struct world *w, int *token)
{
	hp_neighbor_output(w->nb, 0, &peer, token, now(w), w->fx);
	see(w);
}

static enum hp_neighbor_state state(const struct world *w)
{
	struct hp_neighbor_view v;

	return hp_neighbor_find(w->nb, 0, &peer, &v) ? v.state : HP_NEIGHBOR_FAILED;
}

/* Brings the peer's entry into a state, at mac_a. */
static void enter(struct world *w, enum hp_neighbor_state s, int *token)
{
	if (s == HP_NEIGHBOR_FAILED)
		return;
	output(w, token);
	if (s == HP_NEIGHBOR_INCOMPLETE)
		return;
	hear_na(w, &peer, &mac_a, true, true);
	if (s == HP_NEIGHBOR_REACHABLE)
		return;
	advance(w, w->now_ms + 45000);
	if (s == HP_NEIGHBOR_STALE)
		return;
	output(w, token);
	if (s == HP_NEIGHBOR_DELAY)
		return;
	advance(w, w->now_ms + 5000);
}

/* RFC 4861 appendix C: state, event, state. S solicited, O override, other: another link-layer address, none: no option. */
static const struct {
	enum hp_neighbor_state from;
	const char *event;
	enum hp_neighbor_state to;
	bool moved; /* now at mac_b */
} nud[] = {
	{HP_NEIGHBOR_INCOMPLETE, "NA S=1 O=1 same", HP_NEIGHBOR_REACHABLE, false},
	{HP_NEIGHBOR_INCOMPLETE, "NA S=0 O=0 same", HP_NEIGHBOR_STALE, false},
	{HP_NEIGHBOR_INCOMPLETE, "NA S=1 O=0 none", HP_NEIGHBOR_INCOMPLETE, false},
	{HP_NEIGHBOR_REACHABLE, "NA S=1 O=0 same", HP_NEIGHBOR_REACHABLE, false},
	{HP_NEIGHBOR_REACHABLE, "NA S=1 O=0 other", HP_NEIGHBOR_STALE, false},
	{HP_NEIGHBOR_STALE, "NA S=1 O=0 other", HP_NEIGHBOR_STALE, false},
	{HP_NEIGHBOR_PROBE, "NA S=1 O=0 other", HP_NEIGHBOR_PROBE, false},
	{HP_NEIGHBOR_DELAY, "NA S=1 O=0 other", HP_NEIGHBOR_DELAY, false},
	{HP_NEIGHBOR_REACHABLE, "NA S=1 O=1 other", HP_NEIGHBOR_REACHABLE, true},
	{HP_NEIGHBOR_STALE, "NA S=1 O=1 other", HP_NEIGHBOR_REACHABLE, true},
	{HP_NEIGHBOR_REACHABLE, "NA S=0 O=1 other", HP_NEIGHBOR_STALE, true},
	{HP_NEIGHBOR_PROBE, "NA S=0 O=1 other", HP_NEIGHBOR_STALE, true},
	{HP_NEIGHBOR_REACHABLE, "NA S=0 O=1 same", HP_NEIGHBOR_REACHABLE, false},
	{HP_NEIGHBOR_PROBE, "NA S=0 O=1 same", HP_NEIGHBOR_PROBE, false},
	{HP_NEIGHBOR_STALE, "NA S=1 O=1 none", HP_NEIGHBOR_REACHABLE, false},
	{HP_NEIGHBOR_PROBE, "NA S=1 O=1 same", HP_NEIGHBOR_REACHABLE, false},
	{HP_NEIGHBOR_FAILED, "NS same", HP_NEIGHBOR_STALE, false},
	{HP_NEIGHBOR_INCOMPLETE, "NS same", HP_NEIGHBOR_STALE, false},
	{HP_NEIGHBOR_REACHABLE, "NS other", HP_NEIGHBOR_STALE, true},
	{HP_NEIGHBOR_REACHABLE, "NS same", HP_NEIGHBOR_REACHABLE, false},
	{HP_NEIGHBOR_FAILED, "NA S=1 O=1 same", HP_NEIGHBOR_FAILED, false},
	{HP_NEIGHBOR_STALE, "used", HP_NEIGHBOR_DELAY, false},
	{HP_NEIGHBOR_REACHABLE, "used", HP_NEIGHBOR_REACHABLE, false},
};

static void test_nud(void)
{
	for (size_t i = 0; i < HP_LEN(nud); i++) {
		const char *e = nud[i].event;
		const struct hp_mac *mac = strstr(e, "other") ? &mac_b : strstr(e, "none") ? NULL : &mac_a;
		struct hp_neighbor_view v;
		struct world w;
		int token;

		open_world(&w, 0, false, 100);
		enter(&w, nud[i].from, &token);
		HP_CHECK(e, "the state to begin with", state(&w) == nud[i].from);
		if (strncmp(e, "NA", 2) == 0)
			hear_na(&w, &peer, mac, strstr(e, "S=1") != NULL, strstr(e, "O=1") != NULL);
		else if (strncmp(e, "NS", 2) == 0)
			hear_ns(&w, mac, &peer, &ours, true);
		else
			hp_neighbor_used(w.nb, 0, &peer, now(&w), w.fx);
		HP_CHECK(e, "the state after", state(&w) == nud[i].to);
		if (nud[i].to != HP_NEIGHBOR_FAILED && nud[i].to != HP_NEIGHBOR_INCOMPLETE && hp_neighbor_find(w.nb, 0, &peer, &v))
			HP_CHECK(e, "link-layer address", hp_mac_eq(&v.mac, nud[i].moved ? &mac_b : &mac_a));
		close_world(&w);
	}
}

/* Who writes to a thousand addresses where nobody is keeps no more than so many packets, the newest; whoever answers gets what waits. */
static void test_waiting(void)
{
	static int token[3 * HP_NEIGHBOR_WAITING];
	unsigned int discarded = 0;
	struct hp_na na = {.target = peer, .solicited = true, .override_ = true, .has_mac = true, .mac = mac_a};
	struct world w;

	open_world(&w, 0, false, 10 * HP_NEIGHBOR_WAITING);
	for (int i = 0; i < 3 * HP_NEIGHBOR_WAITING; i++) {
		struct hp_ip6 to = peer;

		/* The last of them: one that is there. */
		if (i < 3 * HP_NEIGHBOR_WAITING - 1) {
			to.b[12] = 1;
			to.b[13] = (uint8_t)(i >> 8);
			to.b[14] = (uint8_t)i;
		}
		hp_neighbor_output(w.nb, 0, &to, &token[i], now(&w), w.fx);
		see(&w);
		discarded += w.discarded;
	}
	CU_ASSERT_EQUAL(discarded, 2 * HP_NEIGHBOR_WAITING);
	CU_ASSERT_EQUAL(hp_neighbor_count(w.nb)[HP_NB_QUEUE_FULL], 2 * HP_NEIGHBOR_WAITING);
	hear_na(&w, &na.target, &na.mac, true, true);
	CU_ASSERT_EQUAL(w.transmitted, 1);
	/* Nobody else answers: all that is left comes back. */
	discarded = 0;
	for (int i = 0; i < 50; i++) {
		advance(&w, w.now_ms + 100);
		discarded += w.discarded;
	}
	CU_ASSERT_EQUAL(discarded, HP_NEIGHBOR_WAITING - 1);
	close_world(&w);
}

/* §7.2.2: three solicitations a second apart, then every waiting packet comes back; the queue keeps the newest. */
static void test_resolution(void)
{
	struct world w;
	int token[5];

	open_world(&w, 0, false, 100);
	output(&w, &token[0]);
	CU_ASSERT(w.solicitations == 1 && hp_ip6_is_multicast(&w.last.dst) && w.ns.has_mac);
	for (int i = 1; i < 5; i++)
		output(&w, &token[i]);
	CU_ASSERT(w.discarded == 1 && w.solicitations == 0);
	advance(&w, w.now_ms + 999);
	CU_ASSERT_EQUAL(w.solicitations, 0);
	advance(&w, w.now_ms + 2002);
	CU_ASSERT_EQUAL(w.solicitations, 2);
	CU_ASSERT(w.discarded == HP_NEIGHBOR_QUEUE && w.unreachable == HP_NEIGHBOR_QUEUE);
	CU_ASSERT_EQUAL(state(&w), HP_NEIGHBOR_FAILED);
	output(&w, &token[0]);
	output(&w, &token[1]);
	hear_na(&w, &peer, &mac_a, true, true);
	CU_ASSERT(w.transmitted == 2 && w.published == 1 && hp_mac_eq(&w.to, &mac_a));
	output(&w, &token[2]);
	CU_ASSERT_EQUAL(w.transmitted, 1);
	/* Unanswered probes end it, and workers forget it. */
	advance(&w, w.now_ms + 46000);
	output(&w, &token[3]);
	advance(&w, w.now_ms + 5000 + 3000);
	CU_ASSERT(w.solicitations == 3 && w.withdrawn == 1);
	close_world(&w);
}

/* Strangers that solicit from many addresses do not push out who is in use. */
static void test_bounded(void)
{
	struct world w;
	int token;

	open_world(&w, 0, false, 20);
	enter(&w, HP_NEIGHBOR_REACHABLE, &token);
	for (uint16_t i = 0; i < 1000; i++) {
		struct hp_ip6 stranger = peer;

		stranger.b[10] = (uint8_t)(1 + (i >> 8));
		stranger.b[11] = (uint8_t)i;
		hear_ns(&w, &mac_b, &stranger, &ours, true);
		CU_ASSERT_EQUAL(w.advertisements, 1);
	}
	CU_ASSERT_EQUAL(state(&w), HP_NEIGHBOR_REACHABLE);
	hp_neighbor_carrier(w.nb, 0, false, now(&w), w.fx);
	see(&w);
	CU_ASSERT_EQUAL(w.withdrawn, 20);
	close_world(&w);
}

/* RFC 4862 §5.4: probed, then valid; another's probe or advertisement meanwhile: not. */
static void test_own(void)
{
	for (int conflict = 0; conflict < 4; conflict++) {
		struct world w;

		open_world(&w, 1, false, 100);
		CU_ASSERT(!hp_neighbor_is_own(w.nb, 0, &ours));
		advance(&w, w.now_ms + 1000);
		CU_ASSERT(w.solicitations >= 2);
		if (conflict == 1)
			hear_ns(&w, &mac_b, &HP_IP6_ANY, &ours, false);
		else if (conflict == 2)
			hear_na(&w, &ours, &mac_b, false, true);
		else if (conflict == 3) /* our own, looped back by the link */
			hear_ns(&w, &our_mac, &HP_IP6_ANY, &ours, false);
		advance(&w, w.now_ms + 2000);
		CU_ASSERT_EQUAL(hp_neighbor_is_own(w.nb, 0, &ours), conflict == 0 || conflict == 3);
		close_world(&w);
	}
}

/* RFC 6275 §10.3.1, §10.4.1 and PROTOCOL: one probe, 1,000 ms, no delay; announced three times; defended; silent after. */
static void test_proxy(void)
{
	struct world w;

	open_world(&w, 0, false, 100);
	CU_ASSERT_EQUAL(hp_neighbor_probe(w.nb, 0, &hoa, now(&w), w.fx), 0);
	CU_ASSERT_EQUAL(hp_neighbor_probe(w.nb, 0, &hoa, now(&w), w.fx), -EALREADY);
	see(&w);
	CU_ASSERT(w.solicitations == 1 && hp_ip6_is_any(&w.last.src) && !w.ns.has_mac && w.reports >= 1);
	advance(&w, w.now_ms + 999);
	CU_ASSERT(w.probed == -1 && w.solicitations == 0);
	advance(&w, w.now_ms + 1);
	CU_ASSERT_EQUAL(w.probed, 1);
	CU_ASSERT(w.advertisements == 1 && w.na.override_ && !w.na.router && !w.na.solicited && hp_mac_eq(&w.na.mac, &our_mac));
	advance(&w, w.now_ms + 10000);
	CU_ASSERT_EQUAL(w.advertisements, 2);
	hear_ns(&w, &mac_a, &peer, &hoa, true);
	CU_ASSERT(w.advertisements == 1 && w.na.solicited && !w.na.override_ && !w.na.router);
	hear_ns(&w, &mac_b, &HP_IP6_ANY, &hoa, false);
	CU_ASSERT(w.advertisements == 1 && !w.na.solicited && hp_ip6_eq(&w.last.dst, &HP_IP6_ALL_NODES));
	hp_neighbor_unproxy(w.nb, 0, &hoa, now(&w), w.fx);
	see(&w);
	hear_ns(&w, &mac_a, &peer, &hoa, true);
	CU_ASSERT_EQUAL(w.advertisements, 0);
	close_world(&w);
}

static void test_proxy_conflict(void)
{
	for (int how = 0; how < 2; how++) {
		struct world w;

		open_world(&w, 0, false, 100);
		hp_neighbor_probe(w.nb, 0, &hoa, now(&w), w.fx);
		see(&w);
		advance(&w, w.now_ms + 500);
		hear_ns(&w, &our_mac, &HP_IP6_ANY, &hoa, false); /* our own, looped back */
		CU_ASSERT_EQUAL(w.probed, -1);
		if (how)
			hear_na(&w, &hoa, &mac_b, false, true);
		else
			hear_ns(&w, &mac_b, &HP_IP6_ANY, &hoa, false);
		CU_ASSERT_EQUAL(w.probed, 0);
		hear_ns(&w, &mac_a, &peer, &hoa, true);
		CU_ASSERT_EQUAL(w.advertisements, 0);
		close_world(&w);
	}
}

/* RFC 4861 §6.2.4, §6.2.6: three soon, then between the intervals; a solicitation hurries the next one, never under the least delay. */
static void test_advertising(void)
{
	static const uint8_t rs[] = {HP_ICMP6_RS, 0, 0, 0, 0, 0, 0, 0};
	struct world w;

	open_world(&w, 0, true, 100);
	advance(&w, w.now_ms);
	CU_ASSERT_EQUAL(w.ras, 1);
	advance(&w, w.now_ms + 32000);
	CU_ASSERT_EQUAL(w.ras, 2);
	advance(&w, w.now_ms + 199000 - 32000);
	CU_ASSERT_EQUAL(w.ras, 0);
	advance(&w, w.now_ms + 600000);
	CU_ASSERT(w.ras >= 1 && w.ras <= 4);
	do
		advance(&w, hp_neighbor_next(w.nb));
	while (!w.ras);
	for (int i = 0; i < 50; i++)
		hear(&w, &mac_a, &HP_IP6_ANY, &HP_IP6_ALL_ROUTERS, rs, sizeof(rs));
	advance(&w, w.now_ms + 2999);
	CU_ASSERT_EQUAL(w.ras, 0);
	advance(&w, w.now_ms + 600);
	CU_ASSERT_EQUAL(w.ras, 1);
	/* §6.2.5: no router any more. */
	hp_neighbor_farewell(w.nb, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.ras == 1 && w.ra.router_lifetime_s == 0 && !w.ra.has_home_agent_info);
	advance(&w, w.now_ms + 2000000);
	CU_ASSERT_EQUAL(w.ras, 0);
	close_world(&w);
}

/* RFC 6275 §7.5: only when solicited, and a last one; §8.3: without the interval option. */
static void test_solicited_only(void)
{
	static const uint8_t rs[] = {HP_ICMP6_RS, 0, 0, 0, 0, 0, 0, 0};
	const struct hp_own_address own = {ours, 64, 10000, 5000};
	struct hp_neighbor_link link = {.mac = our_mac, .mtu = 1500, .addresses = 1, .address = &own, .home = true};
	const struct hp_neighbor_conf c = {.links = 1, .link = &link, .seed = 3, .max_neighbors = 100};
	struct world w = {.now_ms = 1000};

	link.ra.enabled = link.ra.solicited_only = true;
	link.ra.min_interval_ms = 200000;
	link.ra.max_interval_ms = 600000;
	link.ra.router_lifetime_s = 1800;
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w.fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_neighbor_create(&w.nb, &c, now(&w)), 0);
	hp_neighbor_carrier(w.nb, 0, true, now(&w), w.fx);
	see(&w);
	advance(&w, w.now_ms + 4000000);
	CU_ASSERT_EQUAL(w.ras, 0);
	for (int i = 0; i < 3; i++) {
		hear(&w, &mac_a, &HP_IP6_ANY, &HP_IP6_ALL_ROUTERS, rs, sizeof(rs));
		advance(&w, w.now_ms + 4000000);
		CU_ASSERT(w.ras == 1 && w.ra.router_lifetime_s == 1800 && !w.ra.has_interval);
	}
	hp_neighbor_farewell(w.nb, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.ras == 1 && w.ra.router_lifetime_s == 0);
	close_world(&w);
}

/* RFC 6275 §7.1 to §7.5: bits, the whole address with R, intervals with their slack; lifetimes that run down (RFC 4861 §6.2.1). */
static void test_advertisement(void)
{
	static const struct {
		uint32_t max_ms, said_ms;
	} row[] = {{70, 90}, {199, 219}, {200, 200}, {600000, 600000}};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct world w;

		open_link(&w, 0, row[i].max_ms, 100);
		advance(&w, w.now_ms);
		CU_ASSERT_FATAL(w.ras == 1 && w.ra.prefixes == 1);
		CU_ASSERT(w.ra.home_agent && w.ra.router_lifetime_s == 1800 && w.ra.has_mac && hp_mac_eq(&w.ra.mac, &our_mac));
		CU_ASSERT(w.ra.prefix[0].router_address && hp_ip6_eq(&w.ra.prefix[0].prefix, &ours) && w.ra.prefix[0].length == 64);
		CU_ASSERT(w.ra.prefix[0].valid_s == 10000 && w.ra.prefix[0].preferred_s == 5000);
		CU_ASSERT(w.ra.has_interval && w.ra.interval_ms == row[i].said_ms);
		advance(&w, w.now_ms + 6000000);
		CU_ASSERT(w.ras > 0 && w.ra.prefix[0].preferred_s == 0 && w.ra.prefix[0].valid_s >= 4000 && w.ra.prefix[0].valid_s < 4601);
		close_world(&w);
	}
}

/* The carrier goes: neighbours forgotten, no advertisement into the void, nobody answered. It comes back: advertised at once, groups
 * reported and proxied addresses announced again, for whoever listens now; our addresses have stayed ours. */
static void test_carrier(void)
{
	static const uint8_t rs[] = {HP_ICMP6_RS, 0, 0, 0, 0, 0, 0, 0};
	struct world w;
	int token;

	open_world(&w, 0, true, 100);
	CU_ASSERT_EQUAL(hp_neighbor_proxy(w.nb, 0, &hoa, true, now(&w), w.fx), 0);
	advance(&w, w.now_ms + 60000);
	enter(&w, HP_NEIGHBOR_REACHABLE, &token);
	hp_neighbor_carrier(w.nb, 0, false, now(&w), w.fx);
	see(&w);
	CU_ASSERT_EQUAL(w.withdrawn, 1);
	hear(&w, &mac_a, &HP_IP6_ANY, &HP_IP6_ALL_ROUTERS, rs, sizeof(rs));
	advance(&w, w.now_ms + 2000000);
	CU_ASSERT(w.ras == 0 && w.reports == 0);
	CU_ASSERT(hp_neighbor_is_own(w.nb, 0, &ours));
	hp_neighbor_carrier(w.nb, 0, true, now(&w), w.fx);
	advance(&w, w.now_ms);
	CU_ASSERT_EQUAL(w.ras, 1);
	advance(&w, w.now_ms + 1000);
	CU_ASSERT(w.reports >= 1);
	CU_ASSERT(w.advertisements == 1 && hp_ip6_eq(&w.na.target, &hoa) && w.na.override_ && hp_ip6_eq(&w.last.dst, &HP_IP6_ALL_NODES));
	close_world(&w);
}

/* RFC 3810 §8.2.1: where a version 1 querier rules, groups are reported to themselves and given up to all routers; it is forgotten. */
static void test_old_querier(void)
{
	static const struct hp_ip6 router = {{0xfe, 0x80, [15] = 9}};
	const uint8_t query[24] = {HP_ICMP6_MLD_QUERY, 0, 0, 0, 0, 100};
	const struct hp_send s = {.src = router,
				  .dst = HP_IP6_ALL_NODES,
				  .hop_limit = 1,
				  .proto = HP_PROTO_ICMPV6,
				  .router_alert = true,
				  .body = query,
				  .body_len = sizeof(query)};
	const struct hp_ip6 group = hp_ip6_solicited_node(&hoa);
	struct world w;

	open_world(&w, 0, false, 100);
	advance(&w, w.now_ms + 60000);
	hear_packet(&w, &mac_a, &s);
	advance(&w, w.now_ms + 100);
	CU_ASSERT(w.v1_reports >= 2 && w.reports == 0); /* all routers, our solicited-node groups */
	hp_neighbor_proxy(w.nb, 0, &hoa, true, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.v1_reports == 1 && w.reports == 0 && hp_ip6_eq(&w.report.dst, &group));
	hp_neighbor_unproxy(w.nb, 0, &hoa, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.v1_dones == 1 && hp_ip6_eq(&w.report.dst, &HP_IP6_ALL_ROUTERS));
	advance(&w, w.now_ms + 260000);
	hp_neighbor_proxy(w.nb, 0, &hoa, true, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.v1_reports == 0 && w.reports == 1);
	close_world(&w);
}

/* RFC 4861 §7.2.7, RFC 4862 §5.4, RFC 6275 §8.4: answered within a second, without Override, from an address that is ours alone; never
 * tested, never a source. */
static void test_anycast(void)
{
	const struct hp_ip6 anycast = {{0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
	const struct hp_ip6 other = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0x51}};
	struct hp_own_address own[4];
	uint16_t link = 9;
	struct world w;

	open_world(&w, 1, true, 100);
	/* Before our own address is past its test. */
	CU_ASSERT(hp_neighbor_is_anycast(w.nb, &anycast, &link) && link == 0);
	CU_ASSERT(!hp_neighbor_is_own(w.nb, HP_LINK_ANY, &anycast));
	advance(&w, w.now_ms + 2500);
	CU_ASSERT_EQUAL(w.solicitations, 2); /* link-local and global address */
	CU_ASSERT(hp_neighbor_is_own(w.nb, 0, &ours) && !hp_neighbor_is_anycast(w.nb, &ours, &link));
	CU_ASSERT_EQUAL(hp_neighbor_addresses(w.nb, 0, own, 4), 1);
	CU_ASSERT(hp_ip6_eq(&own[0].address, &ours) && hp_ip6_eq(hp_neighbor_source(w.nb, 0, &anycast), &ours));
	hear_ns(&w, &mac_a, &peer, &anycast, true);
	CU_ASSERT_EQUAL(w.advertisements, 0);
	advance(&w, w.now_ms + 1000);
	CU_ASSERT(w.advertisements == 1 && w.na.solicited && !w.na.override_ && w.na.router && hp_mac_eq(&w.na.mac, &our_mac));
	CU_ASSERT(hp_ip6_eq(&w.na.target, &anycast) && hp_ip6_eq(&w.last.src, &ours) && hp_ip6_eq(&w.last.dst, &peer));
	/* Two who ask in the same second are both answered, one who asks twice is answered. */
	hear_ns(&w, &mac_a, &peer, &anycast, true);
	hear_ns(&w, &mac_b, &other, &anycast, true);
	CU_ASSERT(w.advertisements == 1 && hp_ip6_eq(&w.last.dst, &peer));
	hear_ns(&w, &mac_b, &other, &anycast, true);
	advance(&w, w.now_ms + 1000);
	CU_ASSERT(w.advertisements == 1 && hp_ip6_eq(&w.last.dst, &other));
	/* A test of it by a host that wants it for itself. */
	hear_ns(&w, &mac_b, &HP_IP6_ANY, &anycast, false);
	advance(&w, w.now_ms + 1000);
	CU_ASSERT(w.advertisements == 1 && !w.na.solicited && hp_ip6_eq(&w.last.dst, &HP_IP6_ALL_NODES));
	/* Another home agent's advertisement of it is no conflict. */
	hear_na(&w, &anycast, &mac_b, false, false);
	CU_ASSERT(hp_neighbor_is_anycast(w.nb, &anycast, &link));
	close_world(&w);
}

/* RFC 4861 §6.2.7: the minimum set; unspecified values and other prefixes are no contradiction. We say hop limit 64, M = O = 0,
 * MTU 1500, and of our prefix 10,000 s valid and 5,000 s preferred, running down: `later` is how much later it ends by the other. */
static void test_consistency(void)
{
	const struct hp_ip6 router = {{0xfe, 0x80, [15] = 9}}, prefix = {{0x20, 1, 0xd, 0xb8, 0, 1}}, other = {{0x20, 1, 0xd, 0xb8, 0, 2}};
	static const uint32_t ever = HP_LIFETIME_INFINITE;
	const struct {
		const char *name;
		struct hp_ra ra;
		const struct hp_ip6 *prefix;
		uint8_t length;
		int valid_later_s, preferred_later_s; /* INT_MAX: for ever */
		enum hp_neighbor_conflict want;
	} table[] = {
		{"the same", {0}, &prefix, 64, 0, 0, 0},
		{"a different clock", {0}, &prefix, 64, 10, -10, 0},
		{"hop limit", {.hop_limit = 63}, .want = HP_CONFLICT_HOP_LIMIT},
		{"hop limit unspecified", {.hop_limit = 0}, .want = 0},
		{"M", {.managed = true}, .want = HP_CONFLICT_MANAGED},
		{"O", {.other = true}, .want = HP_CONFLICT_OTHER},
		{"reachable time, ours unspecified", {.reachable_ms = 5000}, .want = 0},
		{"retransmission timer, ours unspecified", {.retrans_ms = 5000}, .want = 0},
		{"MTU", {.has_mtu = true, .mtu = 1400}, .want = HP_CONFLICT_MTU},
		{"the same MTU", {.has_mtu = true, .mtu = 1500}, .want = 0},
		{"valid longer", {0}, &prefix, 64, 11, 0, HP_CONFLICT_VALID},
		{"valid less long", {0}, &prefix, 64, -11, 0, HP_CONFLICT_VALID},
		{"valid for ever", {0}, &prefix, 64, INT_MAX, 0, HP_CONFLICT_VALID},
		{"preferred longer", {0}, &prefix, 64, 0, 11, HP_CONFLICT_PREFERRED},
		{"another prefix", {0}, &other, 64, 99, 99, 0},
		{"another length", {0}, &prefix, 48, 99, 99, 0},
		{"another router's lifetime", {.router_lifetime_s = 1, .home_agent = true}, .want = 0},
	};
	unsigned int conflicts = 0;
	struct world w;

	open_world(&w, 0, true, 100);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		struct hp_ra ra = table[i].ra;
		uint8_t body[512];

		advance(&w, w.now_ms + 60000);
		if (!strstr(table[i].name, "hop limit"))
			ra.hop_limit = 64;
		if (table[i].prefix) {
			const int lived_s = (int)(w.now_ms - 1000) / 1000;

			ra.prefixes = 1;
			ra.prefix[0] = (struct hp_ra_prefix){.prefix = *table[i].prefix, .length = table[i].length};
			ra.prefix[0].valid_s =
				table[i].valid_later_s == INT_MAX ? ever : (uint32_t)(10000 - lived_s + table[i].valid_later_s);
			ra.prefix[0].preferred_s = (uint32_t)(5000 - lived_s + table[i].preferred_later_s);
		}
		hear(&w, &mac_a, &router, &HP_IP6_ALL_NODES, body, hp_ra_write(&ra, body, sizeof(body)));
		HP_CHECK(table[i].name, "told", w.conflicts == (table[i].want ? 1 : 0));
		if (table[i].want)
			HP_CHECK(table[i].name, "what", w.conflict == table[i].want);
		conflicts += table[i].want != 0;
		/* Counted every time, told once a minute. */
		hear(&w, &mac_a, &router, &HP_IP6_ALL_NODES, body, hp_ra_write(&ra, body, sizeof(body)));
		HP_CHECK(table[i].name, "told again", w.conflicts == 0);
	}
	CU_ASSERT_EQUAL(hp_neighbor_count(w.nb)[HP_NB_RA_INCONSISTENT], 2 * conflicts);
	CU_ASSERT_EQUAL(w.heard, 2 * HP_LEN(table));
	close_world(&w);
}

/* A changed configuration: what stays stays valid, what is new is tested, what is gone is told and advertised with lifetimes of 0; the
 * first few advertisements come soon (RFC 4861 §6.2.4), a last one where it is switched off (§6.2.5). */
static void test_renew(void)
{
	static const struct hp_ip6 more = {{0x20, 1, 0xd, 0xb8, 0, 7, [15] = 1}};
	struct hp_own_address own[2] = {{ours, 64, 10000, 5000}, {more, 64, 700, 600}};
	struct hp_neighbor_link link = {.mac = our_mac, .mtu = 1500, .dad_transmits = 1, .addresses = 2, .address = own, .home = true};
	struct hp_own_address got[4];
	struct world w;

	open_world(&w, 1, true, 100);
	link.ra.enabled = true;
	link.ra.min_interval_ms = 200000;
	link.ra.max_interval_ms = 600000;
	link.ra.min_delay_ms = 3000;
	link.ra.interval_option = true;
	link.ra.router_lifetime_s = 1800;
	advance(&w, w.now_ms + 100000);
	/* One more address. */
	CU_ASSERT_EQUAL(hp_neighbor_renew(w.nb, &link, now(&w), w.fx), 0);
	see(&w);
	CU_ASSERT(hp_neighbor_is_own(w.nb, 0, &ours) && !hp_neighbor_is_own(w.nb, 0, &more));
	advance(&w, w.now_ms + 3000);
	CU_ASSERT(w.solicitations == 1 && hp_neighbor_is_own(w.nb, 0, &more) && hp_neighbor_addresses(w.nb, 0, got, 4) == 2);
	CU_ASSERT(w.ras >= 1);
	advance(&w, w.now_ms + 40000);
	CU_ASSERT(w.ras >= 1 && w.ra.prefixes == 2);
	CU_ASSERT(w.ra.prefix[0].valid_s <= 10000 - 100 && w.ra.prefix[1].valid_s > 600 && w.ra.prefix[1].valid_s <= 700);
	/* The same again: nothing. */
	advance(&w, w.now_ms + 700000);
	do
		advance(&w, hp_neighbor_next(w.nb));
	while (!w.ras);
	CU_ASSERT_EQUAL(hp_neighbor_renew(w.nb, &link, now(&w), w.fx), 0);
	advance(&w, w.now_ms + 100000);
	CU_ASSERT(w.ras == 0 && w.solicitations == 0);
	/* Another lifetime of the first, the second gone. */
	own[0].valid_s = 50;
	own[0].preferred_s = 40;
	link.addresses = 1;
	CU_ASSERT_EQUAL(hp_neighbor_renew(w.nb, &link, now(&w), w.fx), 0);
	CU_ASSERT(!hp_neighbor_is_own(w.nb, 0, &more));
	advance(&w, w.now_ms);
	CU_ASSERT(w.ras == 1 && w.gone == 2 && w.ra.prefixes == 2); /* the address and its anycast one */
	CU_ASSERT(w.ra.prefix[0].valid_s == 50 && w.ra.prefix[0].preferred_s == 40);
	CU_ASSERT(w.ra.prefix[1].prefix.b[5] == 7 && w.ra.prefix[1].valid_s == 0 && w.ra.prefix[1].preferred_s == 0);
	hear_ns(&w, &mac_a, &peer, &more, true);
	CU_ASSERT_EQUAL(w.advertisements, 0);
	advance(&w, w.now_ms + 1000000);
	CU_ASSERT(w.ras >= 3 && w.ra.prefixes == 1 && w.ra.prefix[0].valid_s == 0);
	/* Other intervals and preference. */
	link.ra.preference = 77;
	link.ra.home_agent_lifetime_s = 900;
	link.ra.max_interval_ms = 300000;
	CU_ASSERT_EQUAL(hp_neighbor_renew(w.nb, &link, now(&w), w.fx), 0);
	advance(&w, w.now_ms + 3000);
	CU_ASSERT(w.ras == 1 && w.ra.has_home_agent_info && w.ra.preference == 77 && w.ra.home_agent_lifetime_s == 900);
	CU_ASSERT_EQUAL(w.ra.interval_ms, 300000);
	/* Off: a last one; on again. */
	link.ra.enabled = false;
	CU_ASSERT_EQUAL(hp_neighbor_renew(w.nb, &link, now(&w), w.fx), 0);
	see(&w);
	CU_ASSERT(w.ras == 1 && w.ra.router_lifetime_s == 0);
	advance(&w, w.now_ms + 2000000);
	CU_ASSERT_EQUAL(w.ras, 0);
	link.ra.enabled = true;
	CU_ASSERT_EQUAL(hp_neighbor_renew(w.nb, &link, now(&w), w.fx), 0);
	advance(&w, w.now_ms);
	CU_ASSERT(w.ras == 1 && w.ra.router_lifetime_s == 1800);
	close_world(&w);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"states (RFC 4861 appendix C)", test_nud},
		{"resolution and its failure (7.2.2, 7.3.3)", test_resolution},
		{"too many packets wait in all (7.2.2)", test_waiting},
		{"bounded under strangers", test_bounded},
		{"own addresses (RFC 4862 5.4)", test_own},
		{"proxied addresses (RFC 6275 10.3.1, 10.4.1)", test_proxy},
		{"a home address in use (10.3.1)", test_proxy_conflict},
		{"router advertisements (RFC 4861 6.2)", test_advertising},
		{"router advertisements only when solicited (7.5)", test_solicited_only},
		{"a home agent's advertisement (RFC 6275 7)", test_advertisement},
		{"the carrier goes and comes", test_carrier},
		{"a querier of MLD version 1 (RFC 3810 8.2.1)", test_old_querier},
		{"listening to sources (RFC 3810 6.1-6.3)", test_listen},
		{"listening to many sources (5.2.15)", test_listen_long},
		{"anycast addresses (RFC 4861 7.2.7)", test_anycast},
		{"consistency of advertisements (6.2.7)", test_consistency},
		{"a changed configuration", test_renew},
		HP_TESTS_END,
	};

	return hp_tests_run("neighbor", tests);
}
