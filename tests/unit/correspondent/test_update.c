/* SPDX-License-Identifier: BSD-3-Clause */
/* Scenes: what comes in, step by step, and all that must come of it, in order. */
#include <stdio.h>

#include "run.h"
#include "scene.h"
#include "tests.h"

struct row {
	const char *clause, *name, *script, *want;
	struct scene_conf conf;
};

static void run(const struct row rows[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct scene s;
		const char *got;

		scene_open(&s, &rows[i].conf);
		scene_run(&s, rows[i].script);
		got = scene_log(&s);
		HP_CHECK(rows[i].name, rows[i].clause, !strcmp(got, rows[i].want));
		if (strcmp(got, rows[i].want))
			fprintf(stderr, "    got  %s\n    want %s\n", got, rows[i].want);
		scene_close(&s);
	}
}

#define TESTED "home H; careof C1; quiet; "
#define BOUND  TESTED "bu; quiet; "

void test_tests(void)
{
	static const struct row rows[] = {
		{"6275 9.4.3", "Home Test, to the home address", "home H", "hot S>H"},
		{"6275 9.4.4", "Care-of Test, to the care-of address", "careof C1", "cot S>C1"},
		{"6275 9.1", "each address of ours is a correspondent", "home H OWN; careof C1 OWN", "hot OWN>H, cot OWN>C1"},
		{"6275 9.4.3", "to the home address, though it is bound here", BOUND "home H; careof C1", "hot S>H, cot S>C1"},
		{"6275 9.5.1", "from an address that no binding can be for", "home LOCAL; careof LOCAL; home GROUP; careof LOOP; home ANY",
		 ""},
		{"6275 9.4.1", "no Kcn and nonce: none made up", "norandom; home H; careof C1; random; home H", "hot S>H"},
		{"6275 5.2.7", "no new nonce: the old one makes no tokens beyond its time",
		 "home H; norandom; wait 29999; home H; wait 1; home H", "hot S>H, hot S>H"},
	};

	run(rows, HP_LEN(rows));
}

#define ACCEPTED(seq, life) "optimize H@S>C1 #0 1500, !optimized, ba 0 seq " seq " life " life " S>H via C1 proved"

