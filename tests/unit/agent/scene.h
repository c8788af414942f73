/* SPDX-License-Identifier: BSD-3-Clause */
/* A home agent on a real home link (0), a core link (1) and a virtual home link (2), and names for the addresses around it. */
#ifndef HP_TESTS_SCENE_H
#define HP_TESTS_SCENE_H

#include "agent/agent.h"
#include "craft.h"
#include "double.h"

struct scene {
	struct hp_neighbor neighbor;
	struct hp_guard *guard;
	struct hp_agent *agent;
	struct hp_effects *fx;
	struct hp_now now;
	bool correspondent; /* where updates go to, there is a correspondent registration */
	struct hp_agent_prefix real[2], virtual_[1];
	struct hp_agent_link link[2];
};

struct scene_conf {
	uint32_t max_bindings, max_lifetime_s; /* 0: 16 and 3600 */
	uint16_t preference;
	uint64_t seed;                       /* 0: 1 */
	uint32_t advert_min_s, advert_max_s; /* of mobile prefix advertisements; 0: switched off */
	bool no_dad, closed, multicast;
	bool one_prefix;               /* without 2001:db8:3::/64 */
	uint32_t valid_s, preferred_s; /* of 2001:db8:3::/64; 0: infinite */
};

void scene_open(struct scene *s, const struct scene_conf *conf);
/* The same agent by a changed configuration: prefixes, preference, advertisements. */
void scene_renew(struct scene *s, const struct scene_conf *conf);
void scene_close(struct scene *s);
struct hp_ip6 scene_address(const char *name);
/* Hands a Binding Update in; on_home: heard on the home link from its sender itself. */
void scene_input(struct scene *s, const uint8_t *packet, size_t len, bool on_home);
/* The same for an ICMPv6 message that came through the tunnel from `coa` to `ha`. */
void scene_tunnelled(struct scene *s, const uint8_t *packet, size_t len, const struct hp_ip6 *coa, const struct hp_ip6 *ha);
/* Runs time forward, ticking whenever the agent wants it. */
void scene_wait(struct scene *s, uint64_t ms);
/* The effects so far as text, and none are left. The text lives until the next call. */
const char *scene_effects(struct scene *s);

#endif
