/* SPDX-License-Identifier: BSD-3-Clause */
/* Why something failed, for an operator: filled by the callee beside a -errno. */
#ifndef HP_BASE_ERROR_H
#define HP_BASE_ERROR_H

struct hp_error {
	char path[128]; /* JSON path, "" when none */
	char text[384]; /* what was found, what was wanted */
};

/* Fills *e (may be NULL) and returns -code, so that callers write `return hp_error_set(e, EINVAL, …)`. */
int hp_error_set(struct hp_error *e, int code, const char *path, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
