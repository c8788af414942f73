/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/flood.h"

#include <errno.h>

#include "load/frame.h"
#include "wire/compose.h"
#include "wire/discovery.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/nd.h"
#include "wire/packet.h"

#define SEED      4443
#define HOP_LIMIT 64
#define UDP       17
#define FRAGMENT  44

static struct hp_ip6 at_random(struct hp_flood *f, const struct hp_ip6 *prefix, unsigned int octets)
{
	const uint64_t r[2] = {hp_random_u64(&f->random), hp_random_u64(&f->random)};
	struct hp_ip6 a = *prefix;

	memcpy(a.b + octets, r, sizeof(a.b) - octets);
	return a;
}

static struct hp_ip6 stranger(struct hp_flood *f)
{
	struct hp_ip6 a = at_random(f, &f->addresses->care_of, 6);

	hp_addresses_make_stranger(a.b);
	return a;
}

/* An address of the home prefix that no node of the fleet has. */
static struct hp_ip6 unbound(struct hp_flood *f)
{
	struct hp_ip6 a = at_random(f, &f->addresses->home, 8);

	a.b[8] |= 1;
	return a;
}

static struct hp_ip6 bound(struct hp_flood *f)
{
	struct hp_ip6 a;

	hp_addresses_home(f->addresses, (uint32_t)hp_random_u64(&f->random) % f->addresses->nodes, a.b);
	return a;
}

static size_t compose(const struct hp_send *s, uint8_t *out, size_t room)
{
	const int len = hp_compose(s, out, room);

	return len < 0 ? 0 : (size_t)len;
}

static size_t update(struct hp_flood *f, struct hp_ip6 hoa, const struct hp_ip6 *alternate, uint8_t *out, size_t room)
{
	const struct hp_bu bu = {.sequence = (uint16_t)hp_random_u64(&f->random),
				 .ack = true,
				 .home = true,
				 .lifetime = 100,
				 .has_alternate_coa = alternate != NULL,
				 .alternate_coa = alternate ? *alternate : HP_IP6_ANY};
	uint8_t body[HP_MH_ROOM];
	const int len = hp_bu_write(&bu, body, sizeof(body));

	return compose(&(struct hp_send){.src = stranger(f),
					 .dst = f->addresses->agent,
					 .hoa = hoa,
					 .hop_limit = HOP_LIMIT,
					 .proto = HP_PROTO_MH,
					 .body = body,
					 .body_len = (size_t)len},
		       out, room);
}

/* Refused each: of a prefix that is nobody's home here, or where all places are taken. */
static size_t updates(struct hp_flood *f, uint8_t *out, size_t room)
{
	const struct hp_ip6 elsewhere = {{0x20, 1, 0xd, 0xb8, 0xba, 0xd}};

	return update(f, hp_random_u64(&f->random) & 1 ? unbound(f) : at_random(f, &elsewhere, 6), NULL, out, room);
}

/* Refused each: the agent is no place for its nodes to be at. One that was accepted would move the node. */
static size_t forged(struct hp_flood *f, uint8_t *out, size_t room)
{
	return update(f, bound(f), &f->addresses->agent, out, room);
}

/* Of bound nodes by name and address, by somebody who has not their keys. */
static size_t authenticators(struct hp_flood *f, uint8_t *out, size_t room)
{
	const struct hp_bu bu = {.sequence = (uint16_t)hp_random_u64(&f->random), .ack = true, .home = true, .lifetime = 100};
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {.src = stranger(f),
			    .dst = f->addresses->agent,
			    .hoa = bound(f),
			    .hop_limit = HOP_LIMIT,
			    .proto = HP_PROTO_MH,
			    .body = body};
	uint32_t node;
	int len;

	hp_addresses_home_read(f->addresses, s.hoa.b, &node);
	len = hp_load_keys_update(f->keys, node, &s.hoa, &s.src, &bu, true, body, sizeof(body));
	if (len < 0)
		return 0;
	s.body_len = (size_t)len;
	return compose(&s, out, room);
}

/* A bit of the checksum turned. */
static size_t malformed(struct hp_flood *f, uint8_t *out, size_t room)
{
	const size_t len = update(f, unbound(f), NULL, out, room);
	struct hp_packet p;

	if (len && hp_packet_read(&p, out, len) == HP_WALK_OK)
		out[p.payload_at + 4] ^= 1;
	return len;
}

/* Half of either; the answers are of no use to anybody. */
static size_t tests(struct hp_flood *f, uint8_t *out, size_t room)
{
	const uint64_t r = hp_random_u64(&f->random);
	struct hp_rr_init init;
	uint8_t body[HP_MH_ROOM];

	memcpy(init.cookie, &r, sizeof(init.cookie));
	return compose(&(struct hp_send){.src = stranger(f),
					 .dst = f->addresses->agent,
					 .hop_limit = HOP_LIMIT,
					 .proto = HP_PROTO_MH,
					 .body = body,
					 .body_len = (size_t)hp_rr_init_write(r & 1 ? HP_MH_HOTI : HP_MH_COTI, &init, body, sizeof(body))},
		       out, room);
}

