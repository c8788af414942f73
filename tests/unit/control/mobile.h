/* SPDX-License-Identifier: BSD-3-Clause */
/* A mobile node's side of return routability (RFC 6275 §5.2.5, §5.2.6), octet by octet, with OpenSSL's functions and nothing of lib/security. */
#ifndef HP_TESTS_MOBILE_H
#define HP_TESTS_MOBILE_H

#include "lab.h"

struct mobile {
	struct hp_ip6 hoa, coa, correspondent;
	bool bound; /* at the lab's home agent: what is from the home address comes out of its tunnel */
	uint16_t sequence;
	uint8_t home_token[8], careof_token[8];
	uint8_t home_index[2], careof_index[2];
};

struct mobile mobile_of(const char *hoa, const char *coa, const char *correspondent);
/* A Home Test Init or (of `type` 2) Care-of Test Init. */
const char *mobile_tests(struct lab *l, struct mobile *m, uint8_t type);
/* A Binding Update by the tokens of before: what comes of it. Lifetime in units of 4 s; 0: deleted. */
const char *mobile_updates(struct lab *l, struct mobile *m, bool home, uint16_t lifetime);
/* Both tests and an update: the binding must come true. */
void mobile_registers(struct lab *l, struct mobile *m);

#endif
