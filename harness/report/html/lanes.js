// lanes: from the events of a case to lanes: per pod its phases, per container its runs and what happened in them.
//
// A guest stamps its own start and exit, and the witness the end of its connection; where there is no guest, the watch must do.
// An end without the guest's word gets its name when the container's status tells the code: 137 is a kill.

// When the runner asked, and when anything else was seen at the latest: so nothing stands before its cause.
function instant(e) {
	return e.from === "did" ? e.t - (e.early || 0) : e.t;
}

function laneOf(picture, who) {
	const [podName, container] = who.split("/");
	if (!picture.pods.has(podName))
		picture.pods.set(podName, {name: podName, phases: [], marks: [], containers: new Map()});
	const pod = picture.pods.get(podName);
	if (!container)
		return pod;
	if (!pod.containers.has(container))
		pod.containers.set(container, {name: who, init: false, guest: false, runs: [], marks: [], ready: [], waits: []});
	return pod.containers.get(container);
}

function podEvent(pod, e, at) {
	if (e.what.startsWith("phase="))
		pod.phases.push({from: at, phase: e.what.slice(6)});
	else if (e.what === "deleting")
		pod.marks.push({at, kind: "term", text: "deleted"});
	else if (e.what === "gone")
		pod.gone = at;
}

function currentRun(lane) {
	const last = lane.runs[lane.runs.length - 1];
	return last && last.to === undefined ? last : null;
}

function endRun(lane, at) {
	const run = currentRun(lane);
	if (!run)
		return;
	run.to = run.exited === undefined ? at : run.exited;
	if (run.exited === undefined) {
		run.end = {at, kind: "exit", text: "end"};
		lane.marks.push(run.end);
	}
}

// The status tells with which code the last run ended.
function nameEnd(lane, is) {
	const run = lane.runs[lane.runs.length - 1];
	const code = (is || "").split(" ")[0];
	if (!run || !run.end || !/^\d+$/.test(code))
		return;
	run.end.kind = code === "137" ? "kill" : code === "0" ? "exit" : "failed";
	run.end.text = code === "137" ? "KILL" : "exit " + code;
}

const guestEvents = {
	start(lane, e, at) {
		endRun(lane, at);
		lane.guest = true;
		lane.runs.push({from: at});
	},
	exit(lane, e, at) {
		const run = currentRun(lane);
		if (run)
			run.exited = at;
		lane.marks.push({at, kind: e.is === "0" ? "exit" : "failed", text: "exit " + (e.is || "")});
	},
	term(lane, e, at) {
		lane.marks.push({at, kind: "term", text: "TERM"});
	},
	signal(lane, e, at) {
		lane.marks.push({at, kind: "term", text: e.is || "signal"});
	},
	probe(lane, e, at) {
		lane.marks.push({at, kind: /ok/.test(e.is) ? "probe" : "probe-failed", title: "probe " + (e.is || "")});
	},
	hook(lane, e, at) {
		lane.marks.push({at, kind: "hook", title: "hook " + (e.is || "")});
	},
	ready() {}, // the guest's own word for "my servers listen"
};

function stateEvent(lane, e, at) {
	const state = e.what.slice("state=".length);
	lane.init = lane.init || Boolean(e.init);
	if (state === "running" && !currentRun(lane) && !lane.guest)
		lane.runs.push({from: at});
	if (state === "terminated") {
		endRun(lane, at);
		nameEnd(lane, e.is);
	}
	if (state === "waiting" && e.is && lane.runs.length && !currentRun(lane))
		lane.waits.push({at, text: e.is});
}

function containerEvent(lane, e, at) {
	if (e.from === "guest" && guestEvents[e.what])
		guestEvents[e.what](lane, e, at);
	else if (e.from === "lost")
		endRun(lane, at);
	else if (e.what.startsWith("state="))
		stateEvent(lane, e, at);
	else if (e.what === "ready=true")
		lane.ready.push({from: at});
	else if (e.what === "ready=false" && lane.ready.length)
		lane.ready[lane.ready.length - 1].to = at;
}

// {pods: Map, did: [{at, text}], instants: [t…]}
function lanes(events) {
	const picture = {pods: new Map(), did: []};
	for (const e of [...events].sort((x, y) => instant(x) - instant(y))) {
		const at = instant(e);
		if (e.from === "did")
			picture.did.push({at, kind: "did", text: e.what});
		else if (e.who.includes("/"))
			containerEvent(laneOf(picture, e.who), e, at);
		else
			podEvent(laneOf(picture, e.who), e, at);
	}
	picture.instants = events.map(instant).sort((x, y) => x - y);
	return picture;
}
