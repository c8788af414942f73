/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "load/flood.h"
#include "load/frame.h"

static const char usage[] =
	"usage: homeport-load --port DEVICE [--port DEVICE] [OPTIONS]\n"
	"       homeport-load --print-config --port DEVICE [--port DEVICE] [OPTIONS] > bench.json     (for the machine with homeport)\n"
	"       homeport-load --print-nodes --port DEVICE [OPTIONS] > nodes.jsonl     (its mobile_nodes_file, with --authentication mn-ha)\n"
	"\n"
	"Plays a fleet of mobile nodes, their correspondents and the networks between, and judges what the home agent does with them.\n"
	"\n"
	"  --port DEVICE          PCI address or DPDK device string; one port plays everything, of two the first is the access\n"
	"                         side, the second the correspondents'\n"
	"  --nodes N              mobile nodes (100000)\n"
	"  --correspondents N     (256)\n"
	"  --direction WHAT       intercept, detunnel, hairpin, or mixed: 45, 45 and 10 percent (intercept)\n"
	"  --size OCTETS          of the IPv6 packet as its sender makes it, without tunnel and Ethernet header: 64 to 1460,\n"
	"                         or imix: 64, 576 and 1400 as 7:4:1 (64)\n"
	"  --rate PPS             packets a second (100000); with --search the most that is tried (10000000)\n"
	"  --search               the highest rate without loss by halves, RFC 2544 section 26.1\n"
	"  --tolerance SHARE      of packets that may be lost in a trial of the search (0)\n"
	"  --resolution SHARE     of the first rate, at which the search ends (0.01)\n"
	"  --duration SECONDS     of a trial (60)\n"
	"  --quick                trials of 2 s and no waits between them\n"
	"  --moves PER_SECOND     nodes that change their care-of address, in turn (0)\n"
	"  --refresh SECONDS      each binding is refreshed so often; 0: never (300)\n"
	"  --lifetime SECONDS     of bindings (3600)\n"
	"  --register-rate PPS    registrations a second at the start; 0: as fast as they are acknowledged (0)\n"
	"  --authentication HOW   none, or mn-ha: in the message (RFC 4285), keys made of the nodes' numbers (none)\n"
	"  --nodes-file FILE      where --print-config says the keys are (nodes.jsonl)\n"
	"  --outstanding N        updates without acknowledgement at most (1024)\n"
	"  --only-register        register, refresh each once, end\n"
	"  --flood CLASS[,CLASS]  garbage beside the trial's traffic, of some of the classes below in turn; every node is to stay bound\n"
	"  --flood-rate PPS       of it; 0: all that the port takes (0)\n"
	"  --burst N              packets sent back to back, 1 to 64 (32)\n"
	"  --watch PERCENT        of the packets by nodes that have just moved and by a few busy flows (5)\n"
	"  --core CPU             (1)        --receive-core CPU   a second core that receives\n"
	"  --sleep                nap when nothing is due: where the core is shared\n"
	"  --json FILE            the results for programs\n"
	"  --home, --agent, --care-of, --correspondent, --router, --gateway ADDRESS\n"
	"                         other addresses than --print-config has; the last two once a port\n"
	"  --eal ARGUMENT         a further argument for DPDK\n"
	"\n"
	"Exit status: 0 nothing misdelivered, reordered, duplicated or corrupted; 1 something was, or it could not be run; 2 usage.\n";

enum {
	PORT = 256,
	NODES,
	CORRESPONDENTS,
	DIRECTION,
	SIZE,
	RATE,
	SEARCH,
	TOLERANCE,
	RESOLUTION,
	DURATION,
	QUICK,
	MOVES,
	REFRESH,
	LIFETIME,
	REGISTER_RATE,
	OUTSTANDING,
	AUTHENTICATION,
	NODES_FILE,
	ONLY_REGISTER,
	FLOOD,
	FLOOD_RATE,
	BURST,
	WATCH,
	CORE,
	RECEIVE_CORE,
	SLEEP,
	JSON,
	HOME,
	AGENT,
	CARE_OF,
	CORRESPONDENT,
	ROUTER,
	GATEWAY,
	EAL,
	PRINT_CONFIG,
	PRINT_NODES,
	HELP
};

