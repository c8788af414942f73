/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a message was not believed: one list of counters and of words for the operator. */
#ifndef HP_SECURITY_REFUSAL_H
#define HP_SECURITY_REFUSAL_H

#include "base/counter.h"

#define HP_REFUSALS(X)                                                                                                                     \
	X(HP_REFUSED_CLOSED, "auth.no_method", "no authentication method is in force")                                                     \
	X(HP_REFUSED_NO_OPTION, "auth.no_option", "no authentication option: ignored (RFC 4285 §5)")                                       \
	X(HP_REFUSED_NO_IDENTITY, "auth.no_identity", "no mobile node identifier option: ignored (RFC 4285 §4)")                           \
	X(HP_REFUSED_UNKNOWN, "auth.unknown_node", "nobody enrolled has this identity or home address: ignored")                           \
	X(HP_REFUSED_ADDRESS, "auth.wrong_address", "the home address belongs to another identity: ignored")                               \
	X(HP_REFUSED_SUSPENDED, "auth.suspended", "the mobile node is suspended: ignored")                                                 \
	X(HP_REFUSED_SPI, "auth.unknown_spi", "the mobile node has no key of this SPI: ignored (RFC 4285 §5.1.1)")                         \
	X(HP_REFUSED_RATE, "auth.rate", "too many wrong authenticators from this source: ignored unverified")                              \
	X(HP_REFUSED_MAC, "auth.wrong_authenticator", "the authenticator is wrong: status 146")                                            \
	X(HP_REFUSED_TIMESTAMP, "auth.timestamp", "the timestamp is not near our time, or not later than the last: status 144")            \
	X(HP_REFUSED_NO_TIMESTAMP, "auth.no_timestamp", "no timestamp, which the mobile node's key asks for: status 145")                  \
	X(HP_REFUSED_SEQUENCE, "auth.sequence", "the sequence number is not later than the last: status 135")                              \
	X(HP_REFUSED_AAA, "auth.aaa", "the MN-AAA authenticator could not be verified")                                                    \
	X(HP_REFUSED_SILENT, "auth.answer_limited", "of these, refusals not answered: rate limit of their source")
enum hp_refusal { HP_REFUSALS(HP_COUNTER_ENUM) HP_REFUSED_COUNT };
extern const struct hp_counter_info hp_refusals[HP_REFUSED_COUNT];

#endif
