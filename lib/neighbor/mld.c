/* SPDX-License-Identifier: BSD-3-Clause */
/* The listener's half of MLD: RFC 3810 (version 2), RFC 2710 where an old querier rules the link. A switch that snoops
 * delivers solicitations for a proxied address only to ports that have reported its group. */
#include <errno.h>
#include <stdlib.h>

#include "neighbor/state.h"
#include "wire/icmp6.h"

#define UNSOLICITED_INTERVAL_MS 1000
#define V1_PRESENT_MS           260000                               /* RFC 3810 §9.12: 2 × 125 s + 10 s */
#define REPORT_ROOM             (HP_IP6_MIN_MTU - HP_IP6_HEADER - 8) /* behind the router alert */
#define GROUPS_A_REPORT         48
#define SOURCES_A_REPORT        ((REPORT_ROOM - HP_MLD_REPORT_SIZE - 20) / (int)sizeof(struct hp_ip6))
#define REPORTS_A_TURN          16 /* answers to a general query: bounded work */

static void group_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);

static struct group *find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	struct place key = place_of(link, address);
	struct hp_table_node *n = hp_table_find(nb->groups, &key);

	return n ? hp_container_of(n, struct group, node) : NULL;
}

bool hp_neighbor_listens(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group)
{
	const struct group *g = find(nb, link, group);

	return hp_ip6_eq(group, &HP_IP6_ALL_NODES) || (g && hp_hearing_on(&g->hearing));
}

static void send_mld(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *dst, const uint8_t *body, int len, struct hp_effects *fx)
{
	const struct hp_ip6 *src = hp_neighbor_linklocal(nb, link);

	if (len < 0 || !nb->link[link].up)
		return;
	nb->count[HP_NB_MLD_OUT]++;
	/* RFC 3590: from the unspecified address while there is no link-local one. */
	hp_effects_send(fx, &(struct hp_send){.src = src ? *src : HP_IP6_ANY,
					      .dst = *dst,
					      .link = link,
					      .has_mac = true,
					      .mac = hp_mac_multicast(dst),
					      .hop_limit = 1,
					      .proto = HP_PROTO_ICMPV6,
					      .router_alert = true,
					      .class_ = HP_CLASS_NEIGHBOR,
					      .body = body,
					      .body_len = (size_t)len});
}

/* Records on their way out, as many to a report as there is room for (RFC 3810 §5.2.15). */
struct report {
	struct hp_neighbor *nb;
	uint16_t link;
	struct hp_effects *fx;
	size_t records, sources, len;
	struct hp_mld_listening record[GROUPS_A_REPORT];
	struct hp_ip6 source[SOURCES_A_REPORT];
};

static void report_open(struct report *r, struct hp_neighbor *nb, uint16_t link, struct hp_effects *fx)
{
	r->nb = nb;
	r->link = link;
	r->fx = fx;
	r->records = r->sources = 0;
	r->len = HP_MLD_REPORT_SIZE;
}

static void report_close(struct report *r)
{
	uint8_t body[REPORT_ROOM];

	if (r->records)
		send_mld(r->nb, r->link, &HP_IP6_ALL_MLDV2, body, hp_mld_report_write(r->record, r->records, body, sizeof(body)), r->fx);
	report_open(r, r->nb, r->link, r->fx);
}

static void report_add(struct report *r, const struct hp_ip6 *group, struct hp_mld_listening record)
{
	unsigned int left = record.sources;

	record.group = *group;
	/* Only EXCLUDE records are not to be split, and theirs always fit. */
	do {
		record.sources = (uint16_t)(left < SOURCES_A_REPORT ? left : SOURCES_A_REPORT);
		if (r->records == GROUPS_A_REPORT || r->len + hp_mld_record_size(&record) > REPORT_ROOM)
			report_close(r);
		for (unsigned int i = 0; i < record.sources; i++)
			r->source[r->sources + i] = record.source[i];
		r->record[r->records] = record;
		r->record[r->records++].source = &r->source[r->sources];
		r->sources += record.sources;
		r->len += hp_mld_record_size(&record);
		record.source += record.sources;
		left -= record.sources;
	} while (left);
}

