/* SPDX-License-Identifier: BSD-3-Clause */
/* What the room's files share: the one object, its links, a timer that knows what to do. Management thread. */
#ifndef HP_NEIGHBOR_STATE_H
#define HP_NEIGHBOR_STATE_H

#include <sys/queue.h>

#include "base/hash.h"
#include "base/table.h"
#include "base/wheel.h"
#include "neighbor/neighbor.h"
#include "wire/mld.h"
#include "wire/nd.h"

/* RFC 4861 §10 */
#define RETRANS_MS                    1000
#define MAX_SOLICIT                   3 /* multicast and unicast alike */
#define REACHABLE_MS                  30000
#define DELAY_FIRST_PROBE_MS          5000
#define MAX_NEIGHBOR_ADVERTISEMENT    3
#define MAX_INITIAL_ADVERTISEMENTS    3
#define MAX_INITIAL_INTERVAL_MS       16000
#define MAX_RA_DELAY_MS               500
#define MAX_RTR_SOLICITATION_DELAY_MS 1000
#define MAX_ANYCAST_DELAY_MS          1000

struct alarm {
	struct hp_timer timer;
	void (*fire)(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);
};

/* (link, address): the key of every table here. No padding. */
struct place {
	struct hp_ip6 address;
	uint32_t link;
};
_Static_assert(sizeof(struct place) == 20, "hashed as bytes");

/* Neighbour cache entry. */
struct entry {
	struct hp_table_node node;
	struct place place;
	struct hp_mac mac;
	enum hp_neighbor_state state;
	bool is_router, published;
	uint8_t probes, queued;
	void *queue[HP_NEIGHBOR_QUEUE];
	uint64_t since_ms;
	struct alarm alarm;
	TAILQ_ENTRY(entry) waiting; /* in nb->waiting: packets are queued; who waits longest first */
	TAILQ_ENTRY(entry) cheap;   /* in nb->cheap: INCOMPLETE or STALE, oldest first: what makes room */
	bool is_cheap;
};
TAILQ_HEAD(entry_list, entry);

enum own_state { OWN_IDLE, OWN_TENTATIVE, OWN_VALID, OWN_DUPLICATE };
struct own {
	struct hp_own_address conf;
	uint16_t link;
	bool anycast; /* others may have it too: never a source, never tested (RFC 4862 §5.4) */
	enum own_state state;
	uint64_t since_ms; /* lifetimes run from here */
	uint8_t left;      /* solicitations still to send */
	uint8_t nonce[6];  /* of our probes: a looped-back one is no conflict (RFC 7527) */
	struct alarm alarm;
	/* Of an anycast address: who waits for the advertisement that the alarm sends. */
	struct hp_ip6 asker;
	bool asker_has_mac;
	struct hp_mac asker_mac;
};

enum proxied_state { PROXIED_PROBING, PROXIED_PROBED, PROXIED_DEFENDED };
struct proxied {
	struct hp_table_node node;
	struct place place;
	enum proxied_state state;
	uint8_t left; /* announcements still to send */
	uint8_t nonce[6];
	struct alarm alarm;
};

struct group {
	struct hp_table_node node;
	struct place place;
	uint32_t references;       /* of those who want it from any source */
	bool answer;               /* the alarm answers a query */
	struct hp_hearing hearing; /* nothing any more: leaving, until its last message is sent */
	struct alarm alarm;
};

/* own[0] is the link-local address of a real link; anycast ones come last. */
struct owns {
	unsigned int count;
	struct own **own;
};

struct link {
	struct hp_neighbor_link conf;
	uint16_t number;
	bool up;
	struct owns owns;
	struct {
		struct alarm alarm;
		unsigned int sent;
		bool started;
		uint64_t last_ms;        /* last multicast one; 0: none */
		unsigned int gone_count; /* prefixes that were taken away */
		struct hp_ra_prefix gone[HP_RA_PREFIXES];
		uint64_t told_ms; /* when the operator was last told that another router contradicts us; 0: never */
	} ra;
	struct {
		struct alarm alarm; /* answer to a general query */
		bool first;
		uint64_t cursor;
		uint64_t v1_until_ms; /* an MLDv1 querier was heard: speak its language */
	} mld;
};

struct hp_neighbor {
	struct hp_neighbor_conf conf;
	unsigned int links;
	struct link *link;
	struct hp_wheel *wheel;
	struct hp_random random;
	struct hp_table *cache, *proxies, *groups;
	struct entry_list cheap, waiting;
	unsigned int queued; /* packets of all who wait */
	uint64_t count[HP_NB_COUNT];
};

