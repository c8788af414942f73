/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/control/input.c lib/control/icmp.c lib/control/mobility.c lib/control/relay.c lib/control/translation.c lib/control/complaint.c lib/control/discovery.c lib/agent/update.c */
/* The whole home agent and correspondent core, as the workers and the clock drive it. An input: steps, each an octet that says what, two that say how much,
 * and so many octets. */
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "security/return_routability.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { HOME, CORE, VIRTUAL, LINKS };
enum { FROM_CORE, FROM_HOME, FROM_TUNNEL, IN_TROUBLE, TIME_PASSES, TO_ALL, WHAT = 7, MEND = 8 };
#define EFFECTS_MOST 100000

static const struct hp_ip6 ha = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}}, vha = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
static const struct hp_ip6 core = {{0x20, 1, 0xd, 0xb8, 0, 0xf, [15] = 1}}, gate = {{0x20, 1, 0xd, 0xb8, 0, 0xf, [15] = 0xfe}};
static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, vhoa = {{0x20, 1, 0xd, 0xb8, 0, 2, [14] = 1}};
static const struct hp_ip6 coa = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 1}}, away = {{0x20, 1, 0xd, 0xb8, 0, 0x99, [14] = 1}};
static const struct hp_ip6 server = {{0x20, 1, 0xd, 0xb8, 0, 5, [15] = 1}}; /* a host that we act for, as all of its network */
static const struct hp_mac mac = {{2, 0, 0, 0, 0, 9}};

/* Large, and open it remembers nothing: one serves all. */
static struct hp_guard *guard;
static struct hp_hmac *hmac;

struct world {
	struct hp_control *control;
	struct hp_effects *fx;
	struct hp_now now;
	unsigned int tokens;
	uint64_t random;
	struct hp_rr_test home_test, careof_test; /* the last that were answered */
	uint8_t kbm[2][HP_KBM];                   /* of a binding of `away`, and for its deletion */
};

struct token {
	size_t len;
	uint8_t packet[];
};

static void expect(bool cond)
{
	if (!cond)
		abort();
}

static bool is_ours(const struct world *w, const struct hp_ip6 *a)
{
	return hp_ip6_is_any(a) || hp_ip6_is_linklocal(a) || hp_neighbor_is_own(hp_control_neighbor(w->control), HP_LINK_ANY, a);
}

/* Also what we say for hosts, and what others have said to them. */
static bool may_be_source(const struct world *w, const struct hp_send *s)
{
	const bool is_error = s->proto == HP_PROTO_ICMPV6 && s->body[0] < HP_ICMP6_ECHO_REQUEST;

	return is_ours(w, &s->src) || hp_control_protects(w->control, &s->src) ||
	       (is_error && hp_ip6_is_routable(&s->src) && hp_ip6_is_any(&s->coa));
}

static void answered(struct world *w, const struct hp_send *s)
{
	if (s->proto == HP_PROTO_MH && (s->body[2] == HP_MH_HOT || s->body[2] == HP_MH_COT))
		hp_rr_test_read(s->body[2] == HP_MH_HOT ? &w->home_test : &w->careof_test, s->body, s->body_len);
}

/* What leaves is a whole packet of ours, and an error is no longer than any link takes; without a link-layer address it waits for one. */
static void sent(struct world *w, const struct hp_send *s)
{
	const size_t len = hp_compose_overhead(s) + s->body_len;
	struct token *t = malloc(sizeof(*t) + len);
	struct hp_packet p;

	expect(hp_compose(s, t->packet, len) == (int)len && hp_packet_read_node(&p, t->packet, len) == HP_WALK_OK);
	answered(w, s);
	expect(may_be_source(w, s) && !hp_ip6_is_any(&s->dst) && (s->proto == HP_PROTO_ICMPV6 || s->proto == HP_PROTO_MH));
	expect(s->proto != HP_PROTO_ICMPV6 || s->body[0] >= HP_ICMP6_ECHO_REQUEST || len <= HP_IP6_MIN_MTU);
	expect(hp_ip6_is_any(&s->coa) || s->proto != HP_PROTO_MH || s->body[2] == HP_MH_BA); /* RFC 6275 §6.1 */
	t->len = len;
	if (s->has_mac) {
		free(t);
		return;
	}
	w->tokens++;
	hp_control_output(w->control, s->link, NULL, hp_control_first_hop(s), t, w->now, w->fx);
}

