// report.test: report.html in a real Chromium, as somebody would use it. Prints TAP; ci/browser runs it.
"use strict";

const assert = require("node:assert/strict");
const {test, before, after, afterEach} = require("node:test");
const {Browser, reference, fake, rounds, least, pictured, report, manyResults, phone} = require("./page.js");

const chromium = new Browser();
let two, one;

before(async () => {
	const good = reference();
	two = report("two", good, fake());
	one = report("one", good);
	await chromium.start();
});
afterEach(() => chromium.close());
after(() => chromium.end());

const shownRows = page => page.locator("tr.req:visible");
const idsShown = page => shownRows(page).locator("button").allTextContents();
const dataOf = page => page.evaluate(() => JSON.parse(document.getElementById("data").textContent));

test("two results stand side by side, each with how it ended", async () => {
	const page = await chromium.open(two);
	assert.deepEqual(await page.locator("h1").allTextContents(), ["podd 0.1.0", "fake honest"]);
	assert.deepEqual(await page.locator(".outcome").allTextContents(), ["Conformant as far as it was asked", "Does not conform"]);
	assert.match(await page.locator(".subject").last().textContent(), /2 fail.*wall time.*clock rate20/s);
	assert.deepEqual(await page.locator("#matrix thead th").allTextContents(), ["Requirement", "podd 0.1.0", "fake honest"]);
});

test("without a filter there are areas, and an area opens", async () => {
	const page = await chromium.open(two);
	assert.equal(await shownRows(page).count(), 0);
	const ns = page.getByRole("button", {name: "NS", exact: true});
	await ns.click();
	assert.equal(await ns.getAttribute("aria-expanded"), "true");
	assert.ok((await idsShown(page)).includes("NS-001"));
	await ns.click();
	assert.equal(await shownRows(page).count(), 0);
});

test("a filter by verdict shows what has it, and nothing else", async () => {
	const page = await chromium.open(two);
	const fail = page.getByRole("button", {name: /^fail/});
	await fail.click();
	assert.equal(await fail.getAttribute("aria-pressed"), "true");
	assert.deepEqual(await idsShown(page), ["NS-001", "PHASE-003"]);
	assert.equal(await page.locator("#count").textContent(), "2 requirements fit");
	await fail.click();
	assert.equal(await shownRows(page).count(), 0);
});

test("a requirement that is opened tells its sentence, level and source", async () => {
	const page = await chromium.open(two);
	const r = (await dataOf(page)).requirements.find(one => one.id === "PHASE-003");
	await page.getByRole("button", {name: /^fail/}).click();
	await page.getByRole("button", {name: "PHASE-003"}).click();
	assert.equal(await page.locator("#PHASE-003 .what").textContent(), r.statement);
	const more = await page.locator("#more-PHASE-003").innerText();
	assert.ok(more.includes(r.level) && more.includes(r.source), more);
});

test("an assertion that failed says what was expected, seen, when, and how to run it", async () => {
	const page = await chromium.open(two, {hash: "#PHASE-003"});
	const claim = page.locator("#more-PHASE-003 details.claim[open]").first();
	assert.match(await claim.locator("summary").first().innerText(), /fail\s+self\/says-goodbye\s+harness\/test\/cases\/self\/says-goodbye.yaml:\d+/);
	assert.match(await claim.innerText(), /Expected\n+.*goodbye.*Seen\n+.*hello.*Timeline/s);
	assert.match(await claim.locator("pre.timeline mark").innerText(), /^>.*guest a\/c say/);
	assert.match(await claim.locator(".command code").innerText(), /^podtest run --subject driver:.* --only self\/says-goodbye$/);
});

test("the command is copied by a button", async () => {
	const page = await chromium.open(one, {hash: "#TERM-005"});
	await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
	await page.locator("#more-TERM-005 details.claim summary").first().click();
	await page.getByRole("button", {name: /^Copy: podtest run/}).first().click();
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "podtest run --only term/grace-is-kept");
});

test("words, area and difference narrow what is shown", async () => {
	const page = await chromium.open(two);
	const words = page.getByRole("searchbox");
	await words.fill("network namespace distinct");
	assert.ok((await idsShown(page)).includes("NS-001"));
	await words.fill("says-goodbye");
	assert.ok((await idsShown(page)).every(id => ["NS-001", "PHASE-003"].includes(id)));
	await words.fill("no such thing anywhere");
	assert.equal(await page.locator("#count").textContent(), "0 requirements fit");
	await words.fill("");
	await page.getByLabel("Area").selectOption("TERM");
	assert.ok((await idsShown(page)).length > 0 && (await idsShown(page)).every(id => id.startsWith("TERM-")));
	await page.getByLabel("Area").selectOption("");
	await page.getByRole("button", {name: "differs"}).click();
	assert.deepEqual(await idsShown(page), ["NS-001"]);
});

test("the keyboard alone is enough", async () => {
	const page = await chromium.open(two);
	await page.keyboard.press("/");
	await page.keyboard.type("PHASE-003");
	await page.locator("#PHASE-003 button").focus();
	await page.keyboard.press("Enter");
	assert.equal(await page.locator("#PHASE-003 button").getAttribute("aria-expanded"), "true");
	assert.ok(await page.locator("#more-PHASE-003").isVisible());
	await page.keyboard.press("Enter");
	assert.ok(await page.locator("#more-PHASE-003").isHidden());
});

