// The demo as someone trying manyi meets it: one command, the links it prints, the mails it catches; and a browser to look with.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.MANYI_BIN ?? join(root, "target/debug/manyi");
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const languages = ["zh-CN", "en"];
export const widths = [360, 1280];
export const themes = ["light", "dark"];

/** Starts `manyi demo` in a directory of its own; `url` is where it listens, `output` what it printed. */
export async function startDemo() {
  const home = mkdtempSync(join(tmpdir(), "manyi-demo-"));
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MANYI_")));
  clean.MANYI_LOCALE = "en"; // the terminal's language; each visitor brings their own
  const args = ["demo", "--listen", "127.0.0.1:0", "--dir", join(home, "demo")];
  const child = spawn(binary, args, { cwd: home, env: clean, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (errors += data));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(home, { recursive: true, force: true });
    if (errors.includes("panicked")) throw new Error(errors);
  };
  for (let waited = 0; ; waited += 100) {
    const listening = output.match(/listening on (http:\/\/\S+)[^]*\/s\/\S+/);
    if (listening) return { url: listening[1], home, output: () => output, stop };
    if (waited > 120_000 || child.exitCode !== null) {
      child.kill("SIGKILL");
      throw new Error(`manyi demo does not listen:\n${output}${errors}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Asks every customer who has not answered the questionnaire of all kinds, with new pages at these questions. */
export function allKinds(demo, pages) {
  const definition = JSON.parse(readFileSync(join(root, "tests/data/all-kinds.json"), "utf8"));
  for (const question of definition.questions) question.new_page = pages.includes(question.code);
  const program = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
with db:
    db.execute("INSERT OR IGNORE INTO questionnaire (code) VALUES ('all-kinds')")
    questionnaire = db.execute("SELECT id FROM questionnaire WHERE code = 'all-kinds'").fetchone()[0]
    version = db.execute("SELECT count(*) FROM questionnaire_version WHERE questionnaire_id = ?", (questionnaire,)).fetchone()[0]
    new = db.execute("INSERT INTO questionnaire_version (questionnaire_id, version, definition, published_at) VALUES (?, ?, ?, '2026-01-01 00:00:00')", (questionnaire, version + 1, sys.argv[2]))
    db.execute("UPDATE invitation SET questionnaire_version_id = ? WHERE state IN ('scheduled', 'queued', 'sent')", (new.lastrowid,))
    db.execute("DELETE FROM partial_response")
`;
  execFileSync("python3", ["-c", program, join(demo.home, "demo/manyi.db"), JSON.stringify(definition)]);
}

/** Chromium without a window and without any traffic of its own. */
export function startBrowser() {
  if (!browserPath) throw new Error("chromium is not installed");
  const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"].map((what) => `--disable-${what}`);
  return chromium.launch({ executablePath: browserPath, headless: true, args: ["--no-sandbox", "--no-first-run", ...quiet] });
}

/** The browser's own way back, from a page that is wholly there: while it changes pages, Chromium can't tell where it has been. */
export async function back(page) {
  await page.waitForLoadState();
  await page.goBack();
}

/** A page as one visitor has it; `strangers` collects requests to any other host. */
export async function visitor(browser, { language = "zh-CN", width = 1280, theme = "light", scripts = true, cookies = [] } = {}) {
  const context = await browser.newContext({
    locale: language,
    colorScheme: theme,
    javaScriptEnabled: scripts,
    viewport: { width, height: width < 600 ? 740 : 900 },
  });
  await context.addCookies(cookies);
  const page = await context.newPage();
  page.strangers = [];
  page.requests = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "data:") return;
    page.requests.push(url.href);
    if (!["127.0.0.1", "localhost"].includes(url.hostname)) page.strangers.push(url.href);
  });
  return page;
}

