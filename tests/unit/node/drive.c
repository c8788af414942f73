/* SPDX-License-Identifier: BSD-3-Clause */
/* A mobile node at the other end of a pipe: commands in, what it does out, so that its messages are made and judged by other code than ours.
 * tests/unit/node/driven.py knows the words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node.h"
#include "security/hmac.h"
#include "security/subscriber.h"
#include "wire/compose.h"

#define INTERFACES 2

static struct hp_node *node;
static struct hp_effects *fx;
static struct hp_now now = {.mono_ms = 5000, .wall_ms = 1700000000000};
static bool no_random;

static struct hp_ip6 address(const char *text)
{
	struct hp_ip6 a;

	if (hp_ip6_parse(&a, text))
		abort();
	return a;
}

static size_t octets(const char *hex, uint8_t *out, size_t room)
{
	size_t n = 0;

	for (; hex[0] && hex[1] && n < room; hex += 2)
		out[n++] = (uint8_t)strtoul((char[]){hex[0], hex[1], 0}, NULL, 16);
	return n;
}

static void print_packet(const struct hp_send *s)
{
	uint8_t packet[1500];
	int len = hp_compose(s, packet, sizeof(packet));

	printf("send ");
	for (int i = 0; i < len; i++)
		printf("%02x", packet[i]);
	printf("\nvia %u %u\n", s->link, s->protection);
}

static void print_event(const struct hp_event *e)
{
	static const char *const name[HP_EVENT_COUNT] = {[HP_EVENT_REFUSED] = "refused",
							 [HP_EVENT_ROUTE_OPTIMIZED] = "optimized",
							 [HP_EVENT_ROUTE_MOVED] = "route-moved",
							 [HP_EVENT_ROUTE_ENDED] = "ended",
							 [HP_EVENT_ROUTE_REFUSED] = "route-refused"};
	char coa[HP_IP6_TEXT], peer[HP_IP6_TEXT];

	if (e->kind == HP_EVENT_REFUSED)
		printf("refused %u %s\n", e->code, e->reason ? e->reason : "-");
	else if (name[e->kind])
		printf("event %s %s %s %u %s\n", name[e->kind], hp_ip6_text(&e->correspondent, peer), hp_ip6_text(&e->coa, coa), e->code,
		       e->reason ? e->reason : "-");
}

static void print_route(void *ctx, const struct hp_node_correspondent_view *v)
{
	static const char *const stage[] = {"counting", "testing", "updating", "optimized", "waiting", "unable"};
	char coa[HP_IP6_TEXT], peer[HP_IP6_TEXT];

	(void)ctx;
	printf("route %u %s %s %s %llu %d %lld\n", v->home, hp_ip6_text(&v->peer, peer), stage[v->route], hp_ip6_text(&v->coa, coa),
	       (unsigned long long)v->packets, v->last_status, v->expires_ms ? (long long)(v->expires_ms - now.mono_ms) : -1);
}

static void answer(void)
{
	static const char *const state[] = {"detached", "discovering", "registering", "away", "returning", "home", "stopped"};
	struct hp_node_view v;

	for (size_t i = 0; i < hp_effects_count(fx); i++) {
		const struct hp_effect *e = hp_effects_at(fx, i);

		if (e->kind == HP_EFFECT_SEND)
			print_packet(&e->send);
		else if (e->kind == HP_EFFECT_UNBIND)
			printf("unbind\n");
		else if (e->kind == HP_EFFECT_EVENT)
			print_event(&e->event);
	}
	hp_effects_clear(fx);
	hp_node_look(node, 0, &v);
	printf("state %s\ntrouble %s\n", state[v.state], v.trouble < 0 ? "-" : hp_node_counters[v.trouble].name);
	if (hp_node_next(node) == UINT64_MAX)
		printf("next never\n");
	else
		printf("next %llu\n", (unsigned long long)(hp_node_next(node) - now.mono_ms));
	for (unsigned int i = 0; i < HP_NODE_COUNT; i++)
		if (hp_node_count(node)[i])
			printf("count %s %llu\n", hp_node_counters[i].name, (unsigned long long)hp_node_count(node)[i]);
	hp_node_correspondents(node, print_route, NULL);
	printf(".\n");
	fflush(stdout);
}

static bool unpredictable(void *octets, size_t len)
{
	static struct hp_random r;
	uint8_t *out = octets;

	if (!r.s[0])
		hp_random_seed(&r, 11);
	while (len--)
		*out++ = (uint8_t)hp_random_u64(&r);
	return !no_random;
}

/* What comes is in memory of exactly its length. */
static void hear(const char *how, const char *hex)
{
	const size_t room = strlen(hex) / 2;
	uint8_t *data = malloc(room + !room);
	struct hp_packet p;

	if (!data || hp_packet_read_node(&p, data, octets(hex, data, room)) != HP_WALK_OK)
		printf("unreadable\n");
	else if (p.proto == HP_PROTO_MH)
		hp_node_message(node, &p, strcmp(how, "tunnelled") == 0, now, fx);
	else if (strcmp(how, "error") == 0)
		printf("error %s\n", hp_node_error(node, &p, now, fx) ? "taken" : "passed");
	else
		hp_node_icmp(node, &p, now, fx);
	free(data);
}

