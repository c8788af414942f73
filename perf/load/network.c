/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/network.h"

#include "load/frame.h"
#include "wire/compose.h"
#include "wire/nd.h"

static void send_discovery(struct hp_load_port *p, const struct hp_ip6 *to, const struct hp_mac *mac, const void *body, int body_len)
{
	const struct hp_send s = {
		.src = p->gateway, .dst = *to, .hop_limit = 255, .proto = HP_PROTO_ICMPV6, .body = body, .body_len = (size_t)body_len};
	struct rte_mbuf *m;
	uint8_t *at = hp_port_room(p, &m);
	int len;

	if (!at)
		return; /* the other side asks again */
	memcpy(at, mac, 6);
	memcpy(at + 6, &p->mac, 6);
	at[12] = 0x86;
	at[13] = 0xdd;
	len = hp_compose(&s, at + HP_FRAME_ETHER, rte_pktmbuf_tailroom(m) - HP_FRAME_ETHER);
	if (len < 0)
		rte_pktmbuf_free(m);
	else
		hp_port_push(p, m, HP_FRAME_ETHER + (size_t)len);
}

void hp_network_solicit(struct hp_load_port *p)
{
	const struct hp_ip6 group = hp_ip6_solicited_node(&p->router);
	const struct hp_mac mac = hp_mac_multicast(&group);
	const struct hp_ns ns = {.target = p->router, .has_mac = true, .mac = p->mac};
	uint8_t body[64];

	send_discovery(p, &group, &mac, body, hp_ns_write(&ns, body, sizeof(body)));
}

void hp_network_take(struct hp_load_port *p, const struct hp_packet *packet, const struct hp_mac *from)
{
	struct hp_ns ns;
	struct hp_na na;

	if (hp_na_read(&na, packet) == 0 && hp_ip6_eq(&na.target, &p->router)) {
		p->router_mac = *from;
		p->have_router = true;
	} else if (hp_ns_read(&ns, packet) == 0 && hp_ip6_eq(&ns.target, &p->gateway) && !hp_ip6_is_any(&packet->src)) {
		uint8_t body[64];

		na = (struct hp_na){
			.target = p->gateway, .router = true, .solicited = true, .override_ = true, .has_mac = true, .mac = p->mac};
		send_discovery(p, &packet->src, from, body, hp_na_write(&na, body, sizeof(body)));
	}
}
