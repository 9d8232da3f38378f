# podd: a podd of the caller's own in a temporary root, for scripts of ci.
#
# podd_start [OPTION...] sets $podd_root, $podd_socket and $podd_pid; podd_end takes everything away again,
# and is meant for a trap. podctl_ speaks to it. The root lies on a real disk, as in life.

podd_bin=${podd_bin:-out/bin}
podd_root=${podd_root-} # a bats file hands these three from set-up to teardown by its environment
podd_pid=${podd_pid-}
podd_socket=${podd_socket-}

# podd_boot [OPTION...]: starts podd on $podd_root and waits until it serves.
podd_boot() {
	local log=$podd_root.log line fifo=$podd_root.fifo
	mkfifo "$fifo"
	"$podd_bin/podd" --root "$podd_root" "$@" 2>"$fifo" </dev/null &
	podd_pid=$!
	exec {podd_err}<"$fifo"
	rm -f "$fifo"
	while read -r -t 30 -u "$podd_err" line; do
		echo "$line" >>"$log"
		[[ $line == *"ready on"* ]] && break
	done
	cat <&"$podd_err" >>"$log" &
	podd_cat=$!
	exec {podd_err}<&-
	[[ ${line-} == *"ready on"* ]] && return
	echo "# podd did not become ready:" >&2
	sed 's/^/# /' "$log" >&2
	return 1
}

podd_start() {
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-ci.XXXXXX")
	podd_socket=$podd_root/podd.sock
	podd_boot "$@" || return
	podctl_ image import out/image/guest.tar >/dev/null
}

podctl_() {
	"$podd_bin/podctl" --socket "$podd_socket" "$@"
}

podd_stop() {
	[ -n "$podd_pid" ] || return 0
	kill -TERM "$podd_pid" 2>/dev/null
	wait "$podd_pid" 2>/dev/null
	podd_pid=
}

podd_end() {
	podd_stop
	if [ -n "$podd_root" ]; then
		"$podd_bin/podd" --cleanup --root "$podd_root"
		rm -rf "$podd_root" "$podd_root.log" "$podd_root.fifo"
		[ -z "${podd_cat-}" ] || kill "$podd_cat" 2>/dev/null
	fi
	podd_root=
}
