/*
 * probe: health by count. A pattern "ok*3,fail*2,ok" answers the first three questions with ok, two with
 * fail, and all that follow with ok; the count of a name is shared by exec, HTTP, gRPC and TCP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/guest.h"

#define NAME_MAX_PROBES 32
#define ITEM_MAX 32

struct item {
	struct answer answer;
	int64_t times;
};

struct probe {
	char name[64];
	struct item items[ITEM_MAX];
	size_t n_items, at;
	int64_t used, n;
};

static struct probe probes[NAME_MAX_PROBES];
static size_t n_probes;

static struct probe *find(const char *name)
{
	for (size_t i = 0; i < n_probes; i++)
		if (strcmp(probes[i].name, name) == 0)
			return &probes[i];
	if (n_probes == NAME_MAX_PROBES)
		return &probes[0];
	snprintf(probes[n_probes].name, sizeof(probes->name), "%s", name);
	probes[n_probes].items[0].times = 1;
	probes[n_probes].n_items = 1;
	return &probes[n_probes++];
}

static int parse_item(const char *word, struct item *ret)
{
	const char *star = strchr(word, '*');
	size_t len = star ? (size_t)(star - word) : strlen(word);

	*ret = (struct item){ .times = star ? atoll(star + 1) : 1 };
	if (ret->times < 0)
		return -1;
	if (len == 2 && strncmp(word, "ok", 2) == 0)
		ret->answer.kind = ANSWER_OK;
	else if (len == 4 && strncmp(word, "fail", 4) == 0)
		ret->answer.kind = ANSWER_FAIL;
	else if (len == 5 && strncmp(word, "close", 5) == 0)
		ret->answer.kind = ANSWER_CLOSE;
	else if (sscanf(word, "hang:%lf", &ret->answer.seconds) == 1)
		ret->answer.kind = ANSWER_HANG;
	else if (sscanf(word, "status:%d", &ret->answer.status) == 1)
		ret->answer.kind = ANSWER_STATUS;
	else
		return -1;
	return 0;
}

int probe_set(const char *arg)
{
	struct probe parsed = { 0 };
	char copy[512], *eq, *save = NULL;
	struct probe *p;

	snprintf(copy, sizeof(copy), "%s", arg);
	eq = strchr(copy, '=');
	if (!eq || eq == copy || eq - copy >= (int)sizeof(parsed.name))
		return -1;
	*eq = 0;
	for (char *w = strtok_r(eq + 1, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		if (parsed.n_items == ITEM_MAX || parse_item(w, &parsed.items[parsed.n_items++]) < 0)
			return -1;
	}
	if (!parsed.n_items)
		return -1;
	p = find(copy);
	parsed.n = p->n;
	memcpy(parsed.name, p->name, sizeof(parsed.name));
	*p = parsed;
	return 0;
}

struct answer probe_peek(const char *name)
{
	struct probe *p = find(name);
	struct answer a;

	while (p->used >= p->items[p->at].times && p->at + 1 < p->n_items) {
		p->at++;
		p->used = 0;
	}
	a = p->items[p->at].answer;
	a.n = p->n + 1;
	return a;
}

struct answer probe_ask(const char *name)
{
	struct answer a = probe_peek(name);
	struct probe *p = find(name);

	p->used++;
	p->n++;
	return a;
}

const char *answer_word(const struct answer *a)
{
	static const char *const words[] = { "ok", "fail", "hang", "status", "close" };

	return words[a->kind];
}
