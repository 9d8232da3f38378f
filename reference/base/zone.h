/*
 * zone: local times of the zones of the IANA database.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* "Europe/Paris", "UTC": whether the machine's database has it. */
bool zone_exists(const char *name);

/* Seconds since the epoch to local time and back. name NULL: UTC; an unknown one as well. */
void zone_local(const char *name, int64_t seconds, struct tm *ret);
/* Fields beyond their range are carried on (day 32). A time that a change of the clocks skips moves with it. */
int64_t zone_instant(const char *name, const struct tm *local);

#define ZONE_STAMP_MAX 40

/* RFC 3339 with the zone's offset, "Z" for none; buf has ZONE_STAMP_MAX bytes and is returned. */
char *zone_format(const char *name, int64_t seconds, char *buf);
