/* SPDX-License-Identifier: BSD-3-Clause */
/* The cryptography of return routability (RFC 6275 §5.2, §6.2.7), as correspondents and mobile nodes both do it. One thread. False: OpenSSL
 * could not. */
#ifndef HP_SECURITY_RETURN_ROUTABILITY_H
#define HP_SECURITY_RETURN_ROUTABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "security/hmac.h"
#include "wire/mh.h"

#define HP_KCN           20 /* octets of the node key (§5.2.1) */
#define HP_NONCE         8  /* §5.2.2 */
#define HP_KBM           20 /* of the binding management key */
#define HP_AUTHENTICATOR 12

/* A nonce, and the node key that is used with it and no other: in memory that no core dump shows, wiped when given back. */
struct hp_nonce;

/* Of unpredictable octets, first Kcn, then the nonce; the copy is the caller's to wipe. 0 or -ENOMEM. */
int hp_nonce_create(struct hp_nonce **out, struct hp_hmac *m, const uint8_t octets[HP_KCN + HP_NONCE]);
void hp_nonce_destroy(struct hp_nonce *n); /* safe on NULL */

/* The last octet of what a keygen token is made of. */
enum hp_token_kind { HP_TOKEN_HOME = 0, HP_TOKEN_CAREOF = 1 };

bool hp_keygen_token(struct hp_nonce *n, enum hp_token_kind kind, const struct hp_ip6 *address, uint8_t token[HP_MH_TOKEN]);
/* `careof` NULL: to delete a binding. */
bool hp_kbm(struct hp_hmac *m, const uint8_t home[HP_MH_TOKEN], const uint8_t *careof, uint8_t kbm[HP_KBM]);
/* Of a Binding Update or Acknowledgement whose authenticator begins `at` octets into the message and ends it; the checksum counts as zero.
 * `coa`: the care-of address to be registered; the home address when the binding is deleted. */
bool hp_authorization(struct hp_hmac *m, const uint8_t kbm[HP_KBM], const struct hp_ip6 *coa, const struct hp_ip6 *correspondent,
		      const uint8_t *message, size_t at, uint8_t authenticator[HP_AUTHENTICATOR]);

#endif
