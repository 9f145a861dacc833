// A customer's way without scripts: the mail, the link, the form, the thanks; in both languages, by hand and by keyboard.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import http from "node:http";
import { customersLinks, languages, overhang, startBrowser, startDemo, themes, violations, visitor } from "./demo.mjs";

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

/** People do not answer within a second of seeing the page; the page knows. */
const read = () => new Promise((resolve) => setTimeout(resolve, 1200));

for (const language of languages) {
  describe(language, () => {
    test("from the mail's answer to the thanks", async () => {
      const page = await visitor(browser, { language, width: 360, scripts: false });
      await page.goto(links[language].pop());
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      assert.ok(await page.locator('input[name="q.overall"][value="5"]').isChecked(), "the answer chosen in the mail");
      assert.equal(page.requests.length, 1, "the page is one request");
      await page.locator('label:has(input[name="q.overall"][value="4"])').click();
      await page.locator('label:has(input[name="q.attitude"][value="2"])').click();
      await page.locator('label:has(input[name="q.speed"][value="na"])').click();
      await page.locator('textarea[name="q.comment"]').fill("很好 👍 <b>Fine</b>");
      await page.locator('label:has(input[name="identity"][value="named"])').click();
      await read();
      await page.locator("#submit").click();
      assert.equal(await page.locator('input[name="nonce"]').count(), 0);
      assert.equal(await page.locator("h1").count(), 1);
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      await page.reload();
      assert.equal(await page.locator('input[name="nonce"]').count(), 0, "reloading sends nothing and asks nothing");
      assert.deepEqual(page.strangers, []);
      await page.context().close();
    });

    test("a forgotten answer is asked for, and nothing is lost", async () => {
      const page = await visitor(browser, { language, width: 360, scripts: false });
      await page.goto(links[language].pop().split("?")[0]);
      await page.locator('label:has(input[name="q.solved"][value="3"])').click();
      await page.locator('textarea[name="q.comment"]').fill("保留 kept");
      await read();
      await page.locator("#submit").click();
      assert.match(await page.title(), language === "en" ? /^Error: / : /^错误：/);
      const summary = page.locator('[role="alert"]');
      await summary.locator("a").first().click();
      assert.ok(await page.locator('input[name="q.solved"][value="3"]').isChecked());
      assert.equal(await page.locator('textarea[name="q.comment"]').inputValue(), "保留 kept");
      await page.locator('label:has(input[name="q.overall"][value="5"])').click();
      await read();
      await page.locator("#submit").click();
      assert.equal(await page.locator('input[name="nonce"]').count(), 0);
      await page.context().close();
    });

    test("a bad experience: why, in the other language, in large text, and put right afterwards", async () => {
      const page = await visitor(browser, { language, width: 360, scripts: false });
      await page.goto(links[language].pop().split("?")[0]);
      const why = page.locator(".why");
      assert.ok(!(await why.isVisible()), "nobody asks a customer who has not complained");
      await page.locator('label:has(input[name="q.overall"][value="2"])').click();
      assert.ok(await why.isVisible());
      await page.locator('label:has(input[name="q.overall.why"][value="slow"])').click();
      await page.locator('label:has(input[name="q.overall.contact"])').click();
      await page.locator('textarea[name="q.comment"]').fill("等了三天 three days");
      await page.locator("nav button").nth(1).click();
      const other = languages.find((one) => one !== language);
      assert.equal(await page.locator("html").getAttribute("lang"), other);
      await page.locator("nav button").nth(0).click();
      assert.equal(await page.locator("html").getAttribute("class"), "big");
      assert.doesNotMatch(page.url(), /q\.|three/, "nothing of the draft is in an address");
      assert.ok(await page.locator('input[name="q.overall"][value="2"]').isChecked());
      assert.ok(await page.locator('input[name="q.overall.why"][value="slow"]').isChecked());
      assert.equal(await page.locator('textarea[name="q.comment"]').inputValue(), "等了三天 three days");
      await page.locator("#submit").click();
      assert.equal(await page.locator("html").getAttribute("class"), "big", "large text stays");
      assert.match(await page.locator("main").textContent(), /\d\d:\d\d/, "by when somebody replies");
      await page.locator("main a").click();
      assert.ok(await page.locator('input[name="q.overall"][value="2"]').isChecked());
      assert.doesNotMatch(await page.content(), /three days/);
      await page.locator('label:has(input[name="q.overall"][value="4"])').click();
      await page.locator("#submit").click();
      assert.equal(await page.locator("main a").count(), 0, "once");
      await page.context().close();
    });

    test("Enter on an answer sends the form and nothing else", async () => {
      const page = await visitor(browser, { language, scripts: false });
      await page.goto(links[language][0].split("?")[0]);
      await page.locator('input[name="q.speed"][value="3"]').focus();
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await page.locator('[role="alert"]').waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      await page.context().close();
    });

    test("what a form brings back is readable by all", async () => {
      const found = [];
      for (const theme of themes) {
        for (const size of ["", "?big=1"]) {
          const page = await visitor(browser, { language, width: 320, theme });
          const look = async (state) => {
            found.push(...(await violations(page)).map((line) => `${state} ${theme} ${size}: ${line}`));
            if ((await overhang(page)) > 0) found.push(`${state} ${theme} ${size}: scrolls sideways`);
          };
          await page.goto(links[language][0].split("?")[0] + size);
          await page.locator("#submit").click();
          await page.locator('[role="alert"]').waitFor();
          await look("refused");
          await page.locator('label:has(input[name="q.overall"][value="1"])').click();
          await page.locator("nav button").nth(1).click();
          await page.locator(".note").waitFor();
          await look("draft");
          await page.context().close();
        }
      }
      assert.deepEqual(found, []);
    });

    test("by keyboard alone", async () => {
      const page = await visitor(browser, { language });
      await page.goto(links[language].pop().split("?")[0]);
      const focused = () => page.evaluate(() => [document.activeElement.name, document.activeElement.value, document.activeElement.id]);
      const tabTo = async (wanted) => {
        for (let presses = 0; presses < 30; presses += 1) {
          await page.keyboard.press("Tab");
          if (wanted(...(await focused()))) return;
        }
        assert.fail(`not reached by Tab: ${wanted}`);
      };
      await tabTo((name) => name === "q.overall");
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowDown");
      assert.deepEqual((await focused()).slice(0, 2), ["q.overall", "4"]);
      await tabTo((name) => name === "q.comment");
      await page.keyboard.type("typed");
      await tabTo((name, value, id) => id === "submit");
      await read();
      await page.keyboard.press("Enter");
      await page.waitForLoadState();
      assert.equal(await page.locator('input[name="nonce"]').count(), 0);
      await page.context().close();
    });

    test("fits a small window, and its targets a thumb", async () => {
      const link = links[language][0].split("?")[0];
      // With everything unfolded. 320 px are also a phone of 640 px at 200 % zoom.
      for (const [query, smallest] of [["?q.overall=1", 44], ["?q.overall=1&big=1", 60]]) {
        for (const width of [320, 360]) {
          const page = await visitor(browser, { language, width });
          await page.goto(link + query);
          assert.ok((await overhang(page)) <= 0, `${width} px ${query}: the page scrolls sideways`);
          const low = await page.locator("label.row, button:not(.trap), nav a, .links a").evaluateAll(
            (all, least) => all.map((e) => [e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, height]) => height < least),
            smallest,
          );
          assert.deepEqual(low, [], `${width} px ${query}`);
          await page.context().close();
        }
      }
    });

    test("weighs little and asks for nothing else", async () => {
      const { headers, body } = await gzipped(links[language][0].split("?")[0]);
      assert.equal(headers["content-encoding"], "gzip");
      assert.ok(body.length <= 5_000, `${body.length} bytes`);
      const html = gunzipSync(body).toString();
      assert.doesNotMatch(html, /<script/i);
      assert.match(headers["content-security-policy"], /default-src 'none'/);
      assert.match(headers["cache-control"], /no-store/);
    });
  });
}

/** An answer as it goes over the wire. */
function gzipped(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { headers: { "accept-encoding": "gzip" } }, (reply) => {
      const chunks = [];
      reply.on("data", (chunk) => chunks.push(chunk));
      reply.on("end", () => resolve({ headers: reply.headers, body: Buffer.concat(chunks) }));
    }).on("error", reject);
  });
}
