/*
 * cronjob: the controller of CronJobs.
 */
#pragma once

#include "base/error.h"

struct control;
struct cronjob_controller;

int cronjob_controller_new(struct control *c, struct cronjob_controller **ret, struct error *err);
struct cronjob_controller *cronjob_controller_free(struct cronjob_controller *cc);
