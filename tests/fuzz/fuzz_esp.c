/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/security/esp.c lib/security/ipsec.c */
#include <stdlib.h>
#include <string.h>

#include "security/hmac.h"
#include "security/ipsec.h"
#include "wire/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define ROOM (HP_IPSEC_MESSAGE + 512)

static const struct hp_ip6 mn = {{0x20, 1, 0xd, 0xb8, [15] = 1}}, ha = {{0x20, 1, 0xd, 0xb8, [15] = 2}},
			   home = {{0x20, 1, 0xd, 0xb8, [15] = 3}};
static const uint8_t iv[HP_ESP_IV] = {1};
static struct hp_ipsec *agent, *node;
static struct hp_effects *fx;
static struct hp_hmac *mac;
static uint64_t runs;

static void expect(bool cond)
{
	if (!cond)
		abort();
}

static void add(uint32_t spi, enum hp_protection protects, enum hp_association_encryption encryption, bool to_agent)
{
	const bool gcm = encryption == HP_ASSOCIATION_AES_GCM_16;
	struct hp_association_spec s = {
		.spi = spi,
		.hoa = home,
		.protects = protects,
		.mode = protects >= HP_PROTECT_HOME_TEST ? HP_ASSOCIATION_TUNNEL : HP_ASSOCIATION_TRANSPORT,
		.encryption = encryption,
		.integrity = gcm ? HP_ASSOCIATION_COMBINED : HP_ASSOCIATION_HMAC_SHA256_128,
		.encryption_len = encryption == HP_ASSOCIATION_NULL ? 0 : 16,
		.integrity_len = gcm ? 0 : 32,
		.esn = gcm,
		.replay_window = gcm ? 64 : 0,
		.hard.packets = spi == 260 ? 100 : 0,
	};

	s.out = !to_agent;
	expect(hp_associations_add(hp_ipsec_associations(agent), &s, (struct hp_now){0}) == 0);
	s.out = to_agent;
	expect(hp_associations_add(hp_ipsec_associations(node), &s, (struct hp_now){0}) == 0);
}

/* Now and then anew: what is used up is there again. */
static void open_ends(void)
{
	const struct hp_now now = {0};

	hp_ipsec_destroy(agent);
	hp_ipsec_destroy(node);
	hp_effects_destroy(fx);
	hp_hmac_destroy(mac);

	expect(!hp_ipsec_create(&agent, false, 1, now) && !hp_ipsec_create(&node, true, 2, now) && !hp_effects_create(&fx) &&
	       !hp_hmac_create(&mac));
	add(256, HP_PROTECT_REGISTRATION, HP_ASSOCIATION_AES_CBC, true);
	add(257, HP_PROTECT_PREFIX_DISCOVERY, HP_ASSOCIATION_NULL, true);
	add(258, HP_PROTECT_HOME_TEST, HP_ASSOCIATION_AES_CBC, true);
	add(259, HP_PROTECT_REGISTRATION, HP_ASSOCIATION_AES_GCM_16, false);
	add(261, HP_PROTECT_PAYLOAD, HP_ASSOCIATION_NULL, false);
	add(262, HP_PROTECT_HOME_TEST, HP_ASSOCIATION_AES_CBC, false);
	add(260, HP_PROTECT_PREFIX_DISCOVERY, HP_ASSOCIATION_AES_CBC, false);
}

/* Whatever comes is dropped, or is a packet that can be read, no longer than it was. */
static int take(struct hp_ipsec *x, const uint8_t *packet, size_t len, uint8_t out[HP_IPSEC_MESSAGE])
{
	struct hp_packet p, inside;
	uint32_t association = 0;
	int ret;

	if ((x == node ? hp_packet_read_node(&p, packet, len) : hp_packet_read(&p, packet, len)) != HP_WALK_OK || p.proto != HP_PROTO_ESP)
		return -1;
	ret = hp_ipsec_open(x, &p, 0, (struct hp_now){0}, out, &association, fx);
	if (ret > 0) {
		const struct hp_ipsec_update u = {.hoa = home, .source = mn, .association = association, .has_alternate_coa = ret & 1};

		expect((size_t)ret < p.len && association >= 256);
		expect((x == node ? hp_packet_read_node(&inside, out, (size_t)ret) : hp_packet_read(&inside, out, (size_t)ret)) ==
		       HP_WALK_OK);
		expect(inside.len == (size_t)ret);
		(void)hp_ipsec_permits_update(x, &u, (struct hp_now){0}, fx);
	}
	hp_effects_clear(fx);
	return ret;
}