static void traffic(const char *how, unsigned int home, const struct hp_ip6 *peer)
{
	if (strcmp(how, "out") == 0)
		printf("way %s\n", hp_node_outgoing(node, home, peer, now, fx) == HP_NODE_DIRECT ? "direct" : "tunnel");
	else if (strcmp(how, "in") == 0)
		hp_node_incoming(node, home, peer, now, fx);
	else
		hp_node_progress(node, home, peer, now);
}

/* wait MONO WALL: so many milliseconds pass, by either clock. */
static void act(char *line)
{
	char how[16], text[3200];
	unsigned long long mono;
	long long wall;
	unsigned int interface;

	if (sscanf(line, "at %u %3199s", &interface, text) == 2) {
		const struct hp_ip6 a = address(text);

		hp_node_address(node, (uint16_t)interface, &a, true, false, now, fx);
	} else if (sscanf(line, "gone %u %3199s", &interface, text) == 2) {
		const struct hp_ip6 a = address(text);

		hp_node_address(node, (uint16_t)interface, &a, false, true, now, fx);
	} else if (sscanf(line, "wait %llu %lld", &mono, &wall) == 2) {
		now.mono_ms += mono;
		now.wall_ms += (uint64_t)wall;
		hp_node_tick(node, now, fx);
	} else if (sscanf(line, "packet %15s %u %3199s", how, &interface, text) == 3) {
		const struct hp_ip6 a = address(text);

		traffic(how, interface, &a);
	} else if (sscanf(line, "random %u", &interface) == 1) {
		no_random = !interface;
	} else if (sscanf(line, "hear %15s %3199s", how, text) == 2) {
		hear(how, text);
	} else if (strncmp(line, "stop", 4) == 0) {
		hp_node_stop(node, now, fx);
	}
}

/* HOA HA SPI sha1|sha256 KEY timestamp|sequence IDENTITY [OPTIMIZE_AFTER [HOA HA]]; SPI 0: open. */
int main(int argc, char **argv)
{
	static const uint32_t preference[INTERFACES] = {10, 1};
	uint8_t secret[HP_KEY_MOST];
	struct hp_key key = {.octets = secret};
	struct hp_node_home home[2] = {{.prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500}};
	struct hp_node_conf conf = {
		.homes = 1, .home = home, .interfaces = INTERFACES, .preference = preference, .random = unpredictable, .seed = 7};
	char line[3300];

	if (argc < 8 || hp_hmac_create(&conf.mac) || hp_effects_create(&fx))
		return 2;
	home->hoa = address(argv[1]);
	home->ha = address(argv[2]);
	key.spi = (uint32_t)strtoul(argv[3], NULL, 10);
	key.algorithm = strcmp(argv[4], "sha256") == 0 ? HP_HMAC_SHA256_128 : HP_HMAC_SHA1_96;
	key.len = (uint8_t)octets(argv[5], secret, sizeof(secret));
	key.timestamp = strcmp(argv[6], "timestamp") == 0;
	home->method = key.spi ? HP_NODE_MN_HA : HP_NODE_OPEN;
	home->prefix_discovery = !key.spi;
	home->identity = argv[7];
	home->key = &key;
	if (argc > 8)
		conf.optimize_after = (uint32_t)strtoul(argv[8], NULL, 10);
	if (argc > 10) {
		home[1] = home[0];
		home[1].hoa = address(argv[9]);
		home[1].ha = address(argv[10]);
		conf.homes = 2;
	}
	if (hp_node_create(&node, &conf, now))
		return 2;
	for (uint16_t i = 0; i < INTERFACES; i++)
		hp_node_interface(node, i, true, &(struct hp_mac){{2}}, now, fx);
	answer();
	while (fgets(line, sizeof(line), stdin)) {
		act(line);
		answer();
	}
	hp_node_destroy(node);
	hp_effects_destroy(fx);
	hp_hmac_destroy(conf.mac);
	return 0;
}
