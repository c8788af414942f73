/* SPDX-License-Identifier: BSD-3-Clause */
/* IPsec for the messages of a home registration, as home agent and mobile node both do it (RFC 3776, 4877): which message is to be protected
 * by which security association, whole packets sealed and opened in transport mode, and what is refused. One management thread. */
#ifndef HP_SECURITY_IPSEC_H
#define HP_SECURITY_IPSEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/effect.h"
#include "base/ip6.h"
#include "base/now.h"
#include "security/association.h"
#include "security/esp.h"
#include "wire/packet.h"

struct hp_ipsec;

#define HP_IPSEC_COUNTERS(X)                                                                                                               \
	X(HP_IPSEC_SEALED, "ipsec.sealed", "messages of ours protected by ESP")                                                            \
	X(HP_IPSEC_OPENED, "ipsec.opened", "messages taken out of ESP")                                                                    \
	X(HP_IPSEC_NO_ASSOCIATION, "ipsec.no_association", "messages of ours not sent: no security association protects them")             \
	X(HP_IPSEC_EXHAUSTED, "ipsec.exhausted", "messages of ours not sent: sequence numbers or limits of their association are used up") \
	X(HP_IPSEC_FAILED, "ipsec.failed", "messages of ours not sent: the encryption library failed, or they are no message")             \
	X(HP_IPSEC_MALFORMED, "ipsec.malformed",                                                                                           \
	  "ESP packets dropped: shorter than their parts, padded wrongly, or too long for a message")                                      \
	X(HP_IPSEC_UNKNOWN_SPI, "ipsec.unknown_spi", "ESP packets dropped: no security association has their SPI")                         \
	X(HP_IPSEC_MODE, "ipsec.wrong_mode", "ESP packets dropped: transport mode by an association for tunnels")                          \
	X(HP_IPSEC_ADDRESS, "ipsec.wrong_address", "ESP packets dropped: the association is of another home address")                      \
	X(HP_IPSEC_REPLAYED, "ipsec.replayed", "ESP packets dropped: the sequence number came before, or is too old")                      \
	X(HP_IPSEC_ICV, "ipsec.wrong_icv", "ESP packets dropped: the integrity check value is wrong")                                      \
	X(HP_IPSEC_DUMMY, "ipsec.dummy", "ESP packets dropped as they were meant to be: dummies (RFC 4303 §2.6)")                          \
	X(HP_IPSEC_SELECTOR, "ipsec.selector", "ESP packets dropped: what was inside is not what their association protects")              \
	X(HP_IPSEC_UNPROTECTED, "ipsec.unprotected", "messages ignored: not protected, as they have to be")                                \
	X(HP_IPSEC_WRONG_ASSOCIATION, "ipsec.wrong_association", "messages ignored: protected by an association for something else")       \
	X(HP_IPSEC_NO_ALTERNATE, "ipsec.no_alternate_coa",                                                                                 \
	  "Binding Updates ignored: without alternate care-of address ESP does not cover where the node is (RFC 3776 §3.1)")
enum hp_ipsec_counter { HP_IPSEC_COUNTERS(HP_COUNTER_ENUM) HP_IPSEC_COUNT };
extern const struct hp_counter_info hp_ipsec_counters[HP_IPSEC_COUNT];

/* `node`: this end is the mobile node, else the home agent. 0, -ENOMEM, -ENOSYS: OpenSSL lacks an algorithm. */
int hp_ipsec_create(struct hp_ipsec **out, bool node, uint64_t seed, struct hp_now now);
void hp_ipsec_destroy(struct hp_ipsec *x);
struct hp_associations *hp_ipsec_associations(const struct hp_ipsec *x);
/* Takes another table; the one that was in force is the caller's from now on. */
struct hp_associations *hp_ipsec_exchange(struct hp_ipsec *x, struct hp_associations *fresh);
const uint64_t *hp_ipsec_count(const struct hp_ipsec *x); /* HP_IPSEC_COUNT values */

/* Octets of the packet that hp_ipsec_seal makes of one of `len` octets, which hp_compose made of `s`. */
size_t hp_ipsec_len(const struct hp_ipsec *x, const struct hp_send *s, size_t len);
/* The message of a composed packet becomes an ESP payload, behind the Home Address option or type 2 routing header (RFC 3776 §3), in place:
 * there is room for hp_ipsec_len() octets. `iv`: random. The new length, `len` itself where `s` wants no protection; negative: counted, and
 * the message must not be sent. */
int hp_ipsec_seal(struct hp_ipsec *x, const struct hp_send *s, uint8_t *packet, size_t len, const uint8_t iv[HP_ESP_IV],
		  struct hp_effects *fx);

#define HP_IPSEC_MESSAGE 4096 /* octets of the longest packet that is opened here */
/* An ESP packet to us (p walked OK, proto 50) becomes the packet that was meant, in `out`, and *association the SPI that it came by. Its length,
 * or negative: dropped, counted, told. */
int hp_ipsec_open(struct hp_ipsec *x, const struct hp_packet *p, uint16_t link, struct hp_now now, uint8_t out[HP_IPSEC_MESSAGE],
		  uint32_t *association, struct hp_effects *fx);

/* Tunnel mode (RFC 3776 §3.2, §3.4), as the mobile node does it; at the home agent that is the workers' work. An inner packet of `hoa`, in place, with room
 * for HP_ESP_MOST octets more, becomes what follows the outer header. Its length; 0: it goes as it is; negative: it must not. */
int hp_ipsec_seal_inner(struct hp_ipsec *x, const struct hp_ip6 *hoa, uint8_t *packet, size_t len, const uint8_t iv[HP_ESP_IV],
			struct hp_effects *fx);
/* Whether an ESP packet may be of a tunnel: no association in transport mode has its SPI. */
bool hp_ipsec_is_tunnelled(const struct hp_ipsec *x, const uint8_t *esp, size_t len);
/* What came in ESP from `source`, into `out`, which has room for `len` octets. The inner packet's length, or negative: dropped, counted, told. */
int hp_ipsec_open_inner(struct hp_ipsec *x, const uint8_t *esp, size_t len, const struct hp_ip6 *source, struct hp_now now, uint8_t *out,
			struct hp_effects *fx);
/* Whether an inner packet to `hoa` may come without ESP. False: counted, told. */
bool hp_ipsec_permits_inner(struct hp_ipsec *x, const struct hp_ip6 *hoa, const uint8_t *packet, size_t len, const struct hp_ip6 *source,
			    struct hp_now now, struct hp_effects *fx);

/* Whether a message that has to be protected as `wanted` may be taken: by an association for that, of the node in whose name it speaks. False:
 * counted, told. */
bool hp_ipsec_permits(struct hp_ipsec *x, enum hp_protection wanted, const struct hp_ip6 *hoa, const struct hp_ip6 *source, uint16_t link,
		      uint32_t association, struct hp_now now, struct hp_effects *fx);
/* The same of a Binding Update, of which ESP has to cover the care-of address too. */
struct hp_ipsec_update {
	struct hp_ip6 hoa, source; /* the source of the IPv6 header */
	bool has_alternate_coa;
	uint16_t link;
	uint32_t association;
};
bool hp_ipsec_permits_update(struct hp_ipsec *x, const struct hp_ipsec_update *u, struct hp_now now, struct hp_effects *fx);

/* Limits of time, bounded. */
void hp_ipsec_tick(struct hp_ipsec *x, struct hp_now now, struct hp_effects *fx);
uint64_t hp_ipsec_next(const struct hp_ipsec *x); /* mono_ms */

#endif
