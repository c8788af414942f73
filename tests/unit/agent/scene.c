/* SPDX-License-Identifier: BSD-3-Clause */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *name, *text;
} names[] = {
	{"HA", "2001:db8:1::1"},
	{"HA3", "2001:db8:3::1"},
	{"HAL", "fe80::77"},
	{"CORE", "2001:db8:f::1"},
	{"VHA", "2001:db8:2::1"},
	{"H", "2001:db8:1::100"},
	{"HL", "fe80::100"}, /* derived from H and from P */
	{"H2", "2001:db8:1::200"},
	{"P", "2001:db8:3::100"},
	{"V", "2001:db8:2::100"},
	{"OFF", "2001:db8:99::100"},
	{"SELFISH", "2001:db8:1:0::1:0:1"},
	{"ROUTER", "2001:db8:1::"},
	{"AGENTS", "2001:db8:1:0:fdff:ffff:ffff:fffe"},
	{"C1", "2001:db8:a::1"},
	{"C2", "2001:db8:b::1"},
	{"CHOME", "2001:db8:1::c1"},
	{"X", "2001:db8:dead::1"},
	{"GROUP", "ff0e::1"},
	{"SPECIFIC", "ff3e::8000:1"},
	{"S1", "2001:db8:5::1"},
	{"S2", "2001:db8:5::2"},
	{"S3", "2001:db8:5::3"},
	{"LOCAL", "fe80::c1"},
	{"ANY", "::"},
};

struct hp_ip6 scene_address(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			return craft_ip6(names[i].text);
	return craft_ip6(name);
}

static const char *name_of(const struct hp_ip6 *a)
{
	static char text[8][HP_IP6_TEXT];
	static unsigned int turn;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct hp_ip6 known = craft_ip6(names[i].text);

		if (hp_ip6_eq(&known, a))
			return names[i].name;
	}
	return hp_ip6_text(a, text[turn++ % 8]);
}

/* A default route by the core, the home prefixes on link 0, and one network that nothing leads to. */
static struct hp_hop route(void *ctx, const struct hp_ip6 *dst)
{
	const struct hp_ip6 dead = craft_ip6("2001:db8:dead::"), home = craft_ip6("2001:db8:1::");

	if (hp_ip6_in_prefix(dst, &dead, 48))
		return (struct hp_hop){.link = HP_LINK_NONE};
	if (hp_ip6_in_prefix(dst, &home, 64))
		return (struct hp_hop){.link = 0, .next_hop = *dst, .mtu = 1500};
	return (struct hp_hop){.link = 1, .next_hop = craft_ip6("2001:db8:f::fe"), .mtu = 1500};
}

/* The agent's configuration; prefixes and links are the scene's to hold. */
static struct hp_agent_conf agent_conf(struct scene *s, const struct scene_conf *conf)
{
	const uint32_t infinite = HP_LIFETIME_INFINITE;

	s->real[0] = (struct hp_agent_prefix){craft_ip6("2001:db8:1::"), 64, infinite, infinite};
	s->real[1] = (struct hp_agent_prefix){craft_ip6("2001:db8:3::"), 64, conf->valid_s ? conf->valid_s : infinite,
					      conf->preferred_s ? conf->preferred_s : infinite};
	s->virtual_[0] = (struct hp_agent_prefix){craft_ip6("2001:db8:2::"), 64, infinite, infinite};
	s->link[0] = (struct hp_agent_link){0, false, conf->one_prefix ? 1 : 2, s->real};
	s->link[1] = (struct hp_agent_link){2, true, 1, s->virtual_};
	return (struct hp_agent_conf){
		.links = 2,
		.link = s->link,
		.max_bindings = conf->max_bindings ? conf->max_bindings : 16,
		.max_lifetime_s = conf->max_lifetime_s ? conf->max_lifetime_s : 3600,
		.preference = conf->preference,
		.dad = !conf->no_dad,
		.prefix_advertisement = {conf->advert_max_s != 0, conf->advert_min_s, conf->advert_max_s},
		.multicast = conf->multicast,
		.guard = s->guard,
		.neighbor = &s->neighbor,
		.route = route,
		.seed = conf->seed ? conf->seed : 1,
	};
}

void scene_renew(struct scene *s, const struct scene_conf *conf)
{
	const struct hp_agent_conf ac = agent_conf(s, conf);
	struct hp_homes *plan;

	if (hp_agent_plan(s->agent, &ac, s->now, &plan))
		abort();
	hp_agent_adopt(s->agent, &ac, plan);
}

