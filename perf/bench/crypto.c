/* SPDX-License-Identifier: BSD-3-Clause */
#include "crypto.h"

#include <rte_cryptodev.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "dataplane/state.h"
#include "traffic.h"
#include "world.h"

#define BURST 64
#define ETHER 14
#define IP6   40
#define ESP   16 /* SPI, number, initialization vector */
#define ICV   16

struct crypto {
	bool encrypt;
	void *session[TRAFFIC_ESP];
	uint32_t salt[TRAFFIC_ESP];
	uint8_t device;
	uint16_t queue;
	uint64_t random;
	struct hp_crypto_op op[BURST];
};

void crypto_init(struct baseline *b, const struct world *w, bool encrypt)
{
	static struct crypto c;

	c.encrypt = encrypt;
	c.queue = b->queue;
	c.random = 88172645463325252u;
	for (uint32_t i = 0; i < TRAFFIC_ESP; i++) {
		const struct hp_sa *sa = hp_sas_get(w->dp->shared.sas, 2 * i + 1 + encrypt);

		c.session[i] = sa->session;
		c.salt[i] = sa->salt;
		c.device = sa->device;
	}
	for (unsigned int i = 0; i < BURST; i++)
		hp_crypto_op_init(&c.op[i]);
	b->crypto = &c;
}

/* Which node's, and where its octets begin in the frame. */
static uint32_t node_of(struct crypto *c, const uint8_t *frame, unsigned int *at)
{
	if (!c->encrypt) {
		*at = ETHER + IP6;
		return (uint32_t)(frame[ETHER + IP6 + 2] << 8 | frame[ETHER + IP6 + 3]);
	}
	*at = 0; /* in front: its own frame's first octets serve as header */
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return (uint32_t)((c->random >> 32) * TRAFFIC_ESP >> 32);
}

/* Everything that a device must be told of one packet, by cryptodev's names. */
static inline void tell(struct crypto *c, struct hp_crypto_op *o, struct rte_mbuf *m, uint32_t node, unsigned int at, unsigned int len)
{
	uint8_t *esp = rte_pktmbuf_mtod_offset(m, uint8_t *, at);

	o->op.status = RTE_CRYPTO_OP_STATUS_NOT_PROCESSED;
	o->sym.m_src = m;
	o->sym.session = c->session[node];
	memcpy(o->iv, &c->salt[node], 4);
	memcpy(o->iv + 4, esp + 8, 8);
	memcpy(o->aad, esp, 8);
	o->sym.aead.data.offset = at + ESP;
	o->sym.aead.data.length = len;
	o->sym.aead.digest.data = esp + ESP + len;
}

int baseline_crypto(void *arg)
{
	struct baseline *b = arg;
	struct crypto *c = b->crypto;

	while (!__atomic_load_n(&b->stop, __ATOMIC_RELAXED)) {
		struct rte_mbuf *m[BURST];
		struct rte_crypto_op *op[BURST];
		uint32_t node[BURST];
		unsigned int at[BURST], len[BURST];
		uint16_t n = rte_eth_rx_burst(b->port, b->queue, m, BURST), done;
		uint64_t start;

		for (unsigned int i = 0; i < n; i++) {
			node[i] = node_of(c, rte_pktmbuf_mtod(m[i], const uint8_t *), &at[i]);
			len[i] = m[i]->data_len - ETHER - (c->encrypt ? 0u : IP6 + ESP + ICV);
			if (c->encrypt) { /* with what ESP adds */
				len[i] = (len[i] + 2 + 3) / 4 * 4;
				rte_pktmbuf_append(m[i], ESP + ICV + 4);
			}
		}
		start = rte_rdtsc();
		for (unsigned int i = 0; i < n; i++) {
			op[i] = &c->op[i].op;
			tell(c, &c->op[i], m[i], node[i], at[i], len[i]);
		}
		rte_cryptodev_enqueue_burst(c->device, c->queue, op, n);
		for (done = 0; done < n;)
			done = (uint16_t)(done + rte_cryptodev_dequeue_burst(c->device, c->queue, op, BURST));
		b->cycles += rte_rdtsc() - start;
		b->packets += n;
		for (unsigned int i = 0; i < n; i++)
			b->wrong += c->op[i].op.status != RTE_CRYPTO_OP_STATUS_SUCCESS;
		rte_eth_tx_burst(b->port, b->queue, m, n);
	}
	return 0;
}
