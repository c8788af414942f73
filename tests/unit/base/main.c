/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "base/effect.h"
#include "base/rate.h"
#include "base/table.h"
#include "base/wheel.h"
#include "run.h"
#include "tests.h"

static struct hp_ip6 ip(const char *text)
{
	struct hp_ip6 a = HP_IP6_ANY;

	CU_ASSERT_EQUAL(hp_ip6_parse(&a, text), 0);
	return a;
}

/* RFC 6275 §3.1, RFC 4291 §2.4 */
static void test_routable(void)
{
	static const struct {
		const char *why, *address;
		bool routable;
	} row[] = {
		{"global unicast", "2001:db8::1", true},
		{"unique local", "fd00::1", true},
		{"unspecified", "::", false},
		{"loopback", "::1", false},
		{"multicast", "ff0e::1", false},
		{"link-local", "fe80::1", false},
		{"link-local, the last of fe80::/10", "febf::1", false},
		{"behind fe80::/10", "fec0::1", true},
		{"IPv4-mapped", "::ffff:192.0.2.1", false},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_ip6 a = ip(row[i].address);

		HP_CHECK(row[i].why, "routable", hp_ip6_is_routable(&a) == row[i].routable);
	}
}

static void test_prefix(void)
{
	static const struct {
		const char *address, *prefix;
		unsigned int length;
		bool inside;
		const char *cleared;
	} row[] = {
		{"2001:db8:1::9", "2001:db8:1::", 64, true, "2001:db8:1::"},
		{"2001:db8:1::9", "2001:db8:2::", 64, false, "2001:db8:1::"},
		{"2001:db8:1::9", "2001:db8:3::", 46, true, "2001:db8::"},
		{"2001:db8:1::9", "2001:db8:4::", 46, false, "2001:db8::"},
		{"2001:db8::8000:0:0:1", "2001:db8::", 65, false, "2001:db8::8000:0:0:0"},
		{"::1", "ff::", 0, true, "::"},
		{"2001:db8::1", "2001:db8::1", 128, true, "2001:db8::1"},
		{"2001:db8::1", "2001:db8::", 127, true, "2001:db8::"},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_ip6 a = ip(row[i].address), p = ip(row[i].prefix), want = ip(row[i].cleared),
			      got = hp_ip6_prefix(&a, row[i].length);

		HP_CHECK(row[i].address, "inside", hp_ip6_in_prefix(&a, &p, row[i].length) == row[i].inside);
		HP_CHECK(row[i].address, "cleared", hp_ip6_eq(&got, &want));
	}
}

static void test_derived(void)
{
	struct hp_ip6 a = ip("2001:db8::12ab:cdef"), group = hp_ip6_solicited_node(&a), local, want;
	struct hp_mac mac, ether = hp_mac_multicast(&group);
	char text[HP_MAC_TEXT];

	want = ip("ff02::1:ffab:cdef"); /* RFC 4291 §2.7.1 */
	CU_ASSERT(hp_ip6_eq(&group, &want));
	CU_ASSERT_STRING_EQUAL(hp_mac_text(&ether, text), "33:33:ff:ab:cd:ef"); /* RFC 2464 §7 */
	CU_ASSERT_EQUAL(hp_mac_parse(&mac, "34:56:78:9a:bc:de"), 0);
	local = hp_ip6_linklocal_from_mac(&mac);
	want = ip("fe80::3656:78ff:fe9a:bcde"); /* RFC 4291 app. A with the example of RFC 2464 §4 */
	CU_ASSERT(hp_ip6_eq(&local, &want));
}

static void test_parse(void)
{
	static const char *const bad[] = {
		"", "/64", "2001:db8::/", "2001:db8::/129", "2001:db8::/-1", "2001:db8::/6 4", "2001:db8::1", "x/64", "::/0064"};
	struct hp_ip6 a = ip("::7"), before = a;
	struct hp_mac mac;
	unsigned int length = 77;

	for (size_t i = 0; i < HP_LEN(bad); i++) {
		HP_CHECK(bad[i], "refused", hp_prefix_parse(&a, &length, bad[i]) == -EINVAL);
		HP_CHECK(bad[i], "untouched", length == 77 && hp_ip6_eq(&a, &before));
	}
	CU_ASSERT_EQUAL(hp_prefix_parse(&a, &length, "2001:db8::1/64"), 0);
	CU_ASSERT_EQUAL(length, 64);
	CU_ASSERT_EQUAL(hp_mac_parse(&mac, "34:56:78:9a:bc"), -EINVAL);
	CU_ASSERT_EQUAL(hp_mac_parse(&mac, "34:56:78:9a:bc:dg"), -EINVAL);
}

