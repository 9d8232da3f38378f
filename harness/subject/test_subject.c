/*
 * subject: what it may be asked for.
 */
#include "subject/subject.h"

#include "test/test.h"

static void test_a_cluster_that_declares_nothing_has_what_an_api_shows(void)
{
	struct subject s = { 0 };

	CHECK(subject_has(&s, "pod.exec"));
	CHECK(!subject_has(&s, "disrupt.kill-sandbox"));
	CHECK(!subject_has(&s, "disrupt.restart-agent"));
}

static void test_nodes_are_made_in_a_cluster_only_when_allowed(void)
{
	struct subject s = { 0 };

	CHECK(!subject_has(&s, "nodes.made"));
	s.disruptive = true;
	CHECK(subject_has(&s, "nodes.made"));
	CHECK(!subject_has(&s, "disrupt.kill-sandbox"));
}

static void test_who_declares_is_taken_at_his_word(void)
{
	char *few[] = { (char *)"pod", NULL }, *nodes[] = { (char *)"nodes.made", NULL };
	struct subject s = { .features = few, .disruptive = true };

	CHECK(subject_has(&s, "pod"));
	CHECK(!subject_has(&s, "nodes.made"));
	s = (struct subject){ .features = nodes };
	CHECK(subject_has(&s, "nodes.made"));
}

int main(void)
{
	TEST(test_a_cluster_that_declares_nothing_has_what_an_api_shows);
	TEST(test_nodes_are_made_in_a_cluster_only_when_allowed);
	TEST(test_who_declares_is_taken_at_his_word);
	return test_end();
}
