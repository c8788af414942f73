/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "bytes.h"
#include "run.h"
#include "security/subscriber.h"
#include "tests.h"

static struct hp_key_spec key_spec(uint32_t spi, uint8_t fill, uint8_t len)
{
	struct hp_key_spec k = {.spi = spi, .algorithm = HP_HMAC_SHA1_96, .timestamp = true, .len = len};

	memset(k.octets, fill, len);
	return k;
}

static struct hp_subscriber_spec spec(const char *hoa, const char *identity, uint8_t fill)
{
	struct hp_subscriber_spec s = {.hoa = ip6(hoa), .identity_len = (uint8_t)strlen(identity), .key = {key_spec(256, fill, 20)}};

	strcpy(s.identity, identity);
	return s;
}

static const struct hp_subscriber *find(const struct hp_subscribers *s, const char *hoa)
{
	const struct hp_ip6 a = ip6(hoa);

	return hp_subscribers_find(s, &a);
}

static unsigned int homes(const struct hp_subscribers *s, const char *identity)
{
	unsigned int n = 0;

	for (const struct hp_subscriber *r = hp_subscribers_identity(s, identity, strlen(identity)); r; r = r->sibling)
		n += strcmp(r->identity, identity) == 0;
	return n;
}

void test_subscribers(void)
{
	struct hp_subscribers *s;
	struct hp_subscriber_spec one = spec("2001:db8:1::100", "ship@fleet", 1), two = spec("2001:db8:2::100", "ship@fleet", 2), back;
	const struct hp_subscriber *r;
	size_t empty;

	CU_ASSERT_EQUAL_FATAL(hp_subscribers_create(&s, 1), 0);
	empty = hp_subscribers_memory(s);
	CU_ASSERT_PTR_NULL(find(s, "2001:db8:1::100"));
	one.key[1] = key_spec(257, 7, 64);
	one.aaa = key_spec(HP_AAA_SPI, 9, 16);
	CU_ASSERT_EQUAL(hp_subscribers_put(s, &one), 0);
	CU_ASSERT_EQUAL(hp_subscribers_put(s, &two), 0);
	CU_ASSERT_EQUAL(hp_subscribers_count(s), 2);
	CU_ASSERT_EQUAL(homes(s, "ship@fleet"), 2);
	CU_ASSERT_EQUAL(homes(s, "ship@flee"), 0);
	r = find(s, "2001:db8:1::100");
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	hp_subscriber_spec(r, &back);
	CU_ASSERT(memcmp(&back, &one, sizeof(one)) == 0);
	CU_ASSERT_PTR_EQUAL(hp_subscriber_key(r, 257), &r->key[1]);
	CU_ASSERT_PTR_NULL(hp_subscriber_key(r, 258));
	CU_ASSERT_PTR_NULL(hp_subscriber_key(r, 0));
	CU_ASSERT_PTR_NULL(hp_subscriber_key(r, HP_AAA_SPI));

	/* What was accepted stays with a key, not with another one of the same number. */
	CU_ASSERT(!hp_subscriber_accept(s, (struct hp_subscriber *)r, 256, 77));
	CU_ASSERT(!hp_subscriber_accept(s, (struct hp_subscriber *)r, 999, 78));
	CU_ASSERT_EQUAL(hp_subscribers_put(s, &one), 0);
	r = find(s, "2001:db8:1::100");
	CU_ASSERT(r->key[0].has_last && r->key[0].last == 77 && !r->key[1].has_last);
	one.key[0] = key_spec(256, 3, 20);
	CU_ASSERT_EQUAL(hp_subscribers_put(s, &one), 0);
	r = find(s, "2001:db8:1::100");
	CU_ASSERT(!r->key[0].has_last);

	/* The newer key is used: it is the only one. */
	CU_ASSERT(hp_subscriber_accept(s, (struct hp_subscriber *)r, 257, 80));
	CU_ASSERT(r->key[0].spi == 257 && r->key[0].len == 64 && r->key[0].octets[63] == 7 && r->key[0].last == 80 && !r->key[1].spi);
	CU_ASSERT(!hp_subscriber_accept(s, (struct hp_subscriber *)r, 257, 81));

	/* Another identity, and back. */
	strcpy(two.identity, "boat@flee");
	two.identity_len = 9;
	CU_ASSERT_EQUAL(hp_subscribers_put(s, &two), 0);
	CU_ASSERT_EQUAL(homes(s, "ship@fleet"), 1);
	CU_ASSERT_EQUAL(homes(s, "boat@flee"), 1);
	hp_subscribers_remove(s, (struct hp_subscriber *)find(s, "2001:db8:1::100"));
	hp_subscribers_remove(s, (struct hp_subscriber *)find(s, "2001:db8:2::100"));
	hp_subscribers_remove(s, NULL);
	CU_ASSERT_EQUAL(hp_subscribers_count(s), 0);
	CU_ASSERT_EQUAL(homes(s, "ship@fleet"), 0);
	CU_ASSERT(hp_subscribers_memory(s) <= empty + 128 * 1024); /* what keys lay in stays for the next */
	hp_subscribers_destroy(s);
	hp_subscribers_destroy(NULL);
}