/* Against CPython's hash() of bytes with PYTHONHASHSEED=0, which is SipHash-1-3 with a zero key. */
static void test_hash(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} row[] = {{"a", 4644417185603328019},
		   {"abc", -4594863902769663758},
		   {"abcdefgh", 4574395652268504554},
		   {"abcdefghijklmnopqrstuvwxyz", 3619993805786647007}};
	const struct hp_hash_key zero = {{0, 0}};

	for (size_t i = 0; i < HP_LEN(row); i++)
		HP_CHECK(row[i].text, "SipHash-1-3", (int64_t)hp_hash(&zero, row[i].text, strlen(row[i].text)) == row[i].want);
}

static void test_cursor(void)
{
	uint8_t out[16];
	struct hp_writer w = hp_writer(out, sizeof(out));
	struct hp_reader r, part;

	hp_write_u8(&w, 1);
	hp_write_u16(&w, 0x0203);
	hp_write_u32(&w, 0x04050607);
	hp_write_u64(&w, 0x08090a0b0c0d0e0fu);
	CU_ASSERT(hp_writer_ok(&w) && hp_writer_len(&w) == 15);
	r = hp_reader(out, 15);
	for (uint8_t i = 1; i <= 7; i++)
		CU_ASSERT_EQUAL(hp_read_u8(&r), i);
	part = hp_read_part(&r, 9);
	CU_ASSERT(!hp_reader_ok(&part) && !hp_reader_ok(&r));
	CU_ASSERT_EQUAL(hp_read_u8(&r), 0); /* once failed, failed */
	r = hp_reader(out, 3);
	CU_ASSERT_EQUAL(hp_read_u32(&r), 0);
	CU_ASSERT(!hp_reader_ok(&r));
	hp_write_u16(&w, 1);
	CU_ASSERT(!hp_writer_ok(&w) && hp_writer_len(&w) == 15);
}

static void test_rate(void)
{
	struct hp_rate r;
	unsigned int got = 0;

	hp_rate_init(&r, 10, 5, 1000);
	for (int i = 0; i < 20; i++)
		got += hp_rate_take(&r, 1000);
	CU_ASSERT_EQUAL(got, 5);
	CU_ASSERT(!hp_rate_take(&r, 1099));
	CU_ASSERT(hp_rate_take(&r, 1100));
	/* A second, tokens as asked for; a long pause fills the bucket and no more. */
	for (uint64_t t = 1101, n = got = 0; n < 1000; n++)
		got += hp_rate_take(&r, t + n);
	CU_ASSERT_EQUAL(got, 10);
	for (int i = got = 0; i < 20; i++)
		got += hp_rate_take(&r, UINT64_MAX);
	CU_ASSERT_EQUAL(got, 5);
}

struct item {
	struct hp_table_node node;
	uint64_t key;
	bool in;
	unsigned int seen;
	bool throughout;
};

#define ITEMS 100000

static struct item *items(void)
{
	struct item *a = calloc(ITEMS, sizeof(*a));

	for (size_t i = 0; i < ITEMS; i++)
		a[i].key = i;
	return a;
}

/* Against a flag an item: the naivest table there is. */
static void test_table(void)
{
	struct hp_table *t;
	struct item *a = items();
	struct hp_random r;
	size_t count = 0;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_table_create(&t, offsetof(struct item, key), sizeof(uint64_t), (struct hp_hash_key){{1, 2}}), 0);
	for (int step = 0; step < 300000; step++) {
		struct item *x = &a[hp_random_between(&r, 0, ITEMS - 1)];
		uint32_t what = hp_random_between(&r, 0, 2);

		if (what == 0) {
			CU_ASSERT_EQUAL(hp_table_insert(t, &x->node), x->in ? -EEXIST : 0);
			count += !x->in;
			x->in = true;
		} else if (what == 1 && x->in) {
			hp_table_remove(t, &x->node);
			x->in = false;
			count--;
		}
		if ((hp_table_find(t, &x->key) != NULL) != x->in || hp_table_count(t) != count) {
			CU_FAIL("found or missed wrongly");
			break;
		}
	}
	hp_table_destroy(t);
	free(a);
}

