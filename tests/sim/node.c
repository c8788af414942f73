/* SPDX-License-Identifier: BSD-3-Clause */
/* A mobile node as plain as can be: moves, updates with a new number each time, backs off, comes home, sometimes falls silent. */
#include "run.h"
#include "world.h"

#define FIRST_RETRY_MS 1500
#define LAST_RETRY_MS  32000

void node_init(struct world *w, struct node *n, unsigned int number)
{
	*n = (struct node){.number = number, .hoa = craft_ip6("2001:db8:1::1:0"), .mac = {{2, 0, 0, 1, 0, (uint8_t)number}}};
	n->hoa.b[15] = (uint8_t)number;
	n->coa = n->hoa;
	n->linklocal = number % 2;
	n->sequence = (uint16_t)hp_random_u64(&w->random);
	n->at_ms = UINT64_MAX;
	n->move_ms = w->now.mono_ms + hp_random_between(&w->random, 0, 20000);
}

static void update(struct world *w, struct node *n)
{
	const bool home = node_is_home(n);
	struct craft_bu bu = {.src = n->coa,
			      .dst = craft_ip6("2001:db8:1::1"),
			      .hoa = home ? HP_IP6_ANY : n->hoa,
			      .sequence = ++n->sequence,
			      .lifetime = home ? 0 : n->lifetime,
			      .a = true,
			      .h = true,
			      .l = n->linklocal};
	uint8_t packet[CRAFT_ROOM];

	n->waiting = true;
	n->acknowledged = false;
	n->at_ms = w->now.mono_ms + n->retry_ms;
	n->retry_ms = n->retry_ms * 2 < LAST_RETRY_MS ? n->retry_ms * 2 : LAST_RETRY_MS;
	w->updates++;
	world_send(w, n, packet, craft_bu(packet, &bu));
}

static void begin(struct world *w, struct node *n)
{
	n->silent = false;
	n->retry_ms = FIRST_RETRY_MS;
	update(w, n);
}

static void move(struct world *w, struct node *n)
{
	const uint32_t where = hp_random_between(&w->random, 0, w->restless ? NETWORKS + 1 : NETWORKS);

	n->moves++;
	n->move_ms = w->now.mono_ms + hp_random_between(&w->random, 200, 30000);
	if (where == NETWORKS + 1 && !node_is_home(n)) {
		/* Out of coverage: the binding must end by itself. */
		n->silent = true;
		n->at_ms = UINT64_MAX;
		n->move_ms += 200000;
		return;
	}
	n->coa = n->hoa;
	if (where < NETWORKS) {
		n->coa = craft_ip6("2001:db8:a0::1:0");
		n->coa.b[5] = (uint8_t)(n->coa.b[5] + where);
		n->coa.b[15] = (uint8_t)n->number;
		n->lifetime = (uint16_t)hp_random_between(&w->random, 3, 40);
	}
	begin(w, n);
}

uint64_t node_next(const struct node *n)
{
	return n->at_ms < n->move_ms ? n->at_ms : n->move_ms;
}

void node_run(struct world *w, struct node *n)
{
	if (n->move_ms <= w->now.mono_ms) {
		n->move_ms = UINT64_MAX;
		if (w->restless || n->silent)
			move(w, n);
	}
	if (n->at_ms <= w->now.mono_ms) {
		if (!n->waiting)
			n->retry_ms = FIRST_RETRY_MS; /* a refresh */
		update(w, n);
	}
}

static void answered(struct world *w, struct node *n, uint8_t status, uint16_t sequence, uint16_t lifetime)
{
	if (!n->waiting || n->silent)
		return;
	if (status == 135) {
		/* RFC 6275 §11.7.3: go on from there, at once. */
		n->refused++;
		n->sequence = sequence;
		update(w, n);
		return;
	}
	if (sequence != n->sequence)
		return;
	if (status >= 128 && !(node_is_home(n) && status == 133)) {
		n->refused++;
		return; /* tried again when the time for it comes */
	}
	n->accepted++;
	n->waiting = false;
	n->acknowledged = true;
	n->until_ms = w->now.mono_ms + lifetime * 4000ull; /* at the latest: the agent counted from before */
	n->at_ms = node_is_home(n) ? UINT64_MAX : w->now.mono_ms + lifetime * 2000ull;
}

void node_hear(struct world *w, struct node *n, const uint8_t *packet, size_t len)
{
	const uint8_t *mh = packet + 40;
	struct hp_ip6 dst;

	memcpy(&dst, packet + 24, 16);
	if (packet[6] == 58 && len >= 64 && packet[40] == 135) {
		world_solicited(w, n, packet);
		return;
	}
	/* Away by a type 2 routing header, at home without. */
	if (packet[6] == 43) {
		if (len < 80 || packet[40] != 135 || packet[41] != 2 || packet[42] != 2 || packet[43] != 1 ||
		    memcmp(packet + 48, &n->hoa, 16))
			return;
		mh += 24;
	} else if (packet[6] != 135 || !hp_ip6_eq(&dst, &n->hoa) || len < 56) {
		return;
	}
	if (hp_ip6_eq(&dst, &n->coa) && mh[2] == 6)
		answered(w, n, mh[6], (uint16_t)(mh[8] << 8 | mh[9]), (uint16_t)(mh[10] << 8 | mh[11]));
}
