/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/subscriber.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct hp_subscribers {
	struct hp_table *by_hoa, *by_identity;
	struct hp_secrets *secrets;
	struct hp_hash_key half[2]; /* an identity is looked for by 128 bits of keyed hash: nobody can make two meet */
	size_t octets;              /* of the subscribers themselves */
};

#define OVERHEAD 8 /* of the C library's allocator */

int hp_subscribers_create(struct hp_subscribers **out, uint64_t seed)
{
	struct hp_subscribers *s = calloc(1, sizeof(*s));
	struct hp_random random;
	struct hp_hash_key key[2];

	if (!s)
		return -ENOMEM;
	hp_random_seed(&random, seed);
	for (unsigned int i = 0; i < 2; i++) {
		key[i] = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
		s->half[i] = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	}
	if (hp_table_create(&s->by_hoa, offsetof(struct hp_subscriber, hoa) - offsetof(struct hp_subscriber, by_hoa), sizeof(struct hp_ip6),
			    key[0]) ||
	    hp_table_create(&s->by_identity, offsetof(struct hp_subscriber, identity_hash) - offsetof(struct hp_subscriber, by_identity),
			    2 * sizeof(uint64_t), key[1]) ||
	    hp_secrets_create(&s->secrets)) {
		hp_subscribers_destroy(s);
		return -ENOMEM;
	}
	*out = s;
	return 0;
}

static int give_back(struct hp_table_node *node, void *ctx)
{
	free(hp_container_of(node, struct hp_subscriber, by_hoa));
	return 0;
}

void hp_subscribers_destroy(struct hp_subscribers *s)
{
	if (!s)
		return;
	if (s->by_hoa)
		hp_table_each(s->by_hoa, give_back, NULL);
	hp_table_destroy(s->by_hoa);
	hp_table_destroy(s->by_identity);
	hp_secrets_destroy(s->secrets);
	free(s);
}

static size_t size_of(size_t identity_len)
{
	return sizeof(struct hp_subscriber) + identity_len + 1;
}

static void hash_identity(const struct hp_subscribers *s, const char *identity, size_t len, uint64_t out[2])
{
	for (unsigned int i = 0; i < 2; i++)
		out[i] = hp_hash(&s->half[i], identity, len);
}

static bool keep_key(struct hp_subscribers *s, struct hp_key *out, const struct hp_key_spec *spec)
{
	if (!spec->spi)
		return true;
	*out = (struct hp_key){
		.spi = spec->spi,
		.algorithm = (uint8_t)spec->algorithm,
		.len = spec->len,
		.timestamp = spec->timestamp,
		.octets = hp_secrets_keep(s->secrets, spec->octets, spec->len),
	};
	return out->octets;
}

static void drop_key(struct hp_subscribers *s, struct hp_key *key)
{
	hp_secrets_drop(s->secrets, key->octets, key->len);
	*key = (struct hp_key){0};
}

/* The newer key takes the place of the older. */
static void retire(struct hp_subscribers *s, struct hp_subscriber *r)
{
	drop_key(s, &r->key[0]);
	r->key[0] = r->key[1];
	r->key[1] = (struct hp_key){0};
}

static void release(struct hp_subscribers *s, struct hp_subscriber *r)
{
	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS; i++)
		drop_key(s, &r->key[i]);
	drop_key(s, &r->aaa);
	free(r);
}

static bool same_key(const struct hp_key *a, const struct hp_key *b)
{
	return a->spi && a->spi == b->spi && a->timestamp == b->timestamp && a->algorithm == b->algorithm && a->len == b->len &&
	       hp_hmac_equal(a->octets, b->octets, a->len);
}

/* Which of `keys` is this one; -1: none. */
static int same_as(const struct hp_key *key, const struct hp_subscriber *r)
{
	for (int i = 0; i < HP_SUBSCRIBER_KEYS; i++)
		if (same_key(key, &r->key[i]))
			return i;
	return -1;
}

void hp_subscribers_inherit(struct hp_subscribers *s, struct hp_subscriber *r, const struct hp_subscriber *before)
{
	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS; i++) {
		const int k = same_as(&r->key[i], before);

		if (k >= 0) {
			r->key[i].has_last = before->key[k].has_last;
			r->key[i].last = before->key[k].last;
		}
	}
	if (r->key[1].has_last && same_as(&r->key[1], before) == 0)
		retire(s, r);
}

static struct hp_subscriber *first_of(const struct hp_subscribers *s, const uint64_t hash[2])
{
	struct hp_table_node *node = hp_table_find(s->by_identity, hash);

	return node ? hp_container_of(node, struct hp_subscriber, by_identity) : NULL;
}

static int list(struct hp_subscribers *s, struct hp_subscriber *r)
{
	struct hp_subscriber *first = first_of(s, r->identity_hash);
	int ret = 0;

	if (first) {
		r->sibling = first->sibling;
		first->sibling = r;
	} else {
		ret = hp_table_insert(s->by_identity, &r->by_identity);
		r->listed = !ret;
	}
	return ret;
}

static void unlist(struct hp_subscribers *s, struct hp_subscriber *r)
{
	struct hp_subscriber *first = first_of(s, r->identity_hash);

	if (first != r) {
		while (first->sibling != r)
			first = first->sibling;
		first->sibling = r->sibling;
		return;
	}
	hp_table_remove(s->by_identity, &r->by_identity);
	/* Takes the place just left: cannot fail for want of memory. */
	if (r->sibling) {
		hp_table_insert(s->by_identity, &r->sibling->by_identity);
		r->sibling->listed = true;
	}
}

static void take_out(struct hp_subscribers *s, struct hp_subscriber *r)
{
	unlist(s, r);
	hp_table_remove(s->by_hoa, &r->by_hoa);
	s->octets -= size_of(r->identity_len) + OVERHEAD;
}