static inline struct place place_of(uint16_t link, const struct hp_ip6 *address)
{
	return (struct place){*address, link};
}

static inline void alarm_set(struct hp_neighbor *nb, struct alarm *a, uint64_t at_ms)
{
	hp_wheel_arm(nb->wheel, &a->timer, at_ms);
}

static inline void alarm_clear(struct hp_neighbor *nb, struct alarm *a)
{
	hp_wheel_disarm(nb->wheel, &a->timer);
}

/* send.c */
/* An ICMPv6 message of ours with hop limit 255; mac NULL: of the multicast destination, or by resolution. */
void hp_nd_send(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_mac *mac,
		const void *body, int len, struct hp_effects *fx);
/* src NULL: a DAD probe (source ::, with nonce). dst_mac NULL: to the solicited-node group. */
void hp_nd_solicit(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *src, const struct hp_ip6 *target,
		   const struct hp_mac *dst_mac, const uint8_t nonce[6], struct hp_effects *fx);
void hp_nd_nonce(struct hp_neighbor *nb, uint8_t nonce[6]);

/* cache.c */
void hp_cache_advertisement(struct hp_neighbor *nb, uint16_t link, const struct hp_na *na, struct hp_now now, struct hp_effects *fx);
void hp_cache_router(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address);
void hp_cache_flush(struct hp_neighbor *nb, uint16_t link, bool all, struct hp_effects *fx);

/* own.c */
void hp_own_init(struct own *o);
/* No more ours: told, its group left. It is the caller's to free. */
void hp_own_retire(struct hp_neighbor *nb, struct own *o, struct hp_now now, struct hp_effects *fx);
void hp_own_start(struct hp_neighbor *nb, struct link *l, struct hp_now now, struct hp_effects *fx);
struct own *hp_own_find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address);
/* True: the message was about one of our addresses. */
bool hp_own_solicited(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, const struct hp_ns *ns,
		      struct hp_now now, struct hp_effects *fx);
bool hp_own_advertised(struct hp_neighbor *nb, uint16_t link, const struct hp_na *na, struct hp_now now, struct hp_effects *fx);

/* owns.c */
/* The addresses that the link is to have by `conf`; those that it has already are taken over as they are. 0 or -ENOMEM. */
int hp_owns_plan(const struct link *l, const struct hp_neighbor_link *conf, uint64_t now_ms, struct owns *out);
/* The plan comes true; true: something is different now. Cannot fail. */
bool hp_owns_adopt(struct hp_neighbor *nb, struct link *l, struct owns *fresh, const struct hp_neighbor_link *conf, struct hp_now now,
		   struct hp_effects *fx);
/* All of them `but` those of another list (NULL: none). */
void hp_owns_free(struct owns *s, const struct owns *but);

/* proxy.c */
bool hp_proxy_solicited(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, const struct hp_ns *ns,
			struct hp_now now, struct hp_effects *fx);
bool hp_proxy_advertised(struct hp_neighbor *nb, uint16_t link, const struct hp_na *na, struct hp_now now, struct hp_effects *fx);
void hp_proxy_carrier(struct hp_neighbor *nb, uint16_t link, struct hp_now now, struct hp_effects *fx);

/* advert.c */
void hp_advert_start(struct hp_neighbor *nb, struct link *l, struct hp_now now);
/* What it says is different now. */
void hp_advert_changed(struct hp_neighbor *nb, struct link *l, struct hp_now now);
void hp_advert_stop(struct hp_neighbor *nb, struct link *l);
void hp_advert_solicited(struct hp_neighbor *nb, struct link *l, struct hp_now now);
/* Another router's: held against ours (RFC 4861 §6.2.7). */
void hp_advert_heard(struct hp_neighbor *nb, struct link *l, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now now,
		     struct hp_effects *fx);
void hp_advert_farewell(struct hp_neighbor *nb, struct link *l, struct hp_now now, struct hp_effects *fx);
void hp_advert_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);

/* mld.c */
int hp_mld_join(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx);
void hp_mld_leave(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, struct hp_now now, struct hp_effects *fx);
void hp_mld_heard(struct hp_neighbor *nb, struct link *l, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);
void hp_mld_carrier(struct hp_neighbor *nb, struct link *l, struct hp_now now);
void hp_mld_all_fire(struct hp_neighbor *nb, struct alarm *a, struct hp_now now, struct hp_effects *fx);

#endif
