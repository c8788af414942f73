/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line. Values are checked: whoever reads them may rely on their ranges. */
#ifndef HP_LOAD_OPTIONS_H
#define HP_LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "load/addresses.h"
#include "load/fleet.h"

#define HP_OPTIONS_PORTS 2
#define HP_OPTIONS_EAL   64
#define HP_BURST_MOST    64

struct hp_options {
	const char *device[HP_OPTIONS_PORTS];
	unsigned int ports;
	unsigned int core;
	int receive_core; /* -1: one core does both */
	bool sleep;       /* nap when there is nothing to do: for cores shared with others */
	const char *eal[HP_OPTIONS_EAL];
	unsigned int eals;

	struct hp_addresses addresses;
	struct hp_ip6 router[HP_OPTIONS_PORTS], gateway[HP_OPTIONS_PORTS];
	uint32_t lifetime_s, refresh_s; /* refresh_s 0: never */
	uint32_t register_per_s, outstanding;
	double moves_per_s;
	bool only_register, authenticated; /* authenticated: by RFC 4285, keys.h */
	const char *nodes_file;            /* named in the configuration printed */

	unsigned int share[HP_DIRECTIONS]; /* of 100 */
	uint32_t size;                     /* octets of the IPv6 packet; 0: IMIX */
	unsigned int burst, watched;
	double rate; /* packets a second; in a search the most that is tried */
	bool search, quick;
	double tolerance, resolution; /* share of lost packets; share of the most */
	double trial_s, settle_s, drain_s;
	uint32_t floods;   /* bits 1 << place in hp_flood_classes; 0: none */
	double flood_rate; /* frames a second in all; 0: all that the port takes */

	const char *json;
	bool print_config, print_nodes, help;
};

/* 0 or -EINVAL, then a line was written to standard error. */
int hp_options_read(struct hp_options *o, int argc, char **argv);
const char *hp_options_usage(void);

#endif
