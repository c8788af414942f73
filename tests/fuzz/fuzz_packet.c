/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/wire/packet.c lib/wire/icmp6.c lib/wire/transit.c */
#include <stdlib.h>
#include <string.h>

#include "wire/icmp6.h"
#include "wire/packet.h"
#include "wire/transit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect(bool cond)
{
	if (!cond)
		abort();
}

/* Whatever the outcome, what the view points to lies inside the packet. */
static void within(const struct hp_packet *p, enum hp_walk walk, size_t len)
{
	if (walk != HP_WALK_OK) {
		expect(walk < HP_WALK_COUNT && (walk == HP_WALK_VERSION || p->error_at < p->len));
		return;
	}
	expect(p->len <= len && p->payload_at >= HP_IP6_HEADER && p->payload_at <= p->len && p->next_at < p->payload_at);
	expect(p->data[p->next_at] == p->proto);
	expect(!p->has_hao || (hp_ip6_is_routable(&p->hoa) && memcmp(p->data + p->hao_at + 2, &p->hoa, sizeof(p->hoa)) == 0));
	expect(!p->is_fragment || (p->payload_at == p->fragment_at + 8 && p->next_at == p->fragment_at));
}

static bool is_discovery(const struct hp_packet *p)
{
	return p->proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(p) && *hp_packet_payload(p) >= 133 && *hp_packet_payload(p) <= 137;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* Exactly as long as it is: the sanitizer sees a read of one octet too many. */
	uint8_t *copy = malloc(len ? len : 1), out[1400];
	struct hp_packet ours, nodes;
	enum hp_walk we, node;
	uint8_t limit;
	uint16_t at;
	bool allowed;
	int n;

	memcpy(copy, data, len);
	we = hp_packet_read(&ours, copy, len);
	node = hp_packet_read_node(&nodes, copy, len);
	within(&ours, we, len);
	within(&nodes, node, len);
	/* They differ in nothing but type 2 routing headers. */
	expect(we == node || we == HP_WALK_RH_TYPE2);
	/* No fragment header before the option, none behind it. */
	expect(node != HP_WALK_OK || !nodes.has_hao ||
	       (!hp_packet_may_be_fragmented(&nodes, nodes.hao_at) &&
		hp_packet_may_be_fragmented(&nodes, nodes.payload_at) == !is_discovery(&nodes)));
	expect(we != HP_WALK_OK || (ours.payload_at == nodes.payload_at && !nodes.has_rh2));

	allowed = hp_icmp6_error_allowed(copy, len, true, true);
	expect(allowed || !hp_icmp6_error_allowed(copy, len, false, false));
	/* RFC 4443 §2.4 (e.1), (e.2) */
	if (node == HP_WALK_OK && nodes.proto == HP_PROTO_ICMPV6 && !nodes.is_fragment && hp_packet_payload_len(&nodes) &&
	    (*hp_packet_payload(&nodes) < 128 || *hp_packet_payload(&nodes) == HP_ICMP6_REDIRECT))
		expect(!allowed);
	if (hp_transit_limit(copy, len, &limit, &at))
		expect(at >= HP_IP6_HEADER + 4 && at < len && copy[at] == limit && copy[at - 1] == 1 && copy[at - 2] == 4);
	n = hp_icmp6_error_write(HP_ICMP6_TOO_BIG, 0, 1280, copy, len, 40, out, sizeof(out));
	expect(n == (int)(len + 8 < 1240 ? len + 8 : 1240) && memcmp(out + 8, copy, (size_t)n - 8) == 0);
	free(copy);
	return 0;
}
