/*
 * expand: Kubernetes' $(VAR) syntax. Pure.
 */
#pragma once

#include <stdbool.h>

/*
 * $(NAME) becomes the value of NAME in env ("K=V" vector), or stays when there is none; $$ becomes $; any
 * other $ stays. *ret_missing (may be NULL) tells whether a name was unknown or had an empty value. The caller frees.
 */
char *expand(const char *text, char *const *env, bool *ret_missing);
/* Each string of a vector; NULL for NULL. */
char **expand_all(char *const *texts, char *const *env);
