/* SPDX-License-Identifier: BSD-3-Clause */
#define ALLOW_EXPERIMENTAL_API /* rte_cryptodev_sym_session_pool_create: there is no other way to a session */
#include "dataplane/crypto.h"

#include <errno.h>
#include <rte_cpuflags.h>
#include <rte_dev.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/undumped.h"

/* Held against what is taken by unit/dataplane: of the largest session in its pool, of a queue pair of both devices, and besides. */
#define SESSION_OCTETS 2112 /* on pages of 4 KiB two fit, on larger ones it is less */
#define QUEUE_OCTETS   (512u * 1024)
#define FIXED_OCTETS   (1024u * 1024)

struct device {
	char name[32];
	uint8_t id;
	bool started;
};

struct hp_crypto {
	unsigned int devices;
	struct device device[HP_CRYPTO_DEVICES];
	struct rte_mempool *sessions;
};

_Static_assert(offsetof(struct hp_crypto_op, sym) == sizeof(struct rte_crypto_op), "cryptodev finds the operation behind its header");

size_t hp_crypto_memory(uint32_t sessions, unsigned int workers)
{
	return (size_t)sessions * SESSION_OCTETS + (size_t)workers * QUEUE_OCTETS + FIXED_OCTETS;
}

static bool has_aes(void)
{
#ifdef RTE_ARCH_X86
	return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AES) == 1 && rte_cpu_get_flag_enabled(RTE_CPUFLAG_PCLMULQDQ) == 1;
#else
	return false;
#endif
}

static bool takes_gcm(uint8_t id)
{
	const struct rte_cryptodev_sym_capability_idx gcm = {.type = RTE_CRYPTO_SYM_XFORM_AEAD, .algo.aead = RTE_CRYPTO_AEAD_AES_GCM};
	const struct rte_cryptodev_symmetric_capability *c = rte_cryptodev_sym_capability_get(id, &gcm);

	return c && rte_cryptodev_sym_capability_check_aead(c, 16, HP_CRYPTO_ICV, 8, 12) == 0;
}

static bool takes_cbc_and_hmac(uint8_t id)
{
	const struct rte_cryptodev_sym_capability_idx cbc = {.type = RTE_CRYPTO_SYM_XFORM_CIPHER, .algo.cipher = RTE_CRYPTO_CIPHER_AES_CBC},
						      hmac = {.type = RTE_CRYPTO_SYM_XFORM_AUTH, .algo.auth = RTE_CRYPTO_AUTH_SHA256_HMAC};
	const struct rte_cryptodev_symmetric_capability *c = rte_cryptodev_sym_capability_get(id, &cbc),
							*a = rte_cryptodev_sym_capability_get(id, &hmac);

	return c && a && rte_cryptodev_sym_capability_check_cipher(c, 16, HP_CRYPTO_IV) == 0 &&
	       rte_cryptodev_sym_capability_check_auth(a, 32, HP_CRYPTO_ICV, 0) == 0;
}

static int add(struct hp_crypto *c, const char *driver, bool (*takes)(uint8_t id), unsigned int workers, int socket)
{
	static unsigned int made; /* names of a process differ, should it have several data planes */
	struct device *d = &c->device[c->devices];
	char args[64];
	int ret;

	snprintf(d->name, sizeof(d->name), "%s%u", driver, made++);
	snprintf(args, sizeof(args), "max_nb_queue_pairs=%u,socket_id=%d", workers, socket < 0 ? 0 : socket);
	ret = rte_eal_hotplug_add("vdev", d->name, args);
	if (ret)
		return ret;
	c->devices++;
	ret = rte_cryptodev_get_dev_id(d->name);
	if (ret < 0)
		return -ENODEV;
	d->id = (uint8_t)ret;
	return takes(d->id) ? 0 : -ENOTSUP;
}

static bool takes_all(uint8_t id)
{
	return takes_gcm(id) && takes_cbc_and_hmac(id);
}

static void remove_devices(struct hp_crypto *c)
{
	while (c->devices) {
		struct device *d = &c->device[--c->devices];

		if (d->started)
			rte_cryptodev_stop(d->id);
		rte_eal_hotplug_remove("vdev", d->name);
		*d = (struct device){0};
	}
}

static int choose(struct hp_crypto *c, bool portable, unsigned int workers, int socket)
{
	int ret;

	if (!portable && has_aes()) {
		ret = add(c, "crypto_aesni_gcm", takes_gcm, workers, socket);
		ret = ret ? ret : add(c, "crypto_aesni_mb", takes_cbc_and_hmac, workers, socket);
		if (!ret)
			return 0;
		remove_devices(c);
	}
	return add(c, "crypto_openssl", takes_all, workers, socket);
}

static int make_pool(struct hp_crypto *c, uint32_t sessions, int socket)
{
	unsigned int octets = 0;
	char name[RTE_MEMPOOL_NAMESIZE];

	for (unsigned int i = 0; i < c->devices; i++)
		octets = RTE_MAX(octets, rte_cryptodev_sym_get_private_session_size(c->device[i].id));
	snprintf(name, sizeof(name), "sessions_%u", c->device[0].id);
	c->sessions = rte_cryptodev_sym_session_pool_create(name, sessions, octets, 0, 0, socket);
	if (!c->sessions)
		return -ENOMEM;
	for (struct rte_mempool_memhdr *chunk = STAILQ_FIRST(&c->sessions->mem_list); chunk; chunk = STAILQ_NEXT(chunk, next))
		hp_undumped(chunk->addr, chunk->len);
	return 0;
}

