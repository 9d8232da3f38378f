/*
 * Bodies of frames: what is put comes out again, and no cut or wrong body does harm.
 */
#include "runtime/shim_spec.h"

#include "base/test.h"

static char *strings[] = { (char *)"a", (char *)"", (char *)"three", NULL };
static char *none[] = { NULL };

static void fill(struct shim_container *c)
{
	static char filter[] = "0123456789abcdef";

	*c = (struct shim_container){ .id = (char *)"id",
				      .dir = (char *)"/d",
				      .argv = strings,
				      .env = none,
				      .uid = -1,
				      .gid = 77,
				      .groups = none,
				      .mounts = strings,
				      .cgroups = strings,
				      .cgroup_mounts = none,
				      .caps = UINT64_MAX,
				      .oom_score_adj = -998,
				      .seccomp = { filter, sizeof(filter) } };
}

static void test_a_container_comes_out_as_it_went_in(void)
{
	struct shim_container in, out = { 0 };
	struct shim_msg m;

	fill(&in);
	shim_msg_init(&m, SHIM_START, 7);
	shim_put_container(&m, &in);
	shim_get_container(&m, &out);
	CHECK(!m.bad);
	CHECK_INT(m.pos, m.len);
	CHECK_STR(out.id, "id");
	CHECK_STR(out.cwd, ""); /* NULL is sent as "" */
	CHECK_STR(out.argv[2], "three");
	CHECK(out.argv[3] == NULL && out.env[0] == NULL);
	CHECK_INT(out.uid, -1);
	CHECK_INT(out.oom_score_adj, -998);
	CHECK_INT(out.seccomp.len, 17);
	CHECK_STR(out.seccomp.data, "0123456789abcdef");
	shim_container_clear(&out);
	shim_msg_clear(&m);
}

static void test_every_cut_is_noticed(void)
{
	struct shim_container in, out;
	struct shim_msg m;
	size_t whole;

	fill(&in);
	shim_msg_init(&m, SHIM_START, 7);
	shim_put_container(&m, &in);
	whole = m.len;
	for (size_t len = 0; len < whole; len++) {
		memset(&out, 0, sizeof(out));
		m.len = len;
		m.pos = 0;
		m.bad = false;
		shim_get_container(&m, &out);
		CHECK(m.bad);
		shim_container_clear(&out);
	}
	shim_msg_clear(&m);
}

static void test_wrong_lengths_do_no_harm(void)
{
	struct shim_container in, out;
	struct shim_msg m;

	fill(&in);
	shim_msg_init(&m, SHIM_START, 7);
	shim_put_container(&m, &in);
	for (size_t at = 0; at + 8 <= m.len; at++) {
		char saved[8];

		memcpy(saved, m.body + at, 8);
		memset(m.body + at, 0xff, 8);
		memset(&out, 0, sizeof(out));
		m.pos = 0;
		m.bad = false;
		shim_get_container(&m, &out); /* may be fine, must not crash (valgrind, ASan) */
		shim_container_clear(&out);
		memcpy(m.body + at, saved, 8);
	}
	shim_msg_clear(&m);
}

int main(void)
{
	TEST(test_a_container_comes_out_as_it_went_in);
	TEST(test_every_cut_is_noticed);
	TEST(test_wrong_lengths_do_no_harm);
	return test_end();
}
