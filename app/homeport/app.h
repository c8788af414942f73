/* SPDX-License-Identifier: BSD-3-Clause */
/* The appliance: one struct that names everything it holds, and the few nouns that work on it.
 * Everything here runs on the management thread. */
#ifndef HP_HOMEPORT_APP_H
#define HP_HOMEPORT_APP_H

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/api.h"
#include "base/effect.h"
#include "base/error.h"
#include "base/now.h"
#include "conf/conf.h"
#include "control/control.h"
#include "dataplane/dataplane.h"
#include "security/guard.h"
#include "store/journal.h"

/* args.c: the EAL's arguments, derived from the configuration (pure; tests/unit/homeport). */
struct hp_eal_args {
	int count;
	char **arg; /* NULL-terminated, owned */
};

struct hp_app {
	const char *file;       /* of the configuration */
	struct hp_eal_args eal; /* EAL keeps pointers into them */
	struct hp_conf *conf;
	struct hp_dataplane *dp;
	struct hp_guard *guard;
	uint32_t associations_most; /* of tunnels */
	struct hp_control *control;
	struct hp_effects *fx;
	struct hp_api *api;
	struct hp_store *store; /* NULL: nothing is stored */
	cpu_set_t cpus;         /* that the program may use; none: not known */
	int epoll_fd, signal_fd;
	bool stop;
	uint64_t nodes_seed;       /* of the tables of subscribers */
	struct hp_now now;         /* when the calls that are being carried out began */
	uint64_t start_ns;         /* CLOCK_MONOTONIC at start: mono_ms counts from here */
	uint64_t housekeeping_ms;  /* next housekeeping, mono_ms */
	uint64_t effects_lost_at;  /* hp_effects_lost() when last reported */
	uint64_t refused_by_table; /* effects that a dataplane table had no room for */
	uint64_t forwarding_ms;    /* start of the program to workers running */
	uint64_t loops, busy_loops;
	unsigned int spins; /* idle: poll: turns since the last look at the descriptors */
	bool *stalled;      /* per worker, as last reported */
	uint64_t policed_look_ms;
	struct hp_policed *policed; /* per counter of the data plane, as last reported */
};

struct hp_now hp_app_now(const struct hp_app *app); /* asks the clock */

/* args.c, pure */
struct hp_eal_memory {
	uint64_t hugepage_free, hugepage_size; /* bytes free in all, bytes a page; 0: none */
	uint64_t available;                    /* ordinary memory, bytes */
	uint64_t needed;                       /* by the configuration, bytes */
};
int hp_eal_args(struct hp_eal_args *out, const struct hp_conf *conf, const struct hp_eal_memory *memory);
void hp_eal_args_free(struct hp_eal_args *args);
/* The device as the EAL names it afterwards: a vdev string up to its first comma. Caller frees. */
char *hp_eal_device(const struct hp_conf_port *port);

/* machine.c: what this machine has. */
void hp_machine_memory(struct hp_eal_memory *out);
struct hp_conf_machine hp_machine(void);
/* Where other threads than workers and the management core may run: what is left of `cpus`, else the management core. */
cpu_set_t hp_machine_spare(const struct hp_conf *conf, const cpu_set_t *cpus);

/* plan.c: configuration -> what dataplane and control want. Strings stay the configuration's. */
struct hp_plan {
	struct hp_dp_conf dp;
	struct hp_control_conf control;
	unsigned int dp_routes;
	struct hp_dp_route *dp_route;
	/* backing of the above */
	struct hp_dp_port *port;
	struct hp_dp_link *link;
	unsigned int *lcore;
	struct hp_neighbor_link *nb_link;
	struct hp_own_address **address;
	struct hp_route *route;
	char **device;
};
int hp_plan_create(struct hp_plan **out, const struct hp_conf *conf);
void hp_plan_destroy(struct hp_plan *plan);
/* Bytes that `max_bindings` and the ports need: hugepage memory, and the management core's own. */
uint64_t hp_plan_memory(const struct hp_plan *plan, uint64_t *own);
int hp_plan_check_memory(const struct hp_conf *conf, const struct hp_plan *plan, const struct hp_eal_memory *memory, struct hp_error *e);

/* carry.c: effects become calls, in their order; the list is empty afterwards. */
void hp_carry_out(struct hp_app *app);
void hp_carry_send(struct hp_app *app, const struct hp_send *send); /* what hp_store_hold() held */
/* An hp_punt_fn: hands punted packets to control, in their order. */
void hp_carry_in(void *app, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n);

/* appliance.c: the plan becomes a data plane (not started), a control core, an API and a loop. EAL is up, app->conf and the descriptors
 * (-1) are set; create cleans up after itself, destroy is safe after it failed. */
int hp_appliance_create(struct hp_app *app, struct hp_plan *plan, struct hp_error *e);
void hp_appliance_destroy(struct hp_app *app);
/* What a plan cannot know: whom control asks. */
void hp_appliance_complete(struct hp_app *app, struct hp_control_conf *conf);
/* To the workers: routes, and the hosts that we act for as correspondents. 0 or -errno. */
int hp_appliance_publish(struct hp_app *app, const struct hp_plan *plan);