static void back(struct world *w, struct token *t, const struct hp_input *trouble)
{
	w->tokens--;
	if (trouble) {
		const struct hp_input in = {.data = t->packet, .len = t->len, .link = trouble->link};

		hp_control_trouble(w->control, &in, HP_TROUBLE_ADDRESS, 0, w->now, w->fx);
	}
	free(t);
}

static void carry_out(struct world *w)
{
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect e = *hp_effects_at(w->fx, i);

		expect(i < EFFECTS_MOST);
		if (e.kind == HP_EFFECT_SEND)
			sent(w, &e.send);
		else if (e.kind == HP_EFFECT_TRANSMIT)
			back(w, e.transmit.token, NULL);
		else if (e.kind == HP_EFFECT_DISCARD)
			back(w, e.discard.token, e.discard.unreachable ? &(struct hp_input){.link = e.discard.link} : NULL);
		else if (e.kind == HP_EFFECT_BIND)
			/* To where no route leads now nothing is sent, however long it may be. */
			expect(hp_ip6_is_routable(&e.bind.coa) && !hp_ip6_eq(&e.bind.coa, &e.bind.hoa) &&
			       (e.bind.out_link == HP_LINK_NONE || e.bind.mtu >= HP_IP6_MIN_MTU - HP_IP6_HEADER));
		else if (e.kind == HP_EFFECT_OPTIMIZE)
			expect(hp_ip6_is_routable(&e.optimize.coa) && !hp_ip6_eq(&e.optimize.coa, &e.optimize.hoa) &&
			       !is_ours(w, &e.optimize.coa) && !is_ours(w, &e.optimize.hoa) && !is_ours(w, &e.optimize.correspondent) &&
			       (e.optimize.out_link == HP_LINK_NONE || e.optimize.mtu >= HP_IP6_MIN_MTU));
	}
	hp_effects_clear(w->fx);
}

static void time_passes(struct world *w, uint64_t ms)
{
	const uint64_t end = w->now.mono_ms + ms;

	for (unsigned int turn = 0; turn < EFFECTS_MOST && hp_control_next(w->control) <= end; turn++) {
		if (hp_control_next(w->control) > w->now.mono_ms)
			w->now.mono_ms = hp_control_next(w->control);
		hp_control_tick(w->control, w->now, w->fx);
		carry_out(w);
	}
	w->now.mono_ms = end;
}

static void came(struct world *w, const struct hp_send *s)
{
	uint8_t packet[256];
	struct hp_input in = {
		.data = packet, .link = CORE, .has_mac = true, .mac = mac, .len = (size_t)hp_compose(s, packet, sizeof(packet))};

	hp_control_packet(w->control, &in, w->now, w->fx);
	carry_out(w);
}

static void registered(struct world *w, const struct hp_ip6 *agent, const struct hp_ip6 *home)
{
	const struct hp_bu bu = {.sequence = 1, .ack = true, .home = true, .linklocal = true, .lifetime = 900};
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {.src = coa, .dst = *agent, .hoa = *home, .hop_limit = 64, .proto = HP_PROTO_MH, .body = body};

	s.body_len = (size_t)hp_bu_write(&bu, body, sizeof(body));
	came(w, &s);
}

