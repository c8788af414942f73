/* SPDX-License-Identifier: BSD-3-Clause */
/* Scenes: what comes in, step by step, and every effect it must have, in order. */
#include <stdio.h>

#include "run.h"
#include "scene.h"
#include "tests.h"

enum what { END, UPDATE, WAIT, UNIQUE, DUPLICATE, REVOKE, NO_MEMORY, MEMORY };

struct step {
	enum what what;
	const char *hao, *from; /* UPDATE: home address option or NULL, source */
	unsigned int sequence, lifetime;
	const char *want;  /* effects */
	const char *to;    /* NULL: HA */
	const char *flags; /* NULL: AH */
	const char *alternate;
	const char *address; /* UNIQUE, DUPLICATE, REVOKE */
	uint64_t ms;         /* WAIT */
	bool on_home, nonces, correspondent;
};

#define BU(hao_, from_, sequence_, lifetime_, want_, ...)                                                                                  \
	{                                                                                                                                  \
		.what = UPDATE, .hao = hao_, .from = from_, .sequence = sequence_, .lifetime = lifetime_, .want = want_, __VA_ARGS__       \
	}
#define WAIT_MS(ms_, want_)                                                                                                                \
	{                                                                                                                                  \
		.what = WAIT, .ms = ms_, .want = want_                                                                                     \
	}
#define ON(what_, address_, want_)                                                                                                         \
	{                                                                                                                                  \
		.what = what_, .address = address_, .want = want_                                                                          \
	}
#define REGISTERED_H                                                                                                                       \
	BU("H", "C1", 10, 15, "probe H"), ON(UNIQUE, "H", "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 10 life 15 HA>H via C1")

