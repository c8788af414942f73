/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "base/hash.h"
#include "control/route.h"
#include "craft.h"
#include "run.h"
#include "tests.h"

static int check_order(const struct hp_route *route, void *ctx)
{
	static const char *const want[] = {"::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::/48"};
	unsigned int *i = ctx;
	char text[HP_PREFIX_TEXT];

	CU_ASSERT_FATAL(*i < HP_LEN(want));
	CU_ASSERT_STRING_EQUAL(hp_prefix_text(&route->prefix, route->length, text), want[(*i)++]);
	return 0;
}

void test_route_table(void)
{
	static const struct {
		const char *prefix;
		unsigned int length;
	} put[] = {{"2001:db8:1::5", 48}, {"::", 0}, {"2001:db8::", 48}, {"2001:db8::", 32}};
	static const struct {
		const char *dst;
		int link;
	} find[] = {{"2001:db8:1:2::3", 0}, {"2001:db9::1", 1}, {"2001:db8:0:9::1", 2}, {"2001:db8:ffff::1", 3}};
	const struct hp_ip6 one = craft_ip6("2001:db8:1::"), all = HP_IP6_ANY;
	struct hp_route again = {.prefix = one, .length = 48, .link = 9};
	unsigned int i = 0;
	struct hp_routes *r;

	CU_ASSERT_EQUAL_FATAL(hp_routes_create(&r, 1), 0);
	CU_ASSERT_PTR_NULL(hp_routes_find(r, &one));
	for (uint16_t k = 0; k < HP_LEN(put); k++) {
		const struct hp_route route = {.prefix = craft_ip6(put[k].prefix), .length = (uint8_t)put[k].length, .link = k};

		CU_ASSERT_EQUAL(hp_routes_put(r, &route), 0);
	}
	for (size_t k = 0; k < HP_LEN(find); k++) {
		const struct hp_ip6 dst = craft_ip6(find[k].dst);
		const struct hp_route *route = hp_routes_find(r, &dst);

		HP_CHECK(find[k].dst, "link", route && route->link == find[k].link);
	}
	CU_ASSERT_EQUAL(hp_routes_each(r, check_order, &i), 0);
	CU_ASSERT_EQUAL(i, 4);
	CU_ASSERT_EQUAL(hp_routes_put(r, &again), 0);
	CU_ASSERT_EQUAL(hp_routes_count(r), 4);
	CU_ASSERT_EQUAL(hp_routes_find(r, &one)->link, 9);
	CU_ASSERT_EQUAL(hp_routes_remove(r, &one, 48), 0);
	CU_ASSERT_EQUAL(hp_routes_remove(r, &one, 48), -2);
	CU_ASSERT_EQUAL(hp_routes_find(r, &one)->link, 3);
	CU_ASSERT_EQUAL(hp_routes_remove(r, &all, 0), 0);
	CU_ASSERT_EQUAL(hp_routes_count(r), 2);
	again.length = 129;
	CU_ASSERT(hp_routes_put(r, &again) < 0);
	hp_routes_destroy(r);
}

enum { ROUTES = 300, STEPS = 20000 };

struct naive {
	struct hp_ip6 prefix;
	unsigned int length;
	uint16_t link;
	bool used;
};

/* Addresses that share much of their beginnings, so that prefixes nest. */
static struct hp_ip6 random_address(struct hp_random *random)
{
	struct hp_ip6 a = {{0x20, 1}};

	for (int i = 2; i < 16; i++)
		a.b[i] = hp_random_between(random, 0, 3) ? 0 : (uint8_t)(1u << hp_random_between(random, 0, 7));
	return a;
}

static bool same_start(const struct hp_ip6 *a, const struct hp_ip6 *b, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		if (((a->b[i / 8] ^ b->b[i / 8]) >> (7 - i % 8)) & 1)
			return false;
	return true;
}

static struct naive *naive_exact(struct naive *list, const struct hp_ip6 *a, unsigned int length)
{
	for (unsigned int i = 0; i < ROUTES; i++)
		if (list[i].used && list[i].length == length && same_start(&list[i].prefix, a, length))
			return &list[i];
	return NULL;
}

static const struct naive *naive_find(const struct naive *list, const struct hp_ip6 *a)
{
	const struct naive *best = NULL;

	for (unsigned int i = 0; i < ROUTES; i++)
		if (list[i].used && same_start(&list[i].prefix, a, list[i].length) && (!best || list[i].length > best->length))
			best = &list[i];
	return best;
}

static struct hp_routes *routes_of(const struct hp_route route[], unsigned int n)
{
	struct hp_routes *r;

	CU_ASSERT_EQUAL_FATAL(hp_routes_create(&r, n + 1), 0);
	for (unsigned int i = 0; i < n; i++)
		CU_ASSERT_EQUAL(hp_routes_put(r, &route[i]), 0);
	return r;
}

void test_route_same(void)
{
	const struct hp_ip6 gate = craft_ip6("2001:db8:f::fe"), other = craft_ip6("2001:db8:f::fd");
	const struct hp_route net = {.prefix = craft_ip6("2001:db8::"), .length = 32, .kind = HP_ROUTE_STATIC, .link = 1, .via = gate};
	const struct hp_route rest = {.kind = HP_ROUTE_STATIC, .link = 1, .via = gate};
	const struct hp_route link = {.kind = HP_ROUTE_STATIC, .link = 2, .via = gate},
			      via = {.kind = HP_ROUTE_STATIC, .link = 1, .via = other};
	const struct hp_route kind = {.kind = HP_ROUTE_CONNECTED, .link = 1, .via = gate};
	const struct hp_route table[][2] = {{rest, net}, {net, rest}, {net, link}, {net, via}, {net, kind}, {net, net}, {rest, rest}};
	struct hp_routes *r = routes_of(table[0], 2);

	for (size_t i = 0; i < HP_LEN(table); i++) {
		struct hp_routes *s = routes_of(table[i], 2);

		CU_ASSERT(hp_routes_same(r, s) == (i < 2) && hp_routes_same(s, r) == (i < 2));
		hp_routes_destroy(s);
	}
	hp_routes_destroy(r);
}

void test_route_model(void)
{
	static struct naive list[ROUTES];
	struct hp_random random;
	struct hp_routes *r;
	size_t count = 0;

	hp_random_seed(&random, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_routes_create(&r, hp_random_u64(&random)), 0);
	for (unsigned int i = 0; i < STEPS; i++) {
		const struct hp_ip6 a = random_address(&random);
		const unsigned int length = hp_random_between(&random, 0, 128), what = hp_random_between(&random, 0, 9);
		struct naive *known = naive_exact(list, &a, length), *slot = &list[hp_random_between(&random, 0, ROUTES - 1)];
		const struct naive *want;
		const struct hp_route *got;

		if (what < 3 && (known || !slot->used)) {
			const struct hp_route route = {.prefix = a, .length = (uint8_t)length, .link = (uint16_t)i};

			CU_ASSERT_EQUAL(hp_routes_put(r, &route), 0);
			count += !known;
			*(known ? known : slot) = (struct naive){a, length, (uint16_t)i, true};
		} else if (what == 3 && slot->used) {
			CU_ASSERT_EQUAL(hp_routes_remove(r, &slot->prefix, slot->length), 0);
			slot->used = false;
			count--;
		}
		want = naive_find(list, &a);
		got = hp_routes_find(r, &a);
		CU_ASSERT_EQUAL(!want, !got);
		if (want && got)
			CU_ASSERT(want->link == got->link && want->length == got->length);
		CU_ASSERT_EQUAL(hp_routes_count(r), count);
	}
	hp_routes_destroy(r);
}
