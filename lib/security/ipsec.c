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

static enum hp_ipsec_counter why_not_opened(enum hp_esp_result result)
{
	return result == HP_ESP_WRONG_ICV ? HP_IPSEC_ICV : HP_IPSEC_MALFORMED;
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
	const size_t len = hp_packet_payload_len(p);
	struct hp_reader r = hp_reader(hp_packet_payload(p), len);
	struct refusal no = {HP_IPSEC_MALFORMED, hoa, &p->src, link, hp_read_u32(&r)};
	const uint32_t low = hp_read_u32(&r);
	struct hp_association *a = NULL;
	enum hp_esp_result result;
	uint64_t sequence;
	size_t inside;
	uint8_t proto;

	if (!hp_reader_ok(&r) || p->len > HP_IPSEC_MESSAGE)
		goto refused;
	/* Cheap questions first; the policy's home address is the option's (RFC 3776 §4.2). */
	a = hp_associations_inbound(x->associations, no.spi);
	no.why = !a                                    ? HP_IPSEC_UNKNOWN_SPI
		 : a->mode != HP_ASSOCIATION_TRANSPORT ? HP_IPSEC_MODE
		 : !hp_ip6_eq(&a->hoa, hoa)            ? HP_IPSEC_ADDRESS
						       : HP_IPSEC_REPLAYED;
	if (no.why != HP_IPSEC_REPLAYED || !hp_replay_check(&a->replay, low, &sequence))
		goto refused;
	result = hp_esp_open(x->esp, a, sequence, hp_packet_payload(p), len, out + p->payload_at, &inside, &proto);
	no.why = why_not_opened(result);
	if (result != HP_ESP_OK || !hp_replay_accept(&a->replay, sequence))
		goto refused;
	no.why = proto == HP_PROTO_NONE ? HP_IPSEC_DUMMY : HP_IPSEC_SELECTOR;
	if (proto == HP_PROTO_NONE || !unwrap(x, a, p, out, p->payload_at + inside, proto))
		goto refused;
	no.why = HP_IPSEC_UNKNOWN_SPI;
	if (!hp_associations_used(x->associations, a, 1, inside, fx))
		goto refused;
	x->count[HP_IPSEC_OPENED]++;
	*association = no.spi;
	return (int)(p->payload_at + inside);
refused:
	refuse(x, &no, now, fx);
	return -EPERM;
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
