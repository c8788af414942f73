/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/association.h"

#include "base/replay.h"

const char *const hp_association_protects[] = {"registration", "prefix-discovery", "home-test", "payload", NULL};
const char *const hp_association_modes[] = {"transport", "tunnel", NULL};
const char *const hp_association_encryptions[] = {"aes-cbc", "null", "aes-gcm-16", NULL};
const char *const hp_association_integrities[] = {"hmac-sha256-128", NULL};

static bool is_tunnelled(enum hp_protection protects)
{
	return protects == HP_PROTECT_HOME_TEST || protects == HP_PROTECT_PAYLOAD;
}

static const char *keys(const struct hp_association_spec *s)
{
	const bool is_null = s->encryption == HP_ASSOCIATION_NULL, combined = s->encryption == HP_ASSOCIATION_AES_GCM_16;

	if (is_null && s->encryption_len)
		return "found an encryption key with encryption null, want none";
	if (!is_null && s->encryption_len != 16 && s->encryption_len != 24 && s->encryption_len != 32)
		return "found an encryption key of another length, want 16, 24 or 32 octets";
	if (combined != (s->integrity == HP_ASSOCIATION_COMBINED))
		return "found aes-gcm-16 with an integrity algorithm beside it, or another encryption without, want its own integrity (RFC 4106)";
	/* RFC 4868 §2.1.1: a fixed length, that of the digest. */
	if (s->integrity_len != (combined ? 0 : 32))
		return combined ? "found an integrity key with aes-gcm-16, want none"
				: "found an integrity key of another length, want 32 octets (RFC 4868 §2.1.1)";
	return NULL;
}

const char *hp_association_fault(const struct hp_association_spec *s)
{
	if (s->spi < HP_ASSOCIATION_SPI_LEAST)
		return "found an SPI below 256, want one that is not reserved (RFC 4303 §2.1)";
	if (!hp_ip6_is_routable(&s->hoa))
		return "found a home address that is not unicast routable, want a mobile node's";
	if (is_tunnelled(s->protects) != (s->mode == HP_ASSOCIATION_TUNNEL))
		return is_tunnelled(s->protects)
			       ? "found mode transport, want tunnel for home-test and payload (RFC 3776 §3.2, §3.4)"
			       : "found mode tunnel, want transport for registration and prefix-discovery (RFC 3776 §3.1, §3.3)";
	/* The same key and counter twice would give everything away, and a counter of ours begins anew with the program. */
	if (s->manual && s->encryption == HP_ASSOCIATION_AES_GCM_16)
		return "found aes-gcm-16 with keys that are configured, want aes-cbc or null: it needs fresh keys (RFC 4106 §2)";
	if (s->manual && s->esn)
		return "found extended sequence numbers with keys that are configured, want a key exchange that negotiates them (RFC 4303 §2.2.1)";
	if (s->protects == HP_PROTECT_HOME_TEST && s->encryption == HP_ASSOCIATION_NULL)
		return "found encryption null for home-test, want aes-cbc: who reads the tokens owns the binding (RFC 3776 §4.3)";
	if (s->replay_window != 0 && s->replay_window != HP_REPLAY_SMALL && s->replay_window != HP_REPLAY_LARGE)
		return "found another replay window, want 0, 64 or 1024";
	if (s->esn && !s->replay_window)
		return "found extended sequence numbers without a replay window, want 64 or 1024";
	return keys(s);
}
