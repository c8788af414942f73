/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/security/guard.c lib/security/mn_ha.c lib/wire/proof.c */
/* Binding Updates with hostile options against a guard that knows four mobile nodes. An input: updates, each a head of three octets and a
 * Mobility Header. Whoever is believed has an authenticator that OpenSSL's one-shot HMAC makes too, of the data as they lie in the message. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "security/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define START_MS 1700000000250
#define STEP_MS  50
#define DIGEST   20 /* of SHA-1, and the longest authenticator */
/* The first octet of a head: whose home address, and what is made right before it is given. The second: how many STEP_MS later. The third:
 * which source, and which bit is turned over. */
enum { HOA = 7, SOURCE = 1, SIGN = 8, SIGN_AAA = 16, STAMP = 32, FLIP = 64, RESTART = 128 };
enum { IDENTITY = 8, AUTHENTICATION = 9, REPLAY = 10, MN_HA = 1, MN_AAA = 2, ALTERNATE = 3 };

struct key {
	uint32_t spi;
	bool sha256;
	uint8_t len;
};
static const struct node {
	const char *identity;
	struct key key[2];
	bool timestamp, aaa, suspended;
} known[] = {
	{"ship@fleet", {{256, false, 16}, {257, true, 32}}, true, true, false},
	{"boat@fleet", {{300, true, 64}}, false, false, false},
	{"shore@fleet", {{256, false, 16}}, true, false, true},
	{"ship@fleet", {{258, false, 20}}, true, true, false},
};
#define NODES (sizeof(known) / sizeof(known[0]))

/* What the guard has accepted of a node. */
struct memory {
	bool has_last, rekeyed;
	uint32_t spi;
	uint64_t last;
};

static struct hp_guard *guard, *closed, *ipsec;
static struct hp_effects *fx;
static struct hp_now now;
static bool restarted;

static void expect(bool cond)
{
	if (!cond)
		abort();
}

static struct hp_ip6 hoa_of(unsigned int node)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1, [15] = (uint8_t)node}};
}

static void secret_of(unsigned int node, uint32_t spi, uint8_t octets[HP_KEY_MOST])
{
	for (unsigned int i = 0; i < HP_KEY_MOST; i++)
		octets[i] = (uint8_t)(spi + 7 * node + 13 * i);
}

static void enrol(struct hp_subscribers *all, unsigned int i)
{
	const struct node *n = &known[i];
	struct hp_subscriber_spec spec = {.hoa = hoa_of(i), .identity_len = (uint8_t)strlen(n->identity), .suspended = n->suspended};

	memcpy(spec.identity, n->identity, spec.identity_len);
	for (unsigned int k = 0; k < 2 && n->key[k].spi; k++) {
		spec.key[k] = (struct hp_key_spec){.spi = n->key[k].spi,
						   .algorithm = n->key[k].sha256 ? HP_HMAC_SHA256_128 : HP_HMAC_SHA1_96,
						   .timestamp = n->timestamp,
						   .len = n->key[k].len};
		secret_of(i, n->key[k].spi, spec.key[k].octets);
	}
	if (n->aaa) {
		spec.aaa = (struct hp_key_spec){.spi = HP_AAA_SPI, .algorithm = HP_HMAC_SHA1, .len = 16};
		secret_of(i, HP_AAA_SPI, spec.aaa.octets);
	}
	expect(!hp_subscribers_put(all, &spec));
}

/* Nothing is remembered of what was before. */
static void enrol_all(struct hp_guard *g)
{
	struct hp_subscribers *all;

	expect(!hp_subscribers_create(&all, 4283));
	for (unsigned int i = 0; i < NODES; i++)
		enrol(all, i);
	hp_subscribers_destroy(hp_guard_exchange(g, all));
}

/* The first option of a type and, but for REPLAY and ALTERNATE, subtype. 0: none. */
static size_t find(const uint8_t *m, size_t len, uint8_t type, uint8_t subtype)
{
	for (size_t at = 12; at + 1 < len; at += m[at] ? 2u + m[at + 1] : 1)
		if (m[at] == type && at + 2 + m[at + 1] <= len && m[at + 1] &&
		    (type == REPLAY || type == ALTERNATE || m[at + 2] == subtype))
			return at;
	return 0;
}

