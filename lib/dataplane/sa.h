/* SPDX-License-Identifier: BSD-3-Clause */
/* Security associations in tunnel mode as the workers see them: by number, for packets that go out (the hot table names it), and by SPI, for
 * those that come in. What is published is never changed, but for sequence numbers and window: those have one writer, for each association
 * belongs to one worker, and its packets go there (spread.c). */
#ifndef HP_DATAPLANE_SA_H
#define HP_DATAPLANE_SA_H

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/association.h"
#include "base/ip6.h"
#include "base/replay.h"
#include "dataplane/crypto.h"
#include "dataplane/index.h"
#include "dataplane/key.h"
#include "dataplane/reclaim.h"

#define HP_SA_HEADER 8u  /* SPI and sequence number */
#define HP_SA_TAIL   2u  /* pad length, next header */
#define HP_SA_SPARE  256 /* retired but still visible; more changes than this in a grace period wait for it */

struct hp_sa {
	void *session;
	struct hp_ip6 hoa; /* whose it is */
	uint32_t spi_be, number;
	uint32_t salt; /* as it stands before the initialization vector */
	uint16_t worker;
	uint8_t device;
	uint8_t encryption;       /* enum hp_association_encryption */
	uint8_t iv;               /* octets of it in the packet */
	uint8_t align;            /* what is encrypted is a multiple of this */
	bool out, home_test, esn; /* home_test: for home test messages only */
	bool rolls_over;          /* sequence numbers may begin again */
	uint64_t nonce;           /* at random: with the sequence number it makes initialization vectors of AES-CBC */

	/* Its worker's. */
	uint64_t sequence __attribute__((aligned(64))); /* out: the last one sent */
	uint64_t packets, octets;                       /* of inner packets */
	struct hp_replay replay;                        /* in */
} __attribute__((aligned(64)));

/* Before its packets' turn comes. */
static inline void hp_sa_prefetch(const struct hp_sa *sa)
{
	rte_prefetch0(sa);
	rte_prefetch0(&sa->sequence);
}

/* And the session's first lines, with the key: measured, more of them only hold each other up. */
static inline void hp_sa_prefetch_session(const struct hp_sa *sa)
{
	for (unsigned int i = 0; i < 4; i++)
		rte_prefetch0((const char *)sa->session + i * RTE_CACHE_LINE_SIZE);
}

struct hp_sas {
	struct hp_sa **by_number;     /* published: load with acquire; [0] is always NULL */
	const struct hp_index *index; /* by SPI, of those that come in: positions in `all` */
	struct hp_sa *all;
	struct hp_key_secret secret;
	uint32_t most; /* the highest number */
	/* Management's. */
	struct hp_crypto *crypto;
	struct hp_index *written;
	struct hp_reclaim *reclaim;
	uint32_t *free_sa, free_count; /* a stack of positions */
	unsigned int workers;
	uint32_t *of_worker; /* how many each has */
};

/* Management. Numbers from 1 to `most`. 0, -ENOMEM, -ENODEV. */
int hp_sas_create(struct hp_sas **out, uint32_t most, unsigned int workers, bool portable, int socket, struct hp_reclaim *reclaim);
void hp_sas_destroy(struct hp_sas *s); /* no reader left, reclaim empty, then what is published goes too; safe on NULL */
size_t hp_sas_memory(uint32_t most, unsigned int workers);
/* Publishes it; one that had this number is retired, and its successor begins with sequence number 1 (so never with the same key).
 * 0, -EINVAL: no such number, or not in tunnel mode; -EEXIST: the SPI is another one's; -ENOSPC, -ENOMEM, -ENOTSUP. */
int hp_sas_put(struct hp_sas *s, uint32_t number, const struct hp_association_spec *spec);
int hp_sas_remove(struct hp_sas *s, uint32_t number); /* 0, -ENOENT, -ENOMEM */

/* Worker. Valid until the next quiescent point. */
static inline struct hp_sa *hp_sas_get(const struct hp_sas *s, uint32_t number)
{
	return __atomic_load_n(&s->by_number[number], __ATOMIC_ACQUIRE);
}

/* Like hp_hot_ask and the rest: each over a whole burst before the next. */
static inline uint64_t hp_sas_ask(const struct hp_sas *s, uint32_t spi_be)
{
	const uint64_t hash = hp_key_fold(spi_be ^ s->secret.word[0], s->secret.word[1]) ^ s->secret.word[2];

	rte_prefetch1(hp_index_bucket(s->index, hash));
	return hash;
}

static inline uint32_t hp_sas_candidate(const struct hp_sas *s, uint64_t hash)
{
	const uint32_t at = hp_index_first(s->index, hash);

	if (at < HP_INDEX_SEARCH)
		hp_sa_prefetch(&s->all[at]);
	return at;
}

struct hp_sa *hp_sas_search(const struct hp_sas *s, uint64_t hash, uint32_t spi_be);

static inline struct hp_sa *hp_sas_confirm(const struct hp_sas *s, uint32_t at, uint64_t hash, uint32_t spi_be)
{
	if (at == HP_INDEX_NONE)
		return NULL;
	if (likely(at != HP_INDEX_SEARCH) && likely(s->all[at].spi_be == spi_be))
		return &s->all[at];
	return hp_sas_search(s, hash, spi_be);
}

/* Octets behind an inner packet: padding, its length and the next header, the integrity check value. */
static inline uint16_t hp_sa_tail(const struct hp_sa *sa, uint16_t inner)
{
	return (uint16_t)((-(inner + HP_SA_TAIL) & (sa->align - 1)) + HP_SA_TAIL + HP_CRYPTO_ICV);
}

/* The largest packet that fits in `octets` behind the outer header. */
static inline uint16_t hp_sa_room(const struct hp_sa *sa, uint16_t octets)
{
	const unsigned int rest = octets - HP_SA_HEADER - sa->iv - HP_CRYPTO_ICV;

	return (uint16_t)(rest / sa->align * sa->align - HP_SA_TAIL);
}

#endif
