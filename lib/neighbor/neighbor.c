/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbor/neighbor.h"

#include <errno.h>
#include <stdlib.h>

#include "neighbor/state.h"
#include "wire/icmp6.h"

#define ALARMS_A_TICK  4096 /* bounded work; what is left keeps hp_neighbor_next() in the past */
#define SPREADS_A_TICK 16384

const struct hp_counter_info hp_neighbor_counters[HP_NB_COUNT] = {HP_NEIGHBOR_COUNTERS(HP_COUNTER_INFO)};

static int create_links(struct hp_neighbor *nb, const struct hp_neighbor_conf *conf, uint64_t now_ms)
{
	nb->link = calloc(conf->links ? conf->links : 1, sizeof(*nb->link));
	if (!nb->link)
		return -ENOMEM;
	for (; nb->links < conf->links; nb->links++) {
		struct link *l = &nb->link[nb->links];

		l->conf = conf->link[nb->links];
		l->number = (uint16_t)nb->links;
		l->ra.alarm.fire = hp_advert_fire;
		l->mld.alarm.fire = hp_mld_all_fire;
		if (hp_owns_plan(l, &l->conf, now_ms, &l->owns))
			return -ENOMEM;
		/* Copied; the caller's array may go. */
		l->conf.address = NULL;
	}
	return 0;
}

static int create_table(struct hp_neighbor *nb, struct hp_table **t, ptrdiff_t key_offset)
{
	struct hp_hash_key key = {{hp_random_u64(&nb->random), hp_random_u64(&nb->random)}};

	return hp_table_create(t, key_offset, sizeof(struct place), key);
}

int hp_neighbor_create(struct hp_neighbor **out, const struct hp_neighbor_conf *conf, struct hp_now now)
{
	struct hp_neighbor *nb = calloc(1, sizeof(*nb));

	if (!nb)
		return -ENOMEM;
	nb->conf = *conf;
	nb->conf.link = NULL;
	TAILQ_INIT(&nb->cheap);
	TAILQ_INIT(&nb->waiting);
	hp_random_seed(&nb->random, conf->seed);
	if (hp_wheel_create(&nb->wheel, now.mono_ms) ||
	    create_table(nb, &nb->cache, (ptrdiff_t)(offsetof(struct entry, place) - offsetof(struct entry, node))) ||
	    create_table(nb, &nb->proxies, (ptrdiff_t)(offsetof(struct proxied, place) - offsetof(struct proxied, node))) ||
	    create_table(nb, &nb->groups, (ptrdiff_t)(offsetof(struct group, place) - offsetof(struct group, node))) ||
	    create_links(nb, conf, now.mono_ms)) {
		hp_neighbor_destroy(nb, NULL);
		return -ENOMEM;
	}
	*out = nb;
	return 0;
}

static int free_proxied(struct hp_table_node *n, void *ctx)
{
	struct hp_neighbor *nb = ctx;
	struct proxied *x = hp_container_of(n, struct proxied, node);

	hp_table_remove(nb->proxies, n);
	free(x);
	return 0;
}

static int free_group(struct hp_table_node *n, void *ctx)
{
	struct hp_neighbor *nb = ctx;
	struct group *g = hp_container_of(n, struct group, node);

	hp_table_remove(nb->groups, n);
	hp_hearing_free(&g->hearing);
	free(g);
	return 0;
}

void hp_neighbor_destroy(struct hp_neighbor *nb, struct hp_effects *fx)
{
	struct hp_effects *own_fx = NULL;

	if (!nb)
		return;
	if (!fx && !hp_effects_create(&own_fx))
		fx = own_fx;
	if (nb->cache && fx)
		hp_cache_flush(nb, 0, true, fx);
	hp_effects_destroy(own_fx);
	if (nb->proxies)
		hp_table_each(nb->proxies, free_proxied, nb);
	if (nb->groups)
		hp_table_each(nb->groups, free_group, nb);
	hp_table_destroy(nb->cache);
	hp_table_destroy(nb->proxies);
	hp_table_destroy(nb->groups);
	hp_wheel_destroy(nb->wheel);
	for (unsigned int i = 0; nb->link && i < nb->links; i++)
		hp_owns_free(&nb->link[i].owns, NULL);
	free(nb->link);
	free(nb);
}

static void link_up(struct hp_neighbor *nb, struct link *l, struct hp_now now, struct hp_effects *fx)
{
	bool first = l->conf.is_virtual || l->owns.own[0]->state == OWN_IDLE;

	l->up = true;
	if (first && !l->conf.is_virtual)
		hp_mld_join(nb, l->number, &HP_IP6_ALL_ROUTERS, now, fx);
	hp_own_start(nb, l, now, fx);
	if (l->conf.is_virtual || first)
		return;
	hp_mld_carrier(nb, l, now);
	hp_proxy_carrier(nb, l->number, now, fx);
	hp_advert_start(nb, l, now);
}

void hp_neighbor_carrier(struct hp_neighbor *nb, uint16_t link, bool up, struct hp_now now, struct hp_effects *fx)
{
	struct link *l = link < nb->links ? &nb->link[link] : NULL;

	if (!l || l->up == up)
		return;
	if (up) {
		link_up(nb, l, now, fx);
		return;
	}
	hp_advert_stop(nb, l);
	hp_cache_flush(nb, link, false, fx);
	l->up = false;
}

void hp_neighbor_farewell(struct hp_neighbor *nb, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < nb->links; i++)
		hp_advert_farewell(nb, &nb->link[i], now, fx);
}

