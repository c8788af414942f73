/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbor/state.h"

void hp_nd_send(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_mac *mac,
		const void *body, int len, struct hp_effects *fx)
{
	struct hp_send s = {
		.src = *src,
		.dst = *dst,
		.link = link,
		.hop_limit = 255,
		.proto = HP_PROTO_ICMPV6,
		.class_ = HP_CLASS_NEIGHBOR,
		.body = body,
		.body_len = (size_t)len,
	};

	if (len < 0 || !nb->link[link].up)
		return;
	if (mac || hp_ip6_is_multicast(dst)) {
		s.has_mac = true;
		s.mac = mac ? *mac : hp_mac_multicast(dst);
	}
	hp_effects_send(fx, &s);
}

void hp_nd_solicit(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *src, const struct hp_ip6 *target,
		   const struct hp_mac *dst_mac, const uint8_t nonce[6], struct hp_effects *fx)
{
	struct hp_ip6 group = hp_ip6_solicited_node(target);
	struct hp_ns ns = {.target = *target};
	uint8_t body[48];

	/* RFC 4861 §4.3: no link-layer address from the unspecified address. */
	if (src) {
		ns.has_mac = true;
		ns.mac = nb->link[link].conf.mac;
	}
	if (nonce) {
		ns.has_nonce = true;
		memcpy(ns.nonce, nonce, sizeof(ns.nonce));
	}
	nb->count[HP_NB_NS_OUT]++;
	hp_nd_send(nb, link, src ? src : &HP_IP6_ANY, dst_mac ? target : &group, dst_mac, body, hp_ns_write(&ns, body, sizeof(body)), fx);
}

void hp_nd_nonce(struct hp_neighbor *nb, uint8_t nonce[6])
{
	uint64_t r = hp_random_u64(&nb->random);

	memcpy(nonce, &r, 6);
}
