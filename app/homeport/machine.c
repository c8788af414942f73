/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "homeport/app.h"

#define HUGEPAGES "/sys/kernel/mm/hugepages"

static uint64_t read_number(const char *path)
{
	uint64_t v = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	if (fscanf(f, "%" SCNu64, &v) != 1)
		v = 0;
	fclose(f);
	return v;
}

static uint64_t available_memory(void)
{
	uint64_t kb = 0;
	char line[128];
	FILE *f = fopen("/proc/meminfo", "re");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kb) == 1)
			break;
	fclose(f);
	return kb * 1024;
}

/* The page size with most free bytes: EAL mounts and takes the sizes it finds, one of them carries the pools. */
void hp_machine_memory(struct hp_eal_memory *out)
{
	DIR *dir = opendir(HUGEPAGES);

	*out = (struct hp_eal_memory){.available = available_memory()};
	if (!dir)
		return;
	for (struct dirent *d; (d = readdir(dir));) {
		char path[512];
		uint64_t kb, free_bytes;

		if (sscanf(d->d_name, "hugepages-%" SCNu64 "kB", &kb) != 1)
			continue;
		snprintf(path, sizeof(path), HUGEPAGES "/%s/free_hugepages", d->d_name);
		free_bytes = read_number(path) * kb * 1024;
		if (free_bytes > out->hugepage_free) {
			out->hugepage_free = free_bytes;
			out->hugepage_size = kb * 1024;
		}
	}
	closedir(dir);
}

static bool has_cpu(unsigned int cpu)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology", cpu);
	return access(path, F_OK) == 0;
}

struct hp_conf_machine hp_machine(void)
{
	long n = sysconf(_SC_NPROCESSORS_CONF);

	return (struct hp_conf_machine){.cpus = n > 0 ? (unsigned int)n : 1, .has_cpu = has_cpu};
}

cpu_set_t hp_machine_spare(const struct hp_conf *conf, const cpu_set_t *cpus)
{
	cpu_set_t left = *cpus;

	CPU_CLR(conf->runtime.management_core, &left);
	for (unsigned int i = 0; i < conf->runtime.worker_cores; i++)
		CPU_CLR(conf->runtime.worker_core[i], &left);
	if (!CPU_COUNT(&left))
		CPU_SET(conf->runtime.management_core, &left);
	return left;
}
