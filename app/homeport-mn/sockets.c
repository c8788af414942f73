/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets: tunnel packets through a raw socket (the kernel fragments and reassembles), signalling as whole packets of ours,
 * and a capture of what the kernel would not understand. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "homeport-mn/mn.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mld.h"
#include "wire/nd.h"
#include "wire/packet.h"
#include "wire/tunnel.h"

#define PACKET         65536
#define BATCH          64 /* packets of one descriptor before the others have their turn */
#define RECEIVE_BUFFER (4 * 1024 * 1024)

/* Next header ESP, Mobility Header, routing header, destination options, or a home agent address discovery reply: the rest is none of ours. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_ESP, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_MH, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_ROUTING, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_DSTOPTS, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_ICMPV6, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, HP_IP6_HEADER),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_ICMP6_DHAAD_REPLY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PACKET),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int mn_sockets_create(struct mn *mn, struct hp_error *e)
{
	const int on = 1, room = RECEIVE_BUFFER;

	mn->tunnel_fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_IPV6);
	mn->esp_fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ESP);
	mn->send_fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
	mn->capture_fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (mn->tunnel_fd < 0 || mn->esp_fd < 0 || mn->send_fd < 0 || mn->capture_fd < 0 ||
	    setsockopt(mn->tunnel_fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) ||
	    setsockopt(mn->tunnel_fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)) ||
	    setsockopt(mn->esp_fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)) || attach_filter(mn->capture_fd) ||
	    bind(mn->capture_fd, (struct sockaddr *)&(struct sockaddr_ll){.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6)},
		 sizeof(struct sockaddr_ll))) {
		int code = errno;

		mn_sockets_destroy(mn);
		return hp_error_set(e, code, "", "raw sockets: %s; homeport-mn wants to be root", strerror(code));
	}
	/* More than the limit only as root; less is no failure. */
	(void)setsockopt(mn->tunnel_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	(void)setsockopt(mn->esp_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return 0;
}

void mn_sockets_destroy(struct mn *mn)
{
	if (mn->tunnel_fd >= 0)
		close(mn->tunnel_fd);
	if (mn->esp_fd >= 0)
		close(mn->esp_fd);
	if (mn->send_fd >= 0)
		close(mn->send_fd);
	if (mn->capture_fd >= 0)
		close(mn->capture_fd);
	mn->tunnel_fd = mn->esp_fd = mn->send_fd = mn->capture_fd = -1;
}

/* A frame straight to a link-layer address: discovery of ours. */
static void send_frame(struct mn *mn, const struct hp_send *s, const void *packet, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6), .sll_ifindex = mn->index[s->link], .sll_halen = sizeof(s->mac)};

	memcpy(to.sll_addr, &s->mac, sizeof(s->mac));
	if (sendto(mn->capture_fd, packet, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		hp_warning("send on %s: %s", mn->conf.interface[s->link].name, strerror(errno));
}

void mn_sockets_send(struct mn *mn, const struct hp_send *s)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	uint8_t packet[1500 + HP_ESP_MOST];
	int len = hp_compose(s, packet, 1500);

	if (len < 0 || s->link >= mn->conf.interfaces)
		return;
	len = mn_protection_seal(mn, s, packet, (size_t)len);
	if (len < 0)
		return; /* counted; never without */
	if (s->has_mac) {
		send_frame(mn, s, packet, (size_t)len);
		return;
	}
	memcpy(&to.sin6_addr, &s->dst, sizeof(s->dst));
	/* Bound to the interface, or the route of the virtual one would swallow it. */
	if (setsockopt(mn->send_fd, SOL_SOCKET, SO_BINDTODEVICE, mn->conf.interface[s->link].name,
		       (socklen_t)strlen(mn->conf.interface[s->link].name) + 1) ||
	    sendto(mn->send_fd, packet, (size_t)len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		hp_warning("send on %s: %s", mn->conf.interface[s->link].name, strerror(errno));
}

/* What the kernel says of its groups on the virtual interface. */
static bool is_listener_report(const uint8_t *packet, size_t len)
{
	struct hp_mld_report m;
	struct hp_packet p;

	return hp_packet_read(&p, packet, len) == HP_WALK_OK && hp_mld_report_read(&m, &p) == 0;
}

static bool is_listener_query(const uint8_t *packet, size_t len)
{
	struct hp_mld_query q;
	struct hp_packet p;

	return hp_packet_read(&p, packet, len) == HP_WALK_OK && hp_mld_query_read(&q, &p) == 0;
}

/* A group within the link, in a scope that no router carries. */
static bool is_link_group(const uint8_t *dst)
{
	return dst[0] == 0xff && (dst[1] & 0xf) <= 2;
}

/* What may go: of the home address, beyond its link; and, once the home agent has asked, the kernel's listener reports, which name nobody
 * and come from its link-local address (§11.3.4). Its other link-local chatter, and traffic of other addresses, stay here. */
static bool may_leave(const struct mn_home *h, const uint8_t *packet, size_t len)
{
	if (memcmp(packet + 8, &h->hoa, sizeof(h->hoa)) == 0)
		return !is_link_group(packet + 24);
	return h->queried && packet[24] == 0xff && packet[6] == HP_PROTO_HOPOPTS && is_listener_report(packet, len);
}

/* From the virtual interface into the tunnel, in ESP where that is asked for: there is room for it. */
static void into_tunnel(struct mn *mn, const struct mn_home *h, uint8_t *packet, size_t len)
{
	const int class_of_inner = hp_tunnel_outer_class((uint8_t)(packet[0] << 4 | packet[1] >> 4));
	const int sealed = mn_protection_wrap(mn, &h->hoa, packet, len);
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct iovec io = {packet, sealed ? (size_t)sealed : len};
	struct msghdr m = {.msg_name = &to,
			   .msg_namelen = sizeof(to),
			   .msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	struct in6_pktinfo info = {.ipi6_ifindex = (unsigned int)h->out_index};

	if (sealed < 0)
		return; /* counted; never without */
	memcpy(&to.sin6_addr, &h->ha, sizeof(h->ha));
	memcpy(&info.ipi6_addr, &h->coa, sizeof(h->coa));
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO, .cmsg_len = CMSG_LEN(sizeof(info))};
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	c = CMSG_NXTHDR(&m, c);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_TCLASS, .cmsg_len = CMSG_LEN(sizeof(class_of_inner))};
	memcpy(CMSG_DATA(c), &class_of_inner, sizeof(class_of_inner));
	if (sendmsg(sealed ? mn->esp_fd : mn->tunnel_fd, &m, 0) >= 0)
		mn->tunnel_out++;
}

void mn_sockets_tun_read(struct mn *mn, unsigned int home)
{
	static uint8_t packet[PACKET + HP_ESP_MOST];
	const struct mn_home *h = &mn->home[home];

	for (int i = 0; i < BATCH; i++) {
		ssize_t n = read(h->tun_fd, packet, PACKET);

		if (n < 0)
			return;
		if (n < HP_IP6_HEADER || packet[0] >> 4 != 6 || !may_leave(h, packet, (size_t)n))
			continue;
		if (h->tunnel)
			into_tunnel(mn, h, packet, (size_t)n);
	}
}

static void deliver(const struct mn_home *h, const void *packet, size_t len)
{
	/* A full queue drops, as a link does. */
	if (write(h->tun_fd, packet, len) < 0)
		return;
}

/* What an outer header said. */
struct arrival {
	struct hp_ip6 source;
	uint8_t class_;
	bool in_esp;
};

static bool may_come(struct mn *mn, const struct mn_home *h, const struct arrival *at, const uint8_t *packet, size_t len)
{
	return at->in_esp || hp_ipsec_permits_inner(mn->ipsec, &h->hoa, packet, len, &at->source, mn_now(mn), mn->fx);
}

/* For whoever listens: the kernel knows, on each virtual interface of that home agent. Within the link's scope there are its queries
 * only. */
static bool group_from_tunnel(struct mn *mn, const struct arrival *at, const uint8_t *packet, size_t len)
{
	const bool query = packet[6] == HP_PROTO_HOPOPTS && is_listener_query(packet, len);
	bool taken = false;

	if (is_link_group(packet + 24) && !query)
		return false;
	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		struct mn_home *h = &mn->home[i];

		if (!h->tunnel || !hp_ip6_eq(&at->source, &h->ha) || !may_come(mn, h, at, packet, len))
			continue;
		h->queried = h->queried || query;
		deliver(h, packet, len);
		taken = true;
	}
	return taken;
}

