/*
 * expand: Kubernetes' $(VAR) syntax. Pure.
 */
#pragma once

/*
 * $(NAME) becomes the value of NAME in env ("K=V" vector), or stays when there is none; $$ becomes $; any
 * other $ stays. *ret_missing (may be NULL): the first name that is unknown or has no value, else NULL. The
 * caller frees.
 */
char *expand(const char *text, char *const *env, char **ret_missing);
/* Each string of a vector; NULL for NULL. */
char **expand_all(char *const *texts, char *const *env);
