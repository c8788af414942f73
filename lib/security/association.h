/* SPDX-License-Identifier: BSD-3-Clause */
/* The security associations in force (RFC 4301 §4.4.2): found inbound by SPI, outbound by home address and by what is protected. Shaped for
 * whoever fills it: a configuration now, a key exchange as well. Tunnels end where the binding says (RFC 3776 §4.3): there are no end points
 * here. One management thread; associations that the workers use are copied by whom they are published. */
#ifndef HP_SECURITY_ASSOCIATION_H
#define HP_SECURITY_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/association.h"
#include "base/now.h"
#include "base/replay.h"
#include "base/table.h"
#include "base/wheel.h"

enum hp_association_state {
	HP_ASSOCIATION_LARVAL, /* an SPI is promised, keys are being exchanged */
	HP_ASSOCIATION_MATURE,
	HP_ASSOCIATION_DYING /* its soft limit is over; good until the hard one */
};

/* Read-only to all but association.c, but for `number`. */
struct hp_association {
	uint32_t spi;
	bool out, esn, manual;
	uint8_t state; /* enum hp_association_state */
	uint8_t protects, mode, encryption, integrity, encryption_len, integrity_len;
	uint16_t replay_window;
	uint32_t number; /* by which the workers know it, if they do: set by whoever publishes it */
	struct hp_ip6 hoa;
	const uint8_t *key; /* encryption key, salt of AES-GCM, integrity key: one after the other, in memory for secrets; NULL: LARVAL */
	uint64_t packets, octets;
	struct hp_association_limit soft, hard;
	union {
		uint64_t sequence; /* out: the last one used */
		struct hp_replay replay;
	};
	struct hp_table_node by_spi;  /* inbound */
	struct hp_association *older; /* of the same home address */
	struct hp_timer timer;
	uint64_t since_ms; /* what limits of time count from */
};

static inline const uint8_t *hp_association_salt(const struct hp_association *a)
{
	return a->key + a->encryption_len;
}

static inline const uint8_t *hp_association_integrity_key(const struct hp_association *a)
{
	return hp_association_salt(a) + (a->encryption == HP_ASSOCIATION_AES_GCM_16 ? HP_ASSOCIATION_SALT : 0);
}

struct hp_associations;

int hp_associations_create(struct hp_associations **out, uint64_t seed, struct hp_now now); /* 0 or -ENOMEM */
void hp_associations_destroy(struct hp_associations *s);

/* An SPI that no inbound association has, promised for 30 s to whoever puts an association there. 0: out of memory. */
uint32_t hp_associations_promise(struct hp_associations *s, const struct hp_ip6 *hoa, struct hp_now now);
/* 0; -EINVAL: hp_association_fault says why; -EEXIST: an inbound one has that SPI, or an outbound one of that home address; -ENOMEM.
 * Of several outbound ones of the same kind the latest is used. */
int hp_associations_add(struct hp_associations *s, const struct hp_association_spec *spec, struct hp_now now);
/* Other limits, counted from now as to time; what was used up stays used up. */
void hp_associations_renew(struct hp_associations *s, struct hp_association *a, const struct hp_association_limit *soft,
			   const struct hp_association_limit *hard, struct hp_now now);
void hp_associations_remove(struct hp_associations *s, struct hp_association *a);
/* All of a home address, or, those of a configuration, of all of them. */
void hp_associations_remove_node(struct hp_associations *s, const struct hp_ip6 *hoa);

/* Those in force. NULL: none. */
struct hp_association *hp_associations_inbound(const struct hp_associations *s, uint32_t spi);
struct hp_association *hp_associations_outbound(const struct hp_associations *s, const struct hp_ip6 *hoa, enum hp_protection protects);
/* Whatever its state; `out`: the outbound one of `hoa`. */
struct hp_association *hp_associations_find(const struct hp_associations *s, const struct hp_ip6 *hoa, bool out, uint32_t spi);
/* The latest of a home address, then older ones by `older`. */
const struct hp_association *hp_associations_of(const struct hp_associations *s, const struct hp_ip6 *hoa);

int hp_associations_each(struct hp_associations *s, int (*each)(struct hp_association *a, void *ctx), void *ctx); /* until not 0 */
/* As it could be added again, keys included: the caller wipes it. */
void hp_association_spec(const struct hp_association *a, struct hp_association_spec *out);
/* `before` is to be replaced by `s`: those of `s` that `before` has with the same keys go on where they are there, with their sequence numbers, windows
 * and limits; those of a key exchange, which no configuration names, come along. 0, -EEXIST: an SPI is in both; -ENOMEM. */
int hp_associations_inherit(struct hp_associations *s, struct hp_associations *before, struct hp_now now);

/* The sequence number of the next packet. False: they are used up, and may not begin again (RFC 4303 §3.3.3); without the peer's replay
 * window, as an operator has set it up, they do. */
bool hp_associations_next(struct hp_association *a, uint64_t *sequence);
/* A packet or some of them, so many octets of payload, come or go. False: that is more than the hard limit allows, and `a` is no more. */
bool hp_associations_used(struct hp_associations *s, struct hp_association *a, uint64_t packets, uint64_t octets, struct hp_effects *fx);
/* Limits of time, told as HP_EVENT_ASSOCIATION_EXPIRING and _EXPIRED, withdrawn from the workers: bounded work. */
void hp_associations_tick(struct hp_associations *s, struct hp_now now, struct hp_effects *fx);
uint64_t hp_associations_next_ms(const struct hp_associations *s);

size_t hp_associations_count(const struct hp_associations *s);
size_t hp_associations_memory(const struct hp_associations *s);

#endif
