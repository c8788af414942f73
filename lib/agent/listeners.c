/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/listeners.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/members.h"
#include "wire/mld.h"

/* A tick's share: general queries, groups of nodes whose timers fired, timers moved within a wheel. A fleet that registers at once is asked
 * in what time its updates leave, then with every turn of an idle loop; and so at different times ever after. */
#define TICK_QUERIES 8
#define TICK_GROUPS  256
#define TICK_WORK    4096
/* RFC 3810 §9.6, §9.7 */
#define STARTUP_INTERVAL_MS (HP_MLD_QUERY_INTERVAL_MS / 4)
#define STARTUP_COUNT       HP_MLD_ROBUSTNESS
#define QUERY_ROOM          (28 + 16 * HP_MEMBER_SOURCES)

struct hp_listeners {
	struct hp_bindings *bindings;
	struct hp_neighbor *neighbor;
	const struct hp_guard *guard;
	uint64_t *count;
	struct hp_roster roster;
	struct hp_members members;
	struct hp_wheel *queries; /* hp_seat.query */
};

int hp_listeners_create(struct hp_listeners **out, struct hp_bindings *bindings, struct hp_neighbor *neighbor, const struct hp_guard *guard,
			uint32_t max_bindings, uint64_t seed, uint64_t *count, uint64_t now_ms)
{
	struct hp_listeners *l = calloc(1, sizeof(*l));
	struct hp_random random;
	int ret;

	if (!l)
		return -ENOMEM;
	l->bindings = bindings;
	l->neighbor = neighbor;
	l->guard = guard;
	l->count = count;
	l->members = (struct hp_members){.bindings = bindings, .neighbor = neighbor, .roster = &l->roster, .count = count};
	hp_random_seed(&random, seed);
	ret = hp_roster_create(&l->roster, max_bindings, &random);
	ret = ret ? ret : hp_members_create(&l->members, &random, now_ms);
	ret = ret ? ret : hp_wheel_create(&l->queries, now_ms);
	if (ret) {
		hp_listeners_destroy(l);
		return ret;
	}
	*out = l;
	return 0;
}

void hp_listeners_destroy(struct hp_listeners *l)
{
	if (!l)
		return;
	hp_members_destroy(&l->members);
	hp_wheel_destroy(l->queries);
	hp_roster_destroy(&l->roster);
	free(l);
}

/* Through the tunnel of `b`, from a link-local address (RFC 3810 §5.1.14): the home link's, or on a virtual one, which has none, the one
 * that belongs to the address of ours. Nothing depends on its being unique (RFC 6275 §10.4.3). */
static void ask(struct hp_listeners *l, const struct hp_binding *b, const struct hp_mld_query *q, struct hp_effects *fx)
{
	const struct hp_ip6 *ha = hp_bindings_ha(l->bindings, b), *linklocal = hp_neighbor_linklocal(l->neighbor, b->link);
	uint8_t body[QUERY_ROOM];
	const bool protected_ = hp_guard_tunnel(l->guard, &b->hoa).payload;
	int len = hp_mld_query_write(q, body, sizeof(body));

	if (len < 0)
		return;
	l->count[HP_AG_MLD_QUERY_OUT]++;
	hp_effects_send(fx, &(struct hp_send){.src = linklocal ? *linklocal : hp_ip6_join(&(struct hp_ip6){{0xfe, 0x80}}, 64, ha),
					      .dst = hp_ip6_is_any(&q->group) ? HP_IP6_ALL_NODES : q->group,
					      .outer_src = *ha,
					      .outer_dst = b->coa,
					      .hoa = protected_ ? b->hoa : HP_IP6_ANY,
					      .link = protected_ ? b->link : HP_LINK_ANY,
					      .hop_limit = 1,
					      .proto = HP_PROTO_ICMPV6,
					      .router_alert = true,
					      .class_ = HP_CLASS_OTHER,
					      .protection = protected_ ? HP_PROTECT_PAYLOAD : HP_PROTECT_NONE,
					      .body = body,
					      .body_len = (size_t)len});
}

static void ask_soon(struct hp_listeners *l, uint32_t id, uint64_t now_ms)
{
	l->roster.seat[id].asked = 0;
	hp_wheel_arm(l->queries, &l->roster.seat[id].query, now_ms);
}

uint32_t hp_listeners_at(const struct hp_listeners *l, const struct hp_ip6 *coa, unsigned int i)
{
	return hp_roster_at(&l->roster, coa, i);
}

bool hp_listeners_hear(const struct hp_listeners *l, const struct hp_ip6 *coa, const struct hp_ip6 *ha, const struct hp_ip6 *group)
{
	const struct hp_tunnel *t = hp_members_tunnel(&l->members, &(struct hp_tunnel_key){*coa, *ha});

	return t && hp_members_find(t, group);
}

