/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is believed: the method in force, the subscribers, and what a Binding Update has proved. One management thread. */
#ifndef HP_SECURITY_GUARD_H
#define HP_SECURITY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/effect.h"
#include "base/ip6.h"
#include "base/now.h"
#include "security/ipsec.h"
#include "security/mn_ha.h"
#include "security/refusal.h"
#include "security/subscriber.h"
#include "wire/mh.h"

struct hp_guard;

enum hp_guard_method {
	HP_GUARD_CLOSED, /* every update is refused: HP_BA_PROHIBITED */
	HP_GUARD_OPEN,   /* everybody is believed: for labs */
	HP_GUARD_MN_HA,  /* RFC 4285 */
	HP_GUARD_IPSEC   /* RFC 3776, 4877 */
};

/* Who authenticates MN-AAA options (RFC 4285 §5.2). It answers at once: of keys that it has, as the home agent's own table, which is the
 * first of its kind, or that it has fetched. */
enum hp_aaa_answer { HP_AAA_ACCEPTED, HP_AAA_REJECTED, HP_AAA_UNAVAILABLE };
struct hp_aaa_request {
	const char *identity; /* not terminated */
	size_t identity_len;
	struct hp_mobility_data data;
	struct hp_proof_authenticator option;
};
struct hp_aaa {
	enum hp_aaa_answer (*authenticate)(void *ctx, const struct hp_aaa_request *request);
	void *ctx;
};

struct hp_guard_conf {
	enum hp_guard_method method;
	uint64_t floor_wall_ms;   /* timestamps not later are refused: nobody knows what was accepted before; 0: known, or no matter */
	const struct hp_aaa *aaa; /* copied; NULL: the subscribers' own `aaa` keys */
	uint64_t seed;
};

int hp_guard_create(struct hp_guard **out, const struct hp_guard_conf *conf, struct hp_now now); /* 0, -ENOMEM, -ENOSYS */
void hp_guard_destroy(struct hp_guard *g);
enum hp_guard_method hp_guard_method(const struct hp_guard *g);
struct hp_subscribers *hp_guard_subscribers(const struct hp_guard *g);
/* Another table in the place of its own, which the caller has from now on. */
struct hp_subscribers *hp_guard_exchange(struct hp_guard *g, struct hp_subscribers *fresh);
struct hp_hmac *hp_guard_hmac(const struct hp_guard *g);
struct hp_ipsec *hp_guard_ipsec(const struct hp_guard *g); /* for messages; NULL: another method protects them */
/* Those of tunnels are there whatever the method. */
struct hp_associations *hp_guard_associations(const struct hp_guard *g);
/* The numbers of those by which tunnel packets go to the node: all, and home tests; 0: none. */
struct hp_guard_tunnel {
	uint32_t payload, home_test;
};
struct hp_guard_tunnel hp_guard_tunnel(const struct hp_guard *g, const struct hp_ip6 *hoa);
struct hp_associations *hp_guard_exchange_associations(struct hp_guard *g, struct hp_associations *fresh);
const uint64_t *hp_guard_count(const struct hp_guard *g); /* HP_REFUSED_COUNT values */

/* A Binding Update as far as its proof goes. */
struct hp_guard_update {
	const struct hp_bu *bu;
	const uint8_t *message; /* its Mobility Header, hp_bu_read said OK */
	struct hp_ip6 hoa, coa, source;
	uint16_t link;        /* for events */
	uint32_t association; /* it came through; 0: none */
};

/* What an update has proved: kept with the registration, its acknowledgement is made of it. */
struct hp_credential {
	uint32_t spi; /* of the acknowledgement's MN-HA option; 0: it has none */
	bool fresh;   /* replay was judged here: the binding's sequence number is not to be held against it */
	bool has_timestamp;
	uint64_t timestamp;     /* of the acknowledgement */
	uint16_t last_sequence; /* with HP_BA_SEQUENCE */
};

#define HP_GUARD_PASS    (-1)
#define HP_GUARD_SILENCE (-2)
/* HP_GUARD_PASS, HP_GUARD_SILENCE, or the status to refuse it with. Counted, told (HP_EVENT_REFUSED), and what was accepted goes to the
 * disk (HP_EFFECT_ACCEPTED) before what the caller pushes next. */
int hp_guard_update(struct hp_guard *g, const struct hp_guard_update *u, struct hp_now now, struct hp_credential *out,
		    struct hp_effects *fx);
/* Updates of these home addresses are about to come. */
void hp_guard_foresee(const struct hp_guard *g, const struct hp_ip6 *const hoa[], unsigned int n);
/* The acknowledgement's body, proved as the update was. Octets, or -errno: -ENOENT: the key is no more, nothing is to be sent. */
int hp_guard_acknowledge(struct hp_guard *g, const struct hp_credential *credential, const struct hp_ip6 *hoa, const struct hp_ip6 *coa,
			 const struct hp_ba *ba, void *body, size_t room);

/* What was accepted before a restart, from the disk. */
void hp_guard_restore(struct hp_guard *g, const struct hp_ip6 *hoa, uint32_t spi, uint64_t value);

#endif
