/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_STORE_STATE_H
#define HP_STORE_STATE_H

#include <pthread.h>

#include "store/generation.h"
#include "store/journal.h"
#include "store/ring.h"

#define HP_STORE_GROWTH 4 /* the journal may be so many times what lives in it */

struct hp_compaction;

/* What both threads touch is read and written by the hp_state_ functions alone. */
struct hp_journal {
	char *directory_name;
	int directory; /* locked */
	struct hp_ring ring;
	uint64_t next; /* stamp, management */

	/* of the store thread, once it runs */
	struct hp_generations all; /* the last one is appended to */
	uint64_t following;        /* number for the next generation */
	struct hp_compaction *compaction;
	uint64_t compact_octets; /* least size for a compaction */
	uint64_t compact_above;  /* size for the next one */
	pthread_t thread;
	bool running;

	/* shared */
	uint64_t durable, octets, generation, records;
	int failed, compaction_failed;
	bool stop, asleep;
	int wake_fd, event_fd;
	uint64_t count[HP_ST_COUNT]; /* each written by one thread */
};

#define hp_state_get(field)        __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define hp_state_set(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)

void hp_state_add(struct hp_journal *j, enum hp_journal_counter c, uint64_t n);
/* Tells what of the generations the other thread may know. */
void hp_state_tell(struct hp_journal *j);

/* load.c: the directory, locked, and all that it holds. */
int hp_load(struct hp_journal *j, const struct hp_journal_conf *conf, struct hp_error *e);

/* writer.c: the store thread. */
void *hp_writer_run(void *journal);
/* A new generation to append to: everything in the others is synced. Management before the thread runs, then the thread. */
int hp_writer_turn(struct hp_journal *j);

/* compact.c. One slice of work, if there is any: whether there is more. */
bool hp_compact_step(struct hp_journal *j);
void hp_compact_stop(struct hp_journal *j);

#endif
