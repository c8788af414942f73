/* SPDX-License-Identifier: BSD-3-Clause */
#include "double.h"

#include <errno.h>

bool hp_neighbor_is_own(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < nb->owns; i++)
		if ((link == HP_LINK_ANY || link == nb->own[i].link) && hp_ip6_eq(address, &nb->own[i].address))
			return true;
	return false;
}

bool hp_neighbor_is_anycast(const struct hp_neighbor *nb, const struct hp_ip6 *address, uint16_t *link)
{
	for (unsigned int i = 0; i < nb->owns; i++) {
		const struct hp_ip6 agents = hp_ip6_anycast(&nb->own[i].address, 64, HP_IP6_HOME_AGENTS);

		*link = nb->own[i].link;
		if (!hp_ip6_is_linklocal(address) && hp_ip6_eq(address, &agents))
			return true;
	}
	return false;
}

unsigned int hp_neighbor_addresses(const struct hp_neighbor *nb, uint16_t link, struct hp_own_address *out, unsigned int room)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < nb->owns && n < room; i++)
		if (nb->own[i].link == link && !hp_ip6_is_linklocal(&nb->own[i].address))
			out[n++] = (struct hp_own_address){nb->own[i].address, 64, HP_LIFETIME_INFINITE, HP_LIFETIME_INFINITE};
	return n;
}

const struct hp_ip6 *hp_neighbor_linklocal(const struct hp_neighbor *nb, uint16_t link)
{
	for (unsigned int i = 0; i < nb->owns; i++)
		if (nb->own[i].link == link && hp_ip6_is_linklocal(&nb->own[i].address))
			return &nb->own[i].address;
	return NULL;
}

static void show(struct hp_effects *fx, enum hp_effect_kind kind, uint16_t link, const struct hp_ip6 *address, bool on)
{
	struct hp_effect e = {.kind = kind};

	if (kind == HP_EFFECT_ADDRESS) {
		e.address.link = link;
		e.address.address = *address;
		e.address.valid = on;
	} else if (kind == HP_EFFECT_GROUP) {
		e.group.link = link;
		e.group.group = *address;
		e.group.joined = on;
	} else {
		e.neighbor.link = link;
		e.neighbor.address = *address;
		e.neighbor.usable = on;
	}
	hp_effects_push(fx, &e);
}

int hp_neighbor_probe(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	if (nb->no_memory)
		return -ENOMEM;
	show(fx, HP_EFFECT_ADDRESS, link, address, true);
	return 0;
}

void hp_neighbor_probe_cancel(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	show(fx, HP_EFFECT_ADDRESS, link, address, false);
}

int hp_neighbor_proxy(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, bool announce, struct hp_now now,
		      struct hp_effects *fx)
{
	if (nb->no_memory)
		return -ENOMEM;
	show(fx, HP_EFFECT_GROUP, link, address, true);
	return 0;
}

void hp_neighbor_unproxy(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	show(fx, HP_EFFECT_GROUP, link, address, false);
}

void hp_neighbor_forget(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_effects *fx)
{
	show(fx, HP_EFFECT_NEIGHBOR, link, address, false);
}

void hp_neighbor_learn(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, struct hp_now now,
		       struct hp_effects *fx)
{
	show(fx, HP_EFFECT_NEIGHBOR, link, address, true);
}

/* What the home link's routers are told, as if of a member without an address. */
int hp_neighbor_listen(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, bool exclude, const struct hp_ip6 *source,
		       unsigned int sources, struct hp_now now, struct hp_effects *fx)
{
	if (nb->no_memory)
		return -ENOMEM;
	hp_effects_member(fx, &(struct hp_member){.group = *group,
						  .home_link = link,
						  .joined = exclude || sources,
						  .exclude = exclude,
						  .sources = (uint16_t)sources,
						  .source = source});
	return 0;
}
