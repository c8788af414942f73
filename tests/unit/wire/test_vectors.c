/* SPDX-License-Identifier: BSD-3-Clause */
/* Scapy's packets, both ways: what we read is what they were made of, and what we write of the same fields is the same octets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/mld.h"
#include "wire/nd.h"
#include "wire/packet.h"
#include "wire/transit.h"

struct walk_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		uint8_t traffic_class, hop_limit;
		uint32_t flow_label;
		size_t len;
		uint16_t payload_at;
		uint8_t proto;
		bool router_alert;
		const char *hoa;
		uint16_t hao_at, fragment_at;
		bool is_fragment, has_limit;
		uint8_t limit;
		uint16_t limit_at;
		bool node;
		const char *rh2;
	} v;
};

struct bu_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		struct hp_bu want;
		bool ours; /* we write the same */
		const char *hoa, *alternate;
	} v;
};

struct ba_vector {
	const char *name, *hex;
	struct {
		const char *src, *coa, *dst;
		struct hp_ba want;
	} v;
};

struct be_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		uint8_t status;
		const char *hoa;
	} v;
};

struct rr_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		uint8_t type;
		const char *cookie, *token;
		uint16_t nonce_index;
	} v;
};

struct ns_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst, *target, *mac, *nonce;
	} v;
};

struct na_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst, *target;
		bool router, solicited, override;
		const char *mac;
	} v;
};

struct rs_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst, *mac;
	} v;
};

struct ra_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		struct hp_ra want;
		const char *mac, *prefix[2];
	} v;
};

struct query_vector {
	const char *name, *hex;
	struct {
		uint8_t version;
		uint32_t max_response_ms;
		const char *group, *source[2];
		uint16_t sources;
	} v;
};

struct asked_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		struct {
			const char *group;
			uint32_t max_response_ms;
			bool suppress;
			uint8_t robustness, interval_s;
			uint16_t sources;
		} want;
		const char *source[2];
	} v;
};

struct membership_vector {
	const char *name, *hex;
	struct {
		uint8_t version;
		size_t n;
		struct {
			int type;
			const char *group, *source[2];
			uint16_t sources;
		} record[3];
	} v;
};

struct report_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst;
		uint8_t version, type;
		size_t n;
		const char *group[2];
	} v;
};

struct problem_vector {
	const char *name, *hex;
	struct {
		const char *src, *dst, *about;
		uint8_t type, code;
		uint32_t word;
	} v;
};

#include "vectors.h"

static bool is(const struct hp_ip6 *a, const char *text)
{
	struct hp_ip6 b = ip6(text);

	return hp_ip6_eq(a, &b);
}

static struct hp_mac mac_of(const char *text)
{
	struct hp_mac m = {{0}};

	CU_ASSERT_EQUAL(hp_mac_parse(&m, text), 0);
	return m;
}

/* What hp_compose makes of `body` is this packet, octet for octet; not with one octet of room less. */
static void written(const char *name, struct hp_send s, const void *body, int body_len, const struct bytes *want)
{
	uint8_t out[2048];
	int n;

	HP_CHECK(name, "body written", body_len > 0);
	if (body_len <= 0)
		return;
	s.body = body;
	s.body_len = (size_t)body_len;
	n = hp_compose(&s, out, sizeof(out));
	HP_CHECK(name, "the octets that Scapy writes", n == (int)want->len && memcmp(out, want->p, want->len) == 0);
	HP_CHECK(name, "overhead", hp_compose_overhead(&s) + s.body_len == want->len);
	HP_CHECK(name, "no room", hp_compose(&s, out, want->len - 1) < 0);
}