static const struct option options[] = {
	{"port", required_argument, NULL, PORT},
	{"nodes", required_argument, NULL, NODES},
	{"correspondents", required_argument, NULL, CORRESPONDENTS},
	{"direction", required_argument, NULL, DIRECTION},
	{"size", required_argument, NULL, SIZE},
	{"rate", required_argument, NULL, RATE},
	{"search", no_argument, NULL, SEARCH},
	{"tolerance", required_argument, NULL, TOLERANCE},
	{"resolution", required_argument, NULL, RESOLUTION},
	{"duration", required_argument, NULL, DURATION},
	{"quick", no_argument, NULL, QUICK},
	{"moves", required_argument, NULL, MOVES},
	{"refresh", required_argument, NULL, REFRESH},
	{"lifetime", required_argument, NULL, LIFETIME},
	{"register-rate", required_argument, NULL, REGISTER_RATE},
	{"outstanding", required_argument, NULL, OUTSTANDING},
	{"authentication", required_argument, NULL, AUTHENTICATION},
	{"nodes-file", required_argument, NULL, NODES_FILE},
	{"only-register", no_argument, NULL, ONLY_REGISTER},
	{"flood", required_argument, NULL, FLOOD},
	{"flood-rate", required_argument, NULL, FLOOD_RATE},
	{"burst", required_argument, NULL, BURST},
	{"watch", required_argument, NULL, WATCH},
	{"core", required_argument, NULL, CORE},
	{"receive-core", required_argument, NULL, RECEIVE_CORE},
	{"sleep", no_argument, NULL, SLEEP},
	{"json", required_argument, NULL, JSON},
	{"home", required_argument, NULL, HOME},
	{"agent", required_argument, NULL, AGENT},
	{"care-of", required_argument, NULL, CARE_OF},
	{"correspondent", required_argument, NULL, CORRESPONDENT},
	{"router", required_argument, NULL, ROUTER},
	{"gateway", required_argument, NULL, GATEWAY},
	{"eal", required_argument, NULL, EAL},
	{"print-config", no_argument, NULL, PRINT_CONFIG},
	{"print-nodes", no_argument, NULL, PRINT_NODES},
	{"help", no_argument, NULL, HELP},
	{NULL, 0, NULL, 0},
};

static const struct {
	const char *name;
	unsigned int share[HP_DIRECTIONS];
} directions[] = {
	{"intercept", {[HP_INTERCEPT] = 100}},
	{"detunnel", {[HP_DETUNNEL] = 100}},
	{"hairpin", {[HP_HAIRPIN] = 100}},
	{"mixed", {[HP_INTERCEPT] = 45, [HP_DETUNNEL] = 45, [HP_HAIRPIN] = 10}},
};

static int read_direction(struct hp_options *o, const char *text)
{
	for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
		if (strcmp(text, directions[i].name) == 0) {
			memcpy(o->share, directions[i].share, sizeof(o->share));
			return 0;
		}
	return -EINVAL;
}

static int read_number(double *out, const char *text, double least, double most)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !(v >= least && v <= most))
		return -EINVAL;
	*out = v;
	return 0;
}

