/*
 * namespace: empties a namespace that is being deleted, then removes it.
 */
#pragma once

#include "base/error.h"

struct control;
struct namespaces;

int namespaces_new(struct control *c, struct namespaces **ret, struct error *err);
struct namespaces *namespaces_free(struct namespaces *n); /* takes NULL, returns NULL */
