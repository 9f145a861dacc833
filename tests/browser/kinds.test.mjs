// Every type of question as a customer meets it: on one page and on several, without scripts, on small phones.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { allKinds, back, customersLinks, languages, overhang, startBrowser, startDemo, themes, violations, visitor } from "./demo.mjs";

let demo, browser, links;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  links = await customersLinks(browser, demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A customer's link without its answer. */
const plain = (language, at) => links[language].at(at).split("?")[0];
const choose = (page, name, value) => page.locator(`label:has(input[name="q.${name}"][value="${value}"])`).click();
const targets = "label.row, button:not(.trap), nav a, .links a";

for (const language of languages) {
  describe(language, () => {
    test("what depends on an answer unfolds in place", async () => {
      allKinds(demo, []);
      const page = await visitor(browser, { language, width: 360, scripts: false });
      await page.goto(plain(language, 0));
      const [missing, more] = [page.locator("#c8"), page.locator("#c9")];
      assert.ok(!(await missing.isVisible()) && !(await more.isVisible()));
      await choose(page, "solved", "no");
      assert.ok(await missing.isVisible());
      await choose(page, "missing", "advice");
      assert.ok(await more.isVisible());
      await choose(page, "solved", "yes");
      assert.ok(!(await missing.isVisible()) && !(await more.isVisible()), "what is hidden does not ask on");
      await choose(page, "overall", "1");
      assert.ok(await more.isVisible());
      assert.equal(await page.locator(".when").first().isVisible(), false, "no need to say when");
      assert.equal(page.requests.length, 1);
      await page.context().close();
    });

    test("readable by all, on small phones, in every look", async () => {
      const found = [];
      for (const [pages, steps] of [[[], 1], [["ways", "missing", "agree"], 4]]) {
        allKinds(demo, pages);
        for (const theme of themes) {
          for (const [width, big] of [[320, ""], [320, "?big=1"], [1280, ""]]) {
            const page = await visitor(browser, { language, width, theme });
            await page.goto(plain(language, 1) + big);
            // The last look left the link at its last page.
            while (await page.locator('button[name="back"]').count()) {
              await page.locator('button[name="back"]').click();
              await page.waitForLoadState();
            }
            for (let step = 1; step <= steps; step += 1) {
              const look = `${steps} pages, page ${step}, ${theme}, ${width} px ${big}`;
              if (await page.locator('input[name="q.overall"]').count()) await choose(page, "overall", "1");
              const wish = page.locator('input[name="q.overall.contact"]');
              // Of several pages the last one then asks otherwise how to sign.
              if (theme === "dark" && (await wish.count())) await wish.check();
              if (await page.locator('input[name="q.solved"]').count()) await choose(page, "solved", "no");
              if (await page.locator('input[name="q.missing"]').count()) await choose(page, "missing", "advice");
              found.push(...(await violations(page)).map((line) => `${look}: ${line}`));
              if ((await overhang(page)) > 0) found.push(`${look}: scrolls sideways`);
              const least = big ? 60 : 44;
              const small = await page.locator(targets).evaluateAll((all, least) => all
                .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
                .filter(([, box]) => box.height > 0 && (box.height < least || box.width < least))
                .map(([text, box]) => `${text} ${box.width} × ${box.height}`), least);
              found.push(...small.map((target) => `${look}: ${target}`));
              if (step < steps) {
                await page.locator("#submit").click();
                await page.waitForLoadState();
              }
            }
            await page.context().close();
          }
        }
      }
      assert.deepEqual(found, []);
    });

    test("several pages: on, back, away and sent", async () => {
      allKinds(demo, ["ways", "missing", "agree"]);
      const link = plain(language, 0); // Nothing was sent by it before.
      const page = await visitor(browser, { language, width: 360, scripts: false });
      const at = () => page.locator('input[name="page"]').inputValue();
      await page.goto(link);
      await choose(page, "overall", "2");
      await page.locator("#submit").click();
      assert.equal(await at(), "2");
      await choose(page, "recommend", "10");
      await choose(page, "solved", "no");
      await page.locator('button[name="back"]').click();
      assert.equal(await at(), "1");
      assert.ok(await page.locator('input[name="q.overall"][value="2"]').isChecked());
      await back(page);
      assert.equal(await at(), "2", "the browser's own way back is a page too");
      assert.ok(await page.locator('input[name="q.recommend"][value="10"]').isChecked());
      await page.locator("#submit").click();
      assert.equal(await at(), "3");
      await page.context().close();

      const later = await visitor(browser, { language, width: 360, scripts: false });
      await later.goto(link);
      assert.equal(await later.locator('input[name="page"]').inputValue(), "3");
      await choose(later, "missing", "parts");
      await later.locator('textarea[name="q.more"]').fill("两枚 M4 two of them");
      await later.locator("#submit").click();
      await later.locator("nav button").nth(1).click();
      assert.equal(await later.locator('input[name="page"]').inputValue(), "4", "another language, the same page");
      await later.locator("#submit").click();
      assert.equal(await later.locator('input[name="nonce"]').count(), 0);
      await later.goto(link);
      assert.equal(await later.locator('input[name="nonce"]').count(), 0, "answered once");
      await later.context().close();
    });
  });
}
