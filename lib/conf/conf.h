/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration: JSON (jansson) -> one validated struct. Every error names JSON path, what was found and what is wanted.
 * Management thread, at start and reload. The struct owns its strings and arrays. Documented by config/homeport.schema.json. */
#ifndef HP_CONF_CONF_H
#define HP_CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip6.h"
#include "base/log.h"
#include "conf/mobile_nodes.h"

#define HP_CONF_LIFETIME_INFINITE UINT32_MAX

struct hp_conf_port {
	char *name, *device; /* device: PCI address or DPDK vdev string */
	bool is_pci;
	uint16_t rx_queues; /* 0: absent */
};

struct hp_conf_address {
	struct hp_ip6 address;
	uint8_t prefix_length;
	uint32_t valid_s, preferred_s;
};

struct hp_conf_link {
	char *name;
	int port; /* index into ports, -1: virtual */
	uint16_t vlan, mtu;
	uint8_t dad_transmits;
	unsigned int addresses;
	struct hp_conf_address *address;
	bool home; /* named in home_agent.links */
	struct {
		bool enabled, unsolicited, interval_option;
		uint32_t min_interval_ms, max_interval_ms, min_delay_ms;
		uint16_t router_lifetime_s;
	} ra;
};

struct hp_conf_route {
	struct hp_ip6 prefix, via;
	uint8_t length;
	unsigned int link; /* index into links */
};

enum hp_conf_authentication { HP_AUTH_MN_HA, HP_AUTH_IPSEC, HP_AUTH_NONE };
enum hp_conf_spread { HP_SPREAD_AUTO, HP_SPREAD_INNER, HP_SPREAD_OFF };
enum hp_conf_hugepages { HP_HUGEPAGES_AUTO, HP_HUGEPAGES_ON, HP_HUGEPAGES_OFF };

struct hp_conf {
	char *file, *name;
	struct {
		unsigned int management_core;
		unsigned int worker_cores;
		unsigned int *worker_core;
		enum hp_conf_hugepages hugepages;
		uint32_t memory_mb;
		bool sleep;
		enum hp_conf_spread spread;
		unsigned int eal_args;
		char **eal_arg;
	} runtime;
	unsigned int ports, links, routes;
	struct hp_conf_port *port;
	struct hp_conf_link *link;
	struct hp_conf_route *route;
	struct {
		uint16_t preference, lifetime_s;
		uint32_t max_bindings, max_binding_lifetime_s;
		bool dad, multicast, accounting;
		struct {
			bool enabled;
			uint32_t min_interval_s, max_interval_s;
		} prefix_advertisement; /* mobile_prefix_advertisement */
		enum hp_conf_authentication authentication;
	} home_agent;
	struct {
		bool enabled;
		unsigned int protects, excludes;
		struct hp_prefix *protect, *exclude;
		uint32_t max_bindings, max_binding_lifetime_s;
	} correspondent;
	unsigned int mobile_nodes; /* by ascending home address */
	struct hp_conf_mobile_node *mobile_node;
	char *mobile_nodes_file;    /* its path; NULL: none */
	struct hp_secrets *secrets; /* their keys; NULL: none */
	struct {
		char *unix_path; /* default /run/homeport/<name>.sock */
		char *tcp;       /* NULL: none; else "[::1]:port" */
		char *owner, *group;
		bool tcp_write;
	} api;
	struct {
		char *path; /* NULL: nothing is stored */
	} store;
	struct {
		enum hp_log_level level;
		bool json;
	} log;
};

/* What of the machine the validation needs; given by the caller so that tests can say it. */
struct hp_conf_machine {
	unsigned int cpus;                 /* numbers 0..cpus-1 exist … */
	bool (*has_cpu)(unsigned int cpu); /* … unless this says otherwise; may be NULL */
};

/* 0; -ENOENT etc. (file), -EINVAL (content): *e filled. */
int hp_conf_load(struct hp_conf **out, const char *file, const struct hp_conf_machine *machine, struct hp_error *e);
/* The same from memory; `file` names it in messages. */
int hp_conf_parse(struct hp_conf **out, const char *file, const char *text, size_t len, const struct hp_conf_machine *machine,
		  struct hp_error *e);
void hp_conf_destroy(struct hp_conf *c);
/* Mobile nodes and their keys are wiped and given back: whoever needs them has them. */
void hp_conf_forget_mobile_nodes(struct hp_conf *c);
/* "found ADDRESS, WORDS" at the place where it was set up: -EINVAL. */
int hp_conf_mobile_node_fail(const struct hp_conf *c, const struct hp_conf_mobile_node *n, const char *member, const char *words,
			     struct hp_error *e);
/* NULL: a mobile node may have this address; else what is wrong with it: "which is …, want …". */
const char *hp_conf_home_address_bad(const struct hp_conf *c, const struct hp_ip6 *a);

#endif
