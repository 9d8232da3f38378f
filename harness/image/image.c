/*
 * image: `podtest image`, the images that cases run.
 *
 * The guest image holds one static program, the TLS front that stands before it where a case needs that, and the few files
 * that a container expects to find (users, /tmp, places to mount on); guest-quit is the same with a STOPSIGNAL of its
 * own. The busybox image is Debian's busybox-static with a link per applet, for the manifests that people write by
 * hand with a shell. Both are made from what lies beside this program: no registry, no pulling, the same bytes each time.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <sys/stat.h>

#include "commands.h"
#include "image/oci.h"
#include "image/tar.h"
#include "verdict.h"

#define BUSYBOX "/bin/busybox"

static const char usage[] =
	"usage: podtest image -o FILE [--busybox | --quit] [--guest PROGRAM]\n"
	"\n"
	"Writes an image archive in the OCI layout: localhost/podtest/guest:v1, with\n"
	"--quit localhost/podtest/guest-quit:v1 (the guest with STOPSIGNAL SIGQUIT), with\n"
	"--busybox localhost/podtest/busybox:v1. Load it by `podman load -i FILE`,\n"
	"`ctr -n k8s.io images import FILE`, `kind load image-archive FILE` or\n"
	"`podctl image import FILE`.\n";

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "guest:x:1234:1234:guest:/tmp:/bin/sh\n"
			     "nobody:x:65534:65534:nobody:/:/bin/false\n";
static const char group[] = "root:x:0:\nguest:x:1234:\nnogroup:x:65534:\n";

static void add_base(struct tar *t)
{
	static const struct {
		const char *path;
		unsigned mode;
	} dirs[] = { { "dev/", 0755 }, { "etc/", 0755 },  { "proc/", 0555 }, { "root/", 0700 },
		     { "sys/", 0555 }, { "tmp/", 01777 }, { "var/", 0755 } };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		tar_dir(t, dirs[i].path, dirs[i].mode);
	tar_bytes(t, "etc/passwd", 0644, passwd, strlen(passwd));
	tar_bytes(t, "etc/group", 0644, group, strlen(group));
}

static int add_applets(struct tar *t, struct error *err)
{
	FILE *list = popen(BUSYBOX " --list-full", "re");
	char line[256];
	size_t n = 0;

	if (!list)
		return error_set_errno(err, errno, BUSYBOX);
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (streq(line, "bin/busybox") || !strchr(line, '/') || strstr(line, ".."))
			continue;
		tar_link(t, line, BUSYBOX);
		n++;
	}
	if (pclose(list) || !n)
		return error_set(err, BUSYBOX " names no applets (package busybox-static)");
	return 0;
}

static int busybox_layer(struct blob *layer, struct error *err)
{
	struct tar *t = tar_new(layer);
	int rc;

	add_base(t);
	tar_dir(t, "bin/", 0755);
	tar_dir(t, "sbin/", 0755);
	tar_dir(t, "usr/", 0755);
	tar_dir(t, "usr/bin/", 0755);
	tar_dir(t, "usr/sbin/", 0755);
	tar_file(t, "bin/busybox", 0755, BUSYBOX);
	rc = add_applets(t, err);
	return tar_end(t, err) || rc ? -1 : 0;
}

/* Beside this program, or where `make install` puts it. */
static char *find_program(const char *name)
{
	static const char *const places[] = { "", "../libexec/podtest/", "../guest/" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path =
			xasprintf("%.*s/%s%s", (int)(slash - self), self, places[i], name);

		if (access(path, R_OK) == 0)
			return take_ptr(path);
	}
	return NULL;
}

static int guest_layer(const char *program, struct blob *layer, struct error *err)
{
	_cleanup_free_ char *tls = find_program("guest-tls");
	struct tar *t;

	if (!tls)
		return error_set(err, "guest-tls is not beside this program");
	t = tar_new(layer);
	add_base(t);
	tar_file(t, "guest", 0755, program);
	tar_file(t, "guest-tls", 0755, tls);
	return tar_end(t, err);
}

static int write_blob(const char *path, const struct blob *b, struct error *err)
{
	_cleanup_free_ char *temporary = xasprintf("%s.new", path);
	_cleanup_file_ FILE *f = fopen(temporary, "we");

	if (!f || fwrite(b->data, 1, b->len, f) != b->len || fflush(f) || rename(temporary, path)) {
		error_set_errno(err, errno, "%s", path);
		unlink(temporary);
		return -1;
	}
	return 0;
}

enum which { IMAGE_GUEST, IMAGE_GUEST_QUIT, IMAGE_BUSYBOX };

static json_t *config_of(enum which which)
{
	static const char env[] =
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	json_t *config = json_pack("{s:[s]}", "Env", env);

	if (which == IMAGE_BUSYBOX)
		json_object_set_new(config, "Cmd", json_pack("[s]", "sh"));
	else
		json_object_set_new(config, "Entrypoint", json_pack("[s]", "/guest"));
	if (which == IMAGE_GUEST_QUIT)
		json_object_set_new(config, "StopSignal", json_string("SIGQUIT"));
	return config;
}

static int make_image(const char *path, const char *program, enum which which, struct error *err)
{
	static const char *const names[] = {
		[IMAGE_GUEST] = "localhost/podtest/guest:v1",
		[IMAGE_GUEST_QUIT] = "localhost/podtest/guest-quit:v1",
		[IMAGE_BUSYBOX] = "localhost/podtest/busybox:v1",
	};
	_cleanup_json_ json_t *config = config_of(which);
	_cleanup_blob_ struct blob layer = { 0 }, archive = { 0 };
	struct oci_image image = { .name = names[which], .config = config, .layer = &layer };
	int rc = which == IMAGE_BUSYBOX ? busybox_layer(&layer, err) :
					  guest_layer(program, &layer, err);

	if (rc)
		return -1;
	if (oci_archive(&image, &archive, err))
		return -1;
	return write_blob(path, &archive, err);
}

int cmd_image(int argc, char **argv)
{
	static const struct option options[] = { { "output", required_argument, NULL, 'o' },
						 { "busybox", no_argument, NULL, 'b' },
						 { "quit", no_argument, NULL, 'q' },
						 { "guest", required_argument, NULL, 'g' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	_cleanup_free_ char *found = find_program("guest");
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *path = NULL, *program = found;
	enum which which = IMAGE_GUEST;
	int c;

	while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (c == 'o')
			path = optarg;
		else if (c == 'b')
			which = IMAGE_BUSYBOX;
		else if (c == 'q')
			which = IMAGE_GUEST_QUIT;
		else if (c == 'g')
			program = optarg;
		else
			return fputs(usage, c == 'h' ? stdout : stderr),
			       c == 'h' ? EXIT_GOOD : EXIT_BAD_USAGE;
	}
	if (!path || optind < argc)
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	if (which != IMAGE_BUSYBOX && !program)
		error_set(&err, "the guest is not beside this program; name it by --guest");
	if (err.message || make_image(path, program, which, &err)) {
		fprintf(stderr, "podtest image: %s\n", error_text(&err));
		return EXIT_VOID;
	}
	return EXIT_GOOD;
}
