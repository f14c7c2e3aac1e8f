/**
 * Envoy itself is in no package of Debian, so what is tested is what Envoy speaks: gRPC from a real client,
 * bytes written out by field number after Envoy's own files, and HTTP with a path prefix.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import type { CheckRequest, CheckResponse } from '../../act/gateway/envoy/check.ts';
import { APPEAL, idOf, TOKEN, testGate } from './gate.test-help.ts';
import { extAuthz } from './grpc.ts';

const HOST = { host: '127.0.0.1', port: 0 };

type Check = (
  request: CheckRequest,
  metadata: Metadata,
  done: (error: ServiceError | null, response: CheckResponse) => void,
) => void;

const metadataOf = (token: string): Metadata => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
};

const grpcGate = async (t: TestContext) => {
  const gate = await testGate(t, { grpc: HOST });
  const Client = extAuthz();
  const client = new Client(gate.grpc!, credentials.createInsecure());
  t.after(() => client.close());
  const call = (client as unknown as { Check: Check }).Check.bind(client);
  const check = (request: CheckRequest, token = TOKEN): Promise<CheckResponse> =>
    new Promise((resolve, reject) => {
      call(request, metadataOf(token), (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  const ask = (account: string, more: Record<string, string> = {}, path = '/v1/chat/completions') =>
    check({
      attributes: { request: { http: { path, headers: { 'x-account': account, ...more } } } },
    });
  return { gate, check, ask };
};

const headersOf = (list: readonly { header: { key: string; value: string } }[] = []) =>
  Object.fromEntries(list.map(({ header }) => [header.key, header.value]));

test('Check lets through with obligations and takes forged headers away', async (t) => {
  const { ask } = await grpcGate(t);
  const response = await ask('capped');
  assert.equal(response.status?.code ?? 0, 0);
  const headers = headersOf(response.ok_response?.headers);
  assert.equal(headers['x-stillwatch-decision'], idOf('capped'));
  assert.equal(headers['x-stillwatch-max-output-tokens'], '256');
  assert.ok(response.ok_response?.headers_to_remove.includes('x-stillwatch-requests-per-minute'));
  const told = headersOf(response.ok_response?.response_headers_to_add);
  assert.equal(told['x-stillwatch-action'], 'restrict');
});

test('Check refuses in the words of the API that was called', async (t) => {
  const { ask } = await grpcGate(t);
  const denied = (await ask('stopped')).denied_response!;
  assert.equal(denied.status.code, 403);
  assert.equal(headersOf(denied.headers)['content-type'], 'application/json');
  const { error } = JSON.parse(denied.body) as { error: { message: string } };
  assert.ok(error.message.includes(idOf('stopped')) && error.message.includes(APPEAL));
  const anthropic = (await ask('stopped', {}, '/v1/messages')).denied_response!;
  assert.equal((JSON.parse(anthropic.body) as { type: string }).type, 'error');
  await ask('slow');
  const limited = await ask('slow');
  assert.equal(limited.status.code, 7);
  assert.equal(limited.denied_response?.status.code, 429);
  assert.ok(Number(headersOf(limited.denied_response?.headers)['retry-after']) >= 1);
});

test('Check reads raw headers, context extensions and the address of the peer', async (t) => {
  const { check } = await grpcGate(t);
  const header_map = { headers: [{ key: 'x-account', raw_value: Buffer.from('stopped') }] };
  const raw = await check({ attributes: { request: { http: { header_map } } } });
  assert.equal(raw.denied_response?.status.code, 403);
  const extension = await check({ attributes: { context_extensions: { account: 'stopped' } } });
  assert.equal(extension.denied_response?.status.code, 403);
  const source = { address: { socket_address: { address: '198.51.100.77' } } };
  assert.equal((await check({ attributes: { source } })).denied_response?.status.code, 403);
  assert.equal((await check({})).status.code, 0);
});

test('Check without the token is no answer at all', async (t) => {
  const { check } = await grpcGate(t);
  await assert.rejects(check({}, 'wrong-token-0123456789'), { code: 16 });
});

/** A field of wire type 2: tag, length, bytes (protobuf.dev, encoding). */
const field = (number: number, bytes: Buffer | string): Buffer => {
  const body = Buffer.from(bytes);
  assert.ok(body.length < 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, body.length]), body]);
};

test('the bytes are those of Envoy: fields by the numbers of its own files', async (t) => {
  const gate = await testGate(t, { grpc: HOST });
  const bytes = (buffer: Buffer): Buffer => buffer;
  // The method by its name on the wire, and messages as plain bytes: nothing of our own description.
  const Raw = makeGenericClientConstructor(
    {
      Check: {
        path: '/envoy.service.auth.v3.Authorization/Check',
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    'Authorization',
  );
  const client = new Raw(gate.grpc!, credentials.createInsecure());
  t.after(() => client.close());
  const entry = Buffer.concat([field(1, 'x-account'), field(2, 'stopped')]);
  // HttpRequest: id 1, method 2, headers 3, path 4, size 9 (a varint that the gate does not know of).
  const http = Buffer.concat([
    field(1, 'id-1'),
    field(2, 'POST'),
    field(3, entry),
    field(4, '/v1/messages'),
    Buffer.from([9 << 3, 5]),
  ]);
  // CheckRequest.attributes 1 > AttributeContext.request 4 > Request.http 2.
  const request = field(1, field(4, field(2, http)));
  const response = await new Promise<Buffer>((resolve, reject) => {
    (
      client as unknown as {
        Check: (b: Buffer, m: Metadata, d: (e: unknown, r: Buffer) => void) => void;
      }
    ).Check(request, metadataOf(TOKEN), (error, reply) =>
      error === null ? resolve(reply) : reject(error),
    );
  });
  // CheckResponse.status 1 > google.rpc.Status.code 1 = 7, PERMISSION_DENIED.
  assert.equal(response[0], (1 << 3) | 2);
  assert.deepEqual([...response.subarray(2, 4)], [1 << 3, 7]);
  // CheckResponse.denied_response 2 > DeniedHttpResponse.status 1 > HttpStatus.code 1 = 403 as a varint.
  const denied = response.subarray(2 + response[1]!);
  assert.equal(denied[0], (2 << 3) | 2);
  assert.ok(denied.includes(Buffer.from([(1 << 3) | 2, 3, 1 << 3, 0x93, 0x03])));
});

test('over HTTP the path prefix is taken away and every header is answered', async (t) => {
  const { ask } = await testGate(t);
  const passes = await ask('/envoy/v1/chat/completions?x=1', {
    method: 'POST',
    headers: { 'x-account': 'capped' },
  });
  assert.equal(passes.status, 200);
  assert.equal(passes.headers.get('x-stillwatch-max-output-tokens'), '256');
  assert.equal(passes.headers.get('x-stillwatch-requests-per-minute'), '');
  const refused = await ask('/envoy/v1/messages', { headers: { 'x-account': 'stopped' } });
  assert.equal(refused.status, 403);
  assert.equal(((await refused.json()) as { type: string }).type, 'error');
  assert.equal((await ask('/envoyx', { headers: { 'x-account': 'allowed' } })).status, 404);
});
