// Pictures of every page for people to look at: node screenshots.mjs DIRECTORY
// One PNG for each page, width, theme and language.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { everyPage, inLanguage, languages, startBrowser, startDemo, themes, visitor, widths } from "./demo.mjs";

const directory = process.argv[2];
if (!directory) {
  console.error("node screenshots.mjs DIRECTORY");
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
const demo = await startDemo();
const browser = await startBrowser();
try {
  const pages = await everyPage(browser, demo);
  let taken = 0;
  for (const { name, href, cookies } of pages) {
    for (const language of languages) {
      for (const width of widths) {
        for (const theme of themes) {
          const page = await visitor(browser, { language, width, theme, cookies });
          await page.goto(inLanguage(href, language));
          const file = `${name.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "root"}.${language}.${width}.${theme}.png`;
          await page.screenshot({ path: join(directory, file), fullPage: true });
          await page.context().close();
          taken += 1;
        }
      }
    }
  }
  console.log(`${taken} pictures of ${pages.length} pages in ${directory}`);
} finally {
  await browser.close();
  await demo.stop();
}
