// The browser, what it must not do, and axe's view of a page.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { CHROMIUM = '/usr/bin/chromium' } = process.env;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Levels A and AA of WCAG 2.2 and before, and what axe holds for good practice besides. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const launch = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** Notes what a page of these origins must not do: say anything, fail, or ask for anything else. */
export function watch(page, origins) {
  const faults = [];
  page.on('console', (message) => faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'data:') return;
    if (!origins.includes(url.origin)) faults.push(`another origin: ${url}`);
    if (!request.isNavigationRequest()) faults.push(`beside the page: ${url}`);
  });
  return faults;
}

/** What axe finds wrong with a page, on a screen or on paper, where nothing is there to be touched. */
export async function violations(page, name) {
  await page.evaluate(axe);
  const { violations: broken } = await page.evaluate((values) => {
    // Cells of a heat map scroll below its first column; what they lead to is linked in tables as well.
    globalThis.axe.configure({ rules: [{ id: 'target-size', selector: '*:not(.heat a)' }] });
    const rules = { 'target-size': { enabled: matchMedia('screen').matches } };
    return globalThis.axe.run({ runOnly: { type: 'tag', values }, rules });
  }, RULES);
  return broken.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${name}: ${id}: ${help}: ${target}: ${failureSummary}`),
  );
}