void test_updates(void)
{
	static const struct row rows[] = {
		{"6275 9.5.2", "both tests, then the update", TESTED "bu seq=5 life=60", ACCEPTED("5", "60")},
		{"6275 9.5.4", "accepted, A clear: no answer", TESTED "bu noa; find H",
		 "optimize H@S>C1 #0 1500, !optimized, H@S>C1 seq 1 life 240 left 240000 mtu 0"},
		{"6275 5.2.6", "MAX_RR_BINDING_LIFETIME", TESTED "bu life=65535", ACCEPTED("1", "105")},
		{"6275 9.5.2", "our own limit", TESTED "bu life=11", ACCEPTED("1", "10"), {.max_lifetime_s = 43}},
		{"6275 5.2.6", "which cannot be more", TESTED "bu life=106", ACCEPTED("1", "105"), {.max_lifetime_s = 1000}},
		{"6275 9.5.2", "never more than asked for", TESTED "bu life=1", ACCEPTED("1", "1")},
		{"6275 6.1.7", "K and L are ignored", TESTED "bu k l", ACCEPTED("1", "60")},
		{"6275 9.1", "an address of ours: nothing for the workers",
		 "home H OWN; careof C1 OWN; quiet; bu to=OWN; find H OWN; find H S",
		 "!optimized, ba 0 seq 1 life 60 OWN>H via C1 proved, H@OWN>C1 seq 1 life 240 left 240000 mtu 0 own, none"},
		{"6275 9.1", "a cache for each correspondent", BOUND "home H S2; careof C2 S2; quiet; bu to=S2 from=C2 seq=900; bu seq=2",
		 "optimize H@S2>C2 #1 1500, !optimized, ba 0 seq 900 life 60 S2>H via C2 proved, ba 0 seq 2 life 60 S>H via C1 proved"},
		{"6275 9.5.1", "any first sequence number", TESTED "bu seq=65535", ACCEPTED("65535", "60")},
		{"6275 9.5.2", "refresh: workers need not know", BOUND "wait 1000; bu seq=2 life=30; find H",
		 "ba 0 seq 2 life 30 S>H via C1 proved, H@S>C1 seq 2 life 120 left 120000 mtu 0"},
		{"6275 9.5.2", "move", BOUND "careof C2; quiet; bu from=C2 seq=2",
		 "optimize H@S>C2 #0 1500, !moved, ba 0 seq 2 life 60 S>H via C2 proved"},
		{"6275 5.2.7", "a home token used again for another care-of address",
		 BOUND "wait 200000; careof C2; quiet; bu from=C2 seq=2",
		 "optimize H@S>C2 #0 1500, !moved, ba 0 seq 2 life 60 S>H via C2 proved"},
		{"6275 9.5.1", "alternate care-of address: bound and proved, acknowledged to the source",
		 "home H; careof C2; quiet; bu alt=C2", "optimize H@S>C2 #0 1500, !optimized, ba 0 seq 1 life 60 S>H via C1 proved"},
		{"6275 5.2.6", "alternate care-of address that was not tested", TESTED "bu alt=C2 careof=C1", ""},
		{"6275 9.5.1", "no Home Address option: the source is the home address, no routing header",
		 "home H; careof C2; quiet; bu nohao from=H alt=C2", "optimize H@S>C2 #0 1500, !optimized, ba 0 seq 1 life 60 S>H proved"},
		{"6275 9.5.1", "care-of address that nothing leads to: bound, nowhere", "home H; careof X; quiet; bu from=X",
		 "optimize H@S>X #0 nowhere 0, !optimized, ba 0 seq 1 life 60 S>H via X proved"},
		/* What ends in silence. */
		{"6275 9.5.1", "no nonce indices", TESTED "bu nononces", ""},
		{"6275 9.5.1", "no authorization", TESTED "bu noauth", ""},
		{"6275 9.5.1", "neither", TESTED "bu noauth nononces", ""},
		{"6275 9.5.1", "padding behind the authorization", TESTED "bu padded", ""},
		{"6275 6.2.7", "authenticator of 11 octets", TESTED "bu octets=11", ""},
		{"6275 6.2.7", "authenticator of 13 octets", TESTED "bu octets=13", ""},
		{"6275 6.2.7", "authenticator of 20 octets", TESTED "bu octets=20", ""},
		{"6275 9.5.1", "wrong authenticator, with and without a binding",
		 TESTED "bu wrong; bu; quiet; bu wrong seq=2; bu wrong seq=0; bu wrong life=0 seq=3; find H",
		 "H@S>C1 seq 1 life 240 left 240000 mtu 0"},
		{"6275 6.2.7", "any octet of it", TESTED "bu wrong=2; bu wrong=6; bu wrong=11; bu wrong=12", ""},
		{"6275 5.2.5", "home token of another node", TESTED "home H2; quiet; bu home=H2", ""},
		{"6275 5.2.5", "care-of token of another address", TESTED "careof C2; quiet; bu careof=C2", ""},
		{"6275 5.2.5", "care-of token never asked for", "home H; quiet; bu careof=H; careof C2; quiet; bu careof=C2", ""},
		{"6275 6.2.7", "registration proved over the home address", TESTED "bu alt=H careof=C1", ""},
		{"6275 6.1.7", "care-of address that is not unicast routable", TESTED "bu alt=GROUP; bu alt=LOCAL; bu alt=LOOP", ""},
		{"6275 9.5.1", "home address that is not unicast routable", TESTED "bu nohao from=LOCAL alt=C1", ""},
		{"6275 9.5.4", "source that is not unicast routable", TESTED "bu from=LOCAL alt=C1", ""},
		/* What is refused. */
		{"6275 9.5.1", "home nonce index not known", TESTED "bu homeindex=1", "ba 136 seq 1 life 0 S>H via C1, !refused 136"},
		{"6275 9.5.1", "care-of nonce index not known", TESTED "bu careofindex=1", "ba 137 seq 1 life 0 S>H via C1, !refused 137"},
		{"6275 9.5.1", "neither known", TESTED "bu homeindex=8 careofindex=-1", "ba 138 seq 1 life 0 S>H via C1, !refused 138"},
		{"6275 9.5.4", "also with A clear", TESTED "bu noa homeindex=1; bu noa careofindex=1; bu noa homeindex=1 careofindex=1",
		 "ba 136 seq 1 life 0 S>H via C1, !refused 136, ba 137 seq 1 life 0 S>H via C1, !refused 137, ba 138 seq 1 life 0 S>H via C1, !refused 138"},
		{"6275 9.5.1", "no test at all", "bu", "ba 138 seq 1 life 0 S>H via C1, !refused 138"},
		{"6275 9.5.1", "the number again, one before, 32768 before", BOUND "bu; bu seq=0; bu seq=32769; bu seq=32769 noa",
		 "ba 135 seq 1 life 0 S>H via C1 proved, !refused 135, ba 135 seq 1 life 0 S>H via C1 proved, !refused 135, "
		 "ba 135 seq 1 life 0 S>H via C1 proved, !refused 135, ba 135 seq 1 life 0 S>H via C1 proved, !refused 135"},
		{"6275 9.5.1", "32767 after", BOUND "bu seq=32768", "ba 0 seq 32768 life 60 S>H via C1 proved"},
		{"6275 9.5.1", "0 after 65535", TESTED "bu seq=65535; quiet; bu seq=0", "ba 0 seq 0 life 60 S>H via C1 proved"},
		{"6275 9.5.1", "what is not proved moves no number", BOUND "bu wrong seq=7; bu seq=2",
		 "ba 0 seq 2 life 60 S>H via C1 proved"},
		{"6275 9.5.1", "a home registration of the same home address", TESTED "bu type; find H",
		 "ba 139 seq 1 life 0 S>H via C1 proved, !refused 139, none"},
		{"6275 9.5.1", "a home registration: deletion too, A clear", TESTED "bu type life=0 noa",
		 "ba 139 seq 1 life 0 S>H via C1 proved, !refused 139"},
		{"6275 6.1.8", "policy", TESTED "policy 129; bu; policy 174; bu noa; find H",
		 "ba 129 seq 1 life 0 S>H via C1 proved, !refused 129, ba 174 seq 1 life 0 S>H via C1 proved, !refused 174, none"},
		{"6275 9.5.1", "refused by policy, but valid: the number is stored",
		 BOUND "policy 174; bu seq=9; policy -1; bu seq=8; find H",
		 "ba 174 seq 9 life 0 S>H via C1 proved, !refused 174, ba 135 seq 9 life 0 S>H via C1 proved, !refused 135, "
		 "H@S>C1 seq 9 life 240 left 240000 mtu 0"},
		{"6275 6.1.7", "the home address as care-of address", "home H; careof H; quiet; bu nohao from=H",
		 "ba 174 seq 1 life 0 S>H proved, !refused 174"},
		{"6275 6.1.7", "the correspondent as care-of address", "home H; careof S; quiet; bu alt=S",
		 "ba 174 seq 1 life 0 S>H via C1 proved, !refused 174"},
		{"6275 6.1.8", "the correspondent as home address", "home S; careof C1; quiet; bu hao=S",
		 "ba 129 seq 1 life 0 S>S via C1 proved, !refused 129"},
	};

	run(rows, HP_LEN(rows));
}

