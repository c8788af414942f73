/* SPDX-License-Identifier: BSD-3-Clause */
/* The EAL's arguments are derived from the configuration; which ones, and when hugepages are used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "homeport/app.h"
#include "run.h"
#include "tests.h"

#define MIB (1024 * 1024ull)

static const struct {
	const char *why;
	const char *device[3];
	bool pci[3];
	unsigned int management, worker[3];
	enum hp_conf_hugepages hugepages;
	unsigned long long free_mb, needed_mb;
	const char *want;
} row[] = {
	{"vdevs only: no PCI scan",
	 {"net_af_packet0,iface=home0", "net_tap1"},
	 {false, false},
	 0,
	 {1},
	 HP_HUGEPAGES_ON,
	 1024,
	 200,
	 "homeport --lcores=0@0,1@1 --main-lcore=0 --file-prefix=homeport-ha1 --log-level=warning --vdev=net_af_packet0,iface=home0 "
	 "--vdev=net_tap1 --no-pci --in-memory"},
	{"a PCI port keeps the scan, allows only itself",
	 {"0000:3b:00.0", "net_tap1"},
	 {true, false},
	 2,
	 {3, 5},
	 HP_HUGEPAGES_ON,
	 1024,
	 200,
	 "homeport --lcores=0@2,1@3,2@5 --main-lcore=0 --file-prefix=homeport-ha1 --log-level=warning --allow=0000:3b:00.0 "
	 "--vdev=net_tap1 --in-memory"},
	{"auto takes hugepages when they suffice",
	 {"net_null0"},
	 {false},
	 0,
	 {1},
	 HP_HUGEPAGES_AUTO,
	 200,
	 200,
	 "homeport --lcores=0@0,1@1 --main-lcore=0 --file-prefix=homeport-ha1 --log-level=warning --vdev=net_null0 --no-pci --in-memory"},
	{"auto does without when they do not; memory_mb is the least",
	 {"net_null0"},
	 {false},
	 0,
	 {1},
	 HP_HUGEPAGES_AUTO,
	 199,
	 200,
	 "homeport --lcores=0@0,1@1 --main-lcore=0 --file-prefix=homeport-ha1 --log-level=warning --vdev=net_null0 --no-pci --no-huge -m "
	 "512"},
	{"members of a bonding device",
	 {"net_bonding0,mode=4,slave=0000:3b:00.0,slave=3b:00.1,slave=net_tap0,xmit_policy=l34"},
	 {false},
	 0,
	 {1},
	 HP_HUGEPAGES_ON,
	 0,
	 1000,
	 "homeport --lcores=0@0,1@1 --main-lcore=0 --file-prefix=homeport-ha1 --log-level=warning "
	 "--vdev=net_bonding0,mode=4,slave=0000:3b:00.0,slave=3b:00.1,slave=net_tap0,xmit_policy=l34 --allow=0000:3b:00.0 --allow=3b:00.1 "
	 "--in-memory"},
	{"without hugepages what is needed counts when it is more than memory_mb",
	 {"net_null0"},
	 {false},
	 0,
	 {1},
	 HP_HUGEPAGES_OFF,
	 9999,
	 1000,
	 "homeport --lcores=0@0,1@1 --main-lcore=0 --file-prefix=homeport-ha1 --log-level=warning --vdev=net_null0 --no-pci --no-huge -m "
	 "1064"},
};

static void test_args(void)
{
	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_conf_port port[3] = {0};
		unsigned int worker[3];
		struct hp_conf conf = {.name = (char *)"ha1", .port = port};
		struct hp_eal_memory memory = {.hugepage_free = row[i].free_mb * MIB, .needed = row[i].needed_mb * MIB};
		struct hp_eal_args args;
		char text[1024] = "";

		for (; conf.ports < 3 && row[i].device[conf.ports]; conf.ports++)
			port[conf.ports] =
				(struct hp_conf_port){.device = (char *)row[i].device[conf.ports], .is_pci = row[i].pci[conf.ports]};
		for (; conf.runtime.worker_cores < 3 && row[i].worker[conf.runtime.worker_cores]; conf.runtime.worker_cores++)
			worker[conf.runtime.worker_cores] = row[i].worker[conf.runtime.worker_cores];
		conf.runtime.management_core = row[i].management;
		conf.runtime.worker_core = worker;
		conf.runtime.hugepages = row[i].hugepages;
		conf.runtime.memory_mb = 512;
		CU_ASSERT_EQUAL_FATAL(hp_eal_args(&args, &conf, &memory), 0);
		for (int k = 0; k < args.count; k++) {
			strcat(text, k ? " " : "");
			strcat(text, args.arg[k]);
		}
		CU_ASSERT_PTR_NULL(args.arg[args.count]);
		if (strcmp(text, row[i].want) != 0)
			fprintf(stderr, "found %s\nwant  %s\n", text, row[i].want);
		HP_CHECK(row[i].why, "arguments", strcmp(text, row[i].want) == 0);
		hp_eal_args_free(&args);
	}
}

static void test_extra(void)
{
	char *extra[] = {(char *)"--iova-mode=va", (char *)"-d"};
	unsigned int worker = 1;
	struct hp_conf conf = {.name = (char *)"x",
			       .runtime = {.worker_cores = 1, .worker_core = &worker, .eal_args = 2, .eal_arg = extra}};
	struct hp_eal_memory memory = {0};
	struct hp_eal_args args;

	CU_ASSERT_EQUAL_FATAL(hp_eal_args(&args, &conf, &memory), 0);
	CU_ASSERT_STRING_EQUAL(args.arg[args.count - 2], "--iova-mode=va");
	CU_ASSERT_STRING_EQUAL(args.arg[args.count - 1], "-d");
	hp_eal_args_free(&args);
}

static void test_device(void)
{
	struct hp_conf_port port = {.device = (char *)"net_af_packet0,iface=home0"};
	char *name = hp_eal_device(&port);

	CU_ASSERT_STRING_EQUAL(name, "net_af_packet0");
	free(name);
}

int main(void)
{
	static const struct hp_test tests[] = {{"EAL arguments", test_args},
					       {"extra EAL arguments come last", test_extra},
					       {"device names", test_device},
					       {"the correspondent's part of a plan", test_plan_correspondent},
					       {"the memory of a plan", test_plan_memory},
					       {"mobile nodes become subscribers", test_nodes_plan},
					       {"a fleet of mobile nodes", test_nodes_fleet},
					       HP_TESTS_END};

	return hp_tests_run("homeport", tests);
}
