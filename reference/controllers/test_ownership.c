/*
 * Tests of the decisions about owners: claims of controllers, and the garbage collector's choice.
 */
#include "controllers/ownership.h"

#include "api/meta.h"
#include "api/selector.h"
#include "base/json.h"
#include "base/test.h"
#include "controllers/garbage_decide.h"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

#define MINE "\"ownerReferences\":[{\"uid\":\"me\",\"controller\":true}]"
#define THEIRS "\"ownerReferences\":[{\"uid\":\"them\",\"controller\":true}]"
#define LOOSE "\"ownerReferences\":[{\"uid\":\"them\"}]"
#define GOES "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\""
#define X "\"labels\":{\"app\":\"x\"}"
#define Y "\"labels\":{\"app\":\"y\"}"

/* What the owner "me", who selects app=x, claims of an object with this metadata. */
static enum claim claim(const char *owner_meta, const char *meta)
{
	_cleanup_free_ char *owner_text = NULL, *text = NULL;
	_cleanup_json_ json_t *owner = NULL, *obj = NULL;
	struct selector *sel = NULL;
	enum claim c;

	if (asprintf(&owner_text, "{\"metadata\":{\"uid\":\"me\"%s}}", owner_meta) < 0 ||
	    asprintf(&text, "{\"metadata\":{%s}}", meta) < 0 ||
	    selector_parse("app=x", &sel, NULL) < 0)
		abort();
	owner = parse(owner_text);
	obj = parse(text);
	c = ownership_claim(owner, sel, obj);
	selector_free(sel);
	return c;
}

static void test_what_matches_and_is_mine_is_mine(void)
{
	CHECK_INT(claim("", MINE "," X), CLAIM_MINE);
}

static void test_an_orphan_that_matches_is_adopted(void)
{
	CHECK_INT(claim("", X), CLAIM_ADOPT);
	CHECK_INT(claim("", LOOSE "," X), CLAIM_ADOPT);
	CHECK_INT(claim("", Y), CLAIM_NONE);
}

static void test_what_another_controls_is_never_mine(void)
{
	CHECK_INT(claim("", THEIRS "," X), CLAIM_NONE);
}

static void test_mine_that_no_longer_matches_is_released(void)
{
	CHECK_INT(claim("", MINE "," Y), CLAIM_RELEASE);
}

static void test_who_goes_neither_adopts_nor_is_adopted(void)
{
	CHECK_INT(claim("," GOES, X), CLAIM_NONE);
	CHECK_INT(claim("," GOES, MINE "," Y), CLAIM_NONE);
	CHECK_INT(claim("", GOES "," X), CLAIM_NONE);
}

static void test_references_are_edited_by_uid(void)
{
	_cleanup_json_ json_t *obj = parse("{\"metadata\":{" LOOSE "}}");
	_cleanup_json_ json_t *owner = parse("{\"apiVersion\":\"v1\",\"kind\":\"K\",\"metadata\":"
					     "{\"name\":\"n\",\"uid\":\"them\"}}");
	_cleanup_json_ json_t *adopted = ownership_adopted(obj, owner);
	_cleanup_json_ json_t *released = ownership_released(adopted, "them");

	CHECK_INT(json_array_size(meta_owner_refs(adopted)), 1);
	CHECK(meta_is_controlled_by(adopted, owner));
	CHECK(!meta_owner_refs(released));
}

static enum garbage_action decide(const char *meta, enum owner_state a, enum owner_state b)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ json_t *obj = NULL;
	enum owner_state states[] = { a, b };

	if (asprintf(&text, "{\"metadata\":{%s}}", meta) < 0)
		abort();
	obj = parse(text);
	return garbage_decide(obj, states, 2);
}

static void test_the_last_owner_takes_its_dependents_along(void)
{
	CHECK_INT(decide("", OWNER_SOLID, OWNER_SOLID), GARBAGE_KEEP);
	CHECK_INT(decide("", OWNER_SOLID, OWNER_DANGLING), GARBAGE_DROP_REFS);
	CHECK_INT(decide("", OWNER_WAITING, OWNER_DANGLING), GARBAGE_DELETE);
}

static void test_finalizers_decide_about_an_owner_that_goes(void)
{
	CHECK_INT(decide(GOES ",\"finalizers\":[\"orphan\"]", OWNER_SOLID, OWNER_SOLID),
		  GARBAGE_ORPHAN);
	CHECK_INT(decide(GOES ",\"finalizers\":[\"foregroundDeletion\"]", OWNER_SOLID, OWNER_SOLID),
		  GARBAGE_DELETE_DEPENDENTS);
	CHECK_INT(decide(GOES, OWNER_DANGLING, OWNER_DANGLING), GARBAGE_KEEP);
}

int main(void)
{
	TEST(test_what_matches_and_is_mine_is_mine);
	TEST(test_an_orphan_that_matches_is_adopted);
	TEST(test_what_another_controls_is_never_mine);
	TEST(test_mine_that_no_longer_matches_is_released);
	TEST(test_who_goes_neither_adopts_nor_is_adopted);
	TEST(test_references_are_edited_by_uid);
	TEST(test_the_last_owner_takes_its_dependents_along);
	TEST(test_finalizers_decide_about_an_owner_that_goes);
	return test_end();
}
