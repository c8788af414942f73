/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets of a bound node go by ESP (RFC 3776 §3.3, §4.2, RFC 4877 §4.3): what is between it and the home agent, of which its outer
 * headers follow the binding; all of it, or home test messages only. Worker. */
#ifndef HP_DATAPLANE_POLICY_H
#define HP_DATAPLANE_POLICY_H

#include <rte_mbuf.h>
#include <stdbool.h>

#include "dataplane/hot.h"
#include "wire/mh.h"

struct hp_header;
struct hp_worker;

/* Whether a packet is a Mobility Header message of this type. A later fragment of any may be. */
bool hp_policy_is_message(const struct hp_header *h, uint32_t len, enum hp_mh_type type);
/* A packet for a node with associations. True: it is to be protected, and is in protect's lane. */
bool hp_policy_protect(struct hp_worker *w, struct rte_mbuf *m, const struct hp_hot_entry *e);
/* The largest packet for it, home test messages aside. */
uint16_t hp_policy_mtu(const struct hp_worker *w, const struct hp_hot_entry *e);
/* Whether a packet that came out of such a node's tunnel needed no ESP. */
bool hp_policy_may_be_plain(const struct hp_worker *w, const struct rte_mbuf *m, const struct hp_hot_entry *e);

#endif
