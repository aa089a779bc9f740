// Opens the pages of a running Roomwatt in a browser, as people do: from the hotel to a room, to a
// day, to its history; on a desk and on a phone, dark and light, in both languages.
//
//   BASE_URL=http://127.0.0.1:3000 HOTEL=seoul-1 FROM=2026-10-01 TO=2026-10-31 npm test
//
// The range must have closed reports. CHROMIUM names the browser (default /usr/bin/chromium),
// SCREENSHOTS a folder to keep a picture of every page in. Fails on any message on the console, any
// request to another origin or beside the pages, any page wider than its window, a missing
// Content-Security-Policy, what axe finds wrong, and any figure that differs from the API's.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { launch, violations, watch } from './browser.mjs';

const { BASE_URL, HOTEL, FROM, TO, SCREENSHOTS } = process.env;
const unset = Object.entries({ BASE_URL, HOTEL, FROM, TO }).filter(([, value]) => !value);
if (unset.length > 0) {
  console.error(`pages: set ${unset.map(([name]) => name).join(', ')}`);
  process.exit(2);
}

const hotelUrl = `${BASE_URL.replace(/\/$/, '')}/hotels/${HOTEL}`;
const origin = new URL(BASE_URL).origin;
const range = `from=${FROM}&to=${TO}`;

const WINDOWS = { desk: { width: 1440, height: 900 }, phone: { width: 360, height: 780 } };
const SCHEMES = ['light', 'dark'];
const LANGUAGES = ['en', 'ko'];

const totals = await totalsOfTheApi();
if (SCREENSHOTS) await mkdir(SCREENSHOTS, { recursive: true });
const browser = await launch();
try {
  // Two at once: most of the time goes into axe, each in a renderer of its own.
  const looks = Object.entries(WINDOWS).flatMap(([place, viewport]) =>
    SCHEMES.flatMap((colorScheme) =>
      LANGUAGES.map((language) => ({ place, viewport, colorScheme, language })),
    ),
  );
  await Promise.all([lookAtAll(looks), lookAtAll(looks)]);
  await withoutAnyScript();
} finally {
  await browser.close();
}

/** Takes looks from a list until none is left. */
async function lookAtAll(looks) {
  for (let look = looks.shift(); look; look = looks.shift()) {
    const { place, viewport, colorScheme, language } = look;
    const name = `${place}-${colorScheme}-${language}`;
    const context = await browser.newContext({ viewport, colorScheme });
    try {
      await visit(context, name, language);
      console.log(`pages: ${name} passed`);
    } finally {
      await context.close();
    }
  }
}

/** Exact sums as the API writes them: digits are compared, not numbers. */
async function totalsOfTheApi() {
  const answer = await fetch(`${hotelUrl}/reports?groupBy=hotel&${range}`);
  const body = await answer.text();
  assert.equal(answer.status, 200, body);
  const { groups } = JSON.parse(body);
  assert.equal(groups.length, 1, 'the range has closed reports');
  return Object.fromEntries(
    ['energyWh', 'cost', 'co2eKg', 'missingEnds'].map((figure) => [
      figure,
      body.match(new RegExp(`"totals":\\{[^}]*"${figure}":([-0-9.]+)`))?.[1],
    ]),
  );
}

