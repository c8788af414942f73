/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom some prefixes cover, but for those that others exclude. Immutable once created; any thread. */
#ifndef HP_BASE_PREFIXES_H
#define HP_BASE_PREFIXES_H

#include "base/ip6.h"

struct hp_prefixes;

/* 0 or -ENOMEM. Copied. */
int hp_prefixes_create(struct hp_prefixes **out, const struct hp_prefix cover[], unsigned int covers, const struct hp_prefix exclude[],
		       unsigned int excludes);
void hp_prefixes_destroy(struct hp_prefixes *p); /* safe on NULL */
/* One of those that cover it and none that excludes it; NULL covers nobody. */
bool hp_prefixes_cover(const struct hp_prefixes *p, const struct hp_ip6 *a);

#endif
