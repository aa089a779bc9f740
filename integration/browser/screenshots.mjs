// Takes the pictures of the README: the hotel page of the demo that serves at BASE_URL, light and
// dark, into the folder of the first argument.

import path from 'node:path';
import { launch } from './browser.mjs';

const [folder] = process.argv.slice(2);
const browser = await launch();
try {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({
      viewport: { width: 1180, height: 1000 },
      colorScheme,
      locale: 'en-GB',
    });
    const page = await context.newPage();
    await page.goto(`${process.env.BASE_URL}/hotels/harbour-house/report.html?period=7d&lang=en`);
    await page.screenshot({ path: path.join(folder, `hotel-${colorScheme}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
}
