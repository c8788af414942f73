/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>

#include "run.h"
#include "wire/compose.h"
#include "wire/icmp6.h"

static bool never_used(void *ctx, uint32_t id)
{
	(void)ctx;
	(void)id;
	return false;
}

/* Not twice the same in a test. */
static bool countdown(void *ctx, void *octets, size_t len)
{
	static uint64_t n = 1000000;
	uint8_t *out = octets;

	(void)ctx;
	n--;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(n >> i % 8 * 8);
	return true;
}

/* Links and addresses live as long as the program, the conf as long as what it was made of. */
static struct hp_control_conf conf_of(const struct lab_conf *conf)
{
	static struct hp_own_address home[1], core[1], virtual_[1];
	static struct hp_neighbor_link links[3];
	static struct hp_prefix protect[3], exclude[1];
	static struct hp_route gate;
	const uint32_t infinite = HP_LIFETIME_INFINITE;

	home[0] = (struct hp_own_address){craft_ip6(LAB_HA), 64, infinite, infinite};
	core[0] = (struct hp_own_address){craft_ip6(LAB_CORE), 64, infinite, infinite};
	virtual_[0] = (struct hp_own_address){craft_ip6(LAB_VHA), 64, infinite, infinite};
	links[0] = (struct hp_neighbor_link){.mac = {{2, 0, 0, 0, 0, 1}}, .mtu = 1500, .addresses = 1, .address = home, .home = true};
	links[1] = (struct hp_neighbor_link){.mac = {{2, 0, 0, 0, 0, 2}}, .mtu = 1500, .addresses = 1, .address = core};
	links[2] = (struct hp_neighbor_link){.is_virtual = true, .mtu = 1500, .addresses = 1, .address = virtual_, .home = true};
	gate = (struct hp_route){.kind = HP_ROUTE_STATIC, .link = 1, .via = craft_ip6(conf->gate ? conf->gate : LAB_GATE)};
	/* The servers' network but for one of them, and all of the home link. */
	protect[0] = (struct hp_prefix){craft_ip6(LAB_SERVER), 64};
	protect[1] = (struct hp_prefix){craft_ip6(LAB_HA), 64};
	protect[2] = (struct hp_prefix){craft_ip6(LAB_VHA), 64};
	exclude[0] = (struct hp_prefix){craft_ip6(LAB_EXCLUDED), 128};
	return (struct hp_control_conf){
		.links = 3,
		.link = links,
		.routes = 1,
		.route = &gate,
		.max_bindings = conf->dad ? 16384 : 16,
		.max_lifetime_s = 3600,
		.dad = conf->dad,
		.prefix_advertisement = {.enabled = true, .min_interval_s = 600, .max_interval_s = 86400},
		.correspondent = {.enabled = conf->correspondent,
				  .max_bindings = 64,
				  .max_lifetime_s = HP_MAX_RR_BINDING_LIFETIME_S,
				  .protects = conf->unprotected ? 0 : HP_LEN(protect),
				  .protect = protect,
				  .excludes = 1,
				  .exclude = exclude,
				  .used = never_used,
				  .random = countdown},
		.seed = 1,
	};
}

void lab_open_conf(struct lab *l, const struct lab_conf *lc)
{
	struct hp_control_conf conf = conf_of(lc);

	*l = (struct lab){.now = {.mono_ms = 5000, .wall_ms = 1700000000000}};
	if (hp_guard_create(&l->guard, &(struct hp_guard_conf){.method = lc->ipsec ? HP_GUARD_IPSEC : HP_GUARD_OPEN}, l->now))
		abort();
	conf.guard = l->guard;
	if (hp_effects_create(&l->fx) || hp_control_create(&l->control, &conf, l->now))
		abort();
	hp_control_start(l->control, l->now, l->fx);
	for (uint16_t i = 0; i < 2; i++) {
		hp_control_carrier(l->control, i, true, l->now, l->fx);
		l->linklocal[i] = hp_ip6_linklocal_from_mac(&conf.link[i].mac);
	}
	hp_effects_clear(l->fx);
}

