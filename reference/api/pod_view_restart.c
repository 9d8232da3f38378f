/*
 * pod_view_restart: when a container is started again, as its own fields say.
 */
#include "api/pod_view_parts.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

static int own_policy(const char *word)
{
	if (word == NULL)
		return -1;
	if (streq(word, "Never"))
		return POD_RESTART_NEVER;
	return streq(word, "OnFailure") ? POD_RESTART_ON_FAILURE : POD_RESTART_ALWAYS;
}

static void read_rule(const json_t *rule, struct pod_restart_rule *ret)
{
	const json_t *codes = json_obj(rule, "exitCodes");
	json_t *code;
	size_t i;

	ret->action = streq(json_str(rule, "action"), "RestartAllContainers") ? RULE_RESTART_ALL :
										RULE_RESTART;
	ret->not_in = streq(json_str(codes, "operator"), "NotIn");
	ret->codes = xcalloc(json_len(codes, "values") + 1, sizeof *ret->codes);
	json_each(codes, "values", i, code)
		ret->codes[ret->n_codes++] = (int)json_integer_value(code);
}

void pod_view_restart(const json_t *c, struct pod_container *ret)
{
	json_t *rule;
	size_t i;

	ret->restart_policy = own_policy(json_str(c, "restartPolicy"));
	ret->n_rules = json_len(c, "restartPolicyRules");
	ret->rules = xcalloc(ret->n_rules + 1, sizeof *ret->rules);
	json_each(c, "restartPolicyRules", i, rule)
		read_rule(rule, &ret->rules[i]);
}

void pod_view_restart_deinit(struct pod_container *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		free(c->rules[i].codes);
	free(c->rules);
}
