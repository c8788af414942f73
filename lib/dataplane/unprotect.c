/* SPDX-License-Identifier: BSD-3-Clause */
/* Out of ESP, in tunnel mode (RFC 4303 §3.4): by SPI its association, whether the number is new, proof and decryption of the whole burst; then
 * the number counts, what filled up is judged, and the inner packet must be one that the association is for. The rest is detunnel's. */
#include <rte_byteorder.h>

#include "dataplane/header.h"
#include "dataplane/policy.h"
#include "dataplane/worker.h"
#include "wire/packet.h"

static uint32_t spi_of(const struct rte_mbuf *m)
{
	uint32_t spi_be;

	memcpy(&spi_be, rte_pktmbuf_mtod_offset(m, const uint8_t *, hp_meta((struct rte_mbuf *)(uintptr_t)m)->word), sizeof(spi_be));
	return spi_be;
}

/* Octets that are encrypted; 0: so short, or so long, that it is none of this association's. */
static uint32_t text_of(const struct rte_mbuf *m, uint32_t at, const struct hp_sa *sa)
{
	const uint32_t around = at + HP_SA_HEADER + sa->iv + HP_CRYPTO_ICV;

	return m->data_len < around + sa->align || (m->data_len - around) % sa->align ? 0 : m->data_len - around;
}

static void gcm(struct hp_crypto_op *o, const struct hp_sa *sa, uint8_t *esp, uint32_t at, uint32_t text, uint64_t number)
{
	memcpy(o->iv, &sa->salt, sizeof(sa->salt));
	memcpy(o->iv + sizeof(sa->salt), esp + HP_SA_HEADER, 8);
	hp_crypto_aad(o, sa->spi_be, number, sa->esn);
	o->sym.aead.data.offset = at + HP_SA_HEADER + sa->iv;
	o->sym.aead.data.length = text;
	o->sym.aead.digest.data = esp + HP_SA_HEADER + sa->iv + text;
}

static void hmac(struct hp_crypto_op *o, const struct hp_sa *sa, uint8_t *esp, uint32_t at, uint32_t text, uint64_t number)
{
	const uint32_t upper_be = rte_cpu_to_be_32((uint32_t)(number >> 32));
	uint8_t *end = esp + HP_SA_HEADER + sa->iv + text;

	if (sa->iv) {
		memcpy(o->iv, esp + HP_SA_HEADER, sizeof(o->iv));
		o->sym.cipher.data.offset = at + HP_SA_HEADER + sa->iv;
		o->sym.cipher.data.length = text;
	}
	o->sym.auth.data.offset = at;
	o->sym.auth.data.length = HP_SA_HEADER + sa->iv + text;
	o->sym.auth.digest.data = end;
	if (!sa->esn)
		return;
	/* The upper half of the number stood here when the proof was made (RFC 4303 §3.4.4.1). */
	memcpy(o->icv, end, sizeof(o->icv));
	memcpy(end, &upper_be, sizeof(upper_be));
	o->sym.auth.data.length += (uint32_t)sizeof(upper_be);
	o->sym.auth.digest.data = o->icv;
}

/* *number: what the packet says its number is. False: dropped. */
static bool begin(struct hp_worker *w, struct rte_mbuf *m, struct hp_sa *sa, struct hp_crypto_op *o, uint64_t *number)
{
	const uint32_t at = hp_meta(m)->word, text = text_of(m, at, sa);
	uint8_t *esp = rte_pktmbuf_mtod_offset(m, uint8_t *, at);
	uint32_t low_be;

	if (!text) {
		hp_drop(w, m, HP_DP_DROP_ESP_LENGTH);
		return false;
	}
	memcpy(&low_be, esp + sizeof(sa->spi_be), sizeof(low_be));
	if (!hp_replay_check(&sa->replay, rte_be_to_cpu_32(low_be), number)) {
		hp_drop(w, m, HP_DP_DROP_ESP_REPLAY);
		return false;
	}
	hp_crypto_begin(o, sa->session, m);
	(sa->encryption == HP_ASSOCIATION_AES_GCM_16 ? gcm : hmac)(o, sa, esp, at, text, *number);
	return true;
}

/* What the number and the proof are worth. */
static enum hp_dp_counter proved(struct hp_sa *sa, const struct hp_crypto_op *o, uint64_t number)
{
	if (unlikely(o->op.status != RTE_CRYPTO_OP_STATUS_SUCCESS))
		return o->op.status == RTE_CRYPTO_OP_STATUS_AUTH_FAILED ? HP_DP_DROP_ESP_INTEGRITY : HP_DP_DROP_ESP_DEVICE;
	return hp_replay_accept(&sa->replay, number) ? HP_DP_COUNT : HP_DP_DROP_ESP_REPLAY;
}

/* RFC 4303 §2.4, §2.6: HP_DP_COUNT, and *inner octets of an IPv6 packet are at `text`. */
static enum hp_dp_counter filled_up(const uint8_t *text, uint32_t len, uint32_t *inner)
{
	const uint32_t pad = text[len - 2];
	const uint8_t next = text[len - 1];

