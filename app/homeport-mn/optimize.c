/* SPDX-License-Identifier: BSD-3-Clause */
/* The direct path: what lib/node says is bound at a correspondent goes there from the care-of address, and comes from there by a type 2 routing
 * header; the application sees its home address only (RFC 6275 §11.3.1, §11.3.3). */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "homeport-mn/mn.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/direct.h"
#include "wire/icmp6.h"
#include "wire/packet.h"

#define PATH_MS   600000 /* RFC 8201 §5.3: a larger MTU may be tried after ten minutes */
#define HOP_LIMIT 64

/* What the kernel knows: the interface's MTU, the router's, errors about other traffic. */
static uint16_t kernel_mtu(const struct mn_home *h, const struct hp_ip6 *peer)
{
	struct sockaddr_in6 from = {.sin6_family = AF_INET6}, to = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), mtu = HP_IP6_MIN_MTU;
	char name[IF_NAMESIZE];
	socklen_t len = sizeof(mtu);

	memcpy(&from.sin6_addr, &h->coa, sizeof(h->coa));
	memcpy(&to.sin6_addr, peer, sizeof(*peer));
	/* No packet is sent; where it fails there is no path either, and the smallest one's packets go by the tunnel. */
	if (fd >= 0 && if_indextoname((unsigned int)h->out_index, name) &&
	    !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) &&
	    !bind(fd, (struct sockaddr *)&from, sizeof(from)) && !connect(fd, (struct sockaddr *)&to, sizeof(to)))
		(void)getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len);
	if (fd >= 0)
		close(fd);
	return (uint16_t)(mtu < HP_IP6_MIN_MTU ? HP_IP6_MIN_MTU : mtu > UINT16_MAX ? UINT16_MAX : mtu);
}

static struct mn_path *slot_of(struct mn *mn, const struct hp_ip6 *peer)
{
	return &mn->path[hp_hash(&mn->path_key, peer, sizeof(*peer)) % MN_PATHS];
}

static bool is_path(const struct mn_path *p, const struct hp_ip6 *peer, const struct hp_ip6 *coa)
{
	return hp_ip6_eq(&p->peer, peer) && hp_ip6_eq(&p->coa, coa);
}

static struct mn_path *path_to(struct mn *mn, const struct mn_home *h, const struct hp_ip6 *peer)
{
	const uint64_t now_ms = mn_now(mn).mono_ms;
	struct mn_path *p = slot_of(mn, peer);

	if (!is_path(p, peer, &h->coa) || p->until_ms <= now_ms)
		*p = (struct mn_path){*peer, h->coa, kernel_mtu(h, peer), now_ms + PATH_MS};
	return p;
}

/* An ICMPv6 error for the application's kernel. */
static void tell(const struct mn_home *h, const struct hp_ip6 *src, const uint8_t *body, size_t len)
{
	const struct hp_send s = {
		.src = *src, .dst = h->hoa, .hop_limit = HOP_LIMIT, .proto = HP_PROTO_ICMPV6, .body = body, .body_len = len};
	uint8_t packet[HP_IP6_MIN_MTU];
	int n = hp_compose(&s, packet, sizeof(packet));

	if (n > 0)
		mn_tunnel_deliver(h, packet, (size_t)n);
}

static void too_big(struct mn *mn, const struct mn_home *h, const struct mn_path *path, const uint8_t *packet, size_t len)
{
	const unsigned int room = path->mtu - HP_DIRECT_HEADER;
	uint8_t body[HP_IP6_MIN_MTU];
	int n;

	mn->direct_too_big++;
	if (!hp_icmp6_error_allowed(packet, len, true, false))
		return;
	n = hp_icmp6_error_write(HP_ICMP6_TOO_BIG, 0, room > HP_IP6_MIN_MTU ? room : HP_IP6_MIN_MTU, packet, len, HP_IP6_HEADER, body,
				 sizeof(body));
	if (n > 0)
		tell(h, &h->coa, body, (size_t)n);
}

