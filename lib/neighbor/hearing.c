/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbor/hearing.h"

#include <stdlib.h>

void hp_hearing_free(struct hp_hearing *h)
{
	free(h->source);
	*h = (struct hp_hearing){0};
}

bool hp_hearing_on(const struct hp_hearing *h)
{
	bool any = h->exclude;

	for (unsigned int i = 0; i < h->sources && !any; i++)
		any = h->source[i].listed;
	return any;
}

static struct hp_hearing_source *find(const struct hp_hearing *h, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < h->sources; i++)
		if (hp_ip6_eq(&h->source[i].address, address))
			return &h->source[i];
	return NULL;
}

/* What is neither listed, nor to be told, nor asked about is forgotten. */
static void tidy(struct hp_hearing *h)
{
	for (unsigned int i = 0; i < h->sources;)
		if (h->source[i].listed || h->source[i].asked || h->source[i].left)
			i++;
		else
			h->source[i] = h->source[--h->sources];
}

/* NULL: no memory, or no place that is not listed. */
static struct hp_hearing_source *add(struct hp_hearing *h, const struct hp_ip6 *address)
{
	struct hp_hearing_source *s = NULL;

	for (unsigned int i = 0; i < h->sources && h->sources == HP_HEARING_MOST && !s; i++)
		if (!h->source[i].listed)
			s = &h->source[i];
	if (!s && h->sources == h->room) {
		const unsigned int room = h->room ? 2u * h->room : 4;
		struct hp_hearing_source *grown = room <= HP_HEARING_MOST ? realloc(h->source, room * sizeof(*grown)) : NULL;

		if (!grown)
			return NULL;
		h->source = grown;
		h->room = (uint16_t)room;
	}
	s = s ? s : &h->source[h->sources++];
	*s = (struct hp_hearing_source){.address = *address};
	return s;
}

/* Those of `source` are listed, no others; who changes is to be told of. False: out of memory. */
static bool list(struct hp_hearing *h, const struct hp_ip6 *source, unsigned int sources, bool *changed)
{
	bool was[HP_HEARING_MOST];
	bool all = true;

	for (unsigned int i = 0; i < h->sources; i++) {
		was[i] = h->source[i].listed;
		h->source[i].listed = false;
	}
	for (unsigned int i = 0; i < sources; i++) {
		struct hp_hearing_source *s = find(h, &source[i]);

		if (s)
			s->listed = true;
	}
	for (unsigned int i = 0; i < h->sources; i++)
		if (h->source[i].listed != was[i]) {
			h->source[i].left = HP_HEARING_ROBUSTNESS;
			*changed = true;
		}
	for (unsigned int i = 0; i < sources; i++) {
		struct hp_hearing_source *s = find(h, &source[i]);

		if (s && s->listed)
			continue;
		s = s ? s : add(h, &source[i]);
		if (s)
			*s = (struct hp_hearing_source){.address = source[i], .listed = true, .left = HP_HEARING_ROBUSTNESS};
		all = all && s;
		*changed = true;
	}
	return all;
}

bool hp_hearing_change(struct hp_hearing *h, bool exclude, const struct hp_ip6 *source, unsigned int sources)
{
	const bool on = hp_hearing_on(h), mode = h->exclude;
	bool changed = false;

	if (!list(h, source, sources, &changed) && !exclude) {
		list(h, NULL, 0, &changed);
		exclude = true;
	}
	h->exclude = exclude;
	if (mode != exclude) {
		h->mode_left = HP_HEARING_ROBUSTNESS;
		changed = true;
	}
	if (on != hp_hearing_on(h))
		h->whole_left = HP_HEARING_ROBUSTNESS;
	if (changed)
		h->left = HP_HEARING_ROBUSTNESS;
	return changed;
}

/* The sources in the list, or of those with something left to tell the ones (not) in the list. */
static void collect(const struct hp_hearing *h, enum hp_mld_record type, bool left, bool listed, struct hp_mld_listening *out,
		    struct hp_ip6 *room)
{
	*out = (struct hp_mld_listening){.type = type, .source = room};
	for (unsigned int i = 0; i < h->sources; i++)
		if (h->source[i].listed == listed && (!left || h->source[i].left))
			room[out->sources++] = h->source[i].address;
}

static void count_down(uint8_t *left)
{
	if (*left)
		--*left;
}

unsigned int hp_hearing_tell(struct hp_hearing *h, struct hp_mld_listening out[2], struct hp_ip6 room[HP_HEARING_MOST])
{
	unsigned int n = 0;

	if (h->mode_left) {
		collect(h, h->exclude ? HP_MLD_TO_EXCLUDE : HP_MLD_TO_INCLUDE, false, true, &out[n++], room);
	} else {
		/* To be forwarded are those listed, with `exclude` those that are not. */
		collect(h, HP_MLD_ALLOW, true, !h->exclude, &out[n], room);
		room += out[n].sources;
		n += out[n].sources > 0;
		collect(h, HP_MLD_BLOCK, true, h->exclude, &out[n], room);
		n += out[n].sources > 0;
	}
	count_down(&h->left);
	count_down(&h->mode_left);
	count_down(&h->whole_left);
	for (unsigned int i = 0; i < h->sources; i++)
		count_down(&h->source[i].left);
	tidy(h);
	return n;
}

static void forget_asked(struct hp_hearing *h)
{
	h->asked = false;
	for (unsigned int i = 0; i < h->sources; i++)
		h->source[i].asked = false;
	tidy(h);
}

void hp_hearing_ask(struct hp_hearing *h, bool pending, const struct hp_ip6 *source, unsigned int sources)
{
	/* §6.2 (4): once about all of it, always about all of it. */
	if (!sources || sources > HP_HEARING_SOURCES || (pending && !h->asked)) {
		forget_asked(h);
		return;
	}
	h->asked = true;
	for (unsigned int i = 0; i < sources; i++) {
		struct hp_hearing_source *s = find(h, &source[i]);

		s = s ? s : h->sources < HP_HEARING_MOST ? add(h, &source[i]) : NULL;
		if (!s) {
			forget_asked(h);
			return;
		}
		s->asked = true;
	}
}

void hp_hearing_state(const struct hp_hearing *h, struct hp_mld_listening *out, struct hp_ip6 room[HP_HEARING_MOST])
{
	collect(h, h->exclude ? HP_MLD_IS_EXCLUDE : HP_MLD_IS_INCLUDE, false, true, out, room);
}

/* The table of §6.3 (3). */
bool hp_hearing_answer(struct hp_hearing *h, struct hp_mld_listening *out, struct hp_ip6 room[HP_HEARING_MOST])
{
	const bool some = h->asked;

	if (some) {
		*out = (struct hp_mld_listening){.type = HP_MLD_IS_INCLUDE, .source = room};
		for (unsigned int i = 0; i < h->sources; i++)
			if (h->source[i].asked && h->source[i].listed != h->exclude)
				room[out->sources++] = h->source[i].address;
	} else {
		hp_hearing_state(h, out, room);
	}
	forget_asked(h);
	return some ? out->sources > 0 : hp_hearing_on(h);
}
