# leftovers: what a podd and its guests leave behind on this machine, for ci/check-crash and ci/check-chaos.
#
# The caller has $work, a directory with the files `links` and `own` of leftovers_before, and $mark, which its guests carry in their
# environment. A judge complains; verdict NAME turns what was complained about into a line of TAP.

failures=0
export exit_status=0
mark=${mark-} check=${check-} seed=${seed-} work=${work-}
complain() {
	echo "# $*"
	failures=$((failures + 1))
}

# verdict NAME: one TAP line for what was complained about since the last one.
verdict() {
	if [ "$failures" -eq 0 ]; then
		echo "ok - $check: $1"
	else
		echo "not ok - $check: $1 (seed $seed)"
		exit_status=1
	fi
	failures=0
}

# leftovers_before: the picture before.
leftovers_before() {
	ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' >"$work/links"
	readlink /proc/self/ns/{net,ipc,uts,pid,mnt} >"$work/own"
}

# guests: the processes that carry our mark in their environment.
guests() {
	grep -lsa "PODTEST=$mark/" /proc/[0-9]*/environ | cut -d/ -f3
}

# traces FILE: what the kernel holds for us now: namespaces and cgroups of the guests.
traces() {
	local pid
	for pid in $(guests); do
		for ns in net ipc uts pid mnt; do
			readlink "/proc/$pid/ns/$ns"
		done
		sed -n 's/^[0-9]*:\([^:]*\):\(.*podd.*\)/cgroup \1 \2/p' "/proc/$pid/cgroup"
	done | sort -u | grep -vxF -f "$work/own" >"$1"
}

cgroup_path() {
	case $1 in
	'') [ -d /sys/fs/cgroup/unified ] && echo "/sys/fs/cgroup/unified$2" || echo "/sys/fs/cgroup$2" ;;
	*) echo "/sys/fs/cgroup/${1#name=}$2" ;;
	esac
}

judge_cleanup() {
	local root=$1 kind controller path
	[ -z "$(guests)" ] || complain "processes left: $(guests | tr '\n' ' ')"
	! pgrep -af -- "$root" >"$work/left" || complain "processes left: $(cat "$work/left")"
	grep -hsF "$root" /proc/[0-9]*/mountinfo | sort -u >"$work/left" # grep's status: 2 if any process has gone
	[ ! -s "$work/left" ] || complain "mounts left: $(cut -d' ' -f4,5 "$work/left" | head -n 5 | tr '\n' ',')"
	! grep -qF "$root" /proc/net/unix || complain "sockets left: $(grep -F "$root" /proc/net/unix)"
	[ ! -e "$root" ] || [ -z "$(ls -A "$root")" ] || complain "files left: $(find "$root" | head -n 5 | tr '\n' ' ')"
	ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | grep -vxF -f "$work/links" >"$work/left" && complain "devices left: $(cat "$work/left")"
	readlink /proc/[0-9]*/ns/{net,ipc,uts,pid,mnt} 2>/dev/null | sort -u | grep -xF -f <(grep '\[' "$work/traces") >"$work/left" &&
		complain "namespaces left: $(tr '\n' ' ' <"$work/left")"
	while read -r kind controller path; do
		[ "$kind" = cgroup ] || continue
		[ -n "$path" ] || { path=$controller controller=; }
		path=$(cgroup_path "$controller" "$path")
		[ ! -d "$path" ] || complain "cgroup left: $path"
	done <"$work/traces"
}

# judge_after ROOT: after podd --cleanup; namespaces vanish asynchronously.
judge_after() {
	local before
	for ((n = 0; n < 20; n++)); do
		before=$failures
		judge_cleanup "$1" >"$work/cleanup"
		[ "$failures" -eq "$before" ] && break
		[ "$n" -eq 19 ] || failures=$before
		sleep 0.1
	done
	cat "$work/cleanup"
}
