/* SPDX-License-Identifier: BSD-3-Clause */
#include "homeport/enrol.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define FEW_BITS    16 /* of a host: then all addresses are gone through */
#define ATTEMPTS    64 /* else a free one is found by chance, or there are hardly any */
#define SHA1_KEY    16 /* octets */
#define SHA256_KEY  32
#define IDENTIFIERS 0x7f /* reserved subnet anycast addresses: RFC 2526 */

static bool is_free(const struct hp_app *app, const struct hp_conf_address *own, const struct hp_ip6 *a)
{
	struct hp_ip6 lowest = *a;
	struct hp_binding_view bound;

	lowest.b[15] &= (uint8_t)~IDENTIFIERS;
	if (own->prefix_length <= HP_IP6_ANYCAST_LONGEST) {
		const struct hp_ip6 reserved = hp_ip6_anycast(&own->address, own->prefix_length, 0);

		if (hp_ip6_eq(&lowest, &reserved))
			return false;
	}
	return !hp_conf_home_address_bad(app->conf, a) && !hp_subscribers_find(hp_guard_subscribers(app->guard), a) &&
	       !hp_agent_find(hp_control_agent(app->control), a, &bound);
}

static struct hp_ip6 with_low_bits(const struct hp_ip6 *a, unsigned int bits, unsigned int value)
{
	struct hp_ip6 host = {.b = {[14] = (uint8_t)(value >> 8), [15] = (uint8_t)value}};

	return hp_ip6_join(a, 128 - bits, &host);
}

static int pick(const struct hp_app *app, const struct hp_conf_address *own, struct hp_ip6 *out)
{
	const unsigned int bits = 128 - own->prefix_length, tries = bits <= FEW_BITS ? 1u << bits : ATTEMPTS;
	struct hp_ip6 random;

	for (unsigned int i = 0; i < tries; i++) {
		if ((i == 0 || bits > FEW_BITS) && getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -errno;
		/* Not made of a hardware address: RFC 4291 §2.5.1. */
		if (own->prefix_length == 64)
			random.b[8] &= (uint8_t)~2;
		*out = hp_ip6_join(&own->address, own->prefix_length, &random);
		if (bits <= FEW_BITS)
			*out = with_low_bits(out, bits, (unsigned int)(random.b[14] << 8 | random.b[15]) + i);
		if (is_free(app, own, out))
			return 0;
	}
	return -ENOSPC;
}

int hp_enrol_address(const struct hp_app *app, const char *link, struct hp_ip6 *out)
{
	int ret = -ENOENT;

	for (unsigned int l = 0; l < app->conf->links; l++) {
		const struct hp_conf_link *home = &app->conf->link[l];

		if (!home->home || (link && strcmp(home->name, link) != 0))
			continue;
		for (unsigned int i = 0; i < home->addresses && ret; i++)
			ret = pick(app, &home->address[i], out);
		if (!ret)
			break;
	}
	return ret;
}

int hp_enrol_key(struct hp_key_spec *out, uint32_t spi, enum hp_hmac_algorithm algorithm, bool timestamp)
{
	*out = (struct hp_key_spec){
		.spi = spi, .algorithm = algorithm, .timestamp = timestamp, .len = algorithm == HP_HMAC_SHA1_96 ? SHA1_KEY : SHA256_KEY};
	return getrandom(out->octets, out->len, 0) == out->len ? 0 : -errno;
}

uint32_t hp_enrol_spi(const struct hp_subscriber_spec *spec)
{
	uint32_t spi = HP_CONF_SPI_LEAST;

	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS; i++)
		if (spec->key[i].spi)
			spi = spec->key[i].spi == UINT32_MAX ? HP_CONF_SPI_LEAST : spec->key[i].spi + 1;
	return spi == spec->key[0].spi ? spi + 1 : spi;
}

int hp_enrol_code(const struct hp_app *app, const struct hp_subscriber_spec *spec, const struct hp_key_spec *key, uint32_t expires_s,
		  bool discover, char text[HP_ENROLMENT_TEXT])
{
	struct hp_enrolment e = {.expires_s = expires_s, .hoa = spec->hoa, .identity_len = spec->identity_len};
	int ret;

	/* No copy by way of a temporary, which nobody would wipe. */
	memcpy(&e.key, key, sizeof(e.key));
	memcpy(e.identity, spec->identity, spec->identity_len);
	for (unsigned int l = 0; l < app->conf->links; l++)
		for (unsigned int i = 0; i < app->conf->link[l].addresses && app->conf->link[l].home; i++) {
			const struct hp_conf_address *own = &app->conf->link[l].address[i];

			if (!hp_ip6_in_prefix(&spec->hoa, &own->address, own->prefix_length))
				continue;
			e.prefix_length = own->prefix_length;
			e.ha = discover ? HP_IP6_ANY : own->address;
		}
	ret = hp_enrolment_write(&e, text);
	hp_enrolment_wipe(&e);
	return ret < 0 ? ret : 0;
}
