/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/ipsec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/rate.h"
#include "wire/discovery.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

#define EVENTS_PER_S 20 /* refusals told to the operator; counters tell them all */
#define EVENTS_BURST 100

const struct hp_counter_info hp_ipsec_counters[HP_IPSEC_COUNT] = {HP_IPSEC_COUNTERS(HP_COUNTER_INFO)};

struct hp_ipsec {
	struct hp_associations *associations;
	struct hp_esp *esp;
	bool node;
	struct hp_rate events;
	uint64_t count[HP_IPSEC_COUNT];
};

/* What associations protect, by the type of message that comes to an agent and to a node (RFC 4877 §4.3, §6.1). */
static const struct selector {
	uint8_t proto, to_agent, to_node;
} selectors[] = {
	[HP_PROTECT_REGISTRATION] = {HP_PROTO_MH, HP_MH_BU, HP_MH_BA},
	[HP_PROTECT_PREFIX_DISCOVERY] = {HP_PROTO_ICMPV6, HP_ICMP6_MPS, HP_ICMP6_MPA},
};

int hp_ipsec_create(struct hp_ipsec **out, bool node, uint64_t seed, struct hp_now now)
{
	struct hp_ipsec *x = calloc(1, sizeof(*x));
	int ret;

	if (!x)
		return -ENOMEM;
	x->node = node;
	hp_rate_init(&x->events, EVENTS_PER_S, EVENTS_BURST, now.mono_ms);
	ret = hp_associations_create(&x->associations, seed, now);
	ret = ret ? ret : hp_esp_create(&x->esp);
	if (ret) {
		hp_ipsec_destroy(x);
		return ret;
	}
	*out = x;
	return 0;
}

void hp_ipsec_destroy(struct hp_ipsec *x)
{
	if (!x)
		return;
	hp_associations_destroy(x->associations);
	hp_esp_destroy(x->esp);
	free(x);
}

struct hp_associations *hp_ipsec_associations(const struct hp_ipsec *x)
{
	return x->associations;
}

struct hp_associations *hp_ipsec_exchange(struct hp_ipsec *x, struct hp_associations *fresh)
{
	struct hp_associations *before = x->associations;

	x->associations = fresh;
	return before;
}

const uint64_t *hp_ipsec_count(const struct hp_ipsec *x)
{
	return x->count;
}

/* In whose name we send: the home address is what policy sees, wherever it lies (RFC 3776 §4.2). */
static const struct hp_ip6 *home_address(const struct hp_ipsec *x, const struct hp_send *s)
{
	if (!x->node)
		return &s->dst;
	return hp_ip6_is_any(&s->hoa) ? &s->src : &s->hoa;
}

static struct hp_association *outbound(const struct hp_ipsec *x, const struct hp_send *s)
{
	return hp_associations_outbound(x->associations, home_address(x, s), s->protection);
}

size_t hp_ipsec_len(const struct hp_ipsec *x, const struct hp_send *s, size_t len)
{
	const struct hp_association *a = s->protection == HP_PROTECT_NONE ? NULL : outbound(x, s);

	return a ? len - s->body_len + hp_esp_len(a, s->body_len) : len;
}

static void set_payload_len(uint8_t *packet, size_t len)
{
	packet[4] = (uint8_t)((len - HP_IP6_HEADER) >> 8);
	packet[5] = (uint8_t)(len - HP_IP6_HEADER);
}

int hp_ipsec_seal(struct hp_ipsec *x, const struct hp_send *s, uint8_t *packet, size_t len, const uint8_t iv[HP_ESP_IV],
		  struct hp_effects *fx)
{
	struct hp_association *a;
	struct hp_packet p;
	uint64_t sequence;
	size_t inside, sealed;

