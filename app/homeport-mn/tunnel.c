/* SPDX-License-Identifier: BSD-3-Clause */
/* Tunnel packets between a home's virtual interface and its home agent, through raw sockets: the kernel fragments and reassembles. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "homeport-mn/mn.h"
#include "wire/mld.h"
#include "wire/packet.h"
#include "wire/tunnel.h"

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

void mn_tunnel_send(struct mn *mn, const struct hp_ip6 *hoa, const struct mn_outer *outer, uint8_t *packet, size_t len)
{
	const int class_of_inner = hp_tunnel_outer_class((uint8_t)(packet[0] << 4 | packet[1] >> 4));
	const int sealed = mn_protection_wrap(mn, hoa, packet, len);

	if (sealed < 0)
		return; /* counted; never without */
	if (mn_sockets_send_from(sealed ? mn->esp_fd : mn->tunnel_fd, outer, class_of_inner, packet, sealed ? (size_t)sealed : len) == 0)
		mn->tunnel_out++;
}

void mn_tunnel_read_virtual(struct mn *mn, unsigned int home)
{
	static uint8_t packet[MN_PACKET + HP_ESP_MOST];
	const struct mn_home *h = &mn->home[home];

	for (int i = 0; i < MN_BATCH; i++) {
		ssize_t n = read(h->tun_fd, packet, MN_PACKET);

		if (n < 0)
			return;
		if (n < HP_IP6_HEADER || packet[0] >> 4 != 6 || !h->tunnel || !may_leave(h, packet, (size_t)n))
			continue;
		if (!mn_optimize_leave(mn, home, packet, (size_t)n))
			mn_tunnel_send(mn, &h->hoa, &(struct mn_outer){h->coa, h->ha, h->out_index}, packet, (size_t)n);
	}
}

void mn_tunnel_deliver(const struct mn_home *h, const void *packet, size_t len)
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
		mn_tunnel_deliver(h, packet, len);
		taken = true;
	}
	return taken;
}

/* What is the node's own goes no further: messages of Mobile IPv6, and errors about ours. */
static void to_home(struct mn *mn, unsigned int home, const uint8_t *packet, size_t len)
{
	struct hp_packet p;
	const bool walked = hp_packet_read_node(&p, packet, len) == HP_WALK_OK;

	if (walked && !p.is_fragment && !p.has_rh2 && mn_sockets_message(mn, &p, true))
		return;
	/* A mobile correspondent is one by its home address (§5.2.9, §11.7.2). Whether that in an option is its own is the kernel's to judge
	 * (§9.3.1), and not known here. */
	if (walked && !p.has_hao && mn->conf.home[home].optimize)
		hp_node_incoming(mn->node, home, &p.src, mn_now(mn), mn->fx);
	mn_tunnel_deliver(&mn->home[home], packet, len);
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
			to_home(mn, i, packet, len);
			return;
		}
	}
	mn->tunnel_refused++;
}

/* What a raw socket has. Negative: nothing. */
static ssize_t receive(int fd, uint8_t packet[MN_PACKET], struct arrival *at)
{
	char control[256];
	struct sockaddr_in6 from;
	struct iovec io = {packet, MN_PACKET};
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

void mn_tunnel_read(struct mn *mn)
{
	static uint8_t packet[MN_PACKET];

	for (int i = 0; i < MN_BATCH; i++) {
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

void mn_tunnel_read_esp(struct mn *mn)
{
	static uint8_t packet[MN_PACKET], inner[MN_PACKET];

	for (int i = 0; i < MN_BATCH; i++) {
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
