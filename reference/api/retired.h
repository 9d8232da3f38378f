/*
 * retired: forms of the API that Kubernetes served once, and what took their place.
 */
#pragma once

/*
 * "Kubernetes serves it no more since 1.16: use apps/v1, kind Deployment" for a kind ("Deployment") or a resource
 * ("deployments") of a group and version ("extensions/v1beta1"); NULL for what never was. The caller frees.
 */
char *retired_advice(const char *group_version, const char *word);
