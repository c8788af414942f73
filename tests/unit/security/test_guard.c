/* SPDX-License-Identifier: BSD-3-Clause */
/* What the guard decides. The bytes that it decides on are signed by the library: test_mn_ha.c holds those against Python. */
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "security/guard.h"
#include "tests.h"

#define SHIP  "2001:db8:1::100" /* timestamps, keys 256 and 257, AAA */
#define BOAT  "2001:db8:1::101" /* sequence numbers, key 300 */
#define SHORE "2001:db8:1::102" /* suspended */
#define COA   "2001:db8:a::5"
#define NONE  INT32_MIN /* no timestamp */

#define NOW_MS 1700000000250

struct update {
	const char *identity, *hoa;
	uint32_t spi;   /* 0: no MN-HA option */
	uint8_t key;    /* what the key is filled with; 0: as it is known for the home address and SPI */
	int32_t off_ms; /* of the timestamp, NONE */
	uint16_t sequence;
	bool aaa, wrong_aaa; /* an MN-AAA option as well */
};

struct scene {
	struct hp_guard *guard;
	struct hp_effects *fx;
	struct hp_now now;
	struct hp_credential credential;
};

static void put(struct scene *s, const char *hoa, const char *identity, uint32_t spi, uint32_t second, bool timestamp, bool aaa,
		bool suspended)
{
	struct hp_subscriber_spec spec = {.hoa = ip6(hoa), .identity_len = (uint8_t)strlen(identity), .suspended = suspended};

	strcpy(spec.identity, identity);
	spec.key[0] = (struct hp_key_spec){.spi = spi, .algorithm = HP_HMAC_SHA1_96, .timestamp = timestamp, .len = 16};
	memset(spec.key[0].octets, (int)(spi & 0xff) + 1, 16);
	if (second) {
		spec.key[1] = (struct hp_key_spec){.spi = second, .algorithm = HP_HMAC_SHA256_128, .timestamp = timestamp, .len = 32};
		memset(spec.key[1].octets, (int)(second & 0xff) + 1, 32);
	}
	if (aaa) {
		spec.aaa = (struct hp_key_spec){.spi = HP_AAA_SPI, .len = 16};
		memset(spec.aaa.octets, 0xaa, 16);
	}
	CU_ASSERT_EQUAL_FATAL(hp_subscribers_put(hp_guard_subscribers(s->guard), &spec), 0);
}

static void scene_open(struct scene *s, const struct hp_guard_conf *conf)
{
	*s = (struct scene){.now = {1000, NOW_MS}};
	CU_ASSERT_EQUAL_FATAL(hp_guard_create(&s->guard, conf, s->now), 0);
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&s->fx), 0);
	put(s, SHIP, "ship@fleet", 256, 257, true, true, false);
	put(s, BOAT, "boat@fleet", 300, 0, false, false, false);
	put(s, SHORE, "shore@fleet", 256, 0, true, false, true);
}

static void scene_close(struct scene *s)
{
	hp_guard_destroy(s->guard);
	hp_effects_destroy(s->fx);
}

