/* SPDX-License-Identifier: BSD-3-Clause */
/* The neighbour cache and neighbour unreachability detection: RFC 4861 §7.2, §7.3, appendix C. */
#include <stdlib.h>

#include "neighbor/state.h"

static void entry_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);

static struct entry *find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	struct place key = place_of(link, address);
	struct hp_table_node *n = hp_table_find(nb->cache, &key);

	return n ? hp_container_of(n, struct entry, node) : NULL;
}

static void publish(struct entry *e, bool usable, struct hp_effects *fx)
{
	if (!usable && !e->published)
		return;
	e->published = usable;
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_NEIGHBOR,
						.neighbor = {(uint16_t)e->place.link, e->place.address, e->mac, usable}});
}

static void discard(uint16_t link, void *token, bool unreachable, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_DISCARD, .discard = {token, link, unreachable}});
}

static void transmit(const struct entry *e, void *token, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_TRANSMIT, .transmit = {token, (uint16_t)e->place.link, e->mac}});
}

/* What was queued is on its way, or gone. */
static void no_queue(struct hp_neighbor *nb, struct entry *e)
{
	if (!e->queued)
		return;
	TAILQ_REMOVE(&nb->waiting, e, waiting);
	nb->queued -= e->queued;
	e->queued = 0;
}

static void discard_queue(struct hp_neighbor *nb, struct entry *e, bool unreachable, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < e->queued; i++)
		discard((uint16_t)e->place.link, e->queue[i], unreachable, fx);
	no_queue(nb, e);
}

/* RFC 4861 §7.2.2: when the queue is full the newest replaces the oldest; and so it does when too many wait in all. */
static void enqueue(struct hp_neighbor *nb, struct entry *e, void *token, struct hp_effects *fx)
{
	if (e->queued == HP_NEIGHBOR_QUEUE) {
		nb->count[HP_NB_QUEUE_FULL]++;
		discard((uint16_t)e->place.link, e->queue[0], false, fx);
		memmove(e->queue, e->queue + 1, (HP_NEIGHBOR_QUEUE - 1) * sizeof(e->queue[0]));
		e->queue[HP_NEIGHBOR_QUEUE - 1] = token;
		return;
	}
	if (nb->queued == HP_NEIGHBOR_WAITING) {
		nb->count[HP_NB_QUEUE_FULL] += TAILQ_FIRST(&nb->waiting)->queued;
		discard_queue(nb, TAILQ_FIRST(&nb->waiting), false, fx);
	}
	if (!e->queued)
		TAILQ_INSERT_TAIL(&nb->waiting, e, waiting);
	e->queue[e->queued++] = token;
	nb->queued++;
}

static void set_state(struct hp_neighbor *nb, struct entry *e, enum hp_neighbor_state state, struct hp_now now)
{
	bool cheap = state == HP_NEIGHBOR_INCOMPLETE || state == HP_NEIGHBOR_STALE;

	if (e->is_cheap)
		TAILQ_REMOVE(&nb->cheap, e, cheap);
	if (cheap)
		TAILQ_INSERT_TAIL(&nb->cheap, e, cheap);
	e->is_cheap = cheap;
	if (e->state != state)
		e->since_ms = now.mono_ms;
	e->state = state;
	e->probes = 0;
	alarm_clear(nb, &e->alarm);
}

static void remove_entry(struct hp_neighbor *nb, struct entry *e, bool unreachable, struct hp_effects *fx)
{
	publish(e, false, fx);
	discard_queue(nb, e, unreachable, fx);
	if (e->is_cheap)
		TAILQ_REMOVE(&nb->cheap, e, cheap);
	alarm_clear(nb, &e->alarm);
	hp_table_remove(nb->cache, &e->node);
	free(e);
}

