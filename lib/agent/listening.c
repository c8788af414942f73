/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/listening.h"

#include <stdlib.h>

/* A set of addresses as a record brings it; small, so that looking through it is quickest. */
struct set {
	const struct hp_ip6 *address;
	unsigned int n;
};

void hp_listening_free(struct hp_listening *l)
{
	free(l->source);
	*l = (struct hp_listening){0};
}

static bool holds(const struct set *s, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < s->n; i++)
		if (hp_ip6_eq(&s->address[i], address))
			return true;
	return false;
}

static struct hp_listening_source *find(const struct hp_listening *l, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < l->sources; i++)
		if (hp_ip6_eq(&l->source[i].address, address))
			return &l->source[i];
	return NULL;
}

static struct hp_listening_source *add(struct hp_listening *l, const struct hp_ip6 *address)
{
	if (l->sources == HP_MEMBER_SOURCES)
		return NULL;
	if (l->sources == l->room) {
		unsigned int room = l->room ? 2u * l->room : 4;
		struct hp_listening_source *grown = realloc(l->source, room * sizeof(*grown));

		if (!grown)
			return NULL;
		l->source = grown;
		l->room = (uint16_t)room;
	}
	l->source[l->sources] = (struct hp_listening_source){.address = *address};
	return &l->source[l->sources++];
}

static void drop(struct hp_listening *l, unsigned int i)
{
	l->source[i] = l->source[--l->sources];
}

/* (B) = until, those not there added. */
static bool allow(struct hp_listening *l, const struct set *b, uint64_t until_ms)
{
	bool all = true;

	for (unsigned int i = 0; i < b->n; i++) {
		struct hp_listening_source *s = find(l, &b->address[i]);

		s = s ? s : add(l, &b->address[i]);
		if (s)
			s->until_ms = until_ms;
		else
			all = false;
	}
	return all;
}

/* Those not there yet are added with this timer. */
static bool append(struct hp_listening *l, const struct set *b, uint64_t until_ms)
{
	bool all = true;

	for (unsigned int i = 0; i < b->n; i++) {
		struct hp_listening_source *s = find(l, &b->address[i]) ? NULL : add(l, &b->address[i]);

		if (s)
			s->until_ms = until_ms;
		else if (!find(l, &b->address[i]))
			all = false;
	}
	return all;
}

/* Only those of B stay. */
static void keep(struct hp_listening *l, const struct set *b)
{
	for (unsigned int i = 0; i < l->sources;)
		if (holds(b, &l->source[i].address))
			i++;
		else
			drop(l, i);
}

/* Send Q(MA, X): the sources with a running timer that are (not) in `b` (§7.6.3.2). */
static void query_sources(struct hp_listening *l, const struct set *b, bool in, uint64_t now_ms)
{
	for (unsigned int i = 0; i < l->sources; i++) {
		struct hp_listening_source *s = &l->source[i];

		if (holds(b, &s->address) != in || s->until_ms <= now_ms + HP_MLD_LAST_TIME_MS)
			continue;
		s->until_ms = now_ms + HP_MLD_LAST_TIME_MS;
		s->queries = HP_MLD_LAST_COUNT;
		l->query_ms = now_ms;
	}
}

/* Send Q(MA) (§7.6.3.1). */
static void query_address(struct hp_listening *l, uint64_t now_ms)
{
	if (l->filter_ms > now_ms + HP_MLD_LAST_TIME_MS)
		l->filter_ms = now_ms + HP_MLD_LAST_TIME_MS;
	l->queries = HP_MLD_LAST_COUNT;
	l->query_ms = now_ms;
}

/* The tables of §7.4.1 and §7.4.2, INCLUDE (A). */
static bool in_include(struct hp_listening *l, enum hp_mld_record type, const struct set *b, uint64_t now_ms)
{
	const uint64_t listening_ms = now_ms + HP_MLD_LISTENING_MS;
	bool all = true;

	switch (type) {
	case HP_MLD_IS_INCLUDE:
	case HP_MLD_ALLOW:
		return allow(l, b, listening_ms);
	case HP_MLD_TO_INCLUDE:
		query_sources(l, b, false, now_ms);
		return allow(l, b, listening_ms);
	case HP_MLD_BLOCK:
		query_sources(l, b, true, now_ms);
		return true;
	case HP_MLD_IS_EXCLUDE:
	case HP_MLD_TO_EXCLUDE:
		keep(l, b);
		if (type == HP_MLD_TO_EXCLUDE)
			query_sources(l, b, true, now_ms);
		all = append(l, b, 0);
		l->exclude = true;
		l->filter_ms = listening_ms;
		return all;
	}
	return true;
}