/* What one end seals the other opens, or refuses for what it is. */
static void round_trip(bool to_agent, uint8_t proto, enum hp_protection how, const uint8_t *body, size_t len)
{
	const struct hp_send s = {.src = to_agent ? mn : ha,
				  .dst = to_agent ? ha : home,
				  .hoa = to_agent ? home : HP_IP6_ANY,
				  .coa = to_agent ? HP_IP6_ANY : mn,
				  .proto = proto,
				  .protection = how,
				  .body = body,
				  .body_len = len};
	struct hp_ipsec *x = to_agent ? node : agent;
	uint8_t packet[ROOM], plain[ROOM], out[HP_IPSEC_MESSAGE];
	int n = hp_compose(&s, packet, sizeof(packet) - HP_ESP_MOST), sealed, opened;

	if (n < 0)
		return;
	memcpy(plain, packet, (size_t)n);
	sealed = hp_ipsec_seal(x, &s, packet, (size_t)n, iv, fx);
	if (sealed < 0 || how == HP_PROTECT_NONE)
		return;
	expect((size_t)sealed == hp_ipsec_len(x, &s, (size_t)n));
	opened = take(to_agent ? agent : node, packet, (size_t)sealed, out);
	expect(opened < 0 || (opened == n && memcmp(out, plain, (size_t)n) == 0));
}

/* Out of a tunnel: what was sealed, and what never was. */
static void tunnel(const uint8_t *data, size_t len)
{
	uint8_t packet[ROOM + HP_ESP_MOST], out[ROOM + HP_ESP_MOST];
	int sealed, opened;

	(void)hp_ipsec_is_tunnelled(node, data, len);
	(void)hp_ipsec_open_inner(node, data, len, &ha, (struct hp_now){0}, out, fx);
	(void)hp_ipsec_permits_inner(node, &home, data, len, &ha, (struct hp_now){0}, fx);
	memcpy(packet, data, len);
	sealed = hp_ipsec_seal_inner(agent, &home, packet, len, iv, fx);
	expect(sealed > (int)len);
	opened = hp_ipsec_open_inner(node, packet, (size_t)sealed, &ha, (struct hp_now){0}, out, fx);
	expect(opened < 0 || (opened == (int)len && memcmp(out, data, len) == 0));
	hp_effects_clear(fx);
}

/* ESP payload, padding and trailer as they are, with the right integrity check value: 257 hides nothing. */
static size_t proved(uint8_t *esp, const uint8_t *data, size_t len)
{
	const uint8_t header[HP_ESP_HEADER] = {0, 0, 1, 1, 0, 0, 0, 1}, key[32] = {0};
	struct hp_hmac_part part;

	len -= len % 4;
	memcpy(esp, header, sizeof(header));
	memcpy(esp + sizeof(header), data, len);
	part = (struct hp_hmac_part){esp, len + sizeof(header)};
	expect(hp_hmac_compute(mac, HP_HMAC_SHA256_128, key, sizeof(key), &part, 1, esp + part.len));
	return part.len + 16;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* An IPv6 header, a Home Address option, and the rest. */
	const struct hp_send around = {.src = mn, .dst = ha, .hoa = home, .proto = HP_PROTO_ESP, .body = iv, .body_len = 8};
	uint8_t packet[ROOM], out[HP_IPSEC_MESSAGE];
	size_t at;

	if (runs++ % 8192 == 0)
		open_ends();
	hp_ipsec_tick(node, (struct hp_now){.mono_ms = runs % 8192}, fx);
	expect(hp_ipsec_next(node) == UINT64_MAX && hp_ipsec_count(node)[HP_IPSEC_FAILED] <= runs);
	if (len < 2 || len > 2048)
		return 0;
	switch (data[0] & 7) {
	case 0: /* a whole packet */
		(void)take(agent, data + 1, len - 1, out);
		return 0;
	case 1:
		(void)take(node, data + 1, len - 1, out);
		return 0;
	case 2:
		round_trip(data[0] & 8, data[1], (enum hp_protection)(data[0] >> 4 & 3), data + 2, len - 2);
		return 0;
	case 3:
		round_trip(data[0] & 8, data[0] & 16 ? HP_PROTO_MH : HP_PROTO_ICMPV6,
			   data[0] & 16 ? HP_PROTECT_REGISTRATION : HP_PROTECT_PREFIX_DISCOVERY, data + 1, len - 1);
		return 0;
	case 6:
		tunnel(data + 1, len - 1);
		return 0;
	default:
		break;
	}
	at = (size_t)hp_compose(&around, packet, sizeof(packet)) - 8;
	if (data[0] & 1) {
		at += proved(packet + at, data + 1, len - 1);
	} else {
		memcpy(packet + at, data + 1, len - 1);
		at += len - 1;
	}
	packet[4] = (uint8_t)((at - HP_IP6_HEADER) >> 8);
	packet[5] = (uint8_t)(at - HP_IP6_HEADER);
	(void)take(agent, packet, at, out);
	return 0;
}