/* As hp_bu_write ends: MN-HA. MN-AAA goes behind it by hand, over the padding. */
static int give(struct scene *s, const struct update *u, const char *source)
{
	const struct hp_ip6 hoa = ip6(u->hoa), coa = ip6(COA);
	const bool sha256 = u->spi == 257;
	struct hp_key key = {.spi = u->spi, .algorithm = sha256 ? HP_HMAC_SHA256_128 : HP_HMAC_SHA1_96, .len = sha256 ? 32 : 16};
	uint8_t octets[32], message[HP_MH_ROOM_MOST] = {0};
	struct hp_proof_authenticator place;
	struct hp_bu bu = {.sequence = u->sequence, .ack = true, .home = true, .lifetime = 15};
	struct hp_guard_update update = {.bu = &bu, .message = message, .hoa = hoa, .coa = coa, .source = ip6(source), .link = 1};
	int len;

	memset(octets, u->key ? u->key : (int)(u->spi & 0xff) + 1, sizeof(octets));
	key.octets = octets;
	if (u->identity) {
		bu.proof.identity = (const uint8_t *)u->identity;
		bu.proof.identity_len = (uint8_t)strlen(u->identity);
	}
	bu.proof.has_timestamp = u->off_ms != NONE;
	if (bu.proof.has_timestamp)
		bu.proof.timestamp = hp_timestamp_of((uint64_t)((int64_t)s->now.wall_ms + u->off_ms));
	if (u->spi)
		bu.proof.mn_ha = hp_mn_ha_place(&key, sizeof(message));
	len = hp_bu_write(&bu, message, sizeof(message));
	CU_ASSERT_FATAL(len > 0);
	if (u->spi) {
		place = hp_mn_ha_place(&key, (size_t)len);
		CU_ASSERT(hp_mn_ha_sign(hp_guard_hmac(s->guard), &key, &coa, &hoa, message, &place));
		bu.proof.mn_ha = place;
	}
	if (u->aaa) {
		const struct hp_mobility_data data = {&coa, &hoa, message};
		const struct hp_hmac_part part[] = {{data.coa, 16}, {data.hoa, 16}, {message, (size_t)len + 7}};
		uint8_t digest[20];

		message[len] = 9;
		message[len + 1] = 25;
		message[len + 2] = 2;
		message[len + 6] = HP_AAA_SPI;
		bu.proof.mn_aaa = (struct hp_proof_authenticator){true, HP_AAA_SPI, (uint16_t)(len + 7), 20};
		memset(octets, u->wrong_aaa ? 0xab : 0xaa, sizeof(octets));
		CU_ASSERT(hp_hmac_digest(hp_guard_hmac(s->guard), part, 3, digest));
		CU_ASSERT(hp_hmac_compute(hp_guard_hmac(s->guard), HP_HMAC_SHA1, octets, 16, &(struct hp_hmac_part){digest, 20}, 1,
					  message + len + 7));
	}
	hp_effects_clear(s->fx);
	return hp_guard_update(s->guard, &update, s->now, &s->credential, s->fx);
}

/* Effects by kind: 'A' accepted, 'E' refused, 'R' rekeyed. */
static const char *effects(const struct scene *s)
{
	static char text[16];
	size_t n = hp_effects_count(s->fx);

	for (size_t i = 0; i < n && i < sizeof(text) - 1; i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		text[i] = e->kind == HP_EFFECT_ACCEPTED ? 'A' : e->event.kind == HP_EVENT_REKEYED ? 'R' : 'E';
	}
	text[n] = 0;
	return text;
}

#define PASS    HP_GUARD_PASS
#define SILENCE HP_GUARD_SILENCE
#define ANY     HP_REFUSED_COUNT

