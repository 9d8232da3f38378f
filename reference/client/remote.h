/*
 * remote: the inside of the remote store, shared by its three files: the verbs (remote_store.c), the watches
 * (remote_watch.c) and whether the server is there (remote_link.c).
 */
#pragma once

#include "base/http.h"
#include "base/loop.h"
#include "client/remote_store.h"
#include "client/rest_client.h"
#include "store/store_ops.h"

struct remote_watch;

struct remote {
	struct store base;
	struct loop *loop;
	struct clock *clock;
	struct rest_client *rest; /* the blocking calls */
	struct http_client *http; /* watches, and the question whether the server is there */
	struct remote_watch *watches;
	uint64_t newest; /* the highest revision seen in any answer */
	/* the link */
	bool up, clock_is_set;
	struct http_request *ping;
	struct loop_timer *again;
	int64_t delay_ns;
	void (*reached)(void *userdata);
	void *userdata;
};

static inline struct remote *remote_of(struct store *s)
{
	return (struct remote *)s;
}

/* kind and apiVersion of an item of a list, which need not carry them. */
void remote_complete(const struct kind *k, json_t *obj);
/* Notes the revision of an object or list, and returns it. */
uint64_t remote_note_revision(struct remote *r, const json_t *obj);

/* ---- remote_link.c ---- */

int remote_link_start(struct remote *r, struct error *err);
void remote_link_stop(struct remote *r);
/* The server did not answer: from now on it is looked for. */
void remote_lost(struct remote *r, const struct error *why);
bool remote_is_loss(const struct error *err);
/* A request as http wants it, to the endpoint. *ret_url is owned by the caller and must outlive the call. */
void remote_http(const struct remote *r, const char *path, char **ret_url, struct http_opts *ret);

/* ---- remote_watch.c ---- */

int remote_watch(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		 uint64_t from, store_watch_fn fn, void *userdata, struct store_watch **ret_watch,
		 struct error *err);
void remote_watch_end(struct store_watch *w);
uint64_t remote_watch_revision(const struct store_watch *w);
/* The server is there again: whoever waits for it goes on. */
void remote_watches_resume(struct remote *r);
void remote_watches_end(struct remote *r);
/* The path of a collection with the selectors of a list; the caller frees. */
char *remote_list_path(const struct kind *k, const struct store_list_opts *opts);
