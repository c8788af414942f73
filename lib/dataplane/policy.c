/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/policy.h"

#include "dataplane/header.h"
#include "dataplane/worker.h"
#include "wire/transit.h"

#define MH_TYPE 2 /* octet of the Mobility Header */

bool hp_policy_is_message(const struct hp_header *h, uint32_t len, enum hp_mh_type type)
{
	struct hp_reader r = hp_reader(h, len), body;
	uint8_t proto = h->next;
	const uint8_t *message;

	if (proto != HP_PROTO_MH && !hp_transit_is_header(proto))
		return false;
	hp_read_bytes(&r, HP_IP6_HEADER);
	for (int n = 0; n < HP_WALK_MAX && hp_transit_step(&r, &proto, &body);)
		n++;
	if (proto == HP_PROTO_FRAGMENT) /* a later one */
		return hp_read_u8(&r) == HP_PROTO_MH;
	message = proto == HP_PROTO_MH ? hp_read_bytes(&r, MH_TYPE + 1) : NULL;
	return message && message[MH_TYPE] == type;
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

uint16_t hp_policy_mtu(const struct hp_worker *w, const struct hp_hot_entry *e)
{
	const struct hp_sa *sa = e->kind == HP_HOT_ESP && e->association ? hp_sas_get(w->shared->sas, e->association) : NULL;

	return sa ? hp_sa_room(sa, e->mtu) : e->mtu;
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
