/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/nd.h"

#include <errno.h>

#include "wire/checksum.h"
#include "wire/icmp6.h"
#include "wire/option.h"

enum { OPTION_SOURCE_MAC = 1, OPTION_TARGET_MAC = 2, OPTION_MTU = 5, OPTION_INTERVAL = 7, OPTION_HOME_AGENT = 8, OPTION_NONCE = 14 };
enum { FLAG_ROUTER = 0x80, FLAG_SOLICITED = 0x40, FLAG_OVERRIDE = 0x20 }; /* NA */
enum { FLAG_MANAGED = 0x80, FLAG_OTHER = 0x40, FLAG_HOME_AGENT = 0x20 };  /* RA */

/* ff02::1:ff00:0/104, RFC 4291 §2.7.1 */
static const struct hp_ip6 solicited_nodes = {{0xff, 2, [11] = 1, 0xff}};

/* What every discovery message must pass (RFC 4861 §6.1, §7.1): hop limit, checksum, code, all options of some length; and no
 * fragment header (RFC 6980 §5), not even an atomic one. *r is left behind the first four octets. */
static int open_message(struct hp_reader *r, const struct hp_packet *p, uint8_t type, size_t fixed)
{
	const uint8_t *m = hp_packet_payload(p);
	size_t len = hp_packet_payload_len(p);

	if (p->proto != HP_PROTO_ICMPV6 || p->fragment_at || p->hop_limit != 255 || len < fixed || m[0] != type || m[1] != 0)
		return -EBADMSG;
	if (hp_checksum(&p->src, &p->dst, HP_PROTO_ICMPV6, m, len) != 0)
		return -EBADMSG;
	*r = hp_reader(m + 4, len - 4);
	return hp_option_all_well(hp_reader(m + fixed, len - fixed)) ? 0 : -EBADMSG;
}

static void read_mac(const struct hp_option *o, uint8_t type, bool *has, struct hp_mac *mac)
{
	if (*has || !hp_option_is(o, type, sizeof(*mac))) /* Ethernet's: RFC 2464 §6 */
		return;
	*has = true;
	memcpy(mac, o->body.at, sizeof(*mac));
}

int hp_ns_read(struct hp_ns *out, const struct hp_packet *p)
{
	struct hp_reader r;
	struct hp_option o;

	*out = (struct hp_ns){0};
	if (open_message(&r, p, HP_ICMP6_NS, 24))
		return -EBADMSG;
	hp_read_u32(&r);
	out->target = hp_read_ip6(&r);
	while (hp_option_next(&r, &o) > 0) {
		read_mac(&o, OPTION_SOURCE_MAC, &out->has_mac, &out->mac);
		if (hp_option_is(&o, OPTION_NONCE, sizeof(out->nonce))) {
			memcpy(out->nonce, o.body.at, sizeof(out->nonce));
			out->has_nonce = true;
		}
	}
	/* §7.1.1 */
	if (hp_ip6_is_multicast(&out->target))
		return -EBADMSG;
	if (hp_ip6_is_any(&p->src) && (!hp_ip6_in_prefix(&p->dst, &solicited_nodes, 104) || out->has_mac))
		return -EBADMSG;
	return 0;
}

int hp_na_read(struct hp_na *out, const struct hp_packet *p)
{
	struct hp_reader r;
	struct hp_option o;
	uint32_t flags;

	*out = (struct hp_na){0};
	if (open_message(&r, p, HP_ICMP6_NA, 24))
		return -EBADMSG;
	flags = hp_read_u32(&r) >> 24;
	out->router = flags & FLAG_ROUTER;
	out->solicited = flags & FLAG_SOLICITED;
	out->override_ = flags & FLAG_OVERRIDE;
	out->target = hp_read_ip6(&r);
	while (hp_option_next(&r, &o) > 0)
		read_mac(&o, OPTION_TARGET_MAC, &out->has_mac, &out->mac);
	/* §7.1.2 */
	if (hp_ip6_is_multicast(&out->target) || (hp_ip6_is_multicast(&p->dst) && out->solicited))
		return -EBADMSG;
	return 0;
}

int hp_rs_read(struct hp_rs *out, const struct hp_packet *p)
{
	struct hp_reader r;
	struct hp_option o;

	*out = (struct hp_rs){0};
	if (open_message(&r, p, HP_ICMP6_RS, 8))
		return -EBADMSG;
	hp_read_u32(&r);
	while (hp_option_next(&r, &o) > 0)
		read_mac(&o, OPTION_SOURCE_MAC, &out->has_mac, &out->mac);
	/* §6.1.1 */
	return hp_ip6_is_any(&p->src) && out->has_mac ? -EBADMSG : 0;
}

