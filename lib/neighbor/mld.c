/* SPDX-License-Identifier: BSD-3-Clause */
/* The listener's half of MLD: RFC 3810 (version 2, any source), RFC 2710 where an old querier rules the link. A switch that snoops
 * delivers solicitations for a proxied address only to ports that have reported its group. */
#include <errno.h>
#include <stdlib.h>

#include "neighbor/state.h"
#include "wire/icmp6.h"

#define ROBUSTNESS              2
#define UNSOLICITED_INTERVAL_MS 1000
#define V1_PRESENT_MS           260000 /* RFC 3810 §9.12: 2 × 125 s + 10 s */
#define GROUPS_A_REPORT         48
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

	return hp_ip6_eq(group, &HP_IP6_ALL_NODES) || (g && g->references);
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

static void report(struct hp_neighbor *nb, uint16_t link, enum hp_mld_record type, const struct hp_ip6 *groups, size_t n, struct hp_now now,
		   struct hp_effects *fx)
{
	uint8_t body[8 + 20 * GROUPS_A_REPORT];

	if (nb->link[link].mld.v1_until_ms <= now.mono_ms) {
		send_mld(nb, link, &HP_IP6_ALL_MLDV2, body, hp_mld_report_write(type, groups, n, body, sizeof(body)), fx);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool done = type == HP_MLD_TO_INCLUDE;

		send_mld(nb, link, done ? &HP_IP6_ALL_ROUTERS : &groups[i], body,
			 hp_mld_v1_write(done ? HP_ICMP6_MLD_DONE : HP_ICMP6_MLD_REPORT, &groups[i], body, sizeof(body)), fx);
	}
}

static void change(struct hp_neighbor *nb, struct group *g, struct hp_now now, struct hp_effects *fx)
{
	report(nb, (uint16_t)g->place.link, g->references ? HP_MLD_TO_EXCLUDE : HP_MLD_TO_INCLUDE, &g->place.address, 1, now, fx);
	if (--g->left) {
		g->answer = false;
		alarm_set(nb, &g->alarm, now.mono_ms + hp_random_between(&nb->random, 1, UNSOLICITED_INTERVAL_MS));
	} else if (!g->references) {
		alarm_clear(nb, &g->alarm);
		hp_table_remove(nb->groups, &g->node);
		free(g);
	}
}

static void group_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct group *g = hp_container_of(a, struct group, alarm);

	if (!g->answer) {
		change(nb, g, now, fx);
		return;
	}
	g->answer = false;
	report(nb, (uint16_t)g->place.link, HP_MLD_IS_EXCLUDE, &g->place.address, 1, now, fx);
	if (g->left)
		alarm_set(nb, &g->alarm, now.mono_ms + hp_random_between(&nb->random, 1, UNSOLICITED_INTERVAL_MS));
}

static void tell(const struct group *g, bool joined, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_GROUP, .group = {(uint16_t)g->place.link, g->place.address, joined}});
}

int hp_mld_join(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx)
{
	struct group *g = find(nb, link, group);

	if (g && g->references++)
		return 0;
	if (!g) {
		g = calloc(1, sizeof(*g));
		if (!g)
			return -ENOMEM;
		g->place = place_of(link, group);
		g->references = 1;
		g->alarm.fire = group_fire;
		if (hp_table_insert(nb->groups, &g->node)) {
			free(g);
			return -ENOMEM;
		}
	}
	tell(g, true, fx);
	g->left = ROBUSTNESS;
	change(nb, g, now, fx);
	return 0;
}

void hp_mld_leave(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx)
{
	struct group *g = find(nb, link, group);

	if (!g || !g->references || --g->references)
		return;
	tell(g, false, fx);
	g->left = ROBUSTNESS;
	change(nb, g, now, fx);
}

int hp_neighbor_join(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx)
{
	return nb->link[link].conf.is_virtual ? 0 : hp_mld_join(nb, link, group, now, fx);
}

void hp_neighbor_leave(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx)
{
	if (!nb->link[link].conf.is_virtual)
		hp_mld_leave(nb, link, group, now, fx);
}

/* Answers to a general query: all groups of the link, some reports a turn. */
void hp_mld_all_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct link *l = hp_container_of(a, struct link, mld.alarm);
	struct hp_ip6 list[GROUPS_A_REPORT];
	bool more = true;

	for (int turn = 0; more && turn < REPORTS_A_TURN; turn++) {
		struct hp_table_node *node[GROUPS_A_REPORT];
		size_t n = hp_table_page(nb->groups, l->mld.first, l->mld.cursor, GROUPS_A_REPORT - 16, node, GROUPS_A_REPORT,
					 &l->mld.cursor, &more);
		size_t mine = 0;

		l->mld.first = false;
		for (size_t i = 0; i < n; i++) {
			const struct group *g = hp_container_of(node[i], struct group, node);

			if (g->place.link == l->number && g->references)
				list[mine++] = g->place.address;
		}
		if (mine)
			report(nb, l->number, HP_MLD_IS_EXCLUDE, list, mine, now, fx);
	}
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
	if (!g || !g->references || (hp_timer_armed(&g->alarm.timer) && g->answer && g->alarm.timer.at_ms <= at))
		return;
	g->answer = true;
	alarm_set(nb, &g->alarm, at);
}

/* The carrier is back, perhaps on another switch. */
void hp_mld_carrier(struct hp_neighbor *nb, struct link *l, struct hp_now now)
{
	answer_all(nb, l, now.mono_ms + hp_random_between(&nb->random, 0, 100));
}