static uint32_t spi_at(const uint8_t *m, size_t at)
{
	return (uint32_t)m[at + 3] << 24 | (uint32_t)m[at + 4] << 16 | (uint32_t)m[at + 5] << 8 | m[at + 6];
}

static const struct key *key_at(unsigned int node, const uint8_t *m, size_t at)
{
	for (unsigned int k = 0; node < NODES && k < 2; k++)
		if (known[node].key[k].spi && known[node].key[k].spi == spi_at(m, at))
			return &known[node].key[k];
	return NULL;
}

/* The authenticator of the option that stands there. Its octets: 0 where there is no such key. */
static size_t authenticator(unsigned int node, const struct hp_ip6 *coa, const uint8_t *m, size_t at, bool aaa,
			    uint8_t out[EVP_MAX_MD_SIZE])
{
	static const struct key aaa_key = {HP_AAA_SPI, false, 16};
	const struct key *key = aaa ? &aaa_key : key_at(node, m, at);
	const struct hp_ip6 hoa = hoa_of(node);
	uint8_t data[2 * sizeof(hoa) + HP_MH_ROOM_MOST * 8], secret[HP_KEY_MOST];
	size_t len = 2 * sizeof(hoa) + at + 7;
	unsigned int octets;

	if (!key || node >= NODES || (aaa && (!known[node].aaa || spi_at(m, at) != HP_AAA_SPI)))
		return 0;
	memcpy(data, coa, sizeof(*coa));
	memcpy(data + sizeof(*coa), &hoa, sizeof(hoa));
	memcpy(data + 2 * sizeof(hoa), m, at + 7);
	memset(data + 2 * sizeof(hoa) + 4, 0, 2);
	secret_of(node, key->spi, secret);
	if (aaa) {
		expect(EVP_Digest(data, len, data, &octets, EVP_sha1(), NULL) == 1);
		len = octets;
	}
	expect(HMAC(key->sha256 ? EVP_sha256() : EVP_sha1(), secret, key->len, data, len, out, &octets) != NULL);
	return aaa ? DIGEST : key->sha256 ? 16 : 12;
}

static bool is_proved(unsigned int node, const struct hp_ip6 *coa, const uint8_t *m, size_t at, bool aaa)
{
	uint8_t right[EVP_MAX_MD_SIZE];
	const size_t octets = authenticator(node, coa, m, at, aaa, right);

	return octets && m[at + 1] == 5 + octets && memcmp(m + at + 7, right, octets) == 0;
}

static void sign(unsigned int node, const struct hp_ip6 *coa, uint8_t *m, size_t len, bool aaa)
{
	const size_t at = find(m, len, AUTHENTICATION, aaa ? MN_AAA : MN_HA);
	uint8_t right[EVP_MAX_MD_SIZE];

	if (at && m[at + 1] >= 5)
		memcpy(m + at + 7, right, authenticator(node, coa, m, at, aaa, right) == m[at + 1] - 5u ? m[at + 1] - 5u : 0);
}

/* Seconds of our time, the rest as it is. */
static void stamp(uint8_t *m, size_t len)
{
	const size_t at = find(m, len, REPLAY, 0);
	const uint64_t ours = hp_timestamp_of(now.wall_ms);

	for (unsigned int i = 0; at && m[at + 1] == 8 && i < 4; i++)
		m[at + 2 + i] = (uint8_t)(ours >> (56 - 8 * i));
}

static uint64_t replay_at(const uint8_t *m, size_t at)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < 8; i++)
		value = value << 8 | m[at + 2 + i];
	return value;
}

