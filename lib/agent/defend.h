/* SPDX-License-Identifier: BSD-3-Clause */
/* Duplicate address detection on a mobile node's behalf and the defence of its addresses on a real home link
 * (RFC 6275 §10.3.1, §10.4.1). Which addresses: the home address, with L the derived link-local one too. */
#ifndef HP_AGENT_DEFEND_H
#define HP_AGENT_DEFEND_H

#include "agent/state.h"

enum { HP_DEFEND_HOA = 1, HP_DEFEND_LINKLOCAL = 2 };

/* fe80::/64 with the interface identifier of the home address. */
struct hp_ip6 hp_defend_linklocal(const struct hp_ip6 *hoa);

/* A registration with L needs the derived address for itself: 0, HP_BA_DAD_FAILED (ours or another node's), HP_BA_RESOURCES. */
int hp_defend_claim(struct hp_agent *a, struct hp_binding *b);
/* Which addresses must be tested before `r` can be accepted: "unless this home agent already has a binding". */
unsigned int hp_defend_untested(const struct hp_agent *a, const struct hp_binding *b, const struct hp_request *r);

/* Starts and stops probes of the addresses in `which`. 0 or -ENOMEM (nothing of it under way). */
int hp_defend_probe(struct hp_agent *a, const struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx);
void hp_defend_probe_cancel(struct hp_agent *a, const struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx);

/* Defends the addresses in `which`, announcing each. 0 or -ENOMEM (nothing of it defended). */
int hp_defend_start(struct hp_agent *a, struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx);
/* Given up; a link-local address is the binding's until hp_bindings_release. */
void hp_defend_stop(struct hp_agent *a, struct hp_binding *b, unsigned int which, struct hp_now now, struct hp_effects *fx);

#endif
