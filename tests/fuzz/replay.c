/* SPDX-License-Identifier: BSD-3-Clause */
/* A fuzzer's target run over the files of its corpus, without libFuzzer: part of every test, under the sanitizers too. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int replay(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!f)
		return 0;
	len = fread(data, 1, sizeof(data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, len);
	/* Cut short at every octet, too: a truncation is the commonest fault of all. */
	for (size_t n = 0; n < len && len < 4096; n++)
		LLVMFuzzerTestOneInput(data, n);
	return 1;
}

int main(int argc, char **argv)
{
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	int n = 0;

	if (!d) {
		fprintf(stderr, "usage: replay FOLDER\n");
		return 2;
	}
	for (struct dirent *e; (e = readdir(d));) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		if (e->d_type == DT_REG)
			n += replay(path);
	}
	closedir(d);
	printf("ok %d files, whole and cut short\n", n);
	return n ? 0 : 1;
}
