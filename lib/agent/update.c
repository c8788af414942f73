/* SPDX-License-Identifier: BSD-3-Clause */
/* A Binding Update to the decision: the checks of RFC 6275 §6.1.7, §9.5.1, §10.3.1 and §10.3.2 in order. */
#include "agent/acknowledge.h"
#include "agent/registration.h"
#include "agent/state.h"

/* What the checks come to, where it is not a status of the acknowledgement (0..255). */
enum { PASS = HP_GUARD_PASS, SILENCE = HP_GUARD_SILENCE };

/* The home link one of whose addresses the update was sent to: NULL where we are a router or host only. */
static const struct hp_home *home_of(const struct hp_agent *a, const struct hp_ip6 *ha)
{
	for (unsigned int i = 0; i < a->homes->count; i++)
		if (hp_neighbor_is_own(a->conf.neighbor, a->homes->home[i].link, ha))
			return &a->homes->home[i];
	return NULL;
}

static struct hp_request request_of(const struct hp_bu *bu, const struct hp_input *in, const struct hp_packet *p)
{
	return (struct hp_request){
		.hoa = *hp_packet_source(p),
		.coa = bu->has_alternate_coa ? bu->alternate_coa : p->src,
		.ha = p->dst,
		.source = p->src,
		.sequence = bu->sequence,
		.lifetime = bu->lifetime,
		.has_hao = p->has_hao,
		.linklocal = bu->linklocal,
		.key_movable = bu->key_movable,
		.link = in->link,
		.mac = in->mac,
	};
}

/* Tests that end in silence: §6.1.7, §9.5.1, §9.5.4. */
static int check_message(struct hp_agent *a, const struct hp_bu *bu, const struct hp_request *r)
{
	if (hp_ip6_is_any(&r->source) || hp_ip6_is_multicast(&r->source) || !hp_ip6_is_routable(&r->coa)) {
		a->count[HP_AG_SILENT_COA]++;
		return SILENCE;
	}
	if (!hp_ip6_is_routable(&r->hoa)) {
		a->count[HP_AG_SILENT_HOA]++;
		return SILENCE;
	}
	if (bu->has_nonces) {
		a->count[HP_AG_SILENT_NONCES]++;
		return SILENCE;
	}
	/* §10.3.1: the option must be present; §10.3.2: but for a de-registration from home. */
	if (!r->has_hao && r->lifetime) {
		a->count[HP_AG_SILENT_HOA]++;
		return SILENCE;
	}
	return PASS;
}

/* What is refused here the guard has counted and told. */
static int check_authentication(struct hp_agent *a, const struct hp_bu *bu, const struct hp_input *in, const struct hp_packet *p,
				struct hp_request *r, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_guard_update u = {
		.bu = bu,
		.message = hp_packet_payload(p),
		.hoa = r->hoa,
		.coa = r->coa,
		.source = r->source,
		.link = in->link,
		.association = in->association,
	};
	const int verdict = hp_guard_update(a->conf.guard, &u, now, &r->credential, fx);

	if (verdict >= 0)
		hp_acknowledge_send(a, r, (enum hp_ba_status)verdict, verdict == HP_BA_SEQUENCE ? r->credential.last_sequence : r->sequence,
				    0, now, fx);
	return verdict == PASS ? PASS : SILENCE;
}

/* §10.3.1 up to the home address itself. */
static int check_home(const struct hp_agent *a, const struct hp_home *home, const struct hp_request *r, struct hp_now now)
{
	const struct hp_home_prefix *prefix;

	if (!home)
		return HP_BA_NOT_SUPPORTED;
	prefix = hp_home_prefix(home, &r->hoa, now.mono_ms);
	/* The agent's own address must share the home address's subnet (§6.1.7), which a link-local one cannot. */
	if (!prefix || !hp_ip6_is_routable(&r->ha))
		return HP_BA_NOT_HOME_SUBNET;
	if (hp_home_is_anycast(prefix, &r->hoa) || hp_neighbor_is_own(a->conf.neighbor, HP_LINK_ANY, &r->hoa))
		return HP_BA_PROHIBITED;
	return PASS;
}

