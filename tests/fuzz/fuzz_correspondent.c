/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/correspondent/correspondent.c lib/correspondent/test.c lib/correspondent/update.c lib/correspondent/answer.c lib/correspondent/entry.c lib/correspondent/path.c lib/correspondent/entries.c lib/correspondent/nonces.c */
/* A small correspondent's cache among a few nodes. An input: steps of four octets, some with a message behind. What is proved is proved with
 * OpenSSL's one-shot HMAC and SHA1; what is not may change nothing, and the workers' table is always what the cache says. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "correspondent/correspondent.h"
#include "wire/mh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define ADDRESSES 4
#define PEERS     3 /* the last is an address of ours */
#define MAX       3
/* A step's first octet. */
enum { TEST, UPDATE, RAW, WAIT, UNREACHABLE, MTU, RENEW, WORLD, STEPS };
/* An update's third octet: what is wrong with it, or said by it. */
enum { DELETE = 1, NO_OPTION = 2, ALTERNATE = 4, FLIP = 8, OLD = 16, ACK = 32, TYPE = 64, INDEX = 128 };

struct token {
	struct hp_rr_test test;
	bool there;
};

static struct hp_correspondent *c;
static struct hp_effects *fx;
static struct hp_now now;
static struct token token[2][ADDRESSES];
static struct hp_ip6 published[ADDRESSES][PEERS];
static uint16_t sequence;
static uint8_t in_use, counter;
static bool no_random;
static int verdict;

static void expect(bool cond)
{
	if (!cond)
		abort();
}

static struct hp_ip6 address(bool careof, unsigned int i)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, careof, 0, 0, careof ? (uint8_t)i : 0, [15] = (uint8_t)(i + 1)}};
}

static struct hp_ip6 peer(unsigned int i)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0xf, [15] = (uint8_t)(i + 1)}};
}

static struct hp_hop route(void *ctx, const struct hp_ip6 *dst)
{
	return (struct hp_hop){.link = dst->b[7] == 3 ? HP_LINK_NONE : 1, .mtu = 1500};
}

static void way(void *ctx, struct hp_send *send)
{
}

static bool used(void *ctx, uint32_t id)
{
	expect(id < MAX);
	return in_use >> id & 1;
}

static bool unpredictable(void *ctx, void *octets, size_t len)
{
	memset(octets, ++counter, len);
	return !no_random;
}

static int policy(void *ctx, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, bool deletion)
{
	return deletion ? -1 : verdict;
}

static bool keeps(void *ctx, const struct hp_ip6 *correspondent)
{
	return correspondent->b[15] != 1;
}

static void start(void)
{
	const struct hp_correspondent_conf conf = {.max_bindings = MAX,
						   .max_lifetime_s = 420,
						   .route = route,
						   .address = way,
						   .used = used,
						   .random = unpredictable,
						   .policy = policy,
						   .seed = 1};

	now = (struct hp_now){.mono_ms = 1000, .wall_ms = 1700000000000};
	memset(token, 0, sizeof(token));
	memset(published, 0, sizeof(published));
	sequence = 0;
	in_use = counter = 0;
	no_random = false;
	verdict = -1;
	expect(!hp_effects_create(&fx) && !hp_correspondent_create(&c, &conf, now));
}

/* What was told, into the table of the workers. True: a binding began, moved or ended. */
static bool carry(void)
{
	bool changed = false;

	for (size_t i = 0; i < hp_effects_count(fx); i++) {
		const struct hp_effect *e = hp_effects_at(fx, i);
		const bool out = e->kind == HP_EFFECT_UNOPTIMIZE;

		if (out || e->kind == HP_EFFECT_OPTIMIZE) {
			const struct hp_ip6 *hoa = out ? &e->unoptimize.hoa : &e->optimize.hoa;
			const struct hp_ip6 *correspondent = out ? &e->unoptimize.correspondent : &e->optimize.correspondent;

			expect(hoa->b[15] >= 1 && hoa->b[15] <= ADDRESSES && correspondent->b[15] < PEERS);
			expect(out || e->optimize.id < MAX);
			published[hoa->b[15] - 1][correspondent->b[15] - 1] = out ? HP_IP6_ANY : e->optimize.coa;
			changed = true;
		}
		changed = changed || (e->kind == HP_EFFECT_EVENT && e->event.kind != HP_EVENT_ROUTE_REFUSED);
		expect(e->kind != HP_EFFECT_SEND || (e->send.body_len % 8 == 0 && e->send.body_len <= 32 && e->send.proto == HP_PROTO_MH));
	}
	hp_effects_clear(fx);
	return changed;
}