bool mn_optimize_leave(struct mn *mn, unsigned int home, uint8_t *packet, size_t len)
{
	const struct mn_home *h = &mn->home[home];
	struct mn_path *path;
	struct hp_ip6 peer;
	int ret;

	memcpy(&peer, packet + 24, sizeof(peer));
	if (!mn->conf.home[home].optimize || memcmp(packet + 8, &h->hoa, sizeof(h->hoa)) != 0 ||
	    hp_node_outgoing(mn->node, home, &peer, mn_now(mn), mn->fx) != HP_NODE_DIRECT)
		return false;
	path = path_to(mn, h, &peer);
	if (len + HP_DIRECT_HEADER > path->mtu) {
		/* Nobody may be told to send less than 1280: what fits only without the option takes the tunnel. */
		if (len <= HP_IP6_MIN_MTU)
			return false;
		too_big(mn, h, path, packet, len);
		return true;
	}
	len = hp_direct_put(packet, len, &h->coa);
	if (!len)
		return false;
	/* On the interface in use, whatever the routes of the virtual one say. */
	ret = mn_sockets_send_from(mn->direct_fd, &(struct mn_outer){h->coa, peer, h->out_index},
				   (uint8_t)(packet[0] << 4 | packet[1] >> 4), packet, len);
	mn->direct_out += !ret;
	if (ret == -EMSGSIZE)
		path->until_ms = 0; /* the interface carries less than it did: asked again with the next one */
	return true;
}

/* A checksum that was left to hardware: over the addresses that the application will see. Its place by protocol; UDP has no zero (RFC 8200 §8.1). */
static void sum(const struct hp_packet *p, uint8_t *payload)
{
	const size_t len = hp_packet_payload_len(p), at = p->proto == HP_PROTO_TCP ? 16 : p->proto == HP_PROTO_UDP ? 6 : 2;
	uint16_t value;

	if ((p->proto != HP_PROTO_TCP && p->proto != HP_PROTO_UDP && p->proto != HP_PROTO_ICMPV6) || len < at + 2)
		return;
	payload[at] = payload[at + 1] = 0;
	value = hp_checksum(hp_packet_source(p), hp_packet_destination(p), p->proto, payload, len);
	if (!value && p->proto == HP_PROTO_UDP)
		value = UINT16_MAX;
	payload[at] = (uint8_t)(value >> 8);
	payload[at + 1] = (uint8_t)value;
}

/* §11.3.3: addressed to this node (right after a move perhaps where it was before), and with a home address of ours inside. A home whose payload is
 * under ESP takes nothing bare, unless routes of it are to be optimized. */
static bool may_come(const struct mn *mn, unsigned int home, const struct hp_packet *p)
{
	const struct mn_home *h = &mn->home[home];
	const struct mn_home_conf *c = &mn->conf.home[home];

	return ((h->tunnel && hp_ip6_eq(&p->dst, &h->coa)) || mn_kernel_has(mn, &p->dst)) &&
	       (c->optimize || !c->payload || hp_ip6_eq(&p->src, &h->ha));
}

void mn_optimize_arrived(struct mn *mn, const struct hp_packet *p, bool summed)
{
	static uint8_t out[MN_PACKET];
	size_t len;

	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		const struct mn_home *h = &mn->home[i];

		if (!hp_ip6_eq(&p->rh2_hoa, &h->hoa))
			continue;
		if (!may_come(mn, i, p))
			break;
		len = hp_direct_take(p, out);
		if (!summed && !p->is_fragment)
			sum(p, out + p->payload_at - HP_DIRECT_HEADER);
		if (hp_ip6_eq(&p->src, &h->ha)) {
			mn->routed_in++;
		} else {
			mn->direct_in++;
			hp_node_progress(mn->node, i, &p->src, mn_now(mn));
		}
		mn_tunnel_deliver(h, out, len);
		return;
	}
	mn->direct_refused++;
}

bool mn_optimize_error(struct mn *mn, const struct hp_packet *p)
{
	struct hp_direct_error e;
	struct mn_path *path;

	if (!hp_direct_error(&e, p) ||
	    hp_checksum(&p->src, hp_packet_destination(p), HP_PROTO_ICMPV6, hp_packet_payload(p), hp_packet_payload_len(p)) != 0)
		return false;
	/* Nobody can know of a path that is not in use. */
	path = slot_of(mn, &e.peer);
	if (!is_path(path, &e.peer, &e.coa))
		return false;
	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		if (!hp_ip6_eq(&e.hoa, &mn->home[i].hoa))
			continue;
		if (e.mtu && e.mtu < path->mtu) {
			path->mtu = e.mtu;
			path->until_ms = mn_now(mn).mono_ms + PATH_MS;
		}
		if (e.body_len)
			tell(&mn->home[i], &p->src, e.body, e.body_len);
		return true;
	}
	return false;
}
