/*
 * podctl image: the images that podd may run.
 *
 * podd pulls nothing: images come as OCI archives. podd opens the archive itself, so the path is made absolute and
 * must be readable for it.
 */
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_print.h"

#define IMAGES "/apis/podd.podtest/v1/images"

static const struct option_row rows[] = {
	OPTION("output", 'o', OPT_STRING, output, "FORMAT", "json or yaml (list)"),
	{ 0 },
};

static int import_one(struct podctl *p, const char *file, struct error *err)
{
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	_cleanup_free_ char *absolute = realpath(file, NULL);
	struct rest_request req = { .method = "POST" };
	_cleanup_json_ json_t *answer = NULL;
	json_t *name;
	size_t i;
	int r;

	if (!absolute)
		return error_set(err, ERR_NOT_FOUND, NULL, "the path \"%s\" does not exist", file);
	strbuf_adds(&path, IMAGES);
	rest_query(&path, "path", absolute);
	req.path = strbuf_str(&path);
	r = rest_call(p->client, &req, &answer, err);
	if (r < 0)
		return r;
	json_each(answer, "names", i, name)
		if (!strchr(json_string_value(name), '@'))
			printf("image \"%s\" imported\n", json_string_value(name));
	return 0;
}

static int remove_one(struct podctl *p, const char *ref, struct error *err)
{
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	struct rest_request req = { .method = "DELETE" };
	int r;

	strbuf_adds(&path, IMAGES);
	rest_query(&path, "name", ref);
	req.path = strbuf_str(&path);
	r = rest_call(p->client, &req, NULL, err);
	if (r == 0)
		printf("image \"%s\" removed\n", ref);
	return r;
}

/* A line per name; names by digest say nothing that the id does not. */
static void print_row(const json_t *image)
{
	const char *id = json_str_or(image, "id", "");
	double megabytes = (double)json_int(image, "size", 0) / 1e6;
	bool named = false;
	json_t *name;
	size_t i;

	json_each(image, "names", i, name) {
		const char *text = json_string_value(name);

		if (strchr(text, '@'))
			continue;
		printf("%-40s %-14.12s %.1fMB\n", text, str_after(id, "sha256:") ?: id, megabytes);
		named = true;
	}
	if (!named)
		printf("%-40s %-14.12s %.1fMB\n", "<none>", str_after(id, "sha256:") ?: id,
		       megabytes);
}

static int list_images(struct podctl *p, struct error *err)
{
	struct rest_request req = { .path = IMAGES };
	_cleanup_json_ json_t *answer = NULL;
	json_t *image;
	size_t i;
	int r = rest_call(p->client, &req, &answer, err);

	if (r < 0)
		return r;
	if (print_is_structured(p))
		return print_object(p, answer, err);
	printf("%-40s %-14s %s\n", "IMAGE", "ID", "SIZE");
	json_each(answer, "items", i, image)
		print_row(image);
	return 0;
}

static int each(struct podctl *p, int (*fn)(struct podctl *, const char *, struct error *))
{
	int failed = 0;

	for (size_t i = 1; p->args[i]; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;

		if (fn(p, p->args[i], &one) < 0)
			failed = podctl_print_error(&one);
	}
	return failed;
}

static int run(struct podctl *p, struct error *err)
{
	const char *verb = p->args ? p->args[0] : "";
	bool named = strv_len(p->args) > 1;
	int r = print_check(p, err);

	if (r < 0)
		return r;
	if (!(streq(verb, "list") || streq(verb, "ls") ||
	      ((streq(verb, "import") || streq(verb, "rm")) && named)))
		return podctl_usage(p, err,
				    "expected 'image import FILE...', 'image list' or "
				    "'image rm NAME...'");
	r = podctl_connect(p, err);
	if (r < 0)
		return r;
	if (streq(verb, "import"))
		return each(p, import_one);
	return streq(verb, "rm") ? each(p, remove_one) : list_images(p, err);
}

const struct command command_image = {
	.name = "image",
	.usage = "image import FILE... | image list | image rm NAME...",
	.summary = "import, list and remove images",
	.text = "Images are OCI archives (podman save --format oci-archive, docker buildx\n"
		"--output type=oci). podd reads the file itself and unpacks it once.",
	.examples = "podctl image import out/image/guest.tar\npodctl image list",
	.options = rows,
	.run = run,
};
