/*
 * recording: the recorded history of one case as a file, DIR/histories/AREA-CASE.json (README.md, Recorded histories).
 *
 * It holds all that is needed to judge the case again without a subject: what the subject is, what the case asks for, and everything
 * that the case was told, in order.
 */
#pragma once

#include "case.h"
#include "fixture.h"

#define RECORDING_SCHEMA 1

struct recording {
	char *path;
	json_t *root; /* the whole file, checked */
	int64_t began; /* ns of CLOCK_BOOTTIME on the runner's machine */
	struct fixture_list fixtures; /* the one case */
};

/* Faults name the file and the place in it. What is not of this schema, or was left out of, is refused. */
int recording_read(const char *path, struct recording *ret, struct error *err);
void recording_clear(struct recording *r);
/* An instant of the file, seconds since the case began, in ns of its clock. */
int64_t recording_ns(const struct recording *r, double seconds);

/* DIR/AREA-CASE[-ROUND][.WHICH].json; the caller frees. */
char *recording_path(const char *dir, const struct case_result *r, bool rounds, const char *which);
/* What an earlier run left there would be taken for this one's. */
void recordings_clear(const char *dir);
/* Of a case that is over and was recorded. Folders are made. */
int recording_write(struct case_run *c, const char *path, struct error *err);