/* Return routability and a binding of `away`. */
static void optimized(struct world *w, const struct hp_ip6 *correspondent)
{
	const struct hp_rr_init init = {.cookie = {1, 2, 3}};
	struct hp_bu bu = {.sequence = 1, .ack = true, .lifetime = 100, .has_nonces = true, .has_authorization = true};
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {.src = away, .dst = *correspondent, .hop_limit = 64, .proto = HP_PROTO_MH, .body = body};

	s.body_len = (size_t)hp_rr_init_write(HP_MH_HOTI, &init, body, sizeof(body));
	came(w, &s);
	s.src = coa;
	s.body_len = (size_t)hp_rr_init_write(HP_MH_COTI, &init, body, sizeof(body));
	came(w, &s);
	bu.home_nonce = w->home_test.nonce_index;
	bu.careof_nonce = w->careof_test.nonce_index;
	s.body_len = (size_t)hp_bu_write(&bu, body, sizeof(body));
	s.hoa = away;
	expect(hp_kbm(hmac, w->home_test.token, w->careof_test.token, w->kbm[0]) && hp_kbm(hmac, w->home_test.token, NULL, w->kbm[1]));
	expect(hp_authorization(hmac, w->kbm[0], &coa, correspondent, body, s.body_len - HP_AUTHENTICATOR,
				body + s.body_len - HP_AUTHENTICATOR));
	came(w, &s);
	expect(hp_correspondent_bindings(hp_control_correspondent(w->control)));
}

static bool used(void *ctx, uint32_t id)
{
	(void)ctx;
	return id & 1;
}

static bool unpredictable(void *ctx, void *octets, size_t len)
{
	struct world *w = ctx;
	uint8_t *out = octets;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(w->random++ * 0x9e3779b97f4a7c15 >> 56);
	return true;
}

static void open_world(struct world *w)
{
	const uint32_t infinite = HP_LIFETIME_INFINITE;
	const struct hp_own_address home_own[] = {{ha, 64, infinite, infinite}}, core_own[] = {{core, 64, infinite, infinite}};
	const struct hp_own_address virtual_own[] = {{vha, 64, infinite, infinite}};
	const struct hp_neighbor_link link[LINKS] = {
		[HOME] = {.mac = {{2, 0, 0, 0, 0, 1}}, .mtu = 1500, .addresses = 1, .address = home_own, .home = true},
		[CORE] = {.mac = {{2, 0, 0, 0, 0, 2}}, .mtu = 1500, .addresses = 1, .address = core_own},
		[VIRTUAL] = {.is_virtual = true, .mtu = 1500, .addresses = 1, .address = virtual_own, .home = true},
	};
	const struct hp_prefix protect[] = {{server, 64}, {vha, 64}};
	const struct hp_route route = {.kind = HP_ROUTE_STATIC, .link = CORE, .via = gate};
	struct hp_control_conf conf = {
		.links = LINKS,
		.link = link,
		.routes = 1,
		.route = &route,
		.max_bindings = 8,
		.max_lifetime_s = 3600,
		.dad = true,
		.multicast = true,
		.prefix_advertisement = {.enabled = true, .min_interval_s = 600, .max_interval_s = 86400},
		.correspondent = {.enabled = true,
				  .max_bindings = 8,
				  .max_lifetime_s = HP_MAX_RR_BINDING_LIFETIME_S,
				  .protects = 2,
				  .protect = protect,
				  .used = used,
				  .random = unpredictable,
				  .ctx = w},
		.seed = 1,
	};

	*w = (struct world){.now = {.mono_ms = 5000, .wall_ms = 1700000000000}};
	expect(hmac || !hp_hmac_create(&hmac));
	expect(guard || !hp_guard_create(&guard, &(struct hp_guard_conf){.method = HP_GUARD_OPEN}, w->now));
	conf.guard = guard;
	expect(!hp_effects_create(&w->fx) && !hp_control_create(&w->control, &conf, w->now));
	hp_control_start(w->control, w->now, w->fx);
	hp_control_carrier(w->control, HOME, true, w->now, w->fx);
	hp_control_carrier(w->control, CORE, true, w->now, w->fx);
	carry_out(w);
	registered(w, &ha, &hoa);
	registered(w, &vha, &vhoa);
	time_passes(w, 1000);
	optimized(w, &core);
	optimized(w, &server);
}