/* Out of the tunnel: from the home agent of the home whose address is inside (§11.3.1: the outer source is checked). */
static void from_tunnel(struct mn *mn, const struct arrival *at, uint8_t *packet, size_t len)
{
	uint8_t class_;

	if (len < HP_IP6_HEADER || packet[0] >> 4 != 6)
		return;
	if (!hp_tunnel_inner_class(at->class_, (uint8_t)(packet[0] << 4 | packet[1] >> 4), &class_)) {
		mn->tunnel_refused++;
		return;
	}
	packet[0] = (uint8_t)(0x60 | class_ >> 4);
	packet[1] = (uint8_t)(class_ << 4 | (packet[1] & 0x0f));
	if (packet[24] == 0xff) {
		if (group_from_tunnel(mn, at, packet, len))
			mn->tunnel_in++;
		else
			mn->tunnel_refused++;
		return;
	}
	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		const struct mn_home *h = &mn->home[i];

		if (hp_ip6_eq(&at->source, &h->ha) && memcmp(packet + 24, &h->hoa, sizeof(h->hoa)) == 0 &&
		    may_come(mn, h, at, packet, len)) {
			mn->tunnel_in++;
			deliver(h, packet, len);
			return;
		}
	}
	mn->tunnel_refused++;
}

/* What a raw socket has. Negative: nothing. */
static ssize_t receive(int fd, uint8_t packet[PACKET], struct arrival *at)
{
	char control[256];
	struct sockaddr_in6 from;
	struct iovec io = {packet, PACKET};
	struct msghdr m = {.msg_name = &from,
			   .msg_namelen = sizeof(from),
			   .msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, 0);
	int class_ = 0;

	if (n < 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)
			memcpy(&class_, CMSG_DATA(c), sizeof(class_));
	*at = (struct arrival){.class_ = (uint8_t)class_};
	memcpy(&at->source, &from.sin6_addr, sizeof(at->source));
	return n;
}

