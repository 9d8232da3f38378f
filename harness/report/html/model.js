// model: the page's data, turned from cases by result into requirements by result.

const data = JSON.parse(byId("data").textContent);

// The worst of several; what does not apply counts only where nothing else is.
function worst(verdicts) {
	const asked = verdicts.filter(v => v !== "not-applicable");
	const among = new Set(asked.length ? asked : verdicts);
	return data.verdicts.find(v => among.has(v)) || NOT_ASKED;
}

// In the order in which verdicts are shown.
function count(list) {
	const counts = Object.fromEntries(Object.keys(VERDICTS).map(verdict => [verdict, 0]));
	for (const verdict of list)
		counts[verdict] = (counts[verdict] || 0) + 1;
	return counts;
}

// Each result gets a label of its own: its subject, and its file where subjects are the same.
function label(results) {
	const seen = results.map(r => r.results.subject || "unknown");
	return results.map((r, i) => {
		const alone = seen.filter(s => s === seen[i]).length === 1;
		return {...r.results, file: r.file, label: alone ? seen[i] : seen[i] + " (" + (r.file || i + 1) + ")"};
	});
}

const results = label(data.results);

function caseName(c) {
	return c.area ? c.area + "/" + c.name : c.name;
}

// An assertion as the page shows it: with its case, and "slow" when only the case knows.
function claims(result) {
	const list = [];
	for (const c of result.cases)
		for (const a of (c.assertions || []).filter(one => one.req)) {
			const verdict = a.verdict === "pass" && c.verdict === "slow" ? "slow" : a.verdict;
			list.push({req: a.req, verdict, a, c});
		}
	return list;
}

// {id, area, level, statement, …, cells: [{verdict, claims}] by result}
function buildRequirements() {
	const byReq = new Map();
	const add = r => {
		byReq.set(r.id, {...r, cells: results.map(() => ({verdict: NOT_ASKED, claims: []}))});
		return byReq.get(r.id);
	};
	data.requirements.forEach(add);
	results.forEach((result, i) => {
		for (const claim of claims(result)) {
			const r = byReq.get(claim.req) || add({
				id: claim.req, area: claim.req.split("-")[0], level: "unknown", statement: "Not in this catalogue.",
			});
			r.cells[i].claims.push(claim);
		}
	});
	for (const r of byReq.values())
		for (const cell of r.cells)
			cell.verdict = worst(cell.claims.map(c => c.verdict));
	return [...byReq.values()];
}

const requirements = buildRequirements();
const areas = [...new Set(requirements.map(r => r.area))].map(name => ({
	name, requirements: requirements.filter(r => r.area === name),
}));

function isAsked(r) {
	return r.cells.some(cell => cell.verdict !== NOT_ASKED);
}

// Results that did not ask say nothing.
function differs(r) {
	const verdicts = r.cells.map(cell => cell.verdict).filter(verdict => verdict !== NOT_ASKED);
	return new Set(verdicts).size > 1;
}

// Everything of a requirement that a search looks at; made when first needed.
function searchText(r) {
	if (!r.text) {
		const words = [r.id, r.level, r.statement, r.source, r.disputed];
		for (const cell of r.cells)
			for (const {a, c} of cell.claims)
				words.push(caseName(c), c.title, a.message);
		r.text = words.filter(Boolean).join("\n").toLowerCase();
	}
	return r.text;
}
