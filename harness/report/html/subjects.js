// subjects: a card per result: who was tested, how it ended, and in what numbers.

function outcome(result) {
	if (result.void)
		return {kind: "odd", text: "Void: " + result.void};
	if (result.exit === 0)
		return {kind: "good", text: "Conformant as far as it was asked"};
	if (result.exit === 1)
		return {kind: "bad", text: "Does not conform"};
	return {kind: "odd", text: "Says nothing: cases are broken, or none was evaluated"};
}

function fact(name, value) {
	return value === null || value === undefined || value === "" ? [] :
		[h("div", {}, h("dt", {}, name), h("dd", {}, value))];
}

function assertionsOf(result) {
	return Object.entries(result.assertions || {}).reduce((sum, [v, n]) =>
		v === "not-applicable" || v === "broken" ? sum : sum + n, 0);
}

function facts(result, i) {
	const evaluated = requirements.filter(r => !["not asked", "not-applicable", "broken"].includes(r.cells[i].verdict));
	return h("dl.facts", {},
		fact("requirements", number(evaluated.length) + " of " + number(requirements.length)),
		fact("assertions", number(assertionsOf(result))),
		fact("wall time", number(result.wall_seconds, 1) + " s"),
		fact("clock rate", result.clock_rate),
		fact("flaky", result.stability ? flakeRate(result.stability) : null),
		fact("slack", result.slack === 1 ? null : result.slack),
		fact("seed", result.seed),
		fact("begun, UTC", result.began ? result.began.slice(0, 16).replace("T", " ") : null));
}

function legend(counts) {
	return h("ul.legend", {}, Object.entries(counts).filter(([, n]) => n).map(([verdict, n]) =>
		h("li", {}, h("i.dot." + kindOf(verdict)), number(n) + " " + verdict)));
}

function subjectCard(result, i) {
	const end = outcome(result);
	const counts = count(result.cases.map(c => c.verdict));
	return h("article.subject", {},
		h("h1", {}, result.label),
		h("p.outcome." + end.kind, {}, end.text),
		bar(counts),
		h("p.cases", {}, plural(result.cases.length, "case")),
		legend(counts),
		facts(result, i));
}

function drawSubjects() {
	document.title = results.map(r => r.label).join(", ") + ": podtest";
	byId("subjects").append(...results.map(subjectCard));
}
