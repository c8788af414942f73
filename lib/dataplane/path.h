/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths: (link, next hop) -> what stands before the IPv6 header on the wire. Bindings and routes name a path by number, so a new
 * link-layer address or an unreachable neighbour touches the path alone. A path is one immutable cache line, published by pointer. */
#ifndef HP_DATAPLANE_PATH_H
#define HP_DATAPLANE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "dataplane/reclaim.h"

#define HP_PATH_NO_ROUTE 0u /* the path of what has none; always there */
#define HP_PATH_NONE     UINT32_MAX
#define HP_PATH_ETHER    18 /* the longest Ethernet header, with a VLAN tag */

enum hp_path_state { HP_PATH_NOWHERE, HP_PATH_UNRESOLVED, HP_PATH_RESOLVED };

struct hp_path {
	uint8_t eth[HP_PATH_ETHER]; /* destination, source, VLAN tag if any, type: at its end, so that one copy fits all */
	uint8_t eth_len;
	uint8_t state;
	uint16_t port, link, mtu;
	struct hp_ip6 next_hop;
	uint32_t number;
} __attribute__((aligned(64)));

/* What workers see of struct hp_paths, at its front. */
struct hp_paths_front {
	const struct hp_path **published; /* by number */
};

struct hp_paths;

struct hp_path_link {
	bool real;
	uint16_t port, vlan, mtu;
	struct hp_mac mac;
};

/* link: copied. */
int hp_paths_create(struct hp_paths **out, uint32_t max_paths, unsigned int links, const struct hp_path_link *link, int socket,
		    struct hp_reclaim *reclaim);
void hp_paths_destroy(struct hp_paths *p);
size_t hp_paths_memory(uint32_t max_paths);

/* Management. A reference to the path of (link, next hop), made unresolved when new: its number, HP_PATH_NONE: full or out of
 * memory. A path without references goes once its neighbour is unknown too. */
uint32_t hp_paths_hold(struct hp_paths *p, uint16_t link, const struct hp_ip6 *next_hop);
/* The same for what strangers may cause without end: with a quarter left or less nothing new, but a reference to HP_PATH_NO_ROUTE. */
uint32_t hp_paths_hold_spare(struct hp_paths *p, uint16_t link, const struct hp_ip6 *next_hop);
void hp_paths_release(struct hp_paths *p, uint32_t number);
/* The neighbour is at `mac`, or (usable false) nobody knows. 0, -ENOSPC, -ENOMEM. */
int hp_paths_neighbor(struct hp_paths *p, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, bool usable);
/* An Ethernet header on a link; returns its length. */
size_t hp_paths_ethernet(const struct hp_paths *p, uint16_t link, const struct hp_mac *to, uint8_t eth[HP_PATH_ETHER]);
/* A walk over resolved paths, `*at` 0 at first: the next one's number and contents, or false at the end (and *at 0 again). */
bool hp_paths_next(const struct hp_paths *p, uint32_t *at, const struct hp_path **path);

/* Worker (and management). */
static inline const struct hp_path *hp_paths_get(const struct hp_paths *p, uint32_t number)
{
	return __atomic_load_n(&((const struct hp_paths_front *)(const void *)p)->published[number], __ATOMIC_ACQUIRE);
}
/* number[i] of the neighbour (link[i], address[i]), HP_PATH_NONE where none; n <= 64. */
void hp_paths_find_bulk(const struct hp_paths *p, const uint16_t link[], const struct hp_ip6 *const address[], unsigned int n,
			uint32_t number[]);
uint32_t hp_paths_most(const struct hp_paths *p);

#endif