/* Of several alike the first counts, but for prefixes. */
static void ra_option(struct hp_ra *out, const struct hp_option *o)
{
	struct hp_reader b = o->body;

	read_mac(o, OPTION_SOURCE_MAC, &out->has_mac, &out->mac);
	if (o->type == HP_OPTION_PREFIX) {
		if (out->prefixes < HP_RA_PREFIXES && hp_option_prefix_read(&out->prefix[out->prefixes], o))
			out->prefixes++;
	} else if (hp_option_is(o, OPTION_MTU, 6) && !out->has_mtu) {
		hp_read_u16(&b);
		out->mtu = hp_read_u32(&b);
		out->has_mtu = true;
	} else if (hp_option_is(o, OPTION_INTERVAL, 6) && !out->has_interval) {
		hp_read_u16(&b);
		out->interval_ms = hp_read_u32(&b);
		out->has_interval = true;
	} else if (hp_option_is(o, OPTION_HOME_AGENT, 6) && !out->has_home_agent_info) {
		hp_read_u16(&b);
		out->preference = hp_read_u16(&b);
		out->home_agent_lifetime_s = hp_read_u16(&b);
		out->has_home_agent_info = true;
	}
}

int hp_ra_read(struct hp_ra *out, const struct hp_packet *p)
{
	struct hp_reader r;
	struct hp_option o;
	uint8_t flags;

	*out = (struct hp_ra){0};
	/* §6.1.2 */
	if (open_message(&r, p, HP_ICMP6_RA, 16) || !hp_ip6_is_linklocal(&p->src))
		return -EBADMSG;
	out->hop_limit = hp_read_u8(&r);
	flags = hp_read_u8(&r);
	out->managed = flags & FLAG_MANAGED;
	out->other = flags & FLAG_OTHER;
	out->home_agent = flags & FLAG_HOME_AGENT;
	out->router_lifetime_s = hp_read_u16(&r);
	out->reachable_ms = hp_read_u32(&r);
	out->retrans_ms = hp_read_u32(&r);
	while (hp_option_next(&r, &o) > 0)
		ra_option(out, &o);
	return 0;
}

static struct hp_writer start_message(uint8_t type, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, type);
	hp_write_u8(&w, 0);
	hp_write_u16(&w, 0);
	return w;
}

static int finish_message(const struct hp_writer *w)
{
	return hp_writer_ok(w) ? (int)hp_writer_len(w) : -ENOSPC;
}

static void write_mac(struct hp_writer *w, uint8_t type, const struct hp_mac *mac)
{
	hp_write_u8(w, type);
	hp_write_u8(w, 1);
	hp_write_bytes(w, mac, sizeof(*mac));
}

int hp_ns_write(const struct hp_ns *m, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_ICMP6_NS, out, room);

	hp_write_u32(&w, 0);
	hp_write_ip6(&w, &m->target);
	if (m->has_mac)
		write_mac(&w, OPTION_SOURCE_MAC, &m->mac);
	if (m->has_nonce) {
		hp_write_u8(&w, OPTION_NONCE);
		hp_write_u8(&w, 1);
		hp_write_bytes(&w, m->nonce, sizeof(m->nonce));
	}
	return finish_message(&w);
}

int hp_na_write(const struct hp_na *m, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_ICMP6_NA, out, room);

	hp_write_u8(&w,
		    (uint8_t)((m->router ? FLAG_ROUTER : 0) | (m->solicited ? FLAG_SOLICITED : 0) | (m->override_ ? FLAG_OVERRIDE : 0)));
	hp_write_room(&w, 3);
	hp_write_ip6(&w, &m->target);
	if (m->has_mac)
		write_mac(&w, OPTION_TARGET_MAC, &m->mac);
	return finish_message(&w);
}

int hp_rs_write(const struct hp_rs *m, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_ICMP6_RS, out, room);

	hp_write_u32(&w, 0);
	if (m->has_mac)
		write_mac(&w, OPTION_SOURCE_MAC, &m->mac);
	return finish_message(&w);
}

int hp_ra_write(const struct hp_ra *m, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_ICMP6_RA, out, room);

	hp_write_u8(&w, m->hop_limit);
	hp_write_u8(&w, (uint8_t)((m->managed ? FLAG_MANAGED : 0) | (m->other ? FLAG_OTHER : 0) | (m->home_agent ? FLAG_HOME_AGENT : 0)));
	hp_write_u16(&w, m->router_lifetime_s);
	hp_write_u32(&w, m->reachable_ms);
	hp_write_u32(&w, m->retrans_ms);
	if (m->has_mac)
		write_mac(&w, OPTION_SOURCE_MAC, &m->mac);
	if (m->has_mtu) {
		hp_write_bytes(&w, (uint8_t[]){OPTION_MTU, 1, 0, 0}, 4);
		hp_write_u32(&w, m->mtu);
	}
	for (unsigned int i = 0; i < m->prefixes; i++)
		hp_option_prefix_write(&w, &m->prefix[i]);
	if (m->has_interval) {
		hp_write_bytes(&w, (uint8_t[]){OPTION_INTERVAL, 1, 0, 0}, 4);
		hp_write_u32(&w, m->interval_ms);
	}
	if (m->has_home_agent_info) {
		hp_write_bytes(&w, (uint8_t[]){OPTION_HOME_AGENT, 1, 0, 0}, 4);
		hp_write_u16(&w, m->preference);
		hp_write_u16(&w, m->home_agent_lifetime_s);
	}
	return finish_message(&w);
}
