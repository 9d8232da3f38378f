/* lint_rules: what is wrong with a case, found without a subject: the files lint_*.c. */
#pragma once

#include "inspect/lint_fault.h"

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
