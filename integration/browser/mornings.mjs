// The mornings of people, in a browser without JavaScript: a chief engineer signs in and follows the
// first thing to do; a manager looks at the money; somebody takes the figures that a report rests on;
// somebody without an account follows a link; and every page that they pass is accessible.
//
//   ONE_HOTEL, TWO_HOTELS: addresses of the API for people who see one hotel, or two, of which the
//   second has no events yet. LINK: a link to the first hotel.
//
// `integration/tests/browser` serves all three.

import assert from 'node:assert/strict';
import { launch, violations, watch } from './browser.mjs';

const { ONE_HOTEL, TWO_HOTELS, LINK } = process.env;

/** How a page is looked at. */
const LOOKS = {
  light: { media: 'screen', colorScheme: 'light' },
  dark: { media: 'screen', colorScheme: 'dark' },
  paper: { media: 'print', colorScheme: 'dark' },
};

const browser = await launch();
try {
  await morning('a chief engineer', ONE_HOTEL, chiefEngineer);
  await morning('a manager', ONE_HOTEL, manager);
  await morning('a sustainability officer', ONE_HOTEL, sustainabilityOfficer);
  await morning('somebody with a link', ONE_HOTEL, somebodyWithALink);
  await morning('somebody of two hotels', TWO_HOTELS, somebodyOfTwoHotels);
  await everyPageIsAccessible();
} finally {
  await browser.close();
}

/** Has somebody do what they do, in a browser of their own that runs no script. */
async function morning(who, address, does) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    const faults = watch(page, [address, await provider(address)].map((url) => new URL(url).origin));
    await does(page, address, context);
    assert.deepEqual(faults, [], `${who}: a quiet console, and no request but for the pages`);
    console.log(`mornings: ${who} passed`);
  } finally {
    await context.close();
  }
}

/** Where one is sent to sign in. */
async function provider(address) {
  const asked = await fetch(`${address}/signin`, { redirect: 'manual' });
  assert.equal(asked.status, 302, 'there is where to sign in');
  return asked.headers.get('location');
}

/** Opens the one address. The way leads by the provider, which knows everybody. */
async function signIn(page, address) {
  await page.goto(`${address}/`);
  assert.equal(new URL(page.url()).origin, new URL(address).origin, 'back from the provider');
}

async function chiefEngineer(page, address) {
  await signIn(page, address);
  assert.match(page.url(), /\/hotels\/harbour-house\/report\.html/, 'the one hotel');
  assert.match(await page.locator('.period').textContent(), /\b2 Nov 2026\b/, 'yesterday');
  assert.match(await page.locator('.lede').textContent(), /confirmed waste/, 'a verdict');
  const finding = section(page, 'Do today').locator('li').first();
  const [, room, device] = (await finding.textContent()).match(/Room (\S+?)\s*: \S+ (\S+) was left on/);
  await open(page, finding.locator('a[href*="history.html"]'));
  assert.ok((await page.locator('.period').textContent()).includes(room), 'the room');
  assert.ok((await page.locator('svg.strip').count()) > 0, 'its signals');
  assert.ok((await page.locator('main').textContent()).includes(device), 'the device');
}

/** By keyboard alone. */
async function manager(page, address) {
  await signIn(page, address);
  const before = await page.locator('.period').textContent();
  await press(page, 'period=mtd');
  assert.notEqual(await page.locator('.period').textContent(), before, 'another period');
  await press(page, 'baseline=same-weekdays');
  assert.match(page.url(), /baseline=same-weekdays/);
  await press(page, 'period=last-month');
  assert.match(await page.locator('.period').textContent(), /Oct 2026/, 'the month before');
  const wasted = page.locator('#wasted .figure data');
  assert.ok(Number(await wasted.getAttribute('value')) > 0, 'wasted money');
  // Any other days, by the form.
  await page.locator('input[name=from]').fill('2026-10-30');
  await page.locator('input[name=to]').fill('2026-11-02');
  await page.locator('input[name=to]').press('Enter');
  await page.waitForURL((url) => url.search.includes('from=2026-10-30'));
  assert.match(page.url(), /from=2026-10-30&to=2026-11-02/);
  assert.match(await page.locator('#wasted').textContent(), /before/, 'and its change');
}

