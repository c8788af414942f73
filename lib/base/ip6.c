/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/ip6.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

bool hp_ip6_is_routable(const struct hp_ip6 *a)
{
	static const struct hp_ip6 zero, mapped = {{[10] = 0xff, [11] = 0xff}};
	static const struct hp_ip6 loopback = {{[15] = 1}};

	if (hp_ip6_is_multicast(a) || hp_ip6_is_linklocal(a))
		return false;
	return !hp_ip6_eq(a, &zero) && !hp_ip6_eq(a, &loopback) && memcmp(a->b, mapped.b, 12) != 0;
}

bool hp_ip6_in_prefix(const struct hp_ip6 *a, const struct hp_ip6 *prefix, unsigned int length)
{
	unsigned int whole = length / 8, rest = length % 8;

	if (memcmp(a->b, prefix->b, whole) != 0)
		return false;
	return rest == 0 || ((a->b[whole] ^ prefix->b[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

struct hp_ip6 hp_ip6_prefix(const struct hp_ip6 *a, unsigned int length)
{
	return hp_ip6_join(a, length, &HP_IP6_ANY);
}

struct hp_ip6 hp_ip6_join(const struct hp_ip6 *prefix, unsigned int length, const struct hp_ip6 *interface_id)
{
	unsigned int whole = length / 8, rest = length % 8;
	struct hp_ip6 out = *interface_id;

	memcpy(out.b, prefix->b, whole);
	if (rest) {
		uint8_t mask = (uint8_t)(0xff00 >> rest);

		out.b[whole] = (uint8_t)((prefix->b[whole] & mask) | (interface_id->b[whole] & ~mask));
	}
	return out;
}

struct hp_ip6 hp_ip6_anycast(const struct hp_ip6 *prefix, unsigned int length, uint8_t id)
{
	struct hp_ip6 top;

	memset(&top, 0xff, sizeof(top));
	if (length == 64)
		top.b[8] = 0xfd;
	top.b[15] = (uint8_t)(0x80 | id);
	return hp_ip6_join(prefix, length, &top);
}

struct hp_ip6 hp_ip6_solicited_node(const struct hp_ip6 *a)
{
	return (struct hp_ip6){{0xff, 2, [11] = 1, [12] = 0xff, a->b[13], a->b[14], a->b[15]}};
}

struct hp_ip6 hp_ip6_linklocal_from_mac(const struct hp_mac *mac)
{
	const uint8_t *m = mac->b;

	return (struct hp_ip6){{0xfe, 0x80, [8] = m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]}};
}

struct hp_mac hp_mac_multicast(const struct hp_ip6 *group)
{
	return (struct hp_mac){{0x33, 0x33, group->b[12], group->b[13], group->b[14], group->b[15]}};
}

int hp_ip6_parse(struct hp_ip6 *out, const char *text)
{
	struct hp_ip6 a;

	if (inet_pton(AF_INET6, text, a.b) != 1)
		return -EINVAL;
	*out = a;
	return 0;
}

int hp_prefix_parse(struct hp_ip6 *out, unsigned int *length, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[HP_IP6_TEXT];
	unsigned int n = 0;

	if (!slash || (size_t)(slash - text) >= sizeof(address) || !slash[1] || strlen(slash + 1) > 3)
		return -EINVAL;
	for (const char *p = slash + 1; *p; p++) {
		if (*p < '0' || *p > '9')
			return -EINVAL;
		n = n * 10 + (unsigned int)(*p - '0');
	}
	if (n > 128)
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (hp_ip6_parse(out, address))
		return -EINVAL;
	*length = n;
	return 0;
}

int hp_mac_parse(struct hp_mac *out, const char *text)
{
	struct hp_mac m;
	char end;

	if (strlen(text) != 17 || strspn(text, "0123456789abcdefABCDEF:") != 17 ||
	    sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &m.b[0], &m.b[1], &m.b[2], &m.b[3], &m.b[4], &m.b[5], &end) != 6)
		return -EINVAL;
	*out = m;
	return 0;
}

const char *hp_ip6_text(const struct hp_ip6 *a, char out[HP_IP6_TEXT])
{
	return inet_ntop(AF_INET6, a->b, out, HP_IP6_TEXT);
}

const char *hp_prefix_text(const struct hp_ip6 *a, unsigned int length, char out[HP_PREFIX_TEXT])
{
	char address[HP_IP6_TEXT];

	snprintf(out, HP_PREFIX_TEXT, "%s/%u", hp_ip6_text(a, address), length % 1000);
	return out;
}

const char *hp_mac_text(const struct hp_mac *a, char out[HP_MAC_TEXT])
{
	snprintf(out, HP_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", a->b[0], a->b[1], a->b[2], a->b[3], a->b[4], a->b[5]);
	return out;
}
