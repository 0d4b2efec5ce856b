import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Name and version of this software, as it stands in headers and reports. */
export const SOFTWARE = `vedette/${version}`;
export const VERSION = version;
