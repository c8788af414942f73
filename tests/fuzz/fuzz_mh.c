/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/wire/mh.c lib/wire/proof.c */
#include <stdlib.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/mh.h"
#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct hp_ip6 src = {{0x20, 1, 0xd, 0xb8, [15] = 1}}, dst = {{0x20, 1, 0xd, 0xb8, [15] = 2}};

/* With its checksum made right, or no message would ever get past it. */
static void mend(uint8_t *m, size_t len)
{
	size_t own = len >= 8 ? (m[1] + 1u) * 8 : 0;
	uint16_t sum;

	if (!own || own > len)
		return;
	m[4] = m[5] = 0;
	sum = hp_checksum(&src, &dst, HP_PROTO_MH, m, own);
	m[4] = (uint8_t)(sum >> 8);
	m[5] = (uint8_t)sum;
}

static void expect(int cond)
{
	if (!cond)
		abort();
}

static void within(const struct hp_proof_authenticator *a, size_t len)
{
	expect(!a->present || (a->len && (size_t)a->at + a->len <= len));
}

/* Ours have data of a multiple of four octets, and no MN-AAA. */
static void proof_of_ours(struct hp_proof *p, size_t len)
{
	within(&p->mn_ha, len);
	within(&p->mn_aaa, len);
	p->mn_aaa = (struct hp_proof_authenticator){0};
	p->mn_ha.len = 12;
}

static void same_proof(const struct hp_proof *a, const struct hp_proof *b, size_t len)
{
	expect(a->identity_len == b->identity_len && (!a->identity_len || memcmp(a->identity, b->identity, a->identity_len) == 0));
	expect(a->has_timestamp == b->has_timestamp && (!a->has_timestamp || a->timestamp == b->timestamp));
	expect(a->mn_ha.present == b->mn_ha.present && (!a->mn_ha.present || (a->mn_ha.spi == b->mn_ha.spi && b->mn_ha.at + 12u == len)));
}

/* Ours have twelve octets, which end the message. */
static void same_authorization(bool again, bool has, uint16_t at, uint16_t len, size_t n)
{
	expect(again == has && (!has || (len == 12 && at % 8 == 4 && at + 12u == n)));
}

/* What is read, written and read again is the same: readers leave nothing in a struct to chance. */
static void round_trip_bu(struct hp_bu bu, size_t len, size_t own)
{
	uint8_t out[HP_MH_ROOM_MOST];
	struct hp_bu again;
	int n;

	proof_of_ours(&bu.proof, len);
	n = hp_bu_write(&bu, out, sizeof(out));

	expect(!bu.has_authorization || (bu.authorization_len && (size_t)bu.authorization_at + bu.authorization_len == own));
	expect(n > 0 && n % 8 == 0 && out[1] == n / 8 - 1);
	expect(hp_bu_read(&again, out, (size_t)n) == HP_MH_OK);
	expect(again.sequence == bu.sequence && again.lifetime == bu.lifetime && again.ack == bu.ack && again.home == bu.home);
	expect(again.linklocal == bu.linklocal && again.key_movable == bu.key_movable);
	same_authorization(again.has_authorization, bu.has_authorization, again.authorization_at, again.authorization_len, (size_t)n);
	expect(again.has_alternate_coa == bu.has_alternate_coa && hp_ip6_eq(&again.alternate_coa, &bu.alternate_coa));
	expect(again.has_nonces == bu.has_nonces && again.home_nonce == bu.home_nonce && again.careof_nonce == bu.careof_nonce);
	same_proof(&bu.proof, &again.proof, (size_t)n);
	expect(hp_bu_write(&bu, out, (size_t)n - 1) < 0);
}

static void round_trip_ba(struct hp_ba *ba, size_t len, size_t own)
{
	uint8_t out[HP_MH_ROOM_MOST];
	struct hp_ba again;
	int n;

	proof_of_ours(&ba->proof, len);
	n = hp_ba_write(ba, out, sizeof(out));
	expect(!ba->has_authorization || (ba->authorization_len && (size_t)ba->authorization_at + ba->authorization_len == own));
	expect(n >= 16 && hp_ba_read(&again, out, (size_t)n) == HP_MH_OK);
	same_proof(&ba->proof, &again.proof, (size_t)n);
	expect(again.status == ba->status && again.sequence == ba->sequence && again.lifetime == ba->lifetime);
	expect(again.key_movable == ba->key_movable);
	same_authorization(again.has_authorization, ba->has_authorization, again.authorization_at, again.authorization_len, (size_t)n);
	expect(again.has_refresh_advice == ba->has_refresh_advice && again.refresh_advice == ba->refresh_advice);
	expect(hp_ba_write(ba, out, (size_t)n - 1) < 0);
}

static void round_trip_be(const struct hp_be *be)
{
	uint8_t out[HP_MH_ROOM];
	struct hp_be again;
	int n = hp_be_write(be, out, sizeof(out));

	expect(n == 24 && hp_be_read(&again, out, (size_t)n) == HP_MH_OK);
	expect(again.status == be->status && hp_ip6_eq(&again.hoa, &be->hoa));
	expect(hp_be_write(be, out, 23) < 0);
}

static void round_trip_rr(enum hp_mh_type type, const uint8_t *m, size_t len)
{
	uint8_t out[HP_MH_ROOM];
	struct hp_rr_init init, init_again;
	struct hp_rr_test test, test_again;

	if (hp_rr_init_read(&init, m, len) == HP_MH_OK) {
		expect(hp_rr_init_write(type, &init, out, sizeof(out)) == 16 && out[2] == type);
		expect(hp_rr_init_read(&init_again, out, 16) == HP_MH_OK && memcmp(&init, &init_again, sizeof(init)) == 0);
		expect(hp_rr_init_write(type, &init, out, 15) < 0);
	}
	if (hp_rr_test_read(&test, m, len) == HP_MH_OK) {
		expect(hp_rr_test_write(type, &test, out, sizeof(out)) == 24 && out[2] == type);
		expect(hp_rr_test_read(&test_again, out, 24) == HP_MH_OK && memcmp(&test, &test_again, sizeof(test)) == 0);
		expect(hp_rr_test_write(type, &test, out, 23) < 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *m = malloc(len ? len : 1), type = 0;
	size_t error_at;
	struct hp_bu bu;
	struct hp_ba ba;
	struct hp_be be;

	memcpy(m, data, len);
	(void)hp_mh_check(m, len, &src, &dst, &type, &error_at);
	mend(m, len);
	if (hp_mh_check(m, len, &src, &dst, &type, &error_at) == HP_MH_OK) {
		if (type == HP_MH_BU && hp_bu_read(&bu, m, len) == HP_MH_OK)
			round_trip_bu(bu, len, (m[1] + 1u) * 8);
		if (type == HP_MH_BA && hp_ba_read(&ba, m, len) == HP_MH_OK)
			round_trip_ba(&ba, len, (m[1] + 1u) * 8);
		if (type == HP_MH_BE && hp_be_read(&be, m, len) == HP_MH_OK)
			round_trip_be(&be);
		if (type >= HP_MH_HOTI && type <= HP_MH_COT)
			round_trip_rr((enum hp_mh_type)type, m, len);
	}
	free(m);
	return 0;
}
