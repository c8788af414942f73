/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/wire/discovery.c lib/wire/option.c lib/agent/agents.c */
#include <stdlib.h>
#include <string.h>

#include "agent/agents.h"
#include "wire/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect(int cond)
{
	if (!cond)
		abort();
}

/* What is read, written and read again is the same. */
static void messages(const uint8_t *m, size_t len)
{
	uint8_t out[1280], second[1280];
	struct hp_dhaad_reply reply;
	uint16_t identifier;
	struct hp_mpa mpa;
	int n;

	if (!hp_dhaad_request_read(&identifier, m, len)) {
		expect(hp_dhaad_request_write(identifier, out, sizeof(out)) == 8);
		expect(out[0] == m[0] && memcmp(out + 4, m + 4, 2) == 0);
	}
	if (!hp_mps_read(&identifier, m, len)) {
		expect(hp_mps_write(identifier, out, sizeof(out)) == 8);
		expect(out[0] == m[0] && memcmp(out + 4, m + 4, 2) == 0);
	}
	if (!hp_dhaad_reply_read(&reply, m, len)) {
		expect(reply.agents <= HP_DHAAD_AGENTS);
		n = hp_dhaad_reply_write(&reply, out, sizeof(out));
		expect(n == (int)(8 + 16 * reply.agents) && memcmp(out + 8, m + 8, (size_t)n - 8) == 0);
	}
	if (!hp_mpa_read(&mpa, m, len)) {
		expect(mpa.prefixes <= HP_MPA_PREFIXES);
		n = hp_mpa_write(&mpa, out, sizeof(out));
		expect(n == (int)(8 + 32 * mpa.prefixes) && hp_mpa_read(&mpa, out, (size_t)n) == 0);
		expect(hp_mpa_write(&mpa, second, sizeof(second)) == n && memcmp(out, second, (size_t)n) == 0);
	}
}

/* Router advertisements from the octets, one after the other: the list stays within its bounds. */
static void heard(const uint8_t *data, size_t len)
{
	struct hp_agents s = {0};
	uint64_t now_ms = 0;

	while (len >= 8) {
		const struct hp_ip6 router = {{0xfe, 0x80, [15] = data[0]}};
		struct hp_ra ra = {.home_agent = data[1] & 1,
				   .has_home_agent_info = data[1] & 2,
				   .router_lifetime_s = data[2],
				   .home_agent_lifetime_s = data[3],
				   .preference = data[4]};
		struct hp_agents_entry gone;
		struct hp_ip6 address[HP_RA_PREFIXES];

		now_ms += data[5] * 100u;
		for (ra.prefixes = 0; ra.prefixes < (data[6] & 15u); ra.prefixes++)
			ra.prefix[ra.prefixes] = (struct hp_ra_prefix){.prefix = {{data[7], 1, [15] = (uint8_t)(data[0] + ra.prefixes)}},
								       .length = (uint8_t)(data[7] % 129),
								       .router_address = data[1] & 4,
								       .valid_s = data[6] > 200 ? UINT32_MAX : data[6] / 16u};
		while (hp_agents_expire(&s, now_ms, &gone))
			expect(gone.until_ms <= now_ms);
		hp_agents_heard(&s, &router, &ra, now_ms);
		expect(s.count <= HP_AGENTS_MOST && hp_agents_next(&s) > now_ms);
		for (unsigned int i = 0; i < s.count; i++) {
			expect(s.entry[i].prefixes <= HP_RA_PREFIXES);
			for (unsigned int n = hp_agents_addresses(&s.entry[i], now_ms, address); n > 0; n--)
				expect(hp_ip6_is_routable(&address[n - 1]));
		}
		data += 8;
		len -= 8;
	}
	hp_agents_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *m = malloc(len ? len : 1);

	memcpy(m, data, len);
	messages(m, len);
	heard(m, len);
	free(m);
	return 0;
}
