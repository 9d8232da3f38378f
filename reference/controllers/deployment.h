/*
 * deployment: the controller of Deployments.
 */
#pragma once

#include "base/error.h"

struct control;
struct deployment_controller;

int deployment_controller_new(struct control *c, struct deployment_controller **ret,
			      struct error *err);
struct deployment_controller *deployment_controller_free(struct deployment_controller *dc);
