/* SPDX-License-Identifier: BSD-3-Clause */
/* Multicast listener discovery: RFC 2710 (version 1), RFC 3810 (version 2): bytes <-> structs. No policy.
 * Readers check what RFC 3810 §5.1.14, §5.2.13, §6.2 and §7.4 want of every message: link-local source, hop limit 1, router alert,
 * checksum. Any thread. */
#ifndef HP_WIRE_MLD_H
#define HP_WIRE_MLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/ip6.h"
#include "wire/packet.h"

/* RFC 3810 §5.2.12 */
enum hp_mld_record {
	HP_MLD_IS_INCLUDE = 1,
	HP_MLD_IS_EXCLUDE = 2,
	HP_MLD_TO_INCLUDE = 3,
	HP_MLD_TO_EXCLUDE = 4,
	HP_MLD_ALLOW = 5,
	HP_MLD_BLOCK = 6
};

/* A query of either version; `group` :: for a general one. */
struct hp_mld_query {
	struct hp_ip6 group;
	uint32_t max_response_ms; /* written: below 32,768 */
	uint8_t version;          /* 1 or 2; written: 2 */
	uint16_t sources;
	const struct hp_ip6 *source; /* read: in the packet */
	/* Written, and not read: they are for other routers. */
	bool suppress;      /* S: they do not lower their timers */
	uint8_t robustness; /* 0..7 */
	uint8_t interval_s; /* below 128 */
};

/* 0 or -EBADMSG. */
int hp_mld_query_read(struct hp_mld_query *out, const struct hp_packet *p);
/* Length or -ENOSPC. */
int hp_mld_query_write(const struct hp_mld_query *q, void *out, size_t room);

/* One multicast address of a report. Version 1 in the words of version 2 (RFC 3810 §8.3.2): report is IS_EXCLUDE, done is TO_INCLUDE, both
 * without sources. */
struct hp_mld_listening {
	enum hp_mld_record type; /* read: may be unknown, to be ignored */
	struct hp_ip6 group;
	uint16_t sources;
	const struct hp_ip6 *source; /* read: in the packet */
};
struct hp_mld_report {
	struct hp_reader r;
	unsigned int left; /* records not read yet */
	uint8_t version;
	enum hp_mld_record v1_type;
};
/* A report or done message of either version: every record lies within it. 0 or -EBADMSG. */
int hp_mld_report_read(struct hp_mld_report *out, const struct hp_packet *p);
/* The next record, or false. */
bool hp_mld_report_next(struct hp_mld_report *m, struct hp_mld_listening *out);

/* An MLDv2 report of `n` records (RFC 3810 §5.2); its length is what this adds up to. */
#define HP_MLD_REPORT_SIZE 8
int hp_mld_report_write(const struct hp_mld_listening *record, size_t n, void *out, size_t room);
static inline size_t hp_mld_record_size(const struct hp_mld_listening *record)
{
	return 20 + record->sources * sizeof(struct hp_ip6);
}
/* MLDv1 report (131) or done (132), where an old querier rules the link (RFC 3810 §8.2.1). */
int hp_mld_v1_write(uint8_t type, const struct hp_ip6 *group, void *out, size_t room);

#endif