	if (s->protection == HP_PROTECT_NONE)
		return (int)len;
	a = outbound(x, s);
	if (!a) {
		x->count[HP_IPSEC_NO_ASSOCIATION]++;
		return -ENOENT;
	}
	if (hp_packet_read_node(&p, packet, len) != HP_WALK_OK || p.payload_at != len - s->body_len) {
		x->count[HP_IPSEC_FAILED]++;
		return -EINVAL;
	}
	if (!hp_associations_next(a, &sequence)) {
		x->count[HP_IPSEC_EXHAUSTED]++;
		return -EOVERFLOW;
	}
	inside = s->body_len;
	if (!hp_associations_used(x->associations, a, 1, inside, fx)) {
		x->count[HP_IPSEC_EXHAUSTED]++;
		return -EOVERFLOW;
	}
	sealed = hp_esp_len(a, inside);
	if (hp_esp_seal(x->esp, a, sequence, iv, p.proto, packet + p.payload_at, inside)) {
		x->count[HP_IPSEC_FAILED]++;
		return -EIO;
	}
	packet[p.next_at] = HP_PROTO_ESP;
	len = p.payload_at + sealed;
	set_payload_len(packet, len);
	x->count[HP_IPSEC_SEALED]++;
	return (int)len;
}

struct refusal {
	enum hp_ipsec_counter why;
	const struct hp_ip6 *hoa, *source;
	uint16_t link;
	uint32_t spi;
};

static void refuse(struct hp_ipsec *x, const struct refusal *r, struct hp_now now, struct hp_effects *fx)
{
	x->count[r->why]++;
	if (hp_rate_take(&x->events, now.mono_ms))
		hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_EVENT,
							.event = {.kind = HP_EVENT_REFUSED,
								  .hoa = *r->hoa,
								  .coa = *r->source,
								  .link = r->link,
								  .code = HP_EVENT_UNANSWERED,
								  .reason = hp_ipsec_counters[r->why].name,
								  .spi = r->spi}});
}

/* Whether what was inside is what the association is for. */
static bool matches(const struct hp_ipsec *x, const struct hp_association *a, const struct hp_packet *p)
{
	const struct selector *s = &selectors[a->protects];
	const size_t type_at = p->proto == HP_PROTO_MH ? 2 : 0;

	return p->proto == s->proto && !p->is_fragment && hp_packet_payload_len(p) > type_at &&
	       hp_packet_payload(p)[type_at] == (x->node ? s->to_node : s->to_agent);
}

/* An ESP packet on its way through the checks. */
struct arrival {
	const uint8_t *esp;
	size_t len;
	enum hp_association_mode mode;
	const struct hp_ip6 *hoa; /* that it must be of; NULL: the association says */
	uint32_t spi;
	struct hp_association *a;
	size_t inside;
	uint8_t proto; /* of what is inside */
};

/* Cheap questions first; the policy's home address is the option's (RFC 3776 §4.2). HP_IPSEC_OPENED, or why not. */
static enum hp_ipsec_counter prove(struct hp_ipsec *x, struct arrival *at, uint8_t *out)
{
	struct hp_reader r = hp_reader(at->esp, at->len);
	enum hp_esp_result result;
	uint64_t sequence;
	uint32_t low;

	at->spi = hp_read_u32(&r);
	low = hp_read_u32(&r);
	if (!hp_reader_ok(&r))
		return HP_IPSEC_MALFORMED;
	at->a = hp_associations_inbound(x->associations, at->spi);
	if (!at->a)
		return HP_IPSEC_UNKNOWN_SPI;
	if (at->a->mode != at->mode)
		return HP_IPSEC_MODE;
	if (at->hoa && !hp_ip6_eq(&at->a->hoa, at->hoa))
		return HP_IPSEC_ADDRESS;
	if (!hp_replay_check(&at->a->replay, low, &sequence))
		return HP_IPSEC_REPLAYED;
	result = hp_esp_open(x->esp, at->a, sequence, at->esp, at->len, out, &at->inside, &at->proto);
	if (result != HP_ESP_OK)
		return result == HP_ESP_WRONG_ICV ? HP_IPSEC_ICV : HP_IPSEC_MALFORMED;
	if (!hp_replay_accept(&at->a->replay, sequence))
		return HP_IPSEC_REPLAYED;
	return at->proto == HP_PROTO_NONE ? HP_IPSEC_DUMMY : HP_IPSEC_OPENED;
}

