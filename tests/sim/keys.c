/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentication in the message under every misfortune at once: loss, repetition and disorder, clocks that are wrong by up to 100 s,
 * nodes that are rekeyed, an agent that dies with and without its disk, and an attacker who hears all, sends it again and changes it.
 * What the agent accepts was sent by the node itself, once, in order (world.c), and nothing leaves a node unproved (mobile.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/mh.h"
#include "world.h"

#define HOUR_MS (60 * 60000ull)
#define HEARD   4096

/* The attacker's notebook. */
static struct {
	struct delivery packet[HEARD];
	unsigned int n;
	uint64_t order; /* of the newest seen */
	unsigned int replays, changes, forgeries;
} attacker;

static void listen_in(const struct world *w)
{
	uint64_t newest = attacker.order;

	for (unsigned int i = 0; i < w->queued; i++) {
		const struct delivery *d = &w->queue[i];

		if (!d->to_agent || d->order < attacker.order || d->len < 64 || d->data[6] != 60)
			continue;
		attacker.packet[attacker.n++ % HEARD] = *d;
		newest = d->order + 1 > newest ? d->order + 1 : newest;
	}
	attacker.order = newest;
}

/* Of a Mobility Header behind the Home Address option. */
static void sum(uint8_t *packet, size_t len)
{
	struct hp_ip6 src, dst;
	uint16_t s;

	memcpy(&src, packet + 48, sizeof(src));
	memcpy(&dst, packet + 24, sizeof(dst));
	packet[68] = packet[69] = 0;
	s = hp_checksum(&src, &dst, HP_PROTO_MH, packet + 64, len - 64);
	packet[68] = (uint8_t)(s >> 8);
	packet[69] = (uint8_t)s;
}

/* A heard update: as it was; for elsewhere; with another number; with the proof gone. */
static void strike(struct world *w)
{
	struct delivery d = attacker.packet[hp_random_between(&w->random, 0, (attacker.n < HEARD ? attacker.n : HEARD) - 1)];
	struct hp_bu bu;

	switch (hp_random_between(&w->random, 0, 3)) {
	case 0:
		if (hp_bu_read(&bu, d.data + 64, d.len - 64) == HP_MH_OK && bu.has_alternate_coa)
			d.data[64 + 16 + 5] ^= 1;
		break;
	case 1:
		d.data[64 + 8] ^= 0x40;
		break;
	case 2:
		if (hp_bu_read(&bu, d.data + 64, d.len - 64) == HP_MH_OK)
			d.data[64 + bu.proof.mn_ha.at - 7] = 1; /* its option: PadN now */
		break;
	default:
		attacker.replays++;
		world_hear(w, CORE_LINK, &d.from, d.data, d.len);
		return;
	}
	attacker.changes++;
	sum(d.data, d.len);
	world_hear(w, CORE_LINK, &d.from, d.data, d.len);
}

/* An acknowledgement that nobody has sent: of any status, to a node that waits or not, by its newest number. */
static void forge(struct world *w)
{
	static const uint8_t status[] = {0, 1, 133, 134, 135, 144, 145, 146};
	struct node *n = &w->node[hp_random_between(&w->random, 0, NODES - 1)];
	struct hp_ba ba = {.status = status[hp_random_between(&w->random, 0, 7)], .lifetime = 30};
	struct hp_send s = {.src = craft_ip6("2001:db8:1::1"), .dst = n->hoa, .hop_limit = 64, .proto = HP_PROTO_MH};
	uint8_t body[HP_MH_ROOM], packet[CRAFT_ROOM];
	struct hp_node_view v;
	int len;

	hp_node_look(n->core, 0, &v);
	ba.sequence = v.sequence;
	if (hp_random_between(&w->random, 0, 1))
		ba.proof.mn_ha = (struct hp_proof_authenticator){.present = true, .spi = n->key.spi, .len = 12};
	len = hp_ba_write(&ba, body, sizeof(body));
	if (!node_is_home(n))
		s.coa = n->coa;
	s.body = body;
	s.body_len = (size_t)len;
	len = hp_compose(&s, packet, sizeof(packet));
	CU_ASSERT_FATAL(len > 0);
	attacker.forgeries++;
	node_hear(w, n, packet, (size_t)len);
}

static void meddle(struct world *w)
{
	listen_in(w);
	if (attacker.n && hp_random_between(&w->random, 0, 19) == 0)
		strike(w);
	if (hp_random_between(&w->random, 0, 49) == 0)
		forge(w);
}

static uint64_t all(const struct world *w, enum hp_node_counter c)
{
	uint64_t sum_ = 0;

	for (unsigned int i = 0; i < NODES; i++)
		sum_ += w->node[i].lifes[c] + hp_node_count(w->node[i].core)[c];
	return sum_;
}

static void live(uint64_t seed)
{
	const uint64_t *refused;
	unsigned int rekeyed = 0;
	struct world w;

	memset(&attacker, 0, sizeof(attacker));
	world_open(&w, seed, HP_GUARD_MN_HA);
	w.meddle = meddle;
	/* What a node has sent by a clock that was fast is valid for the attacker when its time comes, until the node's own update of that
	 * time gets through (RFC 4285 §6 has no answer to that). */
	w.astray_most_ms = 20000;
	world_run(&w, HOUR_MS / 4);
	world_crash(&w, true);
	world_run(&w, HOUR_MS / 2);
	world_crash(&w, false);
	world_run(&w, HOUR_MS);
	refused = hp_guard_count(w.guard);
	CU_ASSERT(refused[HP_REFUSED_MAC] > 10 && refused[HP_REFUSED_TIMESTAMP] > 50 && refused[HP_REFUSED_NO_OPTION] > 10);
	world_settle(&w);
	for (unsigned int i = 0; i < NODES; i++)
		rekeyed += w.node[i].spec.key[0].spi >= 256 + NODES;
	printf("\n    seed %llu: %llu updates, %llu answers, %llu clocks set, %u nodes rekeyed, %u replayed, %u changed, %u acknowledgements "
	       "forged ",
	       (unsigned long long)seed, (unsigned long long)w.updates, (unsigned long long)w.answers,
	       (unsigned long long)all(&w, HP_NODE_AUTH_CLOCK), rekeyed, attacker.replays, attacker.changes, attacker.forgeries);
	/* The run must have been one. */
	CU_ASSERT(all(&w, HP_NODE_AUTH_CLOCK) > NODES && all(&w, HP_NODE_AUTH_NO_OPTION) && all(&w, HP_NODE_AUTH_TIMESTAMP) &&
		  rekeyed > 3 && attacker.replays > 100 && attacker.changes > 500 && attacker.forgeries > 200);
	/* By a changed copy of an update whose true answer was lost. */
	CU_ASSERT(all(&w, HP_NODE_AUTH_STOPPED) < 4);
	world_close(&w);
}

static void test_lives(void)
{
	const uint64_t seed = hp_test_seed();

	for (unsigned int i = 0; i < 4; i++)
		live(seed + i);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"mobile lives among enemies", test_lives},
		HP_TESTS_END,
	};

	return hp_tests_run("sim keys", tests);
}
