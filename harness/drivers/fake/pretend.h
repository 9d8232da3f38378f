/* pretend: pods that are kept in memory and are said to run. Requests are those of PROTOCOL.md. */
#pragma once

#include "util/defs.h"

void pretend_init(void);
void pretend_free(void);
void pretend_apply(const json_t *object);
/* Removes what the request names, or all of its namespace. */
void pretend_remove(const json_t *request);
/* Copies of what the request names; the caller drops the list. changes: NULL, or a list of merge patches: the first for the
 * first time that a pod is shown, and so on; the last stays. */
json_t *pretend_list(const json_t *request, const json_t *changes);
/* What a container has printed, or NULL if there is none. words: what it says instead of what its manifest says; NULL: that.
 * The caller frees. */
char *pretend_log(const json_t *request, const char *words);
/* The container prints a word; false if there is none. */
bool pretend_say(const json_t *request, const char *text);
