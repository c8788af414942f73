/* SPDX-License-Identifier: BSD-3-Clause */
/* ESP against packets that others made. */
#include <stdio.h>
#include <stdlib.h>

#include "ends.h"
#include "run.h"
#include "security/hmac.h"
#include "tests.h"

struct vector {
	const char *name;
	enum hp_association_encryption encryption;
	uint8_t key_len;
	uint64_t sequence;
	bool esn;
	const char *plain, *esp;
};
#include "esp_vectors.h"

static size_t octets(const char *hex, uint8_t *out)
{
	struct bytes b = bytes_hex(hex);
	const size_t len = b.len;

	memcpy(out, b.p, len);
	bytes_free(&b);
	return len;
}

static const uint8_t iv[HP_ESP_IV] = {0xe9, 0x6e, 0x8c, 0x08, 0xab, 0x46, 0x57, 0x63, 0xfd, 0x09, 0x8d, 0x45, 0xdd, 0x3f, 0xf8, 0x93};

struct sealed {
	uint8_t plain[512], esp[512];
	size_t plain_len, esp_len;
	struct hp_packet p; /* of `plain` */
	bool to_agent;
	struct ends e;
};

static void ready(struct sealed *s, const struct vector *v)
{
	struct hp_association_spec spec;

	s->plain_len = octets(v->plain, s->plain);
	s->esp_len = octets(v->esp, s->esp);
	CU_ASSERT(hp_packet_read_node(&s->p, s->plain, s->plain_len) == HP_WALK_OK);
	s->to_agent = !hp_ip6_eq(&s->p.src, &HA);
	spec = ends_spec(s->p.proto == HP_PROTO_MH ? HP_PROTECT_REGISTRATION : HP_PROTECT_PREFIX_DISCOVERY, v->encryption, v->key_len);
	spec.manual = spec.manual && !v->esn;
	spec.esn = v->esn;
	spec.replay_window = 64;
	ends_open(&s->e);
	ends_add(&s->e, spec, s->to_agent);
}

/* As hp_compose knew the packet. */
static struct hp_send send_of(const struct hp_packet *p)
{
	return (struct hp_send){
		.src = p->src,
		.dst = *hp_packet_destination(p),
		.hoa = p->has_hao ? p->hoa : HP_IP6_ANY,
		.proto = p->proto,
		.protection = p->proto == HP_PROTO_MH ? HP_PROTECT_REGISTRATION : HP_PROTECT_PREFIX_DISCOVERY,
		.body = hp_packet_payload(p),
		.body_len = hp_packet_payload_len(p),
	};
}