void scene_open(struct scene *s, const struct scene_conf *conf)
{
	struct hp_agent_conf ac;
	static const struct {
		uint16_t link;
		const char *name;
	} own[] = {{0, "HA"}, {0, "HA3"}, {0, "HAL"}, {1, "CORE"}, {2, "VHA"}};

	*s = (struct scene){.now = {.mono_ms = 1000, .wall_ms = 1700000000000}};
	if (hp_guard_create(&s->guard, &(struct hp_guard_conf){.method = conf->closed ? HP_GUARD_CLOSED : HP_GUARD_OPEN}, s->now))
		abort();
	ac = agent_conf(s, conf);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		s->neighbor.own[i].link = own[i].link;
		s->neighbor.own[i].address = scene_address(own[i].name);
	}
	s->neighbor.owns = sizeof(own) / sizeof(own[0]);
	if (hp_effects_create(&s->fx) || hp_agent_create(&s->agent, &ac, s->now))
		abort();
}

void scene_close(struct scene *s)
{
	hp_agent_destroy(s->agent);
	hp_guard_destroy(s->guard);
	hp_effects_destroy(s->fx);
}

void scene_input(struct scene *s, const uint8_t *packet, size_t len, bool on_home)
{
	struct hp_input in = {.data = packet, .len = len, .link = on_home ? 0 : 1, .has_mac = true, .mac = {{2, 0, 0, 0, 0, 9}}};
	struct hp_packet p;
	struct hp_bu bu;

	if (hp_packet_read(&p, packet, len) != HP_WALK_OK || p.proto != HP_PROTO_MH ||
	    hp_bu_read(&bu, hp_packet_payload(&p), hp_packet_payload_len(&p)) != HP_MH_OK || !bu.home)
		abort();
	hp_agent_update(s->agent, &in, &p, &bu, s->correspondent, s->now, s->fx);
}

void scene_tunnelled(struct scene *s, const uint8_t *packet, size_t len, const struct hp_ip6 *coa, const struct hp_ip6 *ha)
{
	struct hp_input in = {.data = packet, .len = len, .link = 1, .tunnelled = true, .outer_src = *coa, .outer_dst = *ha};
	struct hp_packet p;

	if (hp_packet_read(&p, packet, len) != HP_WALK_OK || p.proto != HP_PROTO_ICMPV6)
		abort();
	hp_agent_listener(s->agent, &in, &p, s->now, s->fx);
}

void scene_wait(struct scene *s, uint64_t ms)
{
	const uint64_t end = s->now.mono_ms + ms;

	for (;;) {
		uint64_t next = hp_agent_next(s->agent);
		uint64_t to = next < end ? next : end;

		if (to > s->now.mono_ms) {
			s->now.wall_ms += to - s->now.mono_ms;
			s->now.mono_ms = to;
		}
		hp_agent_tick(s->agent, s->now, s->fx);
		if (to == end && hp_agent_next(s->agent) > end)
			return;
	}
}

/* §6.8: identifier, flags, then each prefix with its length, flags and lifetimes (valid/preferred). */
static int render_prefixes(const struct hp_send *s, char *out, size_t room)
{
	const uint8_t *b = s->body;
	int n = snprintf(out, room, "mpa %02x%02x%s %s>%s via %s", b[4], b[5], b[6] | b[7] ? " FLAGS" : "", name_of(&s->src),
			 name_of(&s->dst), name_of(&s->coa));

	for (size_t i = 8; i + 32 <= s->body_len; i += 32) {
		const uint8_t *o = b + i;
		struct hp_ip6 prefix;

		memcpy(&prefix, o + 16, sizeof(prefix));
		n += snprintf(out + n, room - (size_t)n, " %s/%u%s%s%s %d/%d", name_of(&prefix), o[2], o[3] & 0x80 ? "L" : "",
			      o[3] & 0x40 ? "A" : "", o[3] & 0x20 ? "R" : "", (int)((uint32_t)o[4] << 24 | o[5] << 16 | o[6] << 8 | o[7]),
			      (int)((uint32_t)o[8] << 24 | o[9] << 16 | o[10] << 8 | o[11]));
	}
	return n;
}

static int sources(const uint8_t *b, unsigned int n, char *out, size_t room)
{
	int len = snprintf(out, room, "{");

	for (unsigned int i = 0; i < n; i++)
		len += snprintf(out + len, room - (size_t)len, "%s%s", i ? " " : "", name_of((const struct hp_ip6 *)(b + 16 * i)));
	return len + snprintf(out + len, room - (size_t)len, "}");
}

/* RFC 3810 §5.1: group 8, S and robustness 24, interval 25, number of sources 26. */
static int query(const struct hp_send *q, char *out, size_t room)
{
	const uint8_t *b = q->body;
	const struct hp_ip6 *group = (const struct hp_ip6 *)(b + 8);
	const unsigned int n = (unsigned int)b[26] << 8 | b[27];
	const bool good = q->hop_limit == 1 && q->router_alert && q->body_len == 28 + 16 * n && (b[24] & 7) == 2 && b[25] == 125 &&
			  (b[4] << 8 | b[5]) == 1000 && hp_ip6_is_linklocal(&q->src);
	const struct hp_ip6 all = craft_ip6("ff02::1");
	int len = snprintf(out, room, "query %s%s", hp_ip6_is_any(group) ? "all" : name_of(group), b[24] & 8 ? " S" : "");

	if (n)
		len += sources(b + 28, n, out + len, room - (size_t)len);
	return len + snprintf(out + len, room - (size_t)len, " %s in %s>%s%s", name_of(&q->src), name_of(&q->outer_src),
			      name_of(&q->outer_dst), good && hp_ip6_eq(&q->dst, hp_ip6_is_any(group) ? &all : group) ? "" : " MALFORMED");
}