void test_walk_vectors(void)
{
	for (size_t i = 0; i < HP_LEN(walk_vectors); i++) {
		const struct walk_vector *x = &walk_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p;
		uint8_t limit = 0;
		uint16_t limit_at = 0;
		enum hp_walk walk = x->v.node ? hp_packet_read_node(&p, b.p, b.len) : hp_packet_read(&p, b.p, b.len);

		HP_CHECK(x->name, "walk", walk == HP_WALK_OK);
		HP_CHECK(x->name, "header", is(&p.src, x->v.src) && is(&p.dst, x->v.dst) && p.hop_limit == x->v.hop_limit);
		HP_CHECK(x->name, "class and label", p.traffic_class == x->v.traffic_class && p.flow_label == x->v.flow_label);
		HP_CHECK(x->name, "upper layer", p.len == x->v.len && p.payload_at == x->v.payload_at && p.proto == x->v.proto);
		HP_CHECK(x->name, "home address", p.has_hao == (x->v.hoa != NULL) && is(&p.hoa, x->v.hoa) && p.hao_at == x->v.hao_at);
		HP_CHECK(x->name, "fragment", p.is_fragment == x->v.is_fragment && p.fragment_at == x->v.fragment_at);
		HP_CHECK(x->name, "limit",
			 hp_transit_limit(b.p, b.len, &limit, &limit_at) == x->v.has_limit && limit == x->v.limit &&
				 limit_at == x->v.limit_at);
		HP_CHECK(x->name, "routing header", p.has_rh2 == (x->v.rh2 != NULL) && is(&p.rh2_hoa, x->v.rh2));
		HP_CHECK(x->name, "router alert", p.router_alert == x->v.router_alert);
		HP_CHECK(x->name, "source", is(hp_packet_source(&p), x->v.hoa ? x->v.hoa : x->v.src));
		HP_CHECK(x->name, "destination", is(hp_packet_destination(&p), x->v.rh2 ? x->v.rh2 : x->v.dst));
		/* RFC 6275 §6.1.1, §11.3.1: Scapy's checksums are over those two. */
		if (!p.is_fragment &&
		    (p.proto == HP_PROTO_ICMPV6 || p.proto == HP_PROTO_MH || p.proto == HP_PROTO_TCP || p.proto == HP_PROTO_UDP))
			HP_CHECK(x->name, "checksum",
				 hp_checksum(hp_packet_source(&p), hp_packet_destination(&p), p.proto, hp_packet_payload(&p),
					     hp_packet_payload_len(&p)) == 0);
		bytes_free(&b);
	}
}

/* A Mobility Header in its packet; its length, or 0. */
static struct hp_packet mobility(const char *name, const struct bytes *b, bool node, uint8_t type)
{
	struct hp_packet p = {0};
	uint8_t found = 255;
	size_t at;

	HP_CHECK(name, "walk", (node ? hp_packet_read_node(&p, b->p, b->len) : hp_packet_read(&p, b->p, b->len)) == HP_WALK_OK);
	HP_CHECK(name, "Mobility Header", p.proto == HP_PROTO_MH);
	HP_CHECK(name, "checks",
		 hp_mh_check(hp_packet_payload(&p), hp_packet_payload_len(&p), hp_packet_source(&p), hp_packet_destination(&p), &found,
			     &at) == HP_MH_OK);
	HP_CHECK(name, "type", found == type);
	return p;
}

static bool same_bu(const struct hp_bu *a, const struct hp_bu *b)
{
	return a->sequence == b->sequence && a->ack == b->ack && a->home == b->home && a->linklocal == b->linklocal &&
	       a->key_movable == b->key_movable && a->lifetime == b->lifetime && a->has_alternate_coa == b->has_alternate_coa &&
	       a->has_nonces == b->has_nonces && a->home_nonce == b->home_nonce && a->careof_nonce == b->careof_nonce &&
	       a->has_authorization == b->has_authorization && a->authorization_at == b->authorization_at &&
	       a->authorization_len == b->authorization_len && hp_ip6_eq(&a->alternate_coa, &b->alternate_coa);
}

