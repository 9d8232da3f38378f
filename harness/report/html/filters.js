// filters: which rows are shown: by verdict, area, words, and whether results differ.
//
// Without a filter an area shows its requirements only when it is opened; with one, whatever fits is shown at once.
// What no case asked is shown when it is asked for: by its verdict, or by words.

const filter = {words: [], area: "", verdicts: new Set(), differ: false};

function filtering() {
	return filter.words.length > 0 || filter.verdicts.size > 0 || filter.differ;
}

// A requirement passes when all of its assertions do, and is not asked when no result asked it; of the others one assertion is enough.
function hasVerdict(r, verdict) {
	if (verdict === NOT_ASKED)
		return !isAsked(r);
	return r.cells.some(cell => cell.verdict === verdict ||
		(verdict !== "pass" && cell.claims.some(claim => claim.verdict === verdict)));
}

function fits(r) {
	if (filter.area && r.area !== filter.area)
		return false;
	if (filter.verdicts.size && ![...filter.verdicts].some(verdict => hasVerdict(r, verdict)))
		return false;
	if (filter.differ && !differs(r))
		return false;
	if (!filter.words.every(word => searchText(r).includes(word)))
		return false;
	return isAsked(r) || filter.verdicts.has(NOT_ASKED) || filter.words.length > 0;
}

function isOpen(area) {
	return area.open === undefined ? filtering() || filter.area === area.name : area.open;
}

function showRows() {
	let shown = 0;
	for (const area of areas) {
		const open = isOpen(area);
		let fitting = 0;
		for (const r of area.requirements) {
			const fit = fits(r);
			fitting += fit;
			r.row.hidden = !fit || !open;
			if (r.more)
				r.more.hidden = r.row.hidden || !r.open;
		}
		area.body.hidden = !fitting;
		area.button.setAttribute("aria-expanded", String(open));
		shown += fitting;
	}
	byId("count").textContent = plural(shown, "requirement") + (filtering() || filter.area ? " fit" : " asked");
	byId("all").textContent = areas.every(isOpen) ? "close all" : "open all";
}

// A filter that changes takes back what was opened and closed by hand.
function changed() {
	for (const area of areas)
		area.open = undefined;
	showRows();
}

function chip(verdict, n) {
	const button = h("button.chip." + kindOf(verdict), {type: "button", "aria-pressed": "false", title: VERDICTS[verdict].means},
		h("span", {"aria-hidden": "true"}, signOf(verdict) + " "), verdict + " ", h("b", {}, number(n)));
	button.dataset.verdict = verdict;
	button.addEventListener("click", () => {
		const on = !filter.verdicts.has(verdict);
		filter.verdicts[on ? "add" : "delete"](verdict);
		button.setAttribute("aria-pressed", String(on));
		changed();
	});
	return button;
}

function drawChips() {
	for (const verdict of Object.keys(VERDICTS)) {
		const n = requirements.filter(r => hasVerdict(r, verdict)).length;
		if (n)
			byId("chips").append(chip(verdict, n));
	}
}

function drawFilters() {
	byId("area").append(h("option", {value: ""}, "all areas"), ...areas.map(a => h("option", {value: a.name}, a.name)));
	byId("area").addEventListener("change", event => { filter.area = event.target.value; changed(); });
	byId("words").addEventListener("input", event => {
		filter.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
		changed();
	});
	byId("filters").addEventListener("submit", event => event.preventDefault());
	byId("differ").hidden = results.length < 2;
	byId("differ").addEventListener("click", event => {
		filter.differ = !filter.differ;
		event.target.setAttribute("aria-pressed", String(filter.differ));
		changed();
	});
	byId("all").addEventListener("click", () => {
		const open = !areas.every(isOpen);
		for (const area of areas)
			area.open = open;
		showRows();
	});
	drawChips();
}
