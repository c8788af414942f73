/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

int hp_error_set(struct hp_error *e, int code, const char *path, const char *fmt, ...)
{
	va_list ap;

	if (e) {
		snprintf(e->path, sizeof(e->path), "%s", path ? path : "");
		va_start(ap, fmt);
		vsnprintf(e->text, sizeof(e->text), fmt, ap);
		va_end(ap);
	}
	return -code;
}