void test_mh_vectors(void)
{
	uint8_t body[HP_MH_ROOM];

	for (size_t i = 0; i < HP_LEN(bu_vectors); i++) {
		const struct bu_vector *x = &bu_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = mobility(x->name, &b, false, HP_MH_BU);
		struct hp_bu want = x->v.want, got;

		want.alternate_coa = ip6(x->v.alternate);
		HP_CHECK(x->name, "read", hp_bu_read(&got, hp_packet_payload(&p), hp_packet_payload_len(&p)) == HP_MH_OK);
		HP_CHECK(x->name, "fields", same_bu(&got, &want));
		if (x->v.ours)
			written(x->name,
				(struct hp_send){
					.src = ip6(x->v.src), .dst = ip6(x->v.dst), .hoa = ip6(x->v.hoa), .hop_limit = 64, .proto = 135},
				body, hp_bu_write(&want, body, sizeof(body)), &b);
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(ba_vectors); i++) {
		const struct ba_vector *x = &ba_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = mobility(x->name, &b, true, HP_MH_BA);
		struct hp_ba got;

		HP_CHECK(x->name, "read", hp_ba_read(&got, hp_packet_payload(&p), hp_packet_payload_len(&p)) == HP_MH_OK);
		HP_CHECK(x->name, "fields", got.status == x->v.want.status && got.key_movable == x->v.want.key_movable);
		HP_CHECK(x->name, "numbers", got.sequence == x->v.want.sequence && got.lifetime == x->v.want.lifetime);
		HP_CHECK(x->name, "advice",
			 got.has_refresh_advice == x->v.want.has_refresh_advice && got.refresh_advice == x->v.want.refresh_advice);
		HP_CHECK(x->name, "authorization",
			 got.has_authorization == x->v.want.has_authorization && got.authorization_at == x->v.want.authorization_at &&
				 got.authorization_len == x->v.want.authorization_len);
		written(x->name,
			(struct hp_send){.src = ip6(x->v.src), .dst = ip6(x->v.dst), .coa = ip6(x->v.coa), .hop_limit = 64, .proto = 135},
			body, hp_ba_write(&x->v.want, body, sizeof(body)), &b);
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(be_vectors); i++) {
		const struct be_vector *x = &be_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = mobility(x->name, &b, false, HP_MH_BE);
		struct hp_be got;

		HP_CHECK(x->name, "read", hp_be_read(&got, hp_packet_payload(&p), hp_packet_payload_len(&p)) == HP_MH_OK);
		HP_CHECK(x->name, "fields", got.status == x->v.status && is(&got.hoa, x->v.hoa));
		written(x->name, (struct hp_send){.src = ip6(x->v.src), .dst = ip6(x->v.dst), .hop_limit = 64, .proto = 135}, body,
			hp_be_write(&got, body, sizeof(body)), &b);
		bytes_free(&b);
	}
}

/* The octets that `x` says, of a message of its type that has been read. */
static int rewritten(const struct rr_vector *x, const struct hp_packet *p, uint8_t *body, size_t room)
{
	const void *m = hp_packet_payload(p);
	const size_t len = hp_packet_payload_len(p);
	struct hp_rr_init init;
	struct hp_rr_test test;

	if (x->v.type == HP_MH_BRR)
		return hp_brr_write(body, room);
	if (!x->v.token) {
		HP_CHECK(x->name, "read", hp_rr_init_read(&init, m, len) == HP_MH_OK);
		HP_CHECK(x->name, "cookie", memcmp(init.cookie, x->v.cookie, sizeof(init.cookie)) == 0);
		return hp_rr_init_write(x->v.type, &init, body, room);
	}
	HP_CHECK(x->name, "read", hp_rr_test_read(&test, m, len) == HP_MH_OK);
	HP_CHECK(x->name, "cookie", memcmp(test.cookie, x->v.cookie, sizeof(test.cookie)) == 0);
	HP_CHECK(x->name, "token", memcmp(test.token, x->v.token, sizeof(test.token)) == 0);
	HP_CHECK(x->name, "index", test.nonce_index == x->v.nonce_index);
	return hp_rr_test_write(x->v.type, &test, body, room);
}

void test_rr_vectors(void)
{
	for (size_t i = 0; i < HP_LEN(rr_vectors); i++) {
		const struct rr_vector *x = &rr_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		const struct hp_packet p = mobility(x->name, &b, false, x->v.type);
		uint8_t body[HP_MH_ROOM];

		written(x->name, (struct hp_send){.src = ip6(x->v.src), .dst = ip6(x->v.dst), .hop_limit = 64, .proto = 135}, body,
			rewritten(x, &p, body, sizeof(body)), &b);
		bytes_free(&b);
	}
}

