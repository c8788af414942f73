/* SPDX-License-Identifier: BSD-3-Clause */
/* A correspondent and the mobile nodes around it: what comes in is written as text, and so is what comes of it. The nodes' cryptography is
 * OpenSSL's one-shot HMAC() and SHA1() over octets laid out here; nothing of lib/security or of our encoders. */
#ifndef HP_TESTS_CORRESPONDENT_SCENE_H
#define HP_TESTS_CORRESPONDENT_SCENE_H

#include "correspondent/correspondent.h"
#include "craft.h"

#define SCENE_ADDRESSES 64
#define SCENE_USED      1024

/* What a node got in a Home Test or Care-of Test. */
struct scene_token {
	bool there;
	uint16_t index;
	uint8_t octets[8];
};

struct scene {
	struct hp_correspondent *c;
	struct hp_effects *fx;
	struct hp_now now;
	bool used[SCENE_USED], no_random;
	const uint16_t *first_index; /* not NULL: of the first nonce */
	int policy;                  /* -1: everything */
	uint16_t mtu;
	/* By home (0) or care-of (1), address and correspondent. */
	struct {
		struct hp_ip6 address, correspondent;
		struct scene_token token;
	} got[2][SCENE_ADDRESSES];
	unsigned int gots[2];
	/* Those last given, a ring; and the newest one's index. */
	struct scene_nonce {
		uint16_t index;
		uint8_t kcn[20], nonce[8];
	} nonce[16];
	unsigned int nonces;
	uint16_t index;
	uint64_t random;
	uint8_t kbm[20];       /* of the update last sent */
	struct hp_ip6 covered; /* and the care-of address of its authenticator */
	char log[4096];
	size_t logged;
};

struct scene_conf {
	uint32_t max_bindings, max_lifetime_s; /* 0: 16 and 420 */
};

/* An update, before it is proved. */
struct scene_bu {
	struct hp_ip6 src, hoa, dst, alternate; /* hoa ::: no Home Address option; alternate ::: none */
	uint16_t sequence, lifetime;
	bool a, k, l, own, home_registered;
	const struct scene_token *home, *careof; /* careof NULL: index 0 and no token */
	const uint16_t *careof_index;            /* not NULL: instead of careof's */
	bool no_nonces, no_authorization, padded, key_both, cover_coa;
	uint8_t octets; /* of the authenticator, 0: 12 */
	uint8_t wrong;  /* which of them is, counted from 1 */
};

void scene_open(struct scene *s, const struct scene_conf *conf);
void scene_close(struct scene *s);
struct hp_ip6 scene_address(const char *name);
/* Hands a packet in: type as in its Mobility Header. */
void scene_packet(struct scene *s, const uint8_t *packet, size_t len, bool own, bool home_registered);
/* A test, and what came of it kept: NULL when nothing did. */
const struct scene_token *scene_test(struct scene *s, bool careof, const struct hp_ip6 *address, const struct hp_ip6 *correspondent);
const struct scene_token *scene_token(const struct scene *s, bool careof, const struct hp_ip6 *address, const struct hp_ip6 *correspondent);
void scene_update(struct scene *s, const struct scene_bu *bu);
/* The octets of one, as they go over the wire. */
size_t scene_craft(struct scene *s, const struct scene_bu *bu, uint8_t packet[CRAFT_ROOM]);
/* Runs time forward, ticking whenever the core wants it. */
void scene_wait(struct scene *s, uint64_t ms);
/* What happened so far as text, and none is left. It lives until the next call. */
const char *scene_log(struct scene *s);
/* Steps, separated by "; ". Their effects go to the log.
 *   home NODE [CORRESPONDENT], careof NODE [CORRESPONDENT]: a test
 *   bu WORD…: an update with the tokens of tests before. hao=H from=C1 to=S seq=1 life=60 are what is not said; also alt=NODE, nohao, noa, k, l,
 *             home=NODE, careof=NODE (whose token), homeindex=N, careofindex=N (added to the index), type (139), nononces, noauth, padded,
 *             wrong[=N], octets=N, keyboth, covercoa
 *   wait MS, late MS (time passes, but no tick comes), used ID, idle ID, touch HOA CORRESPONDENT, policy STATUS, norandom, random, linkmtu N, reroute, quiet (the log so far is of no interest)
 *   unreachable HOA COA, mtu HOA COA OCTETS, find HOA [CORRESPONDENT], count */
void scene_run(struct scene *s, const char *script);

#endif
