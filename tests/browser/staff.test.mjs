// Staff: the one-time link, a password, and each only what is theirs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { password, signIn, startBrowser, startDemo, staffLinks, visitor } from "./demo.mjs";

let demo, browser, links;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  links = staffLinks(demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("a head takes the link once, sets a password, and sees only the own department", async () => {
  const page = await visitor(browser, { language: "en", scripts: false });
  const email = await signIn(page, links.head);
  const own = new URL(page.url()).pathname;
  assert.match(own, /^\/departments\//);
  assert.ok((await page.locator("h1").innerText()).length > 0);
  const others = await everyDepartment();
  assert.ok(others.size > 1 && others.has(own));
  for (const path of others) {
    const status = (await page.request.get(demo.url + path)).status();
    assert.equal(status === 200, path === own, `${path}: ${status}`);
  }
  assert.notEqual((await page.request.get(`${demo.url}/overview`)).status(), 200, "the overview is not for heads");
  assert.equal((await page.request.get(links.head)).status() < 400, false, "the link works only once");

  await page.locator('form[action="/sign-out"] button').click();
  assert.notEqual(new URL((await page.goto(demo.url + own)).url()).pathname, own, "signed out");
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill("not this one");
  await page.locator('main button').click();
  assert.match(await page.title(), /^Error: /);
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('main button').click();
  assert.equal(new URL(page.url()).pathname, own, "back where one wanted to go");
  await page.context().close();
});

test("the chart's table has the figures of the page, and nobody needs the mouse for it", async () => {
  const page = await visitor(browser, { language: "en" });
  await signIn(page, links.admin);
  await page.goto(demo.url + [...(await everyDepartment())][0]);
  const details = page.locator("figure details").first();
  await details.locator("summary").focus();
  await page.keyboard.press("Enter");
  const rows = await details.locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  assert.ok(rows.length >= 12, `${rows.length} months`);
  const titles = await page.locator("figure svg").first().locator("title").evaluateAll((all) => all.map((title) => title.textContent));
  for (const [, n, value] of rows.filter((row) => /\d/.test(row[2]))) {
    assert.ok(titles.some((title) => title.includes(value) && title.includes(n)), `no mark says ${value} of ${n}`);
  }
  await page.context().close();
});

let departments;
/** The paths of all departments, from the overview of one who may see them. */
async function everyDepartment() {
  if (!departments) {
    const page = await visitor(browser, { language: "en" });
    await signIn(page, links.hr);
    const reply = await page.goto(`${demo.url}/overview`);
    assert.equal(reply.status(), 200);
    const paths = await page.locator('main a[href^="/departments/"]').evaluateAll((all) => all.map((a) => new URL(a.href).pathname));
    departments = new Set(paths);
    await page.context().close();
  }
  return departments;
}