/* The workers' table and the pages are what each binding says of itself. */
static void agree(void)
{
	struct hp_correspondent_view v[MAX + 32];
	uint64_t next = 0;
	bool more = true;
	size_t n = 0;

	for (unsigned int i = 0; i < ADDRESSES * PEERS; i++) {
		const struct hp_ip6 hoa = address(false, i / PEERS), correspondent = peer(i % PEERS);
		struct hp_correspondent_view one;
		const bool found = hp_correspondent_find(c, &hoa, &correspondent, &one);

		n += found;
		expect(!found || (one.id < MAX && one.lifetime_s <= 420 && one.own == (i % PEERS == PEERS - 1)));
		expect(hp_ip6_eq(&published[i / PEERS][i % PEERS], found && !one.own ? &one.coa : &HP_IP6_ANY));
	}
	expect(n <= MAX && n == hp_correspondent_bindings(c));
	expect(hp_correspondent_page(c, true, 0, MAX, v, MAX + 16, &next, &more) == n || more);
}

/* A packet with this Mobility Header. */
static void give(const struct hp_ip6 *src, const struct hp_ip6 *hoa, unsigned int to, const uint8_t *mh, size_t len, bool type)
{
	uint8_t *octets = malloc(len);
	const struct hp_packet p = {.data = octets,
				    .len = len,
				    .src = *src,
				    .dst = peer(to),
				    .has_hao = !hp_ip6_is_any(hoa),
				    .hoa = *hoa,
				    .proto = HP_PROTO_MH};

	memcpy(octets, mh, len);
	hp_correspondent_message(c, &(struct hp_correspondent_message){&p, mh[2], to == PEERS - 1, type}, now, fx);
	free(octets);
}

static void test(bool careof, unsigned int i, unsigned int to)
{
	const struct hp_ip6 src = address(careof, i);
	const struct hp_rr_init init = {"a cookie"};
	uint8_t mh[HP_MH_ROOM];
	const int len = hp_rr_init_write(careof ? HP_MH_COTI : HP_MH_HOTI, &init, mh, sizeof(mh));

	give(&src, &HP_IP6_ANY, to, mh, (size_t)len, false);
	expect(hp_effects_count(fx) <= 1);
	if (hp_effects_count(fx)) {
		const struct hp_send *s = &hp_effects_at(fx, 0)->send;

		token[careof][i].there = hp_rr_test_read(&token[careof][i].test, s->body, s->body_len) == HP_MH_OK;
		expect(token[careof][i].there && !memcmp(token[careof][i].test.cookie, init.cookie, sizeof(init.cookie)));
	}
	expect(!carry());
}

static void prove(const uint8_t tokens[16], bool both, const struct hp_ip6 *covered, const struct hp_ip6 *to, uint8_t *mh, size_t len)
{
	uint8_t kbm[20], data[HP_MH_ROOM + 32], mac[20];

	SHA1(tokens, both ? 16 : 8, kbm);
	memcpy(data, covered, 16);
	memcpy(data + 16, to, 16);
	memcpy(data + 32, mh, len - 12);
	HMAC(EVP_sha1(), kbm, sizeof(kbm), data, 32 + len - 12, mac, NULL);
	memcpy(mh + len - 12, mac, 12);
}