/* EXCLUDE (X, Y). */
static bool in_exclude(struct hp_listening *l, enum hp_mld_record type, const struct set *a, uint64_t now_ms)
{
	const uint64_t listening_ms = now_ms + HP_MLD_LISTENING_MS;
	bool all = true;

	switch (type) {
	case HP_MLD_IS_INCLUDE:
	case HP_MLD_ALLOW:
		return allow(l, a, listening_ms);
	case HP_MLD_TO_INCLUDE:
		query_sources(l, a, false, now_ms);
		all = allow(l, a, listening_ms);
		query_address(l, now_ms);
		return all;
	case HP_MLD_BLOCK:
		all = append(l, a, l->filter_ms);
		query_sources(l, a, true, now_ms);
		return all;
	case HP_MLD_IS_EXCLUDE:
		keep(l, a);
		all = append(l, a, listening_ms);
		l->filter_ms = listening_ms;
		return all;
	case HP_MLD_TO_EXCLUDE:
		keep(l, a);
		all = append(l, a, l->filter_ms);
		query_sources(l, a, true, now_ms);
		l->filter_ms = listening_ms;
		return all;
	}
	return true;
}

bool hp_listening_apply(struct hp_listening *l, const struct hp_mld_listening *record, uint8_t version, uint64_t now_ms)
{
	struct set b = {record->source, record->sources};

	hp_listening_expire(l, now_ms);
	if (version == 1 && record->type == HP_MLD_IS_EXCLUDE)
		l->v1_until_ms = now_ms + HP_MLD_LISTENING_MS;
	if (l->v1_until_ms > now_ms) {
		if (record->type == HP_MLD_BLOCK)
			return true;
		if (record->type == HP_MLD_TO_EXCLUDE)
			b.n = 0;
	}
	return l->exclude ? in_exclude(l, record->type, &b, now_ms) : in_include(l, record->type, &b, now_ms);
}

void hp_listening_expire(struct hp_listening *l, uint64_t now_ms)
{
	if (l->exclude && l->filter_ms <= now_ms) {
		l->exclude = false;
		l->queries = 0;
	}
	for (unsigned int i = 0; i < l->sources;) {
		struct hp_listening_source *s = &l->source[i];

		if (s->until_ms > now_ms) {
			i++;
		} else if (l->exclude) {
			s->until_ms = 0;
			s->queries = 0;
			i++;
		} else {
			drop(l, i);
		}
	}
}

static bool asks(const struct hp_listening *l)
{
	bool any = l->queries;

	for (unsigned int i = 0; i < l->sources && !any; i++)
		any = l->source[i].queries;
	return any;
}

uint64_t hp_listening_next(const struct hp_listening *l)
{
	uint64_t next = l->exclude ? l->filter_ms : UINT64_MAX;

	for (unsigned int i = 0; i < l->sources; i++)
		if (l->source[i].until_ms && l->source[i].until_ms < next)
			next = l->source[i].until_ms;
	return l->query_ms < next && asks(l) ? l->query_ms : next;
}

unsigned int hp_listening_queries(struct hp_listening *l, const struct hp_ip6 *group, uint64_t now_ms,
				  struct hp_mld_query out[HP_LISTENING_QUERIES], struct hp_ip6 room[HP_MEMBER_SOURCES])
{
	const struct hp_mld_query query = {.group = *group,
					   .max_response_ms = HP_MLD_LAST_INTERVAL_MS,
					   .version = 2,
					   .robustness = HP_MLD_ROBUSTNESS,
					   .interval_s = HP_MLD_QUERY_INTERVAL_MS / 1000};
	unsigned int n = 0, used = 0;

	if (l->query_ms > now_ms || !asks(l))
		return 0;
	if (l->queries) {
		out[n] = query;
		out[n++].suppress = l->filter_ms > now_ms + HP_MLD_LAST_TIME_MS;
		l->queries--;
	}
	/* Sources that have been asked for again meanwhile, and those that have not: §7.6.3.2. */
	for (int suppress = 1; suppress >= 0; suppress--) {
		out[n] = query;
		out[n].suppress = suppress;
		out[n].source = &room[used];
		for (unsigned int i = 0; i < l->sources; i++) {
			struct hp_listening_source *s = &l->source[i];

			if (!s->queries || (s->until_ms > now_ms + HP_MLD_LAST_TIME_MS) != suppress)
				continue;
			room[used++] = s->address;
			out[n].sources++;
			s->queries--;
		}
		n += out[n].sources > 0;
	}
	l->query_ms = now_ms + HP_MLD_LAST_INTERVAL_MS;
	return n;
}

void hp_listening_filter(const struct hp_listening *l, struct hp_filter *out)
{
	out->any = !hp_listening_over(l);
	out->exclude = l->exclude;
	out->n = 0;
	for (unsigned int i = 0; i < l->sources; i++)
		if (!l->exclude || !l->source[i].until_ms)
			out->source[out->n++] = l->source[i].address;
}