void lab_renew(struct lab *l, const struct lab_conf *lc)
{
	struct hp_control_conf conf = conf_of(lc);

	conf.guard = l->guard;
	CU_ASSERT(hp_control_renew(l->control, &conf, l->now, l->fx) == 0);
}

void lab_wait(struct lab *l, uint64_t ms)
{
	const uint64_t end = l->now.mono_ms + ms;

	while (hp_control_next(l->control) <= end) {
		const uint64_t next = hp_control_next(l->control);

		l->now.mono_ms = next > l->now.mono_ms ? next : l->now.mono_ms;
		hp_control_tick(l->control, l->now, l->fx);
	}
	l->now.mono_ms = end;
}

void lab_open(struct lab *l)
{
	lab_open_conf(l, &(struct lab_conf){0});
}

void lab_open_dad(struct lab *l)
{
	lab_open_conf(l, &(struct lab_conf){.dad = true});
}

void lab_open_ipsec(struct lab *l)
{
	lab_open_conf(l, &(struct lab_conf){.ipsec = true});
}

void lab_close(struct lab *l)
{
	hp_control_destroy(l->control, l->fx);
	hp_guard_destroy(l->guard);
	hp_effects_destroy(l->fx);
}

struct hp_input lab_input(const uint8_t *packet, size_t len, uint16_t link)
{
	return (struct hp_input){.data = packet, .len = len, .link = link, .has_mac = true, .mac = {{2, 0, 0, 0, 0, 9}}};
}