#define DELETED "unoptimize H@S, !ended deregistered, ba 0 seq 2 life 0 S>H via C1 proved"

void test_deletions(void)
{
	static const struct row rows[] = {
		{"6275 9.5.3", "from away", BOUND "bu seq=2 life=0; find H", DELETED ", none"},
		{"6275 9.5.4", "A clear", BOUND "bu seq=2 life=0 noa; find H", "unoptimize H@S, !ended deregistered, none"},
		{"6275 9.5.4", "from home: no option, no routing header", BOUND "bu nohao from=H seq=2 life=0",
		 "unoptimize H@S, !ended deregistered, ba 0 seq 2 life 0 S>H proved"},
		{"6275 9.5.1", "the care-of nonce index is not looked at", BOUND "bu seq=2 life=0 careofindex=5", DELETED},
		{"6275 9.5.1", "nor is an alternate care-of address", BOUND "bu seq=2 life=0 alt=GROUP", DELETED},
		{"6275 9.5.1", "the home nonce index is", BOUND "bu seq=2 life=0 homeindex=5 careofindex=5; find H",
		 "ba 136 seq 2 life 0 S>H via C1, !refused 136, H@S>C1 seq 1 life 240 left 240000 mtu 0"},
		{"6275 5.2.5", "the key of both tokens does not do", BOUND "bu seq=2 life=0 keyboth", ""},
		{"6275 6.2.7", "proved over the care-of address", BOUND "bu seq=2 life=0 covercoa", ""},
		{"6275 5.2.5", "a registration with the key of a deletion", TESTED "bu careof=H3",
		 "ba 137 seq 1 life 0 S>H via C1, !refused 137"},
		{"6275 9.5.1", "an old number", BOUND "bu seq=1 life=0", "ba 135 seq 1 life 0 S>H via C1 proved, !refused 135"},
		{"6275 9.5.3", "nothing there: none is made", TESTED "bu life=0 seq=9; bu seq=8",
		 "ba 0 seq 9 life 0 S>H via C1 proved, optimize H@S>C1 #0 1500, !optimized, ba 0 seq 8 life 60 S>H via C1 proved"},
		{"6275 9.1", "only that of this correspondent",
		 BOUND "home H S2; careof C1 S2; quiet; bu to=S2; quiet; bu seq=2 life=0; find H S2",
		 DELETED ", H@S2>C1 seq 1 life 240 left 240000 mtu 0"},
		{"6275 9.5.1", "policy has no say in where a node is not", BOUND "policy 174; bu seq=2 life=0", DELETED},
	};

	run(rows, HP_LEN(rows));
}

