/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/wire/nd.c lib/wire/mld.c */
#include <stdlib.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/icmp6.h"
#include "wire/nd.h"
#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect(int cond)
{
	if (!cond)
		abort();
}

/* The packet around an ICMPv6 message: what a neighbour could send. */
static struct hp_packet around(const uint8_t *m, size_t len, bool query)
{
	struct hp_packet p = {.data = m, .len = len, .proto = HP_PROTO_ICMPV6, .hop_limit = query ? 1 : 255, .router_alert = query};

	p.src = (struct hp_ip6){{0xfe, 0x80, [15] = 1}};
	p.dst = HP_IP6_ALL_NODES;
	return p;
}

static void round_trips(const struct hp_packet *p)
{
	uint8_t out[2048];
	struct hp_ns ns;
	struct hp_na na;
	struct hp_rs rs;
	struct hp_ra ra;

	if (!hp_ns_read(&ns, p))
		expect(hp_ns_write(&ns, out, sizeof(out)) >= 24);
	if (!hp_na_read(&na, p))
		expect(hp_na_write(&na, out, sizeof(out)) >= 24);
	if (!hp_rs_read(&rs, p))
		expect(hp_rs_write(&rs, out, sizeof(out)) >= 8);
	if (!hp_ra_read(&ra, p)) {
		expect(ra.prefixes <= HP_RA_PREFIXES);
		expect(hp_ra_write(&ra, out, sizeof(out)) >= 16);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *m = malloc(len ? len : 1), out[256];
	struct hp_mld_query q;
	struct hp_ip6 group[4] = {HP_IP6_ALL_NODES};
	struct hp_packet p;

	memcpy(m, data, len);
	for (int query = 0; query < 2; query++) {
		p = around(m, len, query);
		if (len >= 4) {
			uint16_t sum;

			m[2] = m[3] = 0;
			sum = hp_checksum(&p.src, &p.dst, HP_PROTO_ICMPV6, m, len);
			m[2] = (uint8_t)(sum >> 8);
			m[3] = (uint8_t)sum;
		}
		round_trips(&p);
		p.src = HP_IP6_ANY;
		(void)hp_rs_read(&(struct hp_rs){0}, &p);
		p = around(m, len, query);
		(void)hp_mld_query_read(&q, &p);
	}
	expect(hp_mld_report_write(HP_MLD_IS_EXCLUDE, group, len % 4, out, sizeof(out)) == (int)(8 + 20 * (len % 4)));
	expect(hp_mld_v1_write(HP_ICMP6_MLD_REPORT, group, out, len % 64) == (len % 64 < 24 ? -28 : 24));
	free(m);
	return 0;
}
