/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to a binding: begun, tested, accepted, moved, deleted, ended (RFC 6275 §10.3.1, §10.3.2). Update.c has made every check
 * by then. Order of effects: the workers know first, then the link, then the mobile node. */
#ifndef HP_AGENT_REGISTRATION_H
#define HP_AGENT_REGISTRATION_H

#include "agent/state.h"

/* §12 MAX_DELETE_BCE_TIMEOUT */
#define HP_REGISTRATION_MEMORY_MS 10000

/* An update that waits until no address in `waiting` (HP_DEFEND_…) is left to be tested. */
struct hp_probation {
	struct hp_request request;
	uint8_t waiting, passed;
};

/* A registration: new (b NULL), newer while an older one is being tested, or a refresh. Ends in one acknowledgement, now or later. */
void hp_registration_update(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, struct hp_now now, struct hp_effects *fx);
/* A de-registration of `b`, which is kept, invalid, for a while. */
void hp_registration_delete(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, struct hp_now now, struct hp_effects *fx);
/* `part` of b's addresses was tested. */
void hp_registration_probed(struct hp_agent *a, struct hp_binding *b, unsigned int part, bool unique, struct hp_now now,
			    struct hp_effects *fx);
/* The timer of `b` fired. b may be gone afterwards. */
void hp_registration_due(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx);
/* The operator wants it away: it is, at once. */
void hp_registration_revoke(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx);
/* It ends now, `why`: expired or revoked. b is gone afterwards. */
void hp_registration_end(struct hp_agent *a, struct hp_binding *b, enum hp_event_kind why, struct hp_now now, struct hp_effects *fx);
/* Tells the workers where packets to the home address go now. */
void hp_registration_publish(struct hp_agent *a, const struct hp_binding *b, struct hp_effects *fx);

#endif
