/* SPDX-License-Identifier: BSD-3-Clause */
/* The store thread: what waits in the ring is written and synced in one piece; while the disk works, more comes together for the next. It stays in
 * the ring until it is durable, so that a write that failed is repeated whole: after a failed sync the kernel takes its pages for clean. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "store/record.h"
#include "store/state.h"

#define BATCH    ((size_t)1 << 20) /* octets of a batch, at most (and one record) */
#define RETRY_MS 100

static void tell_management(const struct hp_journal *j)
{
	const uint64_t one = 1;

	/* It only fails when 2^64 - 2 tellings were not listened to. */
	if (write(j->event_fd, &one, sizeof(one)) < 0)
		return;
}

static void set_failed(struct hp_journal *j, int ret)
{
	const int before = j->failed;

	hp_state_set(j->failed, ret);
	if (ret)
		hp_state_add(j, HP_ST_FAILED, 1);
	if (before != ret)
		tell_management(j);
}

int hp_writer_turn(struct hp_journal *j)
{
	struct hp_generation g = {
		.number = j->following++,
		.previous = 0,
		.stamp = j->durable,
	};
	char name[HP_GENERATION_NAME];
	int ret;

	for (size_t i = 0; i < j->all.count; i++)
		if (!j->all.of[i].base)
			g.previous = j->all.of[i].number;
	ret = hp_generation_create(&g, j->directory);
	if (ret)
		return ret;
	if (fsync(j->directory))
		ret = -errno;
	ret = ret ? ret : hp_generations_add(&j->all, &g);
	if (ret) {
		hp_generation_close(&g);
		unlinkat(j->directory, hp_generation_name(name, g.number, false), 0);
	}
	return ret;
}

static int write_batch(struct hp_journal *j, uint8_t *data, size_t have)
{
	struct hp_generation *g = &j->all.of[j->all.count - 1];
	uint64_t stamp = 0, records = 0;
	size_t len = 0;
	int ret;

	for (; len < have && len < BATCH; records++) {
		stamp = hp_record_stamp(data + len);
		len += hp_record_seal(data + len, j->durable);
	}
	ret = hp_generation_write(g, data, len, g->end);
	if (!ret && fdatasync(g->fd))
		ret = -errno;
	set_failed(j, ret);
	if (ret)
		return ret;
	g->end += len;
	g->records += records;
	hp_ring_release(&j->ring, len);
	hp_state_add(j, HP_ST_BATCH, 1);
	hp_state_set(j->durable, stamp);
	hp_state_tell(j);
	tell_management(j);
	return 0;
}

static void sleep_until_woken(struct hp_journal *j, int timeout_ms)
{
	struct pollfd p = {.fd = j->wake_fd, .events = POLLIN};
	uint64_t n;

	if (poll(&p, 1, timeout_ms) > 0 && read(j->wake_fd, &n, sizeof(n)) < 0)
		return;
}

void *hp_writer_run(void *journal)
{
	struct hp_journal *j = journal;

	for (;;) {
		const bool stop = hp_state_get(j->stop);
		uint8_t *data;
		size_t have = hp_ring_read(&j->ring, &data);
		int ret = have ? write_batch(j, data, have) : 0;

		if (stop && (ret || !have))
			break;
		if (!stop && hp_compact_step(j) && !ret)
			continue;
		if (ret && !stop) {
			sleep_until_woken(j, RETRY_MS);
		} else if (!have) {
			/* Asleep is told before the ring is looked at once more: a put either is seen here or sees it. */
			__atomic_store_n(&j->asleep, true, __ATOMIC_SEQ_CST);
			if (!hp_ring_read(&j->ring, &data) && !hp_state_get(j->stop))
				sleep_until_woken(j, -1);
			__atomic_store_n(&j->asleep, false, __ATOMIC_SEQ_CST);
		}
	}
	hp_compact_stop(j);
	return NULL;
}
