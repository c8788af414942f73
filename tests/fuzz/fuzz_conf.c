/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/conf/conf.c lib/conf/value.c lib/conf/runtime.c lib/conf/links.c lib/conf/home_agent.c lib/conf/store.c lib/conf/check.c lib/conf/mobile_nodes.c lib/conf/fleet.c lib/conf/json.c
 * lib/conf/text.c */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool has_cpu(unsigned int cpu)
{
	return cpu < 4;
}

/* By way of a file now and then: reading one is part of it. */
static int load(struct hp_conf **c, const uint8_t *data, size_t len, const struct hp_conf_machine *m, struct hp_error *e)
{
	char name[] = "/tmp/fuzz_conf.XXXXXX";
	int fd = mkstemp(name), ret;

	if (fd < 0)
		abort();
	if (write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
	ret = hp_conf_load(c, name, m, e);
	unlink(name);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct hp_conf_machine plain = {.cpus = 4}, asked = {.cpus = 4, .has_cpu = has_cpu};
	struct hp_error e = {0};
	struct hp_conf *c = NULL;
	bool by_file = len % 8 == 0;
	int ret = by_file ? load(&c, data, len, &asked, &e) : hp_conf_parse(&c, "fuzz", (const char *)data, len, &plain, &e);

	/* A refusal says why; what is taken is whole. */
	if (ret ? !e.text[0] : !c || !c->name || !c->links || !c->api.unix_path)
		abort();
	if (!ret)
		hp_conf_destroy(c);
	return 0;
}