/* The packet around `inner` octets at `at`, of protocol `proto`; again read, because there may be extension headers inside. */
static bool unwrap(const struct hp_ipsec *x, const struct hp_association *a, const struct hp_packet *p, uint8_t *out, size_t len,
		   uint8_t proto)
{
	struct hp_packet plain;

	memcpy(out, p->data, p->payload_at);
	out[p->next_at] = proto;
	set_payload_len(out, len);
	/* A Home Address option inside would come after ESP, where none may be (RFC 6275 §6.3). */
	return (x->node ? hp_packet_read_node(&plain, out, len) : hp_packet_read(&plain, out, len)) == HP_WALK_OK &&
	       plain.has_hao == p->has_hao && plain.has_rh2 == p->has_rh2 && matches(x, a, &plain);
}

int hp_ipsec_open(struct hp_ipsec *x, const struct hp_packet *p, uint16_t link, struct hp_now now, uint8_t out[HP_IPSEC_MESSAGE],
		  uint32_t *association, struct hp_effects *fx)
{
	const struct hp_ip6 *hoa = x->node ? hp_packet_destination(p) : hp_packet_source(p);
	struct arrival at = {.esp = hp_packet_payload(p), .len = hp_packet_payload_len(p), .mode = HP_ASSOCIATION_TRANSPORT, .hoa = hoa};
	struct refusal no = {HP_IPSEC_MALFORMED, hoa, &p->src, link, 0};

	if (p->len > HP_IPSEC_MESSAGE)
		goto refused;
	no.why = prove(x, &at, out + p->payload_at);
	if (no.why != HP_IPSEC_OPENED)
		goto refused;
	no.why = HP_IPSEC_SELECTOR;
	if (!unwrap(x, at.a, p, out, p->payload_at + at.inside, at.proto))
		goto refused;
	no.why = HP_IPSEC_UNKNOWN_SPI;
	if (!hp_associations_used(x->associations, at.a, 1, at.inside, fx))
		goto refused;
	x->count[HP_IPSEC_OPENED]++;
	*association = at.spi;
	return (int)(p->payload_at + at.inside);
refused:
	no.spi = at.spi;
	refuse(x, &no, now, fx);
	return -EPERM;
}

/* A home test message that goes this way: a node sends HoTI and gets HoT (RFC 4877 §4.3). */
static bool is_home_test(const uint8_t *packet, size_t len, enum hp_mh_type type)
{
	struct hp_packet p;

	return hp_packet_read(&p, packet, len) == HP_WALK_OK && !p.is_fragment && p.proto == HP_PROTO_MH && hp_packet_payload_len(&p) > 2 &&
	       hp_packet_payload(&p)[2] == type;
}

int hp_ipsec_seal_inner(struct hp_ipsec *x, const struct hp_ip6 *hoa, uint8_t *packet, size_t len, const uint8_t iv[HP_ESP_IV],
			struct hp_effects *fx)
{
	struct hp_association *a = NULL;
	uint64_t sequence;
	size_t sealed;

	if (is_home_test(packet, len, HP_MH_HOTI))
		a = hp_associations_outbound(x->associations, hoa, HP_PROTECT_HOME_TEST);
	if (!a)
		a = hp_associations_outbound(x->associations, hoa, HP_PROTECT_PAYLOAD);
	if (!a)
		return 0;
	if (!hp_associations_next(a, &sequence) || !hp_associations_used(x->associations, a, 1, len, fx)) {
		x->count[HP_IPSEC_EXHAUSTED]++;
		return -EOVERFLOW;
	}
	sealed = hp_esp_len(a, len);
	if (hp_esp_seal(x->esp, a, sequence, iv, HP_PROTO_IPV6, packet, len)) {
		x->count[HP_IPSEC_FAILED]++;
		return -EIO;
	}
	x->count[HP_IPSEC_SEALED]++;
	return (int)sealed;
}

/* Of the node that the association is of, and what it is for. */
static bool matches_inner(const struct hp_association *a, const uint8_t *inner, size_t len)
{
	return len >= HP_IP6_HEADER && inner[0] >> 4 == 6 &&
	       (memcmp(inner + 24, &a->hoa, sizeof(a->hoa)) == 0 || (a->protects == HP_PROTECT_PAYLOAD && inner[24] == 0xff)) &&
	       (a->protects == HP_PROTECT_PAYLOAD || is_home_test(inner, len, HP_MH_HOT));
}

