/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/mobile_nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/draft.h"

const char *const hp_conf_algorithms[] = {"hmac-sha1", "hmac-sha256", NULL};
const char *const hp_conf_replays[] = {"timestamp", "sequence", NULL};

static int key_replay(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_draft_key *d = out;

	d->has_replay = true;
	return hp_value_word(v, key, &d->replay);
}

/* The place that a key of this SPI takes. NULL: none, *e filled. */
static struct hp_conf_key *place_of(const struct hp_value *v, const struct hp_draft *d, const struct hp_draft_key *k)
{
	struct hp_conf_mobile_node *n = d->node;
	const bool aaa = k->spi == HP_CONF_SPI_AAA;

	if (aaa && (k->algorithm != HP_CONF_HMAC_SHA1 || k->has_replay))
		hp_error_set(v->error, EINVAL, v->path,
			     "found an algorithm or replay with SPI %d, want the MN-AAA key (RFC 4285 §5.2) with hmac-sha1 and no replay",
			     HP_CONF_SPI_AAA);
	else if (!aaa && k->spi < HP_CONF_SPI_LEAST)
		hp_error_set(v->error, EINVAL, v->path, "found SPI %u, want %d or more, or %d for the MN-AAA key", k->spi,
			     HP_CONF_SPI_LEAST, HP_CONF_SPI_AAA);
	else if ((aaa && n->aaa.spi) || (d->keys && n->key[0].spi == k->spi) || (d->keys > 1 && n->key[1].spi == k->spi))
		hp_error_set(v->error, EINVAL, v->path, "found SPI %u a second time, want keys of different SPIs", k->spi);
	else if (!aaa && d->keys == HP_CONF_KEYS)
		hp_error_set(v->error, EINVAL, v->path, "found one more MN-HA key, want at most %d", HP_CONF_KEYS);
	else
		return aaa ? &n->aaa : &n->key[d->keys];
	return NULL;
}

int hp_draft_keep(const struct hp_value *v, struct hp_draft *d, const struct hp_draft_key *k)
{
	struct hp_conf_key *to = place_of(v, d, k);

	if (!to)
		return -EINVAL;
	*to = (struct hp_conf_key){
		.spi = k->spi,
		.algorithm = (uint8_t)k->algorithm,
		.replay = (uint8_t)k->replay,
		.len = k->key.len,
		.octets = hp_secrets_keep(d->secrets, k->key.octets, k->key.len),
	};
	d->keys += k->spi != HP_CONF_SPI_AAA;
	return to->octets ? 0 : hp_error_set(v->error, ENOMEM, v->path, "out of memory");
}

static int one_key(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"spi", hp_value_u32, offsetof(struct hp_draft_key, spi), 0, UINT32_MAX, .required = true},
		{"key", hp_value_hex, offsetof(struct hp_draft_key, key), HP_CONF_KEY_LEAST, HP_CONF_KEY_MOST, .required = true},
		{"algorithm", hp_value_word, offsetof(struct hp_draft_key, algorithm), .more = hp_conf_algorithms},
		{"replay", key_replay, .more = hp_conf_replays},
		HP_VALUE_KEYS_END,
	};
	struct hp_draft_key k = {0};
	int ret = hp_value_table(v, keys, &k);

	(void)i;
	ret = ret ? ret : hp_draft_keep(v, ctx, &k);
	hp_secret_wipe(&k, sizeof(k));
	return ret;
}

static int node_keys(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	const struct hp_value secret = {v->json, v->path, v->error, .secret = true};

	(void)key;
	return hp_value_each(&secret, "keys", one_key, out);
}

int hp_conf_identity(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	char **text = out;
	int ret = hp_value_string(v, key, text);

	return ret || strlen(*text) <= HP_CONF_IDENTITY_MOST ? ret : hp_value_want(v, "at most %d octets", HP_CONF_IDENTITY_MOST);
}

#define NODE(m) offsetof(struct hp_conf_mobile_node, m)

int hp_mobile_node_read(const struct hp_value *v, struct hp_secrets *secrets, struct hp_conf_mobile_node *out)
{
	static const struct hp_value_key keys[] = {
		{"home_address", hp_value_address, NODE(home_address), .required = true, .inside = true},
		{"identity", hp_conf_identity, NODE(identity), .required = true, .inside = true},
		{"keys", node_keys},
		{"security_associations", hp_conf_associations_read, NODE(associations), .inside = true},
		{"suspended", hp_value_bool, NODE(suspended), .inside = true},
		HP_VALUE_KEYS_END,
	};
	struct hp_draft d = {out, secrets, 0};
	int ret = hp_value_table(v, keys, &d);

	return ret ? ret : hp_conf_associations_check(&out->associations, &out->home_address, v);
}

void hp_mobile_node_drop(struct hp_conf_mobile_node *n, struct hp_secrets *secrets)
{
	for (unsigned int i = 0; i < HP_CONF_KEYS; i++)
		hp_secrets_drop(secrets, n->key[i].octets, n->key[i].len);
	hp_secrets_drop(secrets, n->aaa.octets, n->aaa.len);
	hp_conf_associations_free(&n->associations);
	free(n->identity);
}
