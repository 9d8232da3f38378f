/*
 * openapi: the field tables as OpenAPI schemas.
 *
 * Clients explain fields by them, and merge lists as the patch keys in them say.
 */
#pragma once

#include <jansson.h>

#include "api/scheme.h"

/* What /openapi/v3/WORDS… is; NULL: there is no such document. New reference. */
json_t *openapi_document(char *const *words);

struct request;
int openapi_v2_serve(struct request *req, struct error *err); /* openapi_v2.c */

/* ---- openapi_schema.c ---- */

struct openapi; /* the schemas of one document */

/* group and version: of the document; types that are shared by groups keep their home's name. */
struct openapi *openapi_new(const char *group, const char *version);
struct openapi *openapi_free(struct openapi *o); /* takes NULL, returns NULL */
/* The kind and all that it refers to. */
void openapi_add_kind(struct openapi *o, const struct kind *k);
/* name -> schema, sorted; taken out of o. New reference. */
json_t *openapi_take(struct openapi *o);
/* "io.k8s.api.core.v1.Pod". Owned by the caller. */
char *openapi_kind_name(const struct openapi *o, const struct kind *k);
/* {group, version, kind}, as the extension x-kubernetes-group-version-kind has it. New reference. */
json_t *openapi_gvk(const struct kind *k);