	if (pad > len - HP_SA_TAIL)
		return HP_DP_DROP_ESP_PADDING;
	for (uint32_t i = 1; i <= pad; i++)
		if (text[len - HP_SA_TAIL - pad + i - 1] != i)
			return HP_DP_DROP_ESP_PADDING;
	if (next == HP_PROTO_NONE)
		return HP_DP_DROP_ESP_DUMMY;
	if (next != HP_PROTO_IPV6)
		return HP_DP_DROP_ESP_NEXT;
	*inner = len - HP_SA_TAIL - pad;
	return *inner < HP_IP6_HEADER ? HP_DP_DROP_TUNNEL_INNER : HP_DP_COUNT;
}

/* A listener's message is from its link-local address: it is the node's if it comes from where the node is. */
static bool of_listener(const struct hp_worker *w, const struct hp_sa *sa, const struct hp_header *outer, const struct hp_header *inner)
{
	const struct hp_hot_entry *e;

	if (sa->home_test || !hp_ip6_is_linklocal(&inner->src))
		return false;
	e = hp_hot_find(w->shared->hot, &sa->hoa);
	return e && e->kind == HP_HOT_ESP && hp_ip6_eq(&e->outer_dst, &outer->src);
}

/* RFC 4301 §5.2: the association is of one node, and of home test messages or of all that it sends. */
static bool selected(const struct hp_worker *w, struct rte_mbuf *m, const struct hp_sa *sa, uint32_t at, uint32_t inner)
{
	const struct hp_header *outer = hp_header(m), *h = rte_pktmbuf_mtod_offset(m, const struct hp_header *, at);

	if (!hp_ip6_eq(&h->src, &sa->hoa) && !of_listener(w, sa, outer, h))
		return false;
	return !sa->home_test || hp_policy_is_message(h, inner, HP_MH_HOTI);
}

static bool finish(struct hp_worker *w, struct rte_mbuf *m, struct hp_sa *sa, const struct hp_crypto_op *o, uint64_t number)
{
	const uint32_t esp = hp_meta(m)->word, at = esp + HP_SA_HEADER + sa->iv;
	enum hp_dp_counter why = proved(sa, o, number);
	uint32_t inner = 0;

	if (why == HP_DP_COUNT)
		why = filled_up(rte_pktmbuf_mtod_offset(m, const uint8_t *, at), text_of(m, esp, sa), &inner);
	if (why == HP_DP_COUNT && !selected(w, m, sa, at, inner))
		why = HP_DP_DROP_ESP_SELECTOR;
	if (why != HP_DP_COUNT) {
		hp_drop(w, m, why);
		return false;
	}
	sa->packets++;
	sa->octets += inner;
	m->data_len = (uint16_t)(at + inner);
	m->pkt_len = m->data_len;
	hp_detunnel_add(w, m, at);
	return true;
}

/* The associations of the burst: those of the packets that are for this worker, the others are on their way elsewhere. Returns how many. */
static unsigned int associations(struct hp_worker *w, struct hp_lane *in, struct hp_sa *sa[HP_BURST])
{
	const struct hp_sas *sas = w->shared->sas;
	uint64_t hash[HP_BURST];
	uint32_t at[HP_BURST];
	unsigned int n = 0;

	for (unsigned int i = 0; i < in->n; i++)
		hash[i] = hp_sas_ask(sas, spi_of(in->m[i]));
	for (unsigned int i = 0; i < in->n; i++)
		at[i] = hp_sas_candidate(sas, hash[i]);
	for (unsigned int i = 0; i < in->n; i++) {
		struct rte_mbuf *m = in->m[i];
		struct hp_sa *its = hp_sas_confirm(sas, at[i], hash[i], spi_of(m));

		if (!its) { /* of the management core, or of nobody */
			hp_local_punt(w, m);
		} else if (its->worker != w->index) {
			hp_spread_ours(w, m, its->worker);
		} else {
			hp_sa_prefetch_session(its);
			in->m[n] = m;
			sa[n++] = its;
		}
	}
	return n;
}

void hp_stage_unprotect(struct hp_worker *w)
{
	struct hp_lane *in = &w->esp->unprotect;
	struct hp_crypto_op *op = w->esp->op;
	struct hp_sa *sa[HP_BURST];
	uint64_t number[HP_BURST];
	unsigned int all = associations(w, in, sa), n = 0, out = 0;

	for (unsigned int i = 0; i < all; i++) {
		if (!begin(w, in->m[i], sa[i], &op[n], &number[n]))
			continue;
		in->m[n] = in->m[i];
		sa[n++] = sa[i];
	}
	hp_protect_run(w, sa, n);
	for (unsigned int i = 0; i < n; i++)
		out += finish(w, in->m[i], sa[i], &op[i], number[i]);
	hp_count(w, HP_DP_UNPROTECTED, out);
	in->n = 0;
	if (w->shared->spread)
		hp_spread_flush(w);
}
