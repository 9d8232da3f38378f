/*
 * pod_columns: the printer columns of pods.
 */
#pragma once

#include "api/scheme.h"

extern const struct printer_column pod_columns[];
