/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/defend.h"

#include <errno.h>

static const unsigned int parts[] = {HP_DEFEND_HOA, HP_DEFEND_LINKLOCAL};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

struct hp_ip6 hp_defend_linklocal(const struct hp_ip6 *hoa)
{
	return hp_ip6_join(&(struct hp_ip6){{0xfe, 0x80}}, 64, hoa);
}

static bool on_wire(const struct hp_agent *a, const struct hp_binding *b)
{
	return !hp_homes_find(a->homes, b->link)->is_virtual;
}

static const struct hp_ip6 *address(const struct hp_binding *b, unsigned int part)
{
	return part == HP_DEFEND_HOA ? &b->hoa : &b->linklocal->key.address;
}

int hp_defend_claim(struct hp_agent *a, struct hp_binding *b)
{
	const struct hp_ip6 linklocal = hp_defend_linklocal(&b->hoa);

	if (b->linklocal)
		return 0;
	if (hp_neighbor_is_own(a->conf.neighbor, b->link, &linklocal))
		return HP_BA_DAD_FAILED;
	switch (hp_bindings_claim(a->bindings, b, &linklocal)) {
	case 0:
		return 0;
	case -EEXIST:
		return HP_BA_DAD_FAILED;
	default:
		return HP_BA_RESOURCES;
	}
}

unsigned int hp_defend_untested(const struct hp_agent *a, const struct hp_binding *b, const struct hp_request *r)
{
	unsigned int which = 0;

	if (!a->conf.dad || !on_wire(a, b))
		return 0;
	if (b->state != HP_BINDING_VALID)
		which |= HP_DEFEND_HOA;
	if (r->linklocal && !b->linklocal_defended)
		which |= HP_DEFEND_LINKLOCAL;
	return which;
}

int hp_defend_probe(struct hp_agent *a, const struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < PARTS; i++) {
		int ret;

		if (!(which & parts[i]))
			continue;
		ret = hp_neighbor_probe(a->conf.neighbor, b->link, address(b, parts[i]), now, fx);
		if (ret && ret != -EALREADY) {
			hp_defend_probe_cancel(a, b, done, now, fx);
			return ret;
		}
		done |= parts[i];
	}
	return 0;
}

void hp_defend_probe_cancel(struct hp_agent *a, const struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < PARTS; i++)
		if (which & parts[i])
			hp_neighbor_probe_cancel(a->conf.neighbor, b->link, address(b, parts[i]), now, fx);
}

int hp_defend_start(struct hp_agent *a, struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < PARTS; i++) {
		int ret = 0;

		if (!(which & parts[i]))
			continue;
		if (on_wire(a, b))
			ret = hp_neighbor_proxy(a->conf.neighbor, b->link, address(b, parts[i]), true, now, fx);
		if (ret) {
			hp_defend_stop(a, b, done, now, fx);
			return ret;
		}
		done |= parts[i];
		if (parts[i] == HP_DEFEND_LINKLOCAL)
			b->linklocal_defended = true;
	}
	return 0;
}

void hp_defend_stop(struct hp_agent *a, struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < PARTS; i++) {
		if ((which & parts[i]) && on_wire(a, b))
			hp_neighbor_unproxy(a->conf.neighbor, b->link, address(b, parts[i]), now, fx);
	}
}