/* store.c: what must survive the program. `kind` and key name a value; an empty value removes it. */
enum hp_store_kind {
	HP_STORE_SUBSCRIBER = 1, /* key: home address; value: versioned, by who enrols */
	HP_STORE_ACCEPTED = 2    /* key: home address; value: spi u32, last accepted u64, little-endian */
};
#define HP_STORE_COUNTERS(X)                                                                                                               \
	X(HP_SR_HELD, "store.held", "acknowledgements that waited for the disk")                                                           \
	X(HP_SR_DROPPED, "store.dropped", "acknowledgements not sent, because the disk did not keep up; the node asks again")
enum hp_store_counter { HP_STORE_COUNTERS(HP_COUNTER_ENUM) HP_SR_COUNT };
extern const struct hp_counter_info hp_store_counters[HP_SR_COUNT];

/* Opens app->conf->store.path, if there is one; all that is in it goes to whom it belongs. The guard and its configured nodes are there. */
int hp_store_open(struct hp_app *app, struct hp_error *e);
void hp_store_close(struct hp_app *app);
int hp_store_fd(const struct hp_app *app); /* readable: hp_store_turn will find something; -1: never */
/* Every turn of the loop: what is durable by now lets acknowledgements and answers go. */
void hp_store_turn(struct hp_app *app);
void hp_store_accept(struct hp_app *app, const struct hp_accepted *accepted);
/* Whether this message waits for what was accepted before it (a copy is kept), or is not sent at all. */
bool hp_store_hold(struct hp_app *app, const struct hp_send *send);
/* For a resource: the answer waits until it is on disk. False, and *res is the refusal: nothing is stored; the disk fails; it does not keep up. */
bool hp_store_put(struct hp_app *app, enum hp_store_kind kind, const void *key, size_t key_len, const void *value, size_t value_len,
		  struct hp_api_response *res);
json_t *hp_store_status(const struct hp_app *app);
const uint64_t *hp_store_count(const struct hp_app *app);
void hp_store_journal_count(const struct hp_app *app, uint64_t count[HP_ST_COUNT]);

/* export.c: mobile nodes of the store to standard output. 0 or -errno with *e. */
int hp_export(struct hp_app *app, struct hp_error *e);

/* loop.c */
int hp_loop_create(struct hp_app *app, struct hp_error *e);
void hp_loop_run(struct hp_app *app); /* turns until app->stop */
/* One turn: punted packets, timers, housekeeping, descriptors. Returns how many packets were taken. */
unsigned int hp_loop_turn(struct hp_app *app);
void hp_loop_destroy(struct hp_app *app);

/* event.c: an event to the log and to the listeners of /v1/events. */
void hp_event_tell(struct hp_app *app, const struct hp_event *e);
void hp_event_reload(struct hp_app *app, const struct hp_error *e); /* NULL: it applies */
void hp_event_store(struct hp_app *app, const char *trouble);       /* NULL: it works again */
void hp_event_policed(struct hp_app *app, const char *class_, uint64_t dropped);
const char *hp_link_name(const struct hp_app *app, uint16_t link); /* NULL: none */

/* reload.c: 0, or -errno with *e: the running configuration stays. */
int hp_reload(struct hp_app *app, struct hp_error *e);

/* nodes.c: a table of what `conf` and the running one say (enrolled at run time), to be adopted or destroyed. -errno with *e. */
int hp_nodes_plan(struct hp_subscribers **out, const struct hp_app *app, const struct hp_conf *conf, struct hp_error *e);
/* It is in force; whoever is not in it, or suspended, loses the binding. */
void hp_nodes_adopt(struct hp_app *app, struct hp_subscribers *fresh);
enum hp_hmac_algorithm hp_nodes_algorithm(int conf); /* an hp_conf_algorithm's */
/* One that was enrolled at run time, from the store. 0, -EPROTO: not understood, -EEXIST: the configuration has it too, -ENOMEM. */
int hp_nodes_restore(struct hp_app *app, const struct hp_ip6 *hoa, const void *stored, size_t len);
void hp_nodes_spec(const struct hp_conf_mobile_node *n, struct hp_subscriber_spec *out); /* to be wiped */

/* protection.c: the same of the configuration's security associations. Those of tunnels are the workers', which have room for twice as many as there
 * are at the start, and some; where there are none there is none. */
uint32_t hp_protection_most(const struct hp_conf *conf);
int hp_protection_plan(struct hp_associations **out, const struct hp_app *app, const struct hp_conf *conf, struct hp_error *e);
void hp_protection_adopt(struct hp_app *app, struct hp_associations *fresh);

/* resources: status.c, stats.c, lists.c */
extern const struct hp_api_resource hp_resources[];
void hp_serve_status(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_stats(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_metrics(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_bindings(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_correspondents(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_neighbors(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_routes(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_home_agents(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_associations(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_mobile_nodes(void *app, const struct hp_api_request *req, struct hp_api_response *res);
void hp_serve_reload(void *app, const struct hp_api_request *req, struct hp_api_response *res);

#endif
