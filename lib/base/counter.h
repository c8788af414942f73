/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters are declared once, in an X-macro list X(ID, "json.name", "help"): the enum, the JSON name, the help text, the
 * Prometheus name (dots become underscores, prefixed homeport_) and the table in docs/counters.md all come from it. */
#ifndef HP_BASE_COUNTER_H
#define HP_BASE_COUNTER_H

struct hp_counter_info {
	const char *name; /* dotted: "drop.hop_limit" becomes {"drop": {"hop_limit": n}} */
	const char *help;
};

#define HP_COUNTER_ENUM(id, name, help) id,
#define HP_COUNTER_INFO(id, name, help) {name, help},

#endif