static bool v1_rules(const struct hp_neighbor *nb, uint16_t link, struct hp_now now)
{
	return nb->link[link].mld.v1_until_ms > now.mono_ms;
}

/* RFC 3810 §8.2.1: sources are not told of. */
static void send_v1(struct hp_neighbor *nb, const struct group *g, bool on, struct hp_effects *fx)
{
	uint8_t body[24];

	send_mld(nb, (uint16_t)g->place.link, on ? &g->place.address : &HP_IP6_ALL_ROUTERS, body,
		 hp_mld_v1_write(on ? HP_ICMP6_MLD_REPORT : HP_ICMP6_MLD_DONE, &g->place.address, body, sizeof(body)), fx);
}

static void answer(struct report *r, struct group *g, struct hp_now now)
{
	struct hp_mld_listening record;
	struct hp_ip6 room[HP_HEARING_MOST];

	g->answer = false;
	if (!hp_hearing_answer(&g->hearing, &record, room))
		return;
	if (v1_rules(r->nb, r->link, now))
		send_v1(r->nb, g, true, r->fx);
	else
		report_add(r, &g->place.address, record);
}

static void change(struct hp_neighbor *nb, struct group *g, struct hp_now now, struct hp_effects *fx)
{
	const bool on = hp_hearing_on(&g->hearing), whole = g->hearing.whole_left;
	struct hp_mld_listening record[2];
	struct hp_ip6 room[HP_HEARING_MOST];
	unsigned int n = hp_hearing_tell(&g->hearing, record, room);
	struct report r;

	report_open(&r, nb, (uint16_t)g->place.link, fx);
	if (!v1_rules(nb, r.link, now))
		for (unsigned int i = 0; i < n; i++)
			report_add(&r, &g->place.address, record[i]);
	else if (whole)
		send_v1(nb, g, on, fx);
	/* The alarm is for one thing at a time: what was to be answered later is answered now. */
	if (g->answer)
		answer(&r, g, now);
	report_close(&r);
	if (g->hearing.left) {
		alarm_set(nb, &g->alarm, now.mono_ms + hp_random_between(&nb->random, 1, UNSOLICITED_INTERVAL_MS));
	} else if (!on) {
		alarm_clear(nb, &g->alarm);
		hp_table_remove(nb->groups, &g->node);
		hp_hearing_free(&g->hearing);
		free(g);
	}
}

static void group_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct group *g = hp_container_of(a, struct group, alarm);
	struct report r;

	if (!g->answer) {
		change(nb, g, now, fx);
		return;
	}
	report_open(&r, nb, (uint16_t)g->place.link, fx);
	answer(&r, g, now);
	report_close(&r);
	if (g->hearing.left)
		alarm_set(nb, &g->alarm, now.mono_ms + hp_random_between(&nb->random, 1, UNSOLICITED_INTERVAL_MS));
}

static void tell(const struct group *g, bool joined, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_GROUP, .group = {(uint16_t)g->place.link, g->place.address, joined}});
}

/* NULL: out of memory. */
static struct group *open_group(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	struct group *g = find(nb, link, address);

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->place = place_of(link, address);
	g->alarm.fire = group_fire;
	if (hp_table_insert(nb->groups, &g->node)) {
		free(g);
		return NULL;
	}
	return g;
}

static void hear(struct hp_neighbor *nb, struct group *g, bool exclude, const struct hp_ip6 *source, unsigned int sources,
		 struct hp_now now, struct hp_effects *fx)
{
	const bool on = hp_hearing_on(&g->hearing);

	if (!hp_hearing_change(&g->hearing, exclude, source, sources))
		return;
	if (on != hp_hearing_on(&g->hearing))
		tell(g, !on, fx);
	change(nb, g, now, fx);
}

