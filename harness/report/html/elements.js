// elements: how the page makes its elements, and the few that occur everywhere.
"use strict";

const NOT_ASKED = "not asked";

// What each verdict looks like and means. The words are those of results.json.
const VERDICTS = {
	"pass": {kind: "good", sign: "✓", means: "seen as required"},
	"slow": {kind: "good", sign: "◔", means: "only too late beside others, in time when run alone"},
	"fail": {kind: "bad", sign: "✗", means: "seen otherwise"},
	"ignored": {kind: "bad", sign: "∅", means: "the field was accepted and had no effect"},
	"fixed": {kind: "bad", sign: "↑", means: "listed as a known failure, but passes"},
	"broken": {kind: "odd", sign: "!", means: "the case could not be set up: says nothing"},
	"miss": {kind: "warn", sign: "○", means: "a should that does not hold"},
	"undecided": {kind: "warn", sign: "?", means: "the observations do not tell"},
	"known": {kind: "warn", sign: "≈", means: "failed as the list of known failures says"},
	"disputed": {kind: "warn", sign: "≠", means: "Kubernetes' own documents and code differ"},
	"not-applicable": {kind: "none", sign: "–", means: "needs a feature that the subject does not declare"},
	[NOT_ASKED]: {kind: "none", sign: "·", means: "no case of this run asserts it"},
};

// h("a.class", {href: "#x", onclick: f}, children…): an element; texts are never read as HTML.
function h(name, attributes, ...children) {
	const [tag, ...classes] = name.split(".");
	const e = document.createElement(tag);
	if (classes.length)
		e.className = classes.join(" ");
	for (const [key, value] of Object.entries(attributes || {})) {
		if (key.startsWith("on"))
			e.addEventListener(key.slice(2), value);
		else if (value === true)
			e.setAttribute(key, "");
		else if (value !== false && value !== null && value !== undefined)
			e.setAttribute(key, value);
	}
	e.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== ""));
	return e;
}

function byId(id) {
	return document.getElementById(id);
}

function kindOf(verdict) {
	return (VERDICTS[verdict] || {kind: "none"}).kind;
}

function signOf(verdict) {
	return (VERDICTS[verdict] || {sign: "?"}).sign;
}

// The verdict as sign and word, so that it is not told by colour alone.
function pill(verdict) {
	return h("span.pill." + kindOf(verdict), {title: (VERDICTS[verdict] || {}).means},
		h("span", {"aria-hidden": "true"}, signOf(verdict) + " "), verdict);
}

// A strip of parts by verdict: {pass: 3, fail: 1}.
function bar(counts) {
	const words = Object.entries(counts).filter(([, n]) => n);
	const strip = h("span.bar", {role: "img", "aria-label": words.map(([v, n]) => n + " " + v).join(", ") || "none"});
	for (const [verdict, n] of words) {
		const part = h("i." + kindOf(verdict));
		part.style.flexGrow = n;
		strip.append(part);
	}
	return strip;
}

function number(n, digits) {
	return Number(n).toLocaleString("en", {maximumFractionDigits: digits || 0});
}

function plural(n, one, many) {
	return number(n) + " " + (n === 1 ? one : many || one + "s");
}

// A button that copies a text, or selects it where copying is not allowed.
function copyButton(text, shown) {
	const button = h("button.copy", {type: "button", "aria-label": "Copy: " + text}, "copy");
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = "copied";
		} catch {
			getSelection().selectAllChildren(shown);
			button.textContent = "selected";
		}
		setTimeout(() => { button.textContent = "copy"; }, 1500);
	});
	return button;
}

function command(text) {
	const code = h("code", {tabindex: "0"}, text);
	return h("div.command", {}, code, copyButton(text, code));
}
