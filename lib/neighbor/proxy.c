/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile nodes' addresses on their home link: probed before they are taken (RFC 6275 §10.3.1), defended while their node is away
 * (§10.4.1). Every answer says Router 0; the first announcement overrides, solicited answers do not (RFC 4861 §7.2.8). */
#include <errno.h>
#include <stdlib.h>

#include "neighbor/state.h"

static void proxied_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);

static struct proxied *find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	struct place key = place_of(link, address);
	struct hp_table_node *n = hp_table_find(nb->proxies, &key);

	return n ? hp_container_of(n, struct proxied, node) : NULL;
}

static struct proxied *create(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	struct hp_ip6 group = hp_ip6_solicited_node(address);
	struct proxied *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->place = place_of(link, address);
	x->alarm.fire = proxied_fire;
	if (hp_mld_join(nb, link, &group, now, fx)) {
		free(x);
		return NULL;
	}
	if (hp_table_insert(nb->proxies, &x->node)) {
		hp_mld_leave(nb, link, &group, now, fx);
		free(x);
		return NULL;
	}
	return x;
}

static void destroy(struct hp_neighbor *nb, struct proxied *x, struct hp_now now, struct hp_effects *fx)
{
	struct hp_ip6 group = hp_ip6_solicited_node(&x->place.address);

	alarm_clear(nb, &x->alarm);
	hp_table_remove(nb->proxies, &x->node);
	hp_mld_leave(nb, (uint16_t)x->place.link, &group, now, fx);
	free(x);
}

static void advertise(struct hp_neighbor *nb, const struct proxied *x, const struct hp_ip6 *dst, const struct hp_mac *mac, bool solicited,
		      bool override_, struct hp_effects *fx)
{
	uint16_t link = (uint16_t)x->place.link;
	const struct hp_ip6 *src = hp_neighbor_source(nb, link, dst);
	struct hp_na na = {.target = x->place.address,
			   .solicited = solicited,
			   .override_ = override_,
			   .has_mac = true,
			   .mac = nb->link[link].conf.mac};
	uint8_t body[32];

	/* RFC 4861 §4.4 wants an address of the interface; any of them will do for a multicast from a global one. */
	if (!src)
		src = hp_neighbor_source(nb, link, &x->place.address);
	if (!src)
		return;
	nb->count[HP_NB_PROXY_OUT]++;
	hp_nd_send(nb, link, src, dst, mac, body, hp_na_write(&na, body, sizeof(body)), fx);
}

static void announce(struct hp_neighbor *nb, struct proxied *x, struct hp_now now, struct hp_effects *fx)
{
	advertise(nb, x, &HP_IP6_ALL_NODES, NULL, false, true, fx);
	if (--x->left)
		alarm_set(nb, &x->alarm, now.mono_ms + RETRANS_MS);
}

/* The core that asked may defend the address from within the call; else it is let go. */
static void probed(struct hp_neighbor *nb, struct proxied *x, bool unique, struct hp_now now, struct hp_effects *fx)
{
	struct place place = x->place;

	alarm_clear(nb, &x->alarm);
	x->state = PROXIED_PROBED;
	if (!unique)
		nb->count[HP_NB_PROBE_CONFLICT]++;
	nb->conf.probed(nb->conf.ctx, (uint16_t)place.link, &place.address, unique, now, fx);
	x = find(nb, (uint16_t)place.link, &place.address);
	if (x && x->state == PROXIED_PROBED)
		destroy(nb, x, now, fx);
}

static void proxied_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct proxied *x = hp_container_of(a, struct proxied, alarm);

	if (x->state == PROXIED_PROBING)
		probed(nb, x, true, now, fx);
	else
		announce(nb, x, now, fx);
}

int hp_neighbor_probe(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	struct proxied *x = find(nb, link, address);

	if (x)
		return -EALREADY;
	x = create(nb, link, address, now, fx);
	if (!x)
		return -ENOMEM;
	x->state = PROXIED_PROBING;
	hp_nd_nonce(nb, x->nonce);
	hp_nd_solicit(nb, link, NULL, address, NULL, x->nonce, fx);
	alarm_set(nb, &x->alarm, now.mono_ms + RETRANS_MS);
	return 0;
}

void hp_neighbor_probe_cancel(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	struct proxied *x = find(nb, link, address);

	if (x && x->state == PROXIED_PROBING)
		destroy(nb, x, now, fx);
}

int hp_neighbor_proxy(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, bool announce_it, struct hp_now now,
		      struct hp_effects *fx)
{
	struct proxied *x = find(nb, link, address);
	bool fresh = !x || x->state != PROXIED_DEFENDED;

	if (!x)
		x = create(nb, link, address, now, fx);
	if (!x)
		return -ENOMEM;
	x->state = PROXIED_DEFENDED;
	if (fresh || announce_it) {
		alarm_clear(nb, &x->alarm);
		x->left = MAX_NEIGHBOR_ADVERTISEMENT;
		announce(nb, x, now, fx);
	}
	return 0;
}

void hp_neighbor_unproxy(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	struct proxied *x = find(nb, link, address);

	if (x)
		destroy(nb, x, now, fx);
}

/* A probe of the very node that is away is answered too: unsure of its state, it waits for the defence. */
bool hp_proxy_solicited(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, const struct hp_ns *ns,
			struct hp_now now, struct hp_effects *fx)
{
	struct proxied *x = find(nb, link, &ns->target);
	bool probe = hp_ip6_is_any(&p->src), ours = from && hp_mac_eq(from, &nb->link[link].conf.mac);

	if (!x)
		return false;
	if (x->state == PROXIED_DEFENDED && !ours)
		advertise(nb, x, probe ? &HP_IP6_ALL_NODES : &p->src, probe ? NULL : ns->has_mac ? &ns->mac : from, !probe, false, fx);
	else if (x->state == PROXIED_PROBING && probe && !ours && !(ns->has_nonce && memcmp(ns->nonce, x->nonce, sizeof(x->nonce)) == 0))
		probed(nb, x, false, now, fx);
	return true;
}

bool hp_proxy_advertised(struct hp_neighbor *nb, uint16_t link, const struct hp_na *na, struct hp_now now, struct hp_effects *fx)
{
	struct proxied *x = find(nb, link, &na->target);

	if (!x)
		return false;
	if (x->state == PROXIED_PROBING)
		probed(nb, x, false, now, fx);
	return true;
}

struct reannounce {
	struct hp_neighbor *nb;
	uint16_t link;
	struct hp_now now;
};

static int reannounce_one(struct hp_table_node *n, void *ctx)
{
	struct proxied *x = hp_container_of(n, struct proxied, node);
	struct reannounce *r = ctx;

	if (x->place.link != r->link || x->state != PROXIED_DEFENDED)
		return 0;
	/* Spread over a second: the link may carry a hundred thousand. */
	x->left = 1;
	alarm_set(r->nb, &x->alarm, r->now.mono_ms + hp_random_between(&r->nb->random, 0, 1000));
	return 0;
}

/* The carrier is back: whoever listens now must learn where the addresses are. */
void hp_proxy_carrier(struct hp_neighbor *nb, uint16_t link, struct hp_now now, struct hp_effects *fx)
{
	struct reannounce r = {nb, link, now};

	(void)fx;
	hp_table_each(nb->proxies, reannounce_one, &r);
}