/* Its guess is the node or none, and nearly always the node. */
static void test_foresee(void)
{
	struct item *a = items();
	struct hp_table *t;
	unsigned int guessed = 0, wrong = 0;

	CU_ASSERT_EQUAL_FATAL(hp_table_create(&t, offsetof(struct item, key), sizeof(uint64_t), (struct hp_hash_key){{5, 6}}), 0);
	for (size_t i = 0; i < ITEMS; i += 2)
		CU_ASSERT_EQUAL(hp_table_insert(t, &a[i].node), 0);
	for (size_t i = 0; i + HP_TABLE_FORESEE <= ITEMS; i += HP_TABLE_FORESEE) {
		struct hp_table_node *likely[HP_TABLE_FORESEE];
		const void *key[HP_TABLE_FORESEE];

		for (size_t k = 0; k < HP_TABLE_FORESEE; k++)
			key[k] = &a[i + k].key;
		hp_table_foresee(t, key, HP_TABLE_FORESEE, likely);
		for (size_t k = 0; k < HP_TABLE_FORESEE; k++) {
			wrong += likely[k] && likely[k] != hp_table_find(t, key[k]);
			guessed += likely[k] != NULL;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(guessed > ITEMS / 2 * 9 / 10);
	hp_table_destroy(t);
	free(a);
}

/* What is there throughout a walk appears exactly once, whatever comes and goes meanwhile. */
static void test_pages(void)
{
	struct item *a = items();
	struct hp_table_node *out[80];
	struct hp_table *t;
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_table_create(&t, offsetof(struct item, key), sizeof(uint64_t), (struct hp_hash_key){{3, 4}}), 0);
	for (int walk = 0; walk < 5; walk++) {
		bool first = true, more = true;
		uint64_t cursor = 0;

		for (size_t i = 0; i < ITEMS; i++) {
			a[i].seen = 0;
			if (!a[i].in && i % 7 < 3)
				a[i].in = hp_table_insert(t, &a[i].node) == 0;
			a[i].throughout = a[i].in;
		}
		while (more) {
			size_t n = hp_table_page(t, first, cursor, hp_random_between(&r, 1, 64), out, HP_LEN(out), &cursor, &more);

			first = false;
			for (size_t i = 0; i < n; i++)
				hp_container_of(out[i], struct item, node)->seen++;
			for (int k = 0; k < 60; k++) {
				struct item *x = &a[hp_random_between(&r, 0, ITEMS - 1)];

				if (x->in)
					hp_table_remove(t, &x->node);
				else
					hp_table_insert(t, &x->node);
				x->in = !x->in;
				x->throughout = false;
			}
		}
		for (size_t i = 0; i < ITEMS; i++)
			if (a[i].throughout ? a[i].seen != 1 : 0) {
				CU_FAIL("an item present throughout was not given exactly once");
				break;
			}
	}
	hp_table_destroy(t);
	free(a);
}

/* Against a scan over all of them: what is due, never early, and the wheel's promise about the next one. */
static void test_wheel(void)
{
	enum { N = 2000 };
	struct hp_timer *timer = calloc(N, sizeof(*timer));
	uint64_t *at = calloc(N, sizeof(*at)), now = 123456;
	struct hp_wheel *w;
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_wheel_create(&w, now), 0);
	for (int step = 0; step < 20000; step++) {
		uint32_t i = hp_random_between(&r, 0, N - 1), what = hp_random_between(&r, 0, 9);
		uint64_t earliest = UINT64_MAX;
		unsigned int work = 1u << 20;
		struct hp_timer *t;

		if (what < 6) {
			static const uint32_t span[] = {3, 300, 70000, 20000000, 4000000000u};

			at[i] = now + hp_random_between(&r, 0, span[hp_random_between(&r, 0, 4)]);
			hp_wheel_arm(w, &timer[i], at[i]);
		} else if (what == 6) {
			hp_wheel_disarm(w, &timer[i]);
			at[i] = 0;
		}
		for (int k = 0; k < N; k++)
			if (hp_timer_armed(&timer[k]) && at[k] < earliest)
				earliest = at[k];
		if (hp_wheel_next(w) > earliest) {
			CU_FAIL("next() promised too late a time");
			break;
		}
		now += hp_random_between(&r, 0, what == 9 ? 100000 : 20);
		while ((t = hp_wheel_pop(w, now, &work))) {
			if (t->at_ms > now || at[t - timer] != t->at_ms)
				CU_FAIL("early, or another's");
			at[t - timer] = 0;
		}
		for (int k = 0; k < N; k++)
			if (hp_timer_armed(&timer[k]) && at[k] <= now) {
				CU_FAIL("due and not fired");
				step = 20000;
				break;
			}
	}
	hp_wheel_destroy(w);
	free(timer);
	free(at);
}

