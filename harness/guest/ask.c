/*
 * ask: the tools `lookup` and `ask`: what a name leads to, and who answers at an address. Both may go on for a while until
 * they see what they are to wait for, and then say what they saw last, as one line of JSON.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/lookup.h"

#define PAUSE_NS 50000000
#define WHO_MAX 16
#define ANSWER_MS 2000

struct request {
	double seconds; /* --for */
	int want; /* --want; -1: not given */
	const char *failure; /* --want ERROR; not owned */
	char what[300];
	int times; /* behind "*"; -1: not given */
};

static void read_want(struct request *r, const char *word)
{
	bool number = isdigit((unsigned char)word[0]);

	r->want = number ? atoi(word) : 0;
	r->failure = number ? NULL : word;
}

static int parse(int argc, char **argv, struct request *r)
{
	char *star;

	*r = (struct request){ .want = -1, .times = -1 };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--for") == 0 && i + 1 < argc)
			r->seconds = atof(argv[++i]);
		else if (strcmp(argv[i], "--want") == 0 && i + 1 < argc)
			read_want(r, argv[++i]);
		else if (argv[i][0] != '-' && !r->what[0])
			snprintf(r->what, sizeof(r->what), "%s", argv[i]);
		else
			return -1;
	}
	star = strrchr(r->what, '*');
	if (star) {
		r->times = atoi(star + 1);
		*star = 0;
	}
	return r->what[0] ? 0 : -1;
}

static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
}

static void print(struct line *l)
{
	printf("%s}\n", l->t.data);
	fflush(stdout);
	line_free(l);
}

/* ---- lookup NAME[/TYPE][*N] ---- */

static int type_of(const char *word)
{
	static const struct {
		const char *name;
		enum lookup_type type;
	} types[] = { { "A", LOOKUP_A },
		      { "CNAME", LOOKUP_CNAME },
		      { "PTR", LOOKUP_PTR },
		      { "AAAA", LOOKUP_AAAA },
		      { "SRV", LOOKUP_SRV } };

	for (size_t i = 0; i < COUNT(types); i++)
		if (strcasecmp(types[i].name, word) == 0)
			return (int)types[i].type;
	return -1;
}

static void print_lookup(const char *name, const char *type, const struct lookup *found)
{
	struct text list = { 0 };
	struct line l;

	text_add(&list, "[", 1);
	for (size_t i = 0; i < found->n; i++) {
		text_add(&list, ",", i > 0);
		text_json(&list, found->records[i], strlen(found->records[i]));
	}
	text_add(&list, "]", 1);
	line_begin(&l, "lookup");
	line_str(&l, "name", name);
	line_str(&l, "type", type);
	line_str(&l, "asked", found->asked);
	line_str(&l, "code", found->code);
	line_int(&l, "n", (int64_t)found->n);
	line_raw(&l, "records", list.data);
	print(&l);
	text_free(&list);
}

int tool_lookup(int argc, char **argv)
{
	static struct lookup found;
	struct request r;
	const char *type = "A";
	char *slash;
	int64_t end;
	int number;

	if (parse(argc, argv, &r) < 0)
		return 64;
	slash = strrchr(r.what, '/');
	if (slash) {
		*slash = 0;
		type = slash + 1;
	}
	number = type_of(type);
	if (number < 0)
		return 64;
	end = now_ns() + (int64_t)(r.seconds * 1e9);
	for (;;) {
		lookup(r.what, (enum lookup_type)number, &found);
		if (r.times >= 0 ? found.n == (size_t)r.times : found.n > 0)
			break;
		if (now_ns() >= end)
			break;
		rest();
	}
	print_lookup(r.what, type, &found);
	return 0;
}

/* ---- ask HOST:PORT[*N] ---- */

struct round {
	char who[WHO_MAX][128];
	int count[WHO_MAX];
	size_t n;
	int asked, failed;
};

static void count_one(struct round *r, const char *who)
{
	size_t i = 0;

	while (i < r->n && strcmp(r->who[i], who) != 0)
		i++;
	if (i == WHO_MAX)
		return;
	if (i == r->n)
		snprintf(r->who[r->n++], sizeof(r->who[0]), "%s", who);
	r->count[i]++;
}

/* "NAME:PORT" with the name's first address in its place. */
static void resolve(const char *to, char *out, size_t size)
{
	static struct lookup found;
	const char *colon = strrchr(to, ':');
	char name[300];
	uint32_t be;

	snprintf(out, size, "%s", to);
	snprintf(name, sizeof(name), "%.*s", (int)(colon ? colon - to : 0), to);
	if (!name[0] || resolve_host(name, &be) == 0)
		return;
	lookup(name, LOOKUP_A, &found);
	if (found.n)
		snprintf(out, size, "%s%s", found.records[0], colon);
}

/* Who answers; false when nobody does: then why. */
static bool ask_once(const char *to, char *who, size_t size)
{
	struct timeval limit = { .tv_sec = ANSWER_MS / 1000 };
	int fd = tcp_connect(to, ANSWER_MS);
	ssize_t n;

	if (fd < 0) {
		snprintf(who, size, "%s", errno_name(-fd));
		return false;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	send(fd, "who\n", 4, MSG_NOSIGNAL);
	n = recv(fd, who, size - 1, 0);
	close(fd);
	if (n <= 0) {
		snprintf(who, size, "%s", n < 0 ? errno_name(errno) : "closed");
		return false;
	}
	who[n] = 0;
	who[strcspn(who, "\r\n")] = 0;
	return true;
}

static void ask_round(const struct request *q, struct round *r)
{
	char to[300], who[128];

	*r = (struct round){ 0 };
	resolve(q->what, to, sizeof(to));
	for (int i = 0; i < (q->times > 0 ? q->times : 1); i++) {
		bool answered = ask_once(to, who, sizeof(who));

		r->asked++;
		r->failed += !answered;
		count_one(r, who);
		if (q->want == 0 ? answered : !answered)
			return; /* not what is waited for: no need to ask on */
	}
}

static bool is_wanted(const struct request *q, const struct round *r)
{
	if (q->failure)
		return r->failed == r->asked && r->n == 1 && strcmp(r->who[0], q->failure) == 0;
	if (q->want == 0)
		return r->failed == r->asked;
	return !r->failed && (q->want < 0 || r->n == (size_t)q->want);
}

static void print_round(const struct request *q, const struct round *r)
{
	struct text map = { 0 };
	struct line l;

	text_add(&map, "{", 1);
	for (size_t i = 0; i < r->n; i++) {
		text_add(&map, ",", i > 0);
		text_json(&map, r->who[i], strlen(r->who[i]));
		text_addf(&map, ":%d", r->count[i]);
	}
	text_add(&map, "}", 1);
	line_begin(&l, "ask");
	line_str(&l, "to", q->what);
	line_int(&l, "asked", r->asked);
	line_int(&l, "failed", r->failed);
	line_int(&l, "different", (int64_t)r->n);
	line_raw(&l, "answers", map.data);
	print(&l);
	text_free(&map);
}

int tool_ask(int argc, char **argv)
{
	struct request q;
	struct round r;
	int64_t end;

	if (parse(argc, argv, &q) < 0)
		return 64;
	end = now_ns() + (int64_t)(q.seconds * 1e9);
	for (;;) {
		ask_round(&q, &r);
		if (is_wanted(&q, &r) || now_ns() >= end)
			break;
		rest();
	}
	print_round(&q, &r);
	return 0;
}
