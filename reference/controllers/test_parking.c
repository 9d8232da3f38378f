/*
 * Tests of who is woken by what.
 */
#include "controllers/parking.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/strbuf.h"
#include "base/test.h"

static struct strbuf woken = STRBUF_INIT;

static void on_key(void *userdata _unused_, const char *key)
{
	strbuf_addf(&woken, "%s ", key);
}

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static void park(struct parking *p, const char *key, const char *spec, bool cares)
{
	_cleanup_json_ json_t *pod = json_pack("{s:o}", "spec", parse(spec));

	parking_put(p, key, pod, cares);
}

/* Three wait: for a label, for much cpu, for other pods. Whom does node wake (NULL: another pod)? The caller frees. */
static char *woken_by(const char *node_text, int64_t taken_milli)
{
	_cleanup_(loop_freep) struct loop *loop = NULL;
	_cleanup_(workqueue_freep) struct workqueue *queue = NULL;
	_cleanup_json_ json_t *node = node_text ? parse(node_text) : NULL, *none = json_object();
	struct usage usage = { .with_ports = none };
	struct parking *p;
	struct clock clock;

	if (loop_new(&loop, NULL) < 0)
		abort();
	clock_init_now(&clock, 1);
	queue = workqueue_new(loop, &clock, on_key, NULL);
	p = parking_new(queue);
	park(p, "label", "{\"nodeSelector\":{\"disk\":\"ssd\"}}", false);
	park(p, "cpu", "{\"containers\":[{\"resources\":{\"requests\":{\"cpu\":\"3\"}}}]}", false);
	park(p, "others", "{\"nodeSelector\":{\"no\":\"such\"}}", true);
	park(p, "dropped", "{}", true);
	parking_drop(p, "dropped");
	resource_list_add(&usage.taken, "cpu", taken_milli);
	for (int i = 0; i < 2; i++) { /* who was woken is parked no more */
		if (node)
			parking_node_changed(p, node, &usage);
		else
			parking_pods_changed(p);
		for (int turn = 0; turn < 20; turn++)
			loop_turn(loop);
	}
	parking_free(p);
	resource_list_deinit(&usage.taken);
	return strbuf_take(&woken);
}

#define NODE(labels, cpu)                                                                      \
	"{\"metadata\":{\"name\":\"n\",\"labels\":{" labels "}},\"status\":{\"allocatable\":{" \
	"\"cpu\":\"" cpu "\",\"pods\":\"9\"}}}"
#define CHECK_WOKEN(node, taken, want)                             \
	do {                                                       \
		_cleanup_free_ char *text = woken_by(node, taken); \
		CHECK_STR(text, want);                             \
	} while (0)

static void test_who_fits_on_the_node_is_woken(void)
{
	CHECK_WOKEN(NODE("\"disk\":\"ssd\"", "1"), 0, "label others ");
	CHECK_WOKEN(NODE("\"disk\":\"hdd\"", "4"), 0, "cpu others ");
	CHECK_WOKEN(NODE("\"disk\":\"ssd\"", "4"), 0, "label cpu others ");
}

static void test_what_is_taken_counts(void)
{
	CHECK_WOKEN(NODE("\"disk\":\"ssd\"", "4"), 2000, "label others ");
	CHECK_WOKEN(NODE("\"disk\":\"ssd\"", "4"), 1000, "label cpu others ");
}

static void test_other_pods_wake_who_cares(void)
{
	CHECK_WOKEN(NULL, 0, "others ");
}

int main(void)
{
	TEST(test_who_fits_on_the_node_is_woken);
	TEST(test_what_is_taken_counts);
	TEST(test_other_pods_wake_who_cares);
	return test_end();
}
