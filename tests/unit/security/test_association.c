/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ends.h"
#include "run.h"
#include "tests.h"

static const struct hp_now start = {.mono_ms = 1000};

static struct hp_associations *fresh(void)
{
	struct hp_associations *s;

	if (hp_associations_create(&s, 7, start))
		abort();
	return s;
}

static struct hp_association_spec spec_of(uint32_t spi, bool out, enum hp_protection protects)
{
	struct hp_association_spec s = ends_spec(protects, HP_ASSOCIATION_AES_CBC, 16);

	s.spi = spi;
	s.out = out;
	return s;
}

static int add(struct hp_associations *s, struct hp_association_spec spec)
{
	return hp_associations_add(s, &spec, start);
}

void test_associations(void)
{
	struct hp_associations *s = fresh();
	struct hp_association_spec other = spec_of(4096, false, HP_PROTECT_REGISTRATION),
				   bad = spec_of(255, false, HP_PROTECT_REGISTRATION);
	struct hp_association *a;

	CU_ASSERT(!hp_associations_inbound(s, 4096) && !hp_associations_outbound(s, &HOME, HP_PROTECT_REGISTRATION));
	CU_ASSERT(add(s, bad) == -EINVAL);
	CU_ASSERT(add(s, spec_of(4096, false, HP_PROTECT_REGISTRATION)) == 0);
	/* The receiver chooses: an SPI is one of all inbound ones, but outbound only one of its peer's (RFC 4301 §4.1). */
	other.hoa = OTHER;
	CU_ASSERT(add(s, other) == -EEXIST);
	CU_ASSERT(add(s, spec_of(4096, true, HP_PROTECT_REGISTRATION)) == 0);
	CU_ASSERT(add(s, spec_of(4096, true, HP_PROTECT_PREFIX_DISCOVERY)) == -EEXIST);
	other.out = true;
	CU_ASSERT(add(s, other) == 0);
	CU_ASSERT(hp_associations_count(s) == 3);
	a = hp_associations_inbound(s, 4096);
	CU_ASSERT(a && !a->out && hp_ip6_eq(&a->hoa, &HOME) && memcmp(a->key, other.encryption_key, 16) == 0);
	CU_ASSERT(a && memcmp(hp_association_integrity_key(a), other.integrity_key, 32) == 0);
	CU_ASSERT(!hp_associations_inbound(s, 4097));
	CU_ASSERT(!hp_associations_outbound(s, &HOME, HP_PROTECT_PREFIX_DISCOVERY));
	/* The latest is used; the earlier one is there until it is taken away. */
	CU_ASSERT(add(s, spec_of(4097, true, HP_PROTECT_REGISTRATION)) == 0);
	CU_ASSERT(hp_associations_outbound(s, &HOME, HP_PROTECT_REGISTRATION)->spi == 4097);
	hp_associations_remove(s, hp_associations_find(s, &HOME, true, 4097));
	CU_ASSERT(hp_associations_outbound(s, &HOME, HP_PROTECT_REGISTRATION)->spi == 4096);
	hp_associations_remove_node(s, &HOME);
	CU_ASSERT(hp_associations_count(s) == 1 && !hp_associations_inbound(s, 4096) && !hp_associations_of(s, &HOME));
	CU_ASSERT(hp_associations_outbound(s, &OTHER, HP_PROTECT_REGISTRATION) != NULL);
	hp_associations_destroy(s);
}

static unsigned int told(struct hp_effects *fx, enum hp_event_kind kind)
{
	unsigned int n = 0;

	for (size_t i = 0; i < hp_effects_count(fx); i++)
		n += hp_effects_at(fx, i)->event.kind == kind && hp_effects_at(fx, i)->event.spi == 4096;
	hp_effects_clear(fx);
	return n;
}