static int read_whole(uint32_t *out, const char *text, double least, double most)
{
	double v;

	if (read_number(&v, text, least, most) || v != floor(v))
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

static int add(const char **list, unsigned int *n, unsigned int most, const char *text)
{
	if (*n == most)
		return -EINVAL;
	list[(*n)++] = text;
	return 0;
}

static int read_one(struct hp_options *o, int c, const char *text, unsigned int *routers, unsigned int *gateways)
{
	struct hp_addresses *a = &o->addresses;
	uint32_t v = 0;
	int ret;

	switch (c) {
	case PORT:
		return add(o->device, &o->ports, HP_OPTIONS_PORTS, text);
	case NODES:
		return read_whole(&a->nodes, text, 1, 1 << 28);
	case CORRESPONDENTS:
		return read_whole(&a->correspondents, text, 1, 1 << 28);
	case DIRECTION:
		return read_direction(o, text);
	case SIZE:
		o->size = 0;
		return strcmp(text, "imix") == 0 ? 0 : read_whole(&o->size, text, HP_FRAME_LEAST, HP_FRAME_MOST);
	case RATE:
		return read_number(&o->rate, text, 1, 1e9);
	case TOLERANCE:
		return read_number(&o->tolerance, text, 0, 1);
	case RESOLUTION:
		return read_number(&o->resolution, text, 1e-4, 1);
	case DURATION:
		return read_number(&o->trial_s, text, 0.1, 86400);
	case MOVES:
		return read_number(&o->moves_per_s, text, 0, 1e6);
	case REFRESH:
		return read_whole(&o->refresh_s, text, 0, 262140);
	case LIFETIME:
		return read_whole(&o->lifetime_s, text, 4, 262140);
	case REGISTER_RATE:
		return read_whole(&o->register_per_s, text, 0, 1e8);
	case OUTSTANDING:
		return read_whole(&o->outstanding, text, 1, 65536);
	case FLOOD:
		return hp_flood_read(&o->floods, text);
	case FLOOD_RATE:
		return read_number(&o->flood_rate, text, 0, 1e9);
	case BURST:
		ret = read_whole(&v, text, 1, HP_BURST_MOST);
		o->burst = v;
		return ret;
	case WATCH:
		ret = read_whole(&v, text, 0, 100);
		o->watched = v;
		return ret;
	case CORE:
		ret = read_whole(&v, text, 0, 4095);
		o->core = v;
		return ret;
	case RECEIVE_CORE:
		ret = read_whole(&v, text, 0, 4095);
		o->receive_core = (int)v;
		return ret;
	case SEARCH:
		o->search = true;
		return 0;
	case QUICK:
		o->quick = true;
		return 0;
	case AUTHENTICATION:
		o->authenticated = strcmp(text, "mn-ha") == 0;
		return o->authenticated || strcmp(text, "none") == 0 ? 0 : -EINVAL;
	case NODES_FILE:
		o->nodes_file = text;
		return 0;
	case ONLY_REGISTER:
		o->only_register = true;
		return 0;
	case SLEEP:
		o->sleep = true;
		return 0;
	case JSON:
		o->json = text;
		return 0;
	case HOME:
		return hp_ip6_parse(&a->home, text);
	case AGENT:
		return hp_ip6_parse(&a->agent, text);
	case CARE_OF:
		return hp_ip6_parse(&a->care_of, text);
	case CORRESPONDENT:
		return hp_ip6_parse(&a->correspondent, text);
	case ROUTER:
		return *routers < HP_OPTIONS_PORTS ? hp_ip6_parse(&o->router[(*routers)++], text) : -EINVAL;
	case GATEWAY:
		return *gateways < HP_OPTIONS_PORTS ? hp_ip6_parse(&o->gateway[(*gateways)++], text) : -EINVAL;
	case EAL:
		return add(o->eal, &o->eals, HP_OPTIONS_EAL, text);
	case PRINT_CONFIG:
		o->print_config = true;
		return 0;
	case PRINT_NODES:
		o->print_nodes = true;
		return 0;
	default:
		o->help = true;
		return 0;
	}
}

static void set_defaults(struct hp_options *o)
{
	*o = (struct hp_options){
		.core = 1,
		.receive_core = -1,
		.addresses = {.nodes = 100000, .correspondents = 256},
		.lifetime_s = 3600,
		.refresh_s = 300,
		.outstanding = 1024,
		.nodes_file = "nodes.jsonl",
		.share = {[HP_INTERCEPT] = 100},
		.size = HP_FRAME_LEAST,
		.burst = 32,
		.watched = 5,
		.resolution = 0.01,
	};
	hp_ip6_parse(&o->addresses.home, "2001:db8:2::");
	hp_ip6_parse(&o->addresses.agent, "2001:db8:2::1");
	hp_ip6_parse(&o->addresses.care_of, "2001:db8:a::");
	hp_ip6_parse(&o->addresses.correspondent, "2001:db8:c::");
	hp_ip6_parse(&o->router[0], "2001:db8:f::1");
	hp_ip6_parse(&o->gateway[0], "2001:db8:f::fe");
	hp_ip6_parse(&o->router[1], "2001:db8:e::1");
	hp_ip6_parse(&o->gateway[1], "2001:db8:e::fe");
}

int hp_options_read(struct hp_options *o, int argc, char **argv)
{
	unsigned int routers = 0, gateways = 0;
	int index = 0;

	set_defaults(o);
	for (int c; (c = getopt_long(argc, argv, "", options, &index)) != -1;) {
		if (c == '?')
			return -EINVAL;
		if (read_one(o, c, optarg, &routers, &gateways)) {
			fprintf(stderr, "homeport-load: --%s: cannot be \"%s\"\n", options[index].name, optarg ? optarg : "");
			return -EINVAL;
		}
	}
	if (!o->trial_s)
		o->trial_s = o->quick ? 2 : 60;
	/* RFC 2544 §23: two seconds for what is under way, five for the device to come to rest. */
	o->drain_s = o->quick ? 0.5 : 2;
	o->settle_s = o->quick ? 0 : 5;
	if (!o->rate)
		o->rate = o->search ? 1e7 : 1e5;
	if (o->help)
		return 0;
	if (optind < argc || !o->ports) {
		fprintf(stderr, "homeport-load: %s%s\n", optind < argc ? "what is " : "--port is missing",
			optind < argc ? argv[optind] : "");
		return -EINVAL;
	}
	if (o->share[HP_HAIRPIN] && o->addresses.nodes < 2) {
		fprintf(stderr, "homeport-load: hairpin needs two nodes\n");
		return -EINVAL;
	}
	return 0;
}

const char *hp_options_usage(void)
{
	return usage;
}