static int render(const struct hp_effect *e, char *out, size_t room)
{
	static const char *const events[HP_EVENT_COUNT] = {
		[HP_EVENT_REGISTERED] = "registered",
		[HP_EVENT_MOVED] = "moved",
		[HP_EVENT_REFRESHED] = "refreshed",
		[HP_EVENT_DEREGISTERED] = "deregistered",
		[HP_EVENT_EXPIRED] = "expired",
		[HP_EVENT_REVOKED] = "revoked",
		[HP_EVENT_REFUSED] = "refused",
		[HP_EVENT_HOME_AGENT_UP] = "home agent up",
		[HP_EVENT_HOME_AGENT_DOWN] = "home agent down",
		[HP_EVENT_PATH_MTU] = "path mtu",
		[HP_EVENT_PREFIX_UNACKNOWLEDGED] = "unacknowledged",
		[HP_EVENT_GROUP_JOINED] = "joined",
		[HP_EVENT_GROUP_LEFT] = "left",
	};
	const uint8_t *b = e->send.body;
	int n;

	switch (e->kind) {
	case HP_EFFECT_BIND:
		return snprintf(out, room, "bind %s>%s@%s%s", name_of(&e->bind.hoa), name_of(&e->bind.coa), name_of(&e->bind.ha),
				e->bind.out_link == HP_LINK_NONE ? " nowhere" : "");
	case HP_EFFECT_UNBIND:
		return snprintf(out, room, "unbind %s", name_of(&e->unbind.hoa));
	case HP_EFFECT_ADDRESS:
		return snprintf(out, room, "%s %s", e->address.valid ? "probe" : "cancel", name_of(&e->address.address));
	case HP_EFFECT_GROUP:
		return snprintf(out, room, "%s %s", e->group.joined ? "proxy" : "unproxy", name_of(&e->group.group));
	case HP_EFFECT_MEMBER:
		if (hp_ip6_is_any(&e->member.hoa))
			n = snprintf(out, room, "report %s %u", name_of(&e->member.group), e->member.home_link);
		else
			n = snprintf(out, room, "%s %s %s %u", e->member.joined ? "member" : "no member", name_of(&e->member.hoa),
				     name_of(&e->member.group), e->member.home_link);
		if (!e->member.joined)
			return n + snprintf(out + n, room - (size_t)n, "%s", hp_ip6_is_any(&e->member.hoa) ? " nothing" : "");
		n += snprintf(out + n, room - (size_t)n, e->member.exclude ? " all but" : " from");
		return n + sources((const uint8_t *)e->member.source, e->member.sources, out + n, room - (size_t)n);
	case HP_EFFECT_NEIGHBOR:
		return snprintf(out, room, "%s %s", e->neighbor.usable ? "learn" : "forget", name_of(&e->neighbor.address));
	case HP_EFFECT_EVENT:
		return snprintf(out, room, "!%s", events[e->event.kind]);
	case HP_EFFECT_SEND:
		if (e->send.proto == HP_PROTO_ICMPV6)
			return e->send.body[0] == 130 ? query(&e->send, out, room) : render_prefixes(&e->send, out, room);
		/* §6.1.8: status 6, K 7, sequence 8, lifetime 10 */
		return snprintf(out, room, "ba %u%s seq %u life %u %s>%s%s%s%s%s", b[6], b[7] & 0x80 ? " K" : "", b[8] << 8 | b[9],
				b[10] << 8 | b[11], name_of(&e->send.src), name_of(&e->send.dst),
				hp_ip6_is_any(&e->send.coa) ? "" : " via ", hp_ip6_is_any(&e->send.coa) ? "" : name_of(&e->send.coa),
				e->send.has_mac ? " mac" : "", b[2] == 6 && e->send.body_len % 8 == 0 ? "" : " MALFORMED");
	default:
		return snprintf(out, room, "?");
	}
}

const char *scene_effects(struct scene *s)
{
	static char text[2048];
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < hp_effects_count(s->fx) && n < sizeof(text) - 400; i++) {
		if (i)
			n += (size_t)snprintf(text + n, sizeof(text) - n, ", ");
		n += (size_t)render(hp_effects_at(s->fx, i), text + n, sizeof(text) - n);
	}
	hp_effects_clear(s->fx);
	return text;
}
