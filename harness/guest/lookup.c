/*
 * lookup: see the header. Written out, since a static program has no resolver that tells what it asked and what came back; it
 * knows what is needed here: one question by UDP, three tries, records of five types.
 */
#include "guest/lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"

#define SERVERS 3
#define SEARCHES 32
#define TRIES 3
#define TRY_MS 1000
#define HEAD 12
#define NO_ERROR 0
#define NX_DOMAIN 3

struct resolver {
	struct in_addr servers[SERVERS];
	size_t n_servers;
	char searches[SEARCHES][LOOKUP_NAME];
	size_t n_searches;
	int ndots;
};

static void take_word(struct resolver *r, const char *key, const char *word)
{
	if (strcmp(key, "nameserver") == 0 && r->n_servers < SERVERS &&
	    inet_pton(AF_INET, word, &r->servers[r->n_servers]) == 1)
		r->n_servers++;
	else if (strcmp(key, "search") == 0 && r->n_searches < SEARCHES)
		snprintf(r->searches[r->n_searches++], LOOKUP_NAME, "%s", word);
	else if (strcmp(key, "options") == 0 && strncmp(word, "ndots:", 6) == 0)
		r->ndots = atoi(word + 6);
}

static void read_resolver(struct resolver *r)
{
	char *text = read_whole("/etc/resolv.conf", NULL), *lines = NULL;

	memset(r, 0, sizeof(*r));
	r->ndots = 1;
	for (char *row = text ? strtok_r(text, "\n", &lines) : NULL; row;
	     row = strtok_r(NULL, "\n", &lines)) {
		char *words = NULL, *key = strtok_r(row, " \t", &words), *word;

		while (key && (word = strtok_r(NULL, " \t", &words)))
			take_word(r, key, word);
	}
	free(text);
}

/* ---- packets ---- */

static size_t put_question(unsigned char *p, const char *name, int type, unsigned id)
{
	size_t n = HEAD;

	memset(p, 0, HEAD);
	p[0] = (unsigned char)(id >> 8);
	p[1] = (unsigned char)id;
	p[2] = 1; /* recursion desired, as everybody asks */
	p[5] = 1; /* one question */
	while (*name && n < 400) {
		size_t len = strcspn(name, ".");

		if (!len || len > 63)
			break;
		p[n++] = (unsigned char)len;
		memcpy(p + n, name, len);
		n += len;
		name += len + (name[len] == '.');
	}
	p[n++] = 0;
	p[n++] = 0;
	p[n++] = (unsigned char)type;
	p[n++] = 0;
	p[n++] = 1;
	return n;
}

/* The name at *at as text; *at moves behind it. 0, or -1 when the packet ends in it. */
static int get_name(const unsigned char *p, size_t len, size_t *at, char *out)
{
	size_t i = *at, n = 0, jumps = 0;

	out[0] = 0;
	while (i < len && p[i]) {
		if ((p[i] & 0xc0) == 0xc0) {
			if (i + 1 >= len || ++jumps > 16)
				return -1;
			if (jumps == 1)
				*at = i + 2;
			i = (size_t)(p[i] & 0x3f) << 8 | p[i + 1];
			continue;
		}
		if (i + 1 + p[i] > len || n + p[i] + 2 > LOOKUP_NAME)
			return -1;
		n += (size_t)snprintf(out + n, LOOKUP_NAME - n, "%s%.*s", n ? "." : "", p[i],
				      (const char *)p + i + 1);
		i += 1u + p[i];
	}
	if (!jumps)
		*at = i + 1;
	return i < len ? 0 : -1;
}

static unsigned get16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void take_record(const unsigned char *p, size_t len, size_t at, int type, struct lookup *l)
{
	char *out, name[LOOKUP_NAME];
	size_t skip = type == LOOKUP_SRV ? at + 6 : at;

	if (l->n == LOOKUP_RECORDS)
		return;
	out = l->records[l->n];
	if (type == LOOKUP_A)
		inet_ntop(AF_INET, p + at, out, LOOKUP_NAME);
	else if (type == LOOKUP_AAAA)
		inet_ntop(AF_INET6, p + at, out, LOOKUP_NAME);
	else if (get_name(p, len, &skip, name) < 0)
		return;
	else if (type == LOOKUP_SRV)
		snprintf(out, sizeof(l->records[0]), "%u %s", get16(p + at + 4), name);
	else
		snprintf(out, sizeof(l->records[0]), "%s", name);
	l->n++;
}