static bool same_ra(const struct hp_neighbor_link *a, const struct hp_neighbor_link *b)
{
	return a->ra.enabled == b->ra.enabled && a->ra.solicited_only == b->ra.solicited_only &&
	       a->ra.interval_option == b->ra.interval_option && a->ra.min_interval_ms == b->ra.min_interval_ms &&
	       a->ra.max_interval_ms == b->ra.max_interval_ms && a->ra.min_delay_ms == b->ra.min_delay_ms &&
	       a->ra.router_lifetime_s == b->ra.router_lifetime_s && a->ra.preference == b->ra.preference &&
	       a->ra.home_agent_lifetime_s == b->ra.home_agent_lifetime_s;
}

static void renew(struct hp_neighbor *nb, struct link *l, struct owns *fresh, const struct hp_neighbor_link *conf, struct hp_now now,
		  struct hp_effects *fx)
{
	const bool same = same_ra(&l->conf, conf), addresses = hp_owns_adopt(nb, l, fresh, conf, now, fx);

	/* §6.2.5: no longer an advertising interface. */
	if (!same && !conf->ra.enabled)
		hp_advert_farewell(nb, l, now, fx);
	l->conf.ra = conf->ra;
	l->conf.addresses = conf->addresses;
	if (l->up)
		hp_own_start(nb, l, now, fx);
	if (!same || addresses)
		hp_advert_changed(nb, l, now);
}

int hp_neighbor_renew(struct hp_neighbor *nb, const struct hp_neighbor_link *link, struct hp_now now, struct hp_effects *fx)
{
	struct owns *fresh = calloc(nb->links ? nb->links : 1, sizeof(*fresh));
	int ret = fresh ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < nb->links && !ret; i++)
		ret = hp_owns_plan(&nb->link[i], &link[i], now.mono_ms, &fresh[i]);
	for (unsigned int i = 0; i < nb->links && fresh; i++) {
		if (ret)
			hp_owns_free(&fresh[i], &nb->link[i].owns);
		else
			renew(nb, &nb->link[i], &fresh[i], &link[i], now, fx);
	}
	free(fresh);
	return ret;
}

static void solicitation(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, struct hp_now now,
			 struct hp_effects *fx)
{
	struct hp_ns ns;

	if (hp_ns_read(&ns, p)) {
		nb->count[HP_NB_INVALID]++;
		return;
	}
	nb->count[HP_NB_NS_IN]++;
	/* §7.2.3: only who asks about an address of ours is entered; a stranger's solicitation of another is none of our business. */
	if (hp_own_solicited(nb, link, from, p, &ns, now, fx) || hp_proxy_solicited(nb, link, from, p, &ns, now, fx))
		if (ns.has_mac)
			hp_neighbor_learn(nb, link, &p->src, &ns.mac, now, fx);
}

static void advertisement(struct hp_neighbor *nb, uint16_t link, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_na na;

	if (hp_na_read(&na, p)) {
		nb->count[HP_NB_INVALID]++;
		return;
	}
	nb->count[HP_NB_NA_IN]++;
	if (!hp_own_advertised(nb, link, &na, now, fx) && !hp_proxy_advertised(nb, link, &na, now, fx))
		hp_cache_advertisement(nb, link, &na, now, fx);
}

static void router_solicitation(struct hp_neighbor *nb, uint16_t link, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_rs rs;

	if (hp_rs_read(&rs, p)) {
		nb->count[HP_NB_INVALID]++;
		return;
	}
	nb->count[HP_NB_RS_IN]++;
	if (rs.has_mac)
		hp_neighbor_learn(nb, link, &p->src, &rs.mac, now, fx);
	hp_advert_solicited(nb, &nb->link[link], now);
}

static void router_advertisement(struct hp_neighbor *nb, uint16_t link, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_ra ra;

	if (hp_ra_read(&ra, p)) {
		nb->count[HP_NB_INVALID]++;
		return;
	}
	nb->count[HP_NB_RA_IN]++;
	if (ra.has_mac)
		hp_neighbor_learn(nb, link, &p->src, &ra.mac, now, fx);
	hp_cache_router(nb, link, &p->src);
	hp_advert_heard(nb, &nb->link[link], &p->src, &ra, now, fx);
	if (nb->conf.heard && !hp_neighbor_is_own(nb, link, &p->src))
		nb->conf.heard(nb->conf.ctx, link, &p->src, &ra, now, fx);
}

void hp_neighbor_packet(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, struct hp_now now,
			struct hp_effects *fx)
{
	if (link >= nb->links || nb->link[link].conf.is_virtual || p->proto != HP_PROTO_ICMPV6 || !hp_packet_payload_len(p))
		return;
	switch (*hp_packet_payload(p)) {
	case HP_ICMP6_NS:
		solicitation(nb, link, from, p, now, fx);
		break;
	case HP_ICMP6_NA:
		advertisement(nb, link, p, now, fx);
		break;
	case HP_ICMP6_RS:
		router_solicitation(nb, link, p, now, fx);
		break;
	case HP_ICMP6_RA:
		router_advertisement(nb, link, p, now, fx);
		break;
	case HP_ICMP6_MLD_QUERY:
		hp_mld_heard(nb, &nb->link[link], p, now, fx);
		break;
	default:
		break;
	}
}

void hp_neighbor_tick(struct hp_neighbor *nb, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = SPREADS_A_TICK;
	struct hp_timer *t;

	for (int n = 0; n < ALARMS_A_TICK && (t = hp_wheel_pop(nb->wheel, now.mono_ms, &work)); n++) {
		struct alarm *a = hp_container_of(t, struct alarm, timer);

		a->fire(nb, a, now, fx);
	}
}

uint64_t hp_neighbor_next(const struct hp_neighbor *nb)
{
	return hp_wheel_next(nb->wheel);
}

const uint64_t *hp_neighbor_count(const struct hp_neighbor *nb)
{
	return nb->count;
}
