/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/security/enrolment.c */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "security/enrolment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PREFIX "HOMEPORT1:"
#define BODY   512

static void expect(int cond)
{
	if (!cond)
		abort();
}

/* What is read, written and read again is the same. */
static void round_trip(const char *text, size_t len)
{
	char again[HP_ENROLMENT_TEXT], third[HP_ENROLMENT_TEXT];
	struct hp_enrolment e, f;
	int n;

	if (hp_enrolment_read(&e, text, len))
		return;
	n = hp_enrolment_write(&e, again);
	expect(n > 0 && n < HP_ENROLMENT_TEXT && strlen(again) == (size_t)n);
	expect(hp_enrolment_read(&f, again, (size_t)n) == HP_ENROLMENT_GOOD);
	expect(hp_enrolment_write(&f, third) == n && strcmp(again, third) == 0);
}

/* Octets as a code with the right checksum, or nothing would ever get past it. */
static void sealed(const uint8_t *data, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t octets[sizeof(PREFIX) - 1 + BODY + EVP_MAX_MD_SIZE] = PREFIX;
	char text[2 * sizeof(octets)] = PREFIX;
	size_t n = sizeof(PREFIX) - 1, bits;
	unsigned int digest;

	len = len > BODY ? BODY : len;
	memcpy(octets + n, data, len);
	expect(EVP_Digest(octets, n + len, octets + n + len, &digest, EVP_sha256(), NULL) == 1);
	bits = (len + 8) * 8;
	memset(octets + n + len + 8, 0, sizeof(octets) - n - len - 8);
	for (size_t i = 0; i < bits; i += 5) {
		const uint8_t *at = octets + sizeof(PREFIX) - 1 + i / 8;

		text[n++] = alphabet[((at[0] << 8 | at[1]) >> (11 - i % 8)) & 31];
	}
	round_trip(text, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len ? len : 1);

	memcpy(text, data, len);
	round_trip(text, len);
	free(text);
	sealed(data, len);
	return 0;
}