/* Timers of one millisecond in the order armed, from whatever distance; spreading a slot is bounded. */
static void test_wheel_order(void)
{
	enum { N = 1000 };
	struct hp_timer *timer = calloc(N, sizeof(*timer)), *t;
	unsigned int work, polls = 0, next = 0;
	struct hp_wheel *w;

	CU_ASSERT_EQUAL_FATAL(hp_wheel_create(&w, 0), 0);
	for (int i = 0; i < N; i++) {
		hp_wheel_arm(w, &timer[i], 1000000);
		if (i % 100 == 99) {
			work = 1000;
			CU_ASSERT_PTR_NULL(hp_wheel_pop(w, (uint64_t)i * 1000, &work));
		}
	}
	while (next < N && polls++ < 1000) {
		work = 50;
		while ((t = hp_wheel_pop(w, 1000000, &work)))
			CU_ASSERT_PTR_EQUAL(t, &timer[next++]);
	}
	CU_ASSERT_EQUAL(next, N);
	CU_ASSERT(polls >= N / 50);
	CU_ASSERT(!hp_wheel_behind(w, 1000000));
	hp_wheel_destroy(w);
	free(timer);
}

/* All timers of the worst slot are put off again and again, the way a fleet refreshes its bindings: no poll does more than it may, none is
 * lost, early or forgotten. Against a scan over all of them. */
static void test_wheel_put_off(void)
{
	enum { N = 3000, WORK = 40 };
	struct hp_timer *timer = calloc(N, sizeof(*timer)), *t;
	uint64_t *at = calloc(N, sizeof(*at)), now = 0xff00; /* the slot behind the next boundary of a level */
	unsigned int fired = 0, idle = 0, polls = 0;
	struct hp_wheel *w;
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_wheel_create(&w, now), 0);
	/* Due together in a moment, and then none of them is: as many polls as their number wants. */
	for (int i = 0; i < N; i++) {
		hp_wheel_arm(w, &timer[i], now + 5);
		hp_wheel_arm(w, &timer[i], at[i] = 0x10000);
	}
	for (; hp_wheel_behind(w, now + 5); polls++) {
		unsigned int work = WORK;

		CU_ASSERT_PTR_NULL(hp_wheel_pop(w, now + 5, &work));
	}
	CU_ASSERT_EQUAL(polls, N / WORK);
	for (int round = 0; round < 200; round++) {
		/* A third is put off, some far, some by nothing; a few are wanted earlier again, a few no more. */
		for (int i = 0; i < N / 3; i++) {
			const uint32_t k = hp_random_between(&r, 0, N - 1), what = hp_random_between(&r, 0, 19);

			if (!hp_timer_armed(&timer[k]))
				continue;
			if (what == 0)
				at[k] = now + hp_random_between(&r, 0, 300);
			else if (what > 1)
				at[k] += hp_random_between(&r, 0, what == 2 ? 5000000 : 600);
			if (what == 1)
				hp_wheel_disarm(w, &timer[k]);
			else
				hp_wheel_arm(w, &timer[k], at[k]);
		}
		now += 200;
		do {
			unsigned int work = WORK;

			while ((t = hp_wheel_pop(w, now, &work))) {
				CU_ASSERT(at[t - timer] <= now && t->at_ms == at[t - timer] && !hp_timer_armed(t));
				fired++;
			}
			CU_ASSERT(work <= WORK);
			idle += work == 0;
		} while (hp_wheel_behind(w, now));
		for (int k = 0; k < N; k++)
			if (hp_timer_armed(&timer[k]) && at[k] <= now) {
				CU_FAIL("due and not fired");
				round = 200;
				break;
			}
	}
	CU_ASSERT(fired > N / 2 && idle > N / WORK);
	hp_wheel_destroy(w);
	free(timer);
	free(at);
}

