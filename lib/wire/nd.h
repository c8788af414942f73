/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour discovery messages (RFC 4861 §4, RFC 6275 §7): bytes <-> structs. No policy.
 * Readers make the validity checks of RFC 4861 §6.1, §7.1 that the bytes alone allow (length, option length not 0, target
 * not multicast, S flag with multicast destination, …); hop limit 255, code 0 and the checksum are checked too. Any thread. */
#ifndef HP_WIRE_ND_H
#define HP_WIRE_ND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "wire/packet.h"

struct hp_ns {
	struct hp_ip6 target;
	bool has_mac;
	struct hp_mac mac; /* source link-layer address */
	bool has_nonce;    /* RFC 3971 §5.3.2 as used by RFC 7527 */
	uint8_t nonce[6];
};

struct hp_na {
	struct hp_ip6 target;
	bool router, solicited, override_;
	bool has_mac;
	struct hp_mac mac; /* target link-layer address */
};

struct hp_rs {
	bool has_mac;
	struct hp_mac mac;
};

#define HP_RA_PREFIXES 16
struct hp_ra_prefix {
	struct hp_ip6 prefix; /* with `router_address` the router's full address (RFC 6275 §7.2) */
	uint8_t length;
	bool on_link, autonomous, router_address;
	uint32_t valid_s, preferred_s; /* UINT32_MAX: infinite */
};

struct hp_ra {
	uint8_t hop_limit;
	bool managed, other, home_agent;
	uint16_t router_lifetime_s;
	uint32_t reachable_ms, retrans_ms;
	bool has_mac, has_mtu;
	struct hp_mac mac;
	uint32_t mtu;
	bool has_home_agent_info; /* RFC 6275 §7.4 */
	uint16_t preference, home_agent_lifetime_s;
	bool has_interval; /* RFC 6275 §7.3 */
	uint32_t interval_ms;
	unsigned int prefixes;
	struct hp_ra_prefix prefix[HP_RA_PREFIXES];
};

/* `p`: a walked packet with proto ICMPv6. 0 or -EBADMSG. */
int hp_ns_read(struct hp_ns *out, const struct hp_packet *p);
int hp_na_read(struct hp_na *out, const struct hp_packet *p);
int hp_rs_read(struct hp_rs *out, const struct hp_packet *p);
int hp_ra_read(struct hp_ra *out, const struct hp_packet *p);

/* ICMPv6 bodies for struct hp_send (checksum zero). Length or -ENOSPC. */
int hp_ns_write(const struct hp_ns *m, void *out, size_t room);
int hp_na_write(const struct hp_na *m, void *out, size_t room);
int hp_rs_write(const struct hp_rs *m, void *out, size_t room);
int hp_ra_write(const struct hp_ra *m, void *out, size_t room);

#endif
