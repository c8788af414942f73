/* SPDX-License-Identifier: BSD-3-Clause */
/* A mobile node while it is read: by JSON's rules (mobile_nodes.c), or, most lines of a fleet, by what they nearly always look like (quick.c). */
#ifndef HP_CONF_DRAFT_H
#define HP_CONF_DRAFT_H

#include "conf/mobile_nodes.h"
#include "conf/value.h"

/* `node` comes first: keys that are inside it say so. */
struct hp_draft {
	struct hp_conf_mobile_node *node;
	struct hp_secrets *secrets;
	unsigned int keys;
};

struct hp_draft_key {
	uint32_t spi;
	int algorithm, replay;
	bool has_replay;
	struct hp_value_octets key;
};

int hp_draft_keep(const struct hp_value *v, struct hp_draft *d, const struct hp_draft_key *k);

#endif
