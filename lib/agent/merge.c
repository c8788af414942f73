/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/merge.h"

#include <stdlib.h>

void hp_merge_free(struct hp_merge *m)
{
	free(m->source);
	*m = (struct hp_merge){0};
}

static struct hp_merge_source *find(const struct hp_merge *m, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < m->sources; i++)
		if (hp_ip6_eq(&m->source[i].address, address))
			return &m->source[i];
	return NULL;
}

static struct hp_merge_source *add(struct hp_merge *m, const struct hp_ip6 *address)
{
	if (m->sources == HP_MERGE_SOURCES)
		return NULL;
	if (m->sources == m->room) {
		const unsigned int room = m->room ? 2u * m->room : 4;
		struct hp_merge_source *grown = realloc(m->source, room * sizeof(*grown));

		if (!grown)
			return NULL;
		m->source = grown;
		m->room = (uint16_t)room;
	}
	m->source[m->sources] = (struct hp_merge_source){.address = *address};
	return &m->source[m->sources++];
}

/* A place may have been taken for another listener meanwhile: counts of a source are never more than it has listeners, and what they lack is
 * in `others`. */
static void leave(struct hp_merge *m, const struct hp_filter *f)
{
	m->excluding -= f->exclude;
	for (unsigned int i = 0; i < f->n; i++) {
		struct hp_merge_source *s = find(m, &f->source[i]);

		if (f->exclude) {
			if (s && s->refused)
				s->refused--;
		} else if (s && s->wanted) {
			s->wanted--;
		} else {
			m->others--;
		}
		if (s && !s->wanted && !s->refused)
			*s = m->source[--m->sources];
	}
}

static bool enter(struct hp_merge *m, const struct hp_filter *f)
{
	bool all = true;

	m->excluding += f->exclude;
	for (unsigned int i = 0; i < f->n; i++) {
		struct hp_merge_source *s = find(m, &f->source[i]);

		s = s ? s : add(m, &f->source[i]);
		all = all && s;
		if (s)
			f->exclude ? s->refused++ : s->wanted++;
		else
			m->others += !f->exclude;
	}
	return all;
}

bool hp_merge_change(struct hp_merge *m, const struct hp_filter *before, const struct hp_filter *after)
{
	leave(m, before);
	return enter(m, after);
}

void hp_merge_result(const struct hp_merge *m, const struct hp_ip6 *group, struct hp_filter *out)
{
	bool fits = !m->others;

	out->exclude = m->excluding;
	out->n = 0;
	/* One that is wanted without a place may be among those that all others refuse. */
	for (unsigned int i = 0; i < m->sources && !(out->exclude && m->others); i++) {
		const struct hp_merge_source *s = &m->source[i];

		if (out->exclude ? s->wanted || s->refused < m->excluding : !s->wanted)
			continue;
		if (out->n < HP_MEMBER_SOURCES)
			out->source[out->n++] = s->address;
		else
			fits = false;
	}
	if (!out->exclude && !fits && !hp_merge_is_specific(group)) {
		out->exclude = true;
		out->n = 0;
	}
	out->any = out->exclude || out->n;
}
