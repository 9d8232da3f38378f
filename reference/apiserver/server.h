/*
 * server: the inside of struct apiserver, for the files of this folder.
 */
#pragma once

#include <stdbool.h>

#include "apiserver/apiserver.h"
#include "apiserver/page.h"
#include "apiserver/request.h"

struct stream;
struct listener;
struct carrier;

struct apiserver {
	struct apiserver_config cfg;
	struct node_ops node;
	char *version;
	struct listener *listeners;
	struct stream *streams; /* answers under way */
	struct carrier *carriers;
	struct page_shelf pages;
	json_t *access; /* {server, ca, token} of the TCP listener, or NULL */
};

/* Answers or keeps the request; frees it. */
void dispatch(struct request *req);

/* ---- fixed paths: discovery.c, own.c ---- */

/* 1: no such path. */
enum { PLAIN_NOT_FOUND = 1 };
int discovery_serve(struct request *req, struct error *err);
int own_serve(struct request *req, struct error *err);
/* The APIResourceList of podd's own group. New reference. */
json_t *own_resources(void);

int review_serve(struct request *req, struct error *err); /* review.c */
/* The i-th group of reviews, each of version v1; NULL ends. */
const char *review_group(size_t i);
bool review_has_group(const char *group);
json_t *review_resources(const char *group, const char *version); /* NULL: none; new reference */

/* ---- verbs ---- */

int rest_read_collection(struct request *req, struct error *err); /* list, or watch */
int rest_get(struct request *req, struct error *err);
int rest_create(struct request *req, struct error *err);
int rest_update(struct request *req, struct error *err); /* also of status */
int rest_patch(struct request *req, struct error *err); /* also of status */
int rest_delete(struct request *req, struct error *err);
int rest_delete_collection(struct request *req, struct error *err);
int rest_binding(struct request *req, struct error *err);
int rest_eviction(struct request *req, struct error *err);
int scale_get(struct request *req, struct error *err);
int scale_update(struct request *req, struct error *err);
int scale_patch(struct request *req, struct error *err);
int watch_serve(struct request *req, struct error *err);
int log_serve(struct request *req, struct error *err);
int exec_serve(struct request *req, struct error *err);
int portforward_serve(struct request *req, struct error *err);
int metrics_serve(struct request *req, struct error *err); /* of computed kinds: get and list */

/* Applies the request's patch body to target, by its content type. *ret is a new value. */
int patch_apply(struct request *req, const json_t *target, const struct schema *schema,
		json_t **ret, struct error *err);
/* The object of the route, in the route's version. */
int rest_load(struct request *req, json_t **ret_obj, struct error *err);
/* An object, or a table of it when the client asked for one. */
int rest_reply(struct request *req, int code, json_t *obj);
/* A list with this metadata, or a table of it. */
int rest_reply_list(struct request *req, json_t *items, json_t *meta);