static const struct {
	const char *name;
	struct update u;
	int verdict;
	enum hp_refusal why;
} rows[] = {
	{"4285 5: no option", {"ship@fleet", SHIP, 0, .off_ms = 0}, SILENCE, HP_REFUSED_NO_OPTION},
	{"4285 4: no identity", {NULL, SHIP, 256, .off_ms = 0}, SILENCE, HP_REFUSED_NO_IDENTITY},
	{"nobody's address", {"ship@fleet", "2001:db8:1::200", 256, .off_ms = 0}, SILENCE, HP_REFUSED_UNKNOWN},
	{"nobody's name", {"ghost@fleet", SHIP, 256, .off_ms = 0}, SILENCE, HP_REFUSED_UNKNOWN},
	{"the beginning of a name", {"ship@flee", SHIP, 256, .off_ms = 0}, SILENCE, HP_REFUSED_UNKNOWN},
	{"another's address", {"boat@fleet", SHIP, 300, .off_ms = 0}, SILENCE, HP_REFUSED_ADDRESS},
	{"suspended", {"shore@fleet", SHORE, 256, .off_ms = 0}, SILENCE, HP_REFUSED_SUSPENDED},
	{"4285 5.1.1: no such association", {"ship@fleet", SHIP, 258, .off_ms = 0}, SILENCE, HP_REFUSED_SPI},
	{"the SPI of MN-AAA", {"ship@fleet", SHIP, HP_AAA_SPI, .off_ms = 0}, SILENCE, HP_REFUSED_SPI},
	{"4285 5.1.1: wrong key", {"ship@fleet", SHIP, 256, .key = 9, .off_ms = 0}, HP_BA_AUTH_FAIL, HP_REFUSED_MAC},
	{"4285 6: no timestamp", {"ship@fleet", SHIP, 256, .off_ms = NONE}, HP_BA_MESG_ID_REQD, HP_REFUSED_NO_TIMESTAMP},
	{"4285 6: 7.1 s early", {"ship@fleet", SHIP, 256, .off_ms = -7100}, HP_BA_ID_MISMATCH, HP_REFUSED_TIMESTAMP},
	{"4285 6: 7.1 s late", {"ship@fleet", SHIP, 256, .off_ms = 7100}, HP_BA_ID_MISMATCH, HP_REFUSED_TIMESTAMP},
	{"6.9 s early", {"ship@fleet", SHIP, 256, .off_ms = -6900}, PASS, ANY},
	{"believed", {"ship@fleet", SHIP, 256, .off_ms = 0, .sequence = 9}, PASS, ANY},
	{"4285 6: replayed", {"ship@fleet", SHIP, 256, .off_ms = 0, .sequence = 9}, HP_BA_ID_MISMATCH, HP_REFUSED_TIMESTAMP},
	{"4285 6: older", {"ship@fleet", SHIP, 256, .off_ms = -1}, HP_BA_ID_MISMATCH, HP_REFUSED_TIMESTAMP},
	{"later, an older number does not matter", {"ship@fleet", SHIP, 256, .off_ms = 1, .sequence = 8}, PASS, ANY},
	{"4285 6: 6.9 s late", {"ship@fleet", SHIP, 256, .off_ms = 6900}, PASS, ANY},
	{"by number", {"boat@fleet", BOAT, 300, .off_ms = NONE, .sequence = 9}, PASS, ANY},
	{"the same number", {"boat@fleet", BOAT, 300, .off_ms = NONE, .sequence = 9}, HP_BA_SEQUENCE, HP_REFUSED_SEQUENCE},
	{"32,768 before", {"boat@fleet", BOAT, 300, .off_ms = NONE, .sequence = 9 + 32768}, HP_BA_SEQUENCE, HP_REFUSED_SEQUENCE},
	{"a timestamp where none is wanted: not judged", {"boat@fleet", BOAT, 300, .off_ms = -100000, .sequence = 10}, PASS, ANY},
	{"with MN-AAA", {"ship@fleet", SHIP, 256, .off_ms = 6950, .aaa = true}, PASS, ANY},
	{"with a wrong one", {"ship@fleet", SHIP, 256, .off_ms = 6960, .aaa = true, .wrong_aaa = true}, HP_BA_AUTH_FAIL, HP_REFUSED_AAA},
	{"MN-AAA alone", {"ship@fleet", SHIP, 0, .off_ms = 6970, .aaa = true}, PASS, ANY},
	{"MN-AAA alone, wrong", {"ship@fleet", SHIP, 0, .off_ms = 6980, .aaa = true, .wrong_aaa = true}, HP_BA_AUTH_FAIL, HP_REFUSED_AAA},
	{"MN-AAA of one who has no such key",
	 {"boat@fleet", BOAT, 300, .off_ms = NONE, .sequence = 20, .aaa = true},
	 HP_BA_AUTH_FAIL,
	 HP_REFUSED_AAA},
};