/* Whoever is believed is the one he says he is, and says nothing twice. */
static void believed(unsigned int node, struct memory *memory, const struct hp_guard_update *u, size_t len)
{
	const uint8_t *m = u->message;
	const size_t id = find(m, len, IDENTITY, 1), ha = find(m, len, AUTHENTICATION, MN_HA), aaa = find(m, len, AUTHENTICATION, MN_AAA),
		     replay = find(m, len, REPLAY, 0);
	const struct node *n = &known[node];
	const struct hp_effect *e = hp_effects_at(fx, hp_effects_count(fx) - 1);
	const uint64_t ours = hp_timestamp_of(now.wall_ms);
	uint64_t value;

	expect(node < NODES && !n->suspended && (ha || aaa));
	expect(id && m[id + 1] == strlen(n->identity) + 1 && memcmp(m + id + 3, n->identity, m[id + 1] - 1u) == 0);
	expect(!ha || is_proved(node, &u->coa, m, ha, false));
	expect(!aaa || is_proved(node, &u->coa, m, aaa, true));
	expect(!ha || !memory->rekeyed || key_at(node, m, ha) != &n->key[0]);
	expect(!n->timestamp || replay);
	value = n->timestamp ? replay_at(m, replay) : u->bu->sequence;
	if (n->timestamp)
		expect((value - ours + (7ULL << 32)) < (14ULL << 32) + (1 << 23));
	if (memory->has_last)
		expect(n->timestamp ? (int64_t)(value - memory->last) > 0 : (uint16_t)(value - memory->last - 1) < 32767);
	expect(e->kind == HP_EFFECT_ACCEPTED && e->accepted.value == value && hp_ip6_eq(&e->accepted.hoa, &u->hoa));
	*memory = (struct memory){true, memory->rekeyed || (ha && key_at(node, m, ha) == &n->key[1]), e->accepted.spi, value};
}

/* An acknowledgement proves itself, and says which update it is for. */
static void acknowledged(unsigned int node, const struct hp_guard_update *u, size_t len, const struct hp_credential *credential)
{
	const struct hp_ba ba = {.status = 146, .sequence = u->bu->sequence};
	const size_t asked = find(u->message, len, REPLAY, 0);
	uint8_t body[HP_MH_ROOM_MOST];
	const int n = hp_guard_acknowledge(guard, credential, &u->hoa, &u->coa, &ba, body, sizeof(body));
	const size_t at = n > 0 ? find(body, (size_t)n, AUTHENTICATION, MN_HA) : 0, id = at ? find(body, (size_t)n, IDENTITY, 1) : 0,
		     replay = at ? find(body, (size_t)n, REPLAY, 0) : 0;
	struct hp_ba read;

	expect(n > 0 && hp_ba_read(&read, body, (size_t)n) == HP_MH_OK && read.status == 146);
	expect(at && at + 2 + body[at + 1] == (size_t)n && at % 4 == 1 && is_proved(node, &u->coa, body, at, false));
	/* As the mobile node verifies it. */
	expect(hp_mn_ha_verify(hp_guard_hmac(guard),
			       hp_subscriber_key(hp_subscribers_find(hp_guard_subscribers(guard), &u->hoa), credential->spi),
			       &(struct hp_mobility_data){&u->coa, &u->hoa, body}, &read.proof.mn_ha));
	expect(id && body[id + 1] == strlen(known[node].identity) + 1 &&
	       memcmp(body + id + 3, known[node].identity, body[id + 1] - 1u) == 0);
	expect(!replay == !asked &&
	       (!replay || (replay % 8 == 2 && (uint32_t)replay_at(body, replay) == (uint32_t)replay_at(u->message, asked))));
}

static uint64_t refusals(void)
{
	const uint64_t *count = hp_guard_count(guard);
	uint64_t all = 0;

	for (unsigned int i = 0; i < HP_REFUSED_COUNT; i++)
		all += i == HP_REFUSED_SILENT ? 0 : count[i];
	return all;
}