void test_esp_seal(void)
{
	for (size_t i = 0; i < HP_LEN(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct hp_association *a;
		struct sealed s;
		struct hp_ipsec *sender;
		struct hp_send send;
		uint8_t packet[512];
		int len;

		ready(&s, v);
		sender = s.to_agent ? s.e.node : s.e.agent;
		a = hp_associations_find(hp_ipsec_associations(sender), &HOME, true, SPI);
		a->sequence = v->sequence - 1;
		send = send_of(&s.p);
		memcpy(packet, s.plain, s.plain_len);
		HP_CHECK(v->name, "its length is known before", hp_ipsec_len(sender, &send, s.plain_len) == s.esp_len);
		len = hp_ipsec_seal(sender, &send, packet, s.plain_len, iv, s.e.fx);
		HP_CHECK(v->name, "sealed", len == (int)s.esp_len && memcmp(packet, s.esp, s.esp_len) == 0);
		HP_CHECK(v->name, "counted", hp_ipsec_count(sender)[HP_IPSEC_SEALED] == 1);
		ends_close(&s.e);
	}
}

static int open_at(struct sealed *s, const uint8_t *packet, size_t len, uint8_t *out, uint32_t *spi)
{
	struct hp_packet p;

	if ((s->to_agent ? hp_packet_read(&p, packet, len) : hp_packet_read_node(&p, packet, len)) != HP_WALK_OK || p.proto != HP_PROTO_ESP)
		return 0;
	return hp_ipsec_open(s->to_agent ? s->e.agent : s->e.node, &p, 0, (struct hp_now){0}, out, spi, s->e.fx);
}

/* Where the receiver is just before that number. */
static void expect(struct sealed *s, const struct vector *v)
{
	struct hp_ipsec *receiver = s->to_agent ? s->e.agent : s->e.node;

	hp_replay_accept(&hp_associations_find(hp_ipsec_associations(receiver), &HOME, false, SPI)->replay, v->sequence - 1);
}

void test_esp_open(void)
{
	for (size_t i = 0; i < HP_LEN(vectors); i++) {
		const struct vector *v = &vectors[i];
		uint8_t out[HP_IPSEC_MESSAGE];
		uint32_t spi = 0;
		struct sealed s;
		int len;

		ready(&s, v);
		expect(&s, v);
		len = open_at(&s, s.esp, s.esp_len, out, &spi);
		HP_CHECK(v->name, "opened", len == (int)s.plain_len && memcmp(out, s.plain, s.plain_len) == 0);
		HP_CHECK(v->name, "by its association", spi == SPI);
		HP_CHECK(v->name, "once", open_at(&s, s.esp, s.esp_len, out, &spi) < 0);
		HP_CHECK(v->name, "told why not twice", ends_told(&s.e, "ipsec.replayed") == 1);
		ends_close(&s.e);
	}
}

/* No octet of what ESP covers can be another one, and none can be missing. */
void test_esp_tampered(void)
{
	for (size_t i = 0; i < HP_LEN(vectors); i++) {
		const struct vector *v = &vectors[i];
		uint8_t out[HP_IPSEC_MESSAGE], packet[512];
		struct hp_packet p;
		struct sealed s;
		uint32_t spi;

		ready(&s, v);
		expect(&s, v);
		CU_ASSERT(hp_packet_read_node(&p, s.esp, s.esp_len) == HP_WALK_OK);
		for (size_t at = p.payload_at; at < s.esp_len; at++) {
			memcpy(packet, s.esp, s.esp_len);
			packet[at] ^= 0x10;
			HP_CHECK(v->name, "an octet changed", open_at(&s, packet, s.esp_len, out, &spi) < 0);
		}
		for (size_t len = p.payload_at; len < s.esp_len; len++) {
			memcpy(packet, s.esp, len);
			packet[4] = (uint8_t)((len - HP_IP6_HEADER) >> 8);
			packet[5] = (uint8_t)(len - HP_IP6_HEADER);
			HP_CHECK(v->name, "cut short", open_at(&s, packet, len, out, &spi) < 0);
		}
		/* None of this has moved the window. */
		HP_CHECK(v->name, "the right one after all", open_at(&s, s.esp, s.esp_len, out, &spi) == (int)s.plain_len);
		ends_close(&s.e);
	}
}

/* RFC 3602 §4, cases 5 and 6: what comes before the integrity check value, which those packets have none of. */
void test_esp_rfc3602(void)
{
	static const struct {
		uint64_t sequence;
		const char *iv, *plain, *esp;
	} row[] = {
		{1, "e96e8c08 ab465763 fd098d45 dd3ff893",
		 "08000ebd a70a0000 8e9c083d b95b0700 08090a0b 0c0d0e0f 10111213 14151617"
		 "18191a1b 1c1d1e1f 20212223 24252627 28292a2b 2c2d2e2f 30313233 34353637",
		 "00004321 00000001 e96e8c08 ab465763 fd098d45 dd3ff893"
		 "f663c25d 325c18c6 a9453e19 4e120849 a4870b66 cc6b9965 330013b4 898dc856"
		 "a4699e52 3a55db08 0b59ec3a 8e4b7e52 775b07d1 db34ed9c 538ab50c 551b874a"
		 "a269add0 47ad2d59 13ac19b7 cfbad4a6"},
		{8, "69d08df7 d203329d b093fc49 24e5bd80", "0800b5e8 a80a0500 a69c083d 0b660e00 77777777 77777777 77777777",
		 "00004321 00000008 69d08df7 d203329d b093fc49 24e5bd80"
		 "f5199588 1ec4e0c4 488987ce 742e8109 689bb379 d2d750c0 d915dca3 46a89f75"},
	};
	struct hp_association_spec spec = ends_spec(HP_PROTECT_REGISTRATION, HP_ASSOCIATION_AES_CBC, 16);
	struct hp_associations *s;
	struct hp_esp *esp;

	spec.spi = 0x4321;
	spec.out = true;
	octets("90d382b4 10eeba7a d938c46c ec1a82bf", spec.encryption_key);
	if (hp_associations_create(&s, 1, (struct hp_now){0}) || hp_esp_create(&esp))
		abort();
	CU_ASSERT(hp_associations_add(s, &spec, (struct hp_now){0}) == 0);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		uint8_t data[256], want[256], its_iv[HP_ESP_IV];
		const size_t len = octets(row[i].plain, data), want_len = octets(row[i].esp, want);

		octets(row[i].iv, its_iv);
		CU_ASSERT(hp_esp_len(hp_associations_of(s, &HOME), len) == want_len + 16);
		CU_ASSERT(hp_esp_seal(esp, hp_associations_of(s, &HOME), row[i].sequence, its_iv, 1, data, len) == 0);
		CU_ASSERT(memcmp(data, want, want_len) == 0);
	}
	hp_associations_destroy(s);
	hp_esp_destroy(esp);
}