/** The way from the hotel to a history, with every page looked at. */
async function visit(context, name, language) {
  const page = await context.newPage();
  const faults = watch(page, [origin]);
  const pages = [];

  const arrive = async (step, response) => {
    const look = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      styled: getComputedStyle(document.querySelector('h1')).fontWeight,
      ground: getComputedStyle(document.body).backgroundColor,
    }));
    assert.equal(response.status(), 200, `${name} ${step}: ${page.url()}`);
    const policy = response.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'/, `${name} ${step}: its policy`);
    assert.equal(look.lang, language, `${name} ${step}: its language`);
    assert.ok(look.overflow <= 0, `${name} ${step}: ${look.overflow} pixels too wide`);
    assert.equal(look.styled, '680', `${name} ${step}: the style applies`);
    assert.equal(await page.locator('h1').count(), 1, `${name} ${step}: one heading`);
    // Of the others axe sees more once their tables are unfolded.
    if (step === 'room') {
      assert.deepEqual(await violations(page, `${name} ${step}`), [], 'what axe finds');
    }
    if (SCREENSHOTS) {
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${step}.png`), fullPage: true });
    }
    pages.push({ step, ground: look.ground });
  };
  const follow = async (step, link) => {
    const [response] = await Promise.all([
      page.waitForResponse((response) => response.request().isNavigationRequest()),
      link.click(),
    ]);
    await page.waitForLoadState('load');
    await arrive(step, response);
  };

  await arrive('hotel', await page.goto(`${hotelUrl}/report.html?${range}&lang=${language}`));
  for (const [figure, expected] of Object.entries(totals)) {
    if (expected === undefined) continue;
    const shown = await page.locator(`#${figure} data`).getAttribute('value');
    assert.equal(shown, expected, `${name}: ${figure} on the page and in the API`);
  }
  const dark = name.includes('dark');
  const [red] = pages[0].ground.match(/\d+/g).map(Number);
  assert.ok(dark ? red < 64 : red > 192, `${name}: the ground is ${pages[0].ground}`);
  await openTables(page, name);

  const room = page.locator('table.heat tbody th a').first();
  const roomName = await room.textContent();
  await follow('room', room);
  assert.ok((await page.locator('h1').textContent()).includes(roomName), `${name}: the room`);

  const day = page.locator('main table tbody th a[href*="history.html"]').first();
  await follow('day', day);
  assert.match(page.url(), /\/history\.html\?date=\d{4}-\d\d-\d\d/, `${name}: the day`);
  const date = new URL(page.url()).searchParams.get('date');
  assert.ok(FROM <= date && date <= TO, `${name}: ${date} lies in the range`);

  // The history behind the day: its intervals last as long as the report's use.
  await openTables(page, name);
  assert.ok((await page.locator('svg.strip rect[class]').count()) > 0, `${name}: a time line`);
  const answer = await context.request.get(`${hotelUrl}/rooms/${roomName}/history?date=${date}`);
  assert.equal(answer.status(), 200, `${name}: the history's JSON`);
  const { signals } = await answer.json();
  const intervals = signals.reduce((sum, signal) => sum + signal.intervals.length, 0);
  const rows = page.locator('details').first().locator('tbody tr');
  assert.equal(await rows.count(), intervals, `${name}: every interval has its row`);

  // And back up to the hotel.
  await follow('up', page.locator('nav.path a').nth(1));
  assert.ok(new URL(page.url()).pathname.endsWith(`/hotels/${HOTEL}/report.html`), page.url());
  assert.deepEqual(faults, [], `${name}: a quiet console, and no request but for the pages`);
}

/** Opens every table that is folded away, where axe does not look; the page must not grow wider by it. */
async function openTables(page, name) {
  const folded = page.locator('details:not([open]) > summary');
  for (let left = await folded.count(); left > 0; left -= 1) {
    await folded.first().click();
  }
  assert.equal(await folded.count(), 0, `${name}: tables unfold`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(overflow <= 0, `${name}: ${overflow} pixels too wide with its tables unfolded`);
  assert.deepEqual(await violations(page, `${name} unfolded`), [], 'what axe finds');
}

/** Everything is there without JavaScript, and on paper the ground is white in a dark scheme too. */
async function withoutAnyScript() {
  const context = await browser.newContext({ javaScriptEnabled: false, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${hotelUrl}/report.html?${range}&lang=en`);
  const shown = await page.locator('#energyWh data').getAttribute('value');
  assert.equal(shown, totals.energyWh, 'the figure without JavaScript');
  assert.equal(await page.locator('script').count(), 0, 'no script');
  await context.close();

  const paper = await browser.newContext({ colorScheme: 'dark' });
  const printed = await paper.newPage();
  await printed.goto(`${hotelUrl}/report.html?${range}&lang=en`);
  await printed.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const ground = await printed.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(ground, 'rgb(255, 255, 255)', 'the ground of paper');
  const pdf = await printed.pdf({ format: 'A4', preferCSSPageSize: true });
  assert.ok(pdf.length > 10_000, 'a PDF');
  await paper.close();
  console.log('pages: without JavaScript, and on paper passed');
}