void test_association_limits(void)
{
	static const struct {
		const char *name;
		struct hp_association_limit soft, hard;
		uint64_t at_s, packets, octets; /* used up at that time */
		unsigned int expiring;
		bool over;
	} row[] = {
		{"no limits", {0}, {0}, 1000000, 1000000, 1000000000, 0, false},
		{"before the soft time", {.life_s = 60}, {.life_s = 90}, 59, 0, 0, 0, false},
		{"at the soft time", {.life_s = 60}, {.life_s = 90}, 60, 0, 0, 1, false},
		{"before the hard time", {.life_s = 60}, {.life_s = 90}, 89, 0, 0, 1, false},
		{"at the hard time", {.life_s = 60}, {.life_s = 90}, 90, 0, 0, 1, true},
		{"only a hard time", {0}, {.life_s = 90}, 90, 0, 0, 0, true},
		{"packets up to the soft limit", {.packets = 10}, {.packets = 20}, 0, 10, 100, 0, false},
		{"packets above the soft limit", {.packets = 10}, {.packets = 20}, 0, 11, 100, 1, false},
		{"packets up to the hard limit", {.packets = 10}, {.packets = 20}, 0, 20, 100, 1, false},
		{"packets above the hard limit", {.packets = 10}, {.packets = 20}, 0, 21, 100, 1, true},
		{"octets above the soft limit", {.octets = 1000}, {.octets = 2000}, 0, 11, 1001, 1, false},
		{"octets above the hard limit", {.octets = 1000}, {.octets = 2000}, 0, 11, 2001, 1, true},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_associations *s = fresh();
		struct hp_association_spec spec = spec_of(4096, false, HP_PROTECT_REGISTRATION);
		struct hp_effects *fx;
		unsigned int expiring = 0, expired = 0;
		bool alive = true;

		if (hp_effects_create(&fx))
			abort();
		spec.soft = row[i].soft;
		spec.hard = row[i].hard;
		CU_ASSERT(add(s, spec) == 0);
		for (uint64_t second = 0; second <= row[i].at_s && second <= 100; second++) {
			hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + second * 1000}, fx);
			for (size_t k = 0; k < hp_effects_count(fx); k++) {
				expiring += hp_effects_at(fx, k)->event.kind == HP_EVENT_ASSOCIATION_EXPIRING;
				expired += hp_effects_at(fx, k)->event.kind == HP_EVENT_ASSOCIATION_EXPIRED;
			}
			hp_effects_clear(fx);
		}
		for (uint64_t n = 0; n < row[i].packets && alive && n < 100; n++) {
			/* The octets in as many parts. */
			const uint64_t part = row[i].octets / row[i].packets + (n < row[i].octets % row[i].packets);

			alive = hp_associations_used(s, hp_associations_inbound(s, 4096), 1, part, fx);
		}
		for (size_t k = 0; k < hp_effects_count(fx); k++) {
			expiring += hp_effects_at(fx, k)->event.kind == HP_EVENT_ASSOCIATION_EXPIRING;
			expired += hp_effects_at(fx, k)->event.kind == HP_EVENT_ASSOCIATION_EXPIRED;
		}
		HP_CHECK(row[i].name, "told once that it is time", expiring == row[i].expiring);
		HP_CHECK(row[i].name, "told that it is over", expired == row[i].over);
		HP_CHECK(row[i].name, "gone when it is over", !hp_associations_inbound(s, 4096) == row[i].over);
		hp_effects_destroy(fx);
		hp_associations_destroy(s);
	}
}

/* Limits that a key exchange puts off. */
static void renewed(void)
{
	const struct hp_association_limit soft = {.life_s = 60}, hard = {.life_s = 90};
	struct hp_associations *s = fresh();
	struct hp_association_spec spec = spec_of(4096, false, HP_PROTECT_REGISTRATION);
	struct hp_effects *fx;

	if (hp_effects_create(&fx))
		abort();
	spec.soft = soft;
	spec.hard = hard;
	CU_ASSERT(add(s, spec) == 0);
	CU_ASSERT(hp_associations_next_ms(s) <= start.mono_ms + 60000);
	hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + 70000}, fx);
	CU_ASSERT(told(fx, HP_EVENT_ASSOCIATION_EXPIRING) == 1);
	hp_associations_renew(s, hp_associations_inbound(s, 4096), &soft, &hard, (struct hp_now){.mono_ms = start.mono_ms + 70000});
	hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + 129000}, fx);
	CU_ASSERT(hp_associations_inbound(s, 4096) && hp_effects_count(fx) == 0);
	hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + 130000}, fx);
	CU_ASSERT(told(fx, HP_EVENT_ASSOCIATION_EXPIRING) == 1);
	hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + 160000}, fx);
	CU_ASSERT(told(fx, HP_EVENT_ASSOCIATION_EXPIRED) == 1);
	CU_ASSERT(hp_associations_count(s) == 0 && hp_associations_next_ms(s) == UINT64_MAX);
	hp_effects_destroy(fx);
	hp_associations_destroy(s);
}

void test_association_promise(void)
{
	struct hp_associations *s = fresh();
	struct hp_association_spec spec;
	struct hp_effects *fx;
	uint32_t spi = hp_associations_promise(s, &HOME, start), another = hp_associations_promise(s, &HOME, start);

	if (hp_effects_create(&fx))
		abort();
	CU_ASSERT(spi >= 256 && another >= 256 && spi != another);
	CU_ASSERT(!hp_associations_inbound(s, spi));
	spec = spec_of(spi, false, HP_PROTECT_REGISTRATION);
	spec.hoa = OTHER;
	CU_ASSERT(add(s, spec) == -EEXIST);
	spec.hoa = HOME;
	CU_ASSERT(add(s, spec) == 0 && hp_associations_inbound(s, spi) && hp_associations_count(s) == 2);
	hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + 29999}, fx);
	CU_ASSERT(hp_associations_count(s) == 2);
	/* What was not kept is forgotten in silence. */
	hp_associations_tick(s, (struct hp_now){.mono_ms = start.mono_ms + 30000}, fx);
	CU_ASSERT(hp_associations_count(s) == 1 && hp_associations_inbound(s, spi) && hp_effects_count(fx) == 0);
	hp_effects_destroy(fx);
	hp_associations_destroy(s);
	renewed();
}

