/*
 * cronjob: CronJob (batch/v1).
 */
#pragma once

#include "api/scheme.h"

extern const struct kind kind_cronjob;