#define MODEL 200
#define NAMES 20

/* Home addresses with few identities, put and removed at random: what is found is what a list says. */
void test_subscribers_model(void)
{
	struct {
		bool there;
		unsigned int name;
		uint8_t key;
	} model[MODEL] = {0};
	struct hp_subscribers *s;
	struct hp_random random;
	char hoa[64], name[32];

	hp_random_seed(&random, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_subscribers_create(&s, hp_random_u64(&random)), 0);
	for (unsigned int step = 0; step < 20000; step++) {
		const unsigned int i = hp_random_between(&random, 0, MODEL - 1), who = hp_random_between(&random, 0, NAMES - 1);
		const bool put = hp_random_between(&random, 0, 2) > 0;

		snprintf(hoa, sizeof(hoa), "2001:db8:1::%x", i + 1);
		snprintf(name, sizeof(name), "node%u@example", who);
		if (put) {
			const struct hp_subscriber_spec one = spec(hoa, name, (uint8_t)step);

			CU_ASSERT_EQUAL(hp_subscribers_put(s, &one), 0);
		} else {
			hp_subscribers_remove(s, (struct hp_subscriber *)find(s, hoa));
		}
		model[i].there = put;
		model[i].name = who;
		model[i].key = (uint8_t)step;
		if (step % 97)
			continue;
		for (unsigned int k = 0; k < MODEL; k++) {
			const struct hp_subscriber *r;

			snprintf(hoa, sizeof(hoa), "2001:db8:1::%x", k + 1);
			snprintf(name, sizeof(name), "node%u@example", model[k].name);
			r = find(s, hoa);
			CU_ASSERT_EQUAL(r != NULL, model[k].there);
			if (r)
				CU_ASSERT(strcmp(r->identity, name) == 0 && r->key[0].octets[19] == model[k].key);
		}
		for (unsigned int k = 0; k < NAMES; k++) {
			unsigned int n = 0;

			for (unsigned int l = 0; l < MODEL; l++)
				n += model[l].there && model[l].name == k;
			snprintf(name, sizeof(name), "node%u@example", k);
			CU_ASSERT_EQUAL(homes(s, name), n);
		}
	}
	hp_subscribers_destroy(s);
}

#define FLEET 100000

/* Everything counted, of a usual name and with the longer of the usual keys. */
void test_subscribers_memory(void)
{
	struct hp_subscriber_spec one = spec("2001:db8:1::", "vehicle-0000000@fleet.example", 1);
	struct hp_subscribers *s;

	one.key[0].len = 32;
	CU_ASSERT_EQUAL_FATAL(hp_subscribers_create(&s, 1), 0);
	for (uint32_t i = 0; i < FLEET; i++) {
		snprintf(one.identity, sizeof(one.identity), "vehicle-%07u@fleet.example", i);
		memcpy(&one.hoa.b[12], &i, sizeof(i));
		if (hp_subscribers_put(s, &one))
			abort();
	}
	CU_ASSERT_EQUAL(hp_subscribers_count(s), FLEET);
	CU_ASSERT(hp_subscribers_memory(s) < 256 * (size_t)FLEET);
	printf("(%zu octets each) ", hp_subscribers_memory(s) / FLEET);
	hp_subscribers_destroy(s);
}
