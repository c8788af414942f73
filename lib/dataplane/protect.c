/* SPDX-License-Identifier: BSD-3-Clause */
/* Into ESP, in tunnel mode (RFC 4303 §3.3): outer headers | SPI, number | IV | inner packet | padding | integrity check value. */
#include <rte_byteorder.h>

#include "dataplane/header.h"
#include "dataplane/policy.h"
#include "dataplane/worker.h"
#include "wire/packet.h"

/* What fills up (RFC 4303 §2.4): 1, 2, 3 and so on, how many, and that the packet in it is an IPv6 packet. By how many there are. */
#define P(...)                                                                                                                             \
	{                                                                                                                                  \
		__VA_ARGS__, HP_PROTO_IPV6                                                                                                 \
	}
static const uint8_t tail[16][17] = {
	P(0),
	P(1, 1),
	P(1, 2, 2),
	P(1, 2, 3, 3),
	P(1, 2, 3, 4, 4),
	P(1, 2, 3, 4, 5, 5),
	P(1, 2, 3, 4, 5, 6, 6),
	P(1, 2, 3, 4, 5, 6, 7, 7),
	P(1, 2, 3, 4, 5, 6, 7, 8, 8),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 9),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 14),
	P(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15),
};

/* RFC 4303 §3.3.3. 0: they are used up. */
static uint64_t next_number(struct hp_sa *sa)
{
	if (!sa->rolls_over && sa->sequence == (sa->esn ? UINT64_MAX : UINT32_MAX))
		return 0;
	return ++sa->sequence;
}

/* `text`: what is encrypted, behind the initialization vector. */
static void gcm(struct hp_crypto_op *o, struct hp_sa *sa, uint8_t *esp, uint32_t at, uint32_t text, uint64_t number)
{
	const uint64_t iv = rte_cpu_to_be_64(number);

	memcpy(esp + HP_SA_HEADER, &iv, sizeof(iv));
	memcpy(o->iv, &sa->salt, sizeof(sa->salt));
	memcpy(o->iv + sizeof(sa->salt), &iv, sizeof(iv));
	hp_crypto_aad(o, sa->spi_be, number, sa->esn);
	o->sym.aead.data.offset = at + HP_SA_HEADER + sa->iv;
	o->sym.aead.data.length = text;
	o->sym.aead.digest.data = esp + HP_SA_HEADER + sa->iv + text;
}

/* The initialization vector of AES-CBC must be unpredictable (RFC 3602 §3): a number that never repeats, encrypted as the block before the
 * first one (NIST SP 800-38A, appendix C). */
static void hmac(struct hp_crypto_op *o, struct hp_sa *sa, uint8_t *esp, uint32_t at, uint32_t text, uint64_t number)
{
	const uint32_t upper_be = rte_cpu_to_be_32((uint32_t)(number >> 32));
	uint8_t *end = esp + HP_SA_HEADER + sa->iv + text;

	if (sa->iv) {
		memcpy(esp + HP_SA_HEADER, &sa->nonce, sizeof(sa->nonce));
		memcpy(esp + HP_SA_HEADER + sizeof(sa->nonce), &number, sizeof(number));
		memset(o->iv, 0, sizeof(o->iv));
		o->sym.cipher.data.offset = at + HP_SA_HEADER;
		o->sym.cipher.data.length = sa->iv + text;
	}
	/* The upper half of the number is proved, not sent: for that long it stands where the proof will. */
	if (sa->esn)
		memcpy(end, &upper_be, sizeof(upper_be));
	o->sym.auth.data.offset = at;
	o->sym.auth.data.length = HP_SA_HEADER + sa->iv + text + (sa->esn ? (uint32_t)sizeof(upper_be) : 0u);
	o->sym.auth.digest.data = sa->esn ? o->icv : end;
}