/* A binding whose tunnel this is; HP_ROSTER_NONE: none. */
static uint32_t at_tunnel(const struct hp_listeners *l, const struct hp_tunnel_key *key)
{
	for (unsigned int i = 0; i < HP_ROSTER_LOOK; i++) {
		const uint32_t id = hp_roster_at(&l->roster, &key->coa, i);
		const struct hp_binding *b = id == HP_ROSTER_NONE ? NULL : hp_bindings_at(l->bindings, id);

		if (b && hp_ip6_eq(&b->coa, &key->coa) && hp_ip6_eq(hp_bindings_ha(l->bindings, b), &key->ha))
			return id;
	}
	return HP_ROSTER_NONE;
}

/* Workers and routers hear of changes only. */
static bool same_filter(const struct hp_filter *a, const struct hp_filter *b)
{
	return a->any == b->any && a->exclude == b->exclude && a->n == b->n && !memcmp(a->source, b->source, a->n * sizeof(a->source[0]));
}

/* After something has happened to a member: queries due are sent, the workers told, its timer armed; or it ends. */
static void settle(struct hp_listeners *l, struct hp_listener *m, const struct hp_filter *before, struct hp_now now, struct hp_effects *fx)
{
	struct hp_mld_query query[HP_LISTENING_QUERIES];
	struct hp_ip6 room[HP_MEMBER_SOURCES];
	struct hp_filter after;
	unsigned int n;

	if (hp_listening_over(&m->state)) {
		hp_members_remove(&l->members, m, before, now, fx);
		return;
	}
	n = hp_listening_queries(&m->state, &m->group->key.address, now.mono_ms, query, room);
	for (unsigned int i = 0; i < n; i++)
		ask(l, hp_members_binding(&l->members, m->tunnel), &query[i], fx);
	hp_listening_filter(&m->state, &after);
	if (!same_filter(before, &after))
		hp_members_publish(&l->members, m, before, &after, now, fx);
	hp_wheel_arm(l->members.wheel, &m->timer, hp_listening_next(&m->state));
}

/* RFC 4291 §2.7: global, or reserved to be treated so. */
static bool is_global(const struct hp_ip6 *group)
{
	return hp_ip6_is_multicast(group) && (group->b[1] & 0xf) >= 0xe;
}

static void take(struct hp_listeners *l, struct hp_tunnel *t, const struct hp_mld_listening *record, uint8_t version, struct hp_now now,
		 struct hp_effects *fx)
{
	struct hp_listener *m = hp_members_find(t, &record->group);
	struct hp_listening fresh = {0};
	struct hp_filter before;

	if (!is_global(&record->group)) {
		l->count[HP_AG_MLD_SCOPE]++;
		return;
	}
	/* RFC 4604 §3.1, §3.5, §3.7: a source-specific group is not listened to from any source. */
	if (hp_merge_is_specific(&record->group) &&
	    (version == 1 || record->type == HP_MLD_IS_EXCLUDE || record->type == HP_MLD_TO_EXCLUDE)) {
		l->count[HP_AG_MLD_SPECIFIC]++;
		return;
	}
	hp_listening_filter(m ? &m->state : &fresh, &before);
	if (!hp_listening_apply(m ? &m->state : &fresh, record, version, now.mono_ms))
		l->count[HP_AG_MLD_SOURCES]++;
	if (!m && !hp_listening_over(&fresh)) {
		m = hp_members_add(&l->members, t, &record->group);
		if (m) {
			m->state = fresh;
		} else {
			l->count[HP_AG_MLD_REFUSED]++;
			hp_listening_free(&fresh);
		}
	}
	if (m)
		settle(l, m, &before, now, fx);
	else
		hp_listening_free(&fresh);
}

void hp_listeners_message(struct hp_listeners *l, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			  struct hp_effects *fx)
{
	const struct hp_tunnel_key key = {in->outer_src, in->outer_dst};
	struct hp_tunnel *t = hp_members_tunnel(&l->members, &key);
	const uint32_t id = t ? t->id : at_tunnel(l, &key);
	struct hp_mld_listening record;
	struct hp_mld_report m;

	/* Queries too: we are the querier of our tunnels, there is no other router at the end of one. */
	if (hp_mld_report_read(&m, p)) {
		l->count[HP_AG_MLD_INVALID]++;
		return;
	}
	if (id != HP_ROSTER_NONE && !in->tunnel_protected && hp_guard_tunnel(l->guard, &hp_bindings_at(l->bindings, id)->hoa).payload) {
		l->count[HP_AG_MLD_UNPROTECTED]++;
		return;
	}
	if (!t && id != HP_ROSTER_NONE)
		t = hp_members_dig(&l->members, &key, id);
	if (!t) {
		l->count[HP_AG_MLD_UNBOUND]++;
		return;
	}
	l->count[HP_AG_MLD_REPORT_IN]++;
	while (hp_mld_report_next(&m, &record))
		take(l, t, &record, m.version, now, fx);
	if (!t->first)
		hp_members_end(&l->members, t, now, fx);
}

