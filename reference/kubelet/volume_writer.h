/*
 * volume_writer: a set of small files that changes as one.
 *
 *	DIR/..2026_01_02_15_04_05.000000001/key   the files
 *	DIR/..data -> ..2026_01_02_15_04_05.000000001
 *	DIR/key -> ..data/key
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct volume_content {
	struct volume_entry {
		char *path; /* relative; may have directories */
		char *data;
		size_t len;
		mode_t mode;
	} * entries;
	size_t n;
};

/* path is copied, data is owned from now on. An entry of the same path is replaced. */
void volume_content_add(struct volume_content *c, const char *path, char *data, size_t len,
			mode_t mode);
void volume_content_clear(struct volume_content *c);
/* Nothing is touched when all is as it should be. gid: of every file; -1: root's. */
int volume_write(const char *dir, const struct volume_content *c, int64_t gid, struct error *err);
