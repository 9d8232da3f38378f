/*
 * hpa_columns: what `get hpa` shows, of either version. Private to api/.
 */
#pragma once

#include "api/scheme.h"

extern const struct printer_column hpa_columns[];
