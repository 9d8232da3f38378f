// picture: the lanes of a case's pods, drawn. Half of the width goes by time, the other half to the instants at which something happened,
// so that what happens within milliseconds can be told apart beside a grace of seconds.

const PICTURE = {label: 16, strip: 12, ticks: 6, gap: 8, edge: 6};

function s(name, attributes, ...children) {
	const e = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const [key, value] of Object.entries(attributes))
		e.setAttribute(key, typeof value === "number" ? Math.round(value * 10) / 10 : value);
	e.append(...children);
	return e;
}

// From seconds to x. Instants closer than 4 ms are one.
function scale(picture, width) {
	const stops = picture.instants.filter((t, i) => !i || t - picture.instants[i - 1] > 0.004);
	const right = width - PICTURE.edge;
	const room = right - PICTURE.edge - 20;
	const [first, last] = [stops[0], stops[stops.length - 1]];
	const at = stops.map((t, i) => PICTURE.edge + room * (0.5 * (t - first) / (last - first || 1) + 0.5 * i / Math.max(1, stops.length - 1)));
	const x = t => {
		const i = stops.findIndex(stop => stop >= t);
		if (i < 0)
			return t === Infinity ? right : at[at.length - 1];
		if (i === 0)
			return at[0];
		return at[i - 1] + (at[i] - at[i - 1]) * (t - stops[i - 1]) / (stops[i] - stops[i - 1]);
	};
	return {x, stops, right};
}

function tip(text, at) {
	return s("title", {}, text + " at " + at.toFixed(3) + " s");
}

// A row of words over a strip; those that have no room are told by the marks' own tips.
class Labels {
	constructor(y, from) {
		this.y = y;
		this.free = from;
	}

	put(x, text, kind, right) {
		const width = text.length * 6.1 + 6;
		const left = Math.min(x, right - width);
		if (left < this.free || left < x - width)
			return [];
		this.free = left + width;
		return [s("text", {x: left, y: this.y, class: "mark-text " + kind}, text)];
	}
}

const SHAPES = {
	term: (x, y, h) => s("path", {d: `M${x - 4} ${y - 3}h8l-4 7z`, class: "m-term"}),
	kill: (x, y, h) => s("path", {d: `M${x - 4} ${y + h / 2 - 4}l8 8m0 -8l-8 8`, class: "m-kill"}),
	exit: (x, y, h) => s("circle", {cx: x, cy: y + h / 2, r: 3.5, class: "m-exit"}),
	failed: (x, y, h) => s("circle", {cx: x, cy: y + h / 2, r: 3.5, class: "m-failed"}),
	hook: (x, y, h) => s("rect", {x: x - 2.5, y: y + h / 2 - 2.5, width: 5, height: 5, class: "m-hook", transform: `rotate(45 ${x} ${y + h / 2})`}),
	probe: (x, y, h) => s("path", {d: `M${x} ${y + h + 1}v5`, class: "m-probe"}),
	"probe-failed": (x, y, h) => s("path", {d: `M${x} ${y + h + 1}v5`, class: "m-probe-failed"}),
};

function drawMarks(marks, y, labels, {x, right}) {
	return marks.flatMap(mark => {
		const shape = SHAPES[mark.kind](x(mark.at), y, PICTURE.strip);
		shape.append(tip(mark.title || mark.text, mark.at));
		return [shape, ...(mark.text ? labels.put(x(mark.at) - 6, mark.text, mark.kind, right) : [])];
	});
}

function strip(from, to, y, name, {x}, title) {
	return s("rect", {x: x(from), y, width: Math.max(2, x(to) - x(from)), height: PICTURE.strip, rx: 3, class: name}, s("title", {}, title));
}

