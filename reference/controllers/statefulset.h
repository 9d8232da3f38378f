/*
 * statefulset: the controller of StatefulSets.
 */
#pragma once

#include "base/error.h"

struct control;
struct statefulset_controller;

int statefulset_controller_new(struct control *c, struct statefulset_controller **ret,
			       struct error *err);
/* Takes NULL, returns NULL. */
struct statefulset_controller *statefulset_controller_free(struct statefulset_controller *sc);