test("on a phone nothing is wider than the screen, open or closed", async () => {
	const page = await chromium.open(two, {viewport: phone});
	const wide = async () => await page.evaluate(() => document.documentElement.scrollWidth) - phone.width;
	assert.equal(await wide(), 0);
	await page.getByRole("button", {name: /^fail/}).click();
	for (const id of ["NS-001", "PHASE-003"])
		await page.getByRole("button", {name: id}).click();
	while (await page.locator("details:not([open])").count())
		await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
	assert.equal(await wide(), 0);
});

test("cases that flip are listed with how many rounds they passed", async () => {
	const page = await chromium.open(report("rounds", rounds()));
	assert.match(await page.locator(".facts").textContent(), /flaky1 of 1 \(100 %\)/);
	assert.match(await page.getByRole("region", {name: "Stability"}).textContent(), /4 rounds.*self\/says-goodbyepassed 2 of 4/);
});

test("the fields that a subject declares stand beside what was seen of them", async () => {
	const page = await chromium.open(two);
	const row = page.getByRole("region", {name: "Fields"}).getByRole("row").filter({has: page.getByRole("rowheader", {name: "pod.grace", exact: true})});
	assert.match(await row.innerText(), /pod.grace\s+✓ honoured 1 case\s+not declared/);
	assert.match(await page.locator("#fields").innerText(), /fake honest: 1 case was not run for want of a feature: pod.userns \(1\)/);
});

test("a result of another program, with the least that it must say, is shown too", async () => {
	const page = await chromium.open(report("least", least()), {hash: "#OTHER-001"});
	assert.equal(await page.locator("h1").textContent(), "other 1");
	assert.match(await page.locator("#more-OTHER-001").innerText(), /✗ fail\s+alone\s+x/);
});

test("a case that failed is drawn: pods, containers, and what ended them", async () => {
	for (const viewport of [undefined, phone]) {
		const page = await chromium.open(report("pictured", pictured()), {viewport, hash: "#TERM-005"});
		const picture = page.getByRole("img", {name: "pod a: Pending, Running, Failed; a/i 1 run, exit 0; a/c 1 run, TERM, KILL"});
		const width = await picture.evaluate(svg => svg.viewBox.baseVal.width);
		assert.equal(await picture.locator(".run.ready").count(), 1);
		assert.equal(await picture.locator(".run.init").count(), 1);
		assert.equal(await picture.locator(".m-probe, .m-probe-failed").count(), 2);
		for (const shape of await picture.evaluate(svg => [...svg.querySelectorAll("text, rect, path, circle")].map(e => e.getBBox()).map(b => [b.x, b.x + b.width])))
			assert.ok(shape[0] >= 0 && shape[1] <= width, shape.join(" to ") + " of " + width);
		const at = name => picture.locator(name).evaluate(e => e.getBBox().x);
		assert.ok(await at(".m-hook") < await at(".m-term") && await at(".m-term") < await at(".m-kill"));
		assert.ok(Math.abs(await at(".m-kill") - await at(".focus")) < 6);
		await chromium.close();
	}
});

// Contrast of every text against what lies behind it, as WCAG computes it; the lowest.
function lowestContrast() {
	const parse = text => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = e => {
		const c = parse(getComputedStyle(e).backgroundColor);
		return c.length === 3 || c[3] > 0 ? c : ground(e.parentElement);
	};
	let lowest = {ratio: 21};
	for (const e of document.querySelectorAll("body *:not(script)")) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility())
			continue;
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < lowest.ratio)
			lowest = {ratio, text: e.textContent.slice(0, 40), name: e.className};
	}
	return lowest;
}

for (const colorScheme of ["light", "dark"])
	test(`in the ${colorScheme} every text stands out from its ground`, async () => {
		const page = await chromium.open(two, {colorScheme, hash: "#NS-001"});
		const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		assert.equal(Number(ground.match(/\d+/)[0]) < 128, colorScheme === "dark", ground);
		await page.getByRole("button", {name: "open all"}).click();
		await page.getByText("What the verdicts mean").click();
		const lowest = await page.evaluate(lowestContrast);
		assert.ok(lowest.ratio >= 4.5, JSON.stringify(lowest));
	});

test("the whole catalogue with thousands of assertions is drawn and searched without a wait", async () => {
	const {requirements} = await dataOf(await chromium.open(two));
	await chromium.close();
	assert.ok(requirements.length > 700);
	const page = await chromium.open(report("many", ...manyResults(requirements)));
	const drawn = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd);
	assert.ok(drawn < 4000, `drawn after ${drawn} ms`);
	const searched = await page.evaluate(() => {
		const began = performance.now();
		const words = document.getElementById("words");
		words.value = "container";
		words.dispatchEvent(new Event("input"));
		document.body.getBoundingClientRect();
		return performance.now() - began;
	});
	assert.ok(searched < 1500, `searched in ${searched} ms`);
});
