/*
 * eviction: pods that use more of the disk than they may are stopped.
 */
#pragma once

struct pod_worker;

/* Watches the pod if one of its volumes has a limit that nothing else keeps. */
void eviction_init(struct pod_worker *w);
void eviction_deinit(struct pod_worker *w);