void test_guard(void)
{
	struct scene s;
	uint64_t before[HP_REFUSED_COUNT];

	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_MN_HA, .seed = 1});
	for (unsigned int i = 0; i < HP_LEN(rows); i++) {
		const struct update *u = &rows[i].u;
		const bool pass = rows[i].verdict == PASS;

		memcpy(before, hp_guard_count(s.guard), sizeof(before));
		HP_CHECK(rows[i].name, "verdict", give(&s, u, COA) == rows[i].verdict);
		for (unsigned int k = 0; k < HP_REFUSED_COUNT; k++)
			HP_CHECK(rows[i].name, hp_refusals[k].name,
				 hp_guard_count(s.guard)[k] == before[k] + (!pass && k == (unsigned int)rows[i].why));
		HP_CHECK(rows[i].name, "effects", strcmp(effects(&s), pass ? "A" : "E") == 0);
		if (pass || rows[i].verdict >= 0)
			HP_CHECK(rows[i].name, "answered by the key that asked",
				 s.credential.spi == (u->spi ? u->spi : 256) && s.credential.fresh);
		if (!pass) {
			const struct hp_event *e = &hp_effects_at(s.fx, 0)->event;

			HP_CHECK(rows[i].name, "told",
				 e->kind == HP_EVENT_REFUSED && strcmp(e->reason, hp_refusals[rows[i].why].name) == 0 &&
					 e->code == (rows[i].verdict < 0 ? HP_EVENT_UNANSWERED : rows[i].verdict));
		}
		if (rows[i].verdict == HP_BA_SEQUENCE)
			HP_CHECK(rows[i].name, "the last number", s.credential.last_sequence == 9);
		if (u->off_ms != NONE && s.credential.spi) {
			const uint64_t sent = hp_timestamp_of((uint64_t)((int64_t)s.now.wall_ms + u->off_ms));

			HP_CHECK(rows[i].name, "timestamp",
				 s.credential.has_timestamp &&
					 s.credential.timestamp == (rows[i].verdict == HP_BA_ID_MISMATCH
									    ? (hp_timestamp_of(s.now.wall_ms) >> 32 << 32) + (uint32_t)sent
									    : sent));
		}
	}
	/* Its effect is what a restart hands back: the same update is refused then. */
	CU_ASSERT_EQUAL(give(&s, &(struct update){"boat@fleet", BOAT, 300, .off_ms = NONE, .sequence = 30}, COA), PASS);
	CU_ASSERT(hp_effects_at(s.fx, 0)->accepted.value == 30 && hp_effects_at(s.fx, 0)->accepted.spi == 300);
	scene_close(&s);
	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_MN_HA, .seed = 2});
	hp_guard_restore(s.guard, &(struct hp_ip6){0}, 300, 30);
	hp_guard_restore(s.guard, &(struct hp_ip6){.b = {0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1, [15] = 1}}, 300, 30);
	CU_ASSERT_EQUAL(give(&s, &(struct update){"boat@fleet", BOAT, 300, .off_ms = NONE, .sequence = 30}, COA), HP_BA_SEQUENCE);
	scene_close(&s);
	/* Nothing is known of before: what may have been accepted is not. */
	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_MN_HA, .floor_wall_ms = NOW_MS + 7000});
	CU_ASSERT_EQUAL(give(&s, &(struct update){"ship@fleet", SHIP, 256, .off_ms = 6999}, COA), HP_BA_ID_MISMATCH);
	s.now.wall_ms += 1000;
	CU_ASSERT_EQUAL(give(&s, &(struct update){"ship@fleet", SHIP, 256, .off_ms = 6001}, COA), PASS);
	scene_close(&s);
	/* Other methods. */
	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_OPEN});
	CU_ASSERT_EQUAL(give(&s, &(struct update){NULL, SHIP, 0, .off_ms = NONE}, COA), PASS);
	CU_ASSERT(!s.credential.fresh && !s.credential.spi);
	scene_close(&s);
	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_CLOSED});
	CU_ASSERT_EQUAL(give(&s, &(struct update){"ship@fleet", SHIP, 256, .off_ms = 0}, COA), HP_BA_PROHIBITED);
	scene_close(&s);
	hp_guard_destroy(NULL);
}

void test_guard_rate(void)
{
	const struct update wrong = {"ship@fleet", SHIP, 256, .key = 9, .off_ms = 0}, right = {"ship@fleet", SHIP, 256, .off_ms = 0};
	unsigned int answers = 0, computed = 0;
	struct scene s;

	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_MN_HA, .seed = 3});
	for (unsigned int i = 0; i < 3000; i++)
		answers += give(&s, &wrong, "2001:db8:bad::1") == HP_BA_AUTH_FAIL;
	computed = (unsigned int)hp_guard_count(s.guard)[HP_REFUSED_MAC];
	CU_ASSERT(answers >= 1 && answers <= 10);
	CU_ASSERT(computed >= 400 && computed <= 1200);
	CU_ASSERT_EQUAL(hp_guard_count(s.guard)[HP_REFUSED_RATE], 3000 - computed);
	CU_ASSERT_EQUAL(hp_guard_count(s.guard)[HP_REFUSED_SILENT], computed - answers);
	/* Events are fewer than refusals, and another source is as good as ever. */
	CU_ASSERT_EQUAL(hp_effects_count(s.fx), 0);
	CU_ASSERT_EQUAL(give(&s, &right, COA), PASS);
	/* That source too, after a while. */
	s.now.mono_ms += 2000;
	s.now.wall_ms += 2000;
	CU_ASSERT_EQUAL(give(&s, &right, "2001:db8:bad::1"), PASS);
	scene_close(&s);
}

