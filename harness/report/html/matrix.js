// matrix: areas and their requirements, a column per result. Rows are made once; a requirement's detail when it is opened.

function cellOf(verdict, i) {
	return h("td.cell", {role: "cell", "data-label": results.length > 1 ? results[i].label : null}, pill(verdict));
}

function requirementRow(r) {
	const button = h("button", {type: "button", "aria-expanded": "false", "aria-controls": "more-" + r.id}, r.id);
	const row = h("tr.req", {role: "row", id: r.id},
		h("th", {role: "rowheader", scope: "row"}, button),
		h("td.what", {role: "cell"}, h("span", {}, r.statement)),
		r.cells.map((cell, i) => cellOf(cell.verdict, i)));
	row.addEventListener("click", event => {
		if (event.target === button || !getSelection().toString())
			openRequirement(r, !r.open);
	});
	r.row = row;
	r.button = button;
	return row;
}

function moreRow(r) {
	return h("tr.more", {role: "row", id: "more-" + r.id},
		h("td", {role: "cell", colspan: String(2 + results.length)}, detail(r)));
}

function openRequirement(r, open) {
	r.open = open;
	r.button.setAttribute("aria-expanded", String(open));
	r.row.classList.toggle("open", open);
	if (open && !r.more) {
		r.more = moreRow(r);
		r.row.after(r.more);
	}
	if (r.more)
		r.more.hidden = !open || r.row.hidden;
	history.replaceState(null, "", open ? "#" + r.id : location.pathname + location.search);
}

function areaCell(area, i) {
	const counts = count(area.requirements.map(r => r.cells[i].verdict));
	const good = counts.pass + counts.slow;
	delete counts[NOT_ASKED];
	const asked = Object.values(counts).reduce((sum, n) => sum + n, 0) - counts["not-applicable"];
	return h("td.cell", {role: "cell", "data-label": results.length > 1 ? results[i].label : null},
		asked ? [h("span.share", {}, good + "/" + asked), bar(counts)] : h("span.share.quiet", {}, "–"));
}

function areaRow(area) {
	const asked = area.requirements.filter(isAsked).length;
	const button = h("button", {type: "button", "aria-expanded": "false"}, area.name);
	const row = h("tr.area", {role: "row"},
		h("th", {role: "rowheader", scope: "rowgroup", colspan: "2"}, button,
			h("span.quiet", {}, asked + " of " + area.requirements.length + " asked")),
		results.map((result, i) => areaCell(area, i)));
	row.addEventListener("click", () => {
		area.open = !isOpen(area);
		showRows();
	});
	area.button = button;
	return row;
}

function drawMatrix() {
	const head = h("thead", {role: "rowgroup"}, h("tr", {role: "row"},
		h("th", {role: "columnheader", scope: "col", colspan: "2"}, "Requirement"),
		results.map(r => h("th.cell", {role: "columnheader", scope: "col"}, r.label))));
	byId("matrix").append(head);
	for (const area of areas) {
		area.body = h("tbody", {role: "rowgroup"}, areaRow(area), area.requirements.map(requirementRow));
		byId("matrix").append(area.body);
	}
	if (results.length > 3)
		byId("matrix").classList.add("wide");
}