void lab_bind(struct lab *l)
{
	uint8_t packet[CRAFT_ROOM];
	struct craft_bu bu = {.src = craft_ip6(LAB_COA),
			      .dst = craft_ip6(LAB_HA),
			      .hoa = craft_ip6(LAB_H),
			      .sequence = 1,
			      .lifetime = 100,
			      .a = true,
			      .h = true};
	struct hp_input in = lab_input(packet, craft_bu(packet, &bu), 1);

	hp_control_packet(l->control, &in, l->now, l->fx);
	CU_ASSERT_STRING_EQUAL(lab_effects(l), "bind mtu 1460, ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
}

static size_t way(const struct hp_send *s, char *out, size_t room)
{
	char text[5][HP_IP6_TEXT];
	size_t n = (size_t)snprintf(out, room, " %s>%s", hp_ip6_text(&s->src, text[0]), hp_ip6_text(&s->dst, text[1]));

	if (!hp_ip6_is_any(&s->coa))
		n += (size_t)snprintf(out + n, room - n, " via %s", hp_ip6_text(&s->coa, text[2]));
	if (!hp_ip6_is_any(&s->outer_dst))
		n += (size_t)snprintf(out + n, room - n, " in %s>%s", hp_ip6_text(&s->outer_src, text[3]),
				      hp_ip6_text(&s->outer_dst, text[4]));
	if (s->protection == HP_PROTECT_PAYLOAD)
		n += (size_t)snprintf(out + n, room - n, " by worker for %s", hp_ip6_text(&s->hoa, text[2]));
	if (s->link != HP_LINK_ANY)
		n += (size_t)snprintf(out + n, room - n, " link %u", s->link);
	return n;
}

static size_t sent(const struct hp_send *s, char *out, size_t room)
{
	const uint8_t *b = s->body;
	uint8_t packet[CRAFT_ROOM];
	int len = hp_compose(s, packet, sizeof(packet));
	char hoa[HP_IP6_TEXT];
	struct hp_ip6 a;
	size_t n;

	CU_ASSERT(len > 0);
	if (s->proto == HP_PROTO_ICMPV6 && b[0] < 128) {
		/* RFC 4443 §2.4 (c): never longer than this. */
		CU_ASSERT(len <= HP_IP6_MIN_MTU);
		n = (size_t)snprintf(out, room, "error %u/%u %u", b[0], b[1], (unsigned int)b[4] << 24 | b[5] << 16 | b[6] << 8 | b[7]);
	} else if (s->proto == HP_PROTO_ICMPV6 && b[0] == HP_ICMP6_ECHO_REPLY) {
		n = (size_t)snprintf(out, room, "echo");
	} else if (s->proto == HP_PROTO_ICMPV6 && b[0] == HP_ICMP6_DHAAD_REPLY) { /* §6.6 */
		n = (size_t)snprintf(out, room, "agents %02x%02x", b[4], b[5]);
		for (size_t i = 8; i + 16 <= s->body_len; i += 16) {
			memcpy(&a, b + i, sizeof(a));
			n += (size_t)snprintf(out + n, room - n, " %s", hp_ip6_text(&a, hoa));
		}
	} else if (s->proto == HP_PROTO_ICMPV6 && b[0] == HP_ICMP6_MPA) { /* §6.8 */
		n = (size_t)snprintf(out, room, "mpa %02x%02x of %zu", b[4], b[5], (s->body_len - 8) / 32);
	} else if (s->proto == HP_PROTO_MH && b[2] == 7) { /* §6.1.9 */
		memcpy(&a, b + 8, sizeof(a));
		n = (size_t)snprintf(out, room, "be %u %s", b[6], hp_ip6_text(&a, hoa));
	} else if (s->proto == HP_PROTO_MH && (b[2] == 3 || b[2] == 4)) { /* §6.1.5, §6.1.6 */
		n = (size_t)snprintf(out, room, b[2] == 3 ? "hot" : "cot");
	} else if (s->proto == HP_PROTO_MH && b[2] == 0) {
		n = (size_t)snprintf(out, room, "brr");
	} else if (s->proto == HP_PROTO_MH) {
		n = (size_t)snprintf(out, room, "ba %u", b[6]);
	} else {
		return 0;
	}
	return n + way(s, out + n, room - n);
}

static size_t optimized(const char *what, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent, const struct hp_ip6 *coa, char *out,
			size_t room)
{
	char text[3][HP_IP6_TEXT];

	return (size_t)snprintf(out, room, "%s %s>%s%s%s", what, hp_ip6_text(correspondent, text[0]), hp_ip6_text(hoa, text[1]),
				coa ? " via " : "", coa ? hp_ip6_text(coa, text[2]) : "");
}

static size_t render(const struct hp_effect *e, char *out, size_t room)
{
	switch (e->kind) {
	case HP_EFFECT_SEND:
		return sent(&e->send, out, room);
	case HP_EFFECT_BIND:
		return (size_t)snprintf(out, room, "bind mtu %u", e->bind.mtu);
	case HP_EFFECT_UNBIND:
		return (size_t)snprintf(out, room, "unbind");
	case HP_EFFECT_OPTIMIZE:
		return optimized("optimize", &e->optimize.hoa, &e->optimize.correspondent, &e->optimize.coa, out, room) +
		       (size_t)snprintf(out + strlen(out), room - strlen(out), " mtu %u", e->optimize.mtu);
	case HP_EFFECT_UNOPTIMIZE:
		return optimized("unoptimize", &e->unoptimize.hoa, &e->unoptimize.correspondent, NULL, out, room);
	case HP_EFFECT_TRANSMIT:
		return (size_t)snprintf(out, room, "transmit %u %02x:%02x", e->transmit.link, e->transmit.mac.b[0], e->transmit.mac.b[5]);
	case HP_EFFECT_DISCARD:
		return (size_t)snprintf(out, room, "discard%s", e->discard.unreachable ? " unreachable" : "");
	default:
		return 0;
	}
}

const char *lab_effects(struct lab *l)
{
	static char text[4096];
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < hp_effects_count(l->fx) && n < sizeof(text) - 300; i++) {
		char one[300];
		size_t len = render(hp_effects_at(l->fx, i), one, sizeof(one));

		if (len)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", one);
	}
	hp_effects_clear(l->fx);
	return text;
}

uint64_t lab_count(const struct lab *l, enum hp_control_counter counter)
{
	return hp_control_count(l->control)[counter];
}
