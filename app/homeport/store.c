/* SPDX-License-Identifier: BSD-3-Clause */
/* The journal in the appliance: what of it waits for the disk, and what waits for that. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/log.h"
#include "homeport/app.h"

#define HELD_MOST 16384 /* acknowledgements */

const struct hp_counter_info hp_store_counters[HP_SR_COUNT] = {HP_STORE_COUNTERS(HP_COUNTER_INFO)};

struct held {
	STAILQ_ENTRY(held) link;
	uint64_t ticket;
	struct hp_send send;
	uint8_t body[];
};

struct last {
	uint32_t spi;
	uint64_t value;
} __attribute__((packed));

/* What was accepted, until all subscribers are known. */
struct found {
	struct hp_app *app;
	struct hp_ip6 subscriber; /* the last one */
	struct hp_accepted *accepted;
	size_t count, room;
};

struct hp_store {
	struct hp_journal *journal;
	uint64_t accepted; /* ticket of what was accepted last */
	bool unstored;     /* what was accepted last was not taken: its acknowledgement is not sent */
	int failed;        /* as told */
	STAILQ_HEAD(, held) held;
	unsigned int holding;
	uint64_t count[HP_SR_COUNT];
};

static int find_accepted(struct found *f, const void *key, size_t key_len, const void *value, size_t value_len)
{
	struct hp_accepted *a;
	struct last last;

	if (key_len != sizeof(a->hoa) || value_len != sizeof(last))
		return -EPROTO;
	if (f->count == f->room) {
		const size_t room = f->room ? 2 * f->room : 1024;
		struct hp_accepted *grown = realloc(f->accepted, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		f->accepted = grown;
		f->room = room;
	}
	a = &f->accepted[f->count++];
	memcpy(&a->hoa, key, sizeof(a->hoa));
	memcpy(&last, value, sizeof(last));
	a->spi = le32toh(last.spi);
	a->value = le64toh(last.value);
	return 0;
}

/* Kinds that this version does not know stay where they are. */
static int find(void *ctx, uint8_t kind, const void *key, size_t key_len, const void *value, size_t value_len)
{
	struct found *f = ctx;

	if (kind == HP_STORE_ACCEPTED)
		return find_accepted(f, key, key_len, value, value_len);
	if (kind != HP_STORE_SUBSCRIBER)
		return 0;
	if (key_len != sizeof(f->subscriber))
		return -EPROTO;
	memcpy(&f->subscriber, key, sizeof(f->subscriber));
	return hp_nodes_restore(f->app, &f->subscriber, value, value_len);
}

int hp_store_open(struct hp_app *app, struct hp_error *e)
{
	const cpu_set_t spare = hp_machine_spare(app->conf, &app->cpus);
	struct found found = {.app = app};
	char text[HP_IP6_TEXT];
	const struct hp_journal_conf conf = {
		.directory = app->conf->store.path, .each = find, .ctx = &found, .cpus = CPU_COUNT(&app->cpus) ? &spare : NULL};
	uint64_t count[HP_ST_COUNT];
	struct hp_store *s;
	int ret;

	if (!app->conf->store.path)
		return 0;
	s = calloc(1, sizeof(*s));
	if (!s)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	STAILQ_INIT(&s->held);
	ret = hp_journal_open(&s->journal, &conf, e);
	if (!ret) {
		for (size_t i = 0; i < found.count; i++)
			hp_guard_restore(app->guard, &found.accepted[i].hoa, found.accepted[i].spi, found.accepted[i].value);
		hp_journal_count(s->journal, count);
		if (count[HP_ST_CUT])
			hp_warning(
				"store: %llu octets of a write that a crash tore, of which nothing was ever told to be done, are cut off",
				(unsigned long long)count[HP_ST_CUT]);
		app->store = s;
	} else {
		if (ret == -EEXIST)
			hp_error_set(e, EEXIST, "mobile_nodes", "found %s, which was enrolled at run time (%s), want it in one place",
				     hp_ip6_text(&found.subscriber, text), app->conf->store.path);
		free(s);
	}
	free(found.accepted);
	return ret;
}

void hp_store_close(struct hp_app *app)
{
	struct hp_store *s = app->store;
	struct held *h;
	int ret;

	if (!s)
		return;
	ret = hp_journal_close(s->journal);
	if (ret)
		hp_error("store: what was put last is lost: %s", strerror(-ret));
	while ((h = STAILQ_FIRST(&s->held))) {
		STAILQ_REMOVE_HEAD(&s->held, link);
		free(h);
	}
	free(s);
	app->store = NULL;
}

int hp_store_fd(const struct hp_app *app)
{
	return app->store ? hp_journal_fd(app->store->journal) : -1;
}

static void let_go(struct hp_app *app, uint64_t durable)
{
	struct hp_store *s = app->store;
	struct held *h = STAILQ_FIRST(&s->held);

	if (!h || h->ticket > durable)
		return;
	app->now = hp_app_now(app);
	for (; h && h->ticket <= durable; h = STAILQ_FIRST(&s->held)) {
		STAILQ_REMOVE_HEAD(&s->held, link);
		s->holding--;
		hp_carry_send(app, &h->send);
		free(h);
	}
	hp_carry_out(app);
}

static void look_for_trouble(struct hp_app *app)
{
	struct hp_store *s = app->store;
	const int failed = hp_journal_failed(s->journal);

	if (failed && app->api)
		hp_api_give_up(app->api, 503, "store_failed", strerror(-failed));
	if (failed != s->failed)
		hp_event_store(app, failed ? strerror(-failed) : NULL);
	s->failed = failed;
}

void hp_store_turn(struct hp_app *app)
{
	uint64_t durable;

	if (!app->store)
		return;
	look_for_trouble(app);
	durable = hp_journal_durable(app->store->journal);
	let_go(app, durable);
	if (app->api)
		hp_api_reach(app->api, durable);
}

void hp_store_accept(struct hp_app *app, const struct hp_accepted *a)
{
	const struct last last = {.spi = htole32(a->spi), .value = htole64(a->value)};
	struct hp_store *s = app->store;

	if (s)
		s->unstored =
			hp_journal_put(s->journal, HP_STORE_ACCEPTED, &a->hoa, sizeof(a->hoa), &last, sizeof(last), &s->accepted) != 0;
}

bool hp_store_hold(struct hp_app *app, const struct hp_send *send)
{
	struct hp_store *s = app->store;
	struct held *h = NULL;

	if (!s || (!s->unstored && STAILQ_EMPTY(&s->held) && hp_journal_durable(s->journal) >= s->accepted))
		return false;
	if (!s->unstored && s->holding < HELD_MOST)
		h = malloc(sizeof(*h) + send->body_len);
	s->unstored = false;
	s->count[h ? HP_SR_HELD : HP_SR_DROPPED]++;
	if (h) {
		h->ticket = s->accepted;
		h->send = *send;
		h->send.body = memcpy(h->body, send->body, send->body_len);
		STAILQ_INSERT_TAIL(&s->held, h, link);
		s->holding++;
	}
	return true;
}

bool hp_store_put(struct hp_app *app, enum hp_store_kind kind, const void *key, size_t key_len, const void *value, size_t value_len,
		  struct hp_api_response *res)
{
	int ret;

	if (!app->store) {
		hp_api_fail(res, 409, "no_store", "store.backend",
			    "found null, want a store: what is changed at run time would not survive it");
		return false;
	}
	ret = hp_journal_failed(app->store->journal);
	ret = ret ? ret : hp_journal_put(app->store->journal, (uint8_t)kind, key, key_len, value, value_len, &res->after);
	if (ret)
		hp_api_fail(res, 503, ret == -EAGAIN ? "store_busy" : "store_failed", "store.path", "%s: %s", app->conf->store.path,
			    strerror(-ret));
	return !ret;
}

json_t *hp_store_status(const struct hp_app *app)
{
	struct hp_journal_status s;
	int trouble;

	if (!app->store)
		return json_pack("{s:n}", "backend");
	hp_journal_status(app->store->journal, &s);
	trouble = s.failed ? s.failed : s.compaction_failed;
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:s?}", "backend", "embedded", "path", app->conf->store.path, "bytes",
			 (json_int_t)s.octets, "waiting_bytes", (json_int_t)s.waiting, "generation", (json_int_t)s.generation, "records",
			 (json_int_t)s.records, "error", trouble ? strerror(-trouble) : NULL);
}

const uint64_t *hp_store_count(const struct hp_app *app)
{
	static const uint64_t none[HP_SR_COUNT];

	return app->store ? app->store->count : none;
}

void hp_store_journal_count(const struct hp_app *app, uint64_t count[HP_ST_COUNT])
{
	memset(count, 0, HP_ST_COUNT * sizeof(*count));
	if (app->store)
		hp_journal_count(app->store->journal, count);
}
