/* SPDX-License-Identifier: BSD-3-Clause */
/* A QR code in a terminal: two modules a character, dark on light whatever the terminal's colours are, for that is what cameras expect. */
#include <qrencode.h>
#include <stdio.h>
#include <unistd.h>

#include "homeportctl/ctl.h"

#define QUIET 4 /* modules around it: ISO/IEC 18004 */

static bool is_dark(const QRcode *q, int x, int y)
{
	return x >= 0 && y >= 0 && x < q->width && y < q->width && q->data[y * q->width + x] & 1;
}

void ctl_code_show(const char *text)
{
	static const char *const half[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}}; /* [above dark][below dark], drawn light */
	QRcode *q = isatty(STDOUT_FILENO) ? QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1) : NULL;

	if (!q)
		return;
	for (int y = -QUIET; y < q->width + QUIET; y += 2) {
		fputs("\033[40;97m", stdout);
		for (int x = -QUIET; x < q->width + QUIET; x++)
			fputs(half[is_dark(q, x, y)][is_dark(q, x, y + 1)], stdout);
		puts("\033[0m");
	}
	QRcode_free(q);
}