/* §2.4: what lies behind the payload is looked at, though the integrity check value is right. */
void test_esp_padding(void)
{
	static const struct {
		const char *name, *data; /* payload, padding, pad length, next header */
		bool good;
		size_t len; /* of the payload */
	} row[] = {
		{"none", "11223344 5566 0087", true, 6},
		{"two octets", "11223344 01020287", true, 4},
		{"a whole block more", "11223344 01020304 05060687", true, 4},
		{"all of it", "0102 0287", true, 0},
		{"not in order", "11223344 02010287", false, 0},
		{"zeroes", "11223344 00000287", false, 0},
		{"longer than all", "11223344 01020787", false, 0},
		{"the longest there could be", "11223344 0102ff87", false, 0},
	};
	struct hp_association_spec spec = ends_spec(HP_PROTECT_REGISTRATION, HP_ASSOCIATION_NULL, 0);
	struct hp_associations *s;
	struct hp_esp *esp;
	struct hp_hmac *mac;

	if (hp_associations_create(&s, 1, (struct hp_now){0}) || hp_esp_create(&esp) || hp_hmac_create(&mac))
		abort();
	CU_ASSERT(hp_associations_add(s, &spec, (struct hp_now){0}) == 0);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		uint8_t packet[64] = {0, 0, 0x10, 0, 0, 0, 0, 1}, out[64], proto = 0;
		const size_t len = 8 + octets(row[i].data, packet + 8);
		const struct hp_hmac_part part = {packet, len};
		enum hp_esp_result ret;
		size_t inside = 99;

		CU_ASSERT(hp_hmac_compute(mac, HP_HMAC_SHA256_128, spec.integrity_key, 32, &part, 1, packet + len));
		ret = hp_esp_open(esp, hp_associations_of(s, &HOME), 1, packet, len + 16, out, &inside, &proto);
		HP_CHECK(row[i].name, "judged", ret == (row[i].good ? HP_ESP_OK : HP_ESP_PADDING));
		HP_CHECK(row[i].name, "taken off",
			 ret != HP_ESP_OK || (inside == row[i].len && proto == 135 && !memcmp(out, packet + 8, inside)));
	}
	hp_associations_destroy(s);
	hp_esp_destroy(esp);
	hp_hmac_destroy(mac);
}
