/*
 * endpoints: keeps the EndpointSlices and the Endpoints of every Service.
 */
#pragma once

#include "base/error.h"

struct control;
struct endpoints_controller;

int endpoints_controller_new(struct control *c, struct endpoints_controller **ret,
			     struct error *err);
struct endpoints_controller *endpoints_controller_free(struct endpoints_controller *ec);
