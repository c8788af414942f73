/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole home agent core: home link 0, core link 1, virtual home link 2, no DAD, everybody accepted. */
#ifndef HP_TESTS_LAB_H
#define HP_TESTS_LAB_H

#include "control/control.h"
#include "craft.h"

#define LAB_HA       "2001:db8:1::1"
#define LAB_CORE     "2001:db8:f::1"
#define LAB_VHA      "2001:db8:2::1"
#define LAB_GATE     "2001:db8:f::fe" /* default router on the core link */
#define LAB_H        "2001:db8:1::100"
#define LAB_COA      "2001:db8:a::1"
#define LAB_CN       "2001:db8:c::1"
#define LAB_ANYCAST  "2001:db8:1:0:fdff:ffff:ffff:fffe" /* RFC 2526 */
#define LAB_VANYCAST "2001:db8:2:0:fdff:ffff:ffff:fffe"
#define LAB_SERVER   "2001:db8:5::1"    /* a host that we act for, if we are a correspondent; as all of its /64 … */
#define LAB_EXCLUDED "2001:db8:5::e"    /* … but this one */
#define LAB_FAR      "2001:db8:99::100" /* a home address far from here */

struct lab {
	struct hp_guard *guard;
	struct hp_control *control;
	struct hp_effects *fx;
	struct hp_now now;
	struct hp_ip6 linklocal[2]; /* of links 0 and 1 */
};

struct lab_conf {
	bool dad, ipsec;
	bool correspondent, unprotected; /* unprotected: we act for nobody */
	const char *gate;                /* NULL: LAB_GATE */
};

void lab_open_conf(struct lab *l, const struct lab_conf *lc);
/* A changed configuration. */
void lab_renew(struct lab *l, const struct lab_conf *lc);
/* Time passes, and what is due happens. */
void lab_wait(struct lab *l, uint64_t ms);
void lab_open(struct lab *l);
void lab_open_dad(struct lab *l); /* the same with duplicate address detection for mobile nodes */
void lab_open_ipsec(struct lab *l);
void lab_close(struct lab *l);
/* LAB_H is at LAB_COA from now on. */
void lab_bind(struct lab *l);
struct hp_input lab_input(const uint8_t *packet, size_t len, uint16_t link);
/* Effects but discovery and events as text; none are left. */
const char *lab_effects(struct lab *l);
uint64_t lab_count(const struct lab *l, enum hp_control_counter counter);

#endif
