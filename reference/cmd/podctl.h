/*
 * podctl: what its subcommands share. One row of the table and one file per subcommand.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "client/rest_client.h"

/* Every option of every subcommand; a subcommand's rows say which it has. */
struct podctl_options {
	char *socket, *kubeconfig, *ns; /* global; ns NULL: not given */
	bool help;
	char *output, *selector, *field_selector, *container, *condition, *cascade, *since,
		*since_time, *name, *server, *target_port, *protocol, *type, *cluster_ip,
		*session_affinity;
	char **files;
	bool all, all_namespaces, watch, watch_only, no_headers, show_labels, show_kind,
		ignore_not_found, follow, previous, timestamps, all_containers, force, wait, now,
		stdin_open, tty, dry_run, client_only, no_resolve, prefix;
	int64_t port, replicas, current_replicas, min, max, cpu_percent, revision, tail, grace,
		limit_bytes;
	int64_t timeout_ns; /* INT64_MIN: not given */
};

enum option_type { OPT_FLAG, OPT_STRING, OPT_INT, OPT_LIST, OPT_DURATION };

struct option_row {
	const char *name; /* without the dashes; NULL ends the table */
	char letter; /* 0: none */
	enum option_type type;
	size_t offset; /* into struct podctl_options */
	const char *value; /* the word for it in --help */
	const char *help;
};

#define OPTION(name, letter, type, field, value, help)                                  \
	{                                                                               \
		name, letter, type, offsetof(struct podctl_options, field), value, help \
	}

struct podctl {
	const struct command *command;
	struct podctl_options o;
	char **args; /* the words that are no options */
	char **rest; /* what stands behind --; NULL: there was no -- */
	struct rest_client *client; /* made by podctl_connect() */
	char *ns; /* the effective namespace, after podctl_connect() */
};

struct command {
	const char *name;
	const char *usage; /* behind "podctl " */
	const char *summary; /* one line */
	const char *text; /* paragraphs of --help */
	const char *examples; /* lines, or NULL */
	const struct option_row *options;
	int (*run)(struct podctl *p, struct error *err); /* an exit code, or a fault */
};

extern const struct command command_apply, command_create, command_get, command_describe,
	command_logs, command_exec, command_delete, command_scale, command_wait, command_kubeconfig,
	command_image, command_version, command_completion, command_rollout, command_set,
	command_top, command_autoscale, command_expose;
/* All of them, ends with NULL. */
extern const struct command *const podctl_commands[];

extern const struct option_row podctl_global_options[];

/* Fills p from argv (behind the subcommand). Negative: ERR_BAD_REQUEST with kubectl's words. */
int podctl_parse(struct podctl *p, char **argv, struct error *err);
void podctl_deinit(struct podctl *p);

/* --help of a subcommand (NULL: of podctl), to standard output. */
void podctl_help(const struct command *c);
/* A wrong command line: the message with the hint to --help. Returns the fault. */
int podctl_usage(const struct podctl *p, struct error *err, const char *fmt, ...) _printf_(3, 4);

/* Makes p->client and p->ns from --socket, --kubeconfig and the environment. */
int podctl_connect(struct podctl *p, struct error *err);
/* The namespace to look in: NULL with --all-namespaces. */
const char *podctl_list_ns(const struct podctl *p);

/* Prints a fault to standard error as kubectl does. Returns 1. */
int podctl_print_error(const struct error *err);
