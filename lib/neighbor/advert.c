/* SPDX-License-Identifier: BSD-3-Clause */
/* Router advertisements: RFC 4861 §6.2, with what RFC 6275 §7 adds on home links. */
#include "neighbor/state.h"

#define HOP_LIMIT 64
/* Lifetimes that run down are seen through delays and clocks of others: so much apart they are the same (RFC 4861 §6.2.7). */
#define SKEW_S        10
#define TELL_AGAIN_MS 60000

static bool speaks(const struct link *l)
{
	return l->conf.ra.enabled && !l->conf.is_virtual && l->up && l->owns.own[0]->state == OWN_VALID;
}

/* RFC 6275 §7.5: what is said of an interval below 200 ms leaves a receiver 20 ms of slack. */
static uint32_t advertised_interval(uint32_t ms)
{
	return ms < 200 ? ms + 20 : ms;
}

/* Lifetimes run from when they were configured (RFC 4861 §6.2.1: "decrements in real time"): a prefix that ends takes its
 * bindings along, so what hosts are told must end with it. */
static uint32_t remaining(uint32_t lifetime_s, uint64_t passed_s)
{
	if (lifetime_s == HP_LIFETIME_INFINITE)
		return lifetime_s;
	return passed_s < lifetime_s ? (uint32_t)(lifetime_s - passed_s) : 0;
}

static void fill(const struct link *l, bool last, uint64_t now_ms, struct hp_ra *ra)
{
	*ra = (struct hp_ra){
		.hop_limit = HOP_LIMIT,
		.home_agent = l->conf.home,
		.router_lifetime_s = last ? 0 : l->conf.ra.router_lifetime_s,
		.has_mac = true,
		.mac = l->conf.mac,
		.has_mtu = true,
		.mtu = l->conf.mtu,
	};
	for (unsigned int i = 1; i < l->owns.count && ra->prefixes < HP_RA_PREFIXES; i++) {
		const struct own *o = l->owns.own[i];

		if (o->state != OWN_VALID || o->anycast)
			continue;
		/* §7.2: with the R bit the prefix field carries the whole address of this router. */
		ra->prefix[ra->prefixes++] = (struct hp_ra_prefix){
			.prefix = l->conf.home ? o->conf.address : hp_ip6_prefix(&o->conf.address, o->conf.prefix_length),
			.length = o->conf.prefix_length,
			.on_link = true,
			.autonomous = o->conf.prefix_length == 64,
			.router_address = l->conf.home,
			.valid_s = remaining(o->conf.valid_s, (now_ms - o->since_ms) / 1000),
			.preferred_s = remaining(o->conf.preferred_s, (now_ms - o->since_ms) / 1000),
		};
	}
	for (unsigned int i = 0; i < l->ra.gone_count && ra->prefixes < HP_RA_PREFIXES; i++)
		ra->prefix[ra->prefixes++] = l->ra.gone[i];
	if (!l->conf.home)
		return;
	ra->has_interval = l->conf.ra.interval_option;
	ra->interval_ms = advertised_interval(l->conf.ra.max_interval_ms);
	/* §7.4: said when it differs from what a receiver assumes without it; a lifetime of 0 is never sent. */
	if (l->conf.ra.home_agent_lifetime_s && !last &&
	    (l->conf.ra.preference || l->conf.ra.home_agent_lifetime_s != l->conf.ra.router_lifetime_s)) {
		ra->has_home_agent_info = true;
		ra->preference = l->conf.ra.preference;
		ra->home_agent_lifetime_s = l->conf.ra.home_agent_lifetime_s;
	}
}

static void advertise(struct hp_neighbor *nb, struct link *l, bool last, struct hp_now now, struct hp_effects *fx)
{
	uint8_t body[1024];
	struct hp_ra ra;

	fill(l, last, now.mono_ms, &ra);
	nb->count[HP_NB_RA_OUT]++;
	hp_nd_send(nb, l->number, &l->owns.own[0]->conf.address, &HP_IP6_ALL_NODES, NULL, body, hp_ra_write(&ra, body, sizeof(body)), fx);
}

void hp_advert_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct link *l = hp_container_of(a, struct link, ra.alarm);
	uint32_t wait = hp_random_between(&nb->random, l->conf.ra.min_interval_ms, l->conf.ra.max_interval_ms);

	if (!speaks(l)) {
		l->ra.started = false;
		return;
	}
	advertise(nb, l, false, now, fx);
	l->ra.last_ms = now.mono_ms;
	/* §6.2.4: the first few come faster, so that hosts find a new router soon. */
	if (++l->ra.sent >= MAX_INITIAL_ADVERTISEMENTS)
		l->ra.gone_count = 0;
	else if (wait > MAX_INITIAL_INTERVAL_MS)
		wait = MAX_INITIAL_INTERVAL_MS;
	if (!l->conf.ra.solicited_only)
		alarm_set(nb, &l->ra.alarm, now.mono_ms + wait);
}