void hp_listeners_foresee(const struct hp_listeners *l, const struct hp_binding *b, const struct hp_ip6 *coa)
{
	__builtin_prefetch(&l->roster.bucket[hp_roster_bucket(&l->roster, coa)], 1);
	if (b) {
		__builtin_prefetch(&l->roster.bucket[hp_roster_bucket(&l->roster, &b->coa)], 1);
		__builtin_prefetch(&l->roster.seat[b->id]);
	}
}

void hp_listeners_bind(struct hp_listeners *l, const struct hp_binding *b, const struct hp_ip6 *from, struct hp_now now,
		       struct hp_effects *fx)
{
	struct hp_seat *s = &l->roster.seat[b->id];

	if (!s->taken)
		ask_soon(l, b->id, now.mono_ms);
	else
		hp_roster_remove(&l->roster, b->id, from);
	s->taken = true;
	hp_roster_add(&l->roster, b->id, &b->coa);
	/* It has moved, and what it listens to with it; unless another binding of the node is there already, and listens. */
	if (s->tunnel)
		hp_members_move(&l->members, s->tunnel, &(struct hp_tunnel_key){b->coa, *hp_bindings_ha(l->bindings, b)}, now, fx);
}

void hp_listeners_unbind(struct hp_listeners *l, const struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	struct hp_seat *s = &l->roster.seat[b->id];
	struct hp_tunnel_key key;
	uint32_t other;

	if (!s->taken)
		return;
	s->taken = false;
	hp_roster_remove(&l->roster, b->id, &b->coa);
	hp_wheel_disarm(l->queries, &s->query);
	if (!s->tunnel)
		return;
	key = s->tunnel->key;
	hp_members_end(&l->members, s->tunnel, now, fx);
	/* Another binding at the same end: what it listens to is known at its next answer. */
	other = at_tunnel(l, &key);
	if (other != HP_ROSTER_NONE)
		ask_soon(l, other, now.mono_ms);
}

static void general_query(struct hp_listeners *l, struct hp_seat *s, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_mld_query q = {.max_response_ms = HP_MLD_RESPONSE_MS,
				       .version = 2,
				       .robustness = HP_MLD_ROBUSTNESS,
				       .interval_s = HP_MLD_QUERY_INTERVAL_MS / 1000};

	ask(l, hp_bindings_at(l->bindings, (uint32_t)(s - l->roster.seat)), &q, fx);
	if (s->asked < STARTUP_COUNT)
		s->asked++;
	hp_wheel_arm(l->queries, &s->query, now.mono_ms + (s->asked < STARTUP_COUNT ? STARTUP_INTERVAL_MS : HP_MLD_QUERY_INTERVAL_MS));
}

void hp_listeners_tick(struct hp_listeners *l, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = TICK_WORK;
	struct hp_timer *t;

	for (unsigned int i = 0; i < TICK_QUERIES && (t = hp_wheel_pop(l->queries, now.mono_ms, &work)); i++)
		general_query(l, hp_container_of(t, struct hp_seat, query), now, fx);
	work = TICK_WORK;
	for (unsigned int i = 0; i < TICK_GROUPS && (t = hp_wheel_pop(l->members.wheel, now.mono_ms, &work)); i++) {
		struct hp_listener *m = hp_container_of(t, struct hp_listener, timer);
		struct hp_tunnel *tunnel = m->tunnel;
		struct hp_filter before;

		hp_listening_filter(&m->state, &before);
		hp_listening_expire(&m->state, now.mono_ms);
		settle(l, m, &before, now, fx);
		if (!tunnel->first)
			hp_members_end(&l->members, tunnel, now, fx);
	}
}

uint64_t hp_listeners_next(const struct hp_listeners *l)
{
	const uint64_t queries = hp_wheel_next(l->queries), members = hp_wheel_next(l->members.wheel);

	return queries < members ? queries : members;
}

void hp_listeners_each(const struct hp_listeners *l, uint32_t id, hp_agent_group_fn *each, void *ctx)
{
	if (!l->roster.seat[id].tunnel)
		return;
	for (const struct hp_listener *m = l->roster.seat[id].tunnel->first; m; m = m->next) {
		struct hp_filter f;

		hp_listening_filter(&m->state, &f);
		each(ctx, &m->group->key.address, f.exclude, f.source, f.n);
	}
}

size_t hp_listeners_memory(const struct hp_listeners *l)
{
	return sizeof(*l) + hp_roster_memory(&l->roster, hp_bindings_reach(l->bindings)) + hp_members_memory(&l->members);
}
