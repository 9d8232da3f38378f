/*
 * records: files that let a sandbox be found again.
 *
 * ROOT/run is a tmpfs: records survive podd, and a full disk, but not the machine. Below ROOT/run/SANDBOX: config.json (written when the sandbox is complete: without it the
 * directory is rubbish), shim.sock, and c/CONTAINER with config.json (written before the
 * start), exit (the exit record).
 * ROOT/disk/SANDBOX has what containers can write: hostname, resolv.conf, CONTAINER.upper and .work of the overlay.
 */
#pragma once

#include "runtime/objects.h"

int record_sandbox(const struct sandbox *sb, struct error *err);
int record_container(const struct container *c, struct error *err);
int record_exit(const struct container *c, struct error *err); /* the shim's format */
/* All sandboxes of ROOT/run that are complete, with their containers; the rest is removed. */
int records_load(struct runtime *rt, struct error *err);
