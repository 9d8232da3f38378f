/* phrase: what an assertion demands, in words for a person. The caller frees. */
#pragma once

#include "bounds.h"

/* A fact: `pod/a with {"status":{"phase":"Running"}}`, `no pod/a`, `guest a/c say with {"text":"x"}`, … */
char *phrase_fact(const json_t *fact);
/* A relation, with its bounds as this subject's clock has them. */
char *phrase_relation(const json_t *relation, const struct bounds *b);
/* The arguments of an exec step: `exit 0 and output "x" of [...] in a/c`. */
char *phrase_exec(const json_t *args);
/* Of a reject, or of any step with `refused: true`: `pod/a refused at spec.x with reason FieldValueInvalid`. */
char *phrase_refusal(const json_t *args);
