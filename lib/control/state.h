/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this room share. */
#ifndef HP_CONTROL_STATE_H
#define HP_CONTROL_STATE_H

#include "control/control.h"
#include "control/limit.h"

struct hp_control_link {
	bool is_virtual;
	uint16_t mtu;
};

struct hp_control {
	struct hp_neighbor *neighbor;
	struct hp_agent *agent;
	struct hp_routes *routes;
	struct hp_ipsec *ipsec; /* the guard's; NULL: another method */
	unsigned int links;
	struct hp_control_link *link;
	struct hp_limit errors, binding_errors, discoveries;
	uint64_t count[HP_CT_COUNT];
};

#endif