function drawContainer(lane, y, sc) {
	const top = y + PICTURE.label;
	const name = lane.name + (lane.init ? " (init)" : "");
	const runs = lane.runs.map(run => strip(run.from, run.to ?? Infinity, top, lane.init ? "run init" : "run", sc, "running"));
	const ready = lane.ready.flatMap(span => lane.runs
		.map(run => [Math.max(span.from, run.from), Math.min(span.to ?? Infinity, run.to ?? Infinity)])
		.filter(([from, to]) => from < to)
		.map(([from, to]) => strip(from, to, top, "run ready", sc, "ready")));
	const waits = lane.waits.map(wait => s("path", {d: `M${sc.x(wait.at)} ${top + PICTURE.strip / 2}h14`, class: "wait"}, tip(wait.text, wait.at)));
	const labels = new Labels(y + 11, PICTURE.edge + name.length * 6.6 + 8);
	return [s("text", {x: PICTURE.edge, y: y + 11, class: "lane"}, name), ...runs, ...ready, ...waits, ...drawMarks(lane.marks, top, labels, sc)];
}

function drawPod(pod, y, sc) {
	const top = y + PICTURE.label;
	const labels = new Labels(y + 11, PICTURE.edge + pod.name.length * 6.6 + 36);
	const until = pod.gone ?? Infinity;
	const phases = pod.phases.map((p, i) => {
		const to = i + 1 < pod.phases.length ? pod.phases[i + 1].from : until;
		return strip(p.from, Math.max(p.from, to), top, "phase " + p.phase, sc, p.phase + " from " + p.from.toFixed(3) + " s");
	});
	const words = pod.phases.map(p => ({...p, at: p.from, text: p.phase, kind: "phase-text"}))
		.concat(pod.marks.map(m => ({...m})), pod.gone === undefined ? [] : [{at: pod.gone, text: "gone", kind: "phase-text"}])
		.sort((a, b) => a.at - b.at).flatMap(w => labels.put(sc.x(w.at), w.text, w.kind, sc.right));
	const marks = pod.marks.map(m => SHAPES[m.kind](sc.x(m.at), top, PICTURE.strip));
	return [s("text", {x: PICTURE.edge, y: y + 11, class: "lane pod"}, "pod " + pod.name), ...phases, ...words, ...marks];
}

function drawAxis(y, {x, stops, right}) {
	const labels = new Labels(y + 12, 0);
	return [s("path", {d: `M${PICTURE.edge} ${y}H${right}`, class: "axis"}), ...stops.flatMap(t => [
		s("path", {d: `M${x(t)} ${y}v3`, class: "axis"}),
		...labels.put(x(t), t.toFixed(t < 10 ? 2 : 1) + " s", "axis-text", right)])];
}

// The instant that a failed assertion's timeline marks by ">".
function decisive(timelineText) {
	const found = /^>\s*\+?(-?[\d.]+)/m.exec(timelineText || "");
	return found ? Math.max(0, Number(found[1])) : null;
}

function summary(picture) {
	return [...picture.pods.values()].map(pod => "pod " + pod.name + ": " + pod.phases.map(p => p.phase).join(", ") +
		[...pod.containers.values()].map(c => "; " + c.name + " " + plural(c.runs.length, "run") +
			c.marks.filter(m => m.text).map(m => ", " + m.text).join("")).join("")).join(". ");
}

function drawPicture(events, timelineText) {
	const picture = lanes(events);
	if (!picture.pods.size)
		return null;
	const width = innerWidth < 640 ? 320 : results.length > 1 && innerWidth < 1400 ? 480 : 720;
	const sc = scale(picture, width);
	const labels = new Labels(11, 0);
	const body = picture.did.flatMap(d => [s("path", {d: `M${sc.x(d.at)} 14v6`, class: "m-did"}, tip(d.text, d.at)),
		...labels.put(sc.x(d.at) - 2, d.text, "did-text", sc.right)]);
	let y = 22;
	for (const pod of picture.pods.values()) {
		body.push(...drawPod(pod, y, sc));
		y += PICTURE.label + PICTURE.strip + PICTURE.gap;
		for (const lane of pod.containers.values()) {
			body.push(...drawContainer(lane, y, sc));
			y += PICTURE.label + PICTURE.strip + PICTURE.ticks + PICTURE.gap;
		}
	}
	const focus = decisive(timelineText);
	if (focus !== null)
		body.push(s("path", {d: `M${sc.x(focus)} 18V${y}`, class: "focus"}, tip("judged", focus)));
	body.push(...drawAxis(y, sc));
	return s("svg", {viewBox: `0 0 ${width} ${y + 18}`, class: "picture", role: "img", "aria-label": summary(picture), style: `max-width:${width}px`}, ...body);
}
