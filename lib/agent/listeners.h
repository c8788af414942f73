/* SPDX-License-Identifier: BSD-3-Clause */
/* Multicast for mobile nodes that are away (RFC 6275 §10.4.2, §10.4.3): the home agent asks through each tunnel what its node listens to
 * (RFC 3810, querier), keeps the answers, and listens to the same groups on the home link itself. A report names nobody: it is of the
 * node at whose care-of address its tunnel begins. Two bindings at one care-of address and one address of ours share a tunnel and what is
 * listened to at its end; it belongs to the first of them and moves with it.
 *
 * What all of them want of a group is merged (RFC 4605) and reported on the home link: routers and switches there deliver no more, and no
 * less. Only groups of global scope are kept: those of link scope MUST NOT, and those of other scopes SHOULD NOT be tunnelled (§10.4.2). */
#ifndef HP_AGENT_LISTENERS_H
#define HP_AGENT_LISTENERS_H

#include "agent/bindings.h"
#include "agent/roster.h"
#include "security/guard.h"

struct hp_listeners;

/* count: the agent's. */
int hp_listeners_create(struct hp_listeners **out, struct hp_bindings *bindings, struct hp_neighbor *neighbor, const struct hp_guard *guard,
			uint32_t max_bindings, uint64_t seed, uint64_t *count, uint64_t now_ms);
void hp_listeners_destroy(struct hp_listeners *l);

/* A binding (NULL: none yet) is about to be at `coa`: what memory has to give is asked for. Changes nothing. */
void hp_listeners_foresee(const struct hp_listeners *l, const struct hp_binding *b, const struct hp_ip6 *coa);
/* Of a binding that has just become valid, or is at another care-of address than `from`, or another address of ours. */
void hp_listeners_bind(struct hp_listeners *l, const struct hp_binding *b, const struct hp_ip6 *from, struct hp_now now,
		       struct hp_effects *fx);
/* It is valid no more. */
void hp_listeners_unbind(struct hp_listeners *l, const struct hp_binding *b, struct hp_now now, struct hp_effects *fx);

/* An MLD message that came through a tunnel (in->outer_src, in->outer_dst). */
void hp_listeners_message(struct hp_listeners *l, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			  struct hp_effects *fx);
/* Bounded work. */
void hp_listeners_tick(struct hp_listeners *l, struct hp_now now, struct hp_effects *fx);
uint64_t hp_listeners_next(const struct hp_listeners *l);

/* The i-th binding that may be at `coa`, i < HP_ROSTER_LOOK; HP_ROSTER_NONE: none at that place. Who asks compares. */
uint32_t hp_listeners_at(const struct hp_listeners *l, const struct hp_ip6 *coa, unsigned int i);
/* Whether somebody at the end of that tunnel listens to `group`. */
bool hp_listeners_hear(const struct hp_listeners *l, const struct hp_ip6 *coa, const struct hp_ip6 *ha, const struct hp_ip6 *group);
/* What binding `id` listens to. */
void hp_listeners_each(const struct hp_listeners *l, uint32_t id, hp_agent_group_fn *each, void *ctx);
size_t hp_listeners_memory(const struct hp_listeners *l);

#endif
