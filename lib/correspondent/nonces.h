/* SPDX-License-Identifier: BSD-3-Clause */
/* The nonces of a correspondent node, each with a node key of its own, by index (RFC 6275 §5.2.1, 5.2.2, 5.2.7). One is made when a test
 * wants it and the newest was first used half a minute ago or longer, so a silent node makes none. One thread. */
#ifndef HP_CORRESPONDENT_NONCES_H
#define HP_CORRESPONDENT_NONCES_H

#include <stdbool.h>
#include <stdint.h>

#include "security/return_routability.h"

struct hp_nonces;

/* First uses lie a period apart, so no more than these are accepted at a time. */
#define HP_NONCES 8

/* `random`, `ctx` as in struct hp_correspondent_conf. 0 or -ENOMEM. */
int hp_nonces_create(struct hp_nonces **out, struct hp_hmac *m, bool (*random)(void *ctx, void *octets, size_t len), void *ctx);
void hp_nonces_destroy(struct hp_nonces *n);

/* The one for a token that is made now; NULL: neither new nor old enough to be had. */
struct hp_nonce *hp_nonces_newest(struct hp_nonces *n, uint64_t now_ms, uint16_t *index);
/* The one of that index and the time from which it is accepted no more; NULL: unknown, or that time is over. */
struct hp_nonce *hp_nonces_find(const struct hp_nonces *n, uint16_t index, uint64_t now_ms, uint64_t *until_ms);
/* Those that are too old are wiped; and when there is one to be wiped again. */
void hp_nonces_tick(struct hp_nonces *n, uint64_t now_ms);
uint64_t hp_nonces_next(const struct hp_nonces *n);
size_t hp_nonces_memory(const struct hp_nonces *n);

#endif
