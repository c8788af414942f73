/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/sa.h"

#include <errno.h>
#include <rte_byteorder.h>
#include <rte_malloc.h>
#include <string.h>

#include "dataplane/undumped.h"

static uint32_t positions(uint32_t most)
{
	return most + HP_SA_SPARE;
}

size_t hp_sas_memory(uint32_t most, unsigned int workers)
{
	const uint32_t n = positions(most);

	return most ? n * (sizeof(struct hp_sa) + sizeof(struct hp_sa *) + sizeof(uint32_t)) + hp_index_memory(n) +
			       hp_crypto_memory(n, workers)
		    : 0;
}

int hp_sas_create(struct hp_sas **out, uint32_t most, unsigned int workers, bool portable, int socket, struct hp_reclaim *reclaim)
{
	const uint32_t n = positions(most);
	struct hp_sas *s = rte_zmalloc_socket("associations", sizeof(*s), RTE_CACHE_LINE_SIZE, socket);
	int ret = -ENOMEM;

	if (!s)
		return -ENOMEM;
	s->most = most;
	s->workers = workers;
	s->reclaim = reclaim;
	s->secret = hp_key_secret_wide();
	s->by_number = rte_zmalloc_socket("association numbers", (most + 1ull) * sizeof(struct hp_sa *), RTE_CACHE_LINE_SIZE, socket);
	s->all = rte_zmalloc_socket("associations", n * sizeof(*s->all), RTE_CACHE_LINE_SIZE, socket);
	s->free_sa = rte_malloc_socket("free associations", n * sizeof(*s->free_sa), 0, socket);
	s->of_worker = rte_zmalloc_socket("associations of workers", workers * sizeof(*s->of_worker), 0, socket);
	if (s->by_number && s->all && s->free_sa && s->of_worker)
		ret = hp_index_create(&s->written, n, socket, reclaim);
	ret = ret ? ret : hp_crypto_create(&s->crypto, n, workers, portable, socket);
	if (ret) {
		hp_sas_destroy(s);
		return ret;
	}
	hp_undumped(s->all, n * sizeof(*s->all));
	s->index = s->written;
	for (uint32_t i = 0; i < n; i++)
		s->free_sa[i] = n - 1 - i;
	s->free_count = n;
	*out = s;
	return 0;
}

/* Nobody sees it any more: its keys are gone. */
static void back(void *owner, void *ptr, uint32_t position)
{
	struct hp_sas *s = owner;
	struct hp_sa *sa = &s->all[position];

	(void)ptr;
	hp_crypto_forget(s->crypto, sa->device, sa->session);
	explicit_bzero(sa, sizeof(*sa));
	s->free_sa[s->free_count++] = position;
}

void hp_sas_destroy(struct hp_sas *s)
{
	if (!s)
		return;
	for (uint32_t i = 1; s->crypto && i <= s->most; i++)
		if (s->by_number[i])
			back(s, NULL, (uint32_t)(s->by_number[i] - s->all));
	hp_crypto_destroy(s->crypto);
	hp_index_destroy(s->written);
	rte_free(s->of_worker);
	rte_free(s->free_sa);
	rte_free(s->all);
	rte_free(s->by_number);
	rte_free(s);
}

static uint64_t hash(const struct hp_sas *s, uint32_t spi_be)
{
	return hp_sas_ask(s, spi_be);
}

static bool is(const void *table, uint32_t position, const void *key)
{
	const struct hp_sa *all = table;

	return all[position].spi_be == *(const uint32_t *)key;
}

struct hp_sa *hp_sas_search(const struct hp_sas *s, uint64_t key_hash, uint32_t spi_be)
{
	const uint32_t at = hp_index_search(s->index, key_hash, is, s->all, &spi_be);

	return at == HP_INDEX_NONE ? NULL : &s->all[at];
}

/* The worker with the fewest; a successor stays where packets are sent to already. */
static uint16_t worker_for(const struct hp_sas *s, const struct hp_sa *before)
{
	unsigned int least = 0;

	if (before)
		return before->worker;
	for (unsigned int i = 1; i < s->workers; i++)
		if (s->of_worker[i] < s->of_worker[least])
			least = i;
	return (uint16_t)least;
}

