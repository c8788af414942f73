/* SPDX-License-Identifier: BSD-3-Clause */
/* The processor as a crypto device (DPDK cryptodev): the virtual devices that do ESP's algorithms, made by the program itself, a queue pair a
 * worker. Where the processor has AES instructions crypto_aesni_gcm does AES-GCM and crypto_aesni_mb the rest, many packets at once; elsewhere
 * crypto_openssl does all. A worker fills a burst of operations, and drains its queue pair in the same turn: docs/decisions/protect.md. */
#ifndef HP_DATAPLANE_CRYPTO_H
#define HP_DATAPLANE_CRYPTO_H

#include <rte_byteorder.h>
#include <rte_cryptodev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/association.h"

#define HP_CRYPTO_DEVICES 2  /* of one data plane */
#define HP_CRYPTO_BURST   64 /* operations in a queue pair at most */
#define HP_CRYPTO_IV      16
#define HP_CRYPTO_ICV     16 /* of all algorithms that there are */

/* What one packet wants. Each worker has HP_CRYPTO_BURST of them, over and over. */
struct hp_crypto_op {
	struct rte_crypto_op op;
	struct rte_crypto_sym_op sym; /* where cryptodev looks for it: right behind */
	uint8_t iv[HP_CRYPTO_IV];
	uint8_t icv[HP_CRYPTO_ICV];
	uint8_t aad[16]; /* 8 or 12 of it */
} __attribute__((aligned(64)));

struct hp_crypto;

/* Room for so many sessions. 0, -ENOMEM, -ENODEV: no such device in this DPDK. Management, like all here but run. */
int hp_crypto_create(struct hp_crypto **out, uint32_t sessions, unsigned int workers, bool portable, int socket);
void hp_crypto_destroy(struct hp_crypto *c); /* no session left; safe on NULL */
size_t hp_crypto_memory(uint32_t sessions, unsigned int workers);
/* NULL: there are fewer. */
const char *hp_crypto_name(const struct hp_crypto *c, unsigned int device);

/* A session for one direction of an association, and the device that it is of; NULL: no room, or the device cannot. Keys are where no core
 * dump finds them, and wiped with the session. */
void *hp_crypto_session(struct hp_crypto *c, const struct hp_association_spec *spec, uint8_t *device);
void hp_crypto_forget(struct hp_crypto *c, uint8_t device, void *session);

/* What never changes of an operation, and what a packet changes of any. */
void hp_crypto_op_init(struct hp_crypto_op *op);
static inline void hp_crypto_begin(struct hp_crypto_op *o, void *session, struct rte_mbuf *m)
{
	o->op.status = RTE_CRYPTO_OP_STATUS_NOT_PROCESSED;
	o->sym.m_src = m;
	o->sym.session = session;
}

/* What AES-GCM proves and does not encrypt (RFC 4106 §5): the SPI, and as much of the number as there is. */
static inline void hp_crypto_aad(struct hp_crypto_op *o, uint32_t spi_be, uint64_t number, bool esn)
{
	const uint64_t number_be = rte_cpu_to_be_64(number);
	const uint32_t low_be = rte_cpu_to_be_32((uint32_t)number);

	memcpy(o->aad, &spi_be, sizeof(spi_be));
	if (esn)
		memcpy(o->aad + sizeof(spi_be), &number_be, sizeof(number_be));
	else
		memcpy(o->aad + sizeof(spi_be), &low_be, sizeof(low_be));
}

/* Worker: does `n` operations by its queue pair of a device, and returns when all are done; each says in op.status how it went. */
void hp_crypto_run(uint8_t device, uint16_t queue, struct rte_crypto_op *op[], uint16_t n);

#endif