void hp_advert_start(struct hp_neighbor *nb, struct link *l, struct hp_now now)
{
	if (!speaks(l) || l->ra.started)
		return;
	l->ra.started = true;
	l->ra.sent = 0;
	if (!l->conf.ra.solicited_only)
		alarm_set(nb, &l->ra.alarm, now.mono_ms);
}

/* §6.2.4: the first few after a change come as fast as those of a new router, the least delay apart all the same. */
void hp_advert_changed(struct hp_neighbor *nb, struct link *l, struct hp_now now)
{
	uint64_t at = now.mono_ms;

	if (!speaks(l))
		return;
	if (l->ra.last_ms && at < l->ra.last_ms + l->conf.ra.min_delay_ms)
		at = l->ra.last_ms + l->conf.ra.min_delay_ms;
	l->ra.started = true;
	l->ra.sent = 0;
	if (l->conf.ra.solicited_only)
		alarm_clear(nb, &l->ra.alarm);
	else
		alarm_set(nb, &l->ra.alarm, at);
}

void hp_advert_stop(struct hp_neighbor *nb, struct link *l)
{
	l->ra.started = false;
	alarm_clear(nb, &l->ra.alarm);
}

/* §6.2.6: answered by a multicast one, soon, spread, and never closer to the last than the least delay. */
void hp_advert_solicited(struct hp_neighbor *nb, struct link *l, struct hp_now now)
{
	uint64_t at = now.mono_ms + hp_random_between(&nb->random, 0, MAX_RA_DELAY_MS);

	if (!speaks(l))
		return;
	if (l->ra.last_ms && at < l->ra.last_ms + l->conf.ra.min_delay_ms)
		at = l->ra.last_ms + l->conf.ra.min_delay_ms;
	if (!hp_timer_armed(&l->ra.alarm.timer) || at < l->ra.alarm.timer.at_ms)
		alarm_set(nb, &l->ra.alarm, at);
}

static bool differ(uint32_t ours, uint32_t theirs)
{
	if (ours == HP_LIFETIME_INFINITE || theirs == HP_LIFETIME_INFINITE)
		return ours != theirs;
	return ours > theirs ? ours - theirs > SKEW_S : theirs - ours > SKEW_S;
}

static enum hp_neighbor_conflict prefix_conflict(const struct hp_ra *ours, const struct hp_ra_prefix *x)
{
	for (unsigned int i = 0; i < ours->prefixes; i++) {
		const struct hp_ra_prefix *o = &ours->prefix[i];

		if (o->length != x->length || !hp_ip6_in_prefix(&x->prefix, &o->prefix, o->length))
			continue;
		if (differ(o->valid_s, x->valid_s))
			return HP_CONFLICT_VALID;
		if (differ(o->preferred_s, x->preferred_s))
			return HP_CONFLICT_PREFERRED;
	}
	return HP_CONFLICT_NONE;
}

/* What is 0 is left open; another set of prefixes is no contradiction. */
static enum hp_neighbor_conflict conflict(const struct hp_ra *ours, const struct hp_ra *ra)
{
	enum hp_neighbor_conflict found = HP_CONFLICT_NONE;

	if (ra->hop_limit && ra->hop_limit != ours->hop_limit)
		return HP_CONFLICT_HOP_LIMIT;
	if (ra->managed != ours->managed)
		return HP_CONFLICT_MANAGED;
	if (ra->other != ours->other)
		return HP_CONFLICT_OTHER;
	if (ra->reachable_ms && ours->reachable_ms && ra->reachable_ms != ours->reachable_ms)
		return HP_CONFLICT_REACHABLE;
	if (ra->retrans_ms && ours->retrans_ms && ra->retrans_ms != ours->retrans_ms)
		return HP_CONFLICT_RETRANS;
	if (ra->has_mtu && ra->mtu != ours->mtu)
		return HP_CONFLICT_MTU;
	for (unsigned int i = 0; i < ra->prefixes && !found; i++)
		found = prefix_conflict(ours, &ra->prefix[i]);
	return found;
}

void hp_advert_heard(struct hp_neighbor *nb, struct link *l, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now now,
		     struct hp_effects *fx)
{
	enum hp_neighbor_conflict found;
	struct hp_ra ours;

	if (!speaks(l))
		return;
	fill(l, false, now.mono_ms, &ours);
	found = conflict(&ours, ra);
	if (!found)
		return;
	nb->count[HP_NB_RA_INCONSISTENT]++;
	if (l->ra.told_ms && now.mono_ms < l->ra.told_ms + TELL_AGAIN_MS)
		return;
	l->ra.told_ms = now.mono_ms;
	hp_effects_event(fx, HP_EVENT_ROUTER_INCONSISTENT, router, NULL, l->number, (uint16_t)found);
}

void hp_advert_farewell(struct hp_neighbor *nb, struct link *l, struct hp_now now, struct hp_effects *fx)
{
	if (speaks(l))
		advertise(nb, l, true, now, fx);
	hp_advert_stop(nb, l);
}
