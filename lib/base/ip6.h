/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 and link-layer addresses: values, compared and classified here and nowhere else.
 * Any thread; no allocation. Prefix lengths are in bits, 0..128. */
#ifndef HP_BASE_IP6_H
#define HP_BASE_IP6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hp_ip6 {
	uint8_t b[16];
};

struct hp_mac {
	uint8_t b[6];
};

struct hp_prefix {
	struct hp_ip6 prefix; /* what lies behind `length` does not matter */
	uint8_t length;
};

/* Long enough for any text form of an address, a prefix "…/128", a MAC. */
#define HP_IP6_TEXT    46
#define HP_PREFIX_TEXT 50
#define HP_MAC_TEXT    18

#define HP_IP6_ANY ((struct hp_ip6){{0}})
/* ff02::1, ff02::2 (RFC 4291 §2.7.1), ff02::16 (RFC 3810 §5.2.14) */
#define HP_IP6_ALL_NODES   ((struct hp_ip6){{0xff, 2, [15] = 1}})
#define HP_IP6_ALL_ROUTERS ((struct hp_ip6){{0xff, 2, [15] = 2}})
#define HP_IP6_ALL_MLDV2   ((struct hp_ip6){{0xff, 2, [15] = 0x16}})

static inline bool hp_ip6_eq(const struct hp_ip6 *a, const struct hp_ip6 *b)
{
	uint64_t x[2], y[2];

	/* Two words: memcmp is a call here, and this is asked a dozen times a packet. */
	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline bool hp_ip6_is_any(const struct hp_ip6 *a)
{
	return hp_ip6_eq(a, &HP_IP6_ANY);
}

static inline bool hp_ip6_is_multicast(const struct hp_ip6 *a)
{
	return a->b[0] == 0xff;
}

static inline bool hp_ip6_is_linklocal(const struct hp_ip6 *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* Neither unspecified, loopback, multicast, link-local nor IPv4-mapped:
 * "unicast routable" of RFC 6275 §3.1, RFC 4291 §2.4. */
bool hp_ip6_is_routable(const struct hp_ip6 *a);

/* First `length` bits alike. */
bool hp_ip6_in_prefix(const struct hp_ip6 *a, const struct hp_ip6 *prefix, unsigned int length);

/* `a` with all bits after `length` cleared. */
struct hp_ip6 hp_ip6_prefix(const struct hp_ip6 *a, unsigned int length);

/* `length` bits of `prefix`, the rest of `interface_id`. */
struct hp_ip6 hp_ip6_join(const struct hp_ip6 *prefix, unsigned int length, const struct hp_ip6 *interface_id);

/* A reserved subnet anycast address (RFC 2526 §2): `id` 0..127. Interface identifiers of 64 bits are in EUI-64 format, with the
 * universal/local bit 0; a prefix of more than 120 bits has no room for any. */
#define HP_IP6_ANYCAST_LONGEST 120
#define HP_IP6_HOME_AGENTS     0x7e /* Mobile IPv6 Home-Agents anycast, RFC 2526 §3 */
struct hp_ip6 hp_ip6_anycast(const struct hp_ip6 *prefix, unsigned int length, uint8_t id);

/* ff02::1:ffXX:XXXX, RFC 4291 §2.7.1 */
struct hp_ip6 hp_ip6_solicited_node(const struct hp_ip6 *a);

/* fe80::/64 + modified EUI-64, RFC 4291 app. A */
struct hp_ip6 hp_ip6_linklocal_from_mac(const struct hp_mac *mac);

/* 33:33:XX:XX:XX:XX, RFC 2464 §7 */
struct hp_mac hp_mac_multicast(const struct hp_ip6 *group);

static inline bool hp_mac_eq(const struct hp_mac *a, const struct hp_mac *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Text forms, RFC 5952. Parsing: 0 or -EINVAL and the output untouched.
 * hp_prefix_parse wants "address/length"; it keeps the host bits. */
int hp_ip6_parse(struct hp_ip6 *out, const char *text);
int hp_prefix_parse(struct hp_ip6 *out, unsigned int *length, const char *text);
int hp_mac_parse(struct hp_mac *out, const char *text);
const char *hp_ip6_text(const struct hp_ip6 *a, char out[HP_IP6_TEXT]);
const char *hp_prefix_text(const struct hp_ip6 *a, unsigned int length, char out[HP_PREFIX_TEXT]);
const char *hp_mac_text(const struct hp_mac *a, char out[HP_MAC_TEXT]);

#endif
