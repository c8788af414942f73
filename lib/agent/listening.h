/* SPDX-License-Identifier: BSD-3-Clause */
/* What a router keeps of one multicast address on one link (RFC 3810 §7.2): filter mode, filter timer, sources with their timers, and the
 * specific queries under way. Here a link is the tunnel to one mobile node. Times are mono_ms. One thread. */
#ifndef HP_AGENT_LISTENING_H
#define HP_AGENT_LISTENING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/effect.h"
#include "base/ip6.h"
#include "wire/mld.h"

/* RFC 3810 §9. A tunnel has one listener, so there are no answers to be spread: the response interval is a second, not ten. */
#define HP_MLD_ROBUSTNESS        2
#define HP_MLD_QUERY_INTERVAL_MS 125000
#define HP_MLD_RESPONSE_MS       1000
#define HP_MLD_LISTENING_MS      (HP_MLD_ROBUSTNESS * HP_MLD_QUERY_INTERVAL_MS + HP_MLD_RESPONSE_MS) /* MALI; also §9.13 */
#define HP_MLD_LAST_INTERVAL_MS  1000                                                                /* LLQI */
#define HP_MLD_LAST_COUNT        HP_MLD_ROBUSTNESS                                                   /* LLQC */
#define HP_MLD_LAST_TIME_MS      (HP_MLD_LAST_INTERVAL_MS * HP_MLD_LAST_COUNT)                       /* LLQT */

struct hp_listening_source {
	struct hp_ip6 address;
	uint64_t until_ms; /* EXCLUDE mode, 0: of the exclude list */
	uint8_t queries;   /* still to be sent about it */
};

/* Zeroed: nobody listens. */
struct hp_listening {
	bool exclude;
	uint8_t queries; /* address specific ones still to be sent */
	uint16_t sources, room;
	uint64_t filter_ms;   /* EXCLUDE: until then */
	uint64_t v1_until_ms; /* the listener speaks version 1: §8.3.2 */
	uint64_t query_ms;    /* when the next query leaves, if any is to be sent */
	struct hp_listening_source *source;
};

void hp_listening_free(struct hp_listening *l);

/* Takes a record (§7.4, §8.3.2). False: some of its sources found no place (HP_MEMBER_SOURCES, or no memory) and are not kept. */
bool hp_listening_apply(struct hp_listening *l, const struct hp_mld_listening *record, uint8_t version, uint64_t now_ms);
/* Timers that have run out take effect (§7.2.3, §7.5). */
void hp_listening_expire(struct hp_listening *l, uint64_t now_ms);
/* When something happens by itself; UINT64_MAX: never. */
uint64_t hp_listening_next(const struct hp_listening *l);
/* Nobody listens any more. */
static inline bool hp_listening_over(const struct hp_listening *l)
{
	return !l->exclude && !l->sources;
}

/* The specific queries due now (§7.6.3), counted as sent. Their sources lie in `room`. Returns how many. */
#define HP_LISTENING_QUERIES 3
unsigned int hp_listening_queries(struct hp_listening *l, const struct hp_ip6 *group, uint64_t now_ms,
				  struct hp_mld_query out[HP_LISTENING_QUERIES], struct hp_ip6 room[HP_MEMBER_SOURCES]);

/* What is forwarded (§7.3): from these sources, or with `exclude` from all but these. Zeroed: nothing. */
struct hp_filter {
	bool any, exclude;
	uint16_t n;
	struct hp_ip6 source[HP_MEMBER_SOURCES];
};
void hp_listening_filter(const struct hp_listening *l, struct hp_filter *out);

#endif
