/* SPDX-License-Identifier: BSD-3-Clause */
/* A line of mobile_nodes_file: what is accepted at once is accepted by JSON's rules, and says the same.
 * covers: lib/conf/quick.c lib/conf/mobile_nodes.c */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect(int cond)
{
	if (!cond)
		abort();
}

static void same_key(const struct hp_conf_key *a, const struct hp_conf_key *b)
{
	expect(a->spi == b->spi && a->algorithm == b->algorithm && a->replay == b->replay && a->len == b->len);
	expect(!a->len || memcmp(a->octets, b->octets, a->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct hp_conf_mobile_node quick = {0}, slow = {0};
	char *line = malloc(len ? len : 1);
	struct hp_secrets *secrets;
	struct hp_error e = {0};
	struct hp_value v = {NULL, "", &e};
	json_t *json;
	bool taken;

	memcpy(line, data, len);
	expect(hp_secrets_create(&secrets) == 0);
	taken = hp_mobile_node_quick(line, len, secrets, &quick);
	json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	v.json = json;
	if (taken) {
		expect(json && hp_mobile_node_read(&v, secrets, &slow) == 0);
		expect(hp_ip6_eq(&quick.home_address, &slow.home_address) && strcmp(quick.identity, slow.identity) == 0);
		expect(quick.suspended == slow.suspended);
		for (unsigned int i = 0; i < HP_CONF_KEYS; i++)
			same_key(&quick.key[i], &slow.key[i]);
		same_key(&quick.aaa, &slow.aaa);
	} else if (json && hp_mobile_node_read(&v, secrets, &slow)) {
		expect(e.text[0]);
	}
	hp_mobile_node_drop(&quick, secrets);
	hp_mobile_node_drop(&slow, secrets);
	json_decref(json);
	hp_secrets_destroy(secrets);
	free(line);
	return 0;
}
