// The customer's minute, step by step, with a picture of each for people to look at: from the mail on a phone, in large
// text, and at a counter. The pictures are in target/minute/.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { customersLinks, languages, startBrowser, startDemo, themes, visitor } from "./demo.mjs";

const pictures = join(dirname(fileURLToPath(import.meta.url)), "../../target/minute");

let demo, browser, links;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  demo = await startDemo();
  browser = await startBrowser();
  links = await customersLinks(browser, demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A customer who is pictured after each step and whose taps are counted. */
async function customer(name, look) {
  const page = await visitor(browser, { scripts: false, ...look });
  let steps = 0;
  const picture = (step) => page.screenshot({ path: join(pictures, `${name}-${++steps}-${step}.png`), fullPage: true });
  let taps = 0;
  const tap = async (selector) => {
    taps += 1;
    await page.locator(selector).click();
  };
  const send = async () => {
    // People do not answer within a second of seeing the page; the page knows.
    await page.waitForTimeout(1200);
    await tap("#submit");
    assert.match(page.url(), /\/thanks/);
    await picture("thanks");
  };
  return { page, picture, tap, send, taps: () => taps };
}

/** Opens a mail that asks the first question and that nobody has answered, as a phone shows it. Which ones ask is by lot. */
async function openMail(page, language) {
  const reader = await visitor(browser, { scripts: false });
  await reader.goto(`${demo.url}/dev/mail`);
  const all = await reader.locator("main tbody a").evaluateAll((all) => all.map((a) => [a.href, a.textContent]));
  const mails = all.filter(([, subject]) => /\p{Script=Han}/u.test(subject) === (language === "zh-CN"));
  for (const [mail] of mails) {
    await reader.goto(mail);
    const html = await reader.locator("iframe").getAttribute("srcdoc");
    const path = html.match(/(\/s\/[\w-]+)\?q\.overall=4/)?.[1];
    if (!path || !(await (await reader.request.get(demo.url + path)).text()).includes('name="nonce"')) continue;
    await reader.context().close();
    links[language] = links[language].filter((link) => new URL(link).pathname !== path);
    await page.setContent(html.replace('<base target="_blank">', ""));
    return;
  }
  assert.fail(`none of ${mails.length} mails asks and is open`);
}

const answer = (name, value) => `label:has(input[name="q.${name}"][value="${value}"])`;

for (const language of languages) {
  describe(language, () => {
    for (const theme of themes) {
      test(`from the mail, two taps are enough: ${theme}`, async () => {
        const { page, picture, tap, send, taps } = await customer(`mail-${language}-${theme}`, { language, width: 360, theme });
        await openMail(page, language);
        await picture("mail");
        await tap('a[href*="q.overall=4"]');
        assert.ok(await page.locator('input[name="q.overall"][value="4"]').isChecked());
        await picture("page");
        await send();
        assert.equal(taps(), 2);
        await page.context().close();
      });
    }

    test("in large text, dissatisfied: why, a word, and whom to call", async () => {
      const { page, picture, tap, send, taps } = await customer(`large-${language}`, { language, width: 360 });
      await page.goto(`${links[language].pop().split("?")[0]}?big=1`);
      await picture("page");
      await tap(answer("overall", "2"));
      await tap(answer("overall.why", "slow"));
      await page.locator('textarea[name="q.comment"]').fill(language === "en" ? "I waited three days." : "等了三天才来。");
      await picture("filled");
      await send();
      assert.equal(taps(), 3);
      await page.context().close();
    });

    test("at a counter: scan, choose, send", async () => {
      const { page, picture, tap, send, taps } = await customer(`counter-${language}`, { language, width: 360 });
      await page.goto(`${demo.url}${demo.output().match(/\/q\/\w+/)[0]}`);
      await picture("page");
      await tap(answer("overall", "5"));
      await send();
      assert.equal(taps(), 2);
      await page.context().close();
    });

    test("at a kiosk: choose, send, the next customer", async () => {
      const { page, picture, tap, send } = await customer(`kiosk-${language}`, { language, width: 768 });
      await page.goto(`${demo.url}${demo.output().match(/\/q\/\w+/)[0]}?kiosk=1`);
      await picture("page");
      await tap(answer("overall", "4"));
      await picture("chosen");
      await send();
      await page.context().close();
    });
  });
}
