/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/dataplane/classify.c lib/dataplane/lookup.c lib/dataplane/local.c lib/dataplane/detunnel.c lib/dataplane/intercept.c lib/dataplane/forward.c lib/dataplane/reassemble.c lib/dataplane/replicate.c lib/dataplane/policy.c lib/dataplane/protect.c lib/dataplane/unprotect.c lib/dataplane/optimize_in.c lib/dataplane/optimize_out.c */
/* Frames into the ports of the golden world. An input: a frame after the other, each behind an octet (its port) and two (its length). With the
 * octet's highest bit the frame becomes the inside of ESP from a node, valid but for what else the octet says: no fuzzer finds a proof. */
#include <rte_dev.h>
#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>

#include "../golden/world.h"
#include "../unit/dataplane/eal.h"
#include "../unit/dataplane/peer.h"
#include "dataplane/optimize.h"

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
	expect(!w->lookup.n && !w->detunnel.n && !w->local.n && !w->intercept.n && !w->forward.n && !w->output.n && !w->multicast.n &&
	       !w->optimize->in.n && !w->optimize->out.n);
	hp_dataplane_poll(dp, UINT32_MAX, freed, dp);
}

#define ETHER 14
#define IP6   40

/* ESP around the octets at `data`, by the association, next header and padding that `how` says; returns its length. */
static size_t sealed(uint8_t *frame, uint8_t how, const uint8_t *data, size_t len)
{
	static const uint32_t in[] = {WORLD_GCM_IN, WORLD_CBC_IN, WORLD_HOME_TEST_IN, WORLD_GCM_OUT};
	static const uint8_t next[] = {0, 59, 4, 17};
	static uint64_t number;
	const struct peer_tail tail = {.next = next[how >> 3 & 3], .pad_more = how & 0x20 ? 32 : 0, .pad_wrong = how & 0x40 && how & 0x20};
	const struct hp_association_spec s = world_association(in[how >> 1 & 3]);
	const size_t esp = peer_seal(&s, ++number, data, len, &tail, frame + ETHER + IP6);

	memset(frame, 0, ETHER + IP6);
	memcpy(frame, &dp->shared.port[how & 1].mac, 6);
	memcpy(frame + 12, (uint8_t[]){0x86, 0xdd, 0x60}, 3);
	memcpy(frame + ETHER + 4, (uint8_t[]){(uint8_t)(esp >> 8), (uint8_t)esp, 50, 64}, 4);
	/* From where the node is to the virtual home link's address of ours. */
	memcpy(frame + ETHER + 8, (uint8_t[16]){0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = (uint8_t)(5 + (how >> 1 & 3))}, 16);
	memcpy(frame + ETHER + 24, (uint8_t[16]){0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}, 16);
	return ETHER + IP6 + esp;
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
		if (data[0] & 0x80) {
			uint8_t whole[2048];
			const size_t all = sealed(whole, data[0], data + 3, frame);

			memcpy(rte_pktmbuf_append(m[n], (uint16_t)all), whole, all);
		} else {
			memcpy(rte_pktmbuf_append(m[n], (uint16_t)frame), data + 3, frame);
		}
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