#define TO_C2 "careof C2; quiet; "

/* §5.2.8, §9.5.3: START_MS is a whole number of seconds, the nonce's first use is at once. */
void test_memory(void)
{
	static const struct row rows[] = {
		{"6275 9.5.3", "the nonces of a deleted binding, again with its care-of address",
		 BOUND "bu seq=2 life=0; quiet; bu seq=3; bu seq=3 noa; find H",
		 "ba 138 seq 3 life 0 S>H via C1, !refused 138, ba 138 seq 3 life 0 S>H via C1, !refused 138, none"},
		{"6275 9.5.3", "the same after a deletion from home", BOUND "bu seq=2 life=0 nohao from=H; quiet; bu seq=3",
		 "ba 138 seq 3 life 0 S>H via C1, !refused 138"},
		{"6275 9.5.3", "with another care-of address they are good", BOUND "bu seq=2 life=0; " TO_C2 "bu from=C2 seq=3",
		 "optimize H@S>C2 #0 1500, !optimized, ba 0 seq 3 life 60 S>H via C2 proved"},
		{"6275 9.5.3", "a new nonce is good", BOUND "bu seq=2 life=0; wait 30000; careof C1; quiet; bu seq=3",
		 "optimize H@S>C1 #0 1500, !optimized, ba 0 seq 3 life 60 S>H via C1 proved"},
		{"6275 9.5.3", "still not after another registration", BOUND "bu seq=2 life=0; " TO_C2 "bu from=C2 seq=3; quiet; bu seq=4",
		 "ba 138 seq 4 life 0 S>H via C1, !refused 138"},
		{"6275 9.5.3", "until one of them is too old", BOUND "bu seq=2 life=0; wait 239999; quiet; bu seq=3; wait 1; bu seq=3",
		 "ba 138 seq 3 life 0 S>H via C1, !refused 138, ba 138 seq 3 life 0 S>H via C1, !refused 138"},
		{"6275 9.5.3", "of two deletions the one with the newer nonce came first",
		 "home H; careof C2; wait 30000; careof C1; bu; bu seq=2 life=0; bu from=C2 seq=3; bu from=C2 seq=4 life=0; quiet; bu seq=5",
		 "ba 138 seq 5 life 0 S>H via C1, !refused 138"},
		{"6275 5.2.8", "the number is known after a deletion",
		 BOUND "bu seq=20 life=0; " TO_C2 "bu from=C2 seq=20; bu from=C2 seq=21",
		 "ba 135 seq 20 life 0 S>H via C2 proved, !refused 135, optimize H@S>C2 #0 1500, !optimized, ba 0 seq 21 life 60 S>H via C2 proved"},
		{"6275 9.5.1", "the deletion itself, again", BOUND "bu seq=2 life=0; quiet; bu seq=2 life=0; bu seq=3 life=0",
		 "ba 135 seq 2 life 0 S>H via C1 proved, !refused 135, ba 0 seq 3 life 0 S>H via C1 proved"},
		{"6275 5.2.8", "the number is known after the end of the lifetime, and then what made it is accepted no more",
		 TESTED
		 "bu seq=7 life=1; quiet; wait 4000; bu seq=7; wait 235999; bu seq=7; wait 1; bu seq=7; home H; careof C1; quiet; bu seq=7",
		 ACCEPTED("7", "60")},
		{"6275 5.2.8", "however it is asked", TESTED "bu seq=7 life=1; wait 4000; quiet; bu seq=7",
		 "ba 135 seq 7 life 0 S>H via C1 proved, !refused 135"},
		{"6275 5.2.8", "a newer nonce, used before an older one, is waited for",
		 TESTED
		 "wait 30000; careof C1; quiet; bu seq=1; wait 1000; home H; quiet; bu seq=2 life=1; wait 208999; quiet; careof C2; quiet; bu from=C2 seq=2",
		 "ba 135 seq 2 life 0 S>H via C2 proved, !refused 135"},
	};

	run(rows, HP_LEN(rows));
}