static int start(struct hp_crypto *c, struct device *d, unsigned int workers, int socket)
{
	const struct rte_cryptodev_config conf = {
		.socket_id = socket, .nb_queue_pairs = (uint16_t)workers, .ff_disable = RTE_CRYPTODEV_FF_ASYMMETRIC_CRYPTO};
	const struct rte_cryptodev_qp_conf queue = {.nb_descriptors = 2 * HP_CRYPTO_BURST, .mp_session = c->sessions};
	int ret = rte_cryptodev_configure(d->id, (struct rte_cryptodev_config *)(uintptr_t)&conf);

	for (uint16_t q = 0; q < workers && !ret; q++)
		ret = rte_cryptodev_queue_pair_setup(d->id, q, &queue, socket);
	ret = ret ? ret : rte_cryptodev_start(d->id);
	d->started = !ret;
	return ret;
}

int hp_crypto_create(struct hp_crypto **out, uint32_t sessions, unsigned int workers, bool portable, int socket)
{
	struct hp_crypto *c = rte_zmalloc("crypto", sizeof(*c), 0);
	int ret;

	if (!c)
		return -ENOMEM;
	ret = choose(c, portable, workers, socket);
	ret = ret ? ret : make_pool(c, sessions, socket);
	for (unsigned int i = 0; i < c->devices && !ret; i++)
		ret = start(c, &c->device[i], workers, socket);
	if (ret) {
		hp_crypto_destroy(c);
		return ret;
	}
	*out = c;
	return 0;
}

void hp_crypto_destroy(struct hp_crypto *c)
{
	if (!c)
		return;
	remove_devices(c);
	rte_mempool_free(c->sessions);
	rte_free(c);
}

const char *hp_crypto_name(const struct hp_crypto *c, unsigned int device)
{
	return device < c->devices ? c->device[device].name : NULL;
}

/* Outbound: encrypt, then authenticate what came of it. Inbound the other way round. */
void *hp_crypto_session(struct hp_crypto *c, const struct hp_association_spec *s, uint8_t *device)
{
	struct rte_crypto_sym_xform aead = {.type = RTE_CRYPTO_SYM_XFORM_AEAD,
					    .aead = {.op = s->out ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT,
						     .algo = RTE_CRYPTO_AEAD_AES_GCM,
						     .key = {s->encryption_key, s->encryption_len},
						     .iv = {offsetof(struct hp_crypto_op, iv), 12},
						     .digest_length = HP_CRYPTO_ICV,
						     .aad_length = s->esn ? 12 : 8}};
	struct rte_crypto_sym_xform auth = {.type = RTE_CRYPTO_SYM_XFORM_AUTH,
					    .auth = {.op = s->out ? RTE_CRYPTO_AUTH_OP_GENERATE : RTE_CRYPTO_AUTH_OP_VERIFY,
						     .algo = RTE_CRYPTO_AUTH_SHA256_HMAC,
						     .key = {s->integrity_key, s->integrity_len},
						     .digest_length = HP_CRYPTO_ICV}};
	struct rte_crypto_sym_xform cipher = {.type = RTE_CRYPTO_SYM_XFORM_CIPHER,
					      .cipher = {.op = s->out ? RTE_CRYPTO_CIPHER_OP_ENCRYPT : RTE_CRYPTO_CIPHER_OP_DECRYPT,
							 .algo = RTE_CRYPTO_CIPHER_AES_CBC,
							 .key = {s->encryption_key, s->encryption_len},
							 .iv = {offsetof(struct hp_crypto_op, iv), HP_CRYPTO_IV}}};
	struct rte_crypto_sym_xform *first = &auth;

	if (s->encryption == HP_ASSOCIATION_AES_GCM_16) {
		first = &aead;
	} else if (s->encryption == HP_ASSOCIATION_AES_CBC && s->out) {
		first = &cipher;
		cipher.next = &auth;
	} else if (s->encryption == HP_ASSOCIATION_AES_CBC) {
		auth.next = &cipher;
	}
	*device = c->device[first == &aead ? 0 : c->devices - 1].id;
	return rte_cryptodev_sym_session_create(*device, first, c->sessions);
}

void hp_crypto_forget(struct hp_crypto *c, uint8_t device, void *session)
{
	rte_cryptodev_sym_session_free(device, session);
	/* Back in the pool, which only this thread takes from. */
	explicit_bzero(session, c->sessions->elt_size);
}

void hp_crypto_op_init(struct hp_crypto_op *o)
{
	*o = (struct hp_crypto_op){.op.type = RTE_CRYPTO_OP_TYPE_SYMMETRIC, .op.sess_type = RTE_CRYPTO_OP_WITH_SESSION};
	o->sym.aead.aad.data = o->aad;
}

void hp_crypto_run(uint8_t device, uint16_t queue, struct rte_crypto_op *op[], uint16_t n)
{
	uint16_t in = 0, out = 0;

	while (out < n) {
		struct rte_crypto_op *done[HP_CRYPTO_BURST];

		in = (uint16_t)(in + rte_cryptodev_enqueue_burst(device, queue, op + in, (uint16_t)(n - in)));
		out = (uint16_t)(out + rte_cryptodev_dequeue_burst(device, queue, done, HP_CRYPTO_BURST));
	}
}
