/* SPDX-License-Identifier: BSD-3-Clause */
/* Garbage, beside an honest fleet: frames of one kind that a home agent must not let cost its nodes anything. Made at random, of
 * strangers that are no part of the fleet. One thread. */
#ifndef HP_LOAD_FLOOD_H
#define HP_LOAD_FLOOD_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "load/addresses.h"
#include "load/keys.h"
#include "load/port.h"

struct hp_flood;

struct hp_flood_class {
	const char *name;
	const char *what;
	/* An IPv6 packet; its length. */
	size_t (*write)(struct hp_flood *f, uint8_t *out, size_t room);
};

struct hp_flood {
	uint32_t classes; /* bits; 0: no flood */
	const struct hp_addresses *addresses;
	struct hp_load_keys *keys;
	struct hp_ip6 router; /* the agent on the access link */
	struct hp_random random;
	unsigned int turn; /* where to look for the next class */
	uint64_t sent;
};

#define HP_FLOOD_CLASSES 16
extern const struct hp_flood_class hp_flood_classes[HP_FLOOD_CLASSES];
/* Names with commas between them, as bits. 0 or -EINVAL. */
int hp_flood_read(uint32_t *classes, const char *names);

void hp_flood_init(struct hp_flood *f, uint32_t classes, const struct hp_addresses *a, struct hp_load_keys *keys,
		   const struct hp_ip6 *router);
/* One frame to the port, if it has room for one and more, of the class whose turn it is; how many. */
unsigned int hp_flood_push(struct hp_flood *f, struct hp_load_port *p);

#endif