/* A new entry, INCOMPLETE. When the cache is full the oldest unresolved or stale one goes: strangers cannot push out what is in use. */
static struct entry *create(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	struct entry *e;

	if (hp_table_count(nb->cache) >= nb->conf.max_neighbors && !TAILQ_EMPTY(&nb->cheap))
		remove_entry(nb, TAILQ_FIRST(&nb->cheap), false, fx);
	e = hp_table_count(nb->cache) < nb->conf.max_neighbors ? calloc(1, sizeof(*e)) : NULL;
	if (!e) {
		nb->count[HP_NB_CACHE_FULL]++;
		return NULL;
	}
	e->place = place_of(link, address);
	e->alarm.fire = entry_fire;
	e->since_ms = now.mono_ms;
	if (hp_table_insert(nb->cache, &e->node)) {
		free(e);
		nb->count[HP_NB_CACHE_FULL]++;
		return NULL;
	}
	set_state(nb, e, HP_NEIGHBOR_INCOMPLETE, now);
	return e;
}

/* Known to answer just now; for 30 s, spread over ± half (RFC 4861 §6.3.2). */
static void reachable(struct hp_neighbor *nb, struct entry *e, struct hp_now now)
{
	set_state(nb, e, HP_NEIGHBOR_REACHABLE, now);
	alarm_set(nb, &e->alarm, now.mono_ms + hp_random_between(&nb->random, REACHABLE_MS / 2, REACHABLE_MS * 3 / 2));
}

/* The link-layer address is there: what waited goes out. */
static void resolved(struct hp_neighbor *nb, struct entry *e, const struct hp_mac *mac, struct hp_effects *fx)
{
	bool news = !e->published || !hp_mac_eq(&e->mac, mac);

	e->mac = *mac;
	if (news)
		publish(e, true, fx);
	for (unsigned int i = 0; i < e->queued; i++)
		transmit(e, e->queue[i], fx);
	no_queue(nb, e);
}

static void probe(struct hp_neighbor *nb, struct entry *e, bool unicast, struct hp_now now, struct hp_effects *fx)
{
	uint16_t link = (uint16_t)e->place.link;
	const struct hp_ip6 *src = hp_neighbor_source(nb, link, &e->place.address);

	e->probes++;
	/* Without an address of ours yet there is nothing to ask from; the next try may find one. */
	if (src)
		hp_nd_solicit(nb, link, src, &e->place.address, unicast ? &e->mac : NULL, NULL, fx);
	alarm_set(nb, &e->alarm, now.mono_ms + RETRANS_MS);
}

static void entry_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct entry *e = hp_container_of(a, struct entry, alarm);

	switch (e->state) {
	case HP_NEIGHBOR_REACHABLE:
		set_state(nb, e, HP_NEIGHBOR_STALE, now);
		break;
	case HP_NEIGHBOR_DELAY:
		set_state(nb, e, HP_NEIGHBOR_PROBE, now);
		probe(nb, e, true, now, fx);
		break;
	case HP_NEIGHBOR_INCOMPLETE:
	case HP_NEIGHBOR_PROBE:
		if (e->probes < MAX_SOLICIT) {
			probe(nb, e, e->state == HP_NEIGHBOR_PROBE, now, fx);
		} else {
			nb->count[HP_NB_UNRESOLVED]++;
			remove_entry(nb, e, true, fx);
		}
		break;
	default:
		break;
	}
}

static void used(struct hp_neighbor *nb, struct entry *e, struct hp_now now)
{
	if (e->state != HP_NEIGHBOR_STALE)
		return;
	set_state(nb, e, HP_NEIGHBOR_DELAY, now);
	alarm_set(nb, &e->alarm, now.mono_ms + DELAY_FIRST_PROBE_MS);
}

void hp_neighbor_used(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	struct entry *e = find(nb, link, address);

	(void)fx;
	if (e)
		used(nb, e, now);
}

void hp_neighbor_output(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *next_hop, void *token, struct hp_now now,
			struct hp_effects *fx)
{
	struct entry *e;

	if (link >= nb->links || nb->link[link].conf.is_virtual || !nb->link[link].up) {
		discard(link, token, true, fx);
		return;
	}
	if (hp_ip6_is_multicast(next_hop)) {
		hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_TRANSMIT, .transmit = {token, link, hp_mac_multicast(next_hop)}});
		return;
	}
	e = find(nb, link, next_hop);
	if (!e) {
		e = create(nb, link, next_hop, now, fx);
		if (!e) {
			discard(link, token, false, fx);
			return;
		}
		probe(nb, e, false, now, fx);
	}
	if (e->state != HP_NEIGHBOR_INCOMPLETE) {
		transmit(e, token, fx);
		used(nb, e, now);
		return;
	}
	enqueue(nb, e, token, fx);
}