static size_t icmp(struct hp_ip6 src, struct hp_ip6 dst, uint8_t hop_limit, const uint8_t *body, int len, uint8_t *out, size_t room)
{
	return compose(
		&(struct hp_send){
			.src = src, .dst = dst, .hop_limit = hop_limit, .proto = HP_PROTO_ICMPV6, .body = body, .body_len = (size_t)len},
		out, room);
}

/* For the agent's address on the access link and for such that nobody has, from neighbours that nobody knows. */
static size_t solicitations(struct hp_flood *f, uint8_t *out, size_t room)
{
	const struct hp_ns ns = {.target = hp_random_u64(&f->random) & 1 ? f->router : at_random(f, &f->router, 8),
				 .has_mac = true,
				 .mac = {{2, 0, 0, 0, 9, 9}}};
	uint8_t body[64];

	return icmp(at_random(f, &f->router, 8), f->router, 255, body, hp_ns_write(&ns, body, sizeof(body)), out, room);
}

/* To the address that everybody knows, from afar: no neighbour's. */
static size_t advertisements(struct hp_flood *f, uint8_t *out, size_t room)
{
	const struct hp_na na = {.target = at_random(f, &f->router, 8), .solicited = true, .has_mac = true, .mac = {{2, 0, 0, 0, 9, 9}}};
	uint8_t body[64];

	return icmp(stranger(f), f->addresses->agent, HOP_LIMIT, body, hp_na_write(&na, body, sizeof(body)), out, room);
}

static size_t udp(const struct hp_send *s, uint8_t *out, size_t room)
{
	static const uint8_t body[8] = {0, 9, 0, 9, 0, 8, 0, 0};
	struct hp_send with = *s;

	with.proto = UDP;
	with.body = body;
	with.body_len = sizeof(body);
	return compose(&with, out, room);
}

static size_t home_address(struct hp_flood *f, uint8_t *out, size_t room)
{
	return udp(&(struct hp_send){.src = stranger(f), .dst = f->addresses->agent, .hoa = unbound(f), .hop_limit = HOP_LIMIT}, out, room);
}

