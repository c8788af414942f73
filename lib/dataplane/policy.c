/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/policy.h"

#include "dataplane/header.h"
#include "dataplane/worker.h"
#include "wire/packet.h"

#define MH_TYPE 2 /* octet of the Mobility Header */

static bool behind_headers(const struct hp_header *h, uint32_t len, enum hp_mh_type type)
{
	struct hp_packet p;

	if (hp_packet_read(&p, h, len) != HP_WALK_OK || p.proto != HP_PROTO_MH)
		return false;
	return p.is_fragment || (hp_packet_payload_len(&p) > MH_TYPE && hp_packet_payload(&p)[MH_TYPE] == type);
}

bool hp_policy_is_message(const struct hp_header *h, uint32_t len, enum hp_mh_type type)
{
	switch (h->next) {
	case HP_PROTO_MH:
		return len > HP_IP6_HEADER + MH_TYPE && ((const uint8_t *)(h + 1))[MH_TYPE] == type;
	case HP_PROTO_HOPOPTS:
	case HP_PROTO_ROUTING:
	case HP_PROTO_FRAGMENT:
	case HP_PROTO_DSTOPTS:
		return behind_headers(h, len, type);
	default:
		return false;
	}
}

bool hp_policy_protect(struct hp_worker *w, struct rte_mbuf *m, const struct hp_hot_entry *e)
{
	struct hp_esp_lanes *esp = w->esp;
	uint32_t number = e->association;

	if (e->home_test_association && hp_policy_is_message(hp_header(m), m->data_len, HP_MH_HOT))
		number = e->home_test_association;
	if (!number)
		return false;
	esp->number[esp->protect.n] = number;
	hp_lane_add(&esp->protect, m);
	return true;
}

/* What is for us the management core judges by its own policy: Mobility Header messages but the home test's, and what is under ESP itself. */
static bool judged_later(const struct hp_worker *w, const struct hp_header *h)
{
	const struct hp_hot *hot = w->shared->hot;
	const struct hp_hot_entry *own;

	if ((h->next != HP_PROTO_MH && h->next != HP_PROTO_ESP) || !hp_hot_may_have(hot, &h->dst))
		return false;
	own = hp_hot_find(hot, &h->dst);
	return own && own->kind == HP_HOT_LOCAL;
}

bool hp_policy_may_be_plain(const struct hp_worker *w, const struct rte_mbuf *m, const struct hp_hot_entry *e)
{
	if (hp_policy_is_message(hp_header(m), m->data_len, HP_MH_HOTI))
		return false;
	return !e->association || judged_later(w, hp_header(m));
}