static struct hp_packet discovery(const char *name, const struct bytes *b)
{
	struct hp_packet p = {0};

	HP_CHECK(name, "walk", hp_packet_read(&p, b->p, b->len) == HP_WALK_OK && p.proto == HP_PROTO_ICMPV6);
	return p;
}

static struct hp_send neighborly(const char *src, const char *dst)
{
	return (struct hp_send){.src = ip6(src), .dst = ip6(dst), .hop_limit = 255, .proto = HP_PROTO_ICMPV6};
}

static bool same_mac(bool has, const struct hp_mac *got, const char *want)
{
	struct hp_mac m = want ? mac_of(want) : (struct hp_mac){{0}};

	return has == (want != NULL) && hp_mac_eq(got, &m);
}

/* No reader takes another's message. */
static int readers(const struct hp_packet *p)
{
	struct hp_mld_report report;
	struct hp_mld_query q;
	struct hp_ns ns;
	struct hp_na na;
	struct hp_rs rs;
	struct hp_ra ra;

	return (hp_ns_read(&ns, p) == 0) + (hp_na_read(&na, p) == 0) + (hp_rs_read(&rs, p) == 0) + (hp_ra_read(&ra, p) == 0) +
	       (hp_mld_query_read(&q, p) == 0) + (hp_mld_report_read(&report, p) == 0);
}

void test_neighbor_vectors(void)
{
	uint8_t body[256];

	for (size_t i = 0; i < HP_LEN(ns_vectors); i++) {
		const struct ns_vector *x = &ns_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = discovery(x->name, &b);
		struct hp_ns m;

		HP_CHECK(x->name, "read", hp_ns_read(&m, &p) == 0 && readers(&p) == 1);
		HP_CHECK(x->name, "fields", is(&m.target, x->v.target) && same_mac(m.has_mac, &m.mac, x->v.mac));
		HP_CHECK(x->name, "nonce", m.has_nonce == (x->v.nonce != NULL) && (!m.has_nonce || memcmp(m.nonce, x->v.nonce, 6) == 0));
		written(x->name, neighborly(x->v.src, x->v.dst), body, hp_ns_write(&m, body, sizeof(body)), &b);
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(na_vectors); i++) {
		const struct na_vector *x = &na_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = discovery(x->name, &b);
		struct hp_na m;

		HP_CHECK(x->name, "read", hp_na_read(&m, &p) == 0 && readers(&p) == 1);
		HP_CHECK(x->name, "fields", is(&m.target, x->v.target) && same_mac(m.has_mac, &m.mac, x->v.mac));
		HP_CHECK(x->name, "flags", m.router == x->v.router && m.solicited == x->v.solicited && m.override_ == x->v.override);
		written(x->name, neighborly(x->v.src, x->v.dst), body, hp_na_write(&m, body, sizeof(body)), &b);
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(rs_vectors); i++) {
		const struct rs_vector *x = &rs_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = discovery(x->name, &b);
		struct hp_rs m;

		HP_CHECK(x->name, "read", hp_rs_read(&m, &p) == 0 && readers(&p) == 1);
		HP_CHECK(x->name, "fields", same_mac(m.has_mac, &m.mac, x->v.mac));
		written(x->name, neighborly(x->v.src, x->v.dst), body, hp_rs_write(&m, body, sizeof(body)), &b);
		bytes_free(&b);
	}
}

static bool same_prefix(const struct hp_ra_prefix *a, const struct hp_ra_prefix *b, const char *prefix)
{
	return a->length == b->length && a->on_link == b->on_link && a->autonomous == b->autonomous &&
	       a->router_address == b->router_address && a->valid_s == b->valid_s && a->preferred_s == b->preferred_s &&
	       is(&a->prefix, prefix);
}

