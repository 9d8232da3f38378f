// fields: what a subject declares against what was seen of it, and the manifest fields that assertions name.

const STATES = {
	"honoured": {kind: "good", sign: "✓", means: "its cases pass"},
	"refused": {kind: "warn", sign: "⊘", means: "what needs it is not taken"},
	"ignored": {kind: "bad", sign: "∅", means: "taken without effect"},
	"wrong": {kind: "bad", sign: "✗", means: "taken, and cases of it fail"},
	"unseen": {kind: "none", sign: "·", means: "no case of it was evaluated"},
};

const CLAIMS = {
	over: "declared, but no case of it passes",
	under: "works, but is not declared",
};

function state(name) {
	const s = STATES[name] || STATES.unseen;
	return h("span.pill." + s.kind, {title: s.means}, h("span", {"aria-hidden": "true"}, s.sign + " "), name);
}

function featureCell(f) {
	const told = CLAIMS[f.claim] || (f.declared ? null : "not declared");
	if (f.state === "unseen" && !f.declared && !CLAIMS[f.claim])
		return h("span.quiet", {}, told);
	return [state(f.state), " ",
		f.state === "unseen" ? null : h("span.quiet", {}, f.passed === f.cases ? plural(f.cases, "case") : f.passed + " of " + f.cases + " cases pass"),
		told ? h("span.claim-told" + (CLAIMS[f.claim] ? ".bad" : ""), {}, told) : null];
}

function fieldCell(f) {
	return [state(f.state), " ", h("span.quiet", {}, plural(f.assertions, "assertion"))];
}

function stateRow(name, found, cell) {
	return h("tr", {role: "row"}, h("th", {role: "rowheader", scope: "row"}, name), found.map((map, i) =>
		h("td", {role: "cell", "data-label": results.length > 1 ? results[i].label : null}, h("div", {}, map.has(name) ? cell(map.get(name)) : "–"))));
}

// One table: rows by name in the order of the first result that has it, a column per result.
function stateTable(caption, key, name, cell) {
	const found = results.map(r => new Map((r[key] || []).map(one => [one[name], one])));
	const names = [...new Set(found.flatMap(map => [...map.keys()]))];
	const loud = names.filter(n => found.some(map => map.has(n) && (map.get(n).state !== "unseen" || CLAIMS[map.get(n).claim])));
	const unseen = names.filter(n => !loud.includes(n));
	if (!names.length)
		return null;
	const head = [caption, ...results.map(r => r.label)].map(text => h("th", {role: "columnheader", scope: "col"}, text));
	return [loud.length ? h("table.states", {role: "table"},
		h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, head)),
		h("tbody", {role: "rowgroup"}, loud.map(n => stateRow(n, found, cell)))) : null,
	unseen.length ? h("p.quiet", {}, "Not seen: " + unseen.join(", ") + ".") : null];
}

function notRun(result) {
	const lacking = Object.entries((result.not_run || {}).features || {}).sort((a, b) => b[1] - a[1]);
	if (!lacking.length)
		return null;
	const who = results.length > 1 ? result.label + ": " : "";
	return h("p", {}, who + plural(result.not_run.cases, "case was", "cases were") + " not run for want of a feature: " +
		lacking.map(([feature, n]) => feature + " (" + n + ")").join(", ") + ".");
}

function drawFields() {
	const tables = [stateTable("Feature", "audit", "feature", featureCell), stateTable("Manifest field", "fields", "field", fieldCell)];
	if (tables.some(Boolean))
		byId("sections").append(section("fields", "Fields", results.map(notRun), tables));
}