/* A care-of address that would lead packets back into this box for ever: ours, the home address, one that we serve. */
static int check_coa(const struct hp_agent *a, const struct hp_request *r)
{
	const struct hp_binding *served;
	uint16_t link;

	if (hp_ip6_eq(&r->coa, &r->hoa) || hp_neighbor_is_own(a->conf.neighbor, HP_LINK_ANY, &r->coa) ||
	    hp_neighbor_is_anycast(a->conf.neighbor, &r->coa, &link))
		return HP_BA_INVALID_COA;
	/* Nearly every care-of address is far from home, and a look into a cache of millions is dear. */
	served = hp_homes_cover(a->homes, &r->coa) ? hp_bindings_find(a->bindings, &r->coa) : NULL;
	return served && served->state != HP_BINDING_GONE ? HP_BA_INVALID_COA : PASS;
}

/* An update of a node whose earlier one is still being tested: neither an answer of its own nor a test of its own. False: done with. */
static bool during_dad(struct hp_agent *a, const struct hp_binding *b, const struct hp_request *r)
{
	a->count[HP_AG_DUPLICATE_DAD]++;
	return r->credential.fresh || !hp_mh_sequence_is_old(r->sequence, b->probation->request.sequence);
}

void hp_agent_update(struct hp_agent *a, const struct hp_input *in, const struct hp_packet *p, const struct hp_bu *bu, bool correspondent,
		     struct hp_now now, struct hp_effects *fx)
{
	const struct hp_home *home = home_of(a, &p->dst);
	struct hp_request r = request_of(bu, in, p);
	struct hp_binding *b;
	int verdict;

	r.home_link = home ? home->link : HP_LINK_NONE;
	r.on_home = home && !in->tunnelled && in->has_mac && in->link == home->link &&
		    (hp_ip6_is_linklocal(&r.source) || hp_home_prefix(home, &r.source, now.mono_ms));
	b = hp_bindings_find(a->bindings, &r.hoa);
	if (b && b->state != HP_BINDING_PROBING && b->timer.at_ms <= now.mono_ms) {
		/* Its time is over even if the tick has not come by yet. */
		hp_wheel_disarm(a->wheel, &b->timer);
		hp_registration_due(a, b, now, fx);
		b = NULL;
	}
	/* §9.1: the cache of another address of ours knows nothing of it. */
	if (b && b->link != r.home_link)
		b = NULL;
	verdict = check_message(a, bu, &r);
	if (verdict == PASS && correspondent)
		verdict = HP_BA_TYPE_CHANGE;
	/* Strangers are not told what is registered, and a refusal of what was proved is proved itself (RFC 4285 §5, 5.1.1). */
	if (verdict != SILENCE && check_authentication(a, bu, in, p, &r, now, fx) != PASS)
		verdict = SILENCE;
	if (verdict == PASS && b && b->probation) {
		if (!during_dad(a, b, &r))
			return;
	} else if (verdict == PASS && b && !r.credential.fresh && hp_mh_sequence_is_old(r.sequence, b->sequence)) {
		hp_acknowledge_out_of_window(a, &r, b->sequence, now, fx);
		return;
	} else if (verdict == PASS && b) {
		b->sequence = r.sequence; /* §9.5.1: valid, so it is stored, whatever comes of it below */
	}
	if (verdict == PASS)
		verdict = check_home(a, home, &r, now);
	if (verdict == PASS && r.lifetime)
		verdict = check_coa(a, &r);
	if (verdict == PASS && !r.lifetime && !b)
		verdict = HP_BA_NOT_HOME_AGENT;
	if (verdict == SILENCE)
		return;
	if (verdict != PASS)
		hp_acknowledge_refuse(a, &r, (enum hp_ba_status)verdict, now, fx);
	else if (r.lifetime)
		hp_registration_update(a, b, &r, now, fx);
	else
		hp_registration_delete(a, b, &r, now, fx);
}
