/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "homeport-mn/mn.h"

/* In words. */
static const char *reason(const char *counter)
{
	for (unsigned int i = 0; i < HP_NODE_COUNT; i++)
		if (strcmp(hp_node_counters[i].name, counter) == 0)
			return hp_node_counters[i].help;
	return counter;
}

void mn_event_tell(const struct mn *mn, const struct hp_event *e)
{
	static const char *const name[HP_EVENT_COUNT] = {
		[HP_EVENT_REGISTERED] = "registered",
		[HP_EVENT_MOVED] = "moved",
		[HP_EVENT_REFRESHED] = "refreshed",
		[HP_EVENT_DEREGISTERED] = "at home",
		[HP_EVENT_EXPIRED] = "expired",
		[HP_EVENT_REFUSED] = "refused",
		[HP_EVENT_HOME_AGENT_UP] = "turns to",
		[HP_EVENT_HOME_AGENT_DOWN] = "found none",
		[HP_EVENT_ADDRESS_DUPLICATE] = "home address is another node's",
		[HP_EVENT_ROUTE_OPTIMIZED] = "route optimized",
		[HP_EVENT_ROUTE_MOVED] = "route moved",
		[HP_EVENT_ROUTE_ENDED] = "route ended",
		[HP_EVENT_ROUTE_REFUSED] = "route refused",
		[HP_EVENT_PREFIX_DEPRECATED] = "home prefix deprecated",
		[HP_EVENT_PREFIX_INVALID] = "home prefix invalid",
	};
	const char *why = e->reason ? reason(e->reason) : "";
	const bool agent = e->kind == HP_EVENT_HOME_AGENT_UP || e->kind == HP_EVENT_HOME_AGENT_DOWN;
	char hoa[HP_IP6_TEXT], coa[HP_IP6_TEXT], peer[HP_IP6_TEXT], status[sizeof("status 65535")];

	if (!name[e->kind])
		return;
	if (!hp_ip6_is_any(&e->correspondent)) {
		snprintf(status, sizeof(status), e->code == HP_EVENT_UNANSWERED ? "no answer" : "status %u", e->code);
		hp_info("%s: %s, correspondent %s, care-of address %s, %s%s%s", hp_ip6_text(&e->hoa, hoa), name[e->kind],
			hp_ip6_text(&e->correspondent, peer), hp_ip6_is_any(&e->coa) ? "-" : hp_ip6_text(&e->coa, coa), status,
			why[0] ? ": " : "", why);
		return;
	}
	hp_info("%s: %s, interface %s, %s %s, %s %u%s%s", hp_ip6_text(&e->hoa, hoa), name[e->kind],
		e->link < mn->conf.interfaces ? mn->conf.interface[e->link].name : "-", agent ? "home agent" : "care-of address",
		hp_ip6_is_any(&e->coa) ? "-" : hp_ip6_text(&e->coa, coa), agent ? "place" : "status", e->code, why[0] ? ": " : "", why);
}
