/*
 * picture: of a history stays what is drawn, in a few words, and not without bound.
 */
#include "picture.h"

#include "test/test.h"
#include "util/json.h"

static struct history h;

static void add(enum source source, const char *who, const char *words, const char *content, int ms)
{
	history_add(&h, source, who, words, content ? json_read(content, strlen(content)) : NULL,
		    h.began + (ms - 5) * NSEC_PER_MSEC, h.began + ms * NSEC_PER_MSEC);
}

static void begin(void)
{
	history_clear(&h);
	history_init(&h, 1000 * NSEC_PER_SEC);
}

static void test_what_is_drawn_is_told_in_a_few_words(void)
{
	_cleanup_json_ json_t *list = NULL;

	begin();
	add(SOURCE_DID, "", "apply pod/a", NULL, 10);
	add(SOURCE_WATCH, "a/i", "state=terminated",
	    "{\"exitCode\": 3, \"reason\": \"Error\", \"init\": true, \"finishedAt\": \"x\"}", 20);
	add(SOURCE_GUEST, "a/c", "exit", "{\"code\": 4, \"pid\": 1}", 30);
	add(SOURCE_LOST, "a/c", "", NULL, 40);
	list = picture_events(&h);
	CHECK_INT(json_array_size(list), 4);
	CHECK_TEXT(json_str(list, "0.what"), "apply pod/a");
	CHECK(json_num(list, "0.t", 0) > 0.0099 && json_num(list, "0.t", 0) < 0.0101);
	CHECK(json_num(list, "0.early", 0) > 0.0049);
	CHECK_TEXT(json_str(list, "1.is"), "3 Error");
	CHECK(json_truth(list, "1.init", false));
	CHECK_TEXT(json_str(list, "2.who"), "a/c");
	CHECK_TEXT(json_str(list, "2.is"), "4");
	CHECK_TEXT(json_str(list, "3.what"), "lost");
}

static void test_what_is_not_drawn_is_left_out(void)
{
	_cleanup_json_ json_t *list = NULL;

	begin();
	add(SOURCE_GUEST, "podtest-witness/witness", "start", NULL, 1);
	add(SOURCE_GUEST, "a/c", "say", "{\"text\": \"x\"}", 2);
	add(SOURCE_GUEST, "a/c", "probe-done", NULL, 3);
	add(SOURCE_WATCH, "a", "condition Ready=True", NULL, 4);
	add(SOURCE_EVENT, "a", "reason=Started", NULL, 5);
	list = picture_events(&h);
	CHECK_INT(json_array_size(list), 0);
}

static void test_probes_leave_room_for_the_rest(void)
{
	_cleanup_json_ json_t *list = NULL;

	begin();
	for (int i = 0; i < 1000; i++)
		add(SOURCE_GUEST, "a/c", "probe",
		    "{\"kind\": \"http\", \"name\": \"x\", \"result\": \"ok\"}", 10 + i);
	add(SOURCE_GUEST, "a/c", "term", NULL, 2000);
	list = picture_events(&h);
	CHECK_INT(json_array_size(list), 151);
	CHECK_TEXT(json_str(list, "0.is"), "http x ok");
	CHECK_TEXT(json_str(list, "150.what"), "term");
}

static void test_a_picture_has_a_bound(void)
{
	_cleanup_json_ json_t *list = NULL;

	begin();
	for (int i = 0; i < 1000; i++)
		add(SOURCE_GUEST, "a/c", "start", NULL, 10 + i);
	list = picture_events(&h);
	CHECK_INT(json_array_size(list), 500);
}

int main(void)
{
	TEST(test_what_is_drawn_is_told_in_a_few_words);
	TEST(test_what_is_not_drawn_is_left_out);
	TEST(test_probes_leave_room_for_the_rest);
	TEST(test_a_picture_has_a_bound);
	history_clear(&h);
	return test_end();
}