void mn_sockets_tunnel_read(struct mn *mn)
{
	static uint8_t packet[PACKET];

	for (int i = 0; i < BATCH; i++) {
		struct arrival at;
		ssize_t n = receive(mn->tunnel_fd, packet, &at);

		if (n < 0)
			return;
		from_tunnel(mn, &at, packet, (size_t)n);
	}
}

static bool is_home_agent(const struct mn *mn, const struct hp_ip6 *a)
{
	for (unsigned int i = 0; i < mn->conf.homes; i++)
		if (mn->conf.home[i].ipsec && mn->home[i].tunnel && hp_ip6_eq(&mn->home[i].ha, a))
			return true;
	return false;
}

void mn_sockets_esp_read(struct mn *mn)
{
	static uint8_t packet[PACKET], inner[PACKET];

	for (int i = 0; i < BATCH; i++) {
		struct arrival at;
		ssize_t n = receive(mn->esp_fd, packet, &at);
		int len;

		if (n < 0)
			return;
		/* ESP of others is the kernel's; in transport mode it is the capture's. */
		if (!is_home_agent(mn, &at.source) || !hp_ipsec_is_tunnelled(mn->ipsec, packet, (size_t)n))
			continue;
		len = hp_ipsec_open_inner(mn->ipsec, packet, (size_t)n, &at.source, mn_now(mn), inner, mn->fx);
		at.in_esp = true;
		if (len > 0)
			from_tunnel(mn, &at, inner, (size_t)len);
	}
}

/* A packet of the home agent itself (an echo, an error): without the routing header it is one to the home address, and its
 * checksum says so already (§11.3.3). */
static void unroute(struct mn *mn, const struct hp_packet *p)
{
	static uint8_t out[PACKET];
	size_t len = hp_packet_payload_len(p);

	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		const struct mn_home *h = &mn->home[i];

		if (!h->tunnel || !hp_ip6_eq(&p->rh2_hoa, &h->hoa) || !hp_ip6_eq(&p->dst, &h->coa))
			continue;
		memcpy(out, p->data, HP_IP6_HEADER);
		out[4] = (uint8_t)(len >> 8);
		out[5] = (uint8_t)len;
		out[6] = p->proto;
		memcpy(out + 24, &h->hoa, sizeof(h->hoa));
		memcpy(out + HP_IP6_HEADER, hp_packet_payload(p), len);
		mn->routed_in++;
		deliver(h, out, HP_IP6_HEADER + len);
		return;
	}
}

static bool is_discovery(const struct hp_packet *p)
{
	return p->proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(p) &&
	       (*hp_packet_payload(p) == HP_ICMP6_DHAAD_REPLY || *hp_packet_payload(p) == HP_ICMP6_MPA);
}

void mn_sockets_capture_read(struct mn *mn)
{
	static uint8_t packet[PACKET], plain[HP_IPSEC_MESSAGE];

	for (int i = 0; i < BATCH; i++) {
		struct sockaddr_ll from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(mn->capture_fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &len);
		struct hp_packet p;

		if (n < 0)
			return;
		if (from.sll_pkttype != PACKET_HOST || hp_packet_read_node(&p, packet, (size_t)n) != HP_WALK_OK || p.is_fragment)
			continue;
		if (!mn_protection_admit(mn, &p, plain))
			continue;
		if (p.proto == HP_PROTO_MH)
			hp_node_message(mn->node, &p, false, mn_now(mn), mn->fx);
		else if (is_discovery(&p))
			hp_node_icmp(mn->node, &p, mn_now(mn), mn->fx);
		else if (p.has_rh2)
			unroute(mn, &p);
	}
}
