// A kiosk at a counter: for one customer after another, without a script, and without a trace of the one before.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { back, languages, overhang, startBrowser, startDemo, themes, violations, visitor } from "./demo.mjs";

let demo, browser, counter;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  counter = `${demo.url}${demo.output().match(/\/q\/\w+/)[0]}`;
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Lets time pass for the covers of a page nobody touches. */
const wait = (page, seconds) =>
  page.evaluate((by) => document.getAnimations().forEach((one) => (one.currentTime = Number(one.currentTime) + by * 1000)), seconds);
const ask = (page) => page.locator(".idle div:first-child");
const over = (page) => page.locator(".idle .over");

for (const language of languages) {
  describe(language, () => {
    test("a customer answers, is thanked, and leaves nothing to the next", async () => {
      const page = await visitor(browser, { language, width: 768, scripts: false });
      await page.goto(`${counter}?kiosk=1`);
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      await page.locator('label:has(input[name="q.overall"][value="2"])').click();
      await page.locator('textarea[name="q.comment"]').fill("不想让别人看到 private");
      await page.locator("#submit").click();
      assert.match(page.url(), /thanks/);
      const gone = async () => {
        assert.doesNotMatch(await page.content(), /private/);
        if ((await page.locator("textarea").count()) > 0) {
          assert.equal(await page.locator('textarea[name="q.comment"]').inputValue(), "");
          assert.equal(await page.locator("input:checked").count(), 0);
        }
      };
      await back(page);
      await gone();
      await page.goForward();
      await gone();
      await page.goto(`${counter}/thanks?kiosk=1`);
      await page.waitForURL(`${counter}?kiosk=1`, { timeout: 20_000 });
      assert.equal(await page.locator("input:checked").count(), 0, "a fresh form by itself");
      await back(page);
      await gone();
      assert.deepEqual(page.strangers, []);
      await page.context().close();
    });

    test("an untouched page turns to the beginning, a touched one asks first", async () => {
      const page = await visitor(browser, { language, width: 768 });
      await page.goto(`${counter}?kiosk=1`);
      assert.ok(!(await over(page).isVisible()) && !(await ask(page).isVisible()));
      await wait(page, 61);
      assert.ok(await over(page).isVisible());
      await over(page).locator("a").first().click();
      assert.ok(!(await over(page).isVisible()));
      await page.locator('label:has(input[name="q.overall"][value="2"])').click();
      await wait(page, 50);
      await page.locator('label:has(input[name="q.speed"][value="3"])').click();
      await wait(page, 50);
      assert.ok(!(await ask(page).isVisible()), "every answer begins the time anew");
      await page.locator('textarea[name="q.comment"]').fill("typing");
      await wait(page, 150);
      assert.ok(!(await ask(page).isVisible()), "writing takes longer");
      await wait(page, 40);
      assert.ok((await ask(page).isVisible()) && !(await over(page).isVisible()));
      await ask(page).locator("button").click();
      assert.equal(await page.locator('textarea[name="q.comment"]').inputValue(), "typing", "who goes on loses nothing");
      assert.ok(await page.locator('input[name="q.overall"][value="2"]').isChecked());
      await wait(page, 91);
      assert.ok(await over(page).isVisible(), "whoever comes next does not see it");
      assert.ok(!(await ask(page).isVisible()) && !(await page.locator("#submit").isVisible()));
      await page.keyboard.press("Enter");
      assert.ok(await over(page).isVisible(), "and can't send it by a key");
      assert.match(page.url(), /\/q\/\w+\?/);
      for (let press = 0; press < 12; press++) {
        await page.keyboard.press("Tab");
        const behind = await page.evaluate(() => {
          const focused = document.activeElement;
          return focused.matches("header *, form *") && !focused.closest(".over") && focused.outerHTML;
        });
        assert.equal(behind, false, "nor reach it");
      }
      await over(page).locator("a").last().click();
      assert.equal(await page.locator("input:checked").count(), 0);
      assert.notEqual(await page.locator("html").getAttribute("lang"), language, "in the other language");
      await page.context().close();
    });

    test("what covers the page is readable by all", async () => {
      const found = [];
      for (const theme of themes) {
        for (const width of [320, 768]) {
          const page = await visitor(browser, { language, width, theme });
          const look = async (state) => {
            found.push(...(await violations(page)).map((line) => `${state} ${theme} ${width}: ${line}`));
            if ((await overhang(page)) > 0) found.push(`${state} ${theme} ${width}: scrolls sideways`);
          };
          await page.goto(`${counter}?kiosk=1`);
          await look("fresh");
          await page.locator('label:has(input[name="q.overall"][value="1"])').click();
          await wait(page, 61);
          await look("asking");
          await wait(page, 31);
          await look("over");
          await page.context().close();
        }
      }
      assert.deepEqual(found, []);
    });
  });
}
