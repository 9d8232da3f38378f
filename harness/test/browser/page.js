// page: what the tests of report.html share: results to show, a real Chromium, and a page that may neither complain nor ask for anything.
"use strict";

const assert = require("node:assert/strict");
const {execFileSync, spawnSync} = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const {chromium} = require("playwright-core");

const tree = path.resolve(__dirname, "../../..");
const podtest = process.env.PODTEST || path.join(tree, "out/bin/podtest");
const fakeDriver = process.env.FAKE_DRIVER || path.join(tree, "out/release/drivers/fake");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "podtest-browser-"));

// Runs cases, whatever comes of them, and answers the path of results.json.
function results(name, ...args) {
	const dir = path.join(scratch, name);
	const run = spawnSync(podtest, ["run", "--format", "none", "--quiet", "--report", dir, ...args], {cwd: tree, encoding: "utf8"});
	assert.ok([0, 1].includes(run.status), `podtest run: exit ${run.status}: ${run.stderr}`);
	return path.join(dir, "results.json");
}

function reference() {
	return results("reference", "--only", "grace-is-kept,namespaces-of-one-pod", "--seed", "1");
}

function fake() {
	return results("fake", "--subject", `driver:${fakeDriver}`, "--fixtures", "harness/test/cases");
}

// A case that flips: the fake driver is moody.
function rounds() {
	process.env.FAKE = path.join(tree, "harness/test/moody.yaml");
	const file = results("rounds", "--subject", `driver:${fakeDriver}`, "--fixtures", "harness/test/cases", "--repeat", "4", "says-goodbye");
	delete process.env.FAKE;
	return file;
}

// One page of several results.json; answers its path.
function report(name, ...files) {
	const page = path.join(scratch, name + ".html");
	execFileSync(podtest, ["report", ...files, "-o", page], {cwd: tree});
	return page;
}

// A results.json with no more than the keys that every one has.
function least() {
	const file = path.join(scratch, "least.json");
	fs.writeFileSync(file, JSON.stringify({schema: 1, subject: "other 1", wall_seconds: 1, summary: {pass: 1}, cases: [
		{name: "alone", file: "x", verdict: "fail", seconds: 1, message: "no", assertions: [{req: "OTHER-001", verdict: "fail", message: "no"}]},
		{name: "bare", file: "x", verdict: "broken", seconds: 1, message: "no", assertions: []}]}));
	return file;
}

// A case that fails after an init container, a failed probe and a kill, as the runner tells it.
function pictured() {
	const events = [
		["did", "", "apply pod/a", 0.04], ["watch", "a", "phase=Pending", 0.05], ["guest", "a/i", "start", 0.07],
		["guest", "a/i", "exit", 0.09, "0"], ["lost", "a/i", "lost", 0.095], ["watch", "a/i", "state=terminated", 0.1, "0 Completed", true],
		["guest", "a/c", "start", 0.12], ["watch", "a/c", "state=running", 0.13], ["watch", "a", "phase=Running", 0.13],
		["guest", "a/c", "probe", 0.2, "http ready fail"], ["guest", "a/c", "probe", 0.3, "http ready ok"], ["watch", "a/c", "ready=true", 0.31],
		["did", "", "delete pod/a", 0.5], ["guest", "a/c", "hook", 0.6, "bye begin"], ["guest", "a/c", "term", 0.9],
		["lost", "a/c", "lost", 4.9], ["watch", "a/c", "state=terminated", 4.92, "137 Error"], ["watch", "a", "phase=Failed", 4.95], ["watch", "a", "gone", 4.96],
	].map(([from, who, what, t, is, init]) => ({t, from, ...(who && {who}), what, ...(is && {is}), ...(init && {init})}));
	const assertion = {req: "TERM-005", verdict: "fail", message: "no", timeline: ">    +4.900          lost a/c\n"};
	const file = path.join(scratch, "pictured.json");
	fs.writeFileSync(file, JSON.stringify({schema: 1, subject: "x", exit: 1, cases: [
		{name: "killed", area: "term", verdict: "fail", assertions: [assertion], events}]}));
	return file;
}

// As many requirements and assertions as the whole suite has and more, of two subjects of which one has faults.
function manyResults(requirements) {
	const verdicts = ["pass", "pass", "pass", "fail", "not-applicable", "ignored"];
	return ["one", "two"].map((subject, s) => {
		const cases = requirements.flatMap((r, i) => [0, 1, 2].map(k => ({
			name: `case-${i}-${k}`, area: r.area.toLowerCase(), file: "fixtures/x.yaml", round: 0, seconds: 1, message: null,
			title: "A case among many", verdict: s ? verdicts[(i + k) % 6] : "pass",
			assertions: [{req: r.id, verdict: s ? verdicts[(i + k) % 6] : "pass", message: "seen otherwise", line: 9, timeline: "+0.1 x\n".repeat(20)}],
		})));
		const file = path.join(scratch, subject + ".json");
		fs.writeFileSync(file, JSON.stringify({schema: 1, subject, exit: s, wall_seconds: 60, seed: 1, clock_rate: 1, cases}));
		return file;
	});
}

const desk = {width: 1280, height: 900};
const phone = {width: 360, height: 740};

// A browser for all tests of a file; open() gives a page of its own that is judged when it is closed.
class Browser {
	async start() {
		this.browser = await chromium.launch({
			executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
			args: ["--no-sandbox", "--disable-dev-shm-usage"],
		});
	}

	async open(file, {viewport = desk, colorScheme = "light", hash = ""} = {}) {
		const context = await this.browser.newContext({viewport, colorScheme, isMobile: viewport === phone, hasTouch: viewport === phone});
		const page = await context.newPage();
		page.setDefaultTimeout(10000);
		const own = "file://" + file;
		this.faults = [];
		page.on("console", message => this.faults.push("console: " + message.text()));
		page.on("pageerror", error => this.faults.push("error: " + error.message));
		page.on("request", request => {
			if (request.url() !== own && !request.url().startsWith("data:"))
				this.faults.push("request: " + request.url());
		});
		await page.goto(own + hash);
		this.page = page;
		return page;
	}

	async close() {
		if (this.page)
			await this.page.context().close();
		this.page = null;
		assert.deepEqual(this.faults, []);
	}

	async end() {
		await this.browser.close();
		fs.rmSync(scratch, {recursive: true});
	}
}

module.exports = {Browser, reference, fake, rounds, least, pictured, report, manyResults, desk, phone};
