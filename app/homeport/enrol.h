/* SPDX-License-Identifier: BSD-3-Clause */
/* What an enrolment is made of: a free home address, a key, the code. Management thread. */
#ifndef HP_HOMEPORT_ENROL_H
#define HP_HOMEPORT_ENROL_H

#include "homeport/app.h"
#include "security/enrolment.h"

/* Of a home link, NULL: the first one. 0; -ENOENT: no such home link; -ENOSPC: none is free (or none was found). */
int hp_enrol_address(const struct hp_app *app, const char *link, struct hp_ip6 *out);
/* Of the system's random source: 16 octets for SHA-1, 32 for SHA-256. 0 or -errno. */
int hp_enrol_key(struct hp_key_spec *out, uint32_t spi, enum hp_hmac_algorithm algorithm, bool timestamp);
/* The SPI after those that it has. */
uint32_t hp_enrol_spi(const struct hp_subscriber_spec *spec);
/* The code of one of its keys; expires_s since 1970, 0: never. `discover`: without a home agent's address. 0 or -EINVAL. */
int hp_enrol_code(const struct hp_app *app, const struct hp_subscriber_spec *spec, const struct hp_key_spec *key, uint32_t expires_s,
		  bool discover, char text[HP_ENROLMENT_TEXT]);

#endif
