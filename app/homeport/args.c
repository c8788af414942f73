/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "homeport/app.h"

static int add(struct hp_eal_args *a, const char *fmt, ...)
{
	char **grown = realloc(a->arg, ((size_t)a->count + 2) * sizeof(*grown));
	va_list ap;
	int n;

	if (!grown)
		return -ENOMEM;
	a->arg = grown;
	va_start(ap, fmt);
	n = vasprintf(&a->arg[a->count], fmt, ap);
	va_end(ap);
	if (n < 0) {
		a->arg[a->count] = NULL;
		return -ENOMEM;
	}
	a->arg[++a->count] = NULL;
	return 0;
}

/* One lcore a thread, numbered in our order and each pinned to its processor: numbers above RTE_MAX_LCORE and
 * a processor shared in a lab both work. lcore 0 is the management core. */
static int add_lcores(struct hp_eal_args *a, const struct hp_conf *conf)
{
	char text[2048];
	size_t at = (size_t)snprintf(text, sizeof(text), "0@%u", conf->runtime.management_core);

	for (unsigned int i = 0; i < conf->runtime.worker_cores; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, ",%u@%u", i + 1, conf->runtime.worker_core[i]);
		if (at >= sizeof(text))
			return -E2BIG;
	}
	return add(a, "--lcores=%s", text);
}

/* A bonding device's members on the PCI bus are ports that no other section names: the bus is looked at for them too. */
static int add_members(struct hp_eal_args *a, const char *device, bool *pci)
{
	static const char member[] = "slave=";
	int ret = 0;

	for (const char *at = strstr(device, member); at && !ret; at = strstr(at, member)) {
		at += sizeof(member) - 1;
		if (strncmp(at, "net_", 4) == 0)
			continue;
		*pci = true;
		ret = add(a, "--allow=%.*s", (int)strcspn(at, ","), at);
	}
	return ret;
}

static bool use_hugepages(const struct hp_conf *conf, const struct hp_eal_memory *m)
{
	switch (conf->runtime.hugepages) {
	case HP_HUGEPAGES_ON:
		return true;
	case HP_HUGEPAGES_OFF:
		return false;
	default:
		return m->hugepage_free >= m->needed && m->hugepage_free > 0;
	}
}

int hp_eal_args(struct hp_eal_args *out, const struct hp_conf *conf, const struct hp_eal_memory *memory)
{
	struct hp_eal_args a = {0};
	bool pci = false;
	int ret = add(&a, "homeport");

	ret = ret ? ret : add_lcores(&a, conf);
	ret = ret ? ret : add(&a, "--main-lcore=0");
	ret = ret ? ret : add(&a, "--file-prefix=homeport-%s", conf->name);
	ret = ret ? ret : add(&a, "--log-level=warning");
	for (unsigned int i = 0; i < conf->ports && !ret; i++) {
		pci = pci || conf->port[i].is_pci;
		ret = conf->port[i].is_pci ? add(&a, "--allow=%s", conf->port[i].device) : add(&a, "--vdev=%s", conf->port[i].device);
		ret = ret ? ret : add_members(&a, conf->port[i].device, &pci);
	}
	if (!ret && !pci)
		ret = add(&a, "--no-pci");
	/* Hugepages by memfd: no mount is needed, and kill -9 leaves no file behind that would hold them. */
	if (!ret && use_hugepages(conf, memory)) {
		ret = add(&a, "--in-memory");
	} else if (!ret) {
		/* All memory is taken at the start here: what is configured, or what is needed if that is more. */
		uint64_t mb = memory->needed / (1024 * 1024) + 64;

		ret = add(&a, "--no-huge");
		ret = ret ? ret : add(&a, "-m");
		ret = ret ? ret : add(&a, "%llu", (unsigned long long)(mb > conf->runtime.memory_mb ? mb : conf->runtime.memory_mb));
	}
	for (unsigned int i = 0; i < conf->runtime.eal_args && !ret; i++)
		ret = add(&a, "%s", conf->runtime.eal_arg[i]);
	if (ret) {
		hp_eal_args_free(&a);
		return ret;
	}
	*out = a;
	return 0;
}

void hp_eal_args_free(struct hp_eal_args *args)
{
	for (int i = 0; i < args->count; i++)
		free(args->arg[i]);
	free(args->arg);
	*args = (struct hp_eal_args){0};
}

char *hp_eal_device(const struct hp_conf_port *port)
{
	return strndup(port->device, strcspn(port->device, ","));
}
