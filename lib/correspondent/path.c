/* SPDX-License-Identifier: BSD-3-Clause */
/* What is heard of the direct paths: ICMPv6 errors (RFC 6275 §9.3.4, RFC 8201), routes that changed. */
#include "correspondent/entry.h"

/* Destinations unreachable that are persistent: so many, over so long a time, and no update after the first. */
#define PERSISTENT   3
#define PERSISTENT_S 10

/* NULL: no packet of ours can have been the cause. */
static struct hp_entry *through(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
				const struct hp_ip6 *coa, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_entry_key key = {*hoa, *correspondent};
	struct hp_entry *e = hp_entry_find(c, &key, now, fx);

	return e && e->id != HP_ENTRY_MEMORY && hp_ip6_eq(&e->coa, coa) ? e : NULL;
}

bool hp_correspondent_path_mtu(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
			       const struct hp_ip6 *coa, uint32_t mtu, struct hp_now now, struct hp_effects *fx)
{
	struct hp_entry *e = through(c, hoa, correspondent, coa, now, fx);

	if (!e)
		return false;
	if (mtu >= (e->path_mtu ? e->path_mtu : c->conf.route(c->conf.ctx, coa).mtu))
		return true;
	c->count[HP_CN_PATH_MTU]++;
	e->path_mtu = (uint16_t)mtu;
	e->path_mtu_since_s = (uint32_t)(now.mono_ms / 1000);
	hp_entry_publish(c, e, fx);
	return true;
}

bool hp_correspondent_unreachable(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
				  const struct hp_ip6 *coa, struct hp_now now, struct hp_effects *fx)
{
	struct hp_entry *e = through(c, hoa, correspondent, coa, now, fx);
	uint16_t after_s;

	if (!e)
		return false;
	c->count[HP_CN_UNREACHABLE_IN]++;
	after_s = (uint16_t)((now.mono_ms - e->updated_ms) / 1000);
	if (!e->unreachables)
		e->unreachable_after_s = after_s;
	if (e->unreachables < PERSISTENT)
		e->unreachables++;
	if (e->unreachables == PERSISTENT && after_s - e->unreachable_after_s >= PERSISTENT_S)
		hp_entry_end(c, e, HP_CN_UNREACHABLE, now, fx);
	return true;
}

bool hp_correspondent_reroute(struct hp_correspondent *c, unsigned int slice, struct hp_effects *fx)
{
	const uint32_t reach = hp_entries_reach(c->entries);

	/* Ids are walked, free ones too: `slice` bounds the work whatever the cache holds. */
	for (; slice && c->reroute_at < reach; slice--) {
		const struct hp_entry *e = hp_entries_at(c->entries, c->reroute_at++);

		if (e)
			hp_entry_publish(c, e, fx);
	}
	if (c->reroute_at < reach)
		return false;
	c->reroute_at = 0;
	return true;
}
