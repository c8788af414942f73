/* SPDX-License-Identifier: BSD-3-Clause */
/* Correspondents that complain: Binding Errors (RFC 6275 §11.3.6) and ICMPv6 errors about our messages (§11.3.5). Anybody can send them; what
 * answers nothing of ours changes nothing. */
#include "node/peer.h"
#include "wire/checksum.h"
#include "wire/icmp6.h"
#include "wire/transit.h"

#define PROGRESS_MS    500 /* a packet by the binding is no older: whoever says that there is none lies */
#define ERROR_HEADER   8
#define HOME_ADDRESS   0xc9
#define UNKNOWN_NEXT   1 /* codes of a parameter problem */
#define UNKNOWN_OPTION 2

static bool expects_answer(const struct home *h, struct peer *p)
{
	const struct route *r = &p->route[h->number];

	return r->stage == HP_NODE_ROUTE_TESTING || r->stage == HP_NODE_ROUTE_UPDATING;
}

/* What came with a Home Address option has the address in the error; a Test Init has not. */
static bool is_about(const struct home *h, const struct hp_packet *m, const struct hp_be *be)
{
	if (hp_ip6_is_any(&be->hoa))
		return hp_ip6_eq(&m->dst, &h->conf.hoa) || hp_ip6_eq(&m->dst, &h->coa);
	return hp_ip6_eq(&be->hoa, &h->conf.hoa);
}

static bool unknown_binding(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	const struct route *r = &p->route[h->number];

	if (!hp_home_is_away(h) || !hp_route_is_bound(r, h, now))
		return false;
	if (r->progress_ms && now.mono_ms - r->progress_ms < PROGRESS_MS) {
		n->count[HP_NODE_PEER_BE_DOUBTED]++;
		return true;
	}
	n->count[HP_NODE_PEER_BE_IN]++;
	hp_correspond_forgotten(n, h, p, now, fx);
	return true;
}

void hp_complaint_heard(struct hp_node *n, const struct hp_packet *m, const struct hp_be *be, struct hp_now now, struct hp_effects *fx)
{
	struct peer *p = m->has_hao ? NULL : hp_peers_find(n, &m->src);

	for (unsigned int i = 0; p && i < n->homes; i++) {
		const struct home *h = &n->home[i];

		if (!is_about(h, m, be))
			continue;
		if (be->status == HP_BE_UNKNOWN_BINDING && unknown_binding(n, h, p, now, fx))
			return;
		if (be->status == HP_BE_UNKNOWN_MH && expects_answer(h, p)) {
			hp_correspond_unable(n, p, now, fx);
			return;
		}
	}
	n->count[HP_NODE_IGNORED]++;
}

/* As much of a packet of ours as an error has. */
struct quoted {
	struct hp_ip6 src, dst, hoa; /* hoa ::: no option */
	uint32_t hoa_at;             /* the option's offset */
	uint8_t proto;
	struct hp_reader payload;
};

static void find_home_address(struct quoted *q, struct hp_reader options, const uint8_t *packet)
{
	while (hp_reader_ok(&options) && hp_reader_left(&options)) {
		const uint8_t *at = options.at, type = hp_read_u8(&options);
		struct hp_reader value;

		if (!type)
			continue;
		value = hp_read_part(&options, hp_read_u8(&options));
		if (type != HOME_ADDRESS)
			continue;
		q->hoa = hp_read_ip6(&value);
		q->hoa_at = (uint32_t)(at - packet);
		return;
	}
}

static bool read_quoted(struct quoted *q, const uint8_t *packet, size_t len)
{
	struct hp_reader r = hp_reader(packet, len), body;

	*q = (struct quoted){.hoa = HP_IP6_ANY};
	if (hp_read_u32(&r) >> 28 != 6)
		return false;
	hp_read_u16(&r);
	q->proto = hp_read_u8(&r);
	hp_read_u8(&r);
	q->src = hp_read_ip6(&r);
	q->dst = hp_read_ip6(&r);
	for (unsigned int i = 0; i < HP_WALK_MAX && hp_reader_ok(&r); i++) {
		const bool options = q->proto == HP_PROTO_DSTOPTS;

		if (!hp_transit_step(&r, &q->proto, &body))
			break;
		if (options)
			find_home_address(q, body, packet);
	}
	q->payload = r;
	return hp_reader_ok(&r);
}

