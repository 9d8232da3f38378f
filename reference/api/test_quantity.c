/*
 * Tests of quantities: canonical text, rounding, comparison, refusals.
 */
#include "api/quantity.h"
#include "base/test.h"

static const char *canonical(const char *text)
{
	static char out[QUANTITY_STRING_MAX];
	struct quantity q;

	if (quantity_parse(text, &q, NULL) < 0)
		return "refused";
	quantity_format(&q, out);
	return out;
}

static void test_canonical_text(void)
{
	static const char *const cases[][2] = {
		{ "0", "0" },
		{ "1", "1" },
		{ "0.5", "500m" },
		{ "1000m", "1" },
		{ "1500m", "1500m" },
		{ "1.5", "1500m" },
		{ "1000", "1k" },
		{ "1500", "1500" },
		{ "12000000", "12M" },
		{ "1Ki", "1Ki" },
		{ "1024Ki", "1Mi" },
		{ "1.5Gi", "1536Mi" },
		{ "0.5Ki", "512" },
		{ "0.3Ki", "307200m" },
		{ "1.1Mi", "1153434" },
		{ "1e3", "1e3" },
		{ "2E6", "2e6" },
		{ "-1", "-1" },
		{ "+5", "5" },
		{ "1u", "1u" },
		{ "0.0000000001", "1n" },
		{ ".5", "500m" },
		{ "5.", "5" },
		{ "1E", "1E" },
		{ "100Mi", "100Mi" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "99999999999999999999", "9223372036854775807" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_STR(canonical(cases[i][0]), cases[i][1]);
}

static void test_what_is_no_quantity(void)
{
	static const char *const cases[] = { "",    "abc", "1.2.3", "1KiB", "1e",
					     "--1", "1 ",  "e3",    "Ki" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_STR(canonical(cases[i]), "refused");
}

static void test_values_round_up(void)
{
	CHECK_INT(quantity_text_value("1500m", 0), 2);
	CHECK_INT(quantity_text_value("-1500m", 0), -2);
	CHECK_INT(quantity_text_milli("0.0005", 0), 1);
	CHECK_INT(quantity_text_milli("0.0015", 0), 2);
	CHECK_INT(quantity_text_milli("2", 0), 2000);
	CHECK_INT(quantity_text_value("128Mi", 0), 134217728);
	CHECK_INT(quantity_text_value(NULL, -7), -7);
	CHECK_INT(quantity_text_value("x", -7), -7);
}

static void test_comparison_and_sum(void)
{
	struct quantity a, b, c;

	quantity_parse("1Gi", &a, NULL);
	quantity_parse("1G", &b, NULL);
	CHECK(quantity_compare(&a, &b) > 0);
	CHECK(quantity_compare(&b, &b) == 0);
	c = quantity_add(&b, &b);
	CHECK_INT(quantity_value(&c), INT64_C(2000000000));
	quantity_parse("-1m", &c, NULL);
	CHECK_INT(quantity_sign(&c), -1);
	CHECK(!quantity_is_integer(&c));
}

int main(void)
{
	TEST(test_canonical_text);
	TEST(test_what_is_no_quantity);
	TEST(test_values_round_up);
	TEST(test_comparison_and_sum);
	return test_end();
}
