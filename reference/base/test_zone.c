/*
 * Tests of time zones.
 */
#include "base/zone.h"

#include "base/test.h"

static void test_names_of_the_database_alone(void)
{
	CHECK(zone_exists("UTC"));
	CHECK(zone_exists("Europe/Paris"));
	CHECK(!zone_exists("Europe/Atlantis"));
	CHECK(!zone_exists("Europe"));
	CHECK(!zone_exists(""));
	CHECK(!zone_exists("/etc/passwd"));
	CHECK(!zone_exists("Europe/../Asia/Tokyo"));
	CHECK(!zone_exists("+01:00"));
}

static void test_there_and_back(void)
{
	struct tm t;
	char buf[ZONE_STAMP_MAX];

	zone_local("Asia/Kolkata", 0, &t);
	CHECK_INT(t.tm_hour, 5);
	CHECK_INT(t.tm_min, 30);
	CHECK_INT(zone_instant("Asia/Kolkata", &t), 0);
	CHECK_STR(zone_format("America/New_York", 0, buf), "1969-12-31T19:00:00-05:00");
	CHECK_STR(zone_format(NULL, 0, buf), "1970-01-01T00:00:00Z");
}

static void test_the_environment_is_left_as_it_was(void)
{
	struct tm t;

	setenv("TZ", "Asia/Tokyo", 1);
	zone_local("Europe/Paris", 0, &t);
	CHECK_STR(getenv("TZ"), "Asia/Tokyo");
	unsetenv("TZ");
	zone_local("Europe/Paris", 0, &t);
	CHECK(!getenv("TZ"));
}

int main(void)
{
	TEST(test_names_of_the_database_alone);
	TEST(test_there_and_back);
	TEST(test_the_environment_is_left_as_it_was);
	return test_end();
}