bool hp_ipsec_is_tunnelled(const struct hp_ipsec *x, const uint8_t *esp, size_t len)
{
	struct hp_reader r = hp_reader(esp, len);
	const struct hp_association *a = hp_associations_inbound(x->associations, hp_read_u32(&r));

	return !a || a->mode == HP_ASSOCIATION_TUNNEL;
}

int hp_ipsec_open_inner(struct hp_ipsec *x, const uint8_t *esp, size_t len, const struct hp_ip6 *source, struct hp_now now, uint8_t *out,
			struct hp_effects *fx)
{
	struct arrival at = {.esp = esp, .len = len, .mode = HP_ASSOCIATION_TUNNEL};
	struct refusal no = {.hoa = &HP_IP6_ANY, .source = source, .link = HP_LINK_ANY};

	no.why = prove(x, &at, out);
	no.spi = at.spi;
	if (at.a)
		no.hoa = &at.a->hoa;
	if (no.why == HP_IPSEC_OPENED && (at.proto != HP_PROTO_IPV6 || !matches_inner(at.a, out, at.inside)))
		no.why = HP_IPSEC_SELECTOR;
	if (no.why == HP_IPSEC_OPENED && hp_associations_used(x->associations, at.a, 1, at.inside, fx)) {
		x->count[HP_IPSEC_OPENED]++;
		return (int)at.inside;
	}
	if (no.why == HP_IPSEC_OPENED) {
		no.why = HP_IPSEC_UNKNOWN_SPI;
		no.hoa = &HP_IP6_ANY; /* the association is no more */
	}
	refuse(x, &no, now, fx);
	return -EPERM;
}

bool hp_ipsec_permits_inner(struct hp_ipsec *x, const struct hp_ip6 *hoa, const uint8_t *packet, size_t len, const struct hp_ip6 *source,
			    struct hp_now now, struct hp_effects *fx)
{
	const struct refusal no = {HP_IPSEC_UNPROTECTED, hoa, source, HP_LINK_ANY, 0};

	for (const struct hp_association *a = hp_associations_of(x->associations, hoa); a; a = a->older)
		if (!a->out &&
		    (a->protects == HP_PROTECT_PAYLOAD || (a->protects == HP_PROTECT_HOME_TEST && is_home_test(packet, len, HP_MH_HOT)))) {
			refuse(x, &no, now, fx);
			return false;
		}
	return true;
}

bool hp_ipsec_permits(struct hp_ipsec *x, enum hp_protection wanted, const struct hp_ip6 *hoa, const struct hp_ip6 *source, uint16_t link,
		      uint32_t association, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_association *a = association ? hp_associations_inbound(x->associations, association) : NULL;
	const struct refusal no = {association ? HP_IPSEC_WRONG_ASSOCIATION : HP_IPSEC_UNPROTECTED, hoa, source, link, association};

	if (a && a->protects == wanted && hp_ip6_eq(&a->hoa, hoa))
		return true;
	refuse(x, &no, now, fx);
	return false;
}

bool hp_ipsec_permits_update(struct hp_ipsec *x, const struct hp_ipsec_update *u, struct hp_now now, struct hp_effects *fx)
{
	const struct refusal no = {HP_IPSEC_NO_ALTERNATE, &u->hoa, &u->source, u->link, u->association};

	if (!hp_ipsec_permits(x, HP_PROTECT_REGISTRATION, &u->hoa, &u->source, u->link, u->association, now, fx))
		return false;
	/* From home the source is the home address itself, which the association vouches for (RFC 3776 §3.1). */
	if (u->has_alternate_coa || hp_ip6_eq(&u->source, &u->hoa))
		return true;
	refuse(x, &no, now, fx);
	return false;
}

void hp_ipsec_tick(struct hp_ipsec *x, struct hp_now now, struct hp_effects *fx)
{
	hp_associations_tick(x->associations, now, fx);
}

uint64_t hp_ipsec_next(const struct hp_ipsec *x)
{
	return hp_associations_next_ms(x->associations);
}
