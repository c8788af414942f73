/* SPDX-License-Identifier: BSD-3-Clause */
/* `security_associations`: those of a mobile node in the home agent's configuration, and of a home in the mobile node's. One thread. */
#ifndef HP_CONF_ASSOCIATION_H
#define HP_CONF_ASSOCIATION_H

#include "base/association.h"

struct hp_value;
struct hp_value_key;

struct hp_conf_associations {
	unsigned int count;
	struct hp_association_spec *spec; /* in the vault: keys are in them. `out` is as the home agent sees it */
};

/* An hp_value_fn; out: struct hp_conf_associations, empty. What was read has to be freed even after an error. */
int hp_conf_associations_read(const struct hp_value *v, const struct hp_value_key *key, void *out);
/* All belong to that home address: judged one by one and together. `v`: the object that they are in. */
int hp_conf_associations_check(const struct hp_conf_associations *a, const struct hp_ip6 *hoa, const struct hp_value *v);
/* Whether there is one for each direction. */
bool hp_conf_associations_protect(const struct hp_conf_associations *a, enum hp_protection what);
void hp_conf_associations_free(struct hp_conf_associations *a);

#endif