void test_life(void)
{
	static const struct row rows[] = {
		{"6275 9.6", "the end of the lifetime", TESTED "bu life=10; quiet; wait 39999; find H; wait 1; find H",
		 "H@S>C1 seq 1 life 40 left 1 mtu 0, unoptimize H@S, !ended expired, none"},
		{"6275 9.6", "the end of the lifetime, and the tick is late",
		 TESTED "bu life=10; quiet; late 40000; unreachable H C1; bu seq=2 noa",
		 "no such, unoptimize H@S, !ended expired, optimize H@S>C1 #0 1500, !optimized"},
		{"6275 5.2.8", "the end of a memory, and the tick is late",
		 TESTED "bu life=1 seq=9; wait 4000; late 236000; home H; careof C1; quiet; bu noa", "optimize H@S>C1 #0 1500, !optimized"},
		{"6275 9.6", "refreshed in time", TESTED "bu life=10; quiet; wait 39000; bu seq=2 life=10; wait 39000; find H",
		 "ba 0 seq 2 life 10 S>H via C1 proved, H@S>C1 seq 2 life 40 left 1000 mtu 0"},
		{"6275 9.6", "a shorter lifetime counts", TESTED "bu life=100; quiet; bu seq=2 life=10; wait 40000",
		 "ba 0 seq 2 life 10 S>H via C1 proved, unoptimize H@S, !ended expired"},
		{"6275 9.5.5", "in use: asked three times for a refresh, then over",
		 TESTED "used 0; bu life=60; quiet; wait 227999; find H; wait 1; find H; wait 4000; find H; wait 4000; find H; wait 4000",
		 "H@S>C1 seq 1 life 240 left 12001 mtu 0, brr S>H, H@S>C1 seq 1 life 240 left 12000 mtu 0, brr S>H, H@S>C1 seq 1 life 240 left 8000 mtu 0, "
		 "brr S>H, H@S>C1 seq 1 life 240 left 4000 mtu 0, unoptimize H@S, !ended expired"},
		{"6275 9.5.5", "an update ends the requests",
		 TESTED "used 0; bu life=50; quiet; wait 188000; bu seq=2 life=50; wait 187000",
		 "brr S>H, ba 0 seq 2 life 50 S>H via C1 proved"},
		{"6275 9.5.5", "and the next ones are three again",
		 TESTED "used 0; bu life=50; quiet; wait 192000; bu seq=2 life=50; quiet; wait 200000",
		 "brr S>H, brr S>H, brr S>H, unoptimize H@S, !ended expired"},
		{"6275 9.5.5", "idle: not asked", TESTED "bu life=60; quiet; wait 240000", "unoptimize H@S, !ended expired"},
		{"6275 9.5.5", "used at last", TESTED "bu life=60; quiet; wait 230000; used 0; wait 10000",
		 "brr S>H, brr S>H, unoptimize H@S, !ended expired"},
		{"6275 9.5.5", "a short life: closer together", TESTED "used 0; bu life=1; quiet; wait 2500; wait 500; wait 500; wait 500",
		 "brr S>H, brr S>H, brr S>H, unoptimize H@S, !ended expired"},
		{"6275 9.5.5", "an address of ours asks too", "home H OWN; careof C1 OWN; bu to=OWN life=1; touch H OWN; quiet; wait 4000",
		 "brr OWN>H, brr OWN>H, brr OWN>H, !ended expired"},
		{"6275 9.5.5", "what it used before the last update does not count",
		 "home H OWN; careof C1 OWN; bu to=OWN life=1; touch H OWN; bu to=OWN seq=2 life=1; quiet; wait 4000", "!ended expired"},
		{"6275 9.5.5", "what workers say of the id is not about an address of ours",
		 "home H OWN; careof C1 OWN; used 0; bu to=OWN life=1; quiet; wait 4000", "!ended expired"},
		/* ICMPv6 errors */
		{"6275 9.3.4", "unreachable thrice in ten seconds",
		 BOUND "unreachable H C1; wait 5000; unreachable H C1; wait 4999; unreachable H C1; wait 1000; unreachable H C1",
		 "unoptimize H@S, !ended unreachable"},
		{"6275 9.3.4", "twice is not persistent", BOUND "unreachable H C1; wait 60000; unreachable H C1; find H",
		 "H@S>C1 seq 1 life 240 left 180000 mtu 0"},
		{"6275 9.3.4", "nor is often at once",
		 BOUND "unreachable H C1; unreachable H C1; unreachable H C1; unreachable H C1; wait 9000; unreachable H C1; find H",
		 "H@S>C1 seq 1 life 240 left 231000 mtu 0"},
		{"6275 9.3.4", "an update proves that it is there",
		 BOUND "unreachable H C1; wait 8000; unreachable H C1; bu seq=2; wait 3000; unreachable H C1; quiet; find H",
		 "H@S>C1 seq 2 life 240 left 237000 mtu 0"},
		{"6275 9.3.4", "about another care-of address, home address",
		 BOUND "unreachable H C2; unreachable H2 C1; mtu H C2 1300; mtu H2 C1 1300", "no such, no such, no such, no such"},
		{"6275 5.2.8", "what ended is remembered",
		 BOUND "unreachable H C1; wait 10000; unreachable H C1; unreachable H C1; quiet; bu seq=1",
		 "ba 135 seq 1 life 0 S>H via C1 proved, !refused 135"},
		{"8201 4", "less path MTU", BOUND "mtu H C1 1400; mtu H C1 1450; mtu H C1 1300; find H",
		 "optimize H@S>C1 #0 1400, optimize H@S>C1 #0 1300, H@S>C1 seq 1 life 240 left 240000 mtu 1300"},
		{"8201 4", "no more than the link", BOUND "mtu H C1 1500; mtu H C1 9000; mtu H C1 70000; find H",
		 "H@S>C1 seq 1 life 240 left 240000 mtu 0"},
		{"8201 4", "another path after a move", BOUND "mtu H C1 1300; " TO_C2 "bu from=C2 seq=2",
		 "optimize H@S>C2 #0 1500, !moved, ba 0 seq 2 life 60 S>H via C2 proved"},
		{"8201 4", "kept by a refresh, for ten minutes",
		 TESTED
		 "bu life=105; mtu H C1 1300; wait 200000; bu seq=2 life=105; wait 390000; home H; careof C1; quiet; bu seq=3 life=105; wait 10000; bu seq=4",
		 "ba 0 seq 3 life 105 S>H via C1 proved, optimize H@S>C1 #0 1500, ba 0 seq 4 life 60 S>H via C1 proved"},
		{"6275 9.3.2", "another route", BOUND "linkmtu 1400; reroute; linkmtu 1500; reroute",
		 "optimize H@S>C1 #0 1400, optimize H@S>C1 #0 1500"},
		{"8201 4", "the least of both", BOUND "mtu H C1 1400; quiet; linkmtu 1300; reroute; linkmtu 1500; reroute",
		 "optimize H@S>C1 #0 1300, optimize H@S>C1 #0 1400"},
	};

	run(rows, HP_LEN(rows));
}
