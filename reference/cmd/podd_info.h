/*
 * podd_info: what podd says about itself.
 */
#pragma once

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "cmd/podd_options.h"

/*
 * /apis/podd.podtest/v1/info: name, version, clockRate, clock (its birth: wall and boot time, ns), local, features, root,
 * nodeName, bootID. New reference.
 */
json_t *podd_info(const struct podd_options *o, const struct clock *clock);
