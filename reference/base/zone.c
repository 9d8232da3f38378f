/*
 * zone: the C library knows all zones, but one at a time: that of the environment's TZ. It is set for the length of a
 * call and put back; there are no threads that could see it. UTC needs none of it.
 */
#include "base/zone.h"

#include <ctype.h>

#include "base/defs.h"
#include "base/str.h"

#define DATABASE "/usr/share/zoneinfo"

/* A relative path without dots at the start of a part. */
static bool is_name(const char *name)
{
	char before = '/';

	for (const char *c = name; *c; before = *c++) {
		if (before == '/' && !isalnum((unsigned char)*c))
			return false;
		if (!isalnum((unsigned char)*c) && !strchr("/_+-", *c))
			return false;
	}
	return before != '/';
}

static bool is_zone_file(const char *path)
{
	_cleanup_file_ FILE *f = fopen(path, "re");
	char magic[4];

	return f && fread(magic, sizeof(magic), 1, f) == 1 && memcmp(magic, "TZif", 4) == 0;
}

bool zone_exists(const char *name)
{
	_cleanup_free_ char *path = str_printf(DATABASE "/%s", name);

	return is_name(name) && (streq(name, "UTC") || is_zone_file(path));
}

static bool is_utc(const char *name)
{
	return !name || streq(name, "UTC") || !zone_exists(name);
}

static char *enter(const char *name)
{
	char *before = xstrdup(getenv("TZ"));

	setenv("TZ", name, 1);
	tzset();
	return before;
}

static void leave(char *before)
{
	if (before)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(before);
}

void zone_local(const char *name, int64_t seconds, struct tm *ret)
{
	time_t t = (time_t)seconds;
	char *before;

	if (is_utc(name)) {
		gmtime_r(&t, ret);
		return;
	}
	before = enter(name);
	localtime_r(&t, ret);
	leave(before);
}

int64_t zone_instant(const char *name, const struct tm *local)
{
	struct tm copy = *local;
	char *before;
	time_t t;

	if (is_utc(name))
		return (int64_t)timegm(&copy);
	before = enter(name);
	copy.tm_isdst = -1;
	t = mktime(&copy);
	leave(before);
	return (int64_t)t;
}

char *zone_format(const char *name, int64_t seconds, char *buf)
{
	struct tm local;
	size_t n;

	zone_local(name, seconds, &local);
	n = strftime(buf, ZONE_STAMP_MAX, "%Y-%m-%dT%H:%M:%S", &local);
	if (local.tm_gmtoff == 0)
		snprintf(buf + n, ZONE_STAMP_MAX - n, "Z");
	else
		snprintf(buf + n, ZONE_STAMP_MAX - n, "%c%02ld:%02ld",
			 local.tm_gmtoff < 0 ? '-' : '+', labs(local.tm_gmtoff) / 3600,
			 labs(local.tm_gmtoff) / 60 % 60);
	return buf;
}