static void give(unsigned int node, const uint8_t head[3], uint8_t *m, size_t len, struct memory memory[NODES])
{
	const struct hp_ip6 source = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = head[2] & SOURCE}};
	struct hp_guard_update u = {.message = m, .hoa = hoa_of(node), .coa = source, .source = source, .link = 1};
	const size_t alternate = find(m, len, ALTERNATE, 0);
	const uint64_t before = refusals();
	struct hp_credential credential;
	struct hp_bu bu;
	int verdict;

	if (head[0] & STAMP)
		stamp(m, len);
	if (alternate && m[alternate + 1] == sizeof(u.coa))
		memcpy(&u.coa, m + alternate + 2, sizeof(u.coa));
	if (head[0] & SIGN)
		sign(node, &u.coa, m, len, false);
	if (head[0] & SIGN_AAA)
		sign(node, &u.coa, m, len, true);
	if (head[0] & FLIP)
		m[2 + head[2] / 8u % (len - 2)] ^= (uint8_t)(1 << (head[2] & 7));
	if (hp_bu_read(&bu, m, len) != HP_MH_OK)
		return;
	u.bu = &bu;
	u.coa = bu.has_alternate_coa ? bu.alternate_coa : source;
	hp_effects_clear(fx);
	expect(hp_guard_update(closed, &u, now, &credential, fx) == HP_BA_PROHIBITED);
	expect(hp_guard_update(ipsec, &u, now, &credential, fx) == HP_GUARD_SILENCE);
	hp_effects_clear(fx);
	hp_guard_foresee(guard, (const struct hp_ip6 *[]){&u.hoa}, 1);
	verdict = hp_guard_update(guard, &u, now, &credential, fx);
	if (verdict == HP_GUARD_PASS)
		believed(node, &memory[node % NODES], &u, len);
	expect(verdict == HP_GUARD_PASS || verdict == HP_GUARD_SILENCE || (verdict >= 128 && verdict < 256));
	expect(refusals() == before + (verdict != HP_GUARD_PASS));
	if (verdict != HP_GUARD_SILENCE)
		acknowledged(node, &u, len, &credential);
}

static struct hp_guard *open_guard(enum hp_guard_method method)
{
	struct hp_guard *g;

	expect(!hp_guard_create(&g, &(struct hp_guard_conf){.method = method, .seed = 4285}, now) && hp_guard_method(g) == method);
	expect(!hp_guard_ipsec(g) == (method != HP_GUARD_IPSEC));
	return g;
}

/* The guard is another after a restart, and knows what the disk does. Once an input: it takes its time. */
static void restart(const struct memory memory[NODES])
{
	bool any = false;

	for (unsigned int i = 0; i < NODES; i++)
		any = any || memory[i].has_last;
	if (!any || restarted)
		return;
	restarted = true;
	hp_guard_destroy(guard);
	guard = open_guard(HP_GUARD_MN_HA);
	enrol_all(guard);
	for (unsigned int i = 0; i < NODES; i++) {
		const struct hp_ip6 hoa = hoa_of(i);

		if (memory[i].has_last)
			hp_guard_restore(guard, &hoa, memory[i].spi, memory[i].last);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct memory memory[NODES] = {0};

	if (!guard) {
		guard = open_guard(HP_GUARD_MN_HA);
		closed = open_guard(HP_GUARD_CLOSED);
		ipsec = open_guard(HP_GUARD_IPSEC);
		enrol_all(ipsec);
		expect(!hp_effects_create(&fx));
	}
	enrol_all(guard);
	/* What a source may cost is refilled meanwhile, half of it. */
	now = (struct hp_now){now.mono_ms + 1000, START_MS};
	restarted = false;
	while (len >= 3 + 16) {
		const size_t own = (data[4] + 1u) * 8 < len - 3 ? (data[4] + 1u) * 8 : len - 3;
		uint8_t *m = own >= 16 ? malloc(own) : NULL;

		now.mono_ms += data[1] * STEP_MS;
		now.wall_ms += data[1] * STEP_MS;
		if (data[0] & RESTART)
			restart(memory);
		if (m) {
			memcpy(m, data + 3, own);
			give(data[0] & HOA, data, m, own, memory);
		}
		free(m);
		data += 3 + own;
		len -= 3 + own;
	}
	return 0;
}
