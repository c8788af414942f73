/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of ours: duplicate address detection (RFC 4862 §5.4), answers to solicitations (RFC 4861 §7.2.4). */

#include "neighbor/state.h"

static void own_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);
static void answer_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);

void hp_own_init(struct own *o)
{
	o->alarm.fire = o->anycast ? answer_fire : own_fire;
}

static void tell(const struct own *o, bool valid, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_ADDRESS, .address = {o->link, o->conf.address, valid}});
}

static void valid(struct hp_neighbor *nb, struct own *o, struct hp_now now, struct hp_effects *fx)
{
	struct link *l = &nb->link[o->link];

	o->state = OWN_VALID;
	alarm_clear(nb, &o->alarm);
	tell(o, true, fx);
	/* The first address to become valid is the link-local one: routers speak from it. */
	if (!l->conf.is_virtual)
		hp_advert_start(nb, l, now);
}

void hp_own_retire(struct hp_neighbor *nb, struct own *o, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_ip6 group = hp_ip6_solicited_node(&o->conf.address);

	alarm_clear(nb, &o->alarm);
	if (o->state == OWN_VALID)
		tell(o, false, fx);
	if (o->state != OWN_IDLE && !nb->link[o->link].conf.is_virtual)
		hp_mld_leave(nb, o->link, &group, now, fx);
}

static void duplicate(struct hp_neighbor *nb, struct own *o, struct hp_effects *fx)
{
	o->state = OWN_DUPLICATE;
	alarm_clear(nb, &o->alarm);
	nb->count[HP_NB_DUPLICATE]++;
	hp_effects_event(fx, HP_EVENT_ADDRESS_DUPLICATE, &o->conf.address, NULL, o->link, 0);
}

static void own_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	struct own *o = hp_container_of(a, struct own, alarm);

	if (!nb->link[o->link].up)
		return; /* begun anew when the carrier is back */
	if (!o->left) {
		valid(nb, o, now, fx);
		return;
	}
	o->left--;
	hp_nd_solicit(nb, o->link, NULL, &o->conf.address, NULL, o->nonce, fx);
	alarm_set(nb, &o->alarm, now.mono_ms + RETRANS_MS);
}

/* The carrier is there, or the link needs none: join the solicited-node group, then detection. Valid addresses stay valid. */
void hp_own_start(struct hp_neighbor *nb, struct link *l, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < l->owns.count; i++) {
		struct own *o = l->owns.own[i];
		struct hp_ip6 group = hp_ip6_solicited_node(&o->conf.address);

		if (o->state == OWN_IDLE && !l->conf.is_virtual)
			hp_mld_join(nb, l->number, &group, now, fx);
		if (o->state != OWN_IDLE && o->state != OWN_TENTATIVE)
			continue;
		if (l->conf.is_virtual || !l->conf.dad_transmits || o->anycast) {
			valid(nb, o, now, fx);
			continue;
		}
		o->state = OWN_TENTATIVE;
		o->left = l->conf.dad_transmits;
		hp_nd_nonce(nb, o->nonce);
		/* RFC 4862 §5.4.2: spread, or a whole site that powers up shouts at once. */
		alarm_set(nb, &o->alarm, now.mono_ms + hp_random_between(&nb->random, 0, MAX_RTR_SOLICITATION_DELAY_MS));
	}
}

struct own *hp_own_find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	const struct owns *s = &nb->link[link].owns;

	for (unsigned int i = 0; i < s->count; i++)
		if (hp_ip6_eq(&s->own[i]->conf.address, address))
			return s->own[i];
	return NULL;
}

/* To who asked, or, where it was a test of the address, to all. */
static void answer(struct hp_neighbor *nb, const struct own *o, const struct hp_ip6 *to, const struct hp_mac *mac, struct hp_effects *fx)
{
	const bool probe = hp_ip6_is_any(to);
	const struct hp_ip6 *dst = probe ? &HP_IP6_ALL_NODES : to;
	const struct hp_ip6 *src = o->anycast ? hp_neighbor_source(nb, o->link, dst) : &o->conf.address;
	const struct hp_na na = {.target = o->conf.address,
				 .router = true,
				 .solicited = !probe,
				 .override_ = !o->anycast,
				 .has_mac = true,
				 .mac = nb->link[o->link].conf.mac};
	uint8_t body[32];

	if (!src)
		return;
	nb->count[HP_NB_NA_OUT]++;
	hp_nd_send(nb, o->link, src, dst, probe ? NULL : mac, body, hp_na_write(&na, body, sizeof(body)), fx);
}

static void answer_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx)
{
	const struct own *o = hp_container_of(a, struct own, alarm);

	(void)now;
	answer(nb, o, &o->asker, o->asker_has_mac ? &o->asker_mac : NULL, fx);
}

