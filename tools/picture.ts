/**
 * The pictures in the documentation: the first campaign of a report page as a browser shows it, cut
 * before the timeline and before the prompt families.
 *   bin/stillwatch simulate mixed --out out/first-look && bin/stillwatch scan out/first-look/traffic.jsonl \
 *     --accounts out/first-look/accounts.jsonl --report out/first-look/report.html && node tools/picture.ts [REPORT.html] [FOLDER]
 * Needs Chromium; STILLWATCH_CHROMIUM names one that is not in the usual place.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Locator } from 'playwright-core';

const [report = 'out/first-look/report.html', folder = 'docs/images'] = process.argv.slice(2);
const VIEWPORT = { width: 1_200, height: 1_500 };
/** A page that takes long to load is not read. */
const MAX_BYTES = 300_000;
const MARGIN = 12;

const executablePath = [
  process.env.STILLWATCH_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));
if (executablePath === undefined) throw new Error('No Chromium found: apt-get install chromium');
if (!existsSync(report)) throw new Error(`${report} is missing: make it as above`);

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const boxOf = async (element: Locator): Promise<Box> => {
  const box = await element.boundingBox();
  if (box === null) throw new Error(`${report} shows no campaign: there is nothing to picture`);
  return box;
};

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({
    viewport: VIEWPORT,
    colorScheme: 'light',
    javaScriptEnabled: false,
  });
  await page.goto(pathToFileURL(resolve(report)).href);
  mkdirSync(folder, { recursive: true });
  const campaign = page.locator('article').first();
  const heading = (text: string) => boxOf(campaign.getByRole('heading', { name: text }).first());
  const { x, y: top, width } = await boxOf(campaign);
  const timeline = (await heading('Timeline')).y - MARGIN;
  const families = (await heading('Prompt families')).y - MARGIN;
  for (const [name, from, to] of [
    ['evidence.png', top, timeline],
    ['timeline-and-links.png', timeline, families],
  ] as const) {
    const path = join(folder, name);
    const clip = { x, y: from, width, height: to - from };
    await page.screenshot({ path, clip, fullPage: true });
    const bytes = statSync(path).size;
    console.log(`${path}: ${bytes} bytes`);
    if (bytes > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`);
  }
} finally {
  await browser.close();
}
