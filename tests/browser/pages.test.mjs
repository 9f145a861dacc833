// Every kind of page that a visitor or a member of staff can reach: readable by all, at every size, from this host alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { everyPage, inLanguage, languages, overhang, startBrowser, startDemo, themes, violations, visitor, widths } from "./demo.mjs";

let demo, browser, pages;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  pages = await everyPage(browser, demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("there is something to look at", () => {
  const kinds = pages.map((page) => page.name);
  for (const wanted of ["/s/…", "/overview", "/commitments", "/staff/commitments", "/staff/questionnaires/…/edit/n", "/staff/questionnaires/…/publish", "/staff/questionnaires/…/preview", "/complaints", "/complaints/new", "/exclusions", "/mail", "/mail/texts", "/mail/texts/…", "/u/…/preferences", "/staff/counters", "/staff/counters/…/sheet", "/staff/counters/…/form", "/staff/counters/…/entry", "/q/…", "/dev/mail", "/sign-in"]) {
    assert.ok(kinds.includes(wanted), `${wanted} is not among ${kinds}`);
  }
});

for (const language of languages) {
  // Every pair of language, width and theme, not every three of them.
  for (const [width, theme] of widths.map((width, at) => [width, themes[(at + languages.indexOf(language)) % 2]])) {
    test(`readable by all: ${language}, ${width} px, ${theme}`, async () => {
      const found = [];
      await each({ language, width, theme }, async (page, name) => {
        found.push(...(await violations(page)).map((line) => `${name}: ${line}`));
        assert.equal(await page.locator("html").getAttribute("lang"), language, name);
      });
      assert.deepEqual(found, []);
    });
  }

  test(`nothing scrolls sideways at 320 px: ${language}`, async () => {
    const wide = [];
    await each({ language, width: 320, theme: "light" }, async (page, name) => {
      const pixels = await overhang(page);
      if (pixels > 0) wide.push(`${name}: ${pixels} px too wide`);
    });
    assert.deepEqual(wide, []);
  });
}

/** Shows every page in one way and asks the same of each; one window for each set of cookies. */
async function each(look, ask) {
  const windows = new Map();
  for (const { name, href, cookies } of pages) {
    const key = JSON.stringify(cookies);
    if (!windows.has(key)) windows.set(key, await visitor(browser, { ...look, cookies }));
    const page = windows.get(key);
    await page.goto(inLanguage(href, look.language));
    await ask(page, name);
    assert.deepEqual(page.strangers, [], `${name} asks other hosts`);
  }
  for (const page of windows.values()) await page.context().close();
}
