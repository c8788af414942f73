/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/association.h"

#include <errno.h>
#include <stdio.h>

#include "base/vault.h"
#include "conf/value.h"

#define MOST 8 /* of one home address: two directions of all that can be protected */

static const char *const directions[] = {"in", "out", NULL};

struct draft {
	uint32_t spi;
	int direction, mode, protects, encryption, integrity;
	bool has_mode;
	uint16_t replay_window;
	struct hp_value_octets encryption_key, integrity_key;
};

static int mode(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct draft *d = out;

	d->has_mode = true;
	return hp_value_word(v, key, &d->mode);
}

static void take(const struct draft *d, struct hp_association_spec *s)
{
	const enum hp_protection protects = (enum hp_protection)(HP_PROTECT_REGISTRATION + d->protects);
	const bool tunnel = d->has_mode ? d->mode == HP_ASSOCIATION_TUNNEL : protects >= HP_PROTECT_HOME_TEST;

	*s = (struct hp_association_spec){
		.spi = d->spi,
		.out = d->direction == 1,
		.protects = protects,
		.mode = tunnel ? HP_ASSOCIATION_TUNNEL : HP_ASSOCIATION_TRANSPORT,
		.encryption = (enum hp_association_encryption)d->encryption,
		.integrity = d->encryption == HP_ASSOCIATION_AES_GCM_16 ? HP_ASSOCIATION_COMBINED : HP_ASSOCIATION_HMAC_SHA256_128,
		.encryption_len = d->encryption_key.len,
		.integrity_len = d->integrity_key.len,
		.replay_window = d->replay_window,
		.manual = true,
	};
	memcpy(s->encryption_key, d->encryption_key.octets, d->encryption_key.len);
	memcpy(s->integrity_key, d->integrity_key.octets, d->integrity_key.len);
}

static int one(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"spi", hp_value_u32, offsetof(struct draft, spi), 0, UINT32_MAX, .required = true},
		{"direction", hp_value_word, offsetof(struct draft, direction), .more = directions, .required = true},
		{"mode", mode, .more = hp_association_modes},
		{"protects", hp_value_word, offsetof(struct draft, protects), .more = hp_association_protects, .required = true},
		{"encryption", hp_value_word, offsetof(struct draft, encryption), .more = hp_association_encryptions},
		{"encryption_key", hp_value_hex, offsetof(struct draft, encryption_key), 16, HP_ASSOCIATION_KEY_MOST},
		{"integrity", hp_value_word, offsetof(struct draft, integrity), .more = hp_association_integrities},
		{"integrity_key", hp_value_hex, offsetof(struct draft, integrity_key), HP_ASSOCIATION_KEY_MOST, HP_ASSOCIATION_KEY_MOST},
		{"replay_window", hp_value_u16, offsetof(struct draft, replay_window), 0, 1024},
		HP_VALUE_KEYS_END,
	};
	struct hp_conf_associations *a = ctx;
	struct draft d = {0};
	int ret;

	if (i == MOST)
		return hp_value_want(v, "at most %d", MOST);
	ret = hp_value_table(v, keys, &d);
	if (!ret) {
		take(&d, &a->spec[i]);
		a->count = (unsigned int)i + 1;
	}
	hp_secret_wipe(&d, sizeof(d));
	return ret;
}

int hp_conf_associations_read(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	const struct hp_value secret = {v->json, v->path, v->error, .secret = true};
	struct hp_conf_associations *a = out;

	(void)key;
	a->spec = hp_vault_alloc(MOST * sizeof(*a->spec));
	if (!a->spec)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(&secret, "security associations", one, a);
}

static int fail(const struct hp_value *v, unsigned int i, const char *text)
{
	char path[sizeof(v->error->path)];

	snprintf(path, sizeof(path), "%s%ssecurity_associations[%u]", v->path, v->path[0] ? "." : "", i);
	return hp_error_set(v->error, EINVAL, path, "%s", text);
}

int hp_conf_associations_check(const struct hp_conf_associations *a, const struct hp_ip6 *hoa, const struct hp_value *v)
{
	for (unsigned int i = 0; i < a->count; i++) {
		struct hp_association_spec *s = &a->spec[i];
		const char *fault;

		s->hoa = *hoa;
		fault = hp_association_fault(s);
		if (fault)
			return fail(v, i, fault);
		for (unsigned int k = 0; k < i; k++) {
			if (a->spec[k].out != s->out)
				continue;
			if (a->spec[k].spi == s->spi)
				return fail(v, i, "found an SPI a second time in that direction, want another");
			/* RFC 3776 §4.2: policy must find the one. */
			if (a->spec[k].protects == s->protects)
				return fail(v, i, "found a second one that protects the same in that direction, want one");
		}
	}
	/* What is asked in one direction is answered in the other. */
	for (unsigned int i = 0; i < a->count; i++)
		if (!hp_conf_associations_protect(a, a->spec[i].protects))
			return fail(v, i, "found none that protects the same in the other direction, want one of each");
	return 0;
}

bool hp_conf_associations_protect(const struct hp_conf_associations *a, enum hp_protection what)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < a->count; i++)
		if (a->spec[i].protects == what)
			found |= a->spec[i].out ? 2 : 1;
	return found == 3;
}

void hp_conf_associations_free(struct hp_conf_associations *a)
{
	hp_vault_free(a->spec);
	*a = (struct hp_conf_associations){0};
}
