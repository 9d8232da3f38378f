/*
 * catalog: what is read, and what is refused.
 */
#include "catalog.h"

#include "test/test.h"

static char dir[] = "/tmp/podtest-test-XXXXXX";
static char *path;

static int load(const char *text, struct catalog **ret, struct error *err)
{
	FILE *f = fopen(path, "we");

	fputs(text, f);
	fclose(f);
	return catalog_load(dir, ret, err);
}

#define REQ(id) "- {id: " id ", statement: It is so., source: a page, level: must}\n"

static void test_a_requirement_is_found_by_its_id(void)
{
	struct catalog *c = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	int rc = load("area: NS\nfinished: 'yes'\nrequirements:\n" REQ("NS-001") REQ("NS-002"), &c,
		      &err);

	CHECK_INT(rc, 0);
	CHECK_INT(catalog_size(c), 2);
	CHECK_TEXT(catalog_find(c, "NS-002")->statement, "It is so.");
	CHECK(!catalog_find(c, "NS-003"));
	CHECK(catalog_area_finished(c, "NS"));
	catalog_free(c);
}

static void refused(const char *text, const char *why)
{
	struct catalog *c = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_INT(load(text, &c, &err), -1);
	CHECK_HAS(error_text(&err), why);
}

static void test_an_id_stands_once_and_in_its_area(void)
{
	refused("area: NS\nrequirements:\n" REQ("NS-001") REQ("NS-001"), "NS-001 stands twice");
	refused("area: NS\nrequirements:\n" REQ("NET-001"), "does not belong to area NS");
}

static void test_a_half_requirement_is_refused(void)
{
	refused("area: NS\nrequirements:\n- {id: NS-001, source: a page, level: must}\n",
		"no statement");
	refused("area: NS\nrequirements:\n- {id: NS-001, statement: It is so., source: p, level: "
		"maybe}\n",
		"level");
	refused("area: NS\nrequirements: []\n", "requirements");
	refused("area: NS\nrequirements:\n- {id: NS-001, statement: It is so., source: p, level: "
		"must, unasserted: too hard}\n",
		"never unasserted");
	refused("area: NS\nrequirements:\n- {id: NS-001, statement: It is so., source: p, level: "
		"must, tier: 2, unasserted: too hard}\n",
		"never unasserted");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	path = xasprintf("%s/NS.yaml", dir);
	TEST(test_a_requirement_is_found_by_its_id);
	TEST(test_an_id_stands_once_and_in_its_area);
	TEST(test_a_half_requirement_is_refused);
	unlink(path);
	rmdir(dir);
	free(path);
	return test_end();
}