async function sustainabilityOfficer(page, address, context) {
  await signIn(page, address);
  await page.goto(`${address}/hotels/harbour-house/report.html?period=last-month`);
  const basis = await section(page, 'Basis of calculation').textContent();
  for (const part of ['0.1634', '0.125', 'Europe/Lisbon']) assert.ok(basis.includes(part), part);
  const energy = await page.locator('#energyWh data').getAttribute('value');
  const link = page.locator('a[href*="report.csv"]').first();
  const csv = await context.request.get(new URL(await link.getAttribute('href'), page.url()).href);
  assert.equal(csv.status(), 200);
  assert.match(csv.headers()['content-type'], /^text\/csv/);
  const [head, ...rows] = (await csv.text()).trim().split('\r\n');
  assert.ok(/energy/i.test(head) && rows.length > 100, head);
  assert.ok(Number(energy) > 0, energy);
}

async function somebodyWithALink(page, address, context) {
  await page.goto(LINK);
  assert.match(page.url(), /\/hotels\/harbour-house\/report\.html/, 'the hotel of the link');
  assert.match(await page.locator('.lede').textContent(), /confirmed waste/, 'a verdict');
  // It leads to this hotel, and to no other.
  const other = await context.request.get(`${address}/hotels/new-house/report.html`);
  assert.equal(other.status(), 404, 'another hotel');
}

async function somebodyOfTwoHotels(page, address) {
  await signIn(page, address);
  const hotels = page.locator('main a[href*="report.html"]');
  assert.equal(await hotels.count(), 2, 'both hotels');
  await open(page, hotels.filter({ hasText: 'New House' }));
  assert.match(page.url(), /\/hotels\/new-house\/report\.html/);
  assert.match(await page.locator('h1').textContent(), /New House/);
}

/** What axe says of every page and state, in a browser that runs it. */
async function everyPageIsAccessible() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const found = [];
  const see = async (path, status = 200) => {
    const answer = await page.goto(`${TWO_HOTELS}${path}`);
    assert.equal(answer.status(), status, path);
    for (const [look, media] of Object.entries(LOOKS)) {
      await page.emulateMedia(media);
      found.push(...(await violations(page, `${path} ${look}`)));
    }
  };
  const hotel = '/hotels/harbour-house';
  await see('/');
  await see('/hotels/new-house/report.html');
  await see('/hotels/new-house/report.html?lang=en');
  for (const language of ['en', 'ko']) {
    for (const days of ['period=yesterday', 'from=2026-10-25&to=2026-11-02', 'from=2020-01-01&to=2020-01-02']) {
      await see(`${hotel}/report.html?${days}&lang=${language}`);
      await see(`${hotel}/rooms/107/report.html?${days}&lang=${language}`);
    }
    await see(`${hotel}/rooms/107/history.html?date=2026-11-02&lang=${language}`);
  }
  await see(`${hotel}/report.html?from=tomorrow`, 400);
  await see(`${hotel}/report.html?period=never&lang=ko`, 400);
  await see('/hotels/elsewhere/report.html', 404);
  await see('/signed-in?code=a&state=b', 400);
  await see('/l/nothing', 404);
  await see('/signout');
  assert.equal(await page.locator('a[href="/signin"]').count(), 1, 'the way back in');
  assert.deepEqual(found, [], 'what axe finds');
  await context.close();
  console.log('mornings: every page is accessible');
}

/** Follows a link to where it leads. */
async function open(page, link) {
  const before = page.url();
  await link.click();
  await page.waitForURL((url) => url.href !== before);
}

/** What stands under a heading. */
function section(page, heading) {
  return page.getByRole('heading', { name: heading }).locator('xpath=..');
}

/** Goes to a link by the tabulator key, and opens it. */
async function press(page, part) {
  for (let tabs = 0; tabs < 60; tabs += 1) {
    await page.keyboard.press('Tab');
    const href = await page.locator(':focus').getAttribute('href');
    if (href?.includes(part)) {
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.search.includes(part));
      return;
    }
  }
  assert.fail(`no link with ${part} within sixty tabs of ${page.url()}`);
}