int hp_subscribers_put(struct hp_subscribers *s, const struct hp_subscriber_spec *spec)
{
	struct hp_subscriber *r = calloc(1, size_of(spec->identity_len)), *old = hp_subscribers_find(s, &spec->hoa);
	bool kept = true;

	if (!r)
		return -ENOMEM;
	r->hoa = spec->hoa;
	r->suspended = spec->suspended;
	r->configured = spec->configured;
	r->identity_len = spec->identity_len;
	memcpy(r->identity, spec->identity, spec->identity_len);
	hash_identity(s, r->identity, r->identity_len, r->identity_hash);
	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS; i++)
		kept = kept && keep_key(s, &r->key[i], &spec->key[i]);
	if (!kept || !keep_key(s, &r->aaa, &spec->aaa)) {
		release(s, r);
		return -ENOMEM;
	}
	if (old) {
		hp_subscribers_inherit(s, r, old);
		r->associations = old->associations;
		take_out(s, old);
	}
	if (list(s, r) || hp_table_insert(s->by_hoa, &r->by_hoa)) {
		/* Only a new one can fail: the places of an old one were free. */
		if (r->listed || r->sibling)
			unlist(s, r);
		release(s, r);
		return -ENOMEM;
	}
	s->octets += size_of(r->identity_len) + OVERHEAD;
	if (old)
		release(s, old);
	return 0;
}

void hp_subscribers_remove(struct hp_subscribers *s, struct hp_subscriber *r)
{
	if (!r)
		return;
	take_out(s, r);
	release(s, r);
}

struct hp_subscriber *hp_subscribers_find(const struct hp_subscribers *s, const struct hp_ip6 *hoa)
{
	struct hp_table_node *node = hp_table_find(s->by_hoa, hoa);

	return node ? hp_container_of(node, struct hp_subscriber, by_hoa) : NULL;
}

struct hp_subscriber *hp_subscribers_identity(const struct hp_subscribers *s, const char *identity, size_t len)
{
	uint64_t hash[2];

	hash_identity(s, identity, len, hash);
	return first_of(s, hash);
}

void hp_subscribers_foresee(const struct hp_subscribers *s, const struct hp_ip6 *const hoa[], unsigned int n)
{
	struct hp_table_node *node[HP_TABLE_FORESEE];

	hp_table_foresee(s->by_hoa, (const void *const *)hoa, n, node);
	for (unsigned int i = 0; i < n; i++)
		if (node[i]) {
			const struct hp_subscriber *r = hp_container_of(node[i], struct hp_subscriber, by_hoa);

			__builtin_prefetch(r->identity);
			for (unsigned int k = 0; k < HP_SUBSCRIBER_KEYS; k++)
				__builtin_prefetch(r->key[k].octets);
		}
}

static void spec_of(const struct hp_key *key, struct hp_key_spec *out)
{
	if (!key->spi)
		return;
	*out = (struct hp_key_spec){
		.spi = key->spi, .algorithm = (enum hp_hmac_algorithm)key->algorithm, .timestamp = key->timestamp, .len = key->len};
	memcpy(out->octets, key->octets, key->len);
}

void hp_subscriber_spec(const struct hp_subscriber *r, struct hp_subscriber_spec *out)
{
	*out = (struct hp_subscriber_spec){
		.hoa = r->hoa, .identity_len = r->identity_len, .suspended = r->suspended, .configured = r->configured};
	memcpy(out->identity, r->identity, r->identity_len);
	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS; i++)
		spec_of(&r->key[i], &out->key[i]);
	spec_of(&r->aaa, &out->aaa);
}

void hp_subscriber_spec_wipe(struct hp_subscriber_spec *spec)
{
	hp_secret_wipe(spec, sizeof(*spec));
}

const struct hp_key *hp_subscriber_key(const struct hp_subscriber *r, uint32_t spi)
{
	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS && spi; i++)
		if (r->key[i].spi == spi)
			return &r->key[i];
	return NULL;
}

bool hp_subscriber_accept(struct hp_subscribers *s, struct hp_subscriber *r, uint32_t spi, uint64_t value)
{
	struct hp_key *key = (struct hp_key *)hp_subscriber_key(r, spi);

	if (!key)
		return false;
	key->has_last = true;
	key->last = value;
	if (key != &r->key[1])
		return false;
	retire(s, r);
	return true;
}

struct walk {
	int (*each)(struct hp_subscriber *subscriber, void *ctx);
	void *ctx;
};

static int step(struct hp_table_node *node, void *ctx)
{
	const struct walk *w = ctx;

	return w->each(hp_container_of(node, struct hp_subscriber, by_hoa), w->ctx);
}

int hp_subscribers_each(struct hp_subscribers *s, int (*each)(struct hp_subscriber *subscriber, void *ctx), void *ctx)
{
	struct walk w = {each, ctx};

	return hp_table_each(s->by_hoa, step, &w);
}

size_t hp_subscribers_page(const struct hp_subscribers *s, bool first, uint64_t after, size_t max, struct hp_subscriber **out, size_t cap,
			   uint64_t *next, bool *more)
{
	/* A node is the first member: the same pointers. */
	_Static_assert(offsetof(struct hp_subscriber, by_hoa) == 0, "the page is one of nodes");

	return hp_table_page(s->by_hoa, first, after, max, (struct hp_table_node **)(void *)out, cap, next, more);
}

size_t hp_subscribers_count(const struct hp_subscribers *s)
{
	return hp_table_count(s->by_hoa);
}

size_t hp_subscribers_memory(const struct hp_subscribers *s)
{
	return s->octets + hp_table_memory(s->by_hoa) + hp_table_memory(s->by_identity) + hp_secrets_memory(s->secrets);
}
