/* SPDX-License-Identifier: BSD-3-Clause */
/* What the configuration asks of data plane and control: the correspondent's part of it, and the memory that both take. */
#include <errno.h>
#include <string.h>

#include "homeport/app.h"
#include "run.h"
#include "tests.h"

#define GIB (1024ull * 1024 * 1024)

static struct hp_plan *plan(struct hp_conf *conf)
{
	struct hp_plan *p;

	CU_ASSERT_EQUAL_FATAL(hp_plan_create(&p, conf), 0);
	return p;
}

void test_plan_correspondent(void)
{
	static struct hp_prefix protect = {{{0x20, 1, 0xd, 0xb8, 0, 5}}, 64}, exclude = {{{0x20, 1, 0xd, 0xb8, 0, 5, [15] = 7}}, 128};
	unsigned int worker = 1;
	struct hp_conf conf = {
		.name = (char *)"x",
		.runtime = {.worker_cores = 1, .worker_core = &worker},
		.home_agent = {.max_bindings = 1000},
		.correspondent = {.enabled = true,
				  .protects = 1,
				  .protect = &protect,
				  .excludes = 1,
				  .exclude = &exclude,
				  .max_bindings = 2000,
				  .max_binding_lifetime_s = 300},
	};
	struct hp_plan *p = plan(&conf);

	CU_ASSERT(p->dp.max_bindings == 1000 && p->dp.max_optimized == 2000);
	CU_ASSERT(p->control.correspondent.enabled && p->control.correspondent.max_bindings == 2000 &&
		  p->control.correspondent.max_lifetime_s == 300);
	CU_ASSERT(p->control.correspondent.protects == 1 && p->control.correspondent.protect == &protect &&
		  p->control.correspondent.excludes == 1 && p->control.correspondent.exclude == &exclude);
	hp_plan_destroy(p);
	/* No table is made for what is switched off. */
	conf.correspondent.enabled = false;
	p = plan(&conf);
	CU_ASSERT(p->dp.max_optimized == 0 && !p->control.correspondent.enabled);
	hp_plan_destroy(p);
}

void test_plan_memory(void)
{
	static const struct {
		const char *why;
		uint32_t bindings, correspondents;
		enum hp_conf_hugepages hugepages;
		uint64_t hugepages_free, available;
		const char *path, *words; /* NULL: it suffices */
	} row[] = {
		{"a gibibyte for a few", 1000, 1000, HP_HUGEPAGES_ON, GIB, GIB, NULL, NULL},
		{"no hugepages, though wanted", 1000, 1000, HP_HUGEPAGES_ON, 0, GIB, "home_agent.max_bindings",
		 "MiB of hugepages, found 0 MiB; reserve"},
		{"none, but ordinary memory", 1000, 1000, HP_HUGEPAGES_AUTO, 0, GIB, NULL, NULL},
		{"many bindings", 16777216, 1000, HP_HUGEPAGES_ON, 16 * GIB, GIB, "home_agent.max_bindings",
		 "16777216 bindings, and 1000 of corr"},
		{"many of correspondents", 1000, 16777216, HP_HUGEPAGES_ON, 16 * GIB, GIB, "correspondent.max_bindings",
		 "16777216 of corr"},
		{"and too few hugepages", 1000, 16777216, HP_HUGEPAGES_ON, GIB, 16 * GIB, "correspondent.max_bindings",
		 "MiB of hugepages, found 1024 MiB"},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		unsigned int worker = 1;
		struct hp_conf conf = {.name = (char *)"x",
				       .runtime = {.worker_cores = 1, .worker_core = &worker, .hugepages = row[i].hugepages},
				       .home_agent = {.max_bindings = row[i].bindings},
				       .correspondent = {.enabled = true, .max_bindings = row[i].correspondents}};
		const struct hp_eal_memory memory = {.hugepage_free = row[i].hugepages_free, .available = row[i].available};
		struct hp_plan *p = plan(&conf);
		struct hp_error e = {0};
		const int ret = hp_plan_check_memory(&conf, p, &memory, &e);

		if (row[i].path)
			HP_CHECK(row[i].why, "refused", ret == -ENOMEM && strcmp(e.path, row[i].path) == 0 && strstr(e.text, row[i].words));
		else
			HP_CHECK(row[i].why, "good", ret == 0);
		hp_plan_destroy(p);
	}
}