static bool begin(struct hp_worker *w, struct rte_mbuf *m, struct hp_sa *sa, struct hp_crypto_op *o)
{
	const uint32_t at = hp_meta(m)->word;
	const uint16_t inner = (uint16_t)(m->data_len - at - HP_SA_HEADER - sa->iv), more = hp_sa_tail(sa, inner);
	const unsigned int pad = more - HP_SA_TAIL - HP_CRYPTO_ICV;
	uint64_t number;
	uint32_t low_be;
	uint8_t *esp;

	if (rte_pktmbuf_tailroom(m) < more) {
		hp_drop(w, m, HP_DP_DROP_TOO_LONG);
		return false;
	}
	number = next_number(sa);
	if (!number) {
		hp_drop(w, m, HP_DP_DROP_ESP_NUMBER);
		return false;
	}
	sa->packets++;
	sa->octets += inner;
	esp = rte_pktmbuf_mtod_offset(m, uint8_t *, at);
	/* As long as the longest: the integrity check value comes over the rest. */
	memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, m->data_len), tail[pad], sizeof(tail[pad]));
	m->data_len = (uint16_t)(m->data_len + more);
	m->pkt_len = m->data_len;
	low_be = rte_cpu_to_be_32((uint32_t)number);
	memcpy(esp, &sa->spi_be, sizeof(sa->spi_be));
	memcpy(esp + sizeof(sa->spi_be), &low_be, sizeof(low_be));
	hp_crypto_begin(o, sa->session, m);
	(sa->encryption == HP_ASSOCIATION_AES_GCM_16 ? gcm : hmac)(o, sa, esp, at, inner + pad + HP_SA_TAIL, number);
	return true;
}

static void finish(struct hp_worker *w, struct rte_mbuf *m, const struct hp_sa *sa, const struct hp_crypto_op *o)
{
	if (unlikely(o->op.status != RTE_CRYPTO_OP_STATUS_SUCCESS)) {
		hp_drop(w, m, HP_DP_DROP_ESP_DEVICE);
		return;
	}
	if (sa->esn && sa->encryption != HP_ASSOCIATION_AES_GCM_16)
		memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, m->data_len - HP_CRYPTO_ICV), o->icv, HP_CRYPTO_ICV);
	hp_lane_add(&w->output, m);
}

void hp_protect_run(struct hp_worker *w, struct hp_sa *sa[], unsigned int n)
{
	struct rte_crypto_op *op[HP_CRYPTO_DEVICES][HP_BURST];
	uint16_t count[HP_CRYPTO_DEVICES] = {0};
	uint8_t device[HP_CRYPTO_DEVICES] = {0};

	/* There are at most two: that of the first, and another one. */
	for (unsigned int i = 0; i < n; i++) {
		const unsigned int which = sa[i]->device != sa[0]->device;

		device[which] = sa[i]->device;
		op[which][count[which]++] = &w->esp->op[i].op;
	}
	for (unsigned int d = 0; d < HP_CRYPTO_DEVICES; d++)
		hp_crypto_run(device[d], (uint16_t)w->index, op[d], count[d]);
}

/* The associations of the burst: NULL where it is gone. Their lines are sent for together. */
static void associations(struct hp_worker *w, unsigned int n, struct hp_sa *sa[HP_BURST])
{
	const struct hp_sas *sas = w->shared->sas;

	for (unsigned int i = 0; i < n; i++)
		rte_prefetch0(&sas->by_number[w->esp->number[i]]);
	for (unsigned int i = 0; i < n; i++) {
		sa[i] = hp_sas_get(sas, w->esp->number[i]);
		if (sa[i])
			hp_sa_prefetch(sa[i]);
	}
}

/* False: it goes no further here. What is to be protected never leaves without. */
static bool wrapped(struct hp_worker *w, struct rte_mbuf *m, const struct hp_sa *sa)
{
	if (!sa || !sa->out) {
		hp_drop(w, m, HP_DP_DROP_ESP_ASSOCIATION);
		return false;
	}
	if (sa->worker != w->index) {
		hp_meta(m)->home = hp_meta(m)->entry->prefix;
		hp_spread_bound(w, m, sa->worker);
		return false;
	}
	return hp_intercept_protected(w, m, sa);
}

void hp_stage_protect(struct hp_worker *w)
{
	struct hp_lane *in = &w->esp->protect;
	struct hp_crypto_op *op = w->esp->op;
	struct hp_sa *sa[HP_BURST];
	unsigned int n = 0;

	associations(w, in->n, sa);
	for (unsigned int i = 0; i < in->n; i++)
		if (sa[i])
			hp_sa_prefetch_session(sa[i]);
	for (unsigned int i = 0; i < in->n; i++) {
		struct rte_mbuf *m = in->m[i];

		if (!wrapped(w, m, sa[i]) || !begin(w, m, sa[i], &op[n]))
			continue;
		in->m[n] = m;
		sa[n++] = sa[i];
	}
	hp_protect_run(w, sa, n);
	for (unsigned int i = 0; i < n; i++)
		finish(w, in->m[i], sa[i], &op[i]);
	hp_count(w, HP_DP_PROTECTED, n);
	hp_count(w, HP_DP_INTERCEPTED, n);
	in->n = 0;
	if (w->shared->spread)
		hp_spread_flush(w);
}
