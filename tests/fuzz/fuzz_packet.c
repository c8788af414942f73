/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/wire/packet.c lib/wire/icmp6.c */
#include <stdlib.h>
#include <string.h>

#include "wire/icmp6.h"
#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whatever the outcome, what the view points to lies inside the packet. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* Exactly as long as it is: the sanitizer sees a read of one octet too many. */
	uint8_t *copy = malloc(len ? len : 1), out[1400];
	struct hp_packet p;

	memcpy(copy, data, len);
	for (int node = 0; node < 2; node++) {
		enum hp_walk ret = node ? hp_packet_read_node(&p, copy, len) : hp_packet_read(&p, copy, len);

		if (ret == HP_WALK_OK && (p.payload_at > p.len || p.len > len || p.next_at >= p.len))
			abort();
		if (ret == HP_WALK_OK && p.has_hao && !hp_ip6_is_routable(&p.hoa))
			abort();
		if (ret != HP_WALK_OK && ret != HP_WALK_VERSION && p.error_at >= len)
			abort();
	}
	(void)hp_icmp6_error_allowed(copy, len, false, false);
	(void)hp_icmp6_error_allowed(copy, len, true, true);
	if (hp_icmp6_error_write(HP_ICMP6_TOO_BIG, 0, 1280, copy, len, 40, out, sizeof(out)) > 1280 - 40)
		abort();
	free(copy);
	return 0;
}
