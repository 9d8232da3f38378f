/*
 * controller_revision: ControllerRevision (apps/v1).
 */
#pragma once

#include "api/scheme.h"

extern const struct kind kind_controller_revision;
