/* SPDX-License-Identifier: BSD-3-Clause */
/* What the appliance lets wait for its store. The rest of the appliance is a double: what is sent, told and restored is written down. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "homeport/app.h"
#include "run.h"

static struct hp_conf conf;
static char top[64], path[80];

/* The disk. */
static bool stalled;
static int broken;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	while (__atomic_load_n(&stalled, __ATOMIC_ACQUIRE))
		usleep(100);
	errno = __atomic_load_n(&broken, __ATOMIC_ACQUIRE);
	return errno ? -1 : __real_fdatasync(fd);
}

/* The appliance. */
static char sent[64], told[256];
static unsigned int sends, restored;
static struct hp_accepted restored_last;

void hp_carry_send(struct hp_app *app, const struct hp_send *send)
{
	(void)app;
	if (sends < sizeof(sent))
		sent[sends] = (char)send->body[0];
	sends++;
}

void hp_carry_out(struct hp_app *app)
{
	(void)app;
}

void hp_event_store(struct hp_app *app, const char *trouble)
{
	(void)app;
	strcat(told, trouble ? trouble : "works");
	strcat(told, ";");
}

struct hp_now hp_app_now(const struct hp_app *app)
{
	(void)app;
	return (struct hp_now){0};
}

cpu_set_t hp_machine_spare(const struct hp_conf *c, const cpu_set_t *cpus)
{
	(void)c;
	return *cpus;
}

int hp_nodes_restore(struct hp_app *app, const struct hp_ip6 *hoa, const void *stored, size_t len)
{
	(void)app;
	(void)hoa;
	(void)stored;
	(void)len;
	return 0;
}

void hp_guard_restore(struct hp_guard *g, const struct hp_ip6 *hoa, uint32_t spi, uint64_t value)
{
	(void)g;
	restored++;
	restored_last = (struct hp_accepted){.hoa = *hoa, .spi = spi, .value = value};
}

static void open_store(struct hp_app *app)
{
	struct hp_error e = {0};
	int ret;

	*app = (struct hp_app){.conf = &conf};
	memset(sent, 0, sizeof(sent));
	told[0] = '\0';
	sends = restored = 0;
	ret = hp_store_open(app, &e);
	if (ret)
		fprintf(stderr, "  %s\n", e.text);
	CU_ASSERT_EQUAL_FATAL(ret, 0);
}

static void start(struct hp_app *app)
{
	strcpy(top, "/dev/shm/homeport.XXXXXX");
	if (!mkdtemp(top))
		abort();
	snprintf(path, sizeof(path), "%s/ha1", top);
	conf.store.path = path;
	open_store(app);
}

static void stop(struct hp_app *app)
{
	char command[96];

	hp_store_close(app);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	if (system(command))
		abort();
}

static void accept_one(struct hp_app *app, uint8_t node, uint64_t value)
{
	hp_store_accept(app, &(struct hp_accepted){.hoa = {.b = {0x20, 1, [15] = node}}, .spi = 256, .value = value});
}

/* False: it may go at once. */
static bool hold(struct hp_app *app, char name)
{
	const uint8_t body[] = {(uint8_t)name, 0};

	return hp_store_hold(app, &(struct hp_send){.class_ = HP_CLASS_REGISTRATION, .body = body, .body_len = sizeof(body)});
}

static void turn_until(struct hp_app *app, unsigned int wanted)
{
	for (unsigned int i = 0; sends < wanted && i < 20000; i++) {
		hp_store_turn(app);
		usleep(1000);
	}
	CU_ASSERT_EQUAL(sends, wanted);
}

static void test_order(void)
{
	struct hp_app app;

	start(&app);
	CU_ASSERT_FALSE(hold(&app, 'x')); /* nothing was accepted */
	__atomic_store_n(&stalled, true, __ATOMIC_RELEASE);
	accept_one(&app, 1, 1000);
	CU_ASSERT_TRUE(hold(&app, 'a'));
	accept_one(&app, 2, 2000);
	CU_ASSERT_TRUE(hold(&app, 'b'));
	CU_ASSERT_TRUE(hold(&app, 'c')); /* a refusal: not before those before it */
	usleep(20000);
	hp_store_turn(&app);
	CU_ASSERT_EQUAL(sends, 0);
	__atomic_store_n(&stalled, false, __ATOMIC_RELEASE);
	turn_until(&app, 3);
	CU_ASSERT_STRING_EQUAL(sent, "abc");
	CU_ASSERT_FALSE(hold(&app, 'd'));
	CU_ASSERT_EQUAL(hp_store_count(&app)[HP_SR_HELD], 3);
	CU_ASSERT_STRING_EQUAL(told, "");
	stop(&app);
}

