/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges one packet that came back, by its octets: no code of the agent's, right or wrong, has a say. One thread.
 *
 * The care-of address of a tunnelled packet must be the one that the node has: the new one is allowed as soon as the update that
 * names it was sent; the old one for packets that were sent before that update's acknowledgement came, as the agent may have wrapped
 * them before it knew. */
#ifndef HP_LOAD_VERDICT_H
#define HP_LOAD_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/fleet.h"
#include "load/frame.h"
#include "load/latency.h"

/* Name, key in the results, what it means. The first is the only good one. */
#define HP_VERDICTS(X)                                                                                                                     \
	X(DELIVERED, "received", "came where it should, in order")                                                                         \
	X(REORDERED, "reordered", "came after a later packet of its flow")                                                                 \
	X(TOO_LATE, "reordered_far", "came after 32 later packets of its flow or more; counted as lost too")                               \
	X(DUPLICATED, "duplicated", "had come before")                                                                                     \
	X(OLD_CARE_OF, "misdelivered_old_care_of", "tunnelled to where the node was, though sent after it had acknowledged the move")      \
	X(NO_CARE_OF, "misdelivered_no_care_of", "tunnelled to where no node is or was last")                                              \
	X(OTHER_NODE, "misdelivered_other_node", "tunnelled to another node")                                                              \
	X(WRONG_ENDS, "misdelivered_wrong_ends", "source or destination are not its flow's")                                               \
	X(WRONG_WAY, "misdelivered_wrong_way", "in a tunnel and should not be, or not and should, or on the other port")                   \
	X(CORRUPTED, "corrupted", "outer header, mark, pattern or length changed")                                                         \
	X(EARLIER_TRIAL, "earlier_trial", "of a trial that had ended")                                                                     \
	X(FOREIGN, "foreign", "not of this run")

#define HP_VERDICT_ENUM(name, key, text) HP_VERDICT_##name,
enum hp_verdict_kind { HP_VERDICTS(HP_VERDICT_ENUM) HP_VERDICT_COUNT };
#undef HP_VERDICT_ENUM

enum { HP_SIDE_ACCESS = 1, HP_SIDE_CORRESPONDENTS = 2 };

#define HP_VERDICT_SAMPLE 134 /* both headers, the mark, a little of the pattern */

struct hp_verdict {
	uint64_t count[HP_VERDICT_COUNT];
	uint64_t old_in_flight; /* delivered: by the old care-of address, sent before and received after the acknowledgement */
	uint64_t octets;        /* of packets delivered, without tunnel */
	struct hp_latency latency;
	/* The first packet that was misdelivered or corrupted, from its IPv6 header. */
	enum hp_verdict_kind sample_kind;
	uint16_t sample_len;
	uint8_t sample[HP_VERDICT_SAMPLE];
};

/* Whether it may be judged: traffic, not the agent's own messages. */
bool hp_verdict_is_traffic(const uint8_t *ip, size_t len);
/* Brings what the verdict will look at into the cache. */
void hp_verdict_prefetch(const struct hp_fleet *fleet, const uint8_t *ip, size_t len);
/* `ip`: from the IPv6 header; `sides`: what the port that it came on plays. */
enum hp_verdict_kind hp_verdict_judge(struct hp_verdict *v, const struct hp_frame *f, struct hp_fleet *fleet, unsigned int sides,
				      const uint8_t *ip, size_t len, uint64_t now);

static inline uint64_t hp_verdict_misdelivered(const struct hp_verdict *v)
{
	return v->count[HP_VERDICT_OLD_CARE_OF] + v->count[HP_VERDICT_NO_CARE_OF] + v->count[HP_VERDICT_OTHER_NODE] +
	       v->count[HP_VERDICT_WRONG_ENDS] + v->count[HP_VERDICT_WRONG_WAY];
}

/* Different packets that came where they should: reordered ones too. */
static inline uint64_t hp_verdict_received(const struct hp_verdict *v)
{
	return v->count[HP_VERDICT_DELIVERED] + v->count[HP_VERDICT_REORDERED];
}

const char *hp_verdict_key(enum hp_verdict_kind k);
const char *hp_verdict_text(enum hp_verdict_kind k);

#endif
