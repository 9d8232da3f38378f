/*
 * volume_binder: binds claims to volumes that are there.
 */
#pragma once

#include "base/error.h"

struct control;
struct volume_binder;

int volume_binder_new(struct control *c, struct volume_binder **ret, struct error *err);
struct volume_binder *volume_binder_free(struct volume_binder *b); /* takes NULL, returns NULL */
