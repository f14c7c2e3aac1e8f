/** First parts of paths that are endpoints of the hub itself, and so no API roots. */
const RESERVED: ReadonlySet<string> = new Set([
  'taxii2',
  'health',
  'metrics',
  'openapi.json',
  'hub',
  'api',
  'ledger',
  'stream',
  'members',
  'blinding',
  'checkpoint',
  'tile',
  'standing',
  'scorecards',
  'retractions',
]);

export const isReserved = (path: string): boolean => RESERVED.has(path);
