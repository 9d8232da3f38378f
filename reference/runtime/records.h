/*
 * records: files that let a sandbox be found again.
 *
 * On disk, below ROOT/run/SANDBOX: config.json (written when the sandbox is complete: without it the
 * directory is rubbish), shim.sock, hostname, resolv.conf, and c/CONTAINER with config.json (written before the
 * start), exit (the exit record) and the overlay's upper, work, root.
 */
#pragma once

#include "runtime/objects.h"

int record_sandbox(const struct sandbox *sb, struct error *err);
int record_container(const struct container *c, struct error *err);
int record_exit(const struct container *c, struct error *err); /* the shim's format */
/* All sandboxes of ROOT/run that are complete, with their containers; the rest is removed. */
int records_load(struct runtime *rt, struct error *err);
