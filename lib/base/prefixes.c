/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/prefixes.h"

#include <errno.h>
#include <stdlib.h>

struct hp_prefixes {
	unsigned int covers, excludes;
	struct hp_prefix prefix[]; /* those that cover, then those that exclude */
};

int hp_prefixes_create(struct hp_prefixes **out, const struct hp_prefix cover[], unsigned int covers, const struct hp_prefix exclude[],
		       unsigned int excludes)
{
	struct hp_prefixes *p = malloc(sizeof(*p) + (covers + excludes) * sizeof(p->prefix[0]));

	if (!p)
		return -ENOMEM;
	p->covers = covers;
	p->excludes = excludes;
	if (covers)
		memcpy(p->prefix, cover, covers * sizeof(*cover));
	if (excludes)
		memcpy(p->prefix + covers, exclude, excludes * sizeof(*exclude));
	*out = p;
	return 0;
}

void hp_prefixes_destroy(struct hp_prefixes *p)
{
	free(p);
}

static bool among(const struct hp_prefix *prefix, unsigned int n, const struct hp_ip6 *a)
{
	for (unsigned int i = 0; i < n; i++)
		if (hp_ip6_in_prefix(a, &prefix[i].prefix, prefix[i].length))
			return true;
	return false;
}

bool hp_prefixes_cover(const struct hp_prefixes *p, const struct hp_ip6 *a)
{
	return p && among(p->prefix, p->covers, a) && !among(p->prefix + p->covers, p->excludes, a);
}