void hp_neighbor_learn(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, struct hp_now now,
		       struct hp_effects *fx)
{
	struct entry *e;

	if (hp_ip6_is_any(address) || hp_ip6_is_multicast(address) || (mac->b[0] & 1) || link >= nb->links ||
	    nb->link[link].conf.is_virtual || !nb->link[link].up)
		return;
	e = find(nb, link, address);
	if (!e)
		e = create(nb, link, address, now, fx);
	if (!e || (e->state != HP_NEIGHBOR_INCOMPLETE && hp_mac_eq(&e->mac, mac)))
		return;
	set_state(nb, e, HP_NEIGHBOR_STALE, now);
	resolved(nb, e, mac, fx);
}

/* RFC 4861 §7.2.5 */
void hp_cache_advertisement(struct hp_neighbor *nb, uint16_t link, const struct hp_na *na, struct hp_now now, struct hp_effects *fx)
{
	struct entry *e = find(nb, link, &na->target);
	bool other;

	if (!e)
		return;
	if (e->state == HP_NEIGHBOR_INCOMPLETE) {
		if (!na->has_mac || (na->mac.b[0] & 1))
			return;
		e->is_router = na->router;
		if (na->solicited)
			reachable(nb, e, now);
		else
			set_state(nb, e, HP_NEIGHBOR_STALE, now);
		resolved(nb, e, &na->mac, fx);
		return;
	}
	other = na->has_mac && !hp_mac_eq(&na->mac, &e->mac);
	if (!na->override_ && other) {
		if (e->state == HP_NEIGHBOR_REACHABLE)
			set_state(nb, e, HP_NEIGHBOR_STALE, now);
		return;
	}
	e->is_router = na->router;
	if (na->solicited)
		reachable(nb, e, now);
	else if (other)
		set_state(nb, e, HP_NEIGHBOR_STALE, now);
	if (other && !(na->mac.b[0] & 1))
		resolved(nb, e, &na->mac, fx);
}

void hp_cache_router(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	struct entry *e = find(nb, link, address);

	if (e)
		e->is_router = true;
}

void hp_neighbor_forget(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_effects *fx)
{
	struct entry *e = find(nb, link, address);

	if (e)
		remove_entry(nb, e, false, fx);
}

struct flush {
	struct hp_neighbor *nb;
	uint16_t link;
	bool all;
	struct hp_effects *fx;
};

static int flush_one(struct hp_table_node *n, void *ctx)
{
	struct entry *e = hp_container_of(n, struct entry, node);
	struct flush *f = ctx;

	if (f->all || e->place.link == f->link)
		remove_entry(f->nb, e, false, f->fx);
	return 0;
}

void hp_cache_flush(struct hp_neighbor *nb, uint16_t link, bool all, struct hp_effects *fx)
{
	struct flush f = {nb, link, all, fx};

	hp_table_each(nb->cache, flush_one, &f);
}

static struct hp_neighbor_view view_of(const struct entry *e)
{
	return (struct hp_neighbor_view){.link = (uint16_t)e->place.link,
					 .address = e->place.address,
					 .mac = e->mac,
					 .state = e->state,
					 .is_router = e->is_router,
					 .since_ms = e->since_ms};
}

size_t hp_neighbor_page(const struct hp_neighbor *nb, bool first, uint64_t after, size_t max, struct hp_neighbor_view *out, size_t cap,
			uint64_t *next, bool *more)
{
	struct hp_table_node **node = calloc(cap, sizeof(*node));
	size_t n = 0;

	*more = false;
	if (!node)
		return 0;
	n = hp_table_page(nb->cache, first, after, max, node, cap, next, more);
	for (size_t i = 0; i < n; i++)
		out[i] = view_of(hp_container_of(node[i], struct entry, node));
	free(node);
	return n;
}

bool hp_neighbor_find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_neighbor_view *out)
{
	const struct entry *e = find(nb, link, address);

	if (e)
		*out = view_of(e);
	return e != NULL;
}
