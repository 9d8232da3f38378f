/*
 * Programs are found from where podd itself lies, never by $PATH.
 */
#include "cmd/podd_program.h"

#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"

int podd_program_self(char **ret, struct error *err)
{
	int r = fs_readlink(AT_FDCWD, "/proc/self/exe", ret, err);

	return r > 0 ? -ERR_NOT_FOUND : r;
}

int podd_program_find(const char *name, char **ret, struct error *err)
{
	static const char *const places[] = { "", "/../libexec/podtest" };
	_cleanup_free_ char *self = NULL;
	int r = podd_program_self(&self, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int len = (int)(strrchr(self, '/') - self);
		_cleanup_free_ char *path = str_printf("%.*s%s/%s", len, self, places[i], name);

		if (access(path, X_OK) < 0)
			continue;
		*ret = take_ptr(path);
		return 0;
	}
	return error_set(err, ERR_NOT_FOUND, NULL, "%s is not beside %s", name, self);
}
