/* SPDX-License-Identifier: BSD-3-Clause */
/* runtime, ports, api, log. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"

#define CORES   1024
#define WORKERS 64

static int worker_core(const struct hp_value *v, size_t i, void *ctx)
{
	const struct hp_value_key core = {.min = 0, .max = CORES - 1};
	struct hp_conf *c = ctx;
	int ret = hp_value_uint(v, &core, &c->runtime.worker_core[i]);

	for (size_t k = 0; k < i && !ret; k++)
		if (c->runtime.worker_core[k] == c->runtime.worker_core[i])
			ret = hp_value_want(v, "a core that is not in the list already");
	c->runtime.worker_cores = (unsigned int)i + 1;
	return ret;
}

static int worker_cores(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf *c = out;
	size_t n = json_array_size(v->json);

	(void)key;
	if (!n || n > WORKERS)
		return hp_value_want(v, "a list of 1 to %d cores", WORKERS);
	free(c->runtime.worker_core);
	c->runtime.worker_core = calloc(n, sizeof(*c->runtime.worker_core));
	if (!c->runtime.worker_core)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	c->runtime.worker_cores = 0;
	return hp_value_each(v, "cores", worker_core, c);
}

static int eal_arg(const struct hp_value *v, size_t i, void *ctx)
{
	struct hp_conf *c = ctx;

	c->runtime.eal_args = (unsigned int)i + 1;
	return hp_value_string(v, NULL, &c->runtime.eal_arg[i]);
}

static int eal(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf *c = out;

	(void)key;
	c->runtime.eal_arg = calloc(json_array_size(v->json) + 1, sizeof(*c->runtime.eal_arg));
	if (!c->runtime.eal_arg)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "texts", eal_arg, c);
}

static int idle(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const words[] = {"poll", "sleep", NULL};
	const struct hp_value_key word = {.more = words};
	int n, ret = hp_value_word(v, &word, &n);

	(void)key;
	if (!ret)
		((struct hp_conf *)out)->runtime.sleep = n == 1;
	return ret;
}

static const char *const hugepages[] = {"auto", "on", "off", NULL};
static const char *const spread[] = {"auto", "inner", "off", NULL};

#define RUNTIME(m) offsetof(struct hp_conf, runtime.m)

int hp_conf_runtime(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"management_core", hp_value_uint, RUNTIME(management_core), 0, CORES - 1},
		{"worker_cores", worker_cores},
		{"hugepages", hp_value_word, RUNTIME(hugepages), .more = hugepages},
		{"memory_mb", hp_value_u32, RUNTIME(memory_mb), 64, 1024 * 1024},
		{"idle", idle},
		{"spread", hp_value_word, RUNTIME(spread), .more = spread},
		{"eal", eal},
		HP_VALUE_KEYS_END,
	};

	(void)key;
	return hp_value_table(v, keys, ((struct hp_conf_draft *)out)->conf);
}

static bool is_pci(const char *d)
{
	static const char form[] = "xxxx:xx:xx.x";
	const char *f = strlen(d) == sizeof(form) - 1 ? form : form + 5;

	if (strlen(d) != strlen(f))
		return false;
	for (; *f; f++, d++)
		if (*f == 'x' ? !strchr("0123456789abcdefABCDEF", *d) : *f != *d)
			return false;
	return true;
}

static size_t device_name_len(const char *device)
{
	return strcspn(device, ",");
}

static int device(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_port *p = out;
	int ret = hp_value_string(v, key, &p->device);

	if (ret)
		return ret;
	p->is_pci = is_pci(p->device);
	if (!p->is_pci && strncmp(p->device, "net_", 4) != 0)
		return hp_value_want(v, "a PCI address (0000:3b:00.0) or a DPDK device (net_af_packet0,iface=eth0)");
	return 0;
}

static int one_port(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"name", hp_value_string, offsetof(struct hp_conf_port, name), .required = true},
		{"device", device, .required = true},
		{"rx_queues", hp_value_u16, offsetof(struct hp_conf_port, rx_queues), 1, 256},
		HP_VALUE_KEYS_END,
	};
	struct hp_conf *c = ctx;
	struct hp_conf_port *p = &c->port[i];
	int ret;

	c->ports = (unsigned int)i + 1;
	ret = hp_value_table(v, keys, p);
	for (size_t k = 0; k < i && !ret; k++) {
		size_t len = device_name_len(p->device);

		if (strcmp(c->port[k].name, p->name) == 0)
			return hp_error_set(v->error, EINVAL, v->path, "found the name \"%s\" a second time, want names that differ",
					    p->name);
		if (device_name_len(c->port[k].device) == len && strncmp(c->port[k].device, p->device, len) == 0)
			return hp_error_set(v->error, EINVAL, v->path, "found the device %.*s a second time, want devices that differ",
					    (int)len, p->device);
	}
	return ret;
}

int hp_conf_ports(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf *c = ((struct hp_conf_draft *)out)->conf;

	(void)key;
	if (json_array_size(v->json) > 32)
		return hp_value_want(v, "at most 32 ports");
	c->port = calloc(json_array_size(v->json) + 1, sizeof(*c->port));
	if (!c->port)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "ports", one_port, c);
}

int hp_conf_api(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"unix", hp_value_string, offsetof(struct hp_conf, api.unix_path)},
		{"tcp", hp_value_text_or_null, offsetof(struct hp_conf, api.tcp)},
		{"tcp_write", hp_value_bool, offsetof(struct hp_conf, api.tcp_write)},
		{"owner", hp_value_string, offsetof(struct hp_conf, api.owner)},
		{"group", hp_value_string, offsetof(struct hp_conf, api.group)},
		HP_VALUE_KEYS_END,
	};

	(void)key;
	return hp_value_table(v, keys, ((struct hp_conf_draft *)out)->conf);
}

static int format(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const words[] = {"text", "json", NULL};
	const struct hp_value_key word = {.more = words};
	int n, ret = hp_value_word(v, &word, &n);

	(void)key;
	if (!ret)
		((struct hp_conf *)out)->log.json = n == 1;
	return ret;
}

int hp_conf_log(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
	static const struct hp_value_key keys[] = {
		{"level", hp_value_word, offsetof(struct hp_conf, log.level), .more = levels},
		{"format", format},
		HP_VALUE_KEYS_END,
	};

	(void)key;
	return hp_value_table(v, keys, ((struct hp_conf_draft *)out)->conf);
}
