/*
 * proxy_rules: from Services and their endpoints to the rules of nft(8) that lead to them. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"

struct proxy_facts {
	const json_t *services, *slices; /* service_view.h */
	const char *node_name, *node_ip;
	double rate; /* of the nominal clock: how long a client is remembered is a waiting timer */
};

/* The table without any Service; the commands also remove one of an earlier life. */
extern const char proxy_rules_base[];

/*
 * What the table should hold, by name: {"sets": {name: text}, "chains": {name: [rule, …]}, "ports": {"ADDRESS . PROTOCOL .
 * PORT": chain}, "addresses": {address: true}, "hairpins": {address: true}}. New reference.
 */
json_t *proxy_rules_make(const struct proxy_facts *facts);
/* The commands from one such value to the other; before NULL: from the bare table. Nothing is added when they are alike. */
void proxy_rules_diff(const json_t *before, const json_t *now, struct strbuf *commands);
/*
 * Chains and sets that are no longer wanted are emptied by these commands but not deleted: kernels before 6.2 know only a
 * moment later that no element of a map leads to a chain any more. left collects their names, {"chains": {}, "sets": {}},
 * and drops those that are wanted again; the commands that delete them are for a later transaction.
 */
void proxy_rules_leave(const json_t *before, const json_t *now, json_t *left);
void proxy_rules_drop(const json_t *left, struct strbuf *commands);
