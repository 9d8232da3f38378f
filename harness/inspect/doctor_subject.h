/* doctor_subject: what `podtest doctor` says of a subject that is elsewhere. */
#pragma once

#include "options.h"

/* Looks at a subject. 0, or -1 when it cannot be reached: then a row has said so. */
int doctor_subject(const struct options *o);
