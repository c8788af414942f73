/* SPDX-License-Identifier: BSD-3-Clause */
/* Where packets leave, as the cores that publish it are told. */
#ifndef HP_BASE_HOP_H
#define HP_BASE_HOP_H

#include "base/ip6.h"

struct hp_hop {
	uint16_t link; /* HP_LINK_NONE: no route */
	struct hp_ip6 next_hop;
	uint16_t mtu; /* of the link */
};

#endif
