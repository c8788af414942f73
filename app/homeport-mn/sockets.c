/* SPDX-License-Identifier: BSD-3-Clause */
/* Signalling: whole packets of ours, sent, and a capture of what the kernel would not understand. */
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
#include "wire/packet.h"

#define RECEIVE_BUFFER (4 * 1024 * 1024)

/* To this host, and by its first header: ESP, Mobility Header, options, a routing header, or an ICMPv6 error or home agent address discovery
 * reply: the rest is none of ours. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 11),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_ESP, 8, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_MH, 7, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_HOPOPTS, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_ROUTING, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_DSTOPTS, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_PROTO_ICMPV6, 0, 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, HP_IP6_HEADER),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HP_ICMP6_DHAAD_REPLY, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, HP_ICMP6_PARAM_PROBLEM, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, MN_PACKET),
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
	mn->direct_fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
	mn->capture_fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (mn->tunnel_fd < 0 || mn->esp_fd < 0 || mn->send_fd < 0 || mn->direct_fd < 0 || mn->capture_fd < 0 ||
	    setsockopt(mn->tunnel_fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) ||
	    setsockopt(mn->tunnel_fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)) ||
	    setsockopt(mn->esp_fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)) || attach_filter(mn->capture_fd) ||
	    setsockopt(mn->capture_fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    bind(mn->capture_fd, (struct sockaddr *)&(struct sockaddr_ll){.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6)},
		 sizeof(struct sockaddr_ll))) {
		int code = errno;

		mn_sockets_destroy(mn);
		return hp_error_set(e, code, "", "raw sockets: %s; homeport-mn wants to be root", strerror(code));
	}
	/* More than the limit only as root; less is no failure. */
	(void)setsockopt(mn->tunnel_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	(void)setsockopt(mn->esp_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	(void)setsockopt(mn->capture_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
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
	if (mn->direct_fd >= 0)
		close(mn->direct_fd);
	if (mn->capture_fd >= 0)
		close(mn->capture_fd);
	mn->tunnel_fd = mn->esp_fd = mn->send_fd = mn->direct_fd = mn->capture_fd = -1;
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

static void send_message(struct mn *mn, const struct hp_send *s, const void *packet, size_t len)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};

	memcpy(&to.sin6_addr, &s->dst, sizeof(s->dst));
	/* Bound to the interface, or the route of the virtual one would swallow it. */
	if (setsockopt(mn->send_fd, SOL_SOCKET, SO_BINDTODEVICE, mn->conf.interface[s->link].name,
		       (socklen_t)strlen(mn->conf.interface[s->link].name) + 1) ||
	    sendto(mn->send_fd, packet, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		hp_warning("send on %s: %s", mn->conf.interface[s->link].name, strerror(errno));
}

void mn_sockets_send(struct mn *mn, const struct hp_send *s)
{
	uint8_t packet[1500 + HP_ESP_MOST];
	struct hp_send inner = *s;
	int len;

	/* The tunnel has a way of its own to put outer headers on, and ESP. */
	inner.outer_dst = HP_IP6_ANY;
	len = hp_compose(&inner, packet, 1500);
	if (len < 0 || s->link >= mn->conf.interfaces)
		return;
	if (!hp_ip6_is_any(&s->outer_dst)) {
		mn_tunnel_send(mn, &s->src, &(struct mn_outer){s->outer_src, s->outer_dst, mn->index[s->link]}, packet, (size_t)len);
		return;
	}
	len = mn_protection_seal(mn, s, packet, (size_t)len);
	if (len < 0)
		return; /* counted; never without */
	if (s->has_mac)
		send_frame(mn, s, packet, (size_t)len);
	else
		send_message(mn, s, packet, (size_t)len);
}

int mn_sockets_send_from(int fd, const struct mn_outer *outer, int class_, const void *packet, size_t len)
{
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(class_))];
	} control = {0};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct in6_pktinfo info = {.ipi6_ifindex = (unsigned int)outer->index};
	struct iovec io = {(void *)packet, len};
	struct msghdr m = {.msg_name = &to,
			   .msg_namelen = sizeof(to),
			   .msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	memcpy(&to.sin6_addr, &outer->dst, sizeof(outer->dst));
	memcpy(&info.ipi6_addr, &outer->src, sizeof(outer->src));
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO, .cmsg_len = CMSG_LEN(sizeof(info))};
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	c = CMSG_NXTHDR(&m, c);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_TCLASS, .cmsg_len = CMSG_LEN(sizeof(class_))};
	memcpy(CMSG_DATA(c), &class_, sizeof(class_));
	return sendmsg(fd, &m, 0) < 0 ? -errno : 0;
}

static bool is_discovery(const struct hp_packet *p)
{
	return p->proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(p) &&
	       (*hp_packet_payload(p) == HP_ICMP6_DHAAD_REPLY || *hp_packet_payload(p) == HP_ICMP6_MPA);
}

static bool is_error(const struct hp_packet *p)
{
	return p->proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(p) && *hp_packet_payload(p) <= HP_ICMP6_PARAM_PROBLEM;
}

bool mn_sockets_message(struct mn *mn, const struct hp_packet *p, bool tunnelled)
{
	if (p->proto == HP_PROTO_MH) {
		hp_node_message(mn->node, p, tunnelled, mn_now(mn), mn->fx);
		return true;
	}
	return is_error(p) && hp_node_error(mn->node, p, mn_now(mn), mn->fx);
}

/* One packet to an interface of this host. `summed`: its upper-layer checksum is in place. */
static void captured(struct mn *mn, const uint8_t *packet, size_t len, bool summed)
{
	uint8_t plain[HP_IPSEC_MESSAGE];
	struct hp_packet p;

	if (hp_packet_read_node(&p, packet, len) != HP_WALK_OK)
		return;
	if (!p.is_fragment) {
		if (!mn_protection_admit(mn, &p, plain) || mn_sockets_message(mn, &p, false))
			return;
		if (is_discovery(&p)) {
			hp_node_icmp(mn->node, &p, mn_now(mn), mn->fx);
			return;
		}
		if (is_error(&p) && mn_optimize_error(mn, &p))
			return;
	}
	if (p.has_rh2)
		mn_optimize_arrived(mn, &p, summed);
}

/* What a local sender, or a driver that has joined packets of one flow, has left to hardware. */
static bool is_summed(struct msghdr *m)
{
	struct tpacket_auxdata aux;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return !(aux.tp_status & TP_STATUS_CSUMNOTREADY);
	}
	return true;
}

/* Not what we have given the virtual interfaces ourselves. */
static bool is_real(const struct mn *mn, int index)
{
	for (unsigned int i = 0; i < mn->conf.interfaces; i++)
		if (mn->index[i] == index)
			return true;
	return false;
}

void mn_sockets_capture_read(struct mn *mn)
{
	static uint8_t packet[MN_PACKET];

	for (int i = 0; i < MN_BATCH; i++) {
		char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct sockaddr_ll from;
		struct iovec io = {packet, sizeof(packet)};
		struct msghdr m = {.msg_name = &from,
				   .msg_namelen = sizeof(from),
				   .msg_iov = &io,
				   .msg_iovlen = 1,
				   .msg_control = control,
				   .msg_controllen = sizeof(control)};
		ssize_t n = recvmsg(mn->capture_fd, &m, 0);

		if (n < 0)
			return;
		if (is_real(mn, from.sll_ifindex))
			captured(mn, packet, (size_t)n, is_summed(&m));
	}
}
