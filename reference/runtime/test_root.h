/*
 * test_root: a runtime on a root of its own below one temporary directory, for tests of real pods. Each test
 * is between begin() and end(), which takes the root away again and looks at what is left.
 */
#pragma once

#include "runtime/runtime.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/strbuf.h"
#include "base/test.h"
#include "runtime/root.h"
#include "runtime/test_busybox.h"
#include "runtime/test_wait.h"

static _unused_ void open_runtime(void)
{
	_cleanup_free_ char *shim = fs_join(f.bin, "pod-shim"), *pause = fs_join(f.bin, "pause");
	struct runtime_config cfg = { .root = f.root,
				      .shim_path = shim,
				      .pause_path = pause,
				      .pod_cidr = "10.88.0.0/16",
				      .loop = f.loop,
				      .clock = &f.clock };

	CHECK_OK(runtime_new(&cfg, on_event, on_ready, NULL, &f.rt, &f.err), &f.err);
	wait_flag(&f.ready);
}

static _unused_ void begin(void)
{
	_cleanup_free_ char *layout = str_printf("%s/layout", f.dir);

	snprintf(f.root, sizeof(f.root), "%s/root", f.dir);
	if (f.rt) { /* a test before this one failed */
		f.rt = runtime_free(f.rt);
		runtime_cleanup(f.root, NULL);
	}
	f.exits = f.ooms = f.gone = 0;
	CHECK_OK(loop_new(&f.loop, &f.err), &f.err);
	clock_init_now(&f.clock, 1);
	open_runtime();
	CHECK_OK(image_import(f.rt, layout, NULL, &f.err), &f.err);
}

static _unused_ void check_nothing_left(void)
{
	char tag[TAG_LEN + 1];
	_cleanup_(cgroups_deinit) struct cgroups c = { .n = 0 };

	root_tag(f.root, tag);
	CHECK_OK(cgroups_init(&c, tag, &f.err), &f.err);
	for (size_t i = 0; i < c.n; i++)
		CHECK(!fs_exists(AT_FDCWD, c.hierarchies[i].base));
	CHECK(!fs_exists(AT_FDCWD, f.root));
}

static _unused_ void end(void)
{
	f.rt = runtime_free(f.rt);
	loop_turn(f.loop);
	f.loop = loop_free(f.loop);
	CHECK_OK(runtime_cleanup(f.root, &f.err), &f.err);
	check_nothing_left();
	error_clear(&f.err);
}

static _unused_ void find_programs(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	for (int up = 0; n > 0 && up < 4; up++) { /* out/VARIANT/test/runtime/test_runtime */
		_cleanup_free_ char *shim = NULL;

		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		n = (ssize_t)strlen(self);
		snprintf(f.bin, sizeof(f.bin), "%.4000s/bin", self);
		shim = fs_join(f.bin, "pod-shim");
		if (fs_exists(AT_FDCWD, shim))
			return;
	}
}

static _unused_ void make_image(void)
{
	_cleanup_free_ char *layout = str_printf("%s/layout", f.dir);

	test_busybox_image(layout);
}

/* The directory, the image and the programs; then the tests may run. */
static _unused_ void test_pods_begin(void)
{
	strcpy(f.dir, "/tmp/test_runtime.XXXXXX");
	find_programs();
	if (geteuid() != 0 || !mkdtemp(f.dir)) {
		printf("Bail out! root is needed\n");
		exit(1);
	}
	make_image();
}

static _unused_ int test_pods_end(void)
{
	if (f.rt) { /* the last test failed */
		f.rt = runtime_free(f.rt);
		runtime_cleanup(f.root, NULL);
	}
	fs_remove_tree(AT_FDCWD, f.dir, NULL);
	return test_end();
}
