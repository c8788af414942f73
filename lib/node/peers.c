/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom the node talks to: a bounded table in the order of use, and which way a packet goes (RFC 6275 §11.1, §11.3.1, §11.3.3). */
#include <errno.h>
#include <stdlib.h>

#include "base/vault.h"
#include "node/peer.h"

#define GIVE_UP_LOOKS 16 /* at the longest unused, for one that nobody holds a binding for */
#define BEGINS_S      32 /* runs that packets cause, a second: who sends them from many addresses has the node send no more */
#define BEGINS_BURST  64
#define SILENCE_MS    10000 /* packets go direct and none comes back: is the correspondent still there? */
#define RATE_SPAN_MS  1000  /* of MAX_UPDATE_RATE */

int hp_peers_create(struct hp_node *n, const struct hp_node_conf *conf, struct hp_now now)
{
	struct hp_hash_key key;
	int ret;

	if (!conf->optimize_after)
		return 0;
	if (!conf->mac || !conf->random)
		return -EINVAL;
	n->peers = calloc(1, sizeof(*n->peers));
	if (!n->peers)
		return -ENOMEM;
	key = (struct hp_hash_key){{hp_random_u64(&n->random), hp_random_u64(&n->random)}};
	n->peers->optimize_after = conf->optimize_after;
	n->peers->random = conf->random;
	hp_rate_init(&n->peers->begins, BEGINS_S, BEGINS_BURST, now.mono_ms);
	ret = hp_wheel_create(&n->peers->wheel, now.mono_ms);
	return ret ? ret
		   : hp_table_create(&n->peers->table, offsetof(struct peer, address) - offsetof(struct peer, node), sizeof(struct hp_ip6),
				     key);
}

void hp_peers_destroy(struct hp_node *n)
{
	if (!n->peers)
		return;
	for (struct peer *p = n->peers->newest, *older; p; p = older) {
		older = p->older;
		hp_vault_free(p);
	}
	hp_table_destroy(n->peers->table);
	hp_wheel_destroy(n->peers->wheel);
	free(n->peers);
}

struct peer *hp_peers_find(const struct hp_node *n, const struct hp_ip6 *address)
{
	struct hp_table_node *node = n->peers ? hp_table_find(n->peers->table, address) : NULL;

	return node ? hp_container_of(node, struct peer, node) : NULL;
}

uint64_t hp_peer_allowed_ms(const struct peer *p, enum hp_mh_type type)
{
	const uint64_t third_ms = p->sent[type].at_ms[p->sent[type].oldest];

	return third_ms ? third_ms + RATE_SPAN_MS : 0;
}

void hp_peer_sent(struct peer *p, enum hp_mh_type type, struct hp_now now)
{
	p->sent[type].at_ms[p->sent[type].oldest] = now.mono_ms ? now.mono_ms : 1;
	p->sent[type].oldest = (p->sent[type].oldest + 1) % MAX_UPDATE_RATE;
}

static void unlink_peer(struct peers *s, struct peer *p)
{
	*(p->newer ? &p->newer->older : &s->newest) = p->older;
	*(p->older ? &p->older->newer : &s->oldest) = p->newer;
}

static void link_newest(struct peers *s, struct peer *p)
{
	p->newer = NULL;
	p->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = p;
	s->newest = p;
}

static bool is_held(const struct hp_node *n, const struct peer *p, struct hp_now now)
{
	for (unsigned int i = 0; i < n->homes; i++)
		if (p->route[i].held_until_ms > now.mono_ms)
			return true;
	return false;
}

/* What was sent to it within the last second bounds what may be (§11.8): it stays that long. */
static bool is_quiet(const struct peer *p, struct hp_now now)
{
	for (unsigned int type = 0; type < sizeof(p->sent) / sizeof(p->sent[0]); type++)
		for (unsigned int i = 0; i < MAX_UPDATE_RATE; i++)
			if (p->sent[type].at_ms[i] && p->sent[type].at_ms[i] + RATE_SPAN_MS > now.mono_ms)
				return false;
	return true;
}

static void forget(struct hp_node *n, struct peer *p, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < n->homes; i++)
		hp_correspond_end(&n->home[i], p, "given up", fx);
	hp_wheel_disarm(n->peers->wheel, &p->timer);
	hp_table_remove(n->peers->table, &p->node);
	unlink_peer(n->peers, p);
	n->count[HP_NODE_PEER_GIVEN_UP]++;
}

/* Idle ones first, of these one that has no binding of ours if there is one. */
static struct peer *give_up(struct hp_node *n, struct hp_now now, struct hp_effects *fx)
{
	struct peer *found = NULL;
	unsigned int looks = 0;

	for (struct peer *p = n->peers->oldest; p && looks < GIVE_UP_LOOKS && (!found || is_held(n, found, now)); p = p->newer, looks++)
		if (is_quiet(p, now) && (!found || !is_held(n, p, now)))
			found = p;
	if (found)
		forget(n, found, fx);
	return found;
}

void hp_peers_remove(struct hp_node *n, const struct hp_ip6 *address, struct hp_effects *fx)
{
	struct peer *p = hp_peers_find(n, address);

	if (!p)
		return;
	forget(n, p, fx);
	hp_vault_free(p);
	n->peers->count--;
}

