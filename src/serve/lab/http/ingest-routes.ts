/** The doors for traffic. */
import { isRow } from '../../../detect/exchange/fields.ts';
import { STREAMS, type Stream } from '../../../detect/live/live-counter.ts';
import { LOG_FORMATS, type LogFormat } from '../../../detect/exchange/log-chunk.ts';
import type { Engine } from '../engine/engine.ts';
import { type BodyOptions, linesOf, wholeBody } from '../ingest/body.ts';
import {
  type Acknowledgement,
  type Intake,
  jsonBody,
  noAcknowledgement,
  rowsOfBody,
} from '../ingest/intake.ts';
import { decodeRequest, encodeResponse, encodeStatus, type Signal } from '../otlp/messages.ts';
import { busy, HttpRefusal } from './refusal.ts';
import { json, type LabCall, type LabReply, type LabRoute } from './server.ts';

export interface IngestContext {
  readonly engine: Engine;
  readonly intake: Intake;
  readonly body: BodyOptions;
}

const oneOf = <T extends string>(name: string, given: string, allowed: readonly T[]): T => {
  const found = allowed.find((a) => a === given);
  if (found === undefined)
    throw new HttpRefusal(400, 'QUERY_INVALID', `${name} is one of ${allowed.join(', ')}.`);
  return found;
};

const assertRoom = (engine: Engine): void => {
  if (!engine.status().journalHealthy)
    throw busy(503, 'LAB_JOURNAL_STALLED', 'The disk of the lab takes nothing; nothing was taken.');
  if (engine.overloaded())
    throw busy(429, 'LAB_BUSY', 'Too much waits already; nothing was taken.');
};

const unreadable = (what: string): HttpRefusal => new HttpRefusal(400, 'BODY_UNREADABLE', what);

const takeLines = async (
  { engine, intake, body }: IngestContext,
  call: LabCall,
  stream: Stream,
  format: LogFormat,
): Promise<LabReply> => {
  assertRoom(engine);
  const answer = noAcknowledgement();
  const tooLong = (line: number): void => {
    answer.rejected += 1;
    answer.errors.push({ line, code: 'ROW_TOO_LONG' });
  };
  // Chunks of one request are counted one after the other and wait for the disk together.
  const waiting: Promise<void>[] = [];
  let failed: unknown;
  for await (const lines of linesOf(call.request, engine.slots, body, tooLong)) {
    await engine.room();
    const done =
      format === 'native'
        ? intake.lines(stream, lines, answer)
        : intake.foreignLines(format, lines, answer);
    waiting.push(done);
    done.catch((error: unknown) => {
      failed ??= error;
    });
    if (failed !== undefined) break;
  }
  await Promise.all(waiting);
  return json(answer);
};

const isProtobuf = (call: LabCall): boolean =>
  (call.request.headers['content-type'] ?? '').startsWith('application/x-protobuf');

/** OTLP specification, "OTLP/HTTP": the answer has the encoding of the request. */
const otlpReply = (call: LabCall, { rejected, errors }: Acknowledgement): LabReply => {
  const codes = [...new Set(errors.map((e) => e.code))].join(', ');
  if (isProtobuf(call))
    return {
      status: 200,
      type: 'application/x-protobuf',
      body: encodeResponse(rejected, codes),
    };
  return json(
    rejected > 0
      ? { partialSuccess: { rejectedSpans: String(rejected), errorMessage: codes } }
      : {},
  );
};

/** google.rpc.Code: 14 UNAVAILABLE may be sent again, 3 INVALID_ARGUMENT not. */
const otlpRefusal = (call: LabCall, refusal: HttpRefusal): LabReply => {
  const code = refusal.status === 429 || refusal.status >= 500 ? 14 : 3;
  const message = `${refusal.code}: ${refusal.message}`;
  const { status, headers } = refusal;
  return isProtobuf(call)
    ? { status, headers, type: 'application/x-protobuf', body: encodeStatus(code, message) }
    : { ...json({ code, message }, status), headers };
};

const otlpRoute = (context: IngestContext, signal: Signal): LabRoute => ({
  method: 'POST',
  path: `/v1/${signal}`,
  scope: 'ingest',
  summary: `OTLP/HTTP ${signal}, JSON or protocol buffers`,
  refuse: otlpRefusal,
  handle: async (call) => {
    assertRoom(context.engine);
    const bytes = await wholeBody(call.request, context.body);
    let request: unknown;
    try {
      request = isProtobuf(call)
        ? decodeRequest(signal, bytes)
        : jsonBody(bytes, context.body.most);
    } catch {
      throw unreadable('The body is no OTLP message.');
    }
    if (!isRow(request)) throw unreadable('The body is no OTLP message.');
    const answer = noAcknowledgement();
    await context.intake.otlp(request, answer);
    return otlpReply(call, answer);
  },
});

export const ingestRoutes = (context: IngestContext): readonly LabRoute[] => [
  {
    method: 'POST',
    path: '/ingest',
    scope: 'ingest',
    summary: 'Exchanges as JSON lines, acknowledged when they survive a crash',
    handle: (call) =>
      takeLines(
        context,
        call,
        oneOf('stream', call.query.get('stream') ?? 'whole', STREAMS),
        oneOf('format', call.query.get('format') ?? 'native', LOG_FORMATS),
      ),
  },
  {
    method: 'POST',
    path: '/accounts',
    scope: 'ingest',
    summary: 'What is known of accounts, as JSON lines',
    handle: (call) => takeLines(context, call, 'accounts', 'native'),
  },
  otlpRoute(context, 'traces'),
  otlpRoute(context, 'logs'),
  {
    method: 'POST',
    path: '/litellm',
    scope: 'ingest',
    summary: "LiteLLM's standard logging payload: one, a list, or JSON lines",
    handle: async (call) => {
      assertRoom(context.engine);
      const rows = rowsOfBody(await wholeBody(call.request, context.body), context.body.most);
      if (rows === undefined)
        throw unreadable('The body is no logging payload, nor a list of them.');
      const answer = noAcknowledgement();
      await context.intake.litellm(rows, answer);
      return json(answer);
    },
  },
];
