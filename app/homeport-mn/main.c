/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "conf/json.h"
#include "homeport-mn/mn.h"

#define EXIT_USAGE 2

static void usage(FILE *to)
{
	fputs("usage: homeport-mn --config FILE\n"
	      "       homeport-mn status [--socket PATH] [--json]\n"
	      "       homeport-mn enrol CODE|-|FILE [--output FILE] [--interface NAME]... [--force]\n"
	      "\n"
	      "A Mobile IPv6 mobile node (RFC 6275) for Linux kernels that know nothing of it.\n"
	      "\n"
	      "  -c, --config FILE  the configuration (JSON; docs/mobile-node.md describes it)\n"
	      "  -s, --socket PATH  the running program's socket (/run/homeport/mn.sock)\n"
	      "  -j, --json         for programs\n"
	      "  -h, --help         this text\n"
	      "  -V, --version      the version\n"
	      "\n"
	      "exit status: 0 stopped as told, 1 failed, 2 bad usage or configuration\n",
	      to);
}

struct hp_now mn_now(const struct mn *mn)
{
	struct timespec mono, wall;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct hp_now){
		.mono_ms = ((uint64_t)mono.tv_sec * 1000000000u + (uint64_t)mono.tv_nsec - mn->start_ns) / 1000000u,
		.wall_ms = (uint64_t)wall.tv_sec * 1000u + (uint64_t)wall.tv_nsec / 1000000u,
	};
}

static unsigned int home_of(const struct mn *mn, const struct hp_ip6 *hoa)
{
	unsigned int i = 0;

	while (i < mn->conf.homes - 1 && !hp_ip6_eq(&mn->home[i].hoa, hoa))
		i++;
	return i;
}

/* Its rule stays while the tunnel of another home starts there too. */
static void leave_care_of(struct mn *mn, struct mn_home *h)
{
	h->tunnel = false;
	for (unsigned int i = 0; i < mn->conf.homes; i++)
		if (mn->home[i].tunnel && hp_ip6_eq(&mn->home[i].coa, &h->coa))
			return;
	mn_kernel_main(mn, &h->coa, false);
}

static void tunnel_on(struct mn *mn, const struct hp_bind *b)
{
	unsigned int i = home_of(mn, &b->hoa);
	struct mn_home *h = &mn->home[i];

	if (h->tunnel && !hp_ip6_eq(&h->coa, &b->coa))
		leave_care_of(mn, h);
	mn_kernel_main(mn, &b->coa, true);
	h->queried = h->queried && hp_ip6_eq(&h->ha, &b->ha); /* by this very one */
	h->coa = b->coa;
	h->ha = b->ha;
	h->out_index = mn->index[b->out_link];
	h->tunnel = true;
	mn_kernel_route(mn, i, MN_ROUTE_TUNNEL);
}

static void tunnel_off(struct mn *mn, const struct hp_ip6 *hoa)
{
	unsigned int i = home_of(mn, hoa);
	struct mn_home *h = &mn->home[i];

	if (h->tunnel)
		leave_care_of(mn, h);
	mn_kernel_route(mn, i, MN_ROUTE_HELD);
}

/* At home the address is also the real interface's: the kernel answers for it and sends from it; the virtual one keeps it, so that what
 * applications have bound stays bound. */
static void home_address(struct mn *mn, uint16_t interface, const struct hp_ip6 *hoa, bool on, bool untested)
{
	struct mn_home *h = &mn->home[home_of(mn, hoa)];

	if (on)
		h->home_index = mn->index[interface];
	if (h->home_index)
		mn_kernel_address(mn, h->home_index, hoa, on, untested);
	mn_kernel_main(mn, hoa, on);
	if (!on)
		h->home_index = 0;
}

/* What the home agent asked holds until the binding is over (§11.3.4): a move is no end. */
static void forget_query(struct mn *mn, const struct hp_event *e)
{
	if (e->kind == HP_EVENT_DEREGISTERED || e->kind == HP_EVENT_EXPIRED)
		mn->home[home_of(mn, &e->hoa)].queried = false;
}

