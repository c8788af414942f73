/* SPDX-License-Identifier: BSD-3-Clause */
/* What we listen to of one group on one link, as a listener keeps it: filter mode and sources, what is still to be told the routers of a
 * change (RFC 3810 §4.2, §6.1), and which sources they have asked about (§6.2, §6.3). One thread. */
#ifndef HP_NEIGHBOR_HEARING_H
#define HP_NEIGHBOR_HEARING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip6.h"
#include "wire/mld.h"

#define HP_HEARING_SOURCES    64  /* listed at once: a record of them fits a report */
#define HP_HEARING_MOST       128 /* with those that are on their way out, or asked about */
#define HP_HEARING_ROBUSTNESS 2

struct hp_hearing_source {
	struct hp_ip6 address;
	bool listed, asked;
	uint8_t left; /* change reports still to mention it */
};

/* Zeroed: nothing is listened to. */
struct hp_hearing {
	bool exclude, asked;    /* asked: the answer that is due is about the sources asked about, not about all */
	uint8_t left;           /* change reports still to send, */
	uint8_t mode_left;      /* of these with a filter mode change, */
	uint8_t whole_left;     /* and where version 1 rules: it tells of a beginning or an end only */
	uint16_t sources, room; /* of `source` */
	struct hp_hearing_source *source;
};

void hp_hearing_free(struct hp_hearing *h);

/* Anything at all is listened to. */
bool hp_hearing_on(const struct hp_hearing *h);
/* From now on to these sources (at most HP_HEARING_SOURCES), or with `exclude` to all but these. True: routers are to be told. Out of
 * memory: to all. */
bool hp_hearing_change(struct hp_hearing *h, bool exclude, const struct hp_ip6 *source, unsigned int sources);
/* The records of the next change report, counted as sent; without group, their sources in `room`. Returns how many. */
unsigned int hp_hearing_tell(struct hp_hearing *h, struct hp_mld_listening out[2], struct hp_ip6 room[HP_HEARING_MOST]);

/* A query has come: about these sources, with none about all. `pending`: an answer is due already, and has to cover this one as well. */
void hp_hearing_ask(struct hp_hearing *h, bool pending, const struct hp_ip6 *source, unsigned int sources);
/* The record that answers, to all of it or to what was asked about; then nothing is asked any more. False: there is nothing to answer. */
bool hp_hearing_answer(struct hp_hearing *h, struct hp_mld_listening *out, struct hp_ip6 room[HP_HEARING_MOST]);
/* The record of all of it. */
void hp_hearing_state(const struct hp_hearing *h, struct hp_mld_listening *out, struct hp_ip6 room[HP_HEARING_MOST]);

#endif
