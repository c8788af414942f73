/* SPDX-License-Identifier: BSD-3-Clause */
/* The sections of the configuration, one reader each; check.c judges them together. */
#ifndef HP_CONF_PARTS_H
#define HP_CONF_PARTS_H

#include "conf/conf.h"
#include "conf/value.h"

/* What is read on the way and resolved by check.c: names become indices. */
struct hp_conf_draft {
	struct hp_conf *conf; /* first: keys that are inside it say so */
	char **link_port;     /* by link: its port's name, NULL: virtual */
	bool *link_has_ra;    /* router_advertisement.enabled was said */
	char **route_link;    /* by route: its link's name, NULL: by next hop */
	char **home_link;     /* home_agent.links */
	unsigned int home_links;
	bool has_lifetime, has_prefix_advertisement;
	bool has_backend, embedded; /* store.backend was said, and is not null */
	char *store_path;           /* NULL: not said */
};

hp_value_fn hp_conf_runtime; /* out: struct hp_conf_draft */
hp_value_fn hp_conf_ports;
hp_value_fn hp_conf_links;
hp_value_fn hp_conf_routes;
hp_value_fn hp_conf_home_agent;
hp_value_fn hp_conf_api;
hp_value_fn hp_conf_log;
hp_value_fn hp_conf_mobile_nodes;
hp_value_fn hp_conf_mobile_nodes_file;
hp_value_fn hp_conf_correspondent;
hp_value_fn hp_conf_store;

int hp_conf_store_fill_in(struct hp_conf_draft *d, struct hp_error *e);
int hp_conf_check(struct hp_conf_draft *d, const struct hp_conf_machine *machine, struct hp_error *e);
int hp_conf_check_mobile_nodes(struct hp_conf *c, struct hp_error *e);
void hp_conf_draft_free(struct hp_conf_draft *d);

#endif