static void carry_out(struct mn *mn)
{
	for (size_t i = 0; i < hp_effects_count(mn->fx); i++) {
		const struct hp_effect e = *hp_effects_at(mn->fx, i);

		switch (e.kind) {
		case HP_EFFECT_SEND:
			mn_sockets_send(mn, &e.send);
			break;
		case HP_EFFECT_BIND:
			tunnel_on(mn, &e.bind);
			break;
		case HP_EFFECT_UNBIND:
			tunnel_off(mn, &e.unbind.hoa);
			break;
		case HP_EFFECT_ADDRESS:
			home_address(mn, e.address.link, &e.address.address, e.address.valid, e.address.untested);
			break;
		case HP_EFFECT_EVENT:
			forget_query(mn, &e.event);
			mn_event_tell(mn, &e.event);
			break;
		default:
			break;
		}
	}
	hp_effects_clear(mn->fx);
}

static int watch(const struct mn *mn, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(mn->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

/* A terminal that closes is no reason to leave filters and rules behind either. */
static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

static int create_loop(struct mn *mn, struct hp_error *e)
{
	sigset_t set;
	int bad;

	ending_signals(&set);
	mn->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	mn->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	bad = mn->epoll_fd < 0 || mn->signal_fd < 0 || watch(mn, mn->signal_fd) || watch(mn, mn->tunnel_fd) || watch(mn, mn->esp_fd) ||
	      watch(mn, mn->capture_fd) || watch(mn, mn_netlink_fd(mn)) || watch(mn, hp_api_fd(mn->api));
	for (unsigned int i = 0; i < mn->conf.homes && !bad; i++)
		bad = watch(mn, mn->home[i].tun_fd);
	return bad ? hp_error_set(e, errno, "", "event loop: %s", strerror(errno)) : 0;
}

static int wait_ms(const struct mn *mn)
{
	uint64_t now = mn_now(mn).mono_ms, next = hp_node_next(mn->node), wait = next > now ? next - now : 0;
	int api = hp_api_timeout_ms(mn->api);

	if (next == UINT64_MAX)
		return api;
	if (wait > 60000)
		wait = 60000;
	return api >= 0 && (uint64_t)api < wait ? api : (int)wait;
}

static void dispatch(struct mn *mn, int fd)
{
	struct signalfd_siginfo si;

	if (fd == mn->signal_fd)
		mn->stop = read(fd, &si, sizeof(si)) == sizeof(si);
	else if (fd == mn->tunnel_fd)
		mn_tunnel_read(mn);
	else if (fd == mn->esp_fd)
		mn_tunnel_read_esp(mn);
	else if (fd == mn->capture_fd)
		mn_sockets_capture_read(mn);
	else if (fd == mn_netlink_fd(mn))
		mn_netlink_read(mn);
	for (unsigned int i = 0; i < mn->conf.homes; i++)
		if (fd == mn->home[i].tun_fd)
			mn_tunnel_read_virtual(mn, i);
}

static void loop(struct mn *mn)
{
	while (!mn->stop) {
		struct epoll_event ev[16];
		int n = epoll_wait(mn->epoll_fd, ev, 16, wait_ms(mn));

		for (int i = 0; i < n; i++)
			dispatch(mn, ev[i].data.fd);
		hp_node_tick(mn->node, mn_now(mn), mn->fx);
		carry_out(mn);
		hp_api_run(mn->api);
	}
}

static int open_homes(struct mn *mn, struct hp_error *e)
{
	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		struct mn_home *h = &mn->home[i];
		int ret;

		h->hoa = mn->conf.home[i].home.hoa;
		h->ha = mn->conf.home[i].home.ha;
		ret = mn_tun_open(mn->conf.home[i].virtual_interface, &h->tun_fd, &h->tun_index, e);
		if (ret)
			return ret;
	}
	return 0;
}

static bool random_octets(void *octets, size_t len)
{
	return getrandom(octets, len, 0) == (ssize_t)len;
}

static int create_node(struct mn *mn, struct hp_error *e)
{
	struct hp_node_home home[HP_NODE_HOMES];
	uint32_t preference[HP_NODE_INTERFACES];
	struct hp_node_conf c = {.homes = mn->conf.homes,
				 .home = home,
				 .interfaces = mn->conf.interfaces,
				 .preference = preference,
				 .optimize_after = mn->conf.optimize_after,
				 .random = random_octets};

	if (!random_octets(&c.seed, sizeof(c.seed)) || !random_octets(&mn->path_key, sizeof(mn->path_key)))
		return hp_error_set(e, errno, "", "no random numbers: %s", strerror(errno));
	if (hp_hmac_create(&mn->mac))
		return hp_error_set(e, ENOSYS, "", "OpenSSL has no HMAC-SHA1 or HMAC-SHA-256");
	c.mac = mn->mac;
	for (unsigned int i = 0; i < c.homes; i++)
		home[i] = mn->conf.home[i].home;
	for (unsigned int i = 0; i < c.interfaces; i++)
		preference[i] = mn->conf.interface[i].preference;
	if (hp_effects_create(&mn->fx) || hp_node_create(&mn->node, &c, mn_now(mn)))
		return hp_error_set(e, ENOMEM, "", "out of memory");
	return 0;
}

static int run(struct mn *mn, const char *file)
{
	struct hp_api_conf api = {.unix_path = mn->conf.api_unix, .resource = mn_resources, .ctx = mn};
	struct hp_error e = {0};
	int ret = create_node(mn, &e);

	ret = ret ? ret : mn_protection_create(mn, &e);
	ret = ret ? ret : open_homes(mn, &e);
	ret = ret ? ret : mn_sockets_create(mn, &e);
	ret = ret ? ret : mn_filter_create(mn, &e);
	ret = ret ? ret : hp_api_create(&mn->api, &api, &e);
	ret = ret ? ret : mn_netlink_create(mn, &e);
	if (!ret)
		mn_kernel_clean(mn);
	for (unsigned int i = 0; i < mn->conf.homes && !ret; i++)
		ret = mn_kernel_address(mn, mn->home[i].tun_index, &mn->home[i].hoa, true, false);
	ret = ret ? ret : create_loop(mn, &e);
	for (unsigned int i = 0; i < mn->conf.homes && !ret; i++)
		ret = mn_kernel_route(mn, i, MN_ROUTE_HELD);
	if (!ret) {
		carry_out(mn);
		loop(mn);
		hp_node_stop(mn->node, mn_now(mn), mn->fx);
		carry_out(mn);
		for (unsigned int i = 0; i < mn->conf.homes; i++)
			mn_kernel_route(mn, i, MN_ROUTE_NONE);
	}
	mn_netlink_destroy(mn);
	hp_api_destroy(mn->api);
	mn_filter_destroy(mn);
	mn_sockets_destroy(mn);
	for (unsigned int i = 0; i < mn->conf.homes; i++)
		if (mn->home[i].tun_fd > 0)
			close(mn->home[i].tun_fd);
	hp_node_destroy(mn->node);
	hp_hmac_destroy(mn->mac);
	hp_ipsec_destroy(mn->ipsec);
	hp_effects_destroy(mn->fx);
	if (mn->epoll_fd >= 0)
		close(mn->epoll_fd);
	if (mn->signal_fd >= 0)
		close(mn->signal_fd);
	if (ret && e.text[0])
		fprintf(stderr, "homeport-mn: %s: %s%s%s\n", file, e.path, e.path[0] ? ": " : "", e.text);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void block_signals(void)
{
	sigset_t set;

	ending_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'}, {"socket", required_argument, NULL, 's'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},         {"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
	};
	struct mn mn = {.epoll_fd = -1, .signal_fd = -1, .tunnel_fd = -1, .esp_fd = -1, .send_fd = -1, .direct_fd = -1, .capture_fd = -1};
	const char *file = NULL, *socket = "/run/homeport/mn.sock";
	struct hp_error e = {0};
	bool json = false;
	struct timespec t;
	int ret;

	if (argc > 1 && strcmp(argv[1], "enrol") == 0)
		return mn_enrol(argc - 1, argv + 1);
	for (int c; (c = getopt_long(argc, argv, "c:s:jhV", options, NULL)) != -1;) {
		switch (c) {
		case 'c':
			file = optarg;
			break;
		case 's':
			socket = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("homeport-mn " HP_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (!file && optind + 1 == argc && strcmp(argv[optind], "status") == 0)
		return mn_status_print(socket, json);
	if (!file || optind < argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	mn.start_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	hp_json_hide();
	if (!hp_hmac_hide())
		hp_warning("OpenSSL's copies of keys may be in core dumps: it had memory already");
	if (mn_conf_load(&mn.conf, file, &e)) {
		fprintf(stderr, "homeport-mn: %s: %s%s%s\n", file, e.path, e.path[0] ? ": " : "", e.text);
		ret = EXIT_USAGE;
	} else {
		hp_log_init(mn.conf.level, mn.conf.json);
		block_signals();
		ret = run(&mn, file);
	}
	mn_conf_free(&mn.conf);
	return ret;
}
