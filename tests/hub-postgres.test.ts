/**
 * The hub's own tests once more, each hub on a PostgreSQL database of its own: what the hub does over
 * HTTP must not depend on the engine.
 */
import { after } from 'node:test';
import { startTestHubsOn } from '../src/serve/hub/taxii/hub.test-help.ts';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';

const server = await startPostgres();
startTestHubsOn(server.database);

await import('../src/serve/hub/taxii/taxii.test.ts');
await import('../src/serve/hub/guard/guard.test.ts');
await import('../src/serve/hub/ledger/routes.test.ts');
await import('../src/serve/hub/members/routes.test.ts');
await import('../src/serve/hub/stream/stream.test.ts');
await import('../src/serve/hub/stream/webhooks.test.ts');
await import('../src/serve/hub/standing/retraction.test.ts');
await import('../src/serve/hub/blinding/blinding.test.ts');
await import('./hub-concurrency.test.ts');

// Last: the hubs of the tests above are stopped before it.
after(() => server.stop());