int hp_mld_join(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx)
{
	struct group *g = open_group(nb, link, group);

	if (!g)
		return -ENOMEM;
	if (!g->references++)
		hear(nb, g, true, NULL, 0, now, fx);
	return 0;
}

void hp_mld_leave(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx)
{
	struct group *g = find(nb, link, group);

	if (g && g->references && !--g->references)
		hear(nb, g, false, NULL, 0, now, fx);
}

int hp_neighbor_listen(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, bool exclude, const struct hp_ip6 *source,
		       unsigned int sources, struct hp_now now, struct hp_effects *fx)
{
	struct group *g;

	if (nb->link[link].conf.is_virtual)
		return 0;
	g = exclude || sources ? open_group(nb, link, group) : find(nb, link, group);
	if (g)
		hear(nb, g, exclude, source, sources, now, fx);
	return g || !(exclude || sources) ? 0 : -ENOMEM;
}

/* Answers to a general query: all groups of the link, some a turn. */
void hp_mld_all_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct link *l = hp_container_of(a, struct link, mld.alarm);
	struct report r;
	bool more = true;

	report_open(&r, nb, l->number, fx);
	for (int turn = 0; more && turn < REPORTS_A_TURN; turn++) {
		struct hp_table_node *node[GROUPS_A_REPORT];
		size_t n = hp_table_page(nb->groups, l->mld.first, l->mld.cursor, GROUPS_A_REPORT - 16, node, GROUPS_A_REPORT,
					 &l->mld.cursor, &more);

		l->mld.first = false;
		for (size_t i = 0; i < n; i++) {
			const struct group *g = hp_container_of(node[i], struct group, node);
			struct hp_mld_listening record;
			struct hp_ip6 room[HP_HEARING_MOST];

			if (g->place.link != l->number || !hp_hearing_on(&g->hearing))
				continue;
			hp_hearing_state(&g->hearing, &record, room);
			if (v1_rules(nb, l->number, now))
				send_v1(nb, g, true, fx);
			else
				report_add(&r, &g->place.address, record);
		}
	}
	report_close(&r);
	if (more)
		alarm_set(nb, &l->mld.alarm, now.mono_ms + 1);
}

static void answer_all(struct hp_neighbor *nb, struct link *l, uint64_t at_ms)
{
	/* RFC 3810 §6.2 (1): an answer that is due earlier serves this query too. */
	if (hp_timer_armed(&l->mld.alarm.timer) && l->mld.alarm.timer.at_ms <= at_ms)
		return;
	l->mld.first = true;
	l->mld.cursor = 0;
	alarm_set(nb, &l->mld.alarm, at_ms);
}

void hp_mld_heard(struct hp_neighbor *nb, struct link *l, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_mld_query q;
	struct group *g;
	bool pending;
	uint64_t at;

	(void)fx;
	if (hp_mld_query_read(&q, p)) {
		nb->count[HP_NB_INVALID]++;
		return;
	}
	if (q.version == 1)
		l->mld.v1_until_ms = now.mono_ms + V1_PRESENT_MS;
	at = now.mono_ms + hp_random_between(&nb->random, 0, q.max_response_ms);
	if (hp_ip6_is_any(&q.group)) {
		answer_all(nb, l, at);
		return;
	}
	g = find(nb, l->number, &q.group);
	if (!g || !hp_hearing_on(&g->hearing) || (hp_timer_armed(&l->mld.alarm.timer) && l->mld.alarm.timer.at_ms <= at))
		return;
	pending = g->answer && hp_timer_armed(&g->alarm.timer);
	hp_hearing_ask(&g->hearing, pending, q.source, q.sources);
	if (pending && g->alarm.timer.at_ms <= at)
		return;
	g->answer = true;
	alarm_set(nb, &g->alarm, at);
}

/* The carrier is back, perhaps on another switch. */
void hp_mld_carrier(struct hp_neighbor *nb, struct link *l, struct hp_now now)
{
	answer_all(nb, l, now.mono_ms + hp_random_between(&nb->random, 0, 100));
}
