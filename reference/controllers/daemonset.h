/*
 * daemonset: the controller of DaemonSets.
 */
#pragma once

#include "base/error.h"

struct control;
struct daemonset_controller;

int daemonset_controller_new(struct control *c, struct daemonset_controller **ret,
			     struct error *err);
struct daemonset_controller *daemonset_controller_free(struct daemonset_controller *dc);
