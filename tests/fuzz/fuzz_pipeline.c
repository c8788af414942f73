/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/dataplane/classify.c lib/dataplane/lookup.c lib/dataplane/local.c lib/dataplane/detunnel.c lib/dataplane/intercept.c lib/dataplane/forward.c lib/dataplane/reassemble.c lib/dataplane/replicate.c */
/* Frames into the ports of the golden world. An input: a frame after the other, each behind an octet (its port) and two (its length). */
#include <rte_dev.h>
#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>

#include "../golden/world.h"
#include "../unit/dataplane/eal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct hp_dataplane *dp;

static void expect(bool cond)
{
	if (!cond)
		abort();
}

static void freed(void *ctx, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		expect(punt[i].class_ < HP_PUNT_CLASS_COUNT && m[i]->nb_segs == 1 && m[i]->data_len == m[i]->pkt_len);
		hp_dataplane_free(ctx, m[i]);
	}
}

static void open_world(void)
{
	expect(test_eal("0@0") && rte_eal_hotplug_add("vdev", "net_null_p0", "") == 0 &&
	       rte_eal_hotplug_add("vdev", "net_null_p1", "") == 0);
	dp = world_create("net_null_p0", "net_null_p1");
	/* The stations that the corpus, made of the golden frames, is addressed to. */
	for (uint8_t i = 0; i < 2; i++)
		dp->shared.port[i].mac = (struct hp_mac){{2, 0x70, 0x63, 0x61, 0x70, i}};
}

/* One burst, of one port. */
static void feed(uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	struct hp_worker *w = dp->worker[0];

	if (!n)
		return;
	hp_pipeline_run(w, port, m, n);
	hp_stage_transmit(w);
	/* A packet left behind would be one too many for the lane's next burst. */
	expect(!w->lookup.n && !w->detunnel.n && !w->local.n && !w->intercept.n && !w->forward.n && !w->output.n && !w->multicast.n);
	hp_dataplane_poll(dp, UINT32_MAX, freed, dp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rte_mbuf *m[HP_BURST];
	struct hp_worker *w;
	unsigned int n = 0, buffers;
	uint16_t port = 0;

	if (!dp)
		open_world();
	w = dp->worker[0];
	buffers = rte_mempool_avail_count(dp->shared.pool);
	w->now += rte_get_tsc_hz();
	while (len >= 3) {
		size_t frame = (size_t)(data[1] << 8 | data[2]);

		if (frame > len - 3)
			frame = len - 3;
		if (frame > 1514)
			frame = 1514;
		if (n == HP_BURST || (n && (data[0] & 1) != port)) {
			feed(port, m, n);
			n = 0;
		}
		port = data[0] & 1;
		m[n] = rte_pktmbuf_alloc(dp->shared.pool);
		expect(m[n] != NULL);
		memcpy(rte_pktmbuf_append(m[n], (uint16_t)frame), data + 3, frame);
		n++;
		data += 3 + frame;
		len -= 3 + frame;
	}
	feed(port, m, n);
	/* A minute later nothing is left of what was unfinished, and every buffer is back. */
	w->now += 61 * rte_get_tsc_hz();
	for (int i = 0; i < HP_REASSEMBLY_PACKETS; i++)
		hp_reassembly_expire(w->reassembly, w);
	hp_dataplane_poll(dp, UINT32_MAX, freed, dp);
	expect(rte_mempool_avail_count(dp->shared.pool) == buffers);
	return 0;
}
