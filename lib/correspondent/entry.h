/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of an entry of the correspondent's binding cache, and what the workers and the operator are told of it (RFC 6275 §9.5.2,
 * 9.5.3, 9.5.5, 9.6, 5.2.8). */
#ifndef HP_CORRESPONDENT_ENTRY_H
#define HP_CORRESPONDENT_ENTRY_H

#include "correspondent/state.h"

static inline uint64_t hp_entry_expires_ms(const struct hp_entry *e)
{
	return e->updated_ms + (uint64_t)e->lifetime * HP_CORRESPONDENT_UNIT_MS;
}

/* As of now: what is over is ended before. Valid, a memory, or NULL. */
struct hp_entry *hp_entry_find(struct hp_correspondent *c, const struct hp_entry_key *key, struct hp_now now, struct hp_effects *fx);
/* A valid update has been sent for it: its sequence number is kept as long as any of the nonces is accepted. */
void hp_entry_note(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r);
/* A request to cache a binding, `e` NULL: a new one. The lifetime granted, or 0: not enough room. */
uint16_t hp_entry_accept(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r, struct hp_now now,
			 struct hp_effects *fx);
/* A request to delete what there may be. */
void hp_entry_delete(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r, struct hp_now now,
		     struct hp_effects *fx);
/* Whether a registration would use again what a deleted one used (§9.5.3). */
bool hp_entry_is_illegal(const struct hp_correspondent *c, const struct hp_entry *e, const struct hp_cache_request *r);

/* A valid one is valid no more; `why` counts it. It may be gone then. */
void hp_entry_end(struct hp_correspondent *c, struct hp_entry *e, enum hp_correspondent_counter why, struct hp_now now,
		  struct hp_effects *fx);
/* Its timer has fired. */
void hp_entry_due(struct hp_correspondent *c, struct hp_entry *e, struct hp_now now, struct hp_effects *fx);
void hp_entry_publish(const struct hp_correspondent *c, const struct hp_entry *e, struct hp_effects *fx);

#endif
