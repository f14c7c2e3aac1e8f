/** The OpenAPI description of the hub: every route is in it, and answers are as it says. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { routesOf } from '../src/serve/hub/routes.ts';
import {
  type Answer,
  indicator,
  PLAIN,
  startTestHub,
  type TestHub,
  uuid,
} from '../src/serve/hub/taxii/hub.test-help.ts';

interface Content {
  readonly [type: string]: { readonly schema: object };
}
interface Operation {
  readonly operationId: string;
  readonly responses: { readonly [status: string]: { readonly content?: Content } };
}
interface Description {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: object;
}

let hub: TestHub;
let description: Description;
before(async () => {
  hub = await startTestHub();
  description = (await hub.get('/openapi.json', '')).json;
  const objects = [indicator(1), indicator(2)];
  await hub.send('POST', `${PLAIN}/objects/`, hub.operator, { objects });
});
after(() => hub.close());

/** Fails when the answer is not one that the description allows for this operation. */
const check = (operationId: string, { status, headers, json, text }: Answer): void => {
  const operation = Object.values(description.paths)
    .flatMap((methods) => Object.values(methods))
    .find((one) => one.operationId === operationId);
  const response = operation?.responses[status];
  assert.ok(response, `${operationId} does not say ${status}`);
  if (response.content === undefined) {
    assert.equal(text, '');
    return;
  }
  const type = headers.get('content-type')!;
  const content = response.content[type];
  assert.ok(content, `${operationId} ${status} is not ${type}`);
  const ajv = new Ajv2020.default({ strict: false });
  const valid = ajv.compile({ ...content.schema, components: description.components });
  assert.ok(valid(json ?? text), `${operationId} ${status}: ${ajv.errorsText(valid.errors)}`);
};

test('every route is described, under a name of its own', () => {
  assert.equal(description.openapi, '3.1.0');
  const routes = routesOf(hub.hub);
  const names = new Set(routes.map(({ name }) => name));
  assert.equal(names.size, routes.length);
  for (const route of routes) {
    const path = route.path.replace(/[:*](\w+)/g, '{$1}');
    const operation = description.paths[path]?.[route.method.toLowerCase()];
    assert.equal(operation?.operationId, route.name, `${route.method} ${path}`);
  }
  const described = Object.values(description.paths).flatMap((one) => Object.keys(one));
  assert.equal(described.length, routes.length);
});

test('answers of TAXII are as described', async () => {
  const object = `${PLAIN}/objects/indicator--${uuid(1)}/`;
  check('discovery', await hub.get('/taxii2/'));
  check('apiRoot', await hub.get('/stillwatch/'));
  check('collections', await hub.get('/stillwatch/collections/'));
  check('collection', await hub.get(`${PLAIN}/`));
  check('objects', await hub.get(`${PLAIN}/objects/?limit=1`));
  check('objects', await hub.get(`${PLAIN}/objects/?match[type]=tool`));
  check('manifest', await hub.get(`${PLAIN}/manifest/`));
  check('object', await hub.get(object));
  check('versions', await hub.get(`${object}versions/`));
  const added = await hub.send('POST', `${PLAIN}/objects/`, hub.operator, {
    objects: [indicator(3), {}],
  });
  check('add', added);
  check('status', await hub.get(`/stillwatch/status/${added.json.id}/`));
  check('remove', await hub.send('DELETE', object, hub.operator));
});

test('refusals of TAXII are as described', async () => {
  check('discovery', await hub.get('/taxii2/', ''));
  check('discovery', await hub.get('/taxii2/', undefined, { Accept: 'text/html' }));
  check('objects', await hub.get(`${PLAIN}/objects/?limit=none`));
  check('object', await hub.get(`${PLAIN}/objects/indicator--${uuid(9)}/`));
  check('add', await hub.send('POST', `${PLAIN}/objects/`, hub.operator, {}));
  check(
    'add',
    await hub.send('POST', `${PLAIN}/objects/`, hub.operator, 'x', {
      'Content-Type': 'text/plain',
    }),
  );
  check('remove', await hub.send('DELETE', `${PLAIN}/objects/none/`, hub.operator));
});

test('health and metrics are as described, and tell strangers nothing of the store', async () => {
  const [mine, theirs] = [await hub.get('/health'), await hub.get('/health', '')];
  check('health', mine);
  check('health', theirs);
  assert.deepEqual(theirs.json, { ok: true });
  assert.ok(mine.json.checks.length >= 4);
  const [all, open] = [await hub.get('/metrics'), await hub.get('/metrics', '')];
  check('metrics', open);
  assert.match(open.text, /^stillwatch_hub_requests_total\{route="objects"/m);
  assert.match(all.text, /^stillwatch_hub_object_versions\{collection="[^"]+"\} \d/m);
  assert.doesNotMatch(open.text, /object_versions|_members|events_last/);
});
