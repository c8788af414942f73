/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/record.h"
#include "store/state.h"

#define QUEUE   ((size_t)8 << 20)
#define COMPACT ((uint64_t)64 << 20)

const struct hp_counter_info hp_journal_counters[HP_ST_COUNT] = {HP_JOURNAL_COUNTERS(HP_COUNTER_INFO)};

void hp_state_add(struct hp_journal *j, enum hp_journal_counter c, uint64_t n)
{
	__atomic_store_n(&j->count[c], j->count[c] + n, __ATOMIC_RELAXED);
}

void hp_state_tell(struct hp_journal *j)
{
	hp_state_set(j->octets, hp_generations_bytes(&j->all));
	hp_state_set(j->generation, j->all.of[j->all.count - 1].number);
}

/* No signal of the program is for this thread. */
static int start(struct hp_journal *j, const cpu_set_t *cpus)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_attr_init(&attr);
	if (cpus)
		pthread_attr_setaffinity_np(&attr, sizeof(*cpus), cpus);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&j->thread, &attr, hp_writer_run, j);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	j->running = !code;
	if (!code)
		pthread_setname_np(j->thread, "store");
	return -code;
}

int hp_journal_open(struct hp_journal **out, const struct hp_journal_conf *conf, struct hp_error *e)
{
	struct hp_journal *j = calloc(1, sizeof(*j));
	int ret;

	if (!j)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	j->directory = -1;
	j->directory_name = strdup(conf->directory);
	j->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	j->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ret = j->wake_fd < 0 || j->event_fd < 0 ? -errno : j->directory_name ? 0 : -ENOMEM;
	ret = ret ? ret : hp_ring_create(&j->ring, conf->queue_octets ? conf->queue_octets : QUEUE);
	if (ret)
		hp_error_set(e, -ret, "", "store: %s", strerror(-ret));
	ret = ret ? ret : hp_load(j, conf, e);
	if (!ret) {
		j->compact_octets = conf->compact_octets ? conf->compact_octets : COMPACT;
		j->compact_above = j->compact_above > j->compact_octets ? j->compact_above : j->compact_octets;
		hp_state_tell(j);
		ret = start(j, conf->cpus);
		if (ret)
			hp_error_set(e, -ret, "", "store thread: %s", strerror(-ret));
	}
	if (ret) {
		hp_journal_close(j);
		return ret;
	}
	*out = j;
	return 0;
}

static void wake(const struct hp_journal *j)
{
	const uint64_t one = 1;

	if (write(j->wake_fd, &one, sizeof(one)) < 0)
		return; /* it is awake */
}

int hp_journal_close(struct hp_journal *j)
{
	int ret = 0;

	if (!j)
		return 0;
	if (j->running) {
		hp_state_set(j->stop, true);
		wake(j);
		pthread_join(j->thread, NULL);
		ret = j->failed;
	}
	hp_ring_destroy(&j->ring);
	hp_generations_close(&j->all);
	if (j->directory >= 0)
		close(j->directory); /* and the lock with it */
	if (j->wake_fd >= 0)
		close(j->wake_fd);
	if (j->event_fd >= 0)
		close(j->event_fd);
	free(j->directory_name);
	free(j);
	return ret;
}

int hp_journal_put(struct hp_journal *j, uint8_t kind, const void *key, size_t key_len, const void *value, size_t value_len,
		   uint64_t *ticket)
{
	const size_t size = hp_record_size(key_len, value_len);
	uint8_t *at;

	if (!kind || key_len > UINT8_MAX || value_len > UINT16_MAX)
		return -EINVAL;
	at = hp_ring_reserve(&j->ring, size);
	if (!at) {
		hp_state_add(j, HP_ST_REFUSED, 1);
		return -EAGAIN;
	}
	hp_record_put(at, j->next, kind, key, (uint8_t)key_len, value, (uint16_t)value_len);
	*ticket = j->next++;
	hp_ring_commit(&j->ring, size);
	hp_state_add(j, HP_ST_PUT, 1);
	if (__atomic_load_n(&j->asleep, __ATOMIC_SEQ_CST))
		wake(j);
	return 0;
}

uint64_t hp_journal_durable(const struct hp_journal *j)
{
	return hp_state_get(j->durable);
}

int hp_journal_fd(const struct hp_journal *j)
{
	return j->event_fd;
}

int hp_journal_failed(const struct hp_journal *j)
{
	return hp_state_get(j->failed);
}

void hp_journal_status(const struct hp_journal *j, struct hp_journal_status *s)
{
	*s = (struct hp_journal_status){
		.octets = hp_state_get(j->octets),
		.generation = hp_state_get(j->generation),
		.records = hp_state_get(j->records),
		.waiting = hp_ring_used(&j->ring),
		.failed = hp_state_get(j->failed),
		.compaction_failed = hp_state_get(j->compaction_failed),
	};
}

void hp_journal_count(const struct hp_journal *j, uint64_t count[HP_ST_COUNT])
{
	for (unsigned int i = 0; i < HP_ST_COUNT; i++)
		count[i] = __atomic_load_n(&j->count[i], __ATOMIC_RELAXED);
}
