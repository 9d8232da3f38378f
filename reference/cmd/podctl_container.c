/*
 * podctl_container: kubectl's rule for the default container.
 */
#include "cmd/podctl_container.h"

#include "api/meta.h"
#include "base/json.h"
#include "cmd/podctl.h"

#define DEFAULT_CONTAINER "kubectl.kubernetes.io/default-container"

static void add_names(const json_t *pod, const char *path, const char *suffix, char ***names)
{
	json_t *c;
	size_t i;

	json_each(pod, path, i, c)
		strv_addf(names, "%s%s", json_str_or(c, "name", ""), suffix);
}

char **container_names(const json_t *pod)
{
	char **names = NULL;

	add_names(pod, "spec.initContainers", "", &names);
	add_names(pod, "spec.containers", "", &names);
	return names;
}

static void say_default(const json_t *pod, const char *name)
{
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ char *list = NULL;

	add_names(pod, "spec.containers", "", &names);
	add_names(pod, "spec.initContainers", " (init)", &names);
	if (strv_len(names) < 2)
		return;
	list = strv_join(names, ", ");
	fprintf(stderr, "Defaulted container \"%s\" out of: %s\n", name, list);
}

int container_choose(const struct podctl *p, const json_t *pod, const char **ret, struct error *err)
{
	_cleanup_strv_ char **names = container_names(pod);
	const char *annotated = meta_annotation(pod, DEFAULT_CONTAINER);

	if (p->o.container && !strv_contains(names, p->o.container))
		return error_set(err, ERR_BAD_REQUEST, NULL, "container %s not found in pod %s",
				 p->o.container, meta_name(pod));
	if (p->o.container) {
		*ret = p->o.container;
	} else if (annotated && strv_contains(names, annotated)) {
		*ret = annotated;
	} else {
		*ret = json_str_or(pod, "spec.containers[0].name", "");
		say_default(pod, *ret);
	}
	return 0;
}