/** What axe finds against WCAG 2.0 to 2.2, A and AA: one line each. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], runOnly: { type: "tag", values: tags } });
    return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  });
  return found;
}

/** How many pixels the page is wider than its window. */
export function overhang(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The address that shows a page in a language. */
export function inLanguage(href, language) {
  const url = new URL(href);
  url.searchParams.set("lang", language);
  return url.href;
}

/** The same page for every visitor: tokens, codes and periods become a word. */
export function kind(href) {
  return new URL(href).pathname
    .replace(/^\/(s|u|q|c|departments|staff\/counters)\/[^/]+/, "/$1/…")
    .replace(/^\/staff\/questionnaires\/(?!new$)[^/]+/, "/staff/questionnaires/…")
    .replace(/^\/mail\/texts\/[^/]+/, "/mail/texts/…")
    .replace(/\/[A-Za-z0-9_-]{16,}/g, "/…")
    .replace(/\/\d{4}(-(Q\d|\d\d))?(?=\/|$)/g, "/period")
    .replace(/\/\d+(?=\/|$)/g, "/n");
}

/** All kinds of pages reachable by links from a start, one address for each kind; downloads and other hosts are left out. */
export async function crawl(page, start, limit = 60) {
  const found = new Map();
  const queue = [start];
  const seen = new Set();
  while (queue.length > 0 && found.size < limit) {
    const href = queue.shift();
    if (seen.has(kind(href))) continue;
    seen.add(kind(href));
    const reply = await page.request.get(href, { maxRedirects: 5 });
    if (!reply.ok() || !(reply.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    await page.goto(href);
    found.set(kind(href), href);
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href));
    queue.push(...links.filter((link) => new URL(link).origin === new URL(start).origin).map((link) => link.split("#")[0]));
  }
  return found;
}

/** The one-time links that the demo prints, by role; each works once. */
export function staffLinks(demo) {
  const words = { admin: /Administrator/, quality: /quality/i, head: /Head of/, hr: /Human resources/ };
  const lines = demo.output().split("\n");
  const find = ([role, word]) => [role, lines.find((line) => word.test(line))?.match(/https?:\/\/\S+/)?.[0]];
  return Object.fromEntries(Object.entries(words).map(find));
}

export const password = "correct horse battery staple 满意";

/** Opens a one-time link and sets the password; the user's address, as the page shows it. */
export async function signIn(page, link) {
  await page.goto(link);
  const email = await page.locator('input[type="email"]').inputValue();
  await page.locator('input[name="password"]').fill(password);
  await page.locator('input[name="password_again"]').fill(password);
  await page.locator("main form button").click();
  await page.waitForLoadState();
  return email;
}

/** Questionnaires wanted in each language. */
const wanted = 5;

/** Addresses of questionnaires nobody has answered, from the caught mails, with the first answer chosen, by language. */
export async function customersLinks(browser, demo) {
  const page = await visitor(browser, { language: "en", scripts: false });
  const links = Object.fromEntries(languages.map((language) => [language, []]));
  const enough = () => languages.every((language) => links[language].length >= wanted);
  const read = new Set();
  // The demo is sending them meanwhile.
  for (let waited = 0; waited < 60 && !enough(); waited++) {
    if (waited > 0) await new Promise((resolve) => setTimeout(resolve, 1000));
    await page.goto(`${demo.url}/dev/mail`);
    const mails = await page.locator("main tbody a").evaluateAll((all) => all.map((a) => [a.href, a.textContent]));
    for (const [mail, subject] of mails) {
      if (read.has(mail) || links[/\p{Script=Han}/u.test(subject) ? "zh-CN" : "en"].length >= wanted) continue;
      read.add(mail);
      await page.goto(mail);
      const hrefs = await page.locator("pre a").evaluateAll((all) => all.map((a) => a.href.split("?")[0]));
      // Half of the mails about services in person only link to the questionnaire.
      const survey = hrefs.find((href) => /^\/s\/[^/]+$/.test(new URL(href).pathname));
      if (!survey) continue;
      const html = await (await page.request.get(survey)).text();
      const language = html.match(/<html lang="([^"]+)"/)?.[1];
      if (html.includes('name="nonce"') && language in links) links[language].push(`${survey}?q.overall=5`);
    }
  }
  await page.context().close();
  return links;
}

/** Answers a questionnaire by name; the pages that its customer can come back to. */
async function answered(browser, link) {
  const page = await visitor(browser, { scripts: false });
  await page.goto(link);
  await page.locator('label:has(input[name="identity"][value="named"])').click();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await page.locator("#submit").click();
  const thanks = page.url();
  await page.context().close();
  const survey = link.split("?")[0];
  return { "/s/… thanks": thanks, "/s/… answered": survey, "/s/… correct": `${survey}/correct` };
}

/** All kinds of pages, public ones and each role's: name, address, and the cookies that open it. */
export async function everyPage(browser, demo) {
  const customers = await customersLinks(browser, demo);
  const survey = customers["zh-CN"][0].split("?")[0];
  const starts = [
    [null, [survey, `${demo.url}/commitments`, `${demo.url}/sign-in`, `${demo.url}/dev/mail`]],
    ["head", []],
    ["hr", []],
    ["admin", []],
  ];
  const links = staffLinks(demo);
  const pages = new Map();
  for (const [role, addresses] of starts) {
    const page = await visitor(browser, {});
    if (role) {
      await page.goto(links[role]);
      await signIn(page, links[role]);
      addresses.push(page.url());
    }
    const cookies = await page.context().cookies();
    for (const start of addresses) {
      for (const [name, href] of await crawl(page, start)) {
        if (!pages.has(name)) pages.set(name, { href, cookies });
      }
    }
    await page.context().close();
  }
  // What no link leads to.
  pages.set("/s/… large", { href: `${survey}?big=1`, cookies: [] });
  pages.set("/s/… dissatisfied", { href: `${survey}?q.overall=1`, cookies: [] });
  pages.set("/s/… dissatisfied, large", { href: `${survey}?q.overall=1&big=1`, cookies: [] });
  const counter = demo.output().match(/\/q\/\w+/)[0];
  pages.set("/q/…", { href: `${demo.url}${counter}`, cookies: [] });
  pages.set("/q/… kiosk", { href: `${demo.url}${counter}?kiosk=1`, cookies: [] });
  pages.set("/q/… thanks", { href: `${demo.url}${counter}/thanks`, cookies: [] });
  pages.set("/q/… wrong", { href: `${demo.url}/q/wrong`, cookies: [] });
  pages.set("/s/… wrong", { href: `${demo.url}/s/wrong`, cookies: [] });
  for (const [name, href] of Object.entries(await answered(browser, customers["zh-CN"][1]))) pages.set(name, { href, cookies: [] });
  pages.set("404", { href: `${demo.url}/nothing-here`, cookies: [] });
  pages.set("one-time link", { href: links.quality, cookies: [] });
  return [...pages].map(([name, rest]) => ({ name, ...rest }));
}
