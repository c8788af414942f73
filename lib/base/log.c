/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE 1024

static struct {
	enum hp_log_level level;
	bool json;
} sink = {HP_LOG_INFO, false};

static const char *const name[] = {"error", "warning", "info", "debug"};

void hp_log_init(enum hp_log_level level, bool json)
{
	sink.level = level;
	sink.json = json;
}

bool hp_log_wants(enum hp_log_level level)
{
	return level <= sink.level;
}

/* RFC 8259 §7; bytes of broken UTF-8 pass as they are. */
static size_t quote(char *out, size_t room, const char *text)
{
	size_t n = 0;

	for (; *text && n + 7 < room; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < 0x20) {
			n += (size_t)snprintf(out + n, room - n, "\\u%04x", c);
		} else {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
	return n;
}

void hp_log(enum hp_log_level level, const char *fmt, ...)
{
	char text[LINE], line[2 * LINE], stamp[40];
	struct timespec now;
	struct tm tm;
	va_list ap;
	size_t n;

	if (!hp_log_wants(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp + n, sizeof(stamp) - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
	if (sink.json) {
		n = (size_t)snprintf(line, sizeof(line), "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", stamp, name[level]);
		n += quote(line + n, sizeof(line) - n - 3, text);
		n += (size_t)snprintf(line + n, sizeof(line) - n, "\"}\n");
	} else {
		n = (size_t)snprintf(line, sizeof(line), "%s %s: %s\n", stamp, name[level], text);
	}
	/* One write a line: lines of several threads do not mix. Nobody is left to tell when stderr is gone. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}
