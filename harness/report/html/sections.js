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

function drawLegend() {
	byId("foot").append(h("details.folded", {}, h("summary", {}, "What the verdicts mean"),
		h("dl.meanings", {}, Object.entries(VERDICTS).map(([verdict, v]) =>
			h("div", {}, h("dt", {}, pill(verdict)), h("dd", {}, v.means))))));
}

function drawSections() {
	perResult("left", "Left behind", leftBehind);
	drawLegend();
}