static int fill(struct hp_sas *s, struct hp_sa *sa, uint32_t number, const struct hp_association_spec *spec, const struct hp_sa *before)
{
	const bool gcm = spec->encryption == HP_ASSOCIATION_AES_GCM_16, cbc = spec->encryption == HP_ASSOCIATION_AES_CBC;

	*sa = (struct hp_sa){
		.hoa = spec->hoa,
		.spi_be = rte_cpu_to_be_32(spec->spi),
		.number = number,
		.worker = worker_for(s, before),
		.encryption = (uint8_t)spec->encryption,
		.iv = gcm   ? 8
		      : cbc ? HP_CRYPTO_IV
			    : 0,
		.align = cbc ? 16 : 4, /* RFC 4303 §2.4 */
		.out = spec->out,
		.home_test = spec->protects == HP_PROTECT_HOME_TEST,
		.esn = spec->esn,
		/* RFC 4303 §3.3.3: where the peer does not look for replays; never where numbers make what must not repeat. */
		.rolls_over = !gcm && !spec->replay_window,
		.nonce = hp_key_secret_wide().word[0],
	};
	memcpy(&sa->salt, spec->salt, sizeof(sa->salt));
	hp_replay_init(&sa->replay, spec->replay_window, spec->esn && spec->replay_window);
	sa->session = hp_crypto_session(s->crypto, spec, &sa->device);
	return sa->session ? 0 : -ENOTSUP;
}

static void unpublish_spi(struct hp_sas *s, const struct hp_sa *sa)
{
	if (!sa->out)
		hp_index_remove(s->written, hash(s, sa->spi_be), (uint32_t)(sa - s->all));
}

int hp_sas_put(struct hp_sas *s, uint32_t number, const struct hp_association_spec *spec)
{
	const uint32_t spi_be = rte_cpu_to_be_32(spec->spi);
	const uint64_t key = hash(s, spi_be);
	struct hp_sa *before, *same, *sa;
	uint32_t fresh;
	int ret;

	/* Without a window nobody can tell the upper half of an inbound number. */
	if (!number || number > s->most || spec->mode != HP_ASSOCIATION_TUNNEL || (spec->esn && !spec->out && !spec->replay_window))
		return -EINVAL;
	before = s->by_number[number];
	same = spec->out ? NULL : hp_sas_search(s, key, spi_be);
	if (same && same != before)
		return -EEXIST;
	if (hp_reclaim_reserve(s->reclaim, 2))
		return -ENOMEM;
	if (!s->free_count)
		hp_reclaim_poll(s->reclaim, SIZE_MAX);
	if (!s->free_count)
		return -ENOSPC;
	fresh = s->free_sa[s->free_count - 1];
	sa = &s->all[fresh];
	ret = fill(s, sa, number, spec, before);
	if (!ret && !spec->out && !same)
		ret = hp_index_add(s->written, key, fresh);
	if (ret) {
		if (sa->session)
			hp_crypto_forget(s->crypto, sa->device, sa->session);
		explicit_bzero(sa, sizeof(*sa));
		return ret;
	}
	s->free_count--;
	s->of_worker[sa->worker]++;
	if (same)
		hp_index_move(s->written, key, (uint32_t)(same - s->all), fresh);
	__atomic_store_n(&s->by_number[number], sa, __ATOMIC_RELEASE);
	if (!before)
		return 0;
	s->of_worker[before->worker]--;
	if (!same)
		unpublish_spi(s, before);
	hp_reclaim_retire(s->reclaim, back, s, NULL, (uint32_t)(before - s->all));
	return 0;
}

int hp_sas_remove(struct hp_sas *s, uint32_t number)
{
	struct hp_sa *sa = number <= s->most ? s->by_number[number] : NULL;

	if (!sa)
		return -ENOENT;
	if (hp_reclaim_reserve(s->reclaim, 2))
		return -ENOMEM;
	__atomic_store_n(&s->by_number[number], NULL, __ATOMIC_RELEASE);
	s->of_worker[sa->worker]--;
	unpublish_spi(s, sa);
	hp_reclaim_retire(s->reclaim, back, s, NULL, (uint32_t)(sa - s->all));
	return 0;
}