/* RFC 4861 §7.2.7: after a random time, for there may be many who answer. Who asks meanwhile hurries the answer to the one before. */
static void answer_later(struct hp_neighbor *nb, struct own *o, const struct hp_ip6 *to, const struct hp_mac *mac, struct hp_now now,
			 struct hp_effects *fx)
{
	if (hp_timer_armed(&o->alarm.timer) && !hp_ip6_eq(&o->asker, to))
		answer_fire(nb, &o->alarm, now, fx);
	o->asker = *to;
	o->asker_has_mac = mac;
	if (mac)
		o->asker_mac = *mac;
	alarm_set(nb, &o->alarm, now.mono_ms + hp_random_between(&nb->random, 0, MAX_ANYCAST_DELAY_MS));
}

/* RFC 4862 §5.4.3: another's probe for an address we probe too. Our own, looped back, is told by nonce or link-layer source. */
static bool foreign_probe(const struct hp_neighbor *nb, const struct own *o, const struct hp_mac *from, const struct hp_packet *p,
			  const struct hp_ns *ns)
{
	if (!hp_ip6_is_any(&p->src) || (from && hp_mac_eq(from, &nb->link[o->link].conf.mac)))
		return false;
	return !ns->has_nonce || memcmp(ns->nonce, o->nonce, sizeof(o->nonce)) != 0;
}

bool hp_own_solicited(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, const struct hp_ns *ns,
		      struct hp_now now, struct hp_effects *fx)
{
	struct own *o = hp_own_find(nb, link, &ns->target);
	const struct hp_mac *mac = ns->has_mac ? &ns->mac : from;

	if (!o)
		return false;
	if (o->state == OWN_VALID && o->anycast)
		answer_later(nb, o, &p->src, mac, now, fx);
	else if (o->state == OWN_VALID)
		answer(nb, o, &p->src, mac, fx);
	else if (o->state == OWN_TENTATIVE && foreign_probe(nb, o, from, p, ns))
		duplicate(nb, o, fx);
	return true;
}

bool hp_own_advertised(struct hp_neighbor *nb, uint16_t link, const struct hp_na *na, struct hp_now now, struct hp_effects *fx)
{
	struct own *o = hp_own_find(nb, link, &na->target);

	(void)now;
	if (o && o->state == OWN_TENTATIVE)
		duplicate(nb, o, fx);
	return o != NULL;
}

static const struct own *valid_one(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < nb->links; i++) {
		const struct own *o = link == HP_LINK_ANY || link == i ? hp_own_find(nb, (uint16_t)i, address) : NULL;

		if (o && o->state == OWN_VALID)
			return o;
	}
	return NULL;
}

bool hp_neighbor_is_own(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	const struct own *o = valid_one(nb, link, address);

	return o && !o->anycast;
}

bool hp_neighbor_is_anycast(const struct hp_neighbor *nb, const struct hp_ip6 *address, uint16_t *link)
{
	const struct own *o = valid_one(nb, HP_LINK_ANY, address);

	if (o)
		*link = o->link;
	return o && o->anycast;
}

unsigned int hp_neighbor_addresses(const struct hp_neighbor *nb, uint16_t link, struct hp_own_address *out, unsigned int room)
{
	const struct link *l = &nb->link[link];
	unsigned int n = 0;

	for (unsigned int i = l->conf.is_virtual ? 0 : 1; i < l->owns.count && n < room; i++)
		if (l->owns.own[i]->state == OWN_VALID && !l->owns.own[i]->anycast)
			out[n++] = l->owns.own[i]->conf;
	return n;
}

const struct hp_ip6 *hp_neighbor_linklocal(const struct hp_neighbor *nb, uint16_t link)
{
	const struct link *l = &nb->link[link];

	return !l->conf.is_virtual && l->owns.own[0]->state == OWN_VALID ? &l->owns.own[0]->conf.address : NULL;
}

static unsigned int common_bits(const struct hp_ip6 *a, const struct hp_ip6 *b)
{
	for (unsigned int i = 0; i < 16; i++)
		if (a->b[i] != b->b[i])
			return i * 8 + (unsigned int)__builtin_clz((unsigned int)(a->b[i] ^ b->b[i])) - 24;
	return 128;
}

static const struct hp_ip6 *best(const struct link *l, const struct hp_ip6 *dst, bool local, const struct hp_ip6 *so_far)
{
	for (unsigned int i = 0; i < l->owns.count; i++) {
		const struct hp_ip6 *a = &l->owns.own[i]->conf.address;

		if (l->owns.own[i]->state != OWN_VALID || l->owns.own[i]->anycast || hp_ip6_is_linklocal(a) != local)
			continue;
		if (!so_far || common_bits(a, dst) > common_bits(so_far, dst))
			so_far = a;
	}
	return so_far;
}

const struct hp_ip6 *hp_neighbor_source(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *dst)
{
	bool local = hp_ip6_is_linklocal(dst) || (hp_ip6_is_multicast(dst) && (dst->b[1] & 0xf) <= 2);
	const struct hp_ip6 *a = NULL;

	if (link < nb->links)
		a = best(&nb->link[link], dst, local, NULL);
	if (local)
		return a;
	/* A link without a global address of its own borrows one (RFC 6724 §4: any of the node's, for a router). */
	for (unsigned int i = 0; i < nb->links && !a; i++)
		a = best(&nb->link[i], dst, false, a);
	return a;
}
