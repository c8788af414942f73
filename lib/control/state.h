/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this room share. */
#ifndef HP_CONTROL_STATE_H
#define HP_CONTROL_STATE_H

#include "base/prefixes.h"
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
	struct hp_guard *guard;                 /* the caller's */
	struct hp_ipsec *ipsec;                 /* the guard's; NULL: another method */
	struct hp_correspondent *correspondent; /* NULL: we are none */
	struct hp_prefixes *hosts;              /* that we act for; NULL: none */
	struct {                                /* of conf.correspondent */
		bool (*used)(void *ctx, uint32_t id);
		bool (*random)(void *ctx, void *octets, size_t len);
		void *ctx;
	} optimized;
	unsigned int reroutes; /* walks that bindings are to be told routes by */
	bool rerouted;         /* of the one under way the agent's part is done */
	unsigned int links;
	struct hp_control_link *link;
	struct hp_limit errors, binding_errors, discoveries;
	uint64_t count[HP_CT_COUNT];
};

#endif
