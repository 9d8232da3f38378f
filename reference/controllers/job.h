/*
 * job: the controller of Jobs.
 */
#pragma once

#include "base/error.h"

struct control;
struct job_controller;

int job_controller_new(struct control *c, struct job_controller **ret, struct error *err);
struct job_controller *job_controller_free(struct job_controller *jc);
