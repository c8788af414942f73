/* SPDX-License-Identifier: BSD-3-Clause */
/* What must survive a crash: values by (kind, key), in an append-only journal. The newest value of a key counts; an empty one means that there is
 * none any more. A store thread appends and syncs in batches and compacts in slices between them; the management thread, which calls
 * everything here, never waits for a disk. What a put's ticket covers survives kill -9 and a power cut as soon as hp_journal_durable() has
 * reached it; puts become durable in their order.
 *
 * The directory (mode 0700) belongs to one program at a time and its files (0600) to nobody else. Values may hold keys: they are in no core dump and
 * wiped after use. lib/store/record.h and generation.h say how it lies on disk. */
#ifndef HP_STORE_JOURNAL_H
#define HP_STORE_JOURNAL_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/error.h"

#define HP_JOURNAL_COUNTERS(X)                                                                                                             \
	X(HP_ST_PUT, "store.put", "values given to the store")                                                                             \
	X(HP_ST_REFUSED, "store.refused", "values not taken, because those before them still waited for the disk")                         \
	X(HP_ST_BATCH, "store.batch", "batches written and synced")                                                                        \
	X(HP_ST_FAILED, "store.failed", "attempts to write or sync that failed; they are repeated")                                        \
	X(HP_ST_COMPACTED, "store.compacted", "compactions")                                                                               \
	X(HP_ST_COMPACTION_FAILED, "store.compaction_failed", "compactions given up; nothing is lost, the journal stays longer")           \
	X(HP_ST_CUT, "store.cut", "octets of a write torn by a crash, cut off at the start")

enum hp_journal_counter { HP_JOURNAL_COUNTERS(HP_COUNTER_ENUM) HP_ST_COUNT };
extern const struct hp_counter_info hp_journal_counters[HP_ST_COUNT];

struct hp_journal;

/* Kinds are the caller's, 1..255. Not 0: opening ends with it. */
typedef int hp_journal_each_fn(void *ctx, uint8_t kind, const void *key, size_t key_len, const void *value, size_t value_len);

struct hp_journal_conf {
	const char *directory;    /* absolute; made if it is not there, its parent too */
	hp_journal_each_fn *each; /* gets every value that there is, once, in no order; the memory is lent for the call */
	void *ctx;
	const cpu_set_t *cpus;   /* where the store thread may run; NULL: where the caller does */
	uint64_t compact_octets; /* compaction begins above that and 4 × what lived at the last one; 0: 64 MiB */
	size_t queue_octets;     /* that may wait for the disk; a power of two of at least 256 KiB; 0: 8 MiB */
};

/* 0, or -errno with *e: -EBUSY (another program has it), -EPERM (readable by others), -EBADMSG (damaged: says where), … */
int hp_journal_open(struct hp_journal **out, const struct hp_journal_conf *conf, struct hp_error *e);
/* Writes what waits; 0, or -errno when that failed and it is lost. NULL: 0. */
int hp_journal_close(struct hp_journal *j);

/* 0 and a ticket (they grow); -EAGAIN (counted): too much waits, hp_journal_fd() tells when some of it is done; -EINVAL: key or value too long. */
int hp_journal_put(struct hp_journal *j, uint8_t kind, const void *key, size_t key_len, const void *value, size_t value_len,
		   uint64_t *ticket);
/* All tickets up to this one are done. */
uint64_t hp_journal_durable(const struct hp_journal *j);
/* An eventfd, readable when hp_journal_durable() has grown or hp_journal_failed() has changed; read it before asking them. */
int hp_journal_fd(const struct hp_journal *j);
/* 0: fine; else the -errno of the last attempt to write, which is repeated: meanwhile no ticket is done. */
int hp_journal_failed(const struct hp_journal *j);

struct hp_journal_status {
	uint64_t octets, generation, records; /* on disk; the newest generation's number; records that lived when last counted */
	size_t waiting;                       /* octets not yet durable */
	int failed;                           /* as hp_journal_failed() */
	int compaction_failed;                /* -errno of the last compaction, 0: it went well */
};
void hp_journal_status(const struct hp_journal *j, struct hp_journal_status *s);
void hp_journal_count(const struct hp_journal *j, uint64_t count[HP_ST_COUNT]);

#endif