/* Home agents to the anycast address of the home prefix (RFC 2526), prefixes without a binding. */
static size_t discovery(struct hp_flood *f, uint8_t *out, size_t room)
{
	const uint16_t id = (uint16_t)hp_random_u64(&f->random);
	struct hp_ip6 anycast = f->addresses->agent;
	uint8_t body[64];

	if (id & 1)
		return icmp(stranger(f), f->addresses->agent, HOP_LIMIT, body, hp_mps_write(id, body, sizeof(body)), out, room);
	memcpy(anycast.b + 8, (uint8_t[]){0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, 8);
	return icmp(stranger(f), anycast, HOP_LIMIT, body, hp_dhaad_request_write(id, body, sizeof(body)), out, room);
}

/* One part of a packet of which no other comes. */
static size_t fragments(struct hp_flood *f, uint8_t *out, size_t room)
{
	uint8_t body[8 + 64] = {HP_PROTO_MH};
	const uint32_t id = (uint32_t)hp_random_u64(&f->random);
	const struct hp_send s = {.src = stranger(f),
				  .dst = f->addresses->agent,
				  .hop_limit = HOP_LIMIT,
				  .proto = FRAGMENT,
				  .body = body,
				  .body_len = sizeof(body)};
	size_t len;

	memcpy(body + 4, &id, sizeof(id));
	len = compose(&s, out, room);
	/* The first, and more to come; there hp_compose has put a checksum. */
	if (len)
		memcpy(out + HP_IP6_HEADER + 2, (uint8_t[]){0, 1}, 2);
	return len;
}

/* A node's address inside, another care-of address than its own outside. */
static size_t tunnels(struct hp_flood *f, uint8_t *out, size_t room)
{
	const struct hp_addresses *a = f->addresses;

	return udp(
		&(struct hp_send){
			.src = bound(f), .dst = a->correspondent, .outer_src = stranger(f), .outer_dst = a->agent, .hop_limit = HOP_LIMIT},
		out, room);
}

/* A report of an empty list, out of a tunnel that is nobody's. */
static size_t listeners(struct hp_flood *f, uint8_t *out, size_t room)
{
	static const uint8_t body[8] = {HP_ICMP6_MLDV2_REPORT};
	const struct hp_ip6 linklocal = {{0xfe, 0x80, [15] = 9}}, routers = {{0xff, 2, [15] = 0x16}};

	return compose(&(struct hp_send){.src = linklocal,
					 .dst = routers,
					 .outer_src = stranger(f),
					 .outer_dst = f->addresses->agent,
					 .hop_limit = 1,
					 .proto = HP_PROTO_ICMPV6,
					 .router_alert = true,
					 .body = body,
					 .body_len = sizeof(body)},
		       out, room);
}

/* About a packet that the agent never sent. */
static size_t errors(struct hp_flood *f, uint8_t *out, size_t room)
{
	uint8_t body[8 + 40 + 8] = {HP_ICMP6_TOO_BIG, 0, 0, 0, 0, 0, 5, 0, 0x60, [14] = HP_PROTO_IPV6, [15] = HOP_LIMIT};
	const struct hp_ip6 to = stranger(f);

	memcpy(body + 8 + 8, &f->addresses->agent, 16);
	memcpy(body + 8 + 24, &to, 16);
	return icmp(stranger(f), f->addresses->agent, HOP_LIMIT, body, sizeof(body), out, room);
}

static size_t echo(struct hp_flood *f, uint8_t *out, size_t room)
{
	static const uint8_t body[8] = {HP_ICMP6_ECHO_REQUEST};

	return icmp(stranger(f), f->addresses->agent, HOP_LIMIT, body, sizeof(body), out, room);
}

static size_t hop_limits(struct hp_flood *f, uint8_t *out, size_t room)
{
	return udp(&(struct hp_send){.src = stranger(f), .dst = f->addresses->correspondent, .hop_limit = 1}, out, room);
}

/* On the access link, where nobody is. */
static size_t unresolved(struct hp_flood *f, uint8_t *out, size_t room)
{
	return udp(&(struct hp_send){.src = stranger(f), .dst = at_random(f, &f->router, 8), .hop_limit = HOP_LIMIT}, out, room);
}

const struct hp_flood_class hp_flood_classes[HP_FLOOD_CLASSES] = {
	{"updates", "Binding Updates, well formed, of strangers", updates},
	{"forged", "Binding Updates of bound nodes, from elsewhere, refused", forged},
	{"authenticators", "such with a wrong authenticator; with --authentication mn-ha", authenticators},
	{"malformed", "Binding Updates with a wrong checksum", malformed},
	{"tests", "Home Test Init and Care-of Test Init messages", tests},
	{"solicitations", "neighbour solicitations", solicitations},
	{"advertisements", "neighbour advertisements from afar", advertisements},
	{"unresolved", "packets for neighbours that are not there", unresolved},
	{"home-address", "Home Address options without a binding", home_address},
	{"discovery", "home agent requests and prefix solicitations", discovery},
	{"fragments", "parts of packets whose rest never comes", fragments},
	{"tunnels", "tunnel packets from a wrong care-of address", tunnels},
	{"listeners", "listener reports out of nobody's tunnel", listeners},
	{"errors", "ICMPv6 errors about packets never sent", errors},
	{"hop-limits", "transit whose hop limit is spent", hop_limits},
	{"echo", "echo requests to the agent", echo},
};

int hp_flood_read(uint32_t *classes, const char *names)
{
	for (*classes = 0;; names++) {
		const size_t len = strcspn(names, ",");
		unsigned int i = 0;

		while (i < HP_FLOOD_CLASSES &&
		       (strlen(hp_flood_classes[i].name) != len || memcmp(hp_flood_classes[i].name, names, len) != 0))
			i++;
		if (i == HP_FLOOD_CLASSES)
			return -EINVAL;
		*classes |= 1u << i;
		names += len;
		if (!*names)
			return 0;
	}
}

void hp_flood_init(struct hp_flood *f, uint32_t classes, const struct hp_addresses *a, struct hp_load_keys *keys,
		   const struct hp_ip6 *router)
{
	*f = (struct hp_flood){.classes = classes, .addresses = a, .keys = keys, .router = *router};
	hp_random_seed(&f->random, SEED);
}

unsigned int hp_flood_push(struct hp_flood *f, struct hp_load_port *p)
{
	struct rte_mbuf *m;
	uint8_t *at = hp_port_room(p, &m);
	size_t len;

	if (!at)
		return 0;
	while (!(f->classes >> f->turn & 1))
		f->turn = (f->turn + 1) % HP_FLOOD_CLASSES;
	memcpy(at, &p->router_mac, 6);
	memcpy(at + 6, &p->mac, 6);
	at[12] = 0x86;
	at[13] = 0xdd;
	len = hp_flood_classes[f->turn].write(f, at + HP_FRAME_ETHER, rte_pktmbuf_tailroom(m) - HP_FRAME_ETHER);
	f->turn = (f->turn + 1) % HP_FLOOD_CLASSES;
	hp_port_push(p, m, HP_FRAME_ETHER + len);
	f->sent++;
	return 1;
}