/* RFC 4303 §3.3.3. */
void test_association_sequence(void)
{
	static const struct {
		const char *name;
		bool manual, esn;
		uint16_t window;
		uint64_t last, next; /* 0: none is left */
	} row[] = {
		{"the first", true, false, 0, 0, 1},
		{"the last of 32 bits", true, false, 64, UINT32_MAX - 1, UINT32_MAX},
		{"again from the first, where nobody judges", true, false, 0, UINT32_MAX, 1},
		{"used up, where the peer judges", true, false, 64, UINT32_MAX, 0},
		{"used up, where keys can be exchanged", false, false, 0, UINT32_MAX, 0},
		{"beyond 32 bits", false, true, 64, UINT32_MAX, 1ull << 32},
		{"the last of 64 bits", false, true, 64, UINT64_MAX, 0},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_association a = {
			.manual = row[i].manual, .esn = row[i].esn, .replay_window = row[i].window, .sequence = row[i].last};
		uint64_t next = 0;

		HP_CHECK(row[i].name, "there is one, or none", hp_associations_next(&a, &next) == (row[i].next != 0));
		HP_CHECK(row[i].name, "which", next == row[i].next);
	}
}

/* A changed configuration: what stays the same goes on, with another key it begins anew; what no configuration made stays. */
void test_association_inherit(void)
{
	struct hp_associations *before = fresh(), *after = fresh();
	struct hp_association_spec exchanged = ends_spec(HP_PROTECT_PAYLOAD, HP_ASSOCIATION_AES_GCM_16, 16);
	struct hp_association_spec changed = spec_of(4098, true, HP_PROTECT_REGISTRATION),
				   in = spec_of(4096, false, HP_PROTECT_REGISTRATION);
	uint64_t sequence;

	in.replay_window = 64;
	exchanged.spi = 9000;
	CU_ASSERT(add(before, in) == 0 && add(before, spec_of(4097, true, HP_PROTECT_REGISTRATION)) == 0 && add(before, changed) == 0);
	CU_ASSERT(add(before, spec_of(4099, true, HP_PROTECT_PREFIX_DISCOVERY)) == 0 && add(before, exchanged) == 0);
	CU_ASSERT(hp_replay_accept(&hp_associations_inbound(before, 4096)->replay, 10));
	for (unsigned int i = 0; i < 3; i++) {
		CU_ASSERT(hp_associations_next(hp_associations_find(before, &HOME, true, 4097), &sequence));
		CU_ASSERT(hp_associations_next(hp_associations_find(before, &HOME, true, 4098), &sequence));
	}
	/* The workers know both. */
	hp_associations_find(before, &HOME, true, 4097)->number = 7;
	hp_associations_find(before, &HOME, true, 4098)->number = 8;
	changed.integrity_key[31] ^= 1;
	CU_ASSERT(add(after, in) == 0 && add(after, spec_of(4097, true, HP_PROTECT_REGISTRATION)) == 0 && add(after, changed) == 0);
	CU_ASSERT(hp_associations_inherit(after, before, start) == 0);
	CU_ASSERT(!hp_replay_is_new(&hp_associations_inbound(after, 4096)->replay, 10));
	CU_ASSERT(hp_associations_next(hp_associations_find(after, &HOME, true, 4097), &sequence) && sequence == 4);
	CU_ASSERT(hp_associations_next(hp_associations_find(after, &HOME, true, 4098), &sequence) && sequence == 1);
	CU_ASSERT(hp_associations_find(after, &HOME, true, 4097)->number == 7 && !hp_associations_find(after, &HOME, true, 4098)->number);
	CU_ASSERT(!hp_associations_find(after, &HOME, true, 4099) && hp_associations_count(after) == 4);
	CU_ASSERT(hp_associations_inbound(after, 9000) &&
		  memcmp(hp_association_salt(hp_associations_inbound(after, 9000)), exchanged.salt, sizeof(exchanged.salt)) == 0);
	hp_associations_destroy(before);
	/* Of two that have the same SPI one would be found no more. */
	before = fresh();
	CU_ASSERT(add(before, exchanged) == 0);
	CU_ASSERT(hp_associations_inherit(after, before, start) == -EEXIST);
	hp_associations_destroy(before);
	hp_associations_destroy(after);
}
