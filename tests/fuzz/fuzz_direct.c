/* SPDX-License-Identifier: BSD-3-Clause */
/* The direct path: what is put in comes out again where an error quotes it, what is taken out leaves the packet as it was.
 * covers: lib/wire/direct.c */
#include <stdlib.h>
#include <string.h>

#include "wire/direct.h"
#include "wire/icmp6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct hp_ip6 care_of = {{0x20, 1, 0xd, 0xb8, [15] = 5}};

static void expect(bool cond)
{
	if (!cond)
		abort();
}

/* The error of a router about `packet`, as it would be without the option. */
static void quote(const uint8_t *packet, size_t len, const uint8_t *plain)
{
	const size_t most = len < HP_IP6_MIN_MTU - 48 ? len : HP_IP6_MIN_MTU - 48;
	uint8_t *error = calloc(1, 48 + most);
	struct hp_direct_error e;
	struct hp_packet p;

	memcpy(error, (uint8_t[]){0x60, 0, 0, 0, (uint8_t)((most + 8) >> 8), (uint8_t)(most + 8), HP_PROTO_ICMPV6, 64}, 8);
	memcpy(error + 24, &care_of, sizeof(care_of));
	error[40] = HP_ICMP6_UNREACHABLE;
	memcpy(error + 48, packet, most);
	expect(hp_packet_read_node(&p, error, 48 + most) == HP_WALK_OK);
	/* The option may lie behind what is quoted. */
	if (hp_direct_error(&e, &p)) {
		expect(e.body_len == 8 + most - HP_DIRECT_HEADER && memcmp(e.body + 8, plain, e.body_len - 8) == 0);
		expect(hp_ip6_eq(&e.coa, &care_of) && memcmp(&e.hoa, plain + 8, sizeof(e.hoa)) == 0 && !e.mtu);
	} else {
		expect(len > most);
	}
	free(error);
}

static void put(const uint8_t *data, size_t len)
{
	uint8_t *packet = malloc(len + HP_DIRECT_HEADER);
	struct hp_packet before, after;
	size_t n;

	memcpy(packet, data, len);
	n = hp_direct_put(packet, len, &care_of);
	expect(n == 0 || n == len + HP_DIRECT_HEADER);
	expect(n || memcmp(packet, data, len) == 0);
	if (n && data[0] >> 4 == 6 && (data[4] << 8 | data[5]) == (int)len - HP_IP6_HEADER) {
		const enum hp_walk was = hp_packet_read(&before, data, len), is = hp_packet_read(&after, packet, n);

		/* A source that is no home address, or what was wrong before, is what a receiver finds. */
		expect(is == was || is == HP_WALK_HAO_ADDRESS);
		if (is == HP_WALK_OK) {
			expect(after.has_hao && hp_ip6_eq(&after.hoa, &before.src) && hp_ip6_eq(&after.src, &care_of));
			expect(after.proto == before.proto && after.payload_at == before.payload_at + HP_DIRECT_HEADER);
		}
		quote(packet, n, data);
	}
	free(packet);
}

static void take(const struct hp_packet *p)
{
	uint8_t *out = malloc(p->len - HP_DIRECT_HEADER);
	struct hp_packet after;

	expect(hp_direct_take(p, out) == p->len - HP_DIRECT_HEADER);
	expect(hp_packet_read_node(&after, out, p->len - HP_DIRECT_HEADER) == HP_WALK_OK && !after.has_rh2);
	expect(hp_ip6_eq(&after.dst, &p->rh2_hoa) && hp_ip6_eq(&after.src, &p->src) && after.len == p->len - HP_DIRECT_HEADER);
	expect(after.proto == p->proto && after.payload_at == p->payload_at - HP_DIRECT_HEADER);
	expect(memcmp(hp_packet_payload(&after), hp_packet_payload(p), hp_packet_payload_len(p)) == 0);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct hp_direct_error e;
	struct hp_packet p;

	memcpy(copy, data, len);
	put(copy, len);
	if (hp_packet_read_node(&p, copy, len) == HP_WALK_OK) {
		if (p.has_rh2)
			take(&p);
		if (hp_direct_error(&e, &p))
			expect(e.body_len <= sizeof(e.body) && (!e.mtu || e.mtu >= HP_IP6_MIN_MTU));
	}
	free(copy);
	return 0;
}