void test_guard_rekey(void)
{
	struct update old = {"ship@fleet", SHIP, 256, .off_ms = 0}, fresh = {"ship@fleet", SHIP, 257, .off_ms = 1};
	struct hp_ip6 hoa = ip6(SHIP), coa = ip6(COA);
	struct hp_ba ba = {.status = 0, .sequence = 7, .lifetime = 15}, read;
	uint8_t body[HP_MH_ROOM_MOST];
	struct hp_credential before;
	struct scene s;
	int len;

	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_MN_HA, .seed = 4});
	CU_ASSERT_EQUAL(give(&s, &old, COA), PASS);
	before = s.credential;
	/* §6: later than any of the mobile node, not of this key only. */
	fresh.off_ms = 0;
	CU_ASSERT_EQUAL(give(&s, &fresh, COA), HP_BA_ID_MISMATCH);
	fresh.off_ms = 1;
	CU_ASSERT_EQUAL(give(&s, &fresh, COA), PASS);
	CU_ASSERT(strcmp(effects(&s), "RA") == 0);
	old.off_ms = 2;
	CU_ASSERT_EQUAL(give(&s, &old, COA), SILENCE);
	fresh.off_ms = 3;
	CU_ASSERT_EQUAL(give(&s, &fresh, COA), PASS);
	CU_ASSERT(strcmp(effects(&s), "A") == 0);

	/* Answers: of the key that is, none of the one that was, none of no key. */
	CU_ASSERT_EQUAL(hp_guard_acknowledge(s.guard, &before, &hoa, &coa, &ba, body, sizeof(body)), -2);
	len = hp_guard_acknowledge(s.guard, &s.credential, &hoa, &coa, &ba, body, sizeof(body));
	CU_ASSERT_FATAL(len > 0);
	CU_ASSERT_EQUAL(hp_ba_read(&read, body, (size_t)len), HP_MH_OK);
	CU_ASSERT(read.proof.mn_ha.present && read.proof.mn_ha.spi == 257 && read.proof.mn_ha.at + read.proof.mn_ha.len == len);
	CU_ASSERT(read.proof.has_timestamp && read.proof.timestamp == hp_timestamp_of(s.now.wall_ms + 3));
	CU_ASSERT(read.proof.identity_len == 10 && memcmp(read.proof.identity, "ship@fleet", 10) == 0);
	CU_ASSERT(hp_mn_ha_verify(hp_guard_hmac(s.guard), hp_subscriber_key(hp_subscribers_find(hp_guard_subscribers(s.guard), &hoa), 257),
				  &(struct hp_mobility_data){&coa, &hoa, body}, &read.proof.mn_ha));
	len = hp_guard_acknowledge(s.guard, &(struct hp_credential){0}, &hoa, &coa, &ba, body, sizeof(body));
	CU_ASSERT(len > 0 && hp_ba_read(&read, body, (size_t)len) == HP_MH_OK && !read.proof.mn_ha.present);
	CU_ASSERT_EQUAL(hp_guard_acknowledge(s.guard, &s.credential, &hoa, &coa, &ba, body, 40), -28);
	scene_close(&s);
}

static enum hp_aaa_answer answer(void *ctx, const struct hp_aaa_request *request)
{
	CU_ASSERT(request->identity_len == 10 && memcmp(request->identity, "ship@fleet", 10) == 0 && request->option.spi == HP_AAA_SPI);
	return *(enum hp_aaa_answer *)ctx;
}

void test_guard_aaa(void)
{
	struct update u = {"ship@fleet", SHIP, 0, .off_ms = 0, .aaa = true, .wrong_aaa = true};
	enum hp_aaa_answer says = HP_AAA_ACCEPTED;
	const struct hp_aaa aaa = {answer, &says};
	struct scene s;

	scene_open(&s, &(struct hp_guard_conf){.method = HP_GUARD_MN_HA, .aaa = &aaa});
	CU_ASSERT_EQUAL(give(&s, &u, COA), PASS);
	for (says = HP_AAA_REJECTED; says <= HP_AAA_UNAVAILABLE; says++) {
		u.off_ms++;
		CU_ASSERT_EQUAL(give(&s, &u, COA), HP_BA_AUTH_FAIL);
		CU_ASSERT_EQUAL(s.credential.spi, 256);
	}
	scene_close(&s);
}
