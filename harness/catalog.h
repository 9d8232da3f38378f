/* catalog: the requirements, conformance/requirements/AREA.yaml. Read once, never changed. */
#pragma once

#include "util/defs.h"
#include "util/error.h"
#include "verdict.h"

struct requirement {
	const char *id, *area;
	enum level level;
	const char *statement, *observe, *source;
	const char *since; /* "1.33": on by default from there; NULL: always */
	const char *disputed; /* why documents and code differ, or NULL */
	const char *tier; /* "1" every runtime, "2" most, "3" special; or NULL */
	const char *wait; /* seconds that it takes, as a text */
	const char *checked, *seen; /* what a real node showed, or NULL */
	const char *mutant; /* the wrong behaviour that a case of it must catch, or NULL */
	const char *note;
	const char *unasserted; /* why no case asserts it (a must only in tier 3), or NULL */
	const char *confirmed; /* where its source was read again, for what no node could show; or NULL */
};

struct catalog;

int catalog_load(const char *dir, struct catalog **ret, struct error *err);
struct catalog *catalog_free(struct catalog *c);
static inline void catalog_free_p(struct catalog **c)
{
	catalog_free(*c);
}
/* NULL when there is no such id. The answer lives as long as the catalogue. */
const struct requirement *catalog_find(const struct catalog *c, const char *id);
size_t catalog_size(const struct catalog *c);
const struct requirement *catalog_at(const struct catalog *c, size_t i);
/* `finished: yes` in the area's file. */
bool catalog_area_finished(const struct catalog *c, const char *area);
