/* SPDX-License-Identifier: BSD-3-Clause */
/* The mobile nodes of a home agent as they are written down: in the configuration, in a file of one JSON object a line, in a request of
 * the API. One thread. */
#ifndef HP_CONF_MOBILE_NODES_H
#define HP_CONF_MOBILE_NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip6.h"
#include "base/secret.h"
#include "conf/association.h"

struct hp_value;
struct hp_value_key;

#define HP_CONF_IDENTITY_MOST 253 /* octets of a network access identifier: RFC 4283 */
#define HP_CONF_KEYS          2   /* of MN-HA: the second while a node is rekeyed */
#define HP_CONF_KEY_LEAST     16  /* octets: RFC 4285 §5.1 */
#define HP_CONF_KEY_MOST      HP_SECRET_MOST
#define HP_CONF_SPI_LEAST     256 /* lower ones are reserved: RFC 4285 §5 */
#define HP_CONF_SPI_AAA       3   /* HMAC_SHA1_SPI: RFC 4285 §5.2 */

enum hp_conf_algorithm { HP_CONF_HMAC_SHA1, HP_CONF_HMAC_SHA256 };
enum hp_conf_replay { HP_CONF_TIMESTAMP, HP_CONF_SEQUENCE };
extern const char *const hp_conf_algorithms[], *const hp_conf_replays[]; /* their words, ending with NULL */

struct hp_conf_key {
	uint32_t spi; /* 0: no such key */
	uint8_t algorithm, replay, len;
	const uint8_t *octets; /* the secrets' */
};

struct hp_conf_mobile_node {
	struct hp_ip6 home_address;
	char *identity;
	struct hp_conf_key key[HP_CONF_KEYS], aaa; /* of MN-HA, the older first; of MN-AAA */
	struct hp_conf_associations associations;  /* of IPsec */
	bool suspended, in_file /* mobile_nodes_file */;
	uint32_t place; /* index in mobile_nodes, or line of the file */
};

int hp_conf_identity(const struct hp_value *v, const struct hp_value_key *key, void *out); /* char *, owned */
/* One of them. 0, or -errno with the error filled, no key in it: *out holds what has to be dropped all the same. */
int hp_mobile_node_read(const struct hp_value *v, struct hp_secrets *secrets, struct hp_conf_mobile_node *out);
/* A line as programs write them, at once; false: not understood, nothing has changed, to be read by JSON's rules. */
bool hp_mobile_node_quick(const char *line, size_t len, struct hp_secrets *secrets, struct hp_conf_mobile_node *out);
void hp_mobile_node_drop(struct hp_conf_mobile_node *n, struct hp_secrets *secrets);

#endif
