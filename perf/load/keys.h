/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentication in the message (RFC 4285) for a whole fleet: keys and names follow from the node's number, so that a million take no
 * memory. For load tests only: who knows the number knows the key. One thread. */
#ifndef HP_LOAD_KEYS_H
#define HP_LOAD_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "load/addresses.h"
#include "security/mn_ha.h"
#include "wire/mh.h"

struct hp_load_keys {
	struct hp_hmac *mac; /* NULL: nothing is authenticated */
	uint64_t last;       /* timestamp given */
	int64_t offset_s;    /* the home agent's clock is so far ahead of ours, as it said */
	uint64_t unproved;   /* acknowledgements that no home agent made */
};

int hp_load_keys_create(struct hp_load_keys *k); /* 0 or -errno */
void hp_load_keys_destroy(struct hp_load_keys *k);

/* The update of node i at `coa`, proved where keys are in use; `wrong`: by somebody who does not know the key. Octets or -errno. */
int hp_load_keys_update(struct hp_load_keys *k, uint32_t i, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, const struct hp_bu *bu,
			bool wrong, uint8_t *out, size_t room);
/* Whether the acknowledgement for node i is the home agent's. After status 144 (§6) what comes next has the home agent's time. */
bool hp_load_keys_proved(struct hp_load_keys *k, uint32_t i, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, const uint8_t *message,
			 const struct hp_ba *ba);

/* The home agent's mobile_nodes_file, on standard output. 0 or -errno. */
int hp_load_keys_print(const struct hp_addresses *a);

#endif
