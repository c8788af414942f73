/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/port.h"

#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load/verdict.h"

#define BUFFERS     32767
#define DESCRIPTORS 4096
#define MEMORY_MB   160 /* the buffers, and what drivers take */
#define EAL_ARGS    (16 + HP_OPTIONS_PORTS + HP_OPTIONS_EAL)

static bool is_pci(const char *device)
{
	return strspn(device, "0123456789abcdefABCDEF:.") == strlen(device);
}

static bool enough_hugepages(void)
{
	FILE *f = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "re");
	unsigned long pages = 0;

	if (!f)
		return false;
	if (fscanf(f, "%lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * 2 >= MEMORY_MB;
}

static int start_eal(const struct hp_options *o)
{
	char lcores[64], device[HP_OPTIONS_PORTS][600], prefix[64], memory[16];
	char *arg[EAL_ARGS];
	bool pci = false;
	int n = 0;

	if (o->receive_core < 0)
		snprintf(lcores, sizeof(lcores), "--lcores=0@%u", o->core);
	else
		snprintf(lcores, sizeof(lcores), "--lcores=0@%u,1@%d", o->core, o->receive_core);
	snprintf(prefix, sizeof(prefix), "--file-prefix=homeport-load-%d", (int)getpid());
	snprintf(memory, sizeof(memory), "%u", MEMORY_MB);
	arg[n++] = (char *)(uintptr_t) "homeport-load";
	arg[n++] = lcores;
	arg[n++] = prefix;
	arg[n++] = (char *)(uintptr_t) "--log-level=error";
	/* Nobody attaches to it: nothing of it is to stay in /var/run. */
	arg[n++] = (char *)(uintptr_t) "--no-shconf";
	arg[n++] = (char *)(uintptr_t) "--no-telemetry";
	for (unsigned int i = 0; i < o->ports; i++) {
		snprintf(device[i], sizeof(device[i]), "--%s=%s", is_pci(o->device[i]) ? "allow" : "vdev", o->device[i]);
		pci = pci || is_pci(o->device[i]);
		arg[n++] = device[i];
	}
	if (!pci)
		arg[n++] = (char *)(uintptr_t) "--no-pci";
	if (enough_hugepages()) {
		/* By memfd: nothing is left behind, however this ends. */
		arg[n++] = (char *)(uintptr_t) "--in-memory";
	} else {
		arg[n++] = (char *)(uintptr_t) "--no-huge";
		arg[n++] = (char *)(uintptr_t) "-m";
		arg[n++] = memory;
	}
	for (unsigned int i = 0; i < o->eals; i++)
		arg[n++] = (char *)(uintptr_t)o->eal[i];
	if (rte_eal_init(n, arg) < 0) {
		fprintf(stderr, "homeport-load: DPDK does not start: %s\n", rte_strerror(rte_errno));
		return -rte_errno;
	}
	return 0;
}

/* Its folder in /var/run is empty; with hugepages by memfd it was never made. */
static void end_eal(void)
{
	char folder[256];

	snprintf(folder, sizeof(folder), "%s", rte_eal_get_runtime_dir());
	rte_eal_cleanup();
	rmdir(folder);
}

static int start(struct hp_load_port *p, const char *device)
{
	char name[RTE_ETH_NAME_MAX_LEN];
	struct rte_eth_conf conf = {0};
	struct rte_ether_addr mac;
	uint16_t rx = DESCRIPTORS, tx = DESCRIPTORS;
	int ret;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(device, ","), device);
	ret = rte_eth_dev_get_port_by_name(name, &p->id);
	ret = ret ? ret : rte_eth_dev_configure(p->id, 1, 1, &conf);
	ret = ret ? ret : rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rx, &tx);
	ret = ret ? ret : rte_eth_rx_queue_setup(p->id, 0, rx, SOCKET_ID_ANY, NULL, p->pool);
	ret = ret ? ret : rte_eth_tx_queue_setup(p->id, 0, tx, SOCKET_ID_ANY, NULL);
	ret = ret ? ret : rte_eth_dev_start(p->id);
	ret = ret ? ret : rte_eth_macaddr_get(p->id, &mac);
	if (ret) {
		fprintf(stderr, "homeport-load: %s does not start: %s\n", device, strerror(-ret));
		return ret;
	}
	memcpy(&p->mac, &mac, sizeof(p->mac));
	/* Solicitations come by multicast; the widest door, as not every driver has the narrower one. */
	rte_eth_promiscuous_enable(p->id);
	return 0;
}

int hp_port_start_all(struct hp_load_port port[HP_OPTIONS_PORTS], const struct hp_options *o)
{
	struct rte_mempool *pool;
	int ret = start_eal(o);

	if (ret)
		return ret;
	pool = rte_pktmbuf_pool_create("load", BUFFERS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!pool) {
		fprintf(stderr, "homeport-load: no memory for buffers\n");
		ret = -ENOMEM;
	}
	for (unsigned int i = 0; i < o->ports && !ret; i++) {
		port[i] = (struct hp_load_port){.pool = pool, .router = o->router[i], .gateway = o->gateway[i]};
		port[i].sides = o->ports == 1 ? HP_SIDE_ACCESS | HP_SIDE_CORRESPONDENTS : i ? HP_SIDE_CORRESPONDENTS : HP_SIDE_ACCESS;
		ret = start(&port[i], o->device[i]);
	}
	if (ret)
		end_eal();
	return ret;
}

void hp_port_stop_all(struct hp_load_port *port, unsigned int ports)
{
	for (unsigned int i = 0; i < ports; i++) {
		rte_pktmbuf_free_bulk(port[i].waiting, port[i].waits);
		rte_eth_dev_stop(port[i].id);
		rte_eth_dev_close(port[i].id);
	}
	end_eal();
}

uint8_t *hp_port_room(struct hp_load_port *p, struct rte_mbuf **m)
{
	if (p->waits == HP_PORT_WAITING)
		return NULL;
	*m = rte_pktmbuf_alloc(p->pool);
	return *m ? rte_pktmbuf_mtod(*m, uint8_t *) : NULL;
}

void hp_port_flush(struct hp_load_port *p)
{
	uint16_t sent;

	if (!p->waits)
		return;
	sent = rte_eth_tx_burst(p->id, 0, p->waiting, (uint16_t)p->waits);
	p->waits -= sent;
	p->full += p->waits > 0;
	memmove(p->waiting, p->waiting + sent, p->waits * sizeof(p->waiting[0]));
}
