/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that were good once, with octets changed, cut off or checksums made right again: whatever comes, nothing is read that is not
 * there (each lies in memory of exactly its size), what goes out is whole, and bound is who asked for it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "lab.h"
#include "run.h"
#include "tests.h"

enum { SEEDS = 6, ROUNDS = 40000 };

static size_t good(uint8_t *out, unsigned int which, uint16_t sequence)
{
	const struct hp_ip6 cn = craft_ip6(LAB_CN), ha = craft_ip6(LAB_HA), coa = craft_ip6(LAB_COA), hoa = craft_ip6(LAB_H);
	uint8_t body[200] = {0};

	switch (which) {
	case 0:
	case 1: {
		struct craft_bu bu = {.src = coa,
				      .dst = ha,
				      .hoa = hoa,
				      .sequence = sequence,
				      .lifetime = 100,
				      .a = true,
				      .h = true,
				      .l = sequence & 1,
				      .alternate = which ? craft_ip6("2001:db8:b::7") : HP_IP6_ANY};

		return craft_bu(out, &bu);
	}
	case 2: /* echo, from where the node is */
		body[0] = 128;
		return craft_summed(out, &coa, &ha, &hoa, 58, body, 50, 2);
	case 3: /* an error about a tunnel packet */
		body[0] = 2;
		body[6] = 5;
		craft_packet(body + 8, &ha, &coa, &HP_IP6_ANY, 41, body, 0);
		craft_packet(body + 48, &cn, &hoa, &HP_IP6_ANY, 17, body, 0);
		body[48 + 4] = 5;
		return craft_summed(out, &cn, &ha, &HP_IP6_ANY, 58, body, 120, 2);
	case 4: /* a solicitation for the home address */
		body[0] = 135;
		memcpy(body + 8, &hoa, 16);
		body[24] = body[25] = 1;
		return craft_summed(out, &cn, &ha, &HP_IP6_ANY, 58, body, 32, 2);
	default: /* test message */
		body[0] = 59;
		body[1] = 1;
		body[2] = 1;
		return craft_summed(out, &coa, &ha, &hoa, 135, body, 16, 4);
	}
}

/* Makes the checksum right for what the message has become, where it still looks like one. */
static void heal(uint8_t *p, size_t len, unsigned int which)
{
	const size_t at = p[6] == 60 ? 64 : 40, sum = at + (which == 2 || which == 3 || which == 4 ? 2 : 4);
	const uint8_t proto = which == 2 || which == 3 || which == 4 ? 58 : 135;
	struct hp_ip6 src, dst;
	uint16_t value;

	if (len < sum + 2)
		return;
	memcpy(&src, p + (p[6] == 60 ? 48 : 8), 16);
	memcpy(&dst, p + 24, 16);
	p[sum] = p[sum + 1] = 0;
	value = craft_checksum(&src, &dst, proto, p + at, len - at);
	p[sum] = (uint8_t)(value >> 8);
	p[sum + 1] = (uint8_t)value;
}

void test_noise(void)
{
	struct hp_random random;
	struct lab l;

	hp_random_seed(&random, hp_test_seed());
	lab_open(&l);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		const unsigned int which = hp_random_between(&random, 0, SEEDS - 1), changes = hp_random_between(&random, 0, 3);
		uint8_t room[CRAFT_ROOM], *exact;
		size_t len = good(room, which, (uint16_t)i);
		struct hp_input in;

		if (which == 4)
			room[7] = 255;
		for (unsigned int k = 0; k < changes; k++)
			room[hp_random_between(&random, k ? 40 : 4, (uint32_t)len - 1)] = (uint8_t)hp_random_u64(&random);
		if (hp_random_between(&random, 0, 7) == 0)
			len = hp_random_between(&random, 0, (uint32_t)len);
		if (hp_random_between(&random, 0, 3) && len > 40) {
			room[4] = (uint8_t)((len - 40) >> 8);
			room[5] = (uint8_t)(len - 40);
			heal(room, len, which);
		}
		exact = malloc(len ? len : 1);
		if (!exact)
			abort();
		memcpy(exact, room, len);
		in = lab_input(exact, len, (uint16_t)hp_random_between(&random, 0, 1));
		in.tunnelled = hp_random_between(&random, 0, 9) == 0;
		if (hp_random_between(&random, 0, 9))
			hp_control_packet(l.control, &in, l.now, l.fx);
		else
			hp_control_trouble(l.control, &in, (enum hp_trouble)hp_random_between(&random, 0, HP_TROUBLE_COUNT - 1), 1400,
					   l.now, l.fx);
		free(exact);
		lab_effects(&l); /* composes whatever is to be sent */
		l.now.mono_ms += hp_random_between(&random, 0, 30);
		hp_control_tick(l.control, l.now, l.fx);
		lab_effects(&l);
		CU_ASSERT(hp_agent_bindings(hp_control_agent(l.control)) <= 16);
	}
	/* The noise got somewhere. */
	CU_ASSERT(lab_count(&l, HP_CT_MALFORMED) > 100 && lab_count(&l, HP_CT_ERROR_OUT) > 100 && lab_count(&l, HP_CT_ECHO) > 100);
	CU_ASSERT(hp_agent_count(hp_control_agent(l.control))[HP_AG_BA_OUT] > 100);
	lab_close(&l);
}