static struct home *sender(struct hp_node *n, const struct quoted *q)
{
	const struct hp_ip6 *source = hp_ip6_is_any(&q->hoa) ? &q->src : &q->hoa;

	for (unsigned int i = 0; i < n->homes; i++)
		if (hp_ip6_eq(source, &n->home[i].conf.hoa) || hp_ip6_eq(source, &n->home[i].coa))
			return &n->home[i];
	return NULL;
}

/* The very message that waits for an answer: whoever has not seen it cannot quote its cookie, or its number. */
static bool is_awaited(const struct hp_node *n, struct peer *p, const struct quoted *q)
{
	struct hp_reader r = q->payload;
	const uint8_t *fixed = hp_read_bytes(&r, 8), *cookie = hp_read_bytes(&r, HP_MH_COOKIE);
	const struct careof *c = hp_test_careof_of(p, &q->src);

	for (unsigned int i = 0; fixed && cookie && i < n->homes; i++) {
		const struct route *route = &p->route[i];

		if (!expects_answer(&n->home[i], p))
			continue;
		switch (fixed[2]) {
		case HP_MH_HOTI:
			if (route->test.awaited && memcmp(cookie, route->test.cookie, HP_MH_COOKIE) == 0)
				return true;
			break;
		case HP_MH_COTI:
			if (c && c->test.awaited && memcmp(cookie, c->test.cookie, HP_MH_COOKIE) == 0)
				return true;
			break;
		case HP_MH_BU:
			if (route->update.awaited && (fixed[6] << 8 | fixed[7]) == route->update.sequence)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

static void tell_option(struct hp_node *n, const struct home *h, struct peer *p, struct hp_effects *fx)
{
	n->count[HP_NODE_PEER_OPTION]++;
	if (!p->option_told)
		hp_correspond_tell(h, p, HP_EVENT_ROUTE_REFUSED, HP_EVENT_UNANSWERED, hp_node_counters[HP_NODE_PEER_OPTION].name, fx);
	p->option_told = true;
}

static bool is_problem(const uint8_t *error, uint8_t code)
{
	return error[0] == HP_ICMP6_PARAM_PROBLEM && error[1] == code;
}

static uint32_t pointer(const uint8_t *error)
{
	struct hp_reader r = hp_reader(error + 4, 4);

	return hp_read_u32(&r);
}

bool hp_node_error(struct hp_node *n, const struct hp_packet *m, struct hp_now now, struct hp_effects *fx)
{
	const uint8_t *error = hp_packet_payload(m);
	const size_t len = hp_packet_payload_len(m);
	bool header_unknown, option_unknown;
	const struct home *h;
	struct quoted q;
	struct peer *p;

	if (len <= ERROR_HEADER || !read_quoted(&q, error + ERROR_HEADER, len - ERROR_HEADER))
		return false;
	h = sender(n, &q);
	header_unknown = is_problem(error, UNKNOWN_NEXT);
	option_unknown = is_problem(error, UNKNOWN_OPTION) && !hp_ip6_is_any(&q.hoa) && pointer(error) == q.hoa_at;
	if (!h || (q.proto != HP_PROTO_MH && !option_unknown))
		return false;
	if (hp_checksum(&m->src, hp_packet_destination(m), HP_PROTO_ICMPV6, error, len) != 0) {
		n->count[HP_NODE_INVALID]++;
		return true;
	}
	/* Only its destination looks into a packet so far. */
	p = !m->has_hao && hp_ip6_eq(&m->src, &q.dst) ? hp_peers_find(n, &q.dst) : NULL;
	if (p && header_unknown && is_awaited(n, p, &q))
		hp_correspond_unable(n, p, now, fx);
	else if (p && option_unknown)
		tell_option(n, h, p, fx);
	else
		n->count[HP_NODE_IGNORED]++;
	return true;
}
