/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "homeport-mn/mn.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

static int add(struct mn *mn, struct mn_home_conf *h, struct hp_error *e)
{
	int ret = 0;

	for (unsigned int i = 0; i < h->associations.count && !ret; i++) {
		struct hp_association_spec *s = &h->associations.spec[i];

		/* The configuration's directions are the home agent's. */
		s->out = !s->out;
		ret = hp_associations_add(hp_ipsec_associations(mn->ipsec), s, mn_now(mn));
	}
	hp_conf_associations_free(&h->associations);
	return ret ? hp_error_set(e, -ret, "homes", "security associations: %s",
				  ret == -EEXIST ? "an SPI is another home's too, want one of its own" : strerror(-ret))
		   : 0;
}

int mn_protection_create(struct mn *mn, struct hp_error *e)
{
	uint64_t seed;
	int ret;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return hp_error_set(e, errno, "", "no random numbers: %s", strerror(errno));
	ret = hp_ipsec_create(&mn->ipsec, true, seed, mn_now(mn));
	if (ret)
		return hp_error_set(e, -ret, "", "ESP: %s", strerror(-ret));
	for (unsigned int i = 0; i < mn->conf.homes && !ret; i++)
		ret = add(mn, &mn->conf.home[i], e);
	return ret;
}

static bool is_protected(const struct mn *mn, const struct hp_ip6 *hoa)
{
	for (unsigned int i = 0; i < mn->conf.homes; i++)
		if (mn->conf.home[i].ipsec && hp_ip6_eq(&mn->conf.home[i].home.hoa, hoa))
			return true;
	return false;
}

static bool wants(const struct mn *mn, const struct hp_send *s)
{
	return s->protection != HP_PROTECT_NONE && is_protected(mn, hp_ip6_is_any(&s->hoa) ? &s->src : &s->hoa);
}

int mn_protection_seal(struct mn *mn, const struct hp_send *s, uint8_t *packet, size_t len)
{
	uint8_t iv[HP_ESP_IV];

	if (!wants(mn, s))
		return (int)len;
	if (getrandom(iv, sizeof(iv), 0) != sizeof(iv))
		return -errno;
	return hp_ipsec_seal(mn->ipsec, s, packet, len, iv, mn->fx);
}

int mn_protection_wrap(struct mn *mn, const struct hp_ip6 *hoa, uint8_t *packet, size_t len)
{
	uint8_t iv[HP_ESP_IV];

	if (!is_protected(mn, hoa))
		return 0;
	if (getrandom(iv, sizeof(iv), 0) != sizeof(iv))
		return -errno;
	return hp_ipsec_seal_inner(mn->ipsec, hoa, packet, len, iv, mn->fx);
}

/* What protects a message of this type that comes from a home agent. */
static enum hp_protection wanted(const struct hp_packet *p)
{
	const uint8_t *body = hp_packet_payload(p);
	const size_t len = hp_packet_payload_len(p);

	if (p->proto == HP_PROTO_MH && len > 2 && body[2] == HP_MH_BA)
		return HP_PROTECT_REGISTRATION;
	return p->proto == HP_PROTO_ICMPV6 && len && body[0] == HP_ICMP6_MPA ? HP_PROTECT_PREFIX_DISCOVERY : HP_PROTECT_NONE;
}

/* To one of the homes that are under IPsec, from its home agent: what others say is none of their associations'. */
static bool is_from_home_agent(const struct mn *mn, const struct hp_packet *p)
{
	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		struct hp_node_view v;

		if (!mn->conf.home[i].ipsec || !hp_ip6_eq(&mn->conf.home[i].home.hoa, hp_packet_destination(p)))
			continue;
		hp_node_look(mn->node, i, &v);
		return hp_ip6_eq(&v.ha, &p->src);
	}
	return false;
}

bool mn_protection_admit(struct mn *mn, struct hp_packet *p, uint8_t plain[HP_IPSEC_MESSAGE])
{
	const struct hp_now now = mn_now(mn);
	uint32_t association = 0;

	if (!is_from_home_agent(mn, p))
		return true;
	if (p->proto == HP_PROTO_ESP) {
		const int len = hp_ipsec_open(mn->ipsec, p, HP_LINK_ANY, now, plain, &association, mn->fx);

		if (len < 0 || hp_packet_read_node(p, plain, (size_t)len) != HP_WALK_OK)
			return false;
	}
	return wanted(p) == HP_PROTECT_NONE ||
	       hp_ipsec_permits(mn->ipsec, wanted(p), hp_packet_destination(p), &p->src, HP_LINK_ANY, association, now, mn->fx);
}
