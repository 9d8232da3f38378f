/*
 * audit: declared and undeclared features, and the fields that assertions name.
 */
#include "audit_make.h"

#include "feature.h"
#include "fixture.h"
#include "report/report_audit.h"
#include "result.h"
#include "test/test.h"
#include "util/json.h"

static struct run_result run, tried;
static struct audit audit;
static struct fixture fixtures[32];
static size_t n_fixtures;

/* A fixture with these needs (separated by commas). */
static const struct fixture *needing(const char *needs)
{
	struct fixture *f = &fixtures[n_fixtures++];

	CHECK(n_fixtures < ARRAY_SIZE(fixtures));
	f->needs = strv_split(needs, ",");
	return f;
}

/* A case with one assertion about `field` (may be NULL) that ended so. */
static struct case_result *add(struct run_result *to, const char *needs, enum verdict v,
			       const char *field)
{
	struct case_result c = { .name = xstrdup("x"), .area = xstrdup("y"), .verdict = v };
	struct assertion_result *a = case_result_add(&c, "NS-001");

	c.fixture = needing(needs);
	a->verdict = v;
	a->field = xstrdup(field);
	a->ignored = v == VERDICT_IGNORED;
	run_result_add(to, &c);
	return &to->cases[to->n_cases - 1];
}

static void add_refused(struct run_result *to, const char *needs, const char *field)
{
	struct case_result *c = add(to, needs, VERDICT_BROKEN, field);

	c->refused = xstrdup("invalid: no");
	c->refused_field = xstrdup(field);
}

/* The subject declares all but the replica set. */
static bool declares(void *userdata, const char *feature)
{
	(void)userdata;
	return !streq(feature, "rs");
}

static void begin(void)
{
	run_result_clear(&run);
	run_result_clear(&tried);
	audit_clear(&audit);
	while (n_fixtures)
		strv_free(fixtures[--n_fixtures].needs);
}

static const struct audit_feature *row(const char *name)
{
	audit_clear(&audit);
	audit_make(&audit, &run, &tried, declares, NULL);
	for (size_t i = 0; i < audit.n_features; i++)
		if (streq(audit.features[i].name, name))
			return &audit.features[i];
	TEST_FAIL("no row %s", name);
}

#define CHECK_ROW(name, state_, claim_)                                            \
	do {                                                                       \
		const struct audit_feature *f_ = row(name);                        \
		CHECK_TEXT(audit_state_name(f_->state), audit_state_name(state_)); \
		CHECK_TEXT(audit_claim_name(f_->claim), audit_claim_name(claim_)); \
	} while (0)

static void test_a_feature_whose_cases_pass_is_honoured(void)
{
	begin();
	add(&run, "pod.grace", VERDICT_PASS, NULL);
	CHECK_ROW("pod.grace", AUDIT_HONOURED, CLAIM_RIGHT);
	CHECK_ROW("pod.exec", AUDIT_UNSEEN, CLAIM_UNKNOWN);
}

static void test_a_failure_is_laid_to_the_weakest_need(void)
{
	begin();
	add(&run, "pod.exec", VERDICT_PASS, NULL);
	add(&run, "pod.exec,pod.hook", VERDICT_FAIL, NULL);
	CHECK_ROW("pod.hook", AUDIT_WRONG, CLAIM_OVER);
	CHECK_ROW("pod.exec", AUDIT_HONOURED, CLAIM_RIGHT);
	CHECK_ROW("pod", AUDIT_HONOURED, CLAIM_RIGHT);
}

static void test_what_fails_in_part_is_wrong_and_rightly_claimed(void)
{
	begin();
	add(&run, "", VERDICT_PASS, NULL);
	add(&run, "pod.hook", VERDICT_PASS, NULL);
	add(&run, "pod.hook", VERDICT_FAIL, NULL);
	CHECK_ROW("pod.hook", AUDIT_WRONG, CLAIM_RIGHT);
}

static void test_a_field_without_effect_names_its_feature(void)
{
	begin();
	add(&run, "pod.grace,pod.exec", VERDICT_PASS, NULL);
	add(&run, "pod.grace,pod.exec", VERDICT_IGNORED, "spec.terminationGracePeriodSeconds");
	CHECK_ROW("pod.grace", AUDIT_IGNORED, CLAIM_RIGHT);
	CHECK_ROW("pod.exec", AUDIT_HONOURED, CLAIM_RIGHT);
}

static void test_a_refusal_names_its_feature(void)
{
	begin();
	add_refused(&run, "pod.volume.secret,pod.exec", "spec.volumes[0].secret");
	CHECK_ROW("pod.volume.secret", AUDIT_REFUSED, CLAIM_OVER);
}

static void test_what_is_known_to_fail_failed_all_the_same(void)
{
	begin();
	add(&run, "pod.hook", VERDICT_KNOWN, NULL)->assertions[0].before = VERDICT_FAIL;
	CHECK_ROW("pod.hook", AUDIT_WRONG, CLAIM_OVER);
}

