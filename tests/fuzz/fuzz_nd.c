/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/wire/nd.c lib/wire/mld.c */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/icmp6.h"
#include "wire/mld.h"
#include "wire/nd.h"
#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect(int cond)
{
	if (!cond)
		abort();
}

static const struct hp_ip6 linklocal = {{0xfe, 0x80, [15] = 1}}, group = {{0xff, 2, [11] = 1, 0xff, [15] = 1}};

/* The packet around an ICMPv6 message, with its checksum right: what a neighbour could send. */
static struct hp_packet around(uint8_t *m, size_t len, const struct hp_ip6 *src, bool query)
{
	struct hp_packet p = {.data = m, .len = len, .src = *src, .dst = group, .proto = HP_PROTO_ICMPV6};
	uint16_t sum;

	p.hop_limit = query ? 1 : 255;
	p.router_alert = query;
	if (len >= 4) {
		m[2] = m[3] = 0;
		sum = hp_checksum(&p.src, &p.dst, HP_PROTO_ICMPV6, m, len);
		m[2] = (uint8_t)(sum >> 8);
		m[3] = (uint8_t)sum;
	}
	return p;
}

static bool same_mac(bool has, const struct hp_mac *a, bool had, const struct hp_mac *b)
{
	return has == had && hp_mac_eq(a, b);
}

/* What is read, written and read again is the same. */
static void solicitation(const struct hp_packet *p)
{
	uint8_t out[64];
	struct hp_ns m, again;
	struct hp_packet q;

	if (hp_ns_read(&m, p))
		return;
	expect(!hp_ip6_is_multicast(&m.target));
	q = around(out, (size_t)hp_ns_write(&m, out, sizeof(out)), &p->src, false);
	expect(hp_ns_read(&again, &q) == 0 && hp_ip6_eq(&again.target, &m.target) &&
	       same_mac(again.has_mac, &again.mac, m.has_mac, &m.mac));
	expect(again.has_nonce == m.has_nonce && memcmp(again.nonce, m.nonce, sizeof(m.nonce)) == 0);
}

static void advertisement(const struct hp_packet *p)
{
	uint8_t out[64];
	struct hp_na m, again;
	struct hp_packet q;

	if (hp_na_read(&m, p))
		return;
	expect(!hp_ip6_is_multicast(&m.target) && !m.solicited);
	q = around(out, (size_t)hp_na_write(&m, out, sizeof(out)), &p->src, false);
	expect(hp_na_read(&again, &q) == 0 && hp_ip6_eq(&again.target, &m.target) &&
	       same_mac(again.has_mac, &again.mac, m.has_mac, &m.mac));
	expect(again.router == m.router && again.override_ == m.override_);
}

static void router_solicitation(const struct hp_packet *p)
{
	uint8_t out[64];
	struct hp_rs m, again;
	struct hp_packet q;

	if (hp_rs_read(&m, p))
		return;
	q = around(out, (size_t)hp_rs_write(&m, out, sizeof(out)), &p->src, false);
	expect(hp_rs_read(&again, &q) == 0 && same_mac(again.has_mac, &again.mac, m.has_mac, &m.mac));
}

static void router_advertisement(const struct hp_packet *p)
{
	uint8_t out[1024], second[1024];
	struct hp_ra m, again;
	struct hp_packet q;
	int n;

	if (hp_ra_read(&m, p))
		return;
	expect(m.prefixes <= HP_RA_PREFIXES);
	n = hp_ra_write(&m, out, sizeof(out));
	expect(n >= 16);
	q = around(out, (size_t)n, &p->src, false);
	expect(hp_ra_read(&again, &q) == 0 && again.prefixes == m.prefixes);
	/* Octets instead of fields: the second writing is the first. */
	expect(hp_ra_write(&again, second, sizeof(second)) == n && memcmp(out + 4, second + 4, (size_t)n - 4) == 0);
}

static void listeners(const struct hp_packet *p, size_t len)
{
	const struct hp_ip6 groups[4] = {HP_IP6_ALL_NODES, group};
	struct hp_mld_listening l, record[3];
	struct hp_mld_report m;
	struct hp_mld_query q;
	uint8_t out[256];
	size_t octets = 0;

	if (!hp_mld_query_read(&q, p)) {
		expect((q.version == 1 || q.version == 2) && q.max_response_ms <= 0x1fffu << 10);
		expect(!q.sources || ((const uint8_t *)q.source >= p->data && (const uint8_t *)(q.source + q.sources) <= p->data + len));
	}
	if (!hp_mld_report_read(&m, p)) {
		while (hp_mld_report_next(&m, &l)) {
			expect(!l.sources ||
			       ((const uint8_t *)l.source >= p->data && (const uint8_t *)(l.source + l.sources) <= p->data + len));
			octets += 20 + l.sources * 16u;
		}
		expect(hp_reader_ok(&m.r) && octets <= len);
	}
	q = (struct hp_mld_query){.group = group, .sources = (uint16_t)(len % 4), .source = groups};
	expect(hp_mld_query_write(&q, out, sizeof(out)) == (int)(28 + 16 * (len % 4)));
	for (unsigned int i = 0; i < 3; i++)
		record[i] = (struct hp_mld_listening){
			.type = HP_MLD_ALLOW, .group = groups[i], .sources = (uint16_t)(len % 4), .source = groups};
	expect(hp_mld_report_write(record, len % 4, out, sizeof(out)) == (int)(8 + (len % 4) * (20 + 16 * (len % 4))));
	expect(hp_mld_v1_write(HP_ICMP6_MLD_REPORT, groups, out, len % 64) == (len % 64 < 24 ? -ENOSPC : 24));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct hp_ip6 *const from[] = {&linklocal, &HP_IP6_ANY};
	uint8_t *m = malloc(len ? len : 1);

	memcpy(m, data, len);
	for (int i = 0; i < 4; i++) {
		struct hp_packet p = around(m, len, from[i / 2], i % 2);

		solicitation(&p);
		advertisement(&p);
		router_solicitation(&p);
		router_advertisement(&p);
		listeners(&p, len);
	}
	free(m);
	return 0;
}
