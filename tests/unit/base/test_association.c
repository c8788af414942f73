/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/association.h"

#include <stdio.h>
#include <string.h>

#include "run.h"
#include "tests.h"

#define HOA                                                                                                                                \
	{                                                                                                                                  \
		{                                                                                                                          \
			0x20, 1, 0xd, 0xb8, [15] = 1                                                                                       \
		}                                                                                                                          \
	}
#define GOOD                                                                                                                               \
	.spi = 4096, .hoa = HOA, .protects = HP_PROTECT_REGISTRATION, .encryption_len = 16, .integrity_len = 32, .replay_window = 0,       \
	.manual = true

void test_association_fault(void)
{
	static const struct hp_association_spec good = {GOOD};
	struct hp_association_spec s;

#define CHANGED(says, change)                                                                                                              \
	do {                                                                                                                               \
		const char *fault;                                                                                                         \
		s = good;                                                                                                                  \
		change;                                                                                                                    \
		fault = hp_association_fault(&s);                                                                                          \
		HP_CHECK(#change, fault ? fault : "nothing", *(says) ? fault &&strstr(fault, says) : !fault);                              \
	} while (0)
	CHANGED("", (void)s);
	CHANGED("", s.spi = 256);
	CHANGED("RFC 4303 §2.1", s.spi = 255);
	CHANGED("home address", s.hoa = HP_IP6_ANY);
	CHANGED("", s.encryption_len = 24);
	CHANGED("16, 24 or 32", s.encryption_len = 15);
	CHANGED("16, 24 or 32", s.encryption_len = 0);
	CHANGED("RFC 4868", s.integrity_len = 31);
	CHANGED("RFC 4868", s.integrity_len = 0);
	CHANGED("want none", s.encryption = HP_ASSOCIATION_NULL);
	CHANGED("", (s.encryption = HP_ASSOCIATION_NULL, s.encryption_len = 0));
	CHANGED("", s.replay_window = 64);
	CHANGED("", s.replay_window = 1024);
	CHANGED("0, 64 or 1024", s.replay_window = 32);
	CHANGED("want transport", s.mode = HP_ASSOCIATION_TUNNEL);
	CHANGED("want tunnel", s.protects = HP_PROTECT_HOME_TEST);
	CHANGED("want tunnel", s.protects = HP_PROTECT_PAYLOAD);
	CHANGED("", (s.protects = HP_PROTECT_HOME_TEST, s.mode = HP_ASSOCIATION_TUNNEL));
	CHANGED("RFC 3776 §4.3", (s.protects = HP_PROTECT_HOME_TEST, s.mode = HP_ASSOCIATION_TUNNEL, s.encryption = HP_ASSOCIATION_NULL,
				  s.encryption_len = 0));
	CHANGED("", (s.protects = HP_PROTECT_PAYLOAD, s.mode = HP_ASSOCIATION_TUNNEL, s.encryption = HP_ASSOCIATION_NULL,
		     s.encryption_len = 0));
	CHANGED("RFC 4106 §2", (s.encryption = HP_ASSOCIATION_AES_GCM_16, s.integrity = HP_ASSOCIATION_COMBINED, s.integrity_len = 0));
	CHANGED("",
		(s.manual = false, s.encryption = HP_ASSOCIATION_AES_GCM_16, s.integrity = HP_ASSOCIATION_COMBINED, s.integrity_len = 0));
	CHANGED("its own integrity", (s.manual = false, s.encryption = HP_ASSOCIATION_AES_GCM_16));
	CHANGED("its own integrity", s.integrity = HP_ASSOCIATION_COMBINED);
	CHANGED("want none", (s.manual = false, s.encryption = HP_ASSOCIATION_AES_GCM_16, s.integrity = HP_ASSOCIATION_COMBINED));
	CHANGED("§2.2.1", (s.esn = true, s.replay_window = 64));
	CHANGED("", (s.manual = false, s.esn = true, s.replay_window = 64));
	CHANGED("without a replay window", (s.manual = false, s.esn = true));
}