/* Not with ourselves, and not with home agents: the home agent's entry of the list is another, and the tunnel to it is as short. */
static bool may_be_peer(const struct hp_node *n, const struct hp_ip6 *a)
{
	if (!hp_ip6_is_routable(a))
		return false;
	for (unsigned int i = 0; i < n->homes; i++)
		if (hp_ip6_eq(a, &n->home[i].conf.hoa) || hp_ip6_eq(a, &n->home[i].ha) || hp_ip6_eq(a, &n->home[i].coa))
			return false;
	return true;
}

static struct peer *add(struct hp_node *n, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	const size_t size = sizeof(struct peer) + n->homes * sizeof(struct route);
	struct peers *s = n->peers;
	struct peer *p;

	if (!may_be_peer(n, address))
		return NULL;
	p = s->count < PEERS_MOST ? hp_vault_alloc(size) : give_up(n, now, fx);
	if (!p) {
		n->count[HP_NODE_PEER_NONE]++;
		return NULL;
	}
	s->count += s->count < PEERS_MOST;
	memset(p, 0, size);
	p->address = *address;
	p->sequence = (uint16_t)hp_random_u64(&n->random);
	for (unsigned int i = 0; i < n->homes; i++)
		p->route[i] = (struct route){.last_status = -1, .pause_ms = PAUSE_MS};
	if (hp_table_insert(s->table, &p->node)) {
		hp_vault_free(p);
		s->count--;
		return NULL;
	}
	link_newest(s, p);
	return p;
}

/* A packet, either way. */
static void use(struct hp_node *n, unsigned int home, struct peer *p, struct hp_now now)
{
	struct route *r = &p->route[home];

	if (n->peers->newest != p) {
		unlink_peer(n->peers, p);
		link_newest(n->peers, p);
	}
	r->packets++;
	r->counted++;
	r->used_ms = now.mono_ms;
}

/* §5.2.9: loss of end-to-end communication leads to the tunnel. An update that is not answered does, and one is answered where nothing else has to be. */
static bool is_silent(struct hp_node *n, const struct route *r, struct hp_now now)
{
	const bool silent = r->silent_ms && now.mono_ms - r->silent_ms >= SILENCE_MS;

	n->count[HP_NODE_PEER_SILENT] += silent;
	return silent;
}

/* After so many the route is worth a binding; after a failure the next packet that comes late enough; one that is about to end, more life. */
static bool is_wanted(struct hp_node *n, const struct peer *p, const struct route *r, struct hp_now now)
{
	struct peers *s = n->peers;

	if (p->unable_until_ms)
		return false;
	switch (r->stage) {
	case HP_NODE_ROUTE_COUNTING:
		return r->counted >= s->optimize_after && hp_rate_take(&s->begins, now.mono_ms);
	case HP_NODE_ROUTE_WAITING:
		return r->not_before_ms <= now.mono_ms && hp_rate_take(&s->begins, now.mono_ms);
	case HP_NODE_ROUTE_OPTIMIZED:
		return r->bound.refresh_ms <= now.mono_ms || is_silent(n, r, now);
	default:
		return false;
	}
}

/* NULL: not to be optimized. */
static struct route *carry(struct hp_node *n, unsigned int home, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx)
{
	const struct home *h = &n->home[home];
	struct peer *p = hp_peers_find(n, address);

	if (!p)
		p = add(n, address, now, fx);
	if (!p)
		return NULL;
	use(n, home, p, now);
	if (h->state == HP_NODE_AWAY && is_wanted(n, p, &p->route[home], now))
		hp_correspond_begin(n, h, p, now, fx);
	return &p->route[home];
}

static bool is_carried(const struct hp_node *n, unsigned int home)
{
	return n->peers && home < n->homes && hp_home_is_away(&n->home[home]);
}

enum hp_node_way hp_node_outgoing(struct hp_node *n, unsigned int home, const struct hp_ip6 *peer, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = is_carried(n, home) ? carry(n, home, peer, now, fx) : NULL;

	if (!r || !hp_route_is_bound(r, &n->home[home], now))
		return HP_NODE_TUNNEL;
	if (!r->silent_ms)
		r->silent_ms = now.mono_ms;
	return HP_NODE_DIRECT;
}

void hp_node_incoming(struct hp_node *n, unsigned int home, const struct hp_ip6 *peer, struct hp_now now, struct hp_effects *fx)
{
	if (is_carried(n, home))
		carry(n, home, peer, now, fx);
}

void hp_node_progress(struct hp_node *n, unsigned int home, const struct hp_ip6 *peer, struct hp_now now)
{
	struct peer *p = is_carried(n, home) ? hp_peers_find(n, peer) : NULL;

	if (!p)
		return;
	use(n, home, p, now);
	p->route[home].progress_ms = now.mono_ms;
	p->route[home].silent_ms = 0;
}

void hp_node_correspondents(const struct hp_node *n, hp_node_correspondent_fn *each, void *ctx)
{
	for (const struct peer *p = n->peers ? n->peers->newest : NULL; p; p = p->older)
		for (unsigned int i = 0; i < n->homes; i++) {
			const struct route *r = &p->route[i];
			const bool bound = r->bound.expires_ms;

			if (!r->packets)
				continue;
			each(ctx, &(struct hp_node_correspondent_view){.home = i,
								       .peer = p->address,
								       .coa = bound ? r->bound.coa : HP_IP6_ANY,
								       .route = p->unable_until_ms ? HP_NODE_ROUTE_UNABLE : r->stage,
								       .packets = r->packets,
								       .last_status = r->last_status,
								       .expires_ms = bound ? r->bound.expires_ms : 0});
		}
}