static void test_restored(void)
{
	struct hp_app app;

	start(&app);
	accept_one(&app, 1, 1000);
	accept_one(&app, 1, 0x0102030405060708);
	accept_one(&app, 2, 7);
	hp_store_close(&app);
	open_store(&app);
	CU_ASSERT_EQUAL(restored, 2);
	CU_ASSERT_TRUE((restored_last.hoa.b[15] == 1 && restored_last.value == 0x0102030405060708) ||
		       (restored_last.hoa.b[15] == 2 && restored_last.value == 7));
	CU_ASSERT_EQUAL(restored_last.spi, 256);
	stop(&app);
}

static void test_trouble(void)
{
	struct hp_api_response res = {0};
	struct hp_app app;
	json_t *status;

	start(&app);
	__atomic_store_n(&broken, ENOSPC, __ATOMIC_RELEASE);
	accept_one(&app, 1, 1000);
	CU_ASSERT_TRUE(hold(&app, 'a'));
	for (unsigned int i = 0; !told[0] && i < 20000; i++) {
		hp_store_turn(&app);
		usleep(1000);
	}
	hp_store_turn(&app);
	CU_ASSERT_STRING_EQUAL(told, "No space left on device;");
	CU_ASSERT_EQUAL(sends, 0);
	CU_ASSERT_FALSE(hp_store_put(&app, HP_STORE_SUBSCRIBER, "k", 1, "v", 1, &res));
	CU_ASSERT_EQUAL(res.status, 503);
	CU_ASSERT_STRING_EQUAL(res.error_code, "store_failed");
	status = hp_store_status(&app);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(status, "error")), "No space left on device");
	json_decref(status);
	__atomic_store_n(&broken, 0, __ATOMIC_RELEASE);
	turn_until(&app, 1);
	hp_store_turn(&app);
	CU_ASSERT_STRING_EQUAL(told, "No space left on device;works;");
	stop(&app);
}

static void test_bounds(void)
{
	struct hp_app app;
	uint64_t count[HP_ST_COUNT];
	unsigned int held = 0;

	start(&app);
	__atomic_store_n(&stalled, true, __ATOMIC_RELEASE);
	accept_one(&app, 1, 1);
	for (unsigned int i = 0; i < 20000; i++) {
		CU_ASSERT_TRUE(hold(&app, 'a'));
		held++;
	}
	CU_ASSERT_EQUAL(hp_store_count(&app)[HP_SR_HELD] + hp_store_count(&app)[HP_SR_DROPPED], held);
	CU_ASSERT_EQUAL(hp_store_count(&app)[HP_SR_HELD], 16384);
	/* More than the journal takes: what was accepted last is nowhere, so its acknowledgement never leaves. */
	do {
		accept_one(&app, 1, 2);
		hp_store_journal_count(&app, count);
	} while (!count[HP_ST_REFUSED]);
	__atomic_store_n(&stalled, false, __ATOMIC_RELEASE);
	turn_until(&app, 16384);
	CU_ASSERT_TRUE(hold(&app, 'z'));
	CU_ASSERT_EQUAL(hp_store_count(&app)[HP_SR_DROPPED], held - 16384 + 1);
	stop(&app);
}

static void test_put(void)
{
	struct hp_api_response res = {0};
	struct hp_app app, none = {.conf = &conf};
	json_t *status = hp_store_status(&none);

	CU_ASSERT_TRUE(json_is_null(json_object_get(status, "backend")));
	json_decref(status);
	CU_ASSERT_FALSE(hp_store_put(&none, HP_STORE_SUBSCRIBER, "k", 1, "v", 1, &res));
	CU_ASSERT_EQUAL(res.status, 409);
	CU_ASSERT_STRING_EQUAL(res.error_code, "no_store");
	CU_ASSERT_FALSE(hold(&none, 'a'));
	accept_one(&none, 1, 1);
	hp_store_turn(&none);
	start(&app);
	CU_ASSERT_TRUE(hp_store_put(&app, HP_STORE_SUBSCRIBER, "k", 1, "v", 1, &res));
	CU_ASSERT_EQUAL(res.after, 1);
	CU_ASSERT_TRUE(hp_store_put(&app, HP_STORE_SUBSCRIBER, "k", 1, NULL, 0, &res));
	CU_ASSERT_EQUAL(res.after, 2);
	stop(&app);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"acknowledgements wait for the disk, in their order", test_order},
		{"what was accepted is known after a restart", test_restored},
		{"a disk that fails, and works again", test_trouble},
		{"what waits is bounded", test_bounds},
		{"what is put, with and without a store", test_put},
		{NULL, NULL},
	};

	return hp_tests_run("homeport store", tests);
}
