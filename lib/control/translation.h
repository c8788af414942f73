/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to packets of the optimized path is told to who sent them, in words that he knows: he has sent them to the home address, without a
 * routing header (RFC 6275 §9.3.4). */
#ifndef HP_CONTROL_TRANSLATION_H
#define HP_CONTROL_TRANSLATION_H

#include "control/complaint.h"

/* `from` said `what` about `packet`, all or the beginning of one. If that went by a correspondent's binding, the binding learns of it, and its
 * sender is told if it was not we: true. Else nothing happens. */
bool hp_translation_error(struct hp_control *c, const struct hp_ip6 *from, const struct hp_complaint *what, const uint8_t *packet,
			  size_t len, struct hp_now now, struct hp_effects *fx);

#endif