/* Nor an authenticator. */
static void authorize(const struct world *w, const struct hp_packet *p, uint8_t *message)
{
	const struct hp_ip6 *home = hp_packet_source(p);
	struct hp_bu bu;

	if (hp_packet_payload_len(p) < 12 || message[2] != HP_MH_BU || hp_bu_read(&bu, message, hp_packet_payload_len(p)) != HP_MH_OK ||
	    bu.authorization_len != HP_AUTHENTICATOR)
		return;
	expect(hp_authorization(hmac, w->kbm[!bu.lifetime],
				!bu.lifetime           ? home
				: bu.has_alternate_coa ? &bu.alternate_coa
						       : &p->src,
				&p->dst, message, bu.authorization_at, message + bu.authorization_at));
}

/* Chance does not find a checksum. */
static void mend(const struct world *w, uint8_t *m, size_t len)
{
	struct hp_packet p;
	size_t at, covered;
	uint16_t sum;

	if (hp_packet_read(&p, m, len) != HP_WALK_OK || (p.proto != HP_PROTO_ICMPV6 && p.proto != HP_PROTO_MH))
		return;
	at = p.payload_at + (p.proto == HP_PROTO_MH ? 4u : 2u);
	covered = hp_packet_payload_len(&p);
	if (covered < 8)
		return;
	if (p.proto == HP_PROTO_MH)
		authorize(w, &p, m + p.payload_at);
	if (p.proto == HP_PROTO_MH && (m[p.payload_at + 1] + 1u) * 8 < covered)
		covered = (m[p.payload_at + 1] + 1u) * 8;
	m[at] = m[at + 1] = 0;
	sum = hp_checksum(hp_packet_source(&p), &p.dst, p.proto, m + p.payload_at, covered);
	m[at] = (uint8_t)(sum >> 8);
	m[at + 1] = (uint8_t)sum;
}

static void step(struct world *w, uint8_t what, const uint8_t *data, size_t len)
{
	/* Exactly as long as it is: the sanitizer sees a read of one octet too many. */
	uint8_t *m = malloc(len ? len : 1);
	struct hp_input in = {.data = m, .len = len, .link = CORE, .has_mac = true, .mac = mac};

	memcpy(m, data, len);
	if (what & MEND)
		mend(w, m, len);
	switch (what & WHAT) {
	case FROM_TUNNEL:
		in.has_mac = false;
		in.tunnelled = true;
		in.outer_src = coa;
		in.outer_dst = ha;
		hp_control_packet(w->control, &in, w->now, w->fx);
		break;
	case IN_TROUBLE:
		hp_control_trouble(w->control, &in, (enum hp_trouble)(what >> 4) % HP_TROUBLE_COUNT, HP_IP6_MIN_MTU, w->now, w->fx);
		break;
	case TO_ALL:
		in.link_multicast = true;
		in.link = HOME;
		hp_control_packet(w->control, &in, w->now, w->fx);
		break;
	default:
		in.link = (what & WHAT) == FROM_HOME ? HOME : CORE;
		hp_control_packet(w->control, &in, w->now, w->fx);
		break;
	}
	carry_out(w);
	free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world w;

	open_world(&w);
	while (len >= 3) {
		const size_t much = (size_t)(data[1] << 8 | data[2]), part = much < len - 3 ? much : len - 3;

		if ((data[0] & WHAT) == TIME_PASSES) {
			time_passes(&w, much);
			data += 3;
			len -= 3;
			continue;
		}
		step(&w, data[0], data + 3, part);
		data += 3 + part;
		len -= 3 + part;
	}
	expect(hp_effects_lost(w.fx) == 0);
	/* Every packet that waited comes back, once. */
	hp_control_destroy(w.control, w.fx);
	for (size_t i = 0; i < hp_effects_count(w.fx); i++)
		if (hp_effects_at(w.fx, i)->kind == HP_EFFECT_DISCARD)
			back(&w, hp_effects_at(w.fx, i)->discard.token, NULL);
	expect(w.tokens == 0);
	hp_effects_destroy(w.fx);
	return 0;
}