static const struct row {
	const char *clause, *name;
	struct scene_conf conf;
	struct step step[10];
} rows[] = {
	{"6275 10.3.1", "registration after DAD", {0}, {REGISTERED_H}},
	{"6275 10.3.1",
	 "without DAD at once",
	 {.no_dad = true},
	 {BU("H", "C1", 10, 15, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 10 life 15 HA>H via C1")}},
	{"6275 10.3.1",
	 "answered whatever the A bit",
	 {.no_dad = true},
	 {BU("H", "C1", 10, 15, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 10 life 15 HA>H via C1", .flags = "H"),
	  BU("H", "C1", 11, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 11 life 0 HA>H via C1", .flags = "H")}},
	{"6275 10.3.1",
	 "no second DAD on refresh, same care-of address: nothing to tell",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 11, 15, "ba 0 seq 11 life 15 HA>H via C1")}},
	{"6275 10.3.1", "move", {0}, {REGISTERED_H, BU("H", "C2", 11, 15, "bind H>C2@HA, !moved, ba 0 seq 11 life 15 HA>H via C2")}},
	{"6275 9.5.4",
	 "the answer and the tunnel come from the address written to",
	 {.no_dad = true},
	 {BU("H", "C1", 1, 15, "bind H>C1@HA3, proxy H, forget H, !registered, ba 0 seq 1 life 15 HA3>H via C1", .to = "HA3"),
	  BU("H", "C1", 2, 15, "bind H>C1@HA, ba 0 seq 2 life 15 HA>H via C1")}},
	{"6275 9.5.1",
	 "Alternate Care-of Address; answer to the source",
	 {.no_dad = true},
	 {BU("H", "C1", 1, 15, "bind H>C2@HA, proxy H, forget H, !registered, ba 0 seq 1 life 15 HA>H via C1", .alternate = "C2")}},
	{"6275 10.3.1",
	 "no route to the care-of address: kept, nowhere to send",
	 {.no_dad = true},
	 {BU("H", "X", 1, 15, "bind H>X@HA nowhere, proxy H, forget H, !registered, ba 0 seq 1 life 15 HA>H via X")}},
	{"6275 10.3.1",
	 "K is cleared: no dynamic keys here",
	 {.no_dad = true},
	 {BU("H", "C1", 1, 15, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 1 life 15 HA>H via C1", .flags = "AHK")}},
	{"6275 10.4.1",
	 "virtual home link: neither DAD nor proxy",
	 {0},
	 {BU("V", "C1", 1, 15, "bind V>C1@VHA, !registered, ba 0 seq 1 life 15 VHA>V via C1", .to = "VHA", .flags = "AHL"),
	  BU("V", "C1", 2, 0, "unbind V, !deregistered, ba 0 seq 2 life 0 VHA>V via C1", .to = "VHA")}},

	/* Silence. */
	{"6275 6.1.7", "care-of address link-local", {0}, {BU("H", "LOCAL", 1, 15, "")}},
	{"6275 6.1.7", "alternate care-of address multicast", {0}, {BU("H", "C1", 1, 15, "", .alternate = "GROUP")}},
	{"6275 6.1.7", "care-of address unspecified", {0}, {BU("H", "ANY", 1, 15, "")}},
	{"6275 9.5.4", "source not unicast, alternate fine", {0}, {BU("H", "GROUP", 1, 15, "", .alternate = "C1")}},
	{"6275 9.5.1", "H with nonce indices", {0}, {BU("H", "C1", 1, 15, "", .nonces = true)}},
	{"6275 10.3.1", "registration without Home Address option", {0}, {BU(NULL, "H", 1, 15, "", .alternate = "C1")}},
	{"6275 9.5.1", "de-registration from a link-local source", {0}, {BU(NULL, "LOCAL", 1, 0, "", .alternate = "C1")}},

	/* Refusals. */
	{"6275 10.3.1",
	 "131: the link is no home link",
	 {0},
	 {BU("H", "C1", 7, 15, "ba 131 seq 7 life 0 CORE>H via C1, !refused", .to = "CORE")}},
	{"6275 10.3.1",
	 "131 with A clear too",
	 {0},
	 {BU("H", "C1", 7, 15, "ba 131 seq 7 life 0 CORE>H via C1, !refused", .to = "CORE", .flags = "H")}},
	{"6275 10.3.1", "132: not on-link", {0}, {BU("OFF", "C1", 7, 15, "ba 132 seq 7 life 0 HA>OFF via C1, !refused")}},
	{"6275 10.3.1", "132: of another home link", {0}, {BU("V", "C1", 7, 15, "ba 132 seq 7 life 0 HA>V via C1, !refused")}},
	{"6275 10.3.2", "133: nothing to de-register", {0}, {BU("H", "C1", 7, 0, "ba 133 seq 7 life 0 HA>H via C1, !refused")}},
	{"6275 10.3.2",
	 "133 on the home link: to its link-layer address",
	 {0},
	 {BU(NULL, "H", 7, 0, "ba 133 seq 7 life 0 HA>H mac, !refused", .on_home = true)}},
	{"6275 9.5.4",
	 "option equal to the source: no routing header",
	 {0},
	 {BU("H", "H", 7, 0, "ba 133 seq 7 life 0 HA>H mac, !refused", .on_home = true)}},
	{"6275 10.3.1",
	 "134: home address in use",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H"), ON(DUPLICATE, "H", "ba 134 seq 7 life 0 HA>H via C1, !refused"),
	  BU("H", "C1", 8, 15, "probe H")}},
	{"6275 10.3.1",
	 "134: derived link-local address in use",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H, probe HL", .flags = "AHL"), ON(UNIQUE, "H", ""),
	  ON(DUPLICATE, "HL", "ba 134 seq 7 life 0 HA>H via C1, !refused")}},
	{"6275 10.3.1",
	 "134: home address in use, the other test is called off",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H, probe HL", .flags = "AHL"),
	  ON(DUPLICATE, "H", "cancel HL, ba 134 seq 7 life 0 HA>H via C1, !refused")}},
	{"6275 10.3.1",
	 "134: derived link-local address is ours",
	 {0},
	 {BU("2001:db8:1::77", "C1", 7, 15, "ba 134 seq 7 life 0 HA>2001:db8:1::77 via C1, !refused", .flags = "AHL")}},
	{"6275 10.3.1",
	 "134: derived link-local address is another mobile node's",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H, probe HL", .flags = "AHL"),
	  BU("P", "C2", 7, 15, "ba 134 seq 7 life 0 HA>P via C2, !refused", .flags = "AHL")}},
	{"6275 9.5.1",
	 "139: H set where a correspondent registration is",
	 {.no_dad = true},
	 {BU("H", "C1", 11, 15, "ba 139 seq 11 life 0 HA>H via C1, !refused", .correspondent = true),
	  BU("H", "C1", 12, 0, "ba 139 seq 12 life 0 HA>H via C1, !refused", .correspondent = true),
	  BU("H", "LOCAL", 13, 15, "", .correspondent = true),
	  BU("H", "C1", 14, 15, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 14 life 15 HA>H via C1")}},
	{"policy",
	 "129: without an authentication method everything is refused",
	 {.closed = true},
	 {BU("H", "C1", 7, 15, "!refused, ba 129 seq 7 life 0 HA>H via C1")}},
	{"policy", "129: home address is ours", {0}, {BU("HA", "C1", 7, 15, "ba 129 seq 7 life 0 HA>HA via C1, !refused")}},
	{"4291 2.6.1", "129: subnet-router anycast", {0}, {BU("ROUTER", "C1", 7, 15, "ba 129 seq 7 life 0 HA>ROUTER via C1, !refused")}},
	{"2526 2", "129: Home-Agents anycast", {0}, {BU("AGENTS", "C1", 7, 15, "ba 129 seq 7 life 0 HA>AGENTS via C1, !refused")}},
	{"policy",
	 "174: care-of address is ours",
	 {0},
	 {BU("H", "C1", 7, 15, "ba 174 seq 7 life 0 HA>H via C1, !refused", .alternate = "CORE")}},
	{"policy",
	 "174: care-of address is an anycast address of ours",
	 {0},
	 {BU("H", "C1", 7, 15, "ba 174 seq 7 life 0 HA>H via C1, !refused", .alternate = "AGENTS")}},
	{"policy", "174: care-of address is the home address", {0}, {BU("H", "H", 7, 15, "ba 174 seq 7 life 0 HA>H, !refused")}},
	{"policy",
	 "174: care-of address is a home address that we serve",
	 {0},
	 {REGISTERED_H, BU("H2", "H", 7, 15, "ba 174 seq 7 life 0 HA>H2 via H, !refused")}},
	{"policy",
	 "174 already while it is tested: no cycle through the back door",
	 {0},
	 {BU("H", "H2", 7, 15, "probe H"), BU("H2", "H", 7, 15, "ba 174 seq 7 life 0 HA>H2 via H, !refused")}},
	{"policy",
	 "a care-of address on the home link that is nobody's home address is fine",
	 {.no_dad = true},
	 {BU("H", "CHOME", 1, 15, "bind H>CHOME@HA, proxy H, forget H, !registered, ba 0 seq 1 life 15 HA>H via CHOME mac",
	     .on_home = true)}},
	{"6275 9.5.2",
	 "130: full",
	 {.max_bindings = 1},
	 {REGISTERED_H, BU("H2", "C2", 7, 15, "ba 130 seq 7 life 0 HA>H2 via C2, !refused")}},
	{"policy",
	 "a de-registered entry makes room",
	 {.max_bindings = 1},
	 {REGISTERED_H, BU("H", "C1", 11, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 11 life 0 HA>H via C1"),
	  BU("H2", "C2", 7, 15, "probe H2")}},
	{"policy",
	 "130: no memory to test",
	 {0},
	 {{.what = NO_MEMORY, .want = ""},
	  BU("H", "C1", 7, 15, "ba 130 seq 7 life 0 HA>H via C1, !refused"),
	  {.what = MEMORY, .want = ""},
	  BU("H", "C1", 8, 15, "probe H")}},
	{"policy",
	 "130: no memory to defend",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H"),
	  {.what = NO_MEMORY, .want = ""},
	  ON(UNIQUE, "H", "bind H>C1@HA, unbind H, unproxy H, ba 130 seq 7 life 0 HA>H via C1, !refused")}},

	/* Sequence numbers. */
	{"6275 9.5.1",
	 "135 carries the last accepted number",
	 {0},
	 {REGISTERED_H, BU("H", "C2", 10, 15, "ba 135 seq 10 life 0 HA>H via C2, !refused"),
	  BU("H", "C2", 9, 15, "ba 135 seq 10 life 0 HA>H via C2, !refused", .flags = "H")}},
	{"6275 9.5.1",
	 "last 15: 0..15 and 32783..65535 are old",
	 {.no_dad = true},
	 {BU("H", "C1", 15, 15, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 15 life 15 HA>H via C1"),
	  BU("H", "C1", 0, 15, "ba 135 seq 15 life 0 HA>H via C1, !refused"),
	  BU("H", "C1", 15, 15, "ba 135 seq 15 life 0 HA>H via C1, !refused"),
	  BU("H", "C1", 32783, 15, "ba 135 seq 15 life 0 HA>H via C1, !refused"),
	  BU("H", "C1", 65535, 15, "ba 135 seq 15 life 0 HA>H via C1, !refused"),
	  BU("H", "C1", 32782, 15, "ba 0 seq 32782 life 15 HA>H via C1")}},
	{"6275 9.5.1",
	 "the number wraps",
	 {.no_dad = true},
	 {BU("H", "C1", 65535, 15, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 65535 life 15 HA>H via C1"),
	  BU("H", "C1", 0, 15, "ba 0 seq 0 life 15 HA>H via C1"), BU("H", "C1", 65535, 15, "ba 135 seq 0 life 0 HA>H via C1, !refused")}},
	{"6275 9.5.1",
	 "a refused update was a valid one: its number is stored",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 20, 15, "ba 174 seq 20 life 0 HA>H via C1, !refused", .alternate = "HA"),
	  BU("H", "C1", 11, 15, "ba 135 seq 20 life 0 HA>H via C1, !refused"), BU("H", "C1", 21, 15, "ba 0 seq 21 life 15 HA>H via C1")}},
	{"6275 9.1",
	 "what is said to an address that is no home agent's has its own numbers, none",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 3, 15, "ba 131 seq 3 life 0 CORE>H via C1, !refused", .to = "CORE"),
	  BU("H", "C1", 30, 15, "ba 131 seq 30 life 0 CORE>H via C1, !refused", .to = "CORE"),
	  BU("H", "C1", 11, 15, "ba 0 seq 11 life 15 HA>H via C1")}},

	{"6275 10.3.2",
	 "135 on the home link: to its link-layer address",
	 {0},
	 {REGISTERED_H, BU(NULL, "H", 10, 0, "ba 135 seq 10 life 0 HA>H mac, !refused", .on_home = true)}},
	{"6275 10.3.2",
	 "from home but by another link: as any packet to it",
	 {0},
	 {REGISTERED_H, BU(NULL, "H", 11, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 11 life 0 HA>H")}},

	/* While it is tested. */
	{"6275 10.3.1",
	 "an update repeated meanwhile gets one answer, with the newest number",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H"), BU("H", "C1", 8, 15, ""), BU("H", "C2", 9, 20, ""), BU("H", "C1", 8, 15, ""),
	  ON(UNIQUE, "H", "bind H>C2@HA, proxy H, forget H, !registered, ba 0 seq 9 life 20 HA>H via C2")}},
	{"6275 10.3.1",
	 "L set meanwhile: that address is tested as well",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H"), BU("H", "C1", 8, 15, "probe HL", .flags = "AHL"), ON(UNIQUE, "H", ""),
	  ON(UNIQUE, "HL", "bind H>C1@HA, proxy H, proxy HL, forget H, !registered, ba 0 seq 8 life 15 HA>H via C1")}},
	{"6275 10.3.1",
	 "L cleared meanwhile: it need not be",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H, probe HL", .flags = "AHL"), ON(UNIQUE, "H", ""),
	  BU("H", "C1", 8, 15, "cancel HL, bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 8 life 15 HA>H via C1")}},
	{"6275 10.3.2",
	 "home again before the test is over",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H"), BU(NULL, "H", 8, 0, "cancel H, forget H, learn H, ba 0 seq 8 life 0 HA>H mac", .on_home = true),
	  ON(UNIQUE, "H", ""), BU("H", "C1", 7, 15, "ba 135 seq 8 life 0 HA>H via C1, !refused")}},
	{"policy",
	 "the operator removes it while it is tested",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H"), ON(REVOKE, "H", "cancel H"), ON(UNIQUE, "H", "")}},

	/* L. */
	{"6275 10.4.1",
	 "L: both addresses defended, both given up",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H, probe HL", .flags = "AHL"), ON(UNIQUE, "HL", ""),
	  ON(UNIQUE, "H", "bind H>C1@HA, proxy H, proxy HL, forget H, !registered, ba 0 seq 7 life 15 HA>H via C1"),
	  BU("H", "C1", 8, 15, "ba 0 seq 8 life 15 HA>H via C1", .flags = "AHL"),
	  BU("H", "C1", 9, 0, "unbind H, unproxy H, unproxy HL, !deregistered, ba 0 seq 9 life 0 HA>H via C1")}},
	{"6275 10.3.1",
	 "L cleared by a refresh: no longer defended, free for another",
	 {0},
	 {BU("H", "C1", 7, 15, "probe H, probe HL", .flags = "AHL"), ON(UNIQUE, "HL", ""),
	  ON(UNIQUE, "H", "bind H>C1@HA, proxy H, proxy HL, forget H, !registered, ba 0 seq 7 life 15 HA>H via C1"),
	  BU("H", "C1", 8, 15, "unproxy HL, ba 0 seq 8 life 15 HA>H via C1"), BU("P", "C2", 1, 15, "probe P, probe HL", .flags = "AHL")}},
	{"6275 10.3.1",
	 "L set by a refresh: only that address is tested, the binding goes on",
	 {0},
	 {REGISTERED_H, BU("H", "C2", 11, 15, "probe HL", .flags = "AHL"),
	  ON(UNIQUE, "HL", "proxy HL, bind H>C2@HA, !moved, ba 0 seq 11 life 15 HA>H via C2")}},
	{"6275 10.3.1",
	 "L set by a refresh and in use: refused whole, the binding goes on as it was",
	 {0},
	 {REGISTERED_H, BU("H", "C2", 11, 15, "probe HL", .flags = "AHL"),
	  ON(DUPLICATE, "HL", "ba 134 seq 11 life 0 HA>H via C2, !refused"), BU("H", "C1", 12, 15, "ba 0 seq 12 life 15 HA>H via C1")}},
	{"6275 10.3.1",
	 "the binding ends while its L is tested",
	 {0},
	 {REGISTERED_H, WAIT_MS(59500, ""), BU("H", "C1", 11, 15, "probe HL", .flags = "AHL"),
	  WAIT_MS(500, "cancel HL, unbind H, unproxy H, !expired"), ON(UNIQUE, "HL", "")}},

	/* The end of a binding. */
	{"6275 10.3.2",
	 "de-registration away from home",
	 {0},
	 {REGISTERED_H, BU("H", "C2", 11, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 11 life 0 HA>H via C2")}},
	{"6275 11.5.5",
	 "home again: defence over and workers told before anything is resolved or sent",
	 {0},
	 {REGISTERED_H,
	  BU(NULL, "H", 11, 0, "unbind H, unproxy H, !deregistered, forget H, learn H, ba 0 seq 11 life 0 HA>H mac", .on_home = true)}},
	{"6275 10.3.2",
	 "the entry stays 10 s: older 135, same 135",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 12, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 12 life 0 HA>H via C1"), WAIT_MS(9999, ""),
	  BU("H", "C1", 11, 15, "ba 135 seq 12 life 0 HA>H via C1, !refused"),
	  BU("H", "C1", 12, 0, "ba 135 seq 12 life 0 HA>H via C1, !refused"), WAIT_MS(1, ""), BU("H", "C1", 11, 15, "probe H")}},
	{"6275 10.3.2",
	 "the entry stays 10 s: newer is a fresh registration with DAD",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 12, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 12 life 0 HA>H via C1"),
	  BU("H", "C2", 13, 15, "probe H"), WAIT_MS(20000, ""),
	  ON(UNIQUE, "H", "bind H>C2@HA, proxy H, forget H, !registered, ba 0 seq 13 life 15 HA>H via C2")}},
	{"6275 10.3.2",
	 "that test fails: its number is remembered as long as the one before would have been",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 12, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 12 life 0 HA>H via C1"),
	  BU("H", "C2", 13, 15, "probe H"), ON(DUPLICATE, "H", "ba 134 seq 13 life 0 HA>H via C2, !refused"),
	  BU("H", "C1", 11, 15, "ba 135 seq 13 life 0 HA>H via C1, !refused"), WAIT_MS(10000, ""), BU("H", "C1", 11, 15, "probe H")}},
	{"6275 10.3.2",
	 "de-registration repeated because the answer was lost",
	 {0},
	 {REGISTERED_H, BU("H", "C1", 12, 0, "unbind H, unproxy H, !deregistered, ba 0 seq 12 life 0 HA>H via C1"),
	  BU("H", "C1", 13, 0, "ba 0 seq 13 life 0 HA>H via C1")}},
	{"6275 10.3.1",
	 "expiry to the millisecond: 15 units of 4 s",
	 {0},
	 {REGISTERED_H, WAIT_MS(59999, ""), WAIT_MS(1, "unbind H, unproxy H, !expired"), BU("H", "C1", 3, 15, "probe H")}},
	{"6275 10.3.1",
	 "a refresh begins the time anew",
	 {0},
	 {REGISTERED_H, WAIT_MS(59999, ""), BU("H", "C1", 11, 1, "ba 0 seq 11 life 1 HA>H via C1"), WAIT_MS(3999, ""),
	  WAIT_MS(1, "unbind H, unproxy H, !expired")}},
	{"policy",
	 "the operator removes it",
	 {0},
	 {REGISTERED_H, ON(REVOKE, "H", "unbind H, unproxy H, !revoked"), BU("H", "C1", 1, 15, "probe H")}},

	/* Lifetimes. */
	{"6275 10.3.1",
	 "capped by policy, rounded down to 4 s",
	 {.no_dad = true, .max_lifetime_s = 43},
	 {BU("H", "C1", 1, 65535, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 1 life 10 HA>H via C1"), WAIT_MS(39999, ""),
	  WAIT_MS(1, "unbind H, unproxy H, !expired")}},
	{"6275 10.3.1",
	 "capped by the prefix, which becomes invalid at its end: status 1",
	 {.no_dad = true, .valid_s = 103},
	 {BU("P", "C1", 1, 100, "bind P>C1@HA3, proxy P, forget P, !registered, ba 1 seq 1 life 25 HA3>P via C1", .to = "HA3"),
	  WAIT_MS(4000, ""), BU("P", "C1", 2, 100, "ba 1 seq 2 life 24 HA3>P via C1", .to = "HA3"),
	  BU("P", "C1", 3, 23, "ba 0 seq 3 life 23 HA3>P via C1", .to = "HA3"),
	  BU("P", "C1", 4, 24, "ba 1 seq 4 life 24 HA3>P via C1", .to = "HA3"), WAIT_MS(95999, ""),
	  WAIT_MS(1, "unbind P, unproxy P, !expired"), BU("P", "C1", 5, 10, "ba 132 seq 5 life 0 HA3>P via C1, !refused", .to = "HA3")}},
	{"6275 10.3.1",
	 "becomes deprecated during the lifetime: status 1; both sides in units",
	 {.no_dad = true, .valid_s = 1000, .preferred_s = 43},
	 {BU("P", "C1", 1, 10, "bind P>C1@HA, proxy P, forget P, !registered, ba 0 seq 1 life 10 HA>P via C1"),
	  BU("P", "C1", 2, 11, "ba 1 seq 2 life 11 HA>P via C1"), WAIT_MS(43000, ""),
	  BU("P", "C1", 3, 1, "ba 1 seq 3 life 1 HA>P via C1")}},
};

static void step(struct scene *s, const struct row *row, unsigned int i)
{
	const struct step *t = &row->step[i];
	uint8_t packet[CRAFT_ROOM];
	struct hp_ip6 address = scene_address(t->address ? t->address : "ANY");
	const char *got;

	switch (t->what) {
	case UPDATE: {
		const char *flags = t->flags ? t->flags : "AH";
		struct craft_bu bu = {
			.src = scene_address(t->from),
			.dst = scene_address(t->to ? t->to : "HA"),
			.hoa = scene_address(t->hao ? t->hao : "ANY"),
			.sequence = (uint16_t)t->sequence,
			.lifetime = (uint16_t)t->lifetime,
			.a = strchr(flags, 'A'),
			.h = strchr(flags, 'H'),
			.l = strchr(flags, 'L'),
			.k = strchr(flags, 'K'),
			.nonces = t->nonces,
			.alternate = scene_address(t->alternate ? t->alternate : "ANY"),
		};

		s->correspondent = t->correspondent;
		scene_input(s, packet, craft_bu(packet, &bu), t->on_home);
		break;
	}
	case WAIT:
		scene_wait(s, t->ms);
		break;
	case UNIQUE:
	case DUPLICATE:
		hp_agent_probed(s->agent, 0, &address, t->what == UNIQUE, s->now, s->fx);
		break;
	case REVOKE:
		CU_ASSERT_EQUAL(hp_agent_revoke(s->agent, &address, s->now, s->fx), 0);
		break;
	default:
		s->neighbor.no_memory = t->what == NO_MEMORY;
		break;
	}
	got = scene_effects(s);
	if (strcmp(got, t->want))
		fprintf(stderr, "  RFC %s, %s, step %u\n    want: %s\n    got:  %s\n", row->clause, row->name, i, t->want, got);
	CU_ASSERT_STRING_EQUAL(got, t->want);
}

void test_update(void)
{
	for (size_t r = 0; r < HP_LEN(rows); r++) {
		struct scene s;

		scene_open(&s, &rows[r].conf);
		for (unsigned int i = 0; i < HP_LEN(rows[r].step) && rows[r].step[i].what != END; i++)
			step(&s, &rows[r], i);
		scene_close(&s);
	}
}

/* RFC 2473 §8.1, RFC 8201 §4. */
void test_path_mtu(void)
{
	static const struct step registered[] = {REGISTERED_H};
	const struct row row = {.name = "path MTU", .clause = "8201 4"};
	const struct hp_ip6 h = scene_address("H"), ha = scene_address("HA");
	struct scene s;

	static const struct {
		const char *coa, *name;
		uint32_t mtu;
		uint16_t published; /* 0: not */
		bool known;
	} table[] = {
		{"C1", "smaller", 1400, 1360, true},
		{"C1", "the same again", 1400, 0, true},
		{"C1", "larger is not believed", 1450, 0, true},
		{"C1", "the least", 1280, 1240, true},
		{"C2", "of a tunnel that is none", 1300, 0, false},
	};

	scene_open(&s, &(struct scene_conf){0});
	for (unsigned int i = 0; i < HP_LEN(registered); i++) {
		struct row one = row;

		one.step[0] = registered[i];
		step(&s, &one, 0);
	}
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_ip6 coa = scene_address(table[i].coa);

		HP_CHECK(table[i].name, "known", hp_agent_tunnels(s.agent, &h, &coa, &ha) == table[i].known);
		hp_agent_path_mtu(s.agent, &h, &coa, &ha, table[i].mtu, s.now, s.fx);
		HP_CHECK(table[i].name, "published", hp_effects_count(s.fx) == (table[i].published ? 2u : 0u));
		if (table[i].published)
			HP_CHECK(table[i].name, "MTU",
				 hp_effects_at(s.fx, 0)->bind.mtu == table[i].published &&
					 hp_effects_at(s.fx, 1)->event.kind == HP_EVENT_PATH_MTU &&
					 hp_effects_at(s.fx, 1)->event.code == table[i].published + 40);
		hp_effects_clear(s.fx);
	}
	scene_close(&s);
}

/* RFC 8201 §4: a larger path MTU is tried again, but not within ten minutes; at another care-of address nothing is known. */
void test_path_mtu_ages(void)
{
	static const struct {
		const char *name;
		uint64_t wait_ms;
		const char *coa;
		uint16_t published; /* 0: not */
	} table[] = {
		{"soon", 599000, "C1", 0},
		{"ten minutes", 1000, "C1", 1460},
		{"known again", 0, NULL, 1360},
		{"moved", 1000, "C2", 1460},
	};
	const struct hp_ip6 h = scene_address("H"), ha = scene_address("HA"), c1 = scene_address("C1");
	uint16_t sequence = 1;
	struct scene s;

	scene_open(&s, &(struct scene_conf){.no_dad = true});
	for (size_t i = 0; i < HP_LEN(table) + 1; i++) {
		const char *coa = i ? table[i - 1].coa : "C1";
		struct craft_bu bu = {.dst = ha, .hoa = h, .sequence = sequence++, .lifetime = 900, .h = true};
		uint8_t packet[CRAFT_ROOM];

		scene_wait(&s, i ? table[i - 1].wait_ms : 0);
		if (coa) {
			bu.src = scene_address(coa);
			scene_input(&s, packet, craft_bu(packet, &bu), false);
		} else {
			hp_agent_path_mtu(s.agent, &h, &c1, &ha, 1400, s.now, s.fx);
		}
		if (i) {
			const struct hp_effect *e = hp_effects_at(s.fx, 0);
			const bool bind = e->kind == HP_EFFECT_BIND;

			HP_CHECK(table[i - 1].name, "published", bind == (table[i - 1].published != 0));
			HP_CHECK(table[i - 1].name, "MTU", !bind || e->bind.mtu == table[i - 1].published);
		} else {
			hp_agent_path_mtu(s.agent, &h, &c1, &ha, 1400, s.now, s.fx);
		}
		hp_effects_clear(s.fx);
	}
	scene_close(&s);
}

static struct hp_hop nowhere(void *ctx, const struct hp_ip6 *dst)
{
	return (struct hp_hop){.link = HP_LINK_NONE};
}

void test_create(void)
{
	struct hp_neighbor neighbor = {0};
	struct hp_agent_conf good = {.max_bindings = 1, .max_lifetime_s = 4, .neighbor = &neighbor, .route = nowhere};
	struct hp_agent_conf bad[5];
	struct hp_guard *guard;
	struct hp_agent *a;

	CU_ASSERT_EQUAL_FATAL(hp_guard_create(&guard, &(struct hp_guard_conf){0}, (struct hp_now){0}), 0);
	good.guard = guard;
	for (unsigned int i = 0; i < HP_LEN(bad); i++)
		bad[i] = good;

	bad[0].max_bindings = 0;
	bad[1].max_lifetime_s = 3; /* not one unit */
	bad[2].neighbor = NULL;
	bad[3].route = NULL;
	bad[4].guard = NULL;
	for (unsigned int i = 0; i < HP_LEN(bad); i++)
		CU_ASSERT_EQUAL(hp_agent_create(&a, &bad[i], (struct hp_now){0}), -22);
	CU_ASSERT_EQUAL_FATAL(hp_agent_create(&a, &good, (struct hp_now){0}), 0);
	CU_ASSERT_EQUAL(hp_agent_next(a), UINT64_MAX);
	hp_agent_destroy(a);
	hp_agent_destroy(NULL);
	hp_guard_destroy(guard);
}