/* Allocations until memory runs out; -1: never. */
static int memory = -1;
void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool runs_out(void)
{
	return memory >= 0 && memory-- <= 0 && (memory = 0, true);
}

void *__wrap_malloc(size_t size)
{
	return runs_out() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return runs_out() ? NULL : __real_realloc(old, size);
}

/* Whatever allocation fails: what is in the list is whole and in order, what is not was counted. */
static void test_effects_lost(void)
{
	for (int least = 0; least < 40; least++) {
		uint8_t body[3000] = {0};
		struct hp_effects *fx;
		uint64_t pushed = 0;

		CU_ASSERT_EQUAL_FATAL(hp_effects_create(&fx), 0);
		memory = least;
		for (; pushed < 600; pushed += 2) {
			body[0] = (uint8_t)pushed;
			hp_effects_send(fx, &(struct hp_send){.body = body, .body_len = sizeof(body), .hop_limit = body[0]});
			hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_UNBIND, .unbind = {.id = (uint32_t)pushed}});
		}
		memory = -1;
		CU_ASSERT_EQUAL(hp_effects_count(fx) + hp_effects_lost(fx), pushed);
		for (size_t i = 0; i < hp_effects_count(fx); i++) {
			const struct hp_effect *e = hp_effects_at(fx, i);

			CU_ASSERT(e->kind == HP_EFFECT_UNBIND ||
				  (e->send.body[0] == e->send.hop_limit && e->send.body_len == sizeof(body)));
		}
		/* The next list is as good as any. */
		hp_effects_clear(fx);
		hp_effects_event(fx, HP_EVENT_MOVED, NULL, NULL, 3, 0);
		CU_ASSERT(hp_effects_count(fx) == 1 && hp_effects_at(fx, 0)->event.link == 3);
		hp_effects_destroy(fx);
	}
}

static void test_effects(void)
{
	struct hp_effects *fx;
	uint8_t body[3000];

	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&fx), 0);
	for (int round = 0; round < 3; round++) {
		for (uint8_t i = 0; i < 200; i++) {
			memset(body, i, sizeof(body));
			hp_effects_send(fx, &(struct hp_send){.body = body, .body_len = sizeof(body)});
		}
		CU_ASSERT_EQUAL(hp_effects_count(fx), 200);
		for (uint8_t i = 0; i < 200; i++) {
			const struct hp_send *s = &hp_effects_at(fx, i)->send;

			CU_ASSERT(s->body[0] == i && s->body[sizeof(body) - 1] == i);
		}
		hp_effects_clear(fx);
		CU_ASSERT_EQUAL(hp_effects_count(fx), 0);
	}
	CU_ASSERT_EQUAL(hp_effects_lost(fx), 0);
	hp_effects_destroy(fx);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"unicast routable", test_routable},
		{"prefixes", test_prefix},
		{"derived addresses", test_derived},
		{"text forms refused", test_parse},
		{"SipHash-1-3", test_hash},
		{"cursor", test_cursor},
		{"token bucket", test_rate},
		{"table against a naive one", test_table},
		{"what will be found, foreseen", test_foresee},
		{"pages while the table changes", test_pages},
		{"wheel against a naive one", test_wheel},
		{"wheel: order and bounded work", test_wheel_order},
		{"wheel: timers put off", test_wheel_put_off},
		{"effects", test_effects},
		{"effects: out of memory", test_effects_lost},
		{"security associations that an RFC forbids", test_association_fault},
		{"replay window", test_replay_window},
		{"replay window: extended numbers", test_replay_esn},
		{"replay window: checked together", test_replay_checked_together},
		{"replay window against a naive one", test_replay_naive},
		HP_TESTS_END,
	};

	return hp_tests_run("base", tests);
}
