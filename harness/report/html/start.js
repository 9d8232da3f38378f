// start: draws the page, and opens what the address names (#TERM-005).

function openNamed() {
	const r = requirements.find(one => "#" + one.id === location.hash);
	if (!r)
		return;
	areas.find(area => area.name === r.area).open = true;
	showRows();
	r.row.hidden = false;
	openRequirement(r, true);
	r.row.scrollIntoView({block: "start"});
}

// "/" leads to the search, Escape out of it.
function onKey(event) {
	if (event.key === "/" && !/^(input|select|textarea)$/i.test(event.target.tagName)) {
		event.preventDefault();
		byId("words").focus();
	} else if (event.key === "Escape" && event.target === byId("words")) {
		event.target.value = "";
		event.target.dispatchEvent(new Event("input"));
	}
}

drawSubjects();
drawMatrix();
drawFilters();
drawSections();
showRows();
openNamed();
document.addEventListener("keydown", onKey);
window.addEventListener("hashchange", openNamed);
