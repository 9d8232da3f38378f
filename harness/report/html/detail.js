// detail: what is shown of one requirement when it is opened.

function note(name, text) {
	return text ? h("p.note", {}, h("b", {}, name + " "), text) : null;
}

function block(name, text) {
	return text ? h("div.block", {}, h("h5", {}, name), h("pre", {tabindex: "0"}, text)) : null;
}

// The history around the decisive instant; its line is marked by ">".
function timeline(text) {
	if (!text)
		return null;
	const lines = text.trimEnd().split("\n").map(line => line.startsWith(">") ? h("mark", {}, line + "\n") : line + "\n");
	return h("div.block", {}, h("h5", {}, "Timeline, in seconds since the case began"), h("pre.timeline", {tabindex: "0"}, lines));
}

function picture(c, text) {
	const drawn = c.events ? drawPicture(c.events, text) : null;
	return drawn ? h("div.block", {}, h("h5", {}, "What the pods did"), drawn,
		h("p.keys", {}, "Light: running. Filled: ready. Violet: init container or hook ◆. Ticks: probes. ▼ signal, ✕ kill, ○ exit. Short gaps are drawn wider.")) : null;
}

function folded(name, text) {
	return text ? h("details.folded", {}, h("summary", {}, name), h("pre", {tabindex: "0"}, text)) : null;
}

function claimTitle({verdict, a, c}) {
	const file = (c.file || "").replace(/^.*\/(?=fixtures\/)/, "");
	const where = file ? file + (a.line ? ":" + a.line : "") : null;
	return [pill(verdict), h("span.case", {}, caseName(c)),
		c.round ? h("span.round", {}, "round " + (c.round + 1)) : null,
		a.invariant ? h("span.round", {}, "rule for every history") : null,
		where && !a.invariant ? h("span.where", {}, where) : null];
}

function claimBody({verdict, a, c}) {
	const slow = verdict === "slow" ? c.message : null;
	return [c.title ? h("p.title", {}, c.title) : null,
		a.message || slow ? h("p.message", {}, a.message || slow) : null,
		block("Expected", a.expected), block("Seen", a.seen), picture(c, a.timeline), timeline(a.timeline || (verdict === "broken" ? c.timeline : null)),
		folded("The step", a.step), folded("The manifests as applied", verdict === "pass" ? null : c.manifest),
		c.rerun ? h("div.block", {}, h("h5", {}, "Run it alone"), command(c.rerun)) : null];
}

// One assertion; its body is made when it is first opened.
function claimItem(claim, open) {
	const item = h("details.claim", {}, h("summary", {}, claimTitle(claim)));
	const fill = () => {
		if (item.open && item.childElementCount === 1)
			item.append(h("div.body", {}, claimBody(claim)));
	};
	item.addEventListener("toggle", fill);
	item.open = open;
	fill();
	return item;
}

const OPEN_AT_ONCE = 3;

// Worst first, then by case and round.
function inOrder(x, y) {
	const rank = claim => data.verdicts.indexOf(claim.verdict);
	return rank(x) - rank(y) || caseName(x.c).localeCompare(caseName(y.c)) || (x.c.round || 0) - (y.c.round || 0);
}

// Of a case that was repeated the first round stands for all.
function opened(list) {
	return new Set(list.filter((claim, i) => !i || list[i - 1].c.name !== claim.c.name).slice(0, OPEN_AT_ONCE));
}

function claimGroup(cell) {
	const quiet = cell.claims.filter(c => c.verdict === "pass" || c.verdict === "not-applicable");
	const loud = cell.claims.filter(c => !quiet.includes(c)).sort(inOrder);
	const open = opened(loud);
	const list = loud.map(claim => claimItem(claim, open.has(claim)));
	for (const verdict of ["pass", "not-applicable"]) {
		const some = quiet.filter(c => c.verdict === verdict);
		if (some.length > OPEN_AT_ONCE)
			list.push(lazyGroup(verdict, some));
		else
			list.push(...some.map(claim => claimItem(claim, false)));
	}
	return list;
}

function lazyGroup(verdict, some) {
	const group = h("details.claim", {}, h("summary", {}, pill(verdict), h("span.case", {}, plural(some.length, "assertion"))));
	group.addEventListener("toggle", () => {
		if (group.open && group.childElementCount === 1)
			group.append(h("div.body.many", {}, some.map(claim => claimItem(claim, false))));
	});
	return group;
}

function cellSection(r, i) {
	const cell = r.cells[i];
	const title = results.length > 1 ? h("h4", {}, results[i].label, " ", pill(cell.verdict)) : null;
	if (!cell.claims.length)
		return h("section.result", {}, title, h("p.quiet", {}, r.unasserted && results.length === 1 ?
			"No case asserts it: " + r.unasserted : "No case of this run asserts it."));
	return h("section.result", {}, title, claimGroup(cell));
}

function detail(r) {
	return h("div.detail", {},
		h("div.notes", {},
			h("p.note", {}, h("span.level." + r.level, {}, r.level), r.since ? " since Kubernetes " + r.since : ""),
			note("Source", r.source), note("Observed by", r.observe),
			note("Seen on a real node", r.seen), note("Disputed", r.disputed)),
		h("div.results", {}, r.cells.map((cell, i) => cellSection(r, i))));
}
