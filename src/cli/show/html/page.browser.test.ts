/** The report page in a real browser: what markup tests cannot see. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildReport, emptyReport } from '../fixture.ts';
import { hostileReport, hostileTimes } from '../fixture-hostile.ts';
import { renderHtml } from './page.ts';

const CHROMIUM = [
  process.env.STILLWATCH_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-page-'));
const PAGES = {
  report: renderHtml(buildReport()),
  hostile: renderHtml(hostileReport()),
  times: renderHtml(hostileTimes()),
  empty: renderHtml(emptyReport()),
  control:
    '<!doctype html><script>window.__pwned=1</script><img src="https://evil.example/x">' +
    '<div style="width:900px">wide</div><p style="color:#999;background:#fff">pale</p>',
};
type PageName = keyof typeof PAGES;
let browser: Browser;

before(async () => {
  assert.ok(
    CHROMIUM,
    'These tests need Chromium: "apt-get install chromium", or name one in STILLWATCH_CHROMIUM.',
  );
  for (const [name, page] of Object.entries(PAGES))
    writeFileSync(join(folder, `${name}.html`), page);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

interface Visit {
  readonly page: Page;
  /** Console errors, page errors and every request but the one for the page. */
  readonly noise: readonly string[];
}

const visit = async <T>(
  name: PageName,
  look: (visit: Visit) => Promise<T>,
  { width = 1400, scheme = 'light' as 'light' | 'dark' } = {},
): Promise<T> => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const noise: string[] = [];
  page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noise.push(error.message));
  const own = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on('request', (request) => request.url() !== own && noise.push(`request: ${request.url()}`));
  try {
    await page.goto(own);
    return await look({ page, noise });
  } finally {
    await page.close();
  }
};

/** How many pixels the page is wider than the window. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

/** Texts whose colour is less than 4.5:1 against what lies behind them (WCAG 2.2, 1.4.3). */
const PALE_TEXTS = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const pale = new Set();
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || ['SCRIPT', 'STYLE', 'title'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(behind(element))].sort((x, y) => y - x);
    seen += 1;
    if ((a + 0.05) / (b + 0.05) < 4.5) pale.add(element.tagName + '.' + (element.getAttribute('class') ?? ''));
  }
  return { seen, pale: [...pale] };
})()`;

test('the control page shows that noise, injection, overflow and pale text would be seen', async () => {
  await visit('control', async ({ page, noise }) => {
    assert.equal(await page.evaluate('window.__pwned'), 1);
    assert.ok(noise.some((line) => line.startsWith('request: https://evil.example')));
    const { pale } = await page.evaluate<{ pale: string[] }>(PALE_TEXTS);
    assert.deepEqual(pale, ['P.']);
  });
  assert.ok((await visit('control', ({ page }) => overflow(page), { width: 380 })) > 0);
});

for (const name of ['report', 'hostile', 'times', 'empty'] as const) {
  test(`${name}: no console message, no request, nothing executed`, async () => {
    await visit(name, async ({ page, noise }) => {
      await page.evaluate(
        'document.querySelectorAll("details").forEach((d) => { d.open = true; })',
      );
      assert.deepEqual(noise, []);
      assert.equal(await page.evaluate('window.__pwned'), undefined);
      const count = 'document.querySelectorAll("script,iframe,img,link,base,object,embed").length';
      assert.equal(await page.evaluate(count), 0);
    });
  });

  test(`${name}: with all lists open the page is never wider than the window`, async () => {
    await visit(name, async ({ page }) => {
      await page.evaluate(
        'document.querySelectorAll("details").forEach((d) => { d.open = true; })',
      );
      for (const width of [380, 700, 900, 1400]) {
        await page.setViewportSize({ width, height: 900 });
        assert.equal(await overflow(page), 0, `${width} px`);
      }
    });
  });
}

for (const scheme of ['light', 'dark'] as const) {
  test(`${scheme}: every text keeps a contrast of 4.5:1`, async () => {
    await visit(
      'report',
      async ({ page }) => {
        const { seen, pale } = await page.evaluate<{ seen: number; pale: string[] }>(PALE_TEXTS);
        assert.ok(seen > 500, `${seen} texts`);
        assert.deepEqual(pale, []);
      },
      { scheme },
    );
  });
}

test('light and dark have colours of their own', async () => {
  const colors = (scheme: 'light' | 'dark') =>
    visit(
      'report',
      ({ page }) =>
        page.evaluate<string[]>(`[
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.body).color,
          getComputedStyle(document.querySelector('.heat path')).stroke,
          getComputedStyle(document.querySelector('.links path')).stroke,
        ]`),
      { scheme },
    );
  const [light, dark] = [await colors('light'), await colors('dark')];
  for (const [i, color] of light.entries()) assert.notEqual(color, dark[i]);
});

test('the headings of every part are visible', async () => {
  await visit('report', async ({ page }) => {
    const shown = await page.evaluate<string[]>(
      `[...document.querySelectorAll('h2')].filter((h) => h.offsetHeight > 0).map((h) => h.textContent)`,
    );
    assert.deepEqual(shown, [
      'At a glance',
      'Findings in full',
      'Accounts outside campaigns',
      'What this scan could not see',
      'Method and calibration',
      'What was not read',
      'Words',
    ]);
  });
});

test('on paper closed lists are open, and the colours are the light ones', async () => {
  await visit(
    'report',
    async ({ page }) => {
      const shown = 'document.querySelector("article details table").checkVisibility()';
      assert.equal(await page.evaluate(shown), false);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      assert.equal(await page.evaluate(shown), true);
      const ink = await page.evaluate<string>('getComputedStyle(document.body).color');
      assert.equal(ink, 'rgb(30, 36, 41)');
    },
    { scheme: 'dark' },
  );
});
