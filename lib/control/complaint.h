/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors that we send: ICMPv6 (RFC 4443) and Binding Errors (RFC 6275 §9.3.3), within their budgets, never where none may be sent. */
#ifndef HP_CONTROL_COMPLAINT_H
#define HP_CONTROL_COMPLAINT_H

#include "control/state.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

struct hp_complaint {
	uint8_t type, code;
	uint32_t word; /* MTU, pointer, else 0 */
	bool direct;   /* the binding cache is not to be used (§9.2) */
	bool behalf;   /* of the destination, a host that we act for */
};

/* About a packet that came in. */
void hp_complaint_icmp(struct hp_control *c, const struct hp_input *in, const struct hp_complaint *what, struct hp_now now,
		       struct hp_effects *fx);
/* About a packet that came back, as its source knows it: to that, from `src`. */
void hp_complaint_relay(struct hp_control *c, const struct hp_ip6 *src, const uint8_t *packet, size_t len, const struct hp_complaint *what,
			struct hp_now now, struct hp_effects *fx);
/* To the source of `p` as on the wire. */
void hp_complaint_binding(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, enum hp_be_status status,
			  struct hp_now now, struct hp_effects *fx);

#endif
