# fake: podtest and the subject that is pretended (harness/drivers/fake), for bats files that need no podd.

# programs: what the set-up of a file begins with: $PODTEST and $FAKE_DRIVER, there to be run.
programs() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export PODTEST=${PODTEST:-$PWD/out/bin/podtest}
	export FAKE_DRIVER=${FAKE_DRIVER:-$PWD/out/release/drivers/fake}
	[ -x "$FAKE_DRIVER" ] || make -s "${FAKE_DRIVER#"$PWD"/}"
}

setup_file() {
	programs
}

# place: what the set-up of each test begins with: the checkout as the working directory, $dir for files of its own.
place() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export dir=$BATS_TEST_TMPDIR
}

setup() {
	place
}