static void take_answer(const unsigned char *p, size_t len, int type, struct lookup *l)
{
	unsigned records = get16(p + 6);
	char name[LOOKUP_NAME];
	size_t at = HEAD;

	if (get_name(p, len, &at, name) < 0)
		return;
	at += 4;
	while (records-- && get_name(p, len, &at, name) == 0 && at + 10 <= len) {
		unsigned is = get16(p + at), size = get16(p + at + 8);

		if (at + 10 + size > len)
			return;
		if ((int)is == type)
			take_record(p, len, at + 10, type, l);
		at += 10 + size;
	}
}

static void set_code(struct lookup *l, int code)
{
	static const char *const names[] = { "NOERROR",	 "FORMERR", "SERVFAIL",
					     "NXDOMAIN", "NOTIMP",  "REFUSED" };

	if (code < (int)COUNT(names))
		snprintf(l->code, sizeof(l->code), "%s", names[code]);
	else
		snprintf(l->code, sizeof(l->code), "RCODE %d", code);
}

/* One try: the answer's length, or -errno. */
static ssize_t exchange(struct in_addr server, const unsigned char *q, size_t len,
			unsigned char *answer, size_t room)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr = server };
	struct pollfd p = { .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .events = POLLIN };
	ssize_t n = -1;

	if (p.fd < 0)
		return -errno;
	if (connect(p.fd, (struct sockaddr *)&to, sizeof(to)) < 0 || send(p.fd, q, len, 0) < 0)
		n = -errno;
	else if (poll(&p, 1, TRY_MS) <= 0)
		n = -ETIMEDOUT;
	else if ((n = recv(p.fd, answer, room, 0)) < 0)
		n = -errno;
	close(p.fd);
	return n >= 0 && (n < HEAD || answer[0] != q[0] || answer[1] != q[1]) ? -EBADMSG : n;
}

/* The rcode, or -1 when no server answered. */
static int ask(const struct resolver *r, const char *name, int type, struct lookup *l)
{
	unsigned char question[512], answer[4096];
	size_t len = put_question(question, name, type, (unsigned)now_ns() >> 8);
	ssize_t n = -ENOENT;

	snprintf(l->asked, sizeof(l->asked), "%s", name);
	l->n = 0;
	for (size_t i = 0; i < TRIES && r->n_servers; i++) {
		n = exchange(r->servers[i % r->n_servers], question, len, answer, sizeof(answer));
		if (n >= 0)
			break;
	}
	if (n < 0) {
		snprintf(l->code, sizeof(l->code), "%s", errno_name((int)-n));
		return -1;
	}
	take_answer(answer, (size_t)n, type, l);
	set_code(l, answer[3] & 15);
	return answer[3] & 15;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Whether it is the last word: records, or no answer at all. A name that is there without records is remembered. */
static int try_name(const struct resolver *r, const char *name, int type, struct lookup *l,
		    int *there)
{
	int code = ask(r, name, type, l);

	*there |= code == NO_ERROR;
	return code < 0 || l->n || (code != NO_ERROR && code != NX_DOMAIN);
}

static int count_dots(const char *name)
{
	int n = 0;

	for (; *name; name++)
		n += *name == '.';
	return n;
}

void lookup(const char *name, enum lookup_type type, struct lookup *ret)
{
	struct resolver r;
	char full[2 * LOOKUP_NAME];
	size_t len = strlen(name);
	int there = 0, over = 0, as_is;

	memset(ret, 0, sizeof(*ret));
	read_resolver(&r);
	as_is = (len && name[len - 1] == '.') || count_dots(name) >= r.ndots;
	if (as_is)
		over = try_name(&r, name, type, ret, &there);
	if (len && name[len - 1] == '.')
		over = 1;
	for (size_t i = 0; !over && i < r.n_searches; i++) {
		snprintf(full, sizeof(full), "%s.%s", name, r.searches[i]);
		over = try_name(&r, full, type, ret, &there);
	}
	if (!over && !as_is)
		over = try_name(&r, name, type, ret, &there);
	if (!ret->n && there)
		set_code(ret, NO_ERROR);
	qsort(ret->records, ret->n, sizeof(ret->records[0]), by_text);
}