static void test_a_broken_case_says_nothing(void)
{
	begin();
	add(&run, "pod.hook", VERDICT_BROKEN, NULL);
	CHECK_ROW("pod.hook", AUDIT_UNSEEN, CLAIM_UNKNOWN);
}

static void test_undeclared_and_working_is_claimed_too_low(void)
{
	begin();
	add(&run, "rs", VERDICT_NOT_APPLICABLE, NULL);
	CHECK_ROW("rs", AUDIT_UNSEEN, CLAIM_UNKNOWN);
	CHECK_INT(audit.not_run, 1);
	add(&tried, "rs", VERDICT_PASS, NULL);
	CHECK_ROW("rs", AUDIT_HONOURED, CLAIM_UNDER);
	add(&tried, "rs", VERDICT_FAIL, NULL);
	CHECK_ROW("rs", AUDIT_WRONG, CLAIM_RIGHT);
}

static void test_undeclared_and_refused_is_claimed_right(void)
{
	begin();
	add_refused(&tried, "rs", NULL);
	CHECK_ROW("rs", AUDIT_REFUSED, CLAIM_RIGHT);
}

static void test_fields_have_a_state_of_their_own(void)
{
	begin();
	add(&run, "", VERDICT_PASS, "spec.hostPID");
	add(&run, "", VERDICT_PASS, "spec.hostIPC");
	add(&run, "", VERDICT_IGNORED, "spec.hostIPC");
	add_refused(&run, "", "spec.volumes");
	row("pod");
	CHECK_INT(audit.n_fields, 3);
	CHECK_INT(audit.fields[0].state, AUDIT_HONOURED);
	CHECK_INT(audit.fields[1].state, AUDIT_IGNORED);
	CHECK_INT(audit.fields[1].assertions, 2);
	CHECK_INT(audit.fields[2].state, AUDIT_REFUSED);
}

static char *summary(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	row("pod");
	audit_print(out, &audit);
	fclose(out);
	return text;
}

static void test_the_summary_tells_what_somebody_should_read(void)
{
	_cleanup_free_ char *text = NULL;

	begin();
	add(&run, "rs", VERDICT_NOT_APPLICABLE, NULL);
	add(&run, "pod.hook", VERDICT_FAIL, NULL);
	add(&run, "", VERDICT_PASS, NULL);
	add(&run, "", VERDICT_IGNORED, "spec.hostIPC");
	add(&tried, "rs", VERDICT_PASS, NULL);
	text = summary();
	CHECK_TEXT(text, "1 cases were not run for want of a feature that is not declared: rs (1)\n"
			 "declared, but nothing of it works: pod.hook (wrong in 1)\n"
			 "not declared, but it works: rs\n"
			 "taken, but without effect: spec.hostIPC\n");
}

static void test_the_summary_is_silent_when_all_is_well(void)
{
	_cleanup_free_ char *text = NULL;

	begin();
	add(&run, "pod.hook", VERDICT_PASS, "spec.containers.lifecycle.preStop");
	text = summary();
	CHECK_TEXT(text, "");
}

static void test_a_field_leads_to_its_feature(void)
{
	CHECK_TEXT(feature_of_field("spec.containers[0].lifecycle.preStop"), "pod.hook");
	CHECK_TEXT(feature_of_field("spec.containers.lifecycle.preStop.sleep"), "pod.hook.sleep");
	CHECK_TEXT(feature_of_field("spec.initContainers.restartPolicy"), "pod.sidecar");
	CHECK_TEXT(feature_of_field("spec.containers.restartPolicy"), "pod.restart.rules");
	CHECK_TEXT(feature_of_field("spec.restartPolicy"), "pod.restart");
	CHECK_TEXT(feature_of_field("spec.template.spec.volumes[3].emptyDir"),
		   "pod.volume.emptydir");
	CHECK(!feature_of_field("spec.containers.image"));
	CHECK(!feature_of_field(NULL));
}

int main(void)
{
	TEST(test_a_feature_whose_cases_pass_is_honoured);
	TEST(test_a_failure_is_laid_to_the_weakest_need);
	TEST(test_what_fails_in_part_is_wrong_and_rightly_claimed);
	TEST(test_a_field_without_effect_names_its_feature);
	TEST(test_a_refusal_names_its_feature);
	TEST(test_what_is_known_to_fail_failed_all_the_same);
	TEST(test_a_broken_case_says_nothing);
	TEST(test_undeclared_and_working_is_claimed_too_low);
	TEST(test_undeclared_and_refused_is_claimed_right);
	TEST(test_fields_have_a_state_of_their_own);
	TEST(test_the_summary_tells_what_somebody_should_read);
	TEST(test_the_summary_is_silent_when_all_is_well);
	TEST(test_a_field_leads_to_its_feature);
	begin();
	return test_end();
}