void test_router_vectors(void)
{
	uint8_t body[256];

	for (size_t i = 0; i < HP_LEN(ra_vectors); i++) {
		const struct ra_vector *x = &ra_vectors[i];
		const struct hp_ra *want = &x->v.want;
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = discovery(x->name, &b);
		struct hp_ra m;

		HP_CHECK(x->name, "read", hp_ra_read(&m, &p) == 0 && readers(&p) == 1);
		HP_CHECK(x->name, "flags", m.managed == want->managed && m.other == want->other && m.home_agent == want->home_agent);
		HP_CHECK(x->name, "times",
			 m.router_lifetime_s == want->router_lifetime_s && m.reachable_ms == want->reachable_ms &&
				 m.retrans_ms == want->retrans_ms);
		HP_CHECK(x->name, "hop limit", m.hop_limit == want->hop_limit);
		HP_CHECK(x->name, "MTU", m.has_mtu == want->has_mtu && m.mtu == want->mtu);
		HP_CHECK(x->name, "interval", m.has_interval == want->has_interval && m.interval_ms == want->interval_ms);
		HP_CHECK(x->name, "home agent",
			 m.has_home_agent_info == want->has_home_agent_info && m.preference == want->preference &&
				 m.home_agent_lifetime_s == want->home_agent_lifetime_s);
		HP_CHECK(x->name, "link-layer address", same_mac(m.has_mac, &m.mac, x->v.mac));
		HP_CHECK(x->name, "prefixes", m.prefixes == want->prefixes);
		for (unsigned int k = 0; k < want->prefixes; k++)
			HP_CHECK(x->name, "prefix", same_prefix(&m.prefix[k], &want->prefix[k], x->v.prefix[k]));
		written(x->name, neighborly(x->v.src, x->v.dst), body, hp_ra_write(&m, body, sizeof(body)), &b);
		bytes_free(&b);
	}
}

void test_listener_vectors(void)
{
	uint8_t body[256];

	for (size_t i = 0; i < HP_LEN(query_vectors); i++) {
		const struct query_vector *x = &query_vectors[i];
		struct bytes b = bytes_hex(x->hex);
		struct hp_packet p = discovery(x->name, &b);
		struct hp_mld_query q;

		HP_CHECK(x->name, "read", hp_mld_query_read(&q, &p) == 0 && readers(&p) == 1);
		HP_CHECK(x->name, "fields",
			 q.version == x->v.version && q.max_response_ms == x->v.max_response_ms && is(&q.group, x->v.group) &&
				 q.sources == x->v.sources);
		for (size_t k = 0; k < q.sources && k < 2; k++)
			HP_CHECK(x->name, "source", is(&q.source[k], x->v.source[k]));
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(report_vectors); i++) {
		const struct report_vector *x = &report_vectors[i];
		struct hp_send s = {.src = ip6(x->v.src), .dst = ip6(x->v.dst), .hop_limit = 1, .proto = 58, .router_alert = true};
		struct hp_mld_listening record[2] = {0};
		struct bytes b = bytes_hex(x->hex);
		int n;

		for (size_t k = 0; k < x->v.n; k++)
			record[k] = (struct hp_mld_listening){.type = (enum hp_mld_record)x->v.type, .group = ip6(x->v.group[k])};
		n = x->v.version == 2 ? hp_mld_report_write(record, x->v.n, body, sizeof(body))
				      : hp_mld_v1_write(x->v.type, &record[0].group, body, sizeof(body));
		written(x->name, s, body, n, &b);
		bytes_free(&b);
	}
}

static void asked(const struct asked_vector *x)
{
	struct hp_send s = {.src = ip6(x->v.src), .dst = ip6(x->v.dst), .hop_limit = 1, .proto = 58, .router_alert = true};
	struct hp_ip6 source[2];
	struct hp_mld_query q = {
		.group = ip6(x->v.want.group),
		.max_response_ms = x->v.want.max_response_ms,
		.version = 2,
		.suppress = x->v.want.suppress,
		.robustness = x->v.want.robustness,
		.interval_s = x->v.want.interval_s,
		.sources = x->v.want.sources,
		.source = source,
	};
	struct bytes b = bytes_hex(x->hex);
	uint8_t body[256];

	for (size_t k = 0; k < q.sources; k++)
		source[k] = ip6(x->v.source[k]);
	written(x->name, s, body, hp_mld_query_write(&q, body, sizeof(body)), &b);
	bytes_free(&b);
}

