/* SPDX-License-Identifier: BSD-3-Clause */
/* Router advertisements: RFC 4861 §6.2, with what RFC 6275 §7 adds on home links. */
#include "neighbor/state.h"

#define HOP_LIMIT 64

static bool speaks(const struct link *l)
{
	return l->conf.ra.enabled && !l->conf.is_virtual && l->up && l->own[0].state == OWN_VALID;
}

/* RFC 6275 §7.5: what is said of an interval below 200 ms leaves a receiver 20 ms of slack. */
static uint32_t advertised_interval(uint32_t ms)
{
	return ms < 200 ? ms + 20 : ms;
}

/* Lifetimes run from the start of the program (RFC 4861 §6.2.1: "decrements in real time"): a prefix that ends takes its
 * bindings along, so what hosts are told must end with it. */
static uint32_t remaining(uint32_t lifetime_s, uint64_t passed_s)
{
	if (lifetime_s == HP_LIFETIME_INFINITE)
		return lifetime_s;
	return passed_s < lifetime_s ? (uint32_t)(lifetime_s - passed_s) : 0;
}

static void fill(const struct link *l, bool last, uint64_t passed_s, struct hp_ra *ra)
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
	for (unsigned int i = 1; i < l->owns && ra->prefixes < HP_RA_PREFIXES; i++) {
		const struct own *o = &l->own[i];

		if (o->state != OWN_VALID)
			continue;
		/* §7.2: with the R bit the prefix field carries the whole address of this router. */
		ra->prefix[ra->prefixes++] = (struct hp_ra_prefix){
			.prefix = l->conf.home ? o->conf.address : hp_ip6_prefix(&o->conf.address, o->conf.prefix_length),
			.length = o->conf.prefix_length,
			.on_link = true,
			.autonomous = o->conf.prefix_length == 64,
			.router_address = l->conf.home,
			.valid_s = remaining(o->conf.valid_s, passed_s),
			.preferred_s = remaining(o->conf.preferred_s, passed_s),
		};
	}
	if (!l->conf.home)
		return;
	ra->has_interval = true;
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

	fill(l, last, (now.mono_ms - nb->born_ms) / 1000, &ra);
	nb->count[HP_NB_RA_OUT]++;
	hp_nd_send(nb, l->number, &l->own[0].conf.address, &HP_IP6_ALL_NODES, NULL, body, hp_ra_write(&ra, body, sizeof(body)), fx);
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
	if (++l->ra.sent < MAX_INITIAL_ADVERTISEMENTS && wait > MAX_INITIAL_INTERVAL_MS)
		wait = MAX_INITIAL_INTERVAL_MS;
	alarm_set(nb, &l->ra.alarm, now.mono_ms + wait);
}

void hp_advert_start(struct hp_neighbor *nb, struct link *l, struct hp_now now)
{
	if (!speaks(l) || l->ra.started)
		return;
	l->ra.started = true;
	l->ra.sent = 0;
	alarm_set(nb, &l->ra.alarm, now.mono_ms);
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

void hp_advert_farewell(struct hp_neighbor *nb, struct link *l, struct hp_now now, struct hp_effects *fx)
{
	if (speaks(l))
		advertise(nb, l, true, now, fx);
	hp_advert_stop(nb, l);
}
