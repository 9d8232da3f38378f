/*
 * The reader of CRI logs, without containers: files written by hand.
 */
#include "runtime/logs.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"

static struct {
	char path[64];
	int fd;
	struct loop *loop;
	struct strbuf out;
	bool done, failed;
} f;

static const struct log_opts all = { .tail_lines = -1, .limit_bytes = -1 };

static void on_data(void *userdata, const char *data, size_t len)
{
	(void)userdata;
	strbuf_add(&f.out, data, len);
}

static void on_done(void *userdata, const struct error *err)
{
	(void)userdata;
	f.done = true;
	f.failed = err != NULL;
}

static void put(const char *stamp, char tag, const char *text)
{
	_cleanup_free_ char *line =
		str_printf("2026-01-02T03:04:%sZ stdout %c %s\n", stamp, tag, text);

	CHECK(write(f.fd, line, strlen(line)) == (ssize_t)strlen(line));
}

static void begin(void)
{
	strcpy(f.path, "/tmp/test_logs.XXXXXX");
	f.fd = mkostemp(f.path, O_CLOEXEC | O_APPEND);
	CHECK(f.fd >= 0);
	f.done = f.failed = false;
	CHECK_OK(loop_new(&f.loop, NULL), NULL);
	put("01.000000000", 'F', "one");
	put("02.000000000", 'P', "tw");
	put("02.500000000", 'F', "o");
	put("03.000000000", 'F', "three");
}

static struct log_reader *open_reader(const struct log_opts *opts)
{
	static const struct log_events ev = { on_data, on_done };
	struct log_reader *r = NULL;

	CHECK_OK(log_reader_new(f.loop, f.path, opts, &ev, NULL, &r, NULL), NULL);
	return r;
}

static void end(struct log_reader *r)
{
	log_reader_free(r);
	loop_free(f.loop);
	close(f.fd);
	unlink(f.path);
	strbuf_deinit(&f.out);
}

static void check_read(const struct log_opts *opts, const char *want)
{
	struct log_reader *r;

	begin();
	r = open_reader(opts);
	CHECK(loop_run_until(f.loop, &f.done, 5 * NSEC_PER_SEC));
	CHECK_STR(strbuf_str(&f.out), want);
	end(r);
}

static void test_pieces_become_lines(void)
{
	check_read(&all, "one\ntwo\nthree\n");
}

static void test_tail_counts_lines_of_the_file(void)
{
	struct log_opts opts = all;

	opts.tail_lines = 2;
	check_read(&opts, "o\nthree\n");
	opts.tail_lines = 0;
	check_read(&opts, "");
	opts.tail_lines = 100;
	check_read(&opts, "one\ntwo\nthree\n");
}

static void test_since_leaves_out_what_is_older(void)
{
	struct log_opts opts = all;

	CHECK_INT(clock_parse("2026-01-02T03:04:03Z", &opts.since_ns), 0);
	check_read(&opts, "three\n");
}

static void test_limit_cuts_within_a_line(void)
{
	struct log_opts opts = all;

	opts.limit_bytes = 6;
	check_read(&opts, "one\ntw");
}

static void test_timestamps_stand_before_each_line(void)
{
	struct log_opts opts = all;

	opts.timestamps = true;
	opts.tail_lines = 1;
	check_read(&opts, "2026-01-02T03:04:03.000000000Z three\n");
}

static void test_follow_waits_for_more_and_ends_with_the_writer(void)
{
	struct log_opts opts = all;
	struct log_reader *r;
	bool never = false;

	begin();
	opts.follow = true;
	r = open_reader(&opts);
	for (int i = 0; i < 5; i++)
		loop_turn(f.loop);
	CHECK(!f.done);
	put("04.000000000", 'F', "four");
	for (int i = 0; i < 500 && !strstr(strbuf_str(&f.out), "four"); i++)
		loop_run_until(f.loop, &never, NSEC_PER_MSEC);
	CHECK_STR(strbuf_str(&f.out), "one\ntwo\nthree\nfour\n");
	put("05.000000000", 'F', "five");
	log_reader_writer_gone(r);
	CHECK(loop_run_until(f.loop, &f.done, 5 * NSEC_PER_SEC));
	CHECK_STR(strbuf_str(&f.out), "one\ntwo\nthree\nfour\nfive\n");
	end(r);
}

static void test_a_missing_file_is_told_at_once(void)
{
	static const struct log_events ev = { on_data, on_done };
	struct log_reader *r = NULL;
	struct error err = ERROR_INIT;

	begin();
	CHECK(log_reader_new(f.loop, "/not/there", &all, &ev, NULL, &r, &err) < 0);
	CHECK_CONTAINS(err.message, "/not/there");
	error_clear(&err);
	end(NULL);
}

int main(void)
{
	TEST(test_pieces_become_lines);
	TEST(test_tail_counts_lines_of_the_file);
	TEST(test_since_leaves_out_what_is_older);
	TEST(test_limit_cuts_within_a_line);
	TEST(test_timestamps_stand_before_each_line);
	TEST(test_follow_waits_for_more_and_ends_with_the_writer);
	TEST(test_a_missing_file_is_told_at_once);
	return test_end();
}