/* Cut anywhere before its last record ends, it is refused whole. */
static void cut(const char *name, const struct bytes *b, size_t payload_at, size_t behind)
{
	for (size_t len = payload_at + 4; len < b->len - behind; len++) {
		struct bytes part = bytes_copy(b->p, len);
		struct hp_mld_report m;
		struct hp_packet p;
		uint16_t sum;

		part.p[5] = (uint8_t)(len - HP_IP6_HEADER);
		part.p[payload_at + 2] = part.p[payload_at + 3] = 0;
		CU_ASSERT_EQUAL(hp_packet_read(&p, part.p, len), HP_WALK_OK);
		sum = hp_checksum(&p.src, &p.dst, 58, part.p + payload_at, len - payload_at);
		part.p[payload_at + 2] = (uint8_t)(sum >> 8);
		part.p[payload_at + 3] = (uint8_t)sum;
		HP_CHECK(name, "cut short", hp_mld_report_read(&m, &p) == -EBADMSG);
		bytes_free(&part);
	}
}

static void membership(const struct membership_vector *x)
{
	struct bytes b = bytes_hex(x->hex);
	struct hp_packet p = discovery(x->name, &b);
	struct hp_send s = {.src = p.src, .dst = p.dst, .hop_limit = 1, .proto = 58, .router_alert = true};
	struct hp_mld_listening l[HP_LEN(x->v.record)];
	struct hp_mld_report m;
	uint8_t body[256];
	size_t n = 0;

	HP_CHECK(x->name, "read", hp_mld_report_read(&m, &p) == 0 && readers(&p) == 1 && m.version == x->v.version);
	for (; n < HP_LEN(l) && hp_mld_report_next(&m, &l[n]); n++) {
		HP_CHECK(x->name, "record", (int)l[n].type == x->v.record[n].type && is(&l[n].group, x->v.record[n].group));
		HP_CHECK(x->name, "sources", l[n].sources == x->v.record[n].sources);
		for (size_t k = 0; k < l[n].sources && k < 2; k++)
			HP_CHECK(x->name, "source", is(&l[n].source[k], x->v.record[n].source[k]));
	}
	HP_CHECK(x->name, "records", n == x->v.n);
	/* What we write has no auxiliary data and nothing behind. */
	if (x->v.version == 2 && !strstr(x->name, "auxiliary") && !strstr(x->name, "behind"))
		written(x->name, s, body, hp_mld_report_write(l, n, body, sizeof(body)), &b);
	cut(x->name, &b, p.payload_at, strstr(x->name, "behind") ? 4 : 0);
	bytes_free(&b);
}

void test_router_listener_vectors(void)
{
	for (size_t i = 0; i < HP_LEN(asked_vectors); i++)
		asked(&asked_vectors[i]);
	for (size_t i = 0; i < HP_LEN(membership_vectors); i++)
		membership(&membership_vectors[i]);
}

void test_error_vectors(void)
{
	uint8_t body[1280];

	for (size_t i = 0; i < HP_LEN(problem_vectors); i++) {
		const struct problem_vector *x = &problem_vectors[i];
		struct bytes b = bytes_hex(x->hex), about = bytes_hex(x->v.about);
		int n = hp_icmp6_error_write(x->v.type, x->v.code, x->v.word, about.p, about.len, HP_IP6_HEADER, body, sizeof(body));

		written(x->name, (struct hp_send){.src = ip6(x->v.src), .dst = ip6(x->v.dst), .hop_limit = 64, .proto = 58}, body, n, &b);
		HP_CHECK(x->name, "fits", b.len <= HP_IP6_MIN_MTU);
		bytes_free(&b);
		bytes_free(&about);
	}
}
