/* SPDX-License-Identifier: BSD-3-Clause */
/* The two ends of a home registration under IPsec, with associations of the same keys. */
#ifndef HP_TESTS_SECURITY_ENDS_H
#define HP_TESTS_SECURITY_ENDS_H

#include "bytes.h"
#include "security/ipsec.h"

#define SPI 4096

struct ends {
	struct hp_ipsec *agent, *node;
	struct hp_effects *fx;
};

#define HOST(subnet, last) ((struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, (subnet), [14] = (last) >> 8, [15] = (last)&0xff}})
#define MN                 HOST(0xa, 5)
#define HA                 HOST(1, 1)
#define HOME               HOST(1, 0x100)
#define OTHER              HOST(1, 0x101)

void ends_open(struct ends *e);
void ends_close(struct ends *e);
/* The keys of esp_vectors.py, as many octets of the first as the encryption wants. */
struct hp_association_spec ends_spec(enum hp_protection protects, enum hp_association_encryption encryption, uint8_t key_len);
/* At both ends; `to_agent`: the node sends by it. */
void ends_add(struct ends *e, struct hp_association_spec spec, bool to_agent);
/* Events of that reason that were told since the last look. */
unsigned int ends_told(struct ends *e, const char *reason);

#endif
