/*
 * volume_guard: claims and volumes that are in use stay until they are not.
 */
#pragma once

#include "base/error.h"

struct control;
struct volume_guard;

int volume_guard_new(struct control *c, struct volume_guard **ret, struct error *err);
struct volume_guard *volume_guard_free(struct volume_guard *g); /* takes NULL, returns NULL */
