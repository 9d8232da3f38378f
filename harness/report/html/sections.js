// sections: what belongs to a run and to no requirement.

function section(id, title, ...content) {
	return h("section", {"aria-labelledby": id + "-title", id}, h("h2", {id: id + "-title"}, title), content);
}

// One list per result that has something to say; `draw` answers null where there is nothing.
function perResult(id, title, draw) {
	const parts = results.map(r => [r, draw(r)]).filter(([, part]) => part);
	if (parts.length)
		byId("sections").append(section(id, title, parts.map(([r, part]) =>
			[results.length > 1 ? h("h3", {}, r.label) : null, part]).flat()));
}

function leftBehind(result) {
	return (result.leaks || []).length ? h("ul.plain", {}, result.leaks.map(l => h("li", {}, l))) : null;
}

// A dot per round that the case was evaluated in, those it passed first.
function rounds(c) {
	const dots = Array.from({length: Math.min(c.rounds, 40)}, (_, i) => h("i.dot." + (i < c.passed ? "good" : "bad")));
	return h("span.rounds", {}, h("span.dots", {"aria-hidden": "true"}, dots), "passed " + c.passed + " of " + c.rounds);
}

function isFlaky(c) {
	return c.passed > 0 && c.passed < c.rounds;
}

function flakeRate(s) {
	return number(s.flaky) + " of " + number(s.evaluated) + " (" + number(s.rate * 100, 1) + " %)";
}

// What --repeat showed.
function stability(result) {
	const s = result.stability;
	if (!s)
		return null;
	const flaky = s.cases.filter(isFlaky);
	return h("div", {},
		h("p", {}, s.rounds + " rounds. " + (flaky.length ? "Flaky, that is passed in one and not in another: " + flakeRate(s) + " cases." :
			plural(s.evaluated, "case") + ", each with the same end in every round.")),
		h("ul.lines", {}, flaky.map(c => h("li", {}, h("span.case", {}, caseName(c)), rounds(c)))));
}

function drawLegend() {
	byId("foot").append(h("details.folded", {}, h("summary", {}, "What the verdicts mean"),
		h("dl.meanings", {}, Object.entries(VERDICTS).map(([verdict, v]) =>
			h("div", {}, h("dt", {}, pill(verdict)), h("dd", {}, v.means))))));
}

function drawSections() {
	drawFields();
	perResult("left", "Left behind", leftBehind);
	perResult("stability", "Stability", stability);
	drawLegend();
}
