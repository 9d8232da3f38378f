/* lint: what is wrong with a case, found without a subject. */
#pragma once

#include "catalog.h"
#include "fixture.h"

struct lint {
	const struct catalog *catalog;
	double rate; /* for which bounds are judged */
	bool notes; /* print those too */
	size_t faults, told;
};

/* A fault makes the run of lint fail; a note is only told. */
void lint_fault(struct lint *l, const struct fixture *f, int line, const char *fmt, ...)
	_printf_(4, 5);
void lint_note(struct lint *l, const struct fixture *f, int line, const char *fmt, ...)
	_printf_(4, 5);

/* Everything that one case is checked for, apart from its form. */
void lint_case(struct lint *l, const struct fixture *f);
/* lint_needs.c: features that the manifests and steps use and the case does not declare. */
void lint_needs(struct lint *l, const struct fixture *f);
/* Do the manifests use it? True as well of a feature that manifests do not show. */
bool lint_feature_used(const json_t *manifests, const char *feature);
/* lint_without.c: fields under test that stand nowhere. */
void lint_without(struct lint *l, const struct fixture *f, const struct step *s);
/* lint_events.c: names of events that name nothing. */
void lint_events(struct lint *l, const struct fixture *f, const struct step *s);
