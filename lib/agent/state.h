/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this room share: the agent itself and a Binding Update on its way through them. */
#ifndef HP_AGENT_STATE_H
#define HP_AGENT_STATE_H

#include "agent/agent.h"
#include "agent/bindings.h"
#include "agent/home.h"
#include "agent/listeners.h"
#include "base/hash.h"
#include "base/rate.h"

struct hp_agent {
	struct hp_agent_conf conf; /* link NULL: what it said is below */
	struct hp_homes *homes;
	struct hp_bindings *bindings;
	struct hp_listeners *listeners; /* NULL: no multicast */
	struct hp_wheel *wheel;
	struct hp_deliveries *deliveries;
	uint16_t max_lifetime; /* units of 4 s */
	struct hp_random random;
	struct hp_rate refusals; /* told to the operator; counters tell them all */
	uint64_t agents_next_ms; /* when the first entry of a home agents list ends */
	size_t valid, probations;
	uint32_t reroute_at; /* next id to look at */
	uint32_t renew_at;   /* the same of renew.c, UINT32_MAX: nothing to do */
	uint64_t count[HP_AG_COUNT], status[256];
};

/* A home registration or de-registration as far as its answer depends on it. */
struct hp_request {
	struct hp_ip6 hoa, coa;
	struct hp_ip6 ha;            /* the address it was sent to: source of the answer and of the tunnel */
	struct hp_ip6 source;        /* of the IPv6 header: where the answer goes, §9.5.4 */
	uint16_t sequence, lifetime; /* lifetime in units of 4 s */
	bool has_hao, linklocal, key_movable;
	uint16_t link;      /* where it came in */
	uint16_t home_link; /* HP_LINK_NONE: `ha` is on no home link */
	bool on_home;       /* from a node on the home link itself: `mac` is where it is */
	struct hp_mac mac;
	struct hp_credential credential; /* what it has proved */
};

#endif