static void update(const uint8_t step[4])
{
	const unsigned int home = step[1] % ADDRESSES, careof = step[1] / ADDRESSES % ADDRESSES, to = step[1] / 16 % PEERS, how = step[2];
	const struct hp_ip6 hoa = address(false, home), coa = address(true, careof), correspondent = peer(to);
	const struct hp_ip6 elsewhere = address(true, (careof + 1) % ADDRESSES);
	const bool deletes = how & DELETE;
	uint8_t mh[HP_MH_ROOM], tokens[16];
	struct hp_bu bu = {.sequence = how & OLD ? (uint16_t)(sequence - step[3]) : ++sequence,
			   .ack = how & ACK,
			   .lifetime = deletes ? 0 : (uint16_t)(1 + step[3]),
			   .has_nonces = true,
			   .home_nonce = (uint16_t)(token[0][home].test.nonce_index + (how & INDEX ? step[3] : 0)),
			   .careof_nonce = token[1][careof].test.nonce_index,
			   .has_alternate_coa = how & ALTERNATE,
			   .alternate_coa = coa,
			   .has_authorization = true};
	const int len = hp_bu_write(&bu, mh, sizeof(mh));
	bool changed;

	memcpy(tokens, token[0][home].test.token, 8);
	memcpy(tokens + 8, token[1][careof].test.token, 8);
	prove(tokens, !deletes, deletes ? &hoa : &coa, &correspondent, mh, (size_t)len);
	if (how & FLIP)
		mh[step[3] % (unsigned int)len] ^= (uint8_t)(1u << step[3] % 8);
	/* Without the option the source is the home address, and the care-of address the alternate one. */
	give(how & NO_OPTION   ? &hoa
	     : how & ALTERNATE ? &elsewhere
			       : &coa,
	     how & NO_OPTION ? &HP_IP6_ANY : &hoa, to, mh, (size_t)len, how & TYPE);
	changed = carry();
	/* The type and the checksum are not covered: of neither is anything left to be judged here. */
	if (how & FLIP && step[3] % (unsigned int)len >= 6)
		expect(!changed);
	expect(!changed || (token[0][home].there && (deletes || token[1][careof].there)));
}

/* A message as it comes, its length right: without an authenticator that nobody can guess. */
static size_t raw(const uint8_t step[4], const uint8_t *data, size_t len)
{
	const struct hp_ip6 src = address(step[1] & 1, step[1] / 2 % ADDRESSES), hoa = address(false, step[1] / 8 % ADDRESSES);
	uint8_t mh[256] = {0};
	const size_t n = len < step[2] ? len : step[2];
	const size_t own = ((n < 12 ? 12 : n) + 7) & ~(size_t)7;

	memcpy(mh, data, n);
	mh[0] = HP_PROTO_NONE;
	mh[1] = (uint8_t)(own / 8 - 1);
	mh[2] = step[3] % 3 == 0 ? HP_MH_BU : step[3] % 3 == 1 ? HP_MH_HOTI : HP_MH_COTI;
	give(&src, step[1] & 64 ? &hoa : &HP_IP6_ANY, step[1] % PEERS, mh, own, false);
	expect(!carry());
	return n;
}

static void world(const uint8_t step[4])
{
	in_use = step[1];
	no_random = step[2] & 1;
	verdict = step[2] & 2 ? HP_BA_INVALID_COA : -1;
	while (!hp_correspondent_reroute(c, 1, fx))
		;
	carry();
}

static void one(const uint8_t step[4])
{
	const struct hp_ip6 hoa = address(false, step[1] % ADDRESSES), coa = address(true, step[1] / ADDRESSES % ADDRESSES);
	const struct hp_ip6 correspondent = peer(step[1] / 16 % PEERS);

	switch (step[0] % STEPS) {
	case TEST:
		test(step[1] & 1, step[1] / 2 % ADDRESSES, step[1] / 8 % PEERS);
		break;
	case UPDATE:
		update(step);
		break;
	case WAIT:
		now.mono_ms += (uint64_t)step[1] * (step[2] & 1 ? 1000 : 10);
		if (step[2] & 2)
			hp_correspondent_tick(c, now, fx);
		break;
	case UNREACHABLE:
		(void)hp_correspondent_unreachable(c, &hoa, &correspondent, &coa, now, fx);
		break;
	case MTU:
		(void)hp_correspondent_path_mtu(c, &hoa, &correspondent, &coa, 1280 + step[2], now, fx);
		break;
	case RENEW:
		hp_correspondent_renew(c, 4u + step[1] * 2u, keeps);
		hp_correspondent_tick(c, now, fx);
		break;
	default:
		world(step);
	}
	carry();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	start();
	while (len >= 4) {
		const uint8_t *step = data;
		size_t n = 0;

		data += 4;
		len -= 4;
		if (step[0] % STEPS == RAW)
			n = raw(step, data, len);
		else
			one(step);
		data += n;
		len -= n;
		agree();
	}
	expect(hp_correspondent_memory(c) < 1 << 22);
	hp_correspondent_destroy(c);
	hp_effects_destroy(fx);
	return 0;
}
