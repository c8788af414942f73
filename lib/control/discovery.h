/* SPDX-License-Identifier: BSD-3-Clause */
/* The ICMPv6 messages of Mobile IPv6 for a home agent (RFC 6275 §6.5–§6.8), as they come in. */
#ifndef HP_CONTROL_DISCOVERY_H
#define HP_CONTROL_DISCOVERY_H

#include "control/state.h"

/* `p`: ICMPv6 to an address of ours, its checksum right. */
void hp_discovery_request(struct hp_control *c, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);
/* Its Home Address option, if it has one, holds. */
void hp_discovery_solicited(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			    struct hp_effects *fx);

#endif
