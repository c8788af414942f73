/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 6275 §9.2: what is wrong with a Mobility Header, and who answers. */
#include <stdio.h>

#include "lab.h"
#include "run.h"
#include "tests.h"

void test_mobility(void)
{
	static const struct {
		const char *name;
		uint8_t mh[40];
		size_t len;
		bool bad_checksum;
		enum hp_control_counter counter;
		const char *want;
	} table[] = {
		{"9.2 checksum", {59, 1, 5}, 16, true, HP_CT_MH_CHECKSUM, ""},
		{"9.2 unknown type", {59, 0, 99}, 8, false, HP_CT_MH_UNKNOWN, "be 2 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1"},
		/* At 40 + 24 + 0 and + 1, straight to the source, whatever is bound. */
		{"9.2 payload proto", {58, 1, 5}, 16, false, HP_CT_MH_PARAM, "error 4/0 64 2001:db8:1::1>2001:db8:a::1"},
		{"9.2 header length below the type's", {59, 0, 5}, 8, false, HP_CT_MH_PARAM, "error 4/0 65 2001:db8:1::1>2001:db8:a::1"},
		{"6.2.1 option beyond the end", {59, 1, 5, 0, 0, 0, 0, 1, 0xc0, 0, 0, 9, 3, 16}, 16, false, HP_CT_MH_MALFORMED, ""},
		{"truncated", {59, 5, 5}, 16, false, HP_CT_MH_MALFORMED, ""},
		{"6.1.8 an acknowledgement is not for us", {59, 1, 6}, 16, false, HP_CT_MH_OTHER, ""},
		{"8.2 no correspondent: a test", {59, 1, 1}, 16, false, HP_CT_MH_OTHER, ""},
		{"8.2 no correspondent: an update", {59, 1, 5, 0, 0, 0, 0, 1, 0x80, 0, 0, 9}, 16, false, HP_CT_CORRESPONDENT, ""},
	};
	const struct hp_ip6 coa = craft_ip6(LAB_COA), ha = craft_ip6(LAB_HA), h = craft_ip6(LAB_H);
	struct lab l;

	lab_open(&l);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		uint8_t packet[CRAFT_ROOM];
		struct hp_input in = lab_input(packet, craft_summed(packet, &coa, &ha, &h, 135, table[i].mh, table[i].len, 4), 1);
		const uint64_t before = lab_count(&l, table[i].counter);
		const char *got;

		if (table[i].bad_checksum)
			packet[64 + 4] ^= 1;
		hp_control_packet(l.control, &in, l.now, l.fx);
		HP_CHECK(table[i].name, "counter", lab_count(&l, table[i].counter) == before + 1);
		got = lab_effects(&l);
		HP_CHECK(table[i].name, got, !strcmp(got, table[i].want));
	}
	lab_close(&l);
}
